//! The axum router over a runtime: everything that a client of a host sees.
//!
//! ```no_run
//! use std::sync::Arc;
//! use mozaiks_core::Runtime;
//! use mozaiks_core::auth::Authenticator;
//! use mozaiks_core::http::{AppConfig, Http, Rate, ServeOptions, serve};
//! use mozaiks_core::realtime::hub::Hub;
//!
//! # async fn host(runtime: Runtime, tokens: Arc<dyn Authenticator>, hub: Hub) -> std::io::Result<()> {
//! let http = Http::builder(runtime)
//!     .authenticator(tokens)
//!     .hub(hub.clone())
//!     .app_config(AppConfig::default().name("Shop").version("1.2.0").env("production"))
//!     .rate(Rate::per_second(50).burst(100));
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! let stop = async { std::future::pending::<()>().await };
//! let in_time = serve(listener, http, stop, ServeOptions::default().hub(hub)).await;
//! # let _ = in_time; Ok(()) }
//! ```
//!
//! `.build()` makes a router that nests anywhere: `axum::Router::new().nest("/mozaiks", router)`. A host that knows its
//! users in another way puts an [`Identity`](crate::Identity) into the extensions of each request with a layer of its
//! own, and needs no authenticator.

mod body;
mod builder;
mod caller;
mod calling;
mod envelope;
mod error;
mod headers;
mod metrics;
mod openapi;
mod options;
mod places;
mod plugins;
mod query;
mod rate;
mod request_id;
mod response;
mod routes;
mod serve;
mod service;
mod shared;
mod ws;

use axum::Router;

use crate::runtime::Runtime;

pub use builder::{Http, HttpBuilder};
pub use metrics::{Measured, Metrics};
pub use options::{AppConfig, HttpLimits, Rate};
pub use serve::{ServeOptions, serve};
pub use service::HttpService;
pub use tower_http::cors::CorsLayer;

/// The router over a runtime, for a host that authenticates with a layer of its own and changes nothing else.
///
/// The same as `Http::builder(runtime).build()`.
pub fn router(runtime: Runtime) -> Router {
    Http::builder(runtime).build()
}
