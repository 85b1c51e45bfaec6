//! What a listener serves: a router, with the way to actions before it.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use futures_util::future::Either;
use hyper::body::Incoming;
use tower::ServiceExt;

use super::builder::{Http, HttpBuilder};
use super::envelope::answer_call;
use super::response::{Content, Response};
use super::routes::is_call;
use super::shared::Shared;

/// What [`serve`](super::serve) serves. Cloning is cheap.
///
/// An [`Http`] or its builder becomes one that finds actions before it looks at any route, since nearly all requests are
/// for them. A [`Router`] becomes one in which actions are a route among others: it answers the same, and takes somewhat
/// longer.
///
/// ```no_run
/// use mozaiks_core::http::{HttpBuilder, ServeOptions, serve};
///
/// # async fn host(builder: HttpBuilder, own: axum::Router, listener: tokio::net::TcpListener) {
/// let http = builder.finish();
/// let service = http.service().with_router(http.router().merge(own));
/// serve(listener, service, std::future::pending(), ServeOptions::default()).await;
/// # }
/// ```
#[derive(Clone)]
pub struct HttpService {
    /// Whose actions are found at once, if any are.
    at_once: Option<Arc<Shared>>,
    router: Router,
}

impl HttpService {
    pub(super) fn new(at_once: Option<Arc<Shared>>, router: Router) -> Self {
        Self { at_once, router }
    }

    /// Has a router answer all that is no call of an action: the routes with those of the host's own. What is layered
    /// around it does not see calls of actions.
    #[must_use]
    pub fn with_router(mut self, router: Router) -> Self {
        self.router = router;
        self
    }

    /// Answers a request. The future is moved about, which is why it is as small as it can be.
    pub(super) fn answer(
        &self,
        request: hyper::Request<Incoming>,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        match &self.at_once {
            Some(shared) if *request.method() == Method::POST && is_call(request.uri().path()) => {
                Either::Left(answer_call(Arc::clone(shared), request))
            }
            _ => Either::Right(Box::pin(routed(self.router.clone(), request.map(Body::new)))),
        }
    }
}

async fn routed(router: Router, request: Request) -> Result<Response, Infallible> {
    router.oneshot(request).await.map(|response| response.map(Content::Streamed))
}

impl From<Http> for HttpService {
    fn from(http: Http) -> Self {
        http.service()
    }
}

impl From<HttpBuilder> for HttpService {
    fn from(builder: HttpBuilder) -> Self {
        builder.finish().service()
    }
}

impl From<Router> for HttpService {
    fn from(router: Router) -> Self {
        Self::new(None, router)
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").finish_non_exhaustive()
    }
}
