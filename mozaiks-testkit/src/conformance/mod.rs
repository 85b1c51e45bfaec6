//! Suites that a service must pass to do what its trait promises. Whoever writes a service runs them against it.
//!
//! Each suite takes a closure that makes a fresh service, runs every case against one of its own, and reports all
//! that failed. This proves a backend:
//!
//! ```
//! # use futures_util::future::{BoxFuture, FutureExt, ready};
//! # use mozaiks_core::settings::{SettingsError, SettingsManager, SettingsScope};
//! # use serde_json::{Map, Value};
//! # use std::collections::HashMap;
//! # use std::sync::Mutex;
//! # #[derive(Default)]
//! # struct MySettings(Mutex<HashMap<SettingsScope, Map<String, Value>>>);
//! # impl SettingsManager for MySettings {
//! #     fn load<'a>(&'a self, scope: &'a SettingsScope)
//! #         -> BoxFuture<'a, Result<Option<Map<String, Value>>, SettingsError>> {
//! #         ready(Ok(self.0.lock().unwrap().get(scope).cloned())).boxed()
//! #     }
//! #     fn save<'a>(&'a self, scope: &'a SettingsScope, settings: Map<String, Value>)
//! #         -> BoxFuture<'a, Result<(), SettingsError>> {
//! #         self.0.lock().unwrap().insert(scope.clone(), settings);
//! #         ready(Ok(())).boxed()
//! #     }
//! #     fn delete<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>> {
//! #         self.0.lock().unwrap().remove(scope);
//! #         ready(Ok(())).boxed()
//! #     }
//! # }
//! use mozaiks_testkit::conformance;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! // #[tokio::test] async fn my_settings_keep_their_promises() {
//! let report = conformance::settings(|| async { MySettings::default() }).await;
//! report.assert_passed();
//! # }
//! ```
//!
//! A case is a function too, which panics if it fails, named for what it checks. So one that fails can be run alone:
//! `settings::a_save_replaces_the_last_one(&service).await`. A failure that must be lived with for now is said with
//! [`Suite::known_failure`], which complains once it is mended.
//!
//! A service that needs a database makes a fresh one, or a fresh name in it, in the closure. Cases wait for
//! conditions and with real deadlines, so the test's runtime needs its timer, running (`#[tokio::test]` has it).
//!
//! | service | suite |
//! | --- | --- |
//! | [`EventBus`] | [`event_bus()`] |
//! | [`NotificationsManager`] | [`notifications()`] |
//! | [`SettingsManager`] | [`settings()`] |
//! | [`Installations`] | [`installations()`] |
//! | [`Storage`](mozaiks_core::storage::Storage) | [`storage()`] |
//! | [`Realtime`](mozaiks_core::realtime::Realtime) | [`realtime()`] |
//!
//! There is none for [`Entitlements`](mozaiks_core::entitlements::Entitlements): what a plan unlocks is its host's to
//! say, and nothing of it can be known from outside.

// A case fails by panicking, as a test does.
#![allow(clippy::missing_panics_doc)]

pub mod event_bus;
pub mod installations;
pub mod notifications;
pub mod realtime;
mod report;
pub mod settings;
pub mod storage;
mod suite;
mod texts;
mod wait;

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use mozaiks_core::Clock;
use mozaiks_core::events::EventBus;
use mozaiks_core::installations::Installations;
use mozaiks_core::notifications::NotificationsManager;
use mozaiks_core::settings::SettingsManager;

use crate::clock::TestClock;

pub use report::{Failure, Report};
pub use suite::Suite;

/// The suite of an event bus. It may retry, and deliver twice; it may not lose, mix up or wait.
pub fn event_bus<'f, S, Made>(fresh: impl Fn() -> Made + Send + Sync + 'f) -> Suite<'f, Arc<dyn EventBus>>
where
    S: EventBus,
    Made: Future<Output = S> + Send + 'f,
{
    let fresh = move || fresh().map(|bus| Arc::new(bus) as Arc<dyn EventBus>);
    Suite::new("event_bus", event_bus::CASES, fresh)
}

/// The suite of what keeps notifications. The closure is given the clock from which it must take ids and times.
pub fn notifications<'f, S, Made>(
    fresh: impl Fn(Arc<dyn Clock>) -> Made + Send + Sync + 'f,
) -> Suite<'f, notifications::Subject>
where
    S: NotificationsManager,
    Made: Future<Output = S> + Send + 'f,
{
    let fresh = move || {
        let clock = TestClock::new();
        fresh(Arc::new(clock.clone())).map(|manager| notifications::Subject::new(manager, clock))
    };
    Suite::new("notifications", notifications::CASES, fresh)
}

/// The suite of what keeps settings.
pub fn settings<'f, S, Made>(
    fresh: impl Fn() -> Made + Send + Sync + 'f,
) -> Suite<'f, Arc<dyn SettingsManager>>
where
    S: SettingsManager + 'static,
    Made: Future<Output = S> + Send + 'f,
{
    let fresh = move || fresh().map(|manager| Arc::new(manager) as Arc<dyn SettingsManager>);
    Suite::new("settings", settings::CASES, fresh)
}

/// The suite of what keeps installations. Nothing may be installed for anybody at first.
pub fn installations<'f, S, Made>(
    fresh: impl Fn() -> Made + Send + Sync + 'f,
) -> Suite<'f, Arc<dyn Installations>>
where
    S: Installations,
    Made: Future<Output = S> + Send + 'f,
{
    let fresh = move || fresh().map(|kept| Arc::new(kept) as Arc<dyn Installations>);
    Suite::new("installations", installations::CASES, fresh)
}

/// The suite of what pushes to live connections. [`realtime::Connects`] is what the suite needs beside the service: a
/// way to listen.
pub fn realtime<'f, S, Made>(
    fresh: impl Fn() -> Made + Send + Sync + 'f,
) -> Suite<'f, Arc<dyn realtime::Connects>>
where
    S: realtime::Connects,
    Made: Future<Output = S> + Send + 'f,
{
    let fresh = move || fresh().map(|pushes| Arc::new(pushes) as Arc<dyn realtime::Connects>);
    Suite::new("realtime", realtime::CASES, fresh)
}

/// The suite of a storage. Where documents go by themselves, give it a [`storage::Subject`], which says how to have
/// them go now. A few cases run at the same time, each against a storage of its own.
///
/// ```
/// use mozaiks_testkit::conformance;
/// use mozaiks_testkit::storage::MemoryStorage;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// // #[tokio::test] async fn my_storage_keeps_its_promises() {
/// let report = conformance::storage(|| async { MemoryStorage::new() }).await;
/// report.assert_passed();
/// # }
/// ```
pub fn storage<'f, S, Made>(fresh: impl Fn() -> Made + Send + Sync + 'f) -> Suite<'f, storage::Subject>
where
    S: Into<storage::Subject> + 'f,
    Made: Future<Output = S> + Send + 'f,
{
    Suite::new("storage", storage::cases(), move || fresh().map(Into::into)).at_once(4)
}
