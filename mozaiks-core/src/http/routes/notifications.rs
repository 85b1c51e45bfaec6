//! What users were told: listed, counted, marked, removed.

use serde::Serialize;
use serde_json::json as value;

use crate::error::{Error, FieldErrors, Result};
use crate::http::envelope::Asked;
use crate::http::error::json;
use crate::http::query::pairs;
use crate::http::response::Response;
use crate::notifications::{ListNotifications, NotificationId};

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

/// A page of them, the newest first.
pub(in crate::http) async fn list(asked: Asked) -> Result<Response> {
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let options = options(asked.parts.uri.query())?;
    let runtime = &shared.runtime;
    json(&runtime.within(runtime.services().notifications.list(caller.identity.user(), options)).await??)
}

/// How many the user has not read.
pub(in crate::http) async fn count(asked: Asked) -> Result<Response> {
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let runtime = &shared.runtime;
    let unread =
        runtime.within(runtime.services().notifications.unread_count(caller.identity.user())).await??;
    json(&value!({ "unread_count": unread }))
}

/// Marks one as read.
pub(in crate::http) async fn read(asked: Asked) -> Result<Response> {
    mark(asked, true, "Notification marked as read").await
}

/// Marks one as unread.
pub(in crate::http) async fn unread(asked: Asked) -> Result<Response> {
    mark(asked, false, "Notification marked as unread").await
}

async fn mark(mut asked: Asked, read: bool, message: &'static str) -> Result<Response> {
    let id = NotificationId::from(asked.path("id").await);
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let runtime = &shared.runtime;
    let found =
        runtime.within(runtime.services().notifications.mark(caller.identity.user(), &id, read)).await??;
    said(found, message)
}

/// Marks all as read.
pub(in crate::http) async fn mark_all_read(asked: Asked) -> Result<Response> {
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let runtime = &shared.runtime;
    let marked =
        runtime.within(runtime.services().notifications.mark_all_read(caller.identity.user())).await??;
    json(&value!({ "message": "All notifications marked as read", "marked": marked }))
}

/// Removes one.
pub(in crate::http) async fn delete(mut asked: Asked) -> Result<Response> {
    let id = NotificationId::from(asked.path("id").await);
    let shared = &*asked.shared;
    let caller = shared.caller(&asked.parts).await?;
    let runtime = &shared.runtime;
    let found =
        runtime.within(runtime.services().notifications.delete(caller.identity.user(), &id)).await??;
    said(found, "Notification deleted")
}

fn said(found: bool, message: &'static str) -> Result<Response> {
    if found { json(&Message { message }) } else { Err(Error::not_found("Notification")) }
}

/// What the query asks for. Everything that is wrong with it is told at once.
fn options(query: Option<&str>) -> Result<ListNotifications> {
    let mut options = ListNotifications::default();
    let mut errors = FieldErrors::new();
    for (name, text) in pairs(query) {
        match &*name {
            "unread_only" => match &*text {
                "true" | "1" => options.unread_only = true,
                "false" | "0" => options.unread_only = false,
                _ => errors.add("unread_only", "expected true, false, 1 or 0"),
            },
            "limit" | "offset" => match whole(&text) {
                Some(number) if name == "limit" => options.limit = number.min(ListNotifications::MAX_LIMIT),
                Some(number) => options.offset = number,
                None => errors.add(name.into_owned(), "expected a whole number from 0"),
            },
            _ => {}
        }
    }
    errors.into_result()?;
    Ok(options)
}

/// A whole number in digits; of more digits than there are numbers, the largest.
fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}
