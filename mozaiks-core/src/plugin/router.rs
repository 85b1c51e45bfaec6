//! Which name runs which method.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rustc_hash::FxBuildHasher;

use super::action::ActionSpec;
use super::argument::{Argument, Input, Whole};
use super::reply::{Failure, IntoReply, Outcome};
use super::request::Request;
use crate::context::{Context, PluginContext};
use crate::error::{FieldErrors, Result};
use crate::events::{Event, TopicPattern};
use crate::settings::{Settings, SettingsSchema};

/// Runs one action: reads the arguments, then gives the future of the reply's bytes.
pub(crate) type RunAction<P> = Box<
    dyn for<'a, 'r> Fn(&'a P, &'a Context, &Request<'r>) -> Result<BoxFuture<'a, Result<Vec<u8>>>>
        + Send
        + Sync,
>;
/// Handles one event.
pub(crate) type RunEvent<P> =
    Box<dyn for<'a> Fn(&'a P, &'a Context, Event) -> Result<BoxFuture<'a, Result<()>>> + Send + Sync>;
/// Runs one step of a user's installation.
pub(crate) type RunStep<P> =
    Box<dyn for<'a> Fn(&'a P, &'a Context) -> BoxFuture<'a, Result<()>> + Send + Sync>;
/// Runs once for the whole runtime.
pub(crate) type RunOnce<P> =
    Box<dyn for<'a> Fn(&'a P, &'a PluginContext) -> BoxFuture<'a, Result<()>> + Send + Sync>;
/// Checks settings that have passed their own rules.
pub(crate) type CheckSettings<P> =
    Box<dyn Fn(&P, &serde_json::Map<String, serde_json::Value>) -> Result<(), FieldErrors> + Send + Sync>;

/// Which name runs which method of a plugin: what `#[plugin]` writes, and what a person can write by hand.
///
/// ```
/// use mozaiks_core::prelude::*;
/// use mozaiks_core::plugin::{ActionSpec, Manifest, Plugin, Router};
///
/// struct Greeter;
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Greet { name: String }
///
/// impl Plugin for Greeter {
///     fn manifest(&self) -> Manifest {
///         Manifest::new("greeter", "1.0.0")
///     }
///
///     fn router() -> Router<Self> {
///         Router::new().action(
///             ActionSpec::query("greet").description("Says hello."),
///             |_greeter, _ctx, Input(greet): Input<Greet>| {
///                 Box::pin(async move { Ok::<_, Error>(format!("Hello, {}!", greet.name)) })
///             },
///         )
///     }
/// }
/// ```
pub struct Router<P: ?Sized> {
    pub(crate) actions: Vec<(ActionSpec, RunAction<P>)>,
    pub(crate) by_name: HashMap<String, usize, FxBuildHasher>,
    pub(crate) events: Vec<(String, Result<TopicPattern, String>, RunEvent<P>)>,
    pub(crate) settings: Option<SettingsSchema>,
    pub(crate) check_settings: Option<CheckSettings<P>>,
    pub(crate) initialize: Option<RunOnce<P>>,
    pub(crate) shutdown: Option<RunOnce<P>>,
    pub(crate) steps: [Option<RunStep<P>>; Step::COUNT],
    /// What is wrong with it, for the runtime to report with everything else.
    pub(crate) mistakes: Vec<String>,
}

/// A step in the life of one user's copy of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// The user has installed it.
    Install,
    /// It is switched on, at first right after the installation.
    Activate,
    /// It is switched off.
    Deactivate,
    /// The user removes it.
    Uninstall,
}

impl Step {
    const COUNT: usize = 4;

    /// All of them, in the order in which a copy goes through them.
    pub const ALL: [Self; Self::COUNT] = [Self::Install, Self::Activate, Self::Deactivate, Self::Uninstall];
}

impl<P: ?Sized> Default for Router<P> {
    fn default() -> Self {
        Self {
            actions: Vec::new(),
            by_name: HashMap::default(),
            events: Vec::new(),
            settings: None,
            check_settings: None,
            initialize: None,
            shutdown: None,
            steps: [const { None }; Step::COUNT],
            mistakes: Vec::new(),
        }
    }
}

