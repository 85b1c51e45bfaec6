//! What the runtime tells of its plugins is the same in every run, whatever the order in which they came.

use std::borrow::Cow;
use std::path::Path;

use mozaiks_core::plugin::Plugin;
use mozaiks_core::prelude::*;
use mozaiks_testkit::TestHostBuilder;
use mozaiks_testkit::prelude::*;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use task_manager::TaskManager;

/// Set to write what is described now in place of what is kept.
const REWRITE: &str = "REWRITE_SNAPSHOTS";

#[derive(Default)]
struct Zebra;

#[plugin(
    name = "zebra",
    version = "1.0.0",
    publishes = ["striped", "grazed"],
    permissions = ["users:reach", "storage:shared"],
)]
impl Zebra {
    /// Runs.
    #[action]
    async fn run(&self, ctx: &Context, far: u32, fast: Option<bool>) -> Result<()> {
        let seconds = if fast == Some(true) { 1 } else { far.into() };
        ctx.sleep(Duration::from_secs(seconds)).await;
        Ok(())
    }

    #[query]
    async fn look(&self, _ctx: &QueryContext) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    #[on_event("user:registered")]
    #[on_event("task_manager:*")]
    async fn hear(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[uninstall]
    async fn leave(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[install]
    async fn come(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

#[derive(Default)]
struct Ant;

#[plugin(name = "ant", version = "1.0.0")]
impl Ant {
    #[on_event("*")]
    async fn hear(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

fn builder<P: Plugin>(plugin: P) -> TestHostBuilder {
    TestHost::builder().plugin(plugin)
}

fn described(builder: TestHostBuilder) -> Value {
    builder.build().runtime().describe()
}

#[tokio::test]
async fn what_is_described_does_not_depend_on_the_order_of_registration() {
    let texts = [
        described(builder(TaskManager).plugin(Zebra).plugin(Ant)),
        described(builder(Ant).plugin(Zebra).plugin(TaskManager)),
        described(builder(Zebra).plugin(TaskManager).plugin(Ant)),
    ];
    let [first, others @ ..] = texts.map(|described| described.to_string());
    for other in others {
        assert_eq!(first, other);
    }
    let at = |name: &str| first.find(&format!(r#""{name}":{{"#)).unwrap();
    assert!(at("ant") < at("task_manager") && at("task_manager") < at("zebra"));
}

#[tokio::test]
async fn everything_that_was_declared_is_described() {
    let all = described(builder(Zebra).plugin(TaskManager));
    let zebra = &all["plugins"]["zebra"];
    assert_eq!(zebra["publishes"], json!(["zebra:grazed", "zebra:striped"]));
    assert_eq!(zebra["subscribes"], json!(["task_manager:*", "user:registered"]));
    assert_eq!(zebra["permissions"], json!(["storage:shared", "users:reach"]));
    assert_eq!(zebra["lifecycle"], json!(["install", "uninstall"]));
    let run = &zebra["actions"]["run"];
    assert_eq!((&run["kind"], &run["description"]), (&json!("action"), &json!("Runs.")));
    assert_eq!(run["input"]["required"], json!(["far"]));
    assert_eq!(run["input"]["properties"].as_object().unwrap().len(), 2);
    assert_eq!(run["output"]["properties"], json!({ "success": { "const": true } }));
    assert_eq!(zebra["actions"]["look"]["output"]["properties"]["data"]["type"], "array");
    assert_eq!(all["platform_version"], mozaiks_core::VERSION);
}

#[tokio::test]
async fn the_task_manager_is_described_as_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime/task_manager.describe.json");
    let now = described(builder(TaskManager))["plugins"]["task_manager"].clone();
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, format!("{now:#}\n")).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(now, kept, "if that is as it should be, set {REWRITE}=1 and run the test again: {now:#}");
}

#[tokio::test]
async fn a_type_that_panics_when_it_describes_itself_is_a_mistake_of_wiring() {
    #[derive(serde::Serialize)]
    struct Shy;

    impl JsonSchema for Shy {
        fn schema_name() -> Cow<'static, str> {
            "Shy".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            panic!("not me")
        }
    }

    #[derive(Default)]
    struct Hidden;

    #[plugin(name = "hidden", version = "1.0.0")]
    impl Hidden {
        #[query]
        async fn show(&self, _ctx: &QueryContext) -> Result<Vec<Shy>> {
            Ok(Vec::new())
        }
    }

    let errors = builder(Hidden).try_build().unwrap_err();
    assert!(errors.to_string().contains("a type of the action show panics"), "{errors}");
}
