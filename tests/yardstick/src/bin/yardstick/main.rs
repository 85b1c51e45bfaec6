//! The yardstick: the task manager as a person would write it by hand over axum, for speed and nothing else.
//!
//! Tokens are verified once and then known by themselves; inputs are parsed from the bytes into types, an action is a
//! `match`, and replies are written from types into bytes. No limits, no guards, no events, no metrics.

// It ends with a panic where it cannot go on.
#![allow(clippy::expect_used)]

mod memory;
mod sqlite;
mod task;
mod tasks;
mod users;

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::post;
use clap::Parser;
use mozaiks_core::DocumentId;
use serde::{Deserialize, Serialize};
use yardstick::Place;

use task::{New, Task};
use tasks::Tasks;
use users::Users;

const PATH: &str = "/api/execute/task_manager";
const MAX_BODY: usize = 1024 * 1024;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    place: Place,
}

struct App {
    users: Users,
    tasks: Tasks,
}

/// What is answered instead of a reply.
type Refused = (StatusCode, &'static str, String);

fn main() {
    let options = Options::parse();
    options.place.run(async {
        let app = App { users: Users::new(), tasks: Tasks::open(options.place.sqlite.as_deref()) };
        let router = Router::new()
            .route(PATH, post(execute))
            .route(&format!("{PATH}/{{action}}"), post(execute))
            .with_state(Arc::new(app));
        let listener = options.place.bind().await;
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            // A connection that keeps its delay is slower, and no more.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).with_graceful_shutdown(yardstick::terminated()).await.expect("served");
    });
}

async fn execute(State(app): State<Arc<App>>, request: Request) -> Response {
    match answer(&app, request).await {
        Ok(body) => json(StatusCode::OK, body),
        Err((status, code, error)) => {
            let body = serde_json::json!({ "error": error, "error_code": code }).to_string();
            json(status, body.into_bytes())
        }
    }
}

async fn answer(app: &App, request: Request) -> Result<Vec<u8>, Refused> {
    let (parts, body) = request.into_parts();
    let user = app
        .users
        .of(&parts.headers)
        .ok_or_else(|| (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Authentication required".to_owned()))?;
    let body = to_bytes(body, MAX_BODY)
        .await
        .map_err(|error| (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", error.to_string()))?;
    let in_path = parts.uri.path().strip_prefix(PATH).and_then(|rest| rest.strip_prefix('/'));
    let in_body: Head<'_>;
    let action = match in_path {
        Some(action) => action,
        None => {
            in_body = parse(&body)?;
            &*in_body.action
        }
    };
    match action {
        "get" => {
            let input: Get = parse(&body)?;
            let id = input.item_id.as_object_id();
            id.and_then(|id| app.tasks.get(&user.id, id)).ok_or_else(not_found)
        }
        "create" => {
            let input: New<'_> = parse(&body)?;
            let task = Task::new(input).ok_or_else(|| invalid("Title is required"))?;
            let id = app.tasks.insert(&user.id, task).await;
            Ok(write(&Created { success: true, id: id.into() }))
        }
        "list" => {
            let input: List = parse(&body)?;
            Ok(app.tasks.page(&user.id, input.skip.unwrap_or(0), input.limit.unwrap_or(50).min(1000)))
        }
        other => Err((StatusCode::NOT_FOUND, "UNKNOWN_ACTION", format!("Unknown action: {other}"))),
    }
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Get {
    item_id: DocumentId,
}

#[derive(Deserialize)]
struct List {
    skip: Option<usize>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Created {
    success: bool,
    id: DocumentId,
}

fn json(status: StatusCode, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))
}

fn write(reply: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(reply).expect("a reply of texts and numbers")
}

fn invalid(text: &str) -> Refused {
    (StatusCode::BAD_REQUEST, "VALIDATION_ERROR", text.to_owned())
}

fn not_found() -> Refused {
    (StatusCode::NOT_FOUND, "NOT_FOUND", "Not found".to_owned())
}
