//! Another user of the app, whom a plugin may notify and push to.

use serde::Serialize;

use super::action::Context;
use super::effects::Addressee;
use crate::error::{Error, Result};
use crate::identity::UserKey;
use crate::notifications::Notification;
use crate::permission::Permission;

/// Another user of the app, whom a plugin may notify and push to. It reaches nothing that is theirs.
///
/// ```
/// # use mozaiks_core::prelude::*;
/// # async fn action(ctx: &Context) -> Result<()> {
/// ctx.to_user("bob")?.notify(Notification::new("polls_voted", "Somebody voted"))?;
/// # Ok(()) }
/// ```
pub struct OtherUser<'c> {
    ctx: &'c Context,
    user: UserKey,
}

impl Context {
    /// Another user of the app, to notify and push to. Needs `users:reach`.
    ///
    /// # Errors
    /// `FORBIDDEN` without the permission; `VALIDATION_ERROR` if the id cannot be a user's.
    pub fn to_user(&self, user_id: &str) -> Result<OtherUser<'_>> {
        self.require(Permission::USERS_REACH)?;
        let user = self.identity.user().sibling(user_id);
        let user = user.map_err(|error| Error::validation("user_id", error.to_string()))?;
        Ok(OtherUser { ctx: self, user })
    }
}

impl OtherUser<'_> {
    /// Notifies them, with a notification that the plugin declares. Needs `notifications:send` too.
    ///
    /// # Errors
    /// As for [`Context::notify`].
    pub fn notify(&self, notification: Notification) -> Result<()> {
        self.ctx.notify_to(self.user.clone(), notification)
    }

    /// Sends a message to their live connections.
    ///
    /// # Errors
    /// As for [`Context::push`].
    pub fn push(&self, action: &str, data: impl Serialize) -> Result<()> {
        self.ctx.push_to(Addressee::Other(Box::new(self.user.clone())), "update", action, data)
    }
}
