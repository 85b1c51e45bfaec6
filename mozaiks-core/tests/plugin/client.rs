//! The typed client: the right name and body for each action, and the reply as a type.

use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context as TaskContext, Poll, Waker};

use mozaiks_core::plugin::Caller;
use mozaiks_core::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Title(String);

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Settings)]
struct ShelfSettings {
    #[setting(default = 10)]
    width: u32,
}

/// Not to be written by a client.
#[derive(Deserialize, JsonSchema)]
struct ReadOnly {}

struct Shelf;

#[plugin(name = "shelf", settings = ShelfSettings, client = ShelfApi)]
impl Shelf {
    /// Adds a title.
    #[action]
    async fn add(&self, _ctx: &Context, title: Title, copies: Option<u32>) -> Result<Title> {
        let _ = copies;
        Ok(title)
    }

    #[action(name = "replace_all")]
    async fn replace(&self, _ctx: &Context, Input(titles): Input<Vec<Title>>) -> Result<Vec<Title>> {
        Ok(titles)
    }

    #[query]
    async fn count(&self, _ctx: &QueryContext) -> Result<u64> {
        Ok(0)
    }

    /// `new` is taken.
    #[action]
    async fn new(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }

    #[action]
    async fn read_only(&self, _ctx: &Context, Input(_it): Input<ReadOnly>) -> Result<Self_> {
        Ok(Self_ {})
    }
}

/// Not to be read by a client.
#[derive(Serialize, JsonSchema)]
struct Self_ {}

/// Remembers what it was asked, and replies the same each time.
struct Fake {
    asked: Mutex<Vec<(String, String, Value)>>,
    reply: &'static str,
}

impl Caller for Fake {
    async fn call_action(&self, plugin: &str, action: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let body = serde_json::from_slice(&body)?;
        self.asked.lock().unwrap().push((plugin.to_owned(), action.to_owned(), body));
        Ok(self.reply.as_bytes().to_vec())
    }
}

/// Nothing here waits for anything.
fn now<T>(future: impl IntoFuture<Output = T>) -> T {
    match pin!(future.into_future()).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn call<T>(reply: &'static str, ask: impl FnOnce(&ShelfApi<&Fake>) -> T) -> (T, (String, String, Value)) {
    let fake = Fake { asked: Mutex::default(), reply };
    let value = ask(&ShelfApi::new(&fake));
    let asked = fake.asked.lock().unwrap().pop().unwrap();
    (value, asked)
}

fn asked(action: &str, body: Value) -> (String, String, Value) {
    ("shelf".to_owned(), action.to_owned(), body)
}

#[test]
fn named_arguments_are_fields() {
    let title = Title("Emma".into());
    let (reply, was) = call(r#"{"data": "Emma"}"#, |shelf| now(shelf.add(title.clone(), Some(2))));
    assert_eq!(was, asked("add", json!({ "title": "Emma", "copies": 2 })));
    assert_eq!(reply.unwrap(), title);
}

#[test]
fn an_input_is_the_body_and_a_name_of_its_own_is_called() {
    let (reply, was) = call(r#"{"data": []}"#, |shelf| now(shelf.replace(&vec![])));
    assert_eq!(was, asked("replace_all", json!([])));
    assert!(reply.unwrap().is_empty());
    let (reply, was) = call(r#"{"data": 3}"#, |shelf| now(shelf.count()));
    assert_eq!(was, asked("count", json!({})));
    assert_eq!(reply.unwrap(), 3);
    let (reply, was) = call(r#"{"success": true}"#, |shelf| now(shelf.call_new()));
    assert_eq!(was, asked("new", json!({})));
    reply.unwrap();
}

#[test]
fn settings_are_read_and_saved() {
    let (reply, was) = call(r#"{"settings": {"width": 7}}"#, |shelf| now(shelf.get_settings()));
    assert_eq!(was, asked("get_settings", json!({})));
    let settings = reply.unwrap().settings;
    assert_eq!(settings.width, 7);
    let (reply, was) =
        call(
            r#"{"success": true, "message": "Settings saved"}"#,
            |shelf| now(shelf.save_settings(&settings)),
        );
    assert_eq!(was, asked("save_settings", json!({ "settings": { "width": 7 } })));
    reply.unwrap();
}
