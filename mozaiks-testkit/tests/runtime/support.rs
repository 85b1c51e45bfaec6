//! What the tests of the runtime share.

use std::pin::Pin;

use futures_util::FutureExt;
use mozaiks_core::runtime::Reply;
use mozaiks_testkit::log::LogLine;
use mozaiks_testkit::prelude::*;
use serde_json::Value;

/// The JSON object that a client gets.
#[track_caller]
pub fn body_of(reply: &Reply) -> Value {
    serde_json::from_slice(reply.body()).unwrap()
}

/// Lets a call run until it has to wait.
#[track_caller]
pub fn begin<F: Future>(call: &mut Pin<Box<F>>) {
    assert!(call.as_mut().now_or_never().is_none(), "the call did not wait");
}

/// Checks that a reply hides why it is an internal error, and that the log has it: under the id that the client
/// got, with the plugin's name. Gives the line.
#[track_caller]
pub fn assert_hidden(host: &TestHost, reply: &Reply, plugin: &str, cause: &str) -> LogLine {
    assert_eq!(reply.status(), 500, "{}", body_of(reply));
    let body = body_of(reply);
    assert_eq!(body["error"], "An unexpected error occurred");
    assert_eq!(body["error_code"], "INTERNAL");
    assert!(!body.to_string().contains(cause), "{body} tells the client {cause:?}");
    let id = body["details"]["error_id"].as_str().unwrap();
    let line = host.assert_logged(id);
    assert_eq!(line.fields["plugin"], plugin);
    assert!(line.fields["error"].contains(cause), "{cause:?} is not in {line}");
    line
}
