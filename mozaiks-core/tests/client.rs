//! How a typed client writes its arguments and reads the reply back.

use std::collections::BTreeMap;
use std::future::{Future, IntoFuture, ready};

use futures_util::FutureExt;
use mozaiks_core::plugin::{Caller, ClientCall, Created, IntoReply, NamedArguments, Outcome, Page};
use mozaiks_core::{Error, ErrorCode, Result, Stored};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Answers every call with the same bytes.
struct Answer(Result<Vec<u8>, ErrorCode>);

impl Caller for Answer {
    fn call_action(&self, _: &str, _: &str, _: Vec<u8>) -> impl Future<Output = Result<Vec<u8>>> + Send {
        ready(self.0.clone().map_err(|code| Error::new(code, "no")))
    }
}

/// What a client makes of a reply that an action wrote as `T`.
fn read_as<T: IntoReply, R: DeserializeOwned>(reply: T) -> Result<R> {
    let answer = Answer(Ok(Outcome::<Result<T, Error>>::new().write(Ok(reply)).unwrap()));
    let call: ClientCall<'_, _, _, Result<R>> = ClientCall::new(&answer, "notes", "list", json!({}));
    call.into_future().now_or_never().unwrap()
}

#[track_caller]
fn comes_back<T>(reply: T)
where
    T: IntoReply + DeserializeOwned + Clone + PartialEq + std::fmt::Debug,
{
    assert_eq!(read_as::<T, T>(reply.clone()).unwrap(), reply);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Note {
    title: String,
}

/// A reply whose only field is called as the wrapper of what is no object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Chart {
    data: Option<BTreeMap<String, u8>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
enum Mixed {
    Nothing,
    Number(u8),
    Named { a: u8 },
}

#[test]
fn every_form_of_reply_comes_back() {
    comes_back(());
    comes_back(5_u8);
    comes_back(true);
    comes_back("text".to_owned());
    comes_back(vec![Note { title: "Milk".into() }]);
    comes_back((1_u8, "a".to_owned()));
    comes_back(Note { title: "Milk".into() });
    comes_back(BTreeMap::from([("a".to_owned(), 1_u8)]));
    comes_back(Created { id: "home".into() });
    comes_back(Page::<Note>::new(vec![Stored::new("home", Note { title: "Milk".into() })], 1, 0, 50));
    comes_back(json!({ "a": [1, null] }));
    comes_back(json!([1, 2]));
}

#[test]
fn options_come_back() {
    comes_back(None::<u8>);
    comes_back(Some(5_u8));
    comes_back(None::<Note>);
    comes_back(Some(Note { title: "Milk".into() }));
    comes_back(Some(BTreeMap::from([("data".to_owned(), 1_u8)])));
}

#[test]
fn enums_come_back() {
    comes_back(Mixed::Nothing);
    comes_back(Mixed::Number(1));
    comes_back(Mixed::Named { a: 1 });
    comes_back(Some(Mixed::Nothing));
}

#[test]
fn an_object_with_a_field_called_data_is_itself() {
    comes_back(Chart { data: Some(BTreeMap::from([("data".to_owned(), 1)])) });
    comes_back(Chart { data: Some(BTreeMap::from([("x".to_owned(), 1)])) });
    comes_back(Chart { data: None });
    comes_back(Some(Chart { data: Some(BTreeMap::new()) }));
    comes_back(BTreeMap::from([("data".to_owned(), BTreeMap::from([("a".to_owned(), 1_u8)]))]));
}

#[test]
fn a_reply_of_another_form_says_what_was_expected() {
    let error = read_as::<_, Note>(json!({ "other": 1 })).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Internal);
    assert!(format!("{error:?}").contains("missing field `title`"), "{error:?}");
    let error = read_as::<_, u8>("text".to_owned()).unwrap_err();
    assert!(format!("{error:?}").contains("invalid type: string \"text\", expected u8"), "{error:?}");
}

#[test]
fn an_error_comes_back_as_it_is() {
    let answer = Answer(Err(ErrorCode::NotFound));
    let call: ClientCall<'_, _, _, Result<Note>> = ClientCall::new(&answer, "notes", "get", json!({}));
    assert_eq!(call.into_future().now_or_never().unwrap().unwrap_err().code(), ErrorCode::NotFound);
}

#[test]
fn arguments_are_written_by_name() {
    let arguments = NamedArguments::new(&["title", "limit"], ("Milk", None::<u8>));
    assert_eq!(serde_json::to_value(arguments).unwrap(), json!({ "title": "Milk", "limit": null }));
    assert_eq!(serde_json::to_value(NamedArguments::new(&[], ())).unwrap(), json!({}));
}
