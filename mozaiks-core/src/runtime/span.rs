//! The tracing span of a call, whose target names the plugin: `mozaiks_plugins::notes`.
//!
//! A target is fixed where a span is written, and a plugin's name is known only at run time. So each name gets a
//! callsite of its own, made once and kept for the life of the process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use tracing::callsite::{self, Callsite, Identifier};
use tracing::field::{FieldSet, Value};
use tracing::level_filters::LevelFilter;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Span};

use crate::log::one_line;
use crate::trace::{CALL, PLUGIN_TARGETS};

/// What is known of a call when it begins, and what is added when it ends.
const FIELDS: &[&str] = &["app", "user", "plugin", "action", "duration", "outcome"];

/// Where the spans of one plugin come from.
pub(super) struct SpanSource {
    plugin: &'static str,
    target: &'static str,
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
}

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

impl SpanSource {
    /// That of a plugin. Names are few: those that were ever built into a runtime of this process.
    pub fn of(plugin: &str) -> &'static Self {
        static KNOWN: LazyLock<Mutex<HashMap<&'static str, &'static SpanSource>>> =
            LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = known.get(plugin) {
            return source;
        }
        let target: &'static str = Box::leak(format!("{PLUGIN_TARGETS}{plugin}").into_boxed_str());
        let plugin = target.strip_prefix(PLUGIN_TARGETS).unwrap_or_default();
        let source: &'static Self = Box::leak(Box::new(Self {
            plugin,
            target,
            metadata: OnceLock::new(),
            interest: AtomicU8::new(SOMETIMES),
        }));
        source.static_metadata();
        callsite::register(source);
        known.insert(plugin, source);
        source
    }

    fn static_metadata(&'static self) -> &'static Metadata<'static> {
        self.metadata.get_or_init(|| {
            let fields = FieldSet::new(FIELDS, Identifier(self));
            let kind = Kind::SPAN;
            Metadata::new(CALL, self.target, Level::INFO, None, None, None, fields, kind)
        })
    }

    /// A span for one call; one that costs nothing if nobody listens.
    pub fn span(&'static self, app: &str, user: &str, action: &str) -> Span {
        let metadata = self.static_metadata();
        let listened_to = *metadata.level() <= LevelFilter::current()
            && match self.interest.load(Ordering::Relaxed) {
                NEVER => false,
                ALWAYS => true,
                _ => tracing::dispatcher::get_default(|dispatch| dispatch.enabled(metadata)),
            };
        if !listened_to {
            return Span::none();
        }
        let fields = metadata.fields();
        let mut names = fields.iter();
        let (Some(f0), Some(f1), Some(f2), Some(f3)) =
            (names.next(), names.next(), names.next(), names.next())
        else {
            return Span::none();
        };
        // Whoever chose the id of a user did not write the log.
        let (app, user) = (one_line(app), one_line(user));
        let values: [(&tracing::field::Field, Option<&dyn Value>); 4] = [
            (&f0, Some(&&*app as &dyn Value)),
            (&f1, Some(&&*user as &dyn Value)),
            (&f2, Some(&self.plugin as &dyn Value)),
            (&f3, Some(&action as &dyn Value)),
        ];
        Span::new(metadata, &fields.value_set(&values))
    }
}

impl Callsite for SpanSource {
    fn set_interest(&self, interest: Interest) {
        let level = if interest.is_never() {
            NEVER
        } else if interest.is_always() {
            ALWAYS
        } else {
            SOMETIMES
        };
        self.interest.store(level, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        match self.metadata.get() {
            Some(metadata) => metadata,
            // It is set before the callsite is registered, and nobody else knows of it.
            None => unreachable!("a callsite is registered after it has its metadata"),
        }
    }
}
