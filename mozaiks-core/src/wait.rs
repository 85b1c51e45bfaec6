//! Waiting for a condition of which somebody tells.

use tokio::sync::Notify;

/// Waits until a condition holds. Whoever changes what it looks at tells all who wait
/// ([`notify_waiters`](Notify::notify_waiters)): nothing that is told while it is looked at is missed.
pub(crate) async fn wait_until(changed: &Notify, condition: impl Fn() -> bool) {
    loop {
        let mut told = std::pin::pin!(changed.notified());
        told.as_mut().enable();
        if condition() {
            return;
        }
        told.await;
    }
}
