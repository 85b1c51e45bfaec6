//! What the host can be told, on the command line and in the environment. Some of it is secret: nothing here has `Debug`.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use http::Uri;
use mozaiks_core::Identity;
use mozaiks_core::auth::{JwksEndpoint, JwtOptionsError, MIN_SECRET_LENGTH};

/// A Mozaiks host: the task manager and a record of activity, on one SQLite file or on MongoDB.
///
/// Durations are written `10s`, `500ms`, `2m`; sizes `1MiB` or in bytes.
#[derive(Parser)]
#[command(name = "host", version, max_term_width = 100)]
pub struct Options {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub place: Place,

    #[command(flatten)]
    pub serve: Serve,

    #[command(flatten)]
    pub app: AppOptions,

    #[command(flatten)]
    pub identity: IdentityOptions,

    #[command(flatten)]
    pub surface: Surface,

    #[command(flatten)]
    pub limits: LimitOptions,
}

#[derive(Subcommand)]
pub enum Command {
    /// Print a token made with the secret of the data folder, or with `MOZAIKS_JWT_SECRET`.
    Token(Token),
}

/// Whose token.
#[derive(Args)]
pub struct Token {
    /// The id of the user.
    #[arg(long, value_parser = user)]
    pub user: String,
    /// A role of the user's; can be given several times.
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// The name that people read.
    #[arg(long)]
    pub username: Option<String>,
    /// Whether the user may do everything.
    #[arg(long)]
    pub superadmin: bool,
    /// How long it is good for.
    #[arg(long, default_value = "24h", value_parser = duration)]
    pub ttl: Duration,
}

/// Where documents and secrets are.
#[derive(Args)]
pub struct Place {
    /// The folder with the database and the secret.
    #[arg(long, env = "MOZAIKS_DATA", default_value = "data", global = true)]
    pub data: PathBuf,
    /// The secret of tokens, of 32 bytes or more. Without it, and without a JWKS, one is made in the data folder.
    #[arg(long, env = "MOZAIKS_JWT_SECRET", hide_env_values = true, global = true, value_name = "SECRET")]
    pub jwt_secret: Option<String>,
}

