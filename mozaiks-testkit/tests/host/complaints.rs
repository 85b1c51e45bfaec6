//! What a test host complains of: the message shows what happened, and the test's own line is blamed.

#![allow(clippy::let_underscore_future, reason = "whoever complains does so before there is a future")]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;

use super::{Notes, Tasks, host};

thread_local! {
    static BLAMED: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// What something panics with, and the line that is blamed for it.
fn complaint(run: impl FnOnce()) -> (String, u32) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if let Some(place) = info.location() {
                BLAMED.set(Some((place.file().to_owned(), place.line())));
            }
            before(info);
        }));
    });
    let Err(panic) = catch_unwind(AssertUnwindSafe(run)) else { panic!("it does not complain") };
    let (file, line) = BLAMED.take().unwrap();
    assert!(file.ends_with("tests/host/complaints.rs"), "{file} is blamed");
    let text = panic.downcast_ref::<String>().cloned();
    (text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap(), line)
}

/// Checks that a complaint blames the line on which this stands, and gives it.
macro_rules! complaint {
    ($run:expr) => {{
        let (text, line) = complaint(|| {
            let _ = $run;
        });
        assert_eq!(line, line!(), "another line is blamed");
        text
    }};
}

#[tokio::test]
async fn a_complaint_shows_what_happened_and_names_the_line() {
    let host = host();
    let alice = host.user("alice");
    alice.call("create", json!({ "title": "Milk" })).await.unwrap();
    let all = [
        complaint!(host.assert_published("notes:note_deleted")),
        complaint!(host.assert_not_published("notes:note_created")),
        complaint!(host.assert_published_exactly(&["notes:note_created"])),
        complaint!(host.assert_logged("no such line")),
        complaint!(alice.assert_notified("notes_deleted")),
        complaint!(alice.assert_pushed("notes_update", "deleted")),
        complaint!(alice.assert_undisturbed()),
    ];
    for text in &all {
        assert!(text.contains("What happened:\n  push"), "{text}");
        assert!(
            text.contains(
                r#"event         notes:note_created (app "test_app", user "alice") {"title":"Milk"}"#
            ),
            "{text}"
        );
        assert!(text.contains(r#"notification  to "alice": "#) && text.contains("notes_created"), "{text}");
    }
    assert!(all[0].starts_with("`notes:note_deleted` was not published"), "{}", all[0]);
    assert!(all[2].starts_with(r#"expected the events ["notes:note_created"], but ["notes:note_created", "notes:note_counted"] were published"#), "{}", all[2]);
    assert!(all[4].starts_with(r#""alice" was not notified with `notes_deleted`"#), "{}", all[4]);
}

#[tokio::test]
async fn what_cannot_be_is_refused_on_the_line_that_says_it() {
    let host = host();
    assert!(complaint!(host.user("")).contains("there can be no user \"\""));
    assert!(complaint!(host.user("line\nbreak")).contains("control character"));
    assert!(complaint!(host.user("alice").in_app("")).contains("there can be no app \"\""));
    assert!(complaint!(host.user("alice").granted(["no permission"])).contains("no permission"));
    assert!(complaint!(host.user("alice").without("no permission")).contains("no permission"));
    assert!(complaint!(host.user("alice").install(["no permission"])).contains("no permission"));
    let twice = complaint!(TestHost::builder().plugin(Tasks).plugin(Tasks).build());
    assert!(twice.contains("tasks"), "{twice}");
    assert!(complaint!(TestHost::builder().plugin(Tasks).granted(["x"]).build()).starts_with("granted: "));
}

#[tokio::test]
async fn with_several_plugins_a_user_says_which_one() {
    let host = TestHost::builder().plugin(Notes).plugin(Tasks).build();
    let alice = host.user("alice");
    let expected = "which plugin is meant? Say it with `.plugin(...)` on the user or `.calling(...)` on the builder: \
                    \"notes\" or \"tasks\"";
    let all = [
        complaint!(alice.call("name", json!({}))),
        complaint!(alice.call_typed::<serde_json::Value>("name", json!({}))),
        complaint!(alice.send("{}")),
        complaint!(alice.settings()),
        complaint!(alice.save_settings(json!({}))),
        complaint!(alice.set_enabled(false)),
        complaint!(alice.uninstall()),
        complaint!(alice.install([])),
        complaint!(alice.clone().granted([])),
        complaint!(alice.clone().without("notifications:send")),
        complaint!(alice.clone().without_plugin()),
    ];
    for text in all {
        assert_eq!(text, expected);
    }
    let tasks = alice.clone().plugin("tasks");
    assert_eq!(tasks.call("name", json!({})).await.unwrap(), json!({ "data": "tasks" }));
    assert_eq!(alice.plugin("notes").call("who", json!({})).await.unwrap()["user_id"], "alice");
    let host = TestHost::builder().plugin(Notes).plugin(Tasks).calling("tasks").build();
    assert_eq!(host.user("alice").call("name", json!({})).await.unwrap(), json!({ "data": "tasks" }));
    let nobody = complaint!(TestHost::builder().plugin(Notes).calling("nots").build());
    assert_eq!(nobody, "calling: the host has no plugin \"nots\"");
    let unknown = host.user("alice").plugin("nots").call("who", json!({})).await.unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::PluginNotFound);
}
