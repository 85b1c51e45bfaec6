//! Where an identity provider publishes its keys.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use http::Uri;

use super::options::JwtOptionsError;

/// How often the keys are fetched if nothing is said.
const INTERVAL: Duration = Duration::from_mins(5);

/// Where an identity provider publishes its keys: the `jwks_uri` of its `OpenID` configuration.
///
/// The certificate of an `https` address must come from one of the authorities that Mozilla trusts. Redirects are not
/// followed, and proxies that the environment names are not used.
///
/// ```
/// use mozaiks_core::auth::JwksEndpoint;
/// use std::time::Duration;
///
/// let keys = JwksEndpoint::new("https://id.example/keys").unwrap().interval(Duration::from_secs(600)).unwrap();
/// assert!(JwksEndpoint::new("http://127.0.0.1:8081/keys").is_ok());
/// assert!(JwksEndpoint::new("http://id.example/keys").is_err());
/// ```
#[derive(Clone)]
pub struct JwksEndpoint {
    uri: Uri,
    interval: Duration,
}

impl JwksEndpoint {
    /// An address with `https`, or `http` on this machine (`localhost`, `127.0.0.0/8`, `[::1]`).
    ///
    /// # Errors
    /// [`JwtOptionsError::Endpoint`] if it is another address, or has a user name in it.
    pub fn new(url: &str) -> Result<Self, JwtOptionsError> {
        let uri: Uri = url.parse().map_err(|_| JwtOptionsError::Endpoint("is no URL"))?;
        let host = uri.host().ok_or(JwtOptionsError::Endpoint("is no URL with a host"))?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(JwtOptionsError::Endpoint("has a user name in it"));
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(host) => {}
            _ => return Err(JwtOptionsError::Endpoint("is neither https nor http on this machine")),
        }
        Ok(Self { uri, interval: INTERVAL })
    }

    /// How often the keys are fetched: every 5 minutes if nothing is said.
    ///
    /// # Errors
    /// [`JwtOptionsError::Interval`] if it is shorter than a second.
    pub fn interval(mut self, interval: Duration) -> Result<Self, JwtOptionsError> {
        if interval < Duration::from_secs(1) {
            return Err(JwtOptionsError::Interval);
        }
        self.interval = interval;
        Ok(self)
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn is_plain(&self) -> bool {
        self.uri.scheme_str() == Some("http")
    }

    pub(super) fn every(&self) -> Duration {
        self.interval
    }
}

/// Without its query, in which some keep a key to the endpoint.
impl fmt::Debug for JwksEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksEndpoint")
            .field("host", &self.uri.host())
            .field("path", &self.uri.path())
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