impl<P: Send + Sync + 'static> Router<P> {
    /// No actions yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an action that takes the whole request as one value.
    ///
    /// Two actions of one name are a mistake that the runtime reports when it is built.
    #[must_use]
    #[track_caller]
    pub fn action<T, R, E, F>(self, spec: ActionSpec, run: F) -> Self
    where
        T: Argument,
        R: IntoReply + Send + 'static,
        E: Failure + Send + 'static,
        F: for<'a> Fn(&'a P, &'a Context, Input<T>) -> BoxFuture<'a, Result<R, E>> + Send + Sync + 'static,
    {
        let (input, outcome) = (Whole::<T>::new(), Outcome::<Result<R, E>>::new());
        let spec = spec
            .input(move |generator| input.describe(generator))
            .output(move |generator| outcome.describe(generator));
        let run = Arc::new(run);
        self.action_with(spec, move |plugin, ctx, request| {
            let input = input.take(request)?;
            let future = run(plugin, ctx, input);
            Ok(Box::pin(async move { outcome.write(future.await) }))
        })
    }

    /// Adds an action that reads its arguments itself and replies with bytes: a JSON object.
    #[must_use]
    #[track_caller]
    pub fn action_with<F>(mut self, spec: ActionSpec, run: F) -> Self
    where
        F: for<'a, 'r> Fn(&'a P, &'a Context, &Request<'r>) -> Result<BoxFuture<'a, Result<Vec<u8>>>>
            + Send
            + Sync
            + 'static,
    {
        let name = spec.name().to_owned();
        if !crate::plugin::is_snake_case(&name) {
            let place = Location::caller();
            self.mistakes
                .push(format!("the action `{name}` ({place}) must be in snake_case, such as `list_items`"));
        }
        if self.by_name.insert(name.clone(), self.actions.len()).is_some() {
            let place = Location::caller();
            self.mistakes.push(format!("two actions are called `{name}` (the second at {place})"));
        }
        self.actions.push((spec, Box::new(run)));
        self
    }

    /// Handles events of a topic, such as `user:registered` or `notes:*`.
    #[must_use]
    pub fn on_event<F>(mut self, topic: &str, handle: F) -> Self
    where
        F: for<'a> Fn(&'a P, &'a Context, Event) -> Result<BoxFuture<'a, Result<()>>> + Send + Sync + 'static,
    {
        let pattern = topic.parse::<TopicPattern>().map_err(|error| error.to_string());
        self.events.push((topic.to_owned(), pattern, Box::new(handle)));
        self
    }

    /// Gives each user settings of type `S`, with the actions `get_settings` and `save_settings`.
    #[must_use]
    pub fn settings<S: Settings>(mut self) -> Self {
        self.settings = Some(SettingsSchema::of::<S>());
        self
    }

    /// Checks settings of type `S` that have passed the rules of their fields, before they are saved.
    #[must_use]
    pub fn check_settings<S: Settings>(
        mut self,
        check: impl Fn(&P, &S) -> Result<(), FieldErrors> + Send + Sync + 'static,
    ) -> Self {
        self.check_settings =
            Some(Box::new(move |plugin, object| check(plugin, &S::from_stored(Some(object)))));
        self
    }

    /// Runs once when the runtime starts, before any action. A plugin that fails here is switched off.
    #[must_use]
    pub fn on_initialize<F>(mut self, run: F) -> Self
    where
        F: for<'a> Fn(&'a P, &'a PluginContext) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
    {
        self.initialize = Some(Box::new(run));
        self
    }

    /// Runs once when the runtime shuts down.
    #[must_use]
    pub fn on_shutdown<F>(mut self, run: F) -> Self
    where
        F: for<'a> Fn(&'a P, &'a PluginContext) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
    {
        self.shutdown = Some(Box::new(run));
        self
    }

    /// Runs at a step in the life of a user's copy. If it fails, the step does not happen.
    #[must_use]
    pub fn on_step<F>(mut self, step: Step, run: F) -> Self
    where
        F: for<'a> Fn(&'a P, &'a Context) -> BoxFuture<'a, Result<()>> + Send + Sync + 'static,
    {
        if let Some((slot, _)) = self.steps.iter_mut().zip(Step::ALL).find(|(_, known)| *known == step) {
            *slot = Some(Box::new(run));
        }
        self
    }

    /// What is known of each action, in the order in which they were added.
    pub fn actions(&self) -> impl Iterator<Item = &ActionSpec> {
        self.actions.iter().map(|(spec, _)| spec)
    }

    pub(crate) fn step(&self, step: Step) -> Option<&RunStep<P>> {
        let (run, _) = self.steps.iter().zip(Step::ALL).find(|(_, known)| *known == step)?;
        run.as_ref()
    }
}
