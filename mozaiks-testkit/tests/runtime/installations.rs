//! A user's copy of a plugin: installed, switched on and off, removed; whole or not at all.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

use crate::support::{begin, body_of};

#[derive(Default)]
struct Garden;

async fn step(ctx: &Context, step: &str) -> Result<()> {
    ctx.publish(step, json!({}))?;
    ctx.collection::<bson::Document>("steps").insert(&doc! { "step": step }).await?;
    match ctx.user_id().strip_prefix("fails_at_") {
        Some(fails) if fails == step => Err(Error::conflict("The soil is frozen")),
        _ => Ok(()),
    }
}

#[plugin(
    name = "garden",
    version = "1.0.0",
    permissions = ["notifications:send", "storage:shared"],
    publishes = ["installed", "activated", "deactivated", "uninstalled", "watered"],
)]
impl Garden {
    #[install]
    async fn dig(&self, ctx: &Context) -> Result<()> {
        step(ctx, "installed").await
    }

    #[activate]
    async fn open(&self, ctx: &Context) -> Result<()> {
        step(ctx, "activated").await
    }

    #[deactivate]
    async fn close(&self, ctx: &Context) -> Result<()> {
        step(ctx, "deactivated").await
    }

    #[uninstall]
    async fn leave(&self, ctx: &Context) -> Result<()> {
        step(ctx, "uninstalled").await
    }

    #[action]
    async fn water(&self, ctx: &Context) -> Result<bool> {
        Ok(ctx.has_permission("notifications:send"))
    }

    #[on_event("user:registered")]
    async fn rain(&self, ctx: &Context) -> Result<()> {
        ctx.publish("watered", json!({}))
    }
}

fn host() -> TestHost {
    TestHost::builder().plugin(Garden).nothing_installed().build()
}

const PATH: [&str; 4] = ["garden:installed", "garden:activated", "garden:deactivated", "garden:uninstalled"];

#[tokio::test]
async fn a_copy_goes_through_its_steps_in_order() {
    let host = host();
    let alice = host.user("alice");
    alice.install([]).await.unwrap();
    host.assert_published_exactly(&PATH[..2]);
    alice.set_enabled(false).await.unwrap();
    alice.uninstall().await.unwrap();
    host.assert_published_exactly(&PATH);

    host.journal().clear();
    alice.install([]).await.unwrap();
    alice.uninstall().await.unwrap();
    host.assert_published_exactly(&PATH);
}

