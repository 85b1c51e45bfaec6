//! No token ever stands in the log.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::support::server;

/// All that is said to the log, at every level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Said<'s>(&'s mut String);

impl Visit for Said<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0, "{}={value:?}", field.name()).unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Everything {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut Said(&mut self.0.lock().unwrap()));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut Said(&mut self.0.lock().unwrap()));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Said(&mut self.0.lock().unwrap()));
    }
}

#[tokio::test]
async fn no_token_is_ever_logged() {
    let everything = Everything::default();
    let subscriber = tracing_subscriber::registry().with(everything.clone());
    // With a single dispatcher, tracing asks that of whichever thread comes first whether a line is wanted at all, and
    // other tests have none. It asks each of two.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::callsite::rebuild_interest_cache();
    let server = server().await;
    let upgrade = "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (head, answer) in [
        (format!("GET /ws?access_token=user-alice HTTP/1.1\r\n{upgrade}"), "101"),
        (format!("GET /ws?access_token=no-secret HTTP/1.1\r\n{upgrade}"), "401"),
        (format!("GET /ws HTTP/1.1\r\nSec-WebSocket-Protocol: access_token.user-alice\r\n{upgrade}"), "101"),
        (
            "GET /api/plugins?access_token=user-alice HTTP/1.1\r\nAuthorization: Bearer user-alice\r\n"
                .to_owned(),
            "200",
        ),
        ("GET /api/plugins HTTP/1.1\r\nAuthorization: Bearer no-secret\r\n".to_owned(), "401"),
    ] {
        let mut raw = server.raw().await;
        raw.send(format!("{head}Host: x\r\n\r\n")).await;
        let reply = raw.some().await;
        assert!(reply.starts_with(&format!("HTTP/1.1 {answer} ")), "{reply}");
    }
    let said = everything.0.lock().unwrap().clone();
    assert!(said.contains("path=/ws"), "nothing was heard: {said}");
    assert!(!said.contains("user-alice") && !said.contains("no-secret"), "{said}");
}
