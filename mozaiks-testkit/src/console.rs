//! Drives a plugin from a terminal: requests in as lines of JSON, what becomes of them out as lines of JSON.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::time::Duration;

use mozaiks_core::Event;
use mozaiks_core::notifications::StoredNotification;
use mozaiks_core::plugin::Plugin;
use mozaiks_core::realtime::Push;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::host::{TestHost, TestHostBuilder};
use crate::journal::Happening;

/// The `main` of a plugin crate: reads requests from standard input, one JSON object in a line, and prints what
/// becomes of each.
///
/// ```no_run
/// # use mozaiks_core::prelude::*;
/// # #[derive(Default)] struct Notes;
/// # #[plugin(name = "notes", version = "1.0.0")] impl Notes {}
/// fn main() -> std::process::ExitCode {
///     mozaiks_testkit::console(Notes::default())
/// }
/// ```
///
/// A request is `{"user": "alice", "action": "create", ...fields}`; `roles` and `app` may stand beside `user`, and
/// `plugin` must where a host has [several](drive).
/// `{"advance_seconds": 60}` moves the clock. Each request prints its reply, then the events, notifications and
/// pushes that it led to. Ids and times are the same in every run. Lines that are empty or begin with `#` are passed
/// over.
///
/// It ends with an error only if a line is no request: an action that fails is a reply like any other.
///
/// A plugin that needs more of its host, such as a capability, has [`console_with`].
pub fn console<P: Plugin>(plugin: P) -> ExitCode {
    console_with(TestHost::builder().plugin(plugin).allow_unmatched_subscriptions())
}

/// As [`console`], on a host of your own: with a capability, a permission of the host's, plans, several plugins.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use mozaiks_core::prelude::*;
/// # use mozaiks_testkit::TestHost;
/// # trait Weather: Send + Sync {}
/// # impl Capability for dyn Weather {
/// #     const NAME: &'static str = "weather";
/// #     const PERMISSION: &'static str = "weather:read";
/// # }
/// # struct AlwaysRain;
/// # impl Weather for AlwaysRain {}
/// # #[derive(Default)] struct Umbrella;
/// # #[plugin(name = "umbrella", version = "1.0.0", permissions = ["weather:read"])] impl Umbrella {}
/// fn main() -> std::process::ExitCode {
///     let host = TestHost::builder().plugin(Umbrella).capability::<dyn Weather>(|_caller| Arc::new(AlwaysRain));
///     mozaiks_testkit::console_with(host)
/// }
/// ```
///
/// Ids are [predictable](TestHostBuilder::predictable_ids). A host that cannot be built ends it with an error that says
/// everything that is wrong.
///
/// # Panics
/// As [`TestHostBuilder::try_build`].
pub fn console_with(builder: TestHostBuilder) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no async runtime: {error}")),
    };
    let outcome = runtime.block_on(async {
        let host = builder.predictable_ids().try_build().map_err(|errors| errors.to_string())?;
        drive(&host, io::stdin().lock(), io::stdout().lock()).await
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    // There is nowhere left to report a standard error that is closed.
    drop(writeln!(io::stderr(), "{message}"));
    ExitCode::FAILURE
}

/// One line of standard input.
#[derive(Deserialize)]
struct Line {
    user: Option<String>,
    app: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    advance_seconds: Option<f64>,
    #[serde(flatten)]
    request: Map<String, Value>,
}

/// One line of standard output.
#[derive(Serialize)]
#[serde(untagged)]
enum Printed<'p> {
    Reply { status: u16, reply: &'p RawValue },
    Event { event: &'p Event },
    Notification { user: &'p str, notification: &'p StoredNotification },
    Push { user: &'p str, push: &'p Push },
}

/// Serves the requests of `input`, and prints to `output` what becomes of them. See [`console`].
///
/// # Errors
/// A text for people: the line that is no request, or the failure to read or write.
pub async fn drive(host: &TestHost, input: impl BufRead, mut output: impl Write) -> Result<(), String> {
    for (index, line) in input.lines().enumerate() {
        let place = format!("line {}", index + 1);
        let line = line.map_err(|error| format!("{place}: {error}"))?;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut line: Line =
            serde_json::from_str(line).map_err(|error| format!("{place} is no request: {error}"))?;
        if let Some(seconds) = line.advance_seconds {
            let duration = Duration::try_from_secs_f64(seconds)
                .map_err(|error| format!("{place}: advance_seconds: {error}"))?;
            host.advance(duration).await;
        } else {
            let user =
                line.user.ok_or_else(|| format!("{place} is no request: expected `user` and `action`"))?;
            let user =
                host.try_user(&user, line.app.as_deref()).map_err(|error| format!("{place}: {error}"))?;
            let user = match named_plugin(host, &mut line.request) {
                Ok(Some(plugin)) => user.plugin(&plugin),
                Ok(None) => user,
                Err(expected) => return Err(format!("{place} is no request: {expected}")),
            };
            let body = Value::Object(line.request).to_string();
            let reply = user.with_roles(line.roles).send(body).await;
            let status = reply.status();
            let body =
                serde_json::from_slice::<Box<RawValue>>(reply.body()).map_err(|error| error.to_string())?;
            print(&mut output, &Printed::Reply { status, reply: &body })?;
        }
        for happening in host.journal().all() {
            match happening {
                Happening::Event(event) => print(&mut output, &Printed::Event { event: &event })?,
                Happening::Notification(user, notification) => {
                    print(
                        &mut output,
                        &Printed::Notification { user: user.user_id(), notification: &notification },
                    )?;
                }
                Happening::Push(user, push) => {
                    print(&mut output, &Printed::Push { user: user.user_id(), push: &push })?;
                }
                _ => {}
            }
        }
        host.journal().clear();
    }
    Ok(())
}

/// The plugin that a request names: it must where there are several, and where there is one, `plugin` is a field like
/// any other.
fn named_plugin(host: &TestHost, request: &mut Map<String, Value>) -> Result<Option<String>, String> {
    let all: Vec<_> = host.runtime().plugins().collect();
    if all.len() < 2 {
        return Ok(None);
    }
    match request.remove("plugin") {
        Some(Value::String(plugin)) => Ok(Some(plugin)),
        None if host.calling().is_some() => Ok(None),
        _ => Err(format!("expected `plugin`, one of {}", all.join(", "))),
    }
}

fn print(output: &mut impl Write, line: &Printed<'_>) -> Result<(), String> {
    let text = serde_json::to_string(line).map_err(|error| error.to_string())?;
    writeln!(output, "{text}")
        .and_then(|()| output.flush())
        .map_err(|error| format!("standard output: {error}"))
}
