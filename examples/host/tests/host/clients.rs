//! Clients: very many, rude ones, and one that says it is somebody else.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Host, folder, token, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_at_once_are_served() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let titles: Vec<String> = (0..1000).map(|number| format!("task {number}")).collect();
    // Each on a connection of its own: none is free while all are busy.
    let ids = join_all(titles.iter().map(|title| host.create(&token, title))).await;
    let mut tasks = host.tasks(&token).await;
    tasks.sort();
    let mut ids = ids;
    ids.sort();
    assert_eq!(tasks, ids);
}

#[tokio::test]
async fn a_client_that_goes_away_is_nobodys_trouble() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let token = host.token().await;
    let head = |length: usize| {
        format!(
            "POST /api/execute/task_manager/create HTTP/1.1\r\nhost: host\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    for _ in 0..20 {
        let body = r#"{"title": "Milk"}"#;
        // In the head, in the body, and without waiting for the reply.
        for sent in [&head(17)[..40], &format!("{}{}", head(17), &body[..8]), &format!("{}{body}", head(17))]
        {
            let mut connection = TcpStream::connect(host.address).await.unwrap();
            connection.write_all(sent.as_bytes()).await.unwrap();
        }
    }
    host.create(&token, "Bread").await;
    until("nothing is in flight", async || host.figure("mozaiks_requests_in_flight").await == 0).await;
    // Only whole requests have made something.
    assert!(host.tasks(&token).await.len() <= 21);
}

#[tokio::test]
async fn a_user_is_who_the_token_says_whatever_else_is_said() {
    let folder = folder();
    let host = Host::start(folder.path(), &[]).await;
    let alice = host.token().await;
    let bob = token(folder.path(), &["--user", "bob"]).await;
    let context = json!({ "user_id": "bob", "is_superadmin": true, "roles": ["admin"] });
    let body =
        json!({ "title": "Milk", "user_id": "bob", "app_id": "other", "_context": context, "_id": "x" });
    let url = host.url("/api/execute/task_manager/create?user_id=bob&app_id=other");
    let request =
        host.client.post(url).bearer_auth(&alice).header("x-user-id", "bob").header("user_id", "bob");
    let reply = request.json(&body).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let id = reply.json::<Value>().await.unwrap()["id"].clone();
    assert_eq!(host.tasks(&alice).await, [id.as_str().unwrap()]);
    assert!(host.tasks(&bob).await.is_empty());
    let (status, reply) =
        host.call(&bob, "task_manager/get", json!({ "item_id": id, "user_id": "alice" })).await;
    assert_eq!((status, &reply["error_code"]), (404, &json!("NOT_FOUND")));
    let (_, item) = host.call(&alice, "task_manager/get", json!({ "item_id": id })).await;
    assert!(!item.to_string().contains("user_id") && !item.to_string().contains("app_id"), "{item}");
}
