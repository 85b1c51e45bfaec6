//! Which path leads where.

mod app;
mod execute;
mod notifications;
mod plugin_api;
mod plugins;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, any_service, delete_service, get_service, post_service};

use super::envelope::{Asked, endpoint};
use super::error::{no_such_path, wrong_method};
use super::openapi;
use super::response::Response;
use super::shared::Shared;
use super::ws;
use crate::error::Result;

pub(super) use execute::{execute, is_call};

/// All routes.
pub(super) fn all(shared: &Arc<Shared>) -> Router {
    let fallback = endpoint(Arc::clone(shared), async |_: Asked| -> Result<Response> { Err(no_such_path()) });
    public(shared)
        .merge(of_plugins(shared))
        .merge(live(shared))
        .merge(of_notifications(shared))
        .fallback_service(fallback)
}

/// What needs no token.
fn public(shared: &Arc<Shared>) -> Router {
    let mut router = Router::new();
    if shared.shows.metrics {
        router = router.route("/metrics", metrics(shared));
    }
    if shared.shows.openapi {
        router = router.route(openapi::PATH, get(shared, openapi::describe));
    }
    if shared.shows.docs {
        router = router
            .route("/api/docs", get(shared, openapi::page))
            .route("/api/docs/{part}", get(shared, openapi::part));
    }
    router
        .route("/health", get(shared, app::health))
        .route("/ready", get(shared, app::ready))
        .route("/api/app-config", get(shared, app::config))
}

/// Calling plugins, and what is known of them.
fn of_plugins(shared: &Arc<Shared>) -> Router {
    let settings = get_service(endpoint(Arc::clone(shared), settings::get))
        .post_service(endpoint(Arc::clone(shared), settings::save));
    let calls = any_service(endpoint(Arc::clone(shared), execute::at_path));
    Router::new()
        .route(execute::PATH, calls)
        .route("/api/plugin-api", plugin_api(shared))
        .route("/api/plugins", get(shared, plugins::list))
        .route("/api/available-plugins", get(shared, plugins::list))
        .route("/api/plugins/{plugin}/schema", get(shared, plugins::schema))
        .route("/api/check-plugin-access/{plugin}", get(shared, plugins::access))
        .route("/api/plugin-settings/{plugin}", closed(shared, settings))
}

/// What users were told.
fn of_notifications(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/api/notifications", get(shared, notifications::list))
        .route("/api/notifications/count", get(shared, notifications::count))
        .route("/api/notifications/mark-all-read", post(shared, notifications::mark_all_read))
        .route(
            "/api/notifications/{id}",
            closed(shared, delete_service(endpoint(Arc::clone(shared), notifications::delete))),
        )
        .route("/api/notifications/{id}/read", post(shared, notifications::read))
        .route("/api/notifications/{id}/unread", post(shared, notifications::unread))
}

/// Live connections, where the host has any.
fn live(shared: &Arc<Shared>) -> Router {
    let Some(hub) = shared.hub.clone() else { return Router::new() };
    let upgrade = move |asked: Asked| ws::upgrade(asked, hub.clone());
    Router::new()
        .route("/ws", get(shared, upgrade.clone()))
        .route("/ws/notifications/{user_id}", get(shared, upgrade))
}

/// Executing actions, at a path with `{plugin}` and maybe `{action}`.
pub(super) fn execute_elsewhere(shared: &Arc<Shared>) -> MethodRouter {
    post(shared, execute::at_own_path)
}

/// The figures.
pub(super) fn metrics(shared: &Arc<Shared>) -> MethodRouter {
    get(shared, super::metrics::scrape)
}

/// The one path for all plugins.
pub(super) fn plugin_api(shared: &Arc<Shared>) -> MethodRouter {
    post(shared, plugin_api::call)
}

fn get<H, F>(shared: &Arc<Shared>, handler: H) -> MethodRouter
where
    H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response>> + Send + 'static,
{
    closed(shared, get_service(endpoint(Arc::clone(shared), handler)))
}

fn post<H, F>(shared: &Arc<Shared>, handler: H) -> MethodRouter
where
    H: Fn(Asked) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response>> + Send + 'static,
{
    closed(shared, post_service(endpoint(Arc::clone(shared), handler)))
}

/// Answers every other method with 405.
fn closed(shared: &Arc<Shared>, route: MethodRouter) -> MethodRouter {
    route.fallback_service(endpoint(Arc::clone(shared), async |_: Asked| -> Result<Response> {
        Err(wrong_method())
    }))
}