#[tokio::test]
async fn switching_to_what_is_set_does_nothing() {
    let host = host();
    let alice = host.user("alice");
    alice.install([]).await.unwrap();
    alice.set_enabled(true).await.unwrap();
    host.assert_published_exactly(&PATH[..2]);
    for _ in 0..2 {
        alice.set_enabled(false).await.unwrap();
    }
    host.assert_published_exactly(&PATH[..3]);
    alice.set_enabled(true).await.unwrap();
    alice.call("water", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_step_that_fails_leaves_everything_as_it_was_and_sends_nothing() {
    let host = host();
    for fails_at in ["installed", "activated"] {
        let user = host.user(&format!("fails_at_{fails_at}"));
        let failure = user.install([]).await.unwrap_err();
        assert_eq!(failure.message(), "The soil is frozen");
        host.assert_published_exactly(&[]);
        assert_eq!(user.call("water", json!({})).await.unwrap_err().code(), ErrorCode::Forbidden);
    }
    for fails_at in ["deactivated", "uninstalled"] {
        let user = host.user(&format!("fails_at_{fails_at}"));
        user.install([]).await.unwrap();
        host.journal().clear();
        assert_eq!(user.uninstall().await.unwrap_err().code(), ErrorCode::Conflict);
        host.assert_published_exactly(&[]);
        user.call("water", json!({})).await.unwrap();
    }
    let user = host.user("fails_at_deactivated");
    user.set_enabled(false).await.unwrap_err();
    user.call("water", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_record_that_cannot_be_kept_sends_nothing() {
    let host = host();
    let alice = host.user("alice");
    host.installations().faults().fail_every(2);
    assert_eq!(alice.install([]).await.unwrap_err().code(), ErrorCode::Unavailable);
    host.installations().faults().clear();
    host.assert_published_exactly(&[]);
    assert_eq!(alice.call("water", json!({})).await.unwrap_err().code(), ErrorCode::Forbidden);
}

#[tokio::test]
async fn a_copy_is_one_users_in_one_app() {
    let host = host();
    host.user("alice").install([]).await.unwrap();
    host.user("alice").call("water", json!({})).await.unwrap();
    for other in [host.user("bob"), host.user("alice").in_app("other_app"), host.user("root").as_superadmin()]
    {
        let refused = other.send(r#"{"action": "water"}"#).await;
        assert_eq!(refused.status(), 403);
        let body = body_of(&refused);
        assert_eq!(body["error"], "Plugin not installed");
        assert_eq!(body["details"]["reason"], "not_installed");
    }
}

#[tokio::test]
async fn what_is_switched_off_is_as_if_it_were_not_there() {
    let host = host();
    let alice = host.user("alice");
    alice.install([]).await.unwrap();
    alice.set_enabled(false).await.unwrap();
    let refused = alice.send(r#"{"action": "water"}"#).await;
    let unknown = alice.clone().plugin("gardenia").send(r#"{"action": "water"}"#).await;
    assert_eq!((refused.status(), unknown.status()), (404, 404));
    assert_eq!(body_of(&refused)["error_code"], "PLUGIN_NOT_FOUND");
    assert_eq!(body_of(&refused)["error"], "Unknown plugin: garden");
    assert_eq!(body_of(&unknown)["error"], "Unknown plugin: gardenia");
}

#[tokio::test]
async fn only_what_the_plugin_asks_for_can_be_granted_and_less_may_be() {
    let host = host();
    let alice = host.user("alice");
    let refused = alice.install(["notifications:send", "tasks:read"]).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Validation);
    assert!(refused.field("permissions").unwrap().contains("tasks:read"));
    host.assert_published_exactly(&[]);
    alice.install(["storage:shared"]).await.unwrap();
    assert_eq!(alice.call("water", json!({})).await.unwrap()["data"], false);
    let bob = host.user("bob");
    bob.install(["notifications:send"]).await.unwrap();
    assert_eq!(bob.call("water", json!({})).await.unwrap()["data"], true);
}

#[tokio::test]
async fn what_is_there_already_or_not_at_all_is_said() {
    let host = host();
    let alice = host.user("alice");
    assert_eq!(alice.uninstall().await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(alice.set_enabled(true).await.unwrap_err().code(), ErrorCode::NotFound);
    alice.install([]).await.unwrap();
    assert_eq!(alice.install([]).await.unwrap_err().code(), ErrorCode::Conflict);
    for user in [alice.clone().plugin("weeds"), alice.clone().plugin(""), alice.plugin("garden\n")] {
        assert_eq!(user.install([]).await.unwrap_err().code(), ErrorCode::PluginNotFound);
    }
    host.assert_published_exactly(&PATH[..2]);
}

#[tokio::test]
async fn events_reach_a_copy_that_is_on_alone() {
    let host = host();
    let alice = host.user("alice");
    alice.publish("user:registered", json!({})).await.unwrap();
    host.assert_not_published("garden:watered");
    alice.install([]).await.unwrap();
    alice.set_enabled(false).await.unwrap();
    alice.publish("user:registered", json!({})).await.unwrap();
    host.assert_not_published("garden:watered");
    alice.set_enabled(true).await.unwrap();
    alice.publish("user:registered", json!({})).await.unwrap();
    host.assert_published("garden:watered");
}

#[tokio::test]
async fn a_plugin_that_the_plan_does_not_unlock_is_not_installed_but_can_be_removed() {
    let host = TestHost::builder().plugin(Garden).nothing_installed().plan("premium", ["garden"]).build();
    let alice = host.user("alice");
    let refused = alice.install([]).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert_eq!(refused.details().unwrap()["reason"], "plan");
    host.assert_published_exactly(&[]);

    let alice = alice.on_plan("premium");
    alice.install([]).await.unwrap();
    alice.set_enabled(false).await.unwrap();
    let alice = alice.on_plan("none");
    assert_eq!(alice.set_enabled(true).await.unwrap_err().code(), ErrorCode::Forbidden);
    alice.uninstall().await.unwrap();
}

/// A host whose plugin takes a second for each of its steps.
fn slow_host() -> TestHost {
    let host = host();
    host.storage().faults().delay(Duration::from_secs(1));
    host
}

#[tokio::test]
async fn of_two_who_change_one_copy_at_once_the_second_finds_what_the_first_left() {
    let host = slow_host();
    let alice = host.user("alice");
    let time = Duration::from_secs(10);

    let (first, second, ()) = tokio::join!(alice.install([]), alice.install([]), host.advance(time));
    first.unwrap();
    assert_eq!(second.unwrap_err().code(), ErrorCode::Conflict);
    host.assert_published_exactly(&PATH[..2]);

    let off = || alice.set_enabled(false);
    let (first, second, ()) = tokio::join!(off(), off(), host.advance(time));
    assert!(first.is_ok() && second.is_ok());
    host.assert_published_exactly(&PATH[..3]);

    let (first, second, ()) = tokio::join!(alice.uninstall(), alice.install([]), host.advance(time));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    host.assert_published_exactly(&[PATH[0], PATH[1], PATH[2], PATH[3], PATH[0], PATH[1]]);

    let (first, second, ()) = tokio::join!(alice.uninstall(), alice.uninstall(), host.advance(time));
    first.unwrap();
    assert_eq!(second.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn nobody_waits_for_another_users_copy() {
    let host = slow_host();
    let (alice, bob) = (host.user("alice"), host.user("bob"));
    let mut slow = Box::pin(alice.install([]));
    begin(&mut slow);
    host.storage().faults().clear();
    bob.install([]).await.unwrap();
    host.user("alice").in_app("other_app").install([]).await.unwrap();
    let mut same = Box::pin(alice.install([]));
    begin(&mut same);
    let (first, second, ()) = tokio::join!(slow, same, host.advance(Duration::from_secs(1)));
    first.unwrap();
    assert_eq!(second.unwrap_err().code(), ErrorCode::Conflict);
}

#[tokio::test]
async fn who_goes_away_while_a_copy_is_made_has_it_made_as_a_whole() {
    let host = slow_host();
    let alice = host.user("alice");
    let mut call = Box::pin(alice.install([]));
    begin(&mut call);
    drop(call);
    host.assert_published_exactly(&[]);
    host.advance(Duration::from_secs(10)).await;
    host.assert_published_exactly(&PATH[..2]);
    host.storage().faults().clear();
    assert_eq!(alice.install([]).await.unwrap_err().code(), ErrorCode::Conflict);
    alice.uninstall().await.unwrap();
}
