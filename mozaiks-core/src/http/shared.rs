//! What all routes of one router share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures_util::future::BoxFuture;

use super::metrics::CallMetrics;
use super::openapi::OpenApi;
use super::options::{AppConfig, HttpLimits};
use super::places::Places;
use super::plugins::Plugins;
use super::rate::UserRates;
use super::request_id::RequestIds;
use crate::auth::Authenticator;
use crate::realtime::hub::Hub;
use crate::runtime::Runtime;

/// Something that must be there for the host to be ready: `Err` says why it is not.
pub(super) type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What a host shows of itself to anybody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shows {
    pub metrics: bool,
    pub openapi: bool,
    pub docs: bool,
}

/// What all routes of one router share.
pub(super) struct Shared {
    pub runtime: Runtime,
    pub authenticator: Option<Arc<dyn Authenticator>>,
    /// Whether the log has it that nobody tells who is calling.
    pub said_that_none_is_known: AtomicBool,
    pub hub: Option<Hub>,
    pub rates: Option<UserRates>,
    pub places: Places,
    pub limits: HttpLimits,
    pub app: AppConfig,
    pub plugins: Plugins,
    pub checks: Vec<(String, Check)>,
    pub ids: RequestIds,
    pub compress: bool,
    pub metrics: Option<CallMetrics>,
    pub openapi: Option<OpenApi>,
    pub shows: Shows,
}
