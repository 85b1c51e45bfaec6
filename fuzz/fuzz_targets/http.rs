//! Whatever a client sends over HTTP, with a good token: the answer is the contract's, its status and its code fit, the
//! fault is never the host's, and nothing hangs.

#![no_main]

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use libfuzzer_sys::{Corpus, fuzz_target};
use mozaiks_core::auth::{JwtOptions, JwtSecret, JwtSigner, NewToken};
use mozaiks_core::http::Http;
use mozaiks_core::realtime::hub::{Hub, HubOptions};
use mozaiks_core::runtime::Limits;
use mozaiks_core::{Clock, SystemClock};
use tower::ServiceExt;

mod answer;
#[path = "../../mozaiks-core/tests/common/nothing.rs"]
mod nothing;
mod request;
mod sink;

use answer::Answer;
use request::Sent;
use sink::Sink;

/// Small, so that the fuzzer reaches it.
const MAX_BODY: usize = 4096;

/// Longer than anything may take. The clock goes forward as soon as everybody waits for it.
const FOR_EVER: Duration = Duration::from_secs(3600);

struct Host {
    router: Router,
    tokio: tokio::runtime::Runtime,
    token: String,
}

thread_local! {
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

fn host() -> Host {
    let tokio =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let secret = JwtSecret::generate().unwrap();
    let alice = NewToken::new("alice").ttl(Duration::from_hours(1000));
    let token = JwtSigner::new(&secret).sign(&alice, SystemClock.now()).unwrap();
    let limits = Limits::default().max_body(MAX_BODY);
    let runtime = nothing::services().plugin(Sink).limits(limits).build().unwrap();
    let router = Http::builder(runtime)
        .authenticator(Arc::new(JwtOptions::new("shop").with_secret(&secret).unwrap()))
        .hub(Hub::new(HubOptions::default()))
        .build();
    Host { router, tokio, token }
}

fuzz_target!(|sent: Sent| -> Corpus {
    HOST.with_borrow_mut(|slot| {
        let Host { router, tokio, token } = slot.get_or_insert_with(host);
        // What is no request of HTTP does not get as far as the router.
        let Some(request) = sent.request(token) else { return Corpus::Reject };
        let method = request.method().clone();
        tokio.block_on(async {
            let answered = tokio::time::timeout(FOR_EVER, async {
                let response = match router.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                Answer::read(response).await
            });
            answered.await.expect("an answer, ever").check(&sent, &method);
        });
        Corpus::Keep
    })
});
