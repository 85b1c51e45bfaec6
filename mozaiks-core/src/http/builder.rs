//! What goes into a router.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method};
use axum::routing::MethodRouter;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::headers::TRACEPARENT;
use super::metrics::{CallMetrics, Metrics};
use super::openapi::{OpenApi, Surface};
use super::options::{AppConfig, HttpLimits, Rate};
use super::places::Places;
use super::plugins::Plugins;
use super::rate::UserRates;
use super::request_id::{REQUEST_ID, RequestIds};
use super::routes;
use super::service::HttpService;
use super::shared::{Check, Shared, Shows};
use crate::auth::Authenticator;
use crate::realtime::hub::Hub;
use crate::runtime::Runtime;

/// How long a browser may remember what other origins may do.
const PREFLIGHT: Duration = Duration::from_secs(3600);

/// What goes into a router over a runtime.
#[must_use = "a builder does nothing until it is built"]
pub struct HttpBuilder {
    runtime: Runtime,
    authenticator: Option<Arc<dyn Authenticator>>,
    hub: Option<Hub>,
    cors: Option<CorsLayer>,
    app: AppConfig,
    rate: Option<Rate>,
    limits: HttpLimits,
    checks: Vec<(String, Check)>,
    compress: bool,
    metrics: Option<Metrics>,
    shows: Shows,
}

/// The routes over a runtime, whole or one by one. Cloning is cheap.
#[derive(Clone)]
pub struct Http {
    shared: Arc<Shared>,
    cors: Option<CorsLayer>,
}

impl Http {
    /// A router over a runtime, with nothing said yet.
    pub fn builder(runtime: Runtime) -> HttpBuilder {
        HttpBuilder {
            runtime,
            authenticator: None,
            hub: None,
            cors: None,
            app: AppConfig::default(),
            rate: None,
            limits: HttpLimits::default(),
            checks: Vec::new(),
            compress: true,
            metrics: Some(Metrics::new()),
            shows: Shows { metrics: true, openapi: true, docs: true },
        }
    }

    /// All routes.
    pub fn router(&self) -> Router {
        let router = routes::all(&self.shared);
        match &self.cors {
            Some(cors) => router.layer(cors.clone()),
            None => router,
        }
    }

    /// All routes, to [`serve`](super::serve): a call of an action takes the shortest way.
    ///
    /// There is no such way if other origins may call, or if a layer is to tell who calls: then a call is a route like
    /// any other.
    pub fn service(&self) -> HttpService {
        let at_once = self.cors.is_none() && self.shared.authenticator.is_some();
        HttpService::new(at_once.then(|| Arc::clone(&self.shared)), self.router())
    }

    /// `POST /api/execute/{plugin}/{action}` alone, or at a path with `{plugin}` only, to mount where you like.
    pub fn execute_route(&self) -> MethodRouter {
        routes::execute_elsewhere(&self.shared)
    }

    /// `GET /metrics` alone, to serve at an address of its own.
    pub fn metrics_route(&self) -> MethodRouter {
        routes::metrics(&self.shared)
    }

    /// `POST /api/plugin-api` alone.
    pub fn plugin_api_route(&self) -> MethodRouter {
        routes::plugin_api(&self.shared)
    }
}

impl HttpBuilder {
    /// What tells from a token who is calling. Without one, a layer of the host's own must.
    pub fn authenticator(mut self, authenticator: Arc<dyn Authenticator>) -> Self {
        self.authenticator = Some(authenticator);
        self
    }

    /// The live connections that `/ws` adds to: the ones that the runtime pushes to. Without it there is no `/ws`.
    pub fn hub(mut self, hub: Hub) -> Self {
        self.hub = Some(hub);
        self
    }

    /// Lets pages of other origins call: the layer says which. Without one, browsers let none.
    pub fn cors(mut self, cors: CorsLayer) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Lets pages of these origins (`https://app.example`) call, with what this surface needs.
    pub fn cors_origins(self, origins: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.cors_from(AllowOrigin::list(origins))
    }

    /// Lets pages of all origins call, with what this surface needs. A page has no token that its user did not give it.
    pub fn cors_any_origin(self) -> Self {
        self.cors_from(AllowOrigin::any())
    }

    fn cors_from(self, origins: AllowOrigin) -> Self {
        let cors = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::DELETE])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID, TRACEPARENT])
            .expose_headers([RETRY_AFTER, REQUEST_ID])
            .max_age(PREFLIGHT);
        self.cors(cors)
    }

    /// What `/api/app-config` tells a front end.
    pub fn app_config(mut self, app: AppConfig) -> Self {
        self.app = app;
        self
    }

    /// How often one user may ask. Without it, as often as they like.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// How much of the host clients may take.
    pub fn limits(mut self, limits: HttpLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Something more that must be there for `/ready`, under the name of the service. An `Err` says why it is not, in
    /// words that anybody may read.
    pub fn ready_check<C, F>(mut self, service: impl Into<String>, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks.push((service.into(), Arc::new(move || Box::pin(check()))));
        self
    }

    /// Sends replies as they are, also to clients that would take them compressed: a proxy in front does that.
    pub fn without_compression(mut self) -> Self {
        self.compress = false;
        self
    }

    /// The figures to count in, where the host has some already.
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Shows the figures at [`metrics_route`](Http::metrics_route) alone, which the host serves elsewhere.
    pub fn metrics_elsewhere(mut self) -> Self {
        self.shows.metrics = false;
        self
    }

    /// Counts nothing.
    pub fn without_metrics(mut self) -> Self {
        self.metrics = None;
        self.metrics_elsewhere()
    }

    /// Does not describe itself at `/api/openapi.json`, and so has no page at `/api/docs` either.
    pub fn without_openapi(mut self) -> Self {
        self.shows.openapi = false;
        self.without_docs()
    }

    /// Has no page at `/api/docs`.
    pub fn without_docs(mut self) -> Self {
        self.shows.docs = false;
        self
    }

    /// The routes, to mount one by one.
    pub fn finish(self) -> Http {
        let clock = &self.runtime.services().clock;
        let described = self.runtime.describe();
        let plugins = Plugins::of(&self.runtime, &described).unwrap_or_default();
        let surface = Surface { live: self.hub.is_some(), shows: self.shows };
        let openapi = self.shows.openapi.then(|| OpenApi::new(&self.app, &described, &surface));
        let shared = Shared {
            openapi,
            authenticator: self.authenticator,
            said_that_none_is_known: AtomicBool::new(false),
            hub: self.hub,
            rates: self.rate.map(|rate| UserRates::new(rate, Arc::clone(clock))),
            places: Places::new(self.limits.in_flight),
            limits: self.limits,
            app: self.app,
            plugins,
            checks: self.checks,
            ids: RequestIds::new(&**clock),
            compress: self.compress,
            metrics: self.metrics.map(|metrics| CallMetrics::new(metrics, &self.runtime)),
            shows: self.shows,
            runtime: self.runtime,
        };
        Http { shared: Arc::new(shared), cors: self.cors }
    }

    /// All routes, as a router.
    pub fn build(self) -> Router {
        self.finish().router()
    }
}
