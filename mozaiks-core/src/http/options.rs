//! What a host may say of its HTTP surface.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Serialize;

/// What `/api/app-config` tells a front end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AppConfig {
    /// Whether plans are sold.
    pub monetization_enabled: bool,
    /// The name of the application: `Mozaiks`.
    pub app_name: String,
    /// Its version: that of the platform.
    pub app_version: String,
    /// Where it runs: `development`.
    pub env: String,
}

impl Default for AppConfig {
    fn default() -> Self {
        Self {
            monetization_enabled: false,
            app_name: "Mozaiks".to_owned(),
            app_version: crate::VERSION.to_owned(),
            env: "development".to_owned(),
        }
    }
}

impl AppConfig {
    /// Sets whether plans are sold.
    #[must_use]
    pub fn monetization(mut self, enabled: bool) -> Self {
        self.monetization_enabled = enabled;
        self
    }

    /// Sets the name of the application.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.app_name = name.into();
        self
    }

    /// Sets the version of the application.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.app_version = version.into();
        self
    }

    /// Sets where it runs.
    #[must_use]
    pub fn env(mut self, env: impl Into<String>) -> Self {
        self.env = env.into();
        self
    }
}

/// How often one user may ask.
///
/// ```
/// use mozaiks_core::http::Rate;
///
/// // Ten at once, then two in a second.
/// let rate = Rate::per_second(2).burst(10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub(super) per_second: NonZeroU32,
    pub(super) burst: NonZeroU32,
}

impl Rate {
    /// So many requests in a second, and as many at once. Zero counts as one.
    pub fn per_second(requests: u32) -> Self {
        let requests = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        Self { per_second: requests, burst: requests }
    }

    /// Sets how many may come at once. Zero counts as one.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.burst = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        self
    }
}

/// How much of the host clients may take.
///
/// The size of a body and of a reply, the deadline of an action and how many of one plugin run at once are the
/// runtime's: [`Limits`](crate::runtime::Limits).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpLimits {
    /// How long a body may take to arrive: 30 s.
    pub body_timeout: Duration,
    /// How many requests with a token may be served at once, of all users and plugins together: 4,096. Beyond, they
    /// are refused before anything is done for them. As many more may wait for their bodies; half of them one user's.
    pub in_flight: usize,
    /// How often a live connection is pinged: 30 s.
    pub ping: Duration,
    /// How long a live connection may say nothing: 75 s.
    pub idle: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            body_timeout: Duration::from_secs(30),
            in_flight: 4096,
            ping: Duration::from_secs(30),
            idle: Duration::from_secs(75),
        }
    }
}

impl HttpLimits {
    /// Sets how long a body may take to arrive.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// Sets how many requests with a token may be served at once.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests;
        self
    }

    /// Sets how often a live connection is pinged.
    #[must_use]
    pub fn ping(mut self, every: Duration) -> Self {
        self.ping = every;
        self
    }

    /// Sets how long a live connection may say nothing.
    #[must_use]
    pub fn idle(mut self, timeout: Duration) -> Self {
        self.idle = timeout;
        self
    }
}
