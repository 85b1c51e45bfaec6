//! What the task manager does for its users.

use mozaiks_testkit::prelude::*;
use task_manager::{TaskManager, TaskManagerClient};

fn host() -> TestHost {
    TestHost::new(TaskManager)
}

/// A user with one task, and the id of it.
async fn with_task(host: &TestHost, title: &str) -> (TestUser, DocumentId) {
    let alice = host.user("alice");
    let made = TaskManagerClient::new(&alice).create(title.to_owned(), None).await.unwrap();
    (alice, made.id)
}

#[tokio::test]
async fn a_task_is_created_told_of_and_listed() {
    let host = host();
    let (alice, id) = with_task(&host, "  Buy milk ").await;

    assert_eq!(host.assert_published("task_manager:item_created").payload(), json!({ "item_id": id }));
    let push = alice.assert_pushed("task_manager_update", "created");
    assert_eq!(push.data, json!({ "item_id": id, "title": "Buy milk" }));

    let page = alice.call("list", json!({})).await.unwrap();
    assert_eq!((&page["total"], &page["count"], &page["limit"]), (&json!(1), &json!(1), &json!(50)));
    assert_eq!(
        page["items"][0],
        json!({
            "_id": id, "title": "Buy milk", "description": "", "completed": false,
            "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z"
        })
    );
}

#[tokio::test]
async fn the_newest_task_comes_first() {
    let host = host();
    let (alice, _) = with_task(&host, "first").await;
    host.advance(Duration::from_secs(1)).await;
    with_task(&host, "second").await;
    let page = alice.call("list", json!({ "limit": 1 })).await.unwrap();
    assert_eq!(page["items"][0]["title"], "second");
    assert_eq!(page["total"], 2);
}

#[tokio::test]
async fn a_task_without_a_title_is_refused_and_nothing_is_told() {
    let host = host();
    let alice = host.user("alice");
    for title in ["", "   "] {
        let refused = alice.call("create", json!({ "title": title })).await.unwrap_err();
        assert_eq!(refused.field("title"), Some("Title is required"));
    }
    host.assert_published_exactly(&[]);
    alice.assert_undisturbed();
}

#[tokio::test]
async fn an_update_trims_the_title_and_moves_the_time() {
    let host = host();
    let (alice, id) = with_task(&host, "Milk").await;
    host.advance(Duration::from_secs(60)).await;
    let reply = alice.call("update", json!({ "item_id": id, "title": " Bread " })).await.unwrap();
    assert_eq!(reply, json!({ "success": true, "modified": true }));

    let item = alice.call("get", json!({ "item_id": id })).await.unwrap()["item"].clone();
    assert_eq!(item["title"], "Bread");
    assert_eq!(item["updated_at"], "2025-01-01T00:01:00Z");
    assert_eq!(item["created_at"], "2025-01-01T00:00:00Z");
    host.assert_published("task_manager:item_updated");
}

#[tokio::test]
async fn an_update_needs_a_field_and_a_title_that_says_something() {
    let host = host();
    let (alice, id) = with_task(&host, "Milk").await;
    for fields in [json!({ "item_id": id }), json!({ "item_id": id, "title": " " })] {
        let refused = alice.call("update", fields).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Validation);
    }
    host.assert_not_published("task_manager:item_updated");
}

#[tokio::test]
async fn completing_notifies_once() {
    let host = host();
    let (alice, id) = with_task(&host, "Milk").await;
    let client = TaskManagerClient::new(&alice);
    assert!(client.complete(id.clone()).await.unwrap().modified);
    assert!(!client.complete(id.clone()).await.unwrap().modified);

    assert_eq!(alice.notifications().await.len(), 1);
    assert_eq!(alice.assert_notified("task_manager_item_completed").message, "Milk");
    host.assert_published_exactly(&["task_manager:item_created", "task_manager:item_completed"]);
}

#[tokio::test]
async fn a_user_can_switch_the_notification_off() {
    let host = host();
    let (alice, id) = with_task(&host, "Milk").await;
    alice.save_settings(json!({ "notifications_enabled": false })).await.unwrap();
    alice.call("complete", json!({ "item_id": id })).await.unwrap();
    assert!(alice.notifications().await.is_empty());
    host.assert_published("task_manager:item_completed");
}

#[tokio::test]
async fn settings_have_defaults_and_rules() {
    let host = host();
    let alice = host.user("alice");
    let defaults = json!({ "enabled": true, "notifications_enabled": true, "default_view": "list" });
    assert_eq!(alice.settings().await.unwrap(), defaults);
    let refused = alice.save_settings(json!({ "default_view": "table", "colour": 1 })).await.unwrap_err();
    assert!(refused.field("default_view").is_some() && refused.field("colour").is_some());
    alice.save_settings(json!({ "default_view": "board" })).await.unwrap();
    assert_eq!(alice.settings().await.unwrap()["default_view"], "board");
}

#[tokio::test]
async fn a_deleted_task_is_gone() {
    let host = host();
    let (alice, id) = with_task(&host, "Milk").await;
    assert_eq!(alice.call("delete", json!({ "item_id": id })).await.unwrap(), json!({ "success": true }));
    for action in ["get", "delete", "complete"] {
        let gone = alice.call(action, json!({ "item_id": id })).await.unwrap_err();
        assert_eq!(gone.code(), ErrorCode::NotFound, "{action}");
    }
    alice.assert_pushed("task_manager_update", "deleted");
}

#[tokio::test]
async fn nobody_reaches_the_task_of_somebody_else() {
    let host = host();
    let (alice, id) = with_task(&host, "Milk").await;
    let others =
        [host.user("bob"), host.user("alice").in_app("another_app"), host.user("root").as_superadmin()];
    for other in others {
        for action in ["get", "update", "complete", "delete"] {
            let fields =
                json!({ "item_id": id, "title": "mine now", "user_id": "alice", "app_id": "test_app" });
            let refused = other.call(action, fields).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::NotFound, "{action}");
        }
        assert_eq!(other.call("list", json!({})).await.unwrap()["total"], 0);
    }
    assert_eq!(alice.call("get", json!({ "item_id": id })).await.unwrap()["item"]["title"], "Milk");
}

#[tokio::test]
async fn an_operator_is_no_id() {
    let host = host();
    let (alice, _) = with_task(&host, "Milk").await;
    let refused = alice.call("delete", json!({ "item_id": { "$gt": "" } })).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Validation);
}
