//! What a host lets plugins use is found by its trait, behind a permission, made for one caller.

use std::sync::Arc;

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

trait Weather: Send + Sync {
    fn today(&self) -> String;
}

impl Capability for dyn Weather {
    const NAME: &'static str = "weather";
    const PERMISSION: &'static str = "weather:read";
}

trait Oracle: Send + Sync {}

impl Capability for dyn Oracle {
    const NAME: &'static str = "oracle";
    const PERMISSION: &'static str = "oracle:ask";
}

struct Station(String);

impl Weather for Station {
    fn today(&self) -> String {
        format!("sunny for {}", self.0)
    }
}

#[derive(Default)]
struct Forecast;

#[plugin(name = "forecast", version = "1.0.0", permissions = ["weather:read", "oracle:ask"])]
impl Forecast {
    #[query]
    async fn today(&self, ctx: &QueryContext) -> Result<String> {
        Ok(ctx.capability::<dyn Weather>()?.today())
    }

    #[query]
    async fn tomorrow(&self, ctx: &QueryContext) -> Result<()> {
        ctx.capability::<dyn Oracle>().map(drop)
    }
}

fn host() -> TestHost {
    let station = |caller: &Identity| -> Arc<dyn Weather> {
        assert!(caller.user_id() != "mallory", "SECRET no weather for mallory");
        Arc::new(Station(format!("{}/{}", caller.app_id(), caller.user_id())))
    };
    TestHost::builder().plugin(Forecast).permission("oracle:ask").capability(station).build()
}

#[tokio::test]
async fn a_capability_is_made_for_whoever_calls() {
    let host = host();
    for (user, expected) in [
        (host.user("alice"), "sunny for test_app/alice"),
        (host.user("bob"), "sunny for test_app/bob"),
        (host.user("alice").in_app("other"), "sunny for other/alice"),
    ] {
        assert_eq!(user.call("today", json!({})).await.unwrap()["data"], expected);
    }
}

#[tokio::test]
async fn a_capability_needs_its_permission() {
    let refused = host().user("alice").without("weather:read").call("today", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    assert_eq!(refused.details().unwrap()["permission"], "weather:read");
}

#[tokio::test]
async fn a_capability_that_the_host_does_not_have_is_unavailable_and_the_log_says_what_to_add() {
    let host = host();
    let refused = host.user("alice").call("tomorrow", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Unavailable);
    assert_eq!(refused.message(), "This host does not offer oracle");
    host.assert_logged("RuntimeBuilder::capability");
}

#[tokio::test]
async fn a_capability_that_panics_ends_that_call_alone() {
    let host = host();
    let refused = host.user("mallory").call("today", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Internal);
    host.user("alice").call("today", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_permission_that_nothing_in_the_host_knows_is_a_mistake_of_wiring() {
    let errors = TestHost::builder().plugin(Forecast).try_build().unwrap_err();
    for permission in ["weather:read", "oracle:ask"] {
        assert!(
            errors.to_string().contains(&format!("the permission `{permission}` is unknown")),
            "{errors}"
        );
    }
}

#[tokio::test]
async fn one_trait_is_given_once() {
    let make = |_: &Identity| -> Arc<dyn Weather> { Arc::new(Station(String::new())) };
    let builder = TestHost::builder().plugin(Forecast).permission("oracle:ask");
    let errors = builder.capability(make).capability(make).try_build().unwrap_err();
    assert!(errors.to_string().contains("the capability weather is given twice"), "{errors}");
}
