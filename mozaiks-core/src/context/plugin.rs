//! What a plugin is given when the runtime starts and stops: no user, no data.

use std::sync::Arc;
use std::time::Duration;

use super::services::{PluginInfo, Services};
use crate::datetime::DateTime;

/// What `#[initialize]` and `#[shutdown]` are given: no user, and so no user's data.
pub struct PluginContext {
    services: Arc<Services>,
    plugin: Arc<PluginInfo>,
}

impl PluginContext {
    pub(crate) fn new(services: Arc<Services>, plugin: Arc<PluginInfo>) -> Self {
        Self { services, plugin }
    }

    /// The name of the plugin.
    pub fn plugin(&self) -> &str {
        &self.plugin.name
    }

    /// The time.
    pub fn now(&self) -> DateTime {
        self.services.clock.now()
    }

    /// Waits, by the runtime's clock.
    pub async fn sleep(&self, duration: Duration) {
        self.services.clock.sleep(duration).await;
    }
}

impl std::fmt::Debug for PluginContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PluginContext").field("plugin", &self.plugin.name).finish_non_exhaustive()
    }
}
