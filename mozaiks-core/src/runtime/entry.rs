//! A plugin in the runtime, its type forgotten.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::settings_actions;
use super::span::SpanSource;
use crate::context::{Context, PluginContext, PluginInfo};
use crate::error::Result;
use crate::events::{Called, Event, TopicPattern};
use crate::gate::Gate;
use crate::plugin::{ActionSpec, Manifest, Plugin, Request, Router, Step};

/// A plugin in the runtime.
pub(super) struct Entry {
    /// Which one it is, in the order of registration.
    pub number: usize,
    pub info: Arc<PluginInfo>,
    pub gate: Gate,
    pub spans: &'static SpanSource,
    manifest: Manifest,
    /// What is called, by the number of the action.
    called: Vec<Arc<Called>>,
    code: Box<dyn Code>,
}

impl Entry {
    pub fn new<P: Plugin>(number: usize, plugin: P) -> (Self, Vec<String>) {
        let mut manifest = plugin.manifest();
        let mut router = P::router();
        let mut mistakes = std::mem::take(&mut router.mistakes);
        let info = Arc::new(info_of(&manifest, &router));
        if let Some(settings) = &router.settings {
            manifest.settings = settings.fields().to_vec();
        }
        if router.check_settings.is_some() && router.settings.is_none() {
            mistakes.push("settings are checked, but there are none: add `settings = ...`".to_owned());
        }
        let plugin = Arc::new(plugin);
        settings_actions::add(&plugin, &mut router);
        let spans = SpanSource::of(&info.name);
        let called =
            |spec: &ActionSpec| Called { plugin: Arc::clone(&info.name), action: spec.name().into() };
        let called = router.actions.iter().map(|(spec, _)| Arc::new(called(spec))).collect();
        let code = Box::new(Typed { plugin, router });
        (Self { number, info, gate: Gate::default(), spans, manifest, called, code }, mistakes)
    }

    pub fn name(&self) -> &str {
        &self.info.name
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is called, by the number of the action.
    pub fn called(&self, action: usize) -> Option<&Arc<Called>> {
        self.called.get(action)
    }

    /// The names of all actions by their number, those included that stand in no list.
    #[cfg(feature = "axum")]
    pub fn action_names(&self) -> Vec<&str> {
        self.called.iter().map(|called| &*called.action).collect()
    }

    pub fn code(&self) -> &dyn Code {
        &*self.code
    }
}

fn info_of<P>(manifest: &Manifest, router: &Router<P>) -> PluginInfo {
    let topic = |event: &String| {
        // One that has no form of a topic is reported with the rest of the manifest.
        format!("{}:{event}", manifest.name).parse().ok().map(|topic| (event.clone(), topic))
    };
    PluginInfo {
        name: Arc::from(&*manifest.name),
        permissions: manifest.permissions.iter().cloned().collect(),
        publishes: manifest.publishes.iter().filter_map(topic).collect(),
        notifications: manifest.notifications.iter().map(|one| one.id.clone()).collect(),
        settings: router.settings.clone(),
        longer_names: Vec::new(),
    }
}

/// What a plugin can run, whatever its type. Actions and event handlers go by their number.
pub(super) trait Code: Send + Sync {
    fn actions(&self) -> Vec<&ActionSpec>;
    fn find(&self, action: &str) -> Option<usize>;
    fn run<'a>(
        &'a self,
        action: usize,
        ctx: &'a Context,
        request: &Request<'_>,
    ) -> Result<BoxFuture<'a, Result<Vec<u8>>>>;

    fn subscriptions(&self) -> Vec<(&str, Result<&TopicPattern, &str>)>;
    fn handle<'a>(
        &'a self,
        handler: usize,
        ctx: &'a Context,
        event: Event,
    ) -> Result<BoxFuture<'a, Result<()>>>;

    fn initialize<'a>(&'a self, ctx: &'a PluginContext) -> Option<BoxFuture<'a, Result<()>>>;
    fn shutdown<'a>(&'a self, ctx: &'a PluginContext) -> Option<BoxFuture<'a, Result<()>>>;
    fn step<'a>(&'a self, step: Step, ctx: &'a Context) -> Option<BoxFuture<'a, Result<()>>>;
    fn steps(&self) -> Vec<Step>;
}

/// A plugin and what its router says.
struct Typed<P> {
    plugin: Arc<P>,
    router: Router<P>,
}

impl<P: Plugin> Code for Typed<P> {
    fn actions(&self) -> Vec<&ActionSpec> {
        self.router.actions().filter(|spec| spec.is_listed()).collect()
    }

    fn find(&self, action: &str) -> Option<usize> {
        self.router.by_name.get(action).copied()
    }

    fn run<'a>(
        &'a self,
        action: usize,
        ctx: &'a Context,
        request: &Request<'_>,
    ) -> Result<BoxFuture<'a, Result<Vec<u8>>>> {
        match self.router.actions.get(action) {
            Some((_, run)) => run(&self.plugin, ctx, request),
            None => Err(crate::Error::internal("the action is not in the router")),
        }
    }

    fn subscriptions(&self) -> Vec<(&str, Result<&TopicPattern, &str>)> {
        self.router
            .events
            .iter()
            .map(|(text, pattern, _)| (text.as_str(), pattern.as_ref().map_err(String::as_str)))
            .collect()
    }

    fn handle<'a>(
        &'a self,
        handler: usize,
        ctx: &'a Context,
        event: Event,
    ) -> Result<BoxFuture<'a, Result<()>>> {
        match self.router.events.get(handler) {
            Some((_, _, handle)) => handle(&self.plugin, ctx, event),
            None => Err(crate::Error::internal("the event handler is not in the router")),
        }
    }

    fn initialize<'a>(&'a self, ctx: &'a PluginContext) -> Option<BoxFuture<'a, Result<()>>> {
        self.router.initialize.as_ref().map(|run| run(&self.plugin, ctx))
    }

    fn shutdown<'a>(&'a self, ctx: &'a PluginContext) -> Option<BoxFuture<'a, Result<()>>> {
        self.router.shutdown.as_ref().map(|run| run(&self.plugin, ctx))
    }

    fn step<'a>(&'a self, step: Step, ctx: &'a Context) -> Option<BoxFuture<'a, Result<()>>> {
        self.router.step(step).map(|run| run(&self.plugin, ctx))
    }

    fn steps(&self) -> Vec<Step> {
        Step::ALL.into_iter().filter(|step| self.router.step(*step).is_some()).collect()
    }
}
