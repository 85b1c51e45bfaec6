//! Handlers that are given the payload as a type.

use std::future::Future;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{Event, EventHandler};
use crate::error::{Error, Result};

/// A handler that is given the payload as a `T` beside the event. A payload of another form is a failure, as from the
/// handler itself.
///
/// ```
/// use mozaiks_core::events::{EventBus, EventBusError, Subscription, typed};
///
/// #[derive(serde::Deserialize)]
/// struct Registered { email: String }
///
/// fn greet(bus: &dyn EventBus) -> Result<Subscription, EventBusError> {
///     let handler = typed(|event, user: Registered| async move {
///         println!("{} registered as {:?}", user.email, event.user_id());
///         Ok(())
///     });
///     bus.subscribe("greetings", "user:registered".parse().expect("a topic"), handler)
/// }
/// ```
pub fn typed<T, H, F>(handler: H) -> Arc<dyn EventHandler>
where
    T: DeserializeOwned + Send + 'static,
    H: Fn(Event, T) -> F + Send + Sync + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |event: Event| -> futures_util::future::BoxFuture<'static, Result<(), Error>> {
        let handler = Arc::clone(&handler);
        Box::pin(async move {
            let payload = event.payload_as()?;
            handler(event, payload).await
        })
    })
}
