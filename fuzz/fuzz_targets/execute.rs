//! Whatever bytes a client sends as a body, or as the name of an action: the answer is valid JSON with a known status,
//! and the fault is never the host's.

#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mozaiks_core::Identity;
use mozaiks_core::runtime::{Limits, Reply, Runtime};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

#[path = "../../mozaiks-core/tests/common/nothing.rs"]
mod nothing;
mod sink;

use sink::{ACTIONS, Sink};

/// Small, so that the fuzzer reaches it.
const MAX_BODY: usize = 4096;

struct Host {
    runtime: Runtime,
    tokio: tokio::runtime::Runtime,
    alice: Identity,
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

fn host() -> Host {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let limits = Limits::default().max_body(MAX_BODY);
    let runtime = nothing::services().plugin(Sink).limits(limits).build().unwrap();
    Host { runtime, tokio, alice: Identity::new("shop", "alice").unwrap() }
}

fuzz_target!(|input: &[u8]| {
    HOST.with_borrow_mut(|slot| {
        let Host { runtime, tokio, alice } = slot.get_or_insert_with(host);
        tokio.block_on(async {
            check(input, &runtime.execute(alice, "sink", input).await);
            // And the other form: what stands before the first line break is the action.
            if let Some(end) = input.iter().position(|byte| *byte == b'\n')
                && let Ok(action) = std::str::from_utf8(&input[..end])
            {
                let body = &input[end + 1..];
                check(body, &runtime.execute_action(alice, "sink", action, body).await);
            }
            // A body that is well formed reaches every action.
            if input.first() == Some(&b'{') {
                for action in ACTIONS {
                    check(input, &runtime.execute_action(alice, "sink", action, input).await);
                }
            }
        });
    });
});

/// Holds an answer against the contract.
fn check(body: &[u8], reply: &Reply) {
    let status = reply.status();
    let object: Map<String, Value> = serde_json::from_slice(reply.body()).expect("a JSON object");
    match status {
        200 => assert!(reply.is_ok()),
        400 | 404 | 413 => {
            assert!(object["error"].is_string(), "{object:?}");
            let code = object["error_code"].as_str().expect("a code");
            let known = match status {
                400 => code == "VALIDATION_ERROR" || code == "UNKNOWN_ACTION",
                404 => code == "UNKNOWN_ACTION" || code == "NOT_FOUND",
                _ => code == "PAYLOAD_TOO_LARGE",
            };
            assert!(known, "{status} {object:?}");
        }
        other => panic!("status {other} for {:?}: {object:?}", String::from_utf8_lossy(body)),
    }
    assert_eq!(status == 413, body.len() > MAX_BODY);
    if status == 200 {
        // What is done was a JSON object, by another reader too. Fields that no action asks for may hold half a surrogate
        // pair, which the grammar of JSON allows and no text can hold: they are not read here either.
        let sent: BTreeMap<String, &RawValue> =
            serde_json::from_slice(body).expect("only an object is executed");
        for (name, mine) in [("user_id", "alice"), ("app_id", "shop")] {
            if sent.contains_key(name) && object.contains_key(name) {
                assert_eq!(object[name], mine, "the client chose its {name}");
            }
        }
    }
}