#[derive(Args)]
#[command(next_help_heading = "Serving")]
pub struct Serve {
    /// The address to listen at.
    #[arg(long, env = "MOZAIKS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Keep documents on this MongoDB server instead of in the data folder.
    #[arg(long, env = "MONGODB_URI", hide_env_values = true, value_name = "URI")]
    pub mongodb_uri: Option<String>,
    /// Store the events of an action before its reply, and deliver them after a crash.
    #[arg(long, env = "MOZAIKS_OUTBOX", default_value = "on", action = ArgAction::Set, value_parser = switch, value_name = "on|off")]
    pub outbox: bool,
    /// How long a shutdown waits for what is in flight.
    #[arg(long, env = "MOZAIKS_SHUTDOWN", default_value = "10s", value_parser = duration)]
    pub shutdown: Duration,
    /// How the log is written, to standard error. `RUST_LOG` says how much.
    #[arg(long, env = "MOZAIKS_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Args)]
#[command(next_help_heading = "The app")]
pub struct AppOptions {
    /// The folder with the configuration files. It must be readable; nothing in it is read in this version.
    #[arg(long, env = "MOZAIKS_CONFIG", value_name = "FOLDER")]
    pub config: Option<PathBuf>,
    /// The id of the app, under which its documents are kept.
    #[arg(long, env = "MOZAIKS_APP_ID", default_value = "mozaiks")]
    pub app_id: String,
    /// The name that people read.
    #[arg(long, env = "MOZAIKS_APP_NAME", default_value = "Mozaiks")]
    pub app_name: String,
    /// What this is: development, production, ...
    #[arg(long, env = "MOZAIKS_ENV", default_value = "development")]
    pub env: String,
    /// Whether the app has plans that cost.
    #[arg(long, env = "MONETIZATION", default_value = "off", action = ArgAction::Set, value_parser = switch, value_name = "on|off")]
    pub monetization: bool,
}

#[derive(Args)]
#[command(next_help_heading = "Identity")]
pub struct IdentityOptions {
    /// Where the keys of tokens are published: https, or http to this machine.
    #[arg(long, env = "MOZAIKS_JWKS_URL", value_name = "URL")]
    pub jwks_url: Option<String>,
    /// How often they are fetched.
    #[arg(long, env = "MOZAIKS_JWKS_INTERVAL", default_value = "5m", value_parser = duration, value_name = "DURATION")]
    pub jwks_interval: Duration,
    /// Who must have issued a token.
    #[arg(long, env = "MOZAIKS_ISSUER")]
    pub issuer: Option<String>,
    /// Whom a token must be meant for; can be given several times, one of them is enough.
    #[arg(long, env = "MOZAIKS_AUDIENCE", value_delimiter = ',')]
    pub audience: Vec<String>,
    /// How far clocks may be apart; at most 60s.
    #[arg(long, env = "MOZAIKS_LEEWAY", default_value = "30s", value_parser = leeway)]
    pub leeway: Duration,
    /// The claim that has the user's name; `a.b` for one within another. `username` or else `preferred_username` if
    /// nothing is said.
    #[arg(long, env = "MOZAIKS_CLAIM_USERNAME", value_name = "PATH")]
    pub claim_username: Option<String>,
    /// The claim that has the user's roles.
    #[arg(long, env = "MOZAIKS_CLAIM_ROLES", default_value = "roles", value_name = "PATH")]
    pub claim_roles: String,
    /// The claim that says whether the user may do everything.
    #[arg(long, env = "MOZAIKS_CLAIM_SUPERADMIN", default_value = "is_superadmin", value_name = "PATH")]
    pub claim_superadmin: String,
}

#[derive(Args)]
#[command(next_help_heading = "What is served beside the API")]
pub struct Surface {
    /// Serve no metrics.
    #[arg(long, env = "MOZAIKS_NO_METRICS", value_parser = switch)]
    pub no_metrics: bool,
    /// Serve the metrics at an address of their own, and not at the main one.
    #[arg(long, env = "MOZAIKS_METRICS_LISTEN", value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// Serve no OpenAPI document (and no page to browse it).
    #[arg(long, env = "MOZAIKS_NO_OPENAPI", value_parser = switch)]
    pub no_openapi: bool,
    /// Serve no page to browse the OpenAPI document.
    #[arg(long, env = "MOZAIKS_NO_DOCS", value_parser = switch)]
    pub no_docs: bool,
    /// An origin whose pages may call the API; can be given several times, `*` for all.
    #[arg(long, env = "MOZAIKS_CORS_ORIGIN", value_delimiter = ',', value_parser = origin, value_name = "ORIGIN")]
    pub cors_origin: Vec<String>,
}

#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// The largest body of a request.
    #[arg(long, env = "MOZAIKS_MAX_BODY", default_value = "1MiB", value_parser = size)]
    pub max_body: usize,
    /// The largest reply of an action.
    #[arg(long, env = "MOZAIKS_MAX_REPLY", default_value = "8MiB", value_parser = size)]
    pub max_reply: usize,
    /// How long an action may take.
    #[arg(long, env = "MOZAIKS_DEADLINE", default_value = "30s", value_parser = duration)]
    pub deadline: Duration,
    /// How many requests a user may send each second; 0 for any number.
    #[arg(long, env = "MOZAIKS_RATE", default_value_t = 0)]
    pub rate: u32,
    /// How many requests a user may send at once; the rate if nothing is said.
    #[arg(long, env = "MOZAIKS_BURST", value_parser = clap::value_parser!(u32).range(1..))]
    pub burst: Option<u32>,
    /// How many actions of one plugin may run at once.
    #[arg(long, env = "MOZAIKS_CONCURRENCY", default_value = "1024")]
    pub concurrency: NonZeroUsize,
    /// How many live connections a user may have open.
    #[arg(long, env = "MOZAIKS_SOCKETS_PER_USER", default_value_t = 16)]
    pub sockets_per_user: usize,
    /// How many live connections may be open in all.
    #[arg(long, env = "MOZAIKS_SOCKETS", default_value_t = 20_000)]
    pub sockets: usize,
    /// How often a live connection is pinged.
    #[arg(long, env = "MOZAIKS_PING", default_value = "30s", value_parser = duration)]
    pub ping: Duration,
    /// When a connection that is silent is closed: a live one that answers no ping, or HTTP without a request.
    #[arg(long, env = "MOZAIKS_IDLE", default_value = "75s", value_parser = duration)]
    pub idle: Duration,
    /// How long the headers of a request may take to arrive.
    #[arg(long, env = "MOZAIKS_HEADER_TIMEOUT", default_value = "10s", value_parser = duration)]
    pub header_timeout: Duration,
    /// How long the body of a request may take to arrive.
    #[arg(long, env = "MOZAIKS_BODY_TIMEOUT", default_value = "30s", value_parser = duration)]
    pub body_timeout: Duration,
}

