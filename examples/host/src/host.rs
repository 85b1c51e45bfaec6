//! The host from its start to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use mozaiks_core::auth::{Authenticator, JwtOptions, JwtSecret, NewToken};
use mozaiks_core::http::{AppConfig, Http, HttpBuilder, HttpLimits, Rate, ServeOptions, serve};
use mozaiks_core::runtime::Runtime;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::Failure;
use crate::options::Options;
use crate::services::Services;
use crate::{secret, try_it};

/// How long the token is good for that is printed at the start.
const TRIAL: Duration = Duration::from_hours(24);

/// Serves until a signal comes. `true` if all that was in flight has ended in time.
pub async fn run(options: &Options) -> Result<bool, Failure> {
    // Signals that come while the host starts end it once it has started.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let signal = async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("shutting down");
    };
    let mongodb = Services::mongodb(options).await?;
    if let Some(config) = &options.app.config {
        std::fs::read_dir(config)
            .map_err(|error| format!("the folder {} cannot be read: {error}", config.display()))?;
    }
    let (listener, address) = listen(options.serve.listen).await?;
    let figures = match options.surface.metrics_listen {
        Some(at) => Some(listen(at).await?),
        None => None,
    };
    let secret = match options.identity.jwks_url {
        Some(_) => None,
        None => Some(secret::secret(options)?),
    };
    let services = Services::open(options, mongodb)?;
    let runtime = services.runtime(options)?;
    // Said once, and not by every plugin that would not find its documents.
    services.storage.ping().await?;
    let report = runtime.start().await?;
    for (plugin, error) in &report.failed {
        tracing::error!(plugin, error = %error.message(), "a plugin is switched off");
    }
    services.events.recover().await?;

    let tokens = tokens(options, &services, secret.as_ref())?;
    let http = http(options, &services, runtime.clone(), tokens).finish();
    if let Some(secret) = secret.filter(|_| options.place.jwt_secret.is_none()) {
        let token = secret::sign(options, &secret, NewToken::new("alice").username("Alice").ttl(TRIAL))?;
        let surface = &options.surface;
        try_it::print(address, &token, !(surface.no_openapi || surface.no_docs));
    }
    let figures = figures.map(|(listener, address)| {
        tracing::info!(%address, "serving metrics");
        let router = Router::new().route("/metrics", http.metrics_route());
        // They are served to the end of the process.
        tokio::spawn(serve(listener, router, std::future::pending(), ServeOptions::default()))
    });
    tracing::info!(%address, "serving");
    let serving = ServeOptions::default()
        .header_timeout(options.limits.header_timeout)
        .keep_alive(options.limits.idle)
        .shutdown(options.serve.shutdown)
        .hub(services.hub.clone());
    let deadline = Deadline::new(options.serve.shutdown);
    let ended = serve(listener, http, deadline.from(signal), serving).await;
    if !ended {
        tracing::warn!("connections were cut off: they did not end in time");
    }
    let ended = end(&services, &runtime, &deadline).await && ended;
    if let Some(figures) = figures {
        figures.abort();
    }
    Ok(ended)
}

/// Takes an address; the one that it is now.
async fn listen(at: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(at).await.map_err(|error| format!("cannot listen at {at}: {error}"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Ends what is behind the sockets: calls, then their events, then plugins, then the storage.
async fn end(services: &Services, runtime: &Runtime, deadline: &Deadline) -> bool {
    let running = runtime.drain(deadline.left()).await;
    if running > 0 {
        tracing::warn!(running, "calls did not end in time");
    }
    let delivered = services.events.shutdown(deadline.left()).await;
    let failed = runtime.shutdown().await;
    for (plugin, error) in &failed {
        tracing::error!(plugin, error = %error.message(), "a plugin did not shut down");
    }
    let closed = services.storage.close().await;
    if let Err(error) = &closed {
        tracing::error!(error = ?error, "the storage did not close");
    }
    running == 0 && delivered && failed.is_empty() && closed.is_ok()
}

/// What tells users apart: by this secret, or by the keys of an identity provider.
fn tokens(
    options: &Options,
    services: &Services,
    secret: Option<&JwtSecret>,
) -> Result<Arc<dyn Authenticator>, Failure> {
    let identity = &options.identity;
    let mut jwt = JwtOptions::new(&options.app.app_id)
        .leeway(identity.leeway)
        .claims(secret::claims(options))
        .clock(Arc::clone(&services.clock));
    if let Some(issuer) = &identity.issuer {
        jwt = jwt.issuer(issuer);
    }
    for audience in &identity.audience {
        jwt = jwt.audience(audience);
    }
    Ok(match (options.jwks()?, secret) {
        (Some(endpoint), _) => Arc::new(jwt.with_jwks(&endpoint)?),
        (None, Some(secret)) => Arc::new(jwt.with_secret(secret)?),
        (None, None) => return Err("there is nothing to check tokens with".into()),
    })
}

fn http(
    options: &Options,
    services: &Services,
    runtime: Runtime,
    tokens: Arc<dyn Authenticator>,
) -> HttpBuilder {
    let (app, limits, surface) = (&options.app, &options.limits, &options.surface);
    let mut http = Http::builder(runtime)
        .authenticator(tokens)
        .hub(services.hub.clone())
        .app_config(
            AppConfig::default()
                .name(&app.app_name)
                .version(env!("CARGO_PKG_VERSION"))
                .env(&app.env)
                .monetization(app.monetization),
        )
        .limits(HttpLimits::default().body_timeout(limits.body_timeout).ping(limits.ping).idle(limits.idle));
    if limits.rate > 0 {
        http = http.rate(Rate::per_second(limits.rate).burst(limits.burst.unwrap_or(limits.rate)));
    }
    http = match surface.no_metrics {
        true => http.without_metrics(),
        false => http.metrics(services.metrics.clone()),
    };
    if surface.metrics_listen.is_some() {
        http = http.metrics_elsewhere();
    }
    if surface.no_openapi {
        http = http.without_openapi();
    }
    if surface.no_docs {
        http = http.without_docs();
    }
    let origins = &surface.cors_origin;
    if origins.iter().any(|origin| origin == "*") {
        http.cors_any_origin()
    } else if origins.is_empty() {
        http
    } else {
        // Each was looked at when the options were read.
        http.cors_origins(origins.iter().filter_map(|origin| origin.parse().ok()))
    }
}

/// When a shutdown must be over. It begins with the signal.
struct Deadline {
    after: Duration,
    began: std::sync::OnceLock<Instant>,
}

impl Deadline {
    fn new(after: Duration) -> Self {
        Self { after, began: std::sync::OnceLock::new() }
    }

    /// The signal, which starts the time.
    async fn from(&self, signal: impl Future<Output = ()>) {
        signal.await;
        self.began.get_or_init(Instant::now);
    }

    fn left(&self) -> Duration {
        self.began.get().map_or(self.after, |began| self.after.saturating_sub(began.elapsed()))
    }
}
