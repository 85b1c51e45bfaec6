//! What `impl Plugin` is written with: a function for each kind of member, so that what is written stays short.
//!
//! None of them asks anything of the author's types; see `traits` for what does.

use futures_util::future::BoxFuture;
use semver::Version;
use serde_json::{Map, Value};

use super::traits::{Arguments, FromEvent};
use crate::context::{Context, PluginContext};
use crate::error::{FieldErrors, Result};
use crate::plugin::{ActionSpec, Author, Outcome, Plugin, Router, Step};
use crate::settings::Settings;

/// A router without actions.
#[must_use]
pub fn router<P: Plugin>() -> Router<P> {
    Router::default()
}

/// Adds an action.
#[must_use]
#[track_caller]
pub fn action<P, A, R, F>(
    router: Router<P>,
    name: &'static str,
    description: &'static str,
    arguments: A,
    outcome: Outcome<R>,
    run: F,
) -> Router<P>
where
    P: Plugin,
    A: Arguments,
    R: 'static,
    F: for<'a> Fn(&'a P, &'a Context, A::Values) -> BoxFuture<'a, Result<Vec<u8>>> + Send + Sync + 'static,
{
    route(router, ActionSpec::action(name).description(description), arguments, outcome, run)
}

/// Adds a query.
#[must_use]
#[track_caller]
pub fn query<P, A, R, F>(
    router: Router<P>,
    name: &'static str,
    description: &'static str,
    arguments: A,
    outcome: Outcome<R>,
    run: F,
) -> Router<P>
where
    P: Plugin,
    A: Arguments,
    R: 'static,
    F: for<'a> Fn(&'a P, &'a Context, A::Values) -> BoxFuture<'a, Result<Vec<u8>>> + Send + Sync + 'static,
{
    route(router, ActionSpec::query(name).description(description), arguments, outcome, run)
}

#[track_caller]
fn route<P, A, R, F>(
    router: Router<P>,
    spec: ActionSpec,
    arguments: A,
    outcome: Outcome<R>,
    run: F,
) -> Router<P>
where
    P: Plugin,
    A: Arguments,
    R: 'static,
    F: for<'a> Fn(&'a P, &'a Context, A::Values) -> BoxFuture<'a, Result<Vec<u8>>> + Send + Sync + 'static,
{
    let spec = spec
        .input(move |generator| arguments.describe(generator))
        .output(move |generator| outcome.describe(generator));
    router.action_with(spec, move |plugin, ctx, request| Ok(run(plugin, ctx, arguments.take(request)?)))
}

/// Adds a handler to each of the topics.
#[must_use]
pub fn on_event<P, T, F>(router: Router<P>, topics: &[&str], takes: T, run: F) -> Router<P>
where
    P: Plugin,
    T: FromEvent,
    F: for<'a> Fn(&'a P, &'a Context, T::Value) -> BoxFuture<'a, Result<()>> + Copy + Send + Sync + 'static,
{
    topics.iter().fold(router, |router, topic| {
        router.on_event(topic, move |plugin, ctx, event| Ok(run(plugin, ctx, takes.take(event)?)))
    })
}

/// Adds what runs at a step of an installation.
#[must_use]
pub fn on_step<P, F>(router: Router<P>, step: Step, run: F) -> Router<P>
where
    P: Plugin,
    F: for<'a> Fn(&'a P, &'a Context) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
{
    router.on_step(step, run)
}

/// Adds what runs when the runtime starts.
#[must_use]
pub fn on_initialize<P, F>(router: Router<P>, run: F) -> Router<P>
where
    P: Plugin,
    F: for<'a> Fn(&'a P, &'a PluginContext) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
{
    router.on_initialize(run)
}

/// Adds what runs when the runtime shuts down.
#[must_use]
pub fn on_shutdown<P, F>(router: Router<P>, run: F) -> Router<P>
where
    P: Plugin,
    F: for<'a> Fn(&'a P, &'a PluginContext) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
{
    router.on_shutdown(run)
}

type CheckSettings<P, S> = Box<dyn Fn(&P, &S) -> Result<(), FieldErrors> + Send + Sync>;

/// How a router gets settings of type `S`.
pub struct SettingsOf<P, S> {
    add: fn(Router<P>) -> Router<P>,
    check: fn(Router<P>, CheckSettings<P, S>) -> Router<P>,
}

impl<P, S> Clone for SettingsOf<P, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, S> Copy for SettingsOf<P, S> {}

/// Settings of type `S`. The only place that asks whether it is one.
#[must_use]
pub fn settings_of<P: Plugin, S: Settings>() -> SettingsOf<P, S> {
    SettingsOf { add: Router::settings::<S>, check: |router, check| router.check_settings::<S>(check) }
}

/// Gives the plugin settings.
#[must_use]
pub fn settings<P, S>(router: Router<P>, settings: SettingsOf<P, S>) -> Router<P> {
    (settings.add)(router)
}

/// Adds a check of settings.
#[must_use]
pub fn check_settings<P, S, F>(router: Router<P>, settings: SettingsOf<P, S>, check: F) -> Router<P>
where
    F: Fn(&P, &S) -> Result<(), FieldErrors> + Send + Sync + 'static,
{
    (settings.check)(router, Box::new(check))
}

/// Who made a plugin; what is empty is not said.
#[must_use]
pub fn author(name: &str, email: &str, website: &str) -> Author {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Author { name: name.to_owned(), email: said(email), website: said(website) }
}

/// A version that the macro has checked.
#[must_use]
pub fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|_| Version::new(0, 0, 0))
}

/// What stands between the braces of `props = { ... }`.
#[must_use]
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
