//! One call, where there is more to say of it than the plugin and the body.

/// One call: which plugin, which action, the body, and what a host may say beside them.
///
/// ```no_run
/// # use mozaiks_core::{Identity, Runtime};
/// # use mozaiks_core::runtime::Call;
/// # async fn serve(runtime: Runtime, alice: Identity, traceparent: Option<&str>) {
/// let call = Call::new("notes", br#"{"title": "Milk"}"#).action("create").traceparent(traceparent);
/// let reply = runtime.call(&alice, call).await;
/// # drop(reply); }
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "a call does nothing until a runtime is given it"]
pub struct Call<'c> {
    pub(super) plugin: &'c str,
    pub(super) action: Option<&'c str>,
    pub(super) body: &'c [u8],
    pub(super) traceparent: Option<&'c str>,
    pub(super) drops_action: bool,
}

impl<'c> Call<'c> {
    /// A call of a plugin whose body names the action.
    pub fn new(plugin: &'c str, body: &'c [u8]) -> Self {
        Self { plugin, action: None, body, traceparent: None, drops_action: false }
    }

    /// The name of the plugin.
    pub fn plugin(&self) -> &'c str {
        self.plugin
    }

    /// Names the action beside the body. An `action` in the body must be the same.
    pub fn action(mut self, action: &'c str) -> Self {
        self.action = Some(action);
        self
    }

    /// As [`action`](Self::action), where an `action` in the body is no name of one and is dropped.
    pub fn method(mut self, method: &'c str) -> Self {
        self.drops_action = true;
        self.action(method)
    }

    /// The W3C `traceparent` of the trace that the call is part of. The events that it causes carry it.
    pub fn traceparent(mut self, traceparent: Option<&'c str>) -> Self {
        self.traceparent = traceparent;
        self
    }
}
