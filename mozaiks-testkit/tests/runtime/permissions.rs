//! A plugin may do what its manifest asks for and the user has granted, and nothing else.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

#[derive(Default)]
struct Club;

#[plugin(
    name = "club",
    version = "1.0.0",
    permissions = ["notifications:send", "storage:shared", "users:reach", "club:open"],
    notification(id = "club_called", name = "Called"),
)]
impl Club {
    #[action]
    async fn notify(&self, ctx: &Context) -> Result<()> {
        ctx.notify(Notification::new("club_called", "Hello"))
    }

    #[action]
    async fn reach(&self, ctx: &Context, user_key: String) -> Result<()> {
        let other = ctx.to_user(&user_key)?;
        other.push("called", json!({}))?;
        other.notify(Notification::new("club_called", "Hello"))
    }

    #[action]
    async fn share(&self, ctx: &Context) -> Result<u64> {
        ctx.shared::<bson::Document>("wall").count(doc! {}).await
    }

    #[query]
    async fn require(&self, ctx: &QueryContext, permission: String) -> Result<bool> {
        let has = ctx.has_permission(&permission);
        ctx.require(&permission)?;
        Ok(has)
    }

    #[query]
    async fn require_role(&self, ctx: &QueryContext, role: String) -> Result<()> {
        ctx.require_role(&role)
    }
}

fn host() -> TestHost {
    TestHost::builder().plugin(Club).permission("club:open").build()
}

#[tokio::test]
async fn what_was_not_granted_is_forbidden_and_says_which_permission() {
    let host = host();
    let cases = [
        ("notify", "notifications:send"),
        ("share", "storage:shared"),
        ("reach", "users:reach"),
        ("reach", "notifications:send"),
    ];
    for (action, permission) in cases {
        let alice = host.user(&format!("without_{}", permission.replace(':', "_"))).without(permission);
        let refused = alice.call(action, json!({ "user_key": "bob" })).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden, "{action}");
        assert_eq!(
            refused.message(),
            format!("The permission {permission} was not granted to the plugin club")
        );
        let details = refused.details().unwrap();
        assert_eq!((&details["reason"], &details["permission"]), (&json!("permission"), &json!(permission)));
        alice.assert_undisturbed();
    }
    host.user("bob").assert_undisturbed();
    for (action, _) in cases {
        host.user("alice").call(action, json!({ "user_key": "bob" })).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_manifest_does_not_ask_for_cannot_be_granted() {
    let host = host();
    let alice = host.user("alice").granted(["tasks:write", "club:open"]);
    let refused = alice.call("require", json!({ "permission": "tasks:write" })).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert!(!refused.message().contains("#[plugin]"), "a client has no use for it: {refused}");
    assert!(format!("{refused:?}").contains(r#"add it to `permissions = ["tasks:write"]`"#), "{refused:?}");
    let granted = alice.call("require", json!({ "permission": "club:open" })).await.unwrap();
    assert_eq!(granted, json!({ "data": true }));
}

#[tokio::test]
async fn a_permission_is_compared_as_a_whole() {
    let host = host();
    let alice = host.user("alice");
    for almost in
        ["", "club", "club:", "club:*", "*", "club:open ", "CLUB:OPEN", "club:open\0", "club:opened"]
    {
        let refused = alice.call("require", json!({ "permission": almost })).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden, "{almost:?}");
    }
}

#[tokio::test]
async fn a_superadmin_has_every_role_and_no_more_permissions() {
    let host = host();
    let root = host.user("root").as_superadmin().without("club:open");
    root.call("require_role", json!({ "role": "editor" })).await.unwrap();
    assert!(root.call("require", json!({ "permission": "club:open" })).await.is_err());

    let refused = host.user("alice").call("require_role", json!({ "role": "editor" })).await.unwrap_err();
    assert_eq!(refused.details().unwrap()["role"], "editor");
    host.user("eve").with_roles(["editor"]).call("require_role", json!({ "role": "editor" })).await.unwrap();
}

#[tokio::test]
async fn another_user_is_reached_in_the_same_app_alone() {
    let host = host();
    host.user("alice").call("reach", json!({ "user_key": "bob" })).await.unwrap();
    assert_eq!(host.user("bob").assert_pushed("club_update", "called").data, json!({}));
    assert_eq!(host.user("bob").notifications().await.len(), 1);
    host.user("bob").in_app("other_app").assert_undisturbed();
    host.user("alice").assert_undisturbed();
    for elsewhere in ["other_app/bob", "../other_app/bob", "other_app:bob"] {
        host.user("alice").call("reach", json!({ "user_key": elsewhere })).await.unwrap();
    }
    host.user("bob").in_app("other_app").assert_undisturbed();
    assert_eq!(host.user("bob").notifications().await.len(), 1);
}

#[tokio::test]
async fn an_id_that_can_be_nobodys_is_a_mistake_of_the_clients() {
    let host = host();
    let odd = ["", "\0", "a\nb", "\u{7f}", "\u{85}"].map(str::to_owned);
    for id in odd.into_iter().chain(["x".repeat(257)]) {
        let refused = host.user("alice").call("reach", json!({ "user_key": id })).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Validation, "{id:?}");
        assert!(refused.field("user_id").is_some());
    }
    host.user("alice").call("reach", json!({ "user_key": "x".repeat(256) })).await.unwrap();
}