impl Options {
    /// The options, if they can be: a mistake that no single option shows, or that holds a secret which must not be
    /// shown, ends the process as every other does.
    pub fn checked(self) -> Self {
        match self.mistake() {
            None => self,
            Some((kind, text)) => Self::refuse(kind, &text),
        }
    }

    /// Ends with the message and the exit code of what cannot be taken.
    pub fn refuse(kind: ErrorKind, text: &str) -> ! {
        Self::command().error(kind, text).exit()
    }

    fn mistake(&self) -> Option<(ErrorKind, String)> {
        use ErrorKind::{ArgumentConflict, ValueValidation};

        let (secret, jwks) = (&self.place.jwt_secret, &self.identity.jwks_url);
        if secret.is_some() && jwks.is_some() {
            let text = "tokens are checked with --jwt-secret or with --jwks-url, and never with both";
            return Some((ArgumentConflict, text.to_owned()));
        }
        if self.surface.no_metrics && self.surface.metrics_listen.is_some() {
            let text = "--no-metrics leaves nothing for --metrics-listen to serve";
            return Some((ArgumentConflict, text.to_owned()));
        }
        if secret.as_ref().is_some_and(|secret| secret.len() < MIN_SECRET_LENGTH) {
            let text = format!("the secret of tokens must have at least {MIN_SECRET_LENGTH} bytes");
            return Some((ValueValidation, text));
        }
        let known = |uri: &String| uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://");
        if !self.serve.mongodb_uri.as_ref().is_none_or(known) {
            return Some((ValueValidation, "the URI of MongoDB begins with `mongodb://`".to_owned()));
        }
        if let Err(error) = self.jwks() {
            return Some((ValueValidation, error.to_string()));
        }
        if let Err(error) = Identity::system(self.app.app_id.as_str()) {
            return Some((ValueValidation, format!("the id of the app: {error}")));
        }
        None
    }

    /// Where the keys of tokens are, if they are somewhere.
    pub fn jwks(&self) -> Result<Option<JwksEndpoint>, JwtOptionsError> {
        let identity = &self.identity;
        let endpoint = |url| JwksEndpoint::new(url)?.interval(identity.jwks_interval);
        identity.jwks_url.as_deref().map(endpoint).transpose()
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it as `10s`, `500ms` or `2m`"))?;
    if duration.is_zero() { Err("it must be longer than nothing".to_owned()) } else { Ok(duration) }
}

/// The id of a user whom the host would take.
fn user(text: &str) -> Result<String, String> {
    Identity::new("app", text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn leeway(text: &str) -> Result<Duration, String> {
    let leeway = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if leeway > Duration::from_secs(60) { Err("it must be at most 60s".to_owned()) } else { Ok(leeway) }
}

fn size(text: &str) -> Result<usize, String> {
    let size: ByteSize = text.parse().map_err(|_| "write it as `1MiB` or in bytes".to_owned())?;
    match usize::try_from(size.as_u64()) {
        Ok(0) => Err("it must be more than nothing".to_owned()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}

/// An origin as browsers write it, or all.
fn origin(text: &str) -> Result<String, String> {
    let origin = text.to_ascii_lowercase();
    let is_origin = |uri: &Uri| match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) => {
            !authority.as_str().contains('@') && origin == format!("{scheme}://{authority}")
        }
        _ => false,
    };
    if origin == "*" || origin.parse().is_ok_and(|uri| is_origin(&uri)) {
        Ok(origin)
    } else {
        Err("write it as `https://app.example` or `http://localhost:3000`".to_owned())
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "on" => Ok(true),
        "0" | "false" | "off" => Ok(false),
        _ => Err("expected 1, 0, true, false, on or off".to_owned()),
    }
}
