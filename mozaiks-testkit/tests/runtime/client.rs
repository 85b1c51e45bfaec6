//! The typed client of a plugin: on a user of a test host, and on the runtime in process.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use task_manager::{TaskManager, TaskManagerClient};

#[derive(Default)]
struct Zoo;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Animal {
    name: String,
    legs: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Data {
    data: Vec<u8>,
}

#[plugin(name = "zoo", version = "1.0.0")]
impl Zoo {
    #[action]
    async fn nothing(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[query]
    async fn legs(&self, _ctx: &QueryContext, animal: Animal, extra: Option<u8>) -> Result<u8> {
        Ok(animal.legs.unwrap_or(4) + extra.unwrap_or(0))
    }

    #[query]
    async fn same(&self, _ctx: &QueryContext, Input(animal): Input<Animal>) -> Result<Animal> {
        Ok(animal)
    }

    #[query]
    async fn maybe(&self, _ctx: &QueryContext, name: Option<String>) -> Result<Option<Animal>> {
        Ok(name.map(|name| Animal { name, legs: None }))
    }

    #[query]
    async fn named_data(&self, _ctx: &QueryContext, bytes: Vec<u8>) -> Result<Data> {
        Ok(Data { data: bytes })
    }

    #[query]
    async fn any(&self, _ctx: &QueryContext, value: Value) -> Result<Value> {
        Ok(value)
    }

    #[query]
    async fn fails(&self, _ctx: &QueryContext) -> Result<Vec<String>> {
        Err(Error::custom("NO_KEEPER", "Nobody is there").with_status(418))
    }
}

#[tokio::test]
async fn a_client_on_a_user_has_one_typed_method_an_action() {
    let host = TestHost::new(Zoo);
    let alice = host.user("alice");
    let zoo = ZooClient::new(&alice);
    zoo.nothing().await.unwrap();
    let cow = Animal { name: "cow".to_owned(), legs: None };
    assert_eq!(zoo.legs(cow.clone(), Some(1)).await.unwrap(), 5);
    assert_eq!(zoo.legs(Animal { legs: Some(0), ..cow.clone() }, None).await.unwrap(), 0);
    assert_eq!(zoo.same(&cow).await.unwrap(), cow);
    assert_eq!(zoo.maybe(Some("cow".to_owned())).await.unwrap(), Some(cow));
    assert_eq!(zoo.maybe(None).await.unwrap(), None);
    assert_eq!(zoo.named_data(vec![1, 2]).await.unwrap(), Data { data: vec![1, 2] });
    assert_eq!(zoo.maybe(None).raw().await.unwrap(), json!({ "data": null }));
}

#[tokio::test]
async fn a_reply_is_what_the_author_returned_whether_it_was_wrapped_or_not() {
    let host = TestHost::new(Zoo);
    let alice = host.user("alice");
    for value in
        [json!(1), json!([1]), json!({}), json!({ "data": { "a": 1 } }), json!({ "data": 1, "b": 2 })]
    {
        assert_eq!(ZooClient::new(&alice).any(value.clone()).await.unwrap(), value);
    }
}

#[tokio::test]
async fn an_error_arrives_as_it_was_made() {
    let host = TestHost::new(Zoo);
    let failure = ZooClient::new(&host.user("alice")).fails().await.unwrap_err();
    assert_eq!((failure.code().as_str(), failure.status()), ("NO_KEEPER", 418));
}

#[tokio::test]
async fn a_client_on_the_runtime_is_the_user_it_was_given() {
    let host = TestHost::new(TaskManager);
    let alice = host.runtime().caller(Identity::new("test_app", "alice").unwrap());
    let bob = host.runtime().caller(Identity::new("test_app", "bob").unwrap());
    let (of_alice, of_bob) = (TaskManagerClient::new(alice), TaskManagerClient::new(bob));

    let made = of_alice.create("Milk".to_owned(), None).await.unwrap();
    let item = of_alice.get(made.id.clone()).await.unwrap();
    assert_eq!(item.item.title, "Milk");
    assert_eq!(item.item.id(), &made.id);
    assert!(of_alice.complete(made.id.clone()).await.unwrap().modified);
    let page = of_alice.list(None, Some(0)).await.unwrap();
    assert_eq!((page.total, page.count, page.limit), (1, 0, 0));

    assert_eq!(of_bob.get(made.id.clone()).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(of_bob.list(None, None).await.unwrap().total, 0);
    of_alice.delete(made.id).await.unwrap();
    host.assert_published("task_manager:item_deleted");
}

#[tokio::test]
async fn a_client_goes_to_its_own_plugin_whatever_the_user_called_last() {
    let host = TestHost::builder().plugin(TaskManager).plugin(Zoo).build();
    let alice = host.user("alice").plugin("task_manager");
    ZooClient::new(&alice).nothing().await.unwrap();
    TaskManagerClient::new(&alice).list(None, None).await.unwrap();
}

#[tokio::test]
async fn settings_have_their_methods_too() {
    let host = TestHost::new(TaskManager);
    let alice = host.user("alice");
    let tasks = TaskManagerClient::new(&alice);
    let mut settings = tasks.get_settings().await.unwrap().settings;
    assert!(settings.enabled);
    settings.enabled = false;
    tasks.save_settings(&settings).await.unwrap();
    assert!(!tasks.get_settings().await.unwrap().settings.enabled);
}
