//! What a query is given: who calls, and everything that the caller may read.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::permission::check;
use super::services::{Grants, PluginInfo, Services};
use crate::capability::{Capability, name_of};
use crate::datetime::DateTime;
use crate::error::{Error, Result};
use crate::identity::Identity;
use crate::kv::ReadKv;
use crate::permission::{Denial, Permission};
use crate::settings::{Settings, SettingsScope};
use crate::storage::{Handle, Place, ReadCollection};

/// What a query is given: who calls, and everything that the caller may read.
///
/// It has nothing to write with. [`Context`](super::Context) has all of it and more.
///
/// ```
/// # use mozaiks_core::prelude::*;
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Note { title: String }
/// async fn newest(ctx: &QueryContext) -> Result<Option<Stored<Note>>> {
///     ctx.collection::<Note>("items").find(doc! {}).sort("_id", -1).first().await
/// }
/// ```
pub struct QueryContext {
    pub(super) services: Arc<Services>,
    pub(super) plugin: Arc<PluginInfo>,
    pub(super) identity: Identity,
    pub(super) grants: Grants,
}

impl QueryContext {
    /// Who calls.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The user who calls.
    pub fn user_id(&self) -> &str {
        self.identity.user_id()
    }

    /// The app in which they call.
    pub fn app_id(&self) -> &str {
        self.identity.app_id()
    }

    /// The name of the plugin.
    pub fn plugin(&self) -> &str {
        &self.plugin.name
    }

    /// The time.
    pub fn now(&self) -> DateTime {
        self.services.clock.now()
    }

    /// Waits, by the runtime's clock.
    pub async fn sleep(&self, duration: Duration) {
        self.services.clock.sleep(duration).await;
    }

    /// The caller's own collection of that name (snake case), for reading.
    pub fn collection<'c, T>(&'c self, name: &'c str) -> ReadCollection<'c, T> {
        ReadCollection::new(self.own(name))
    }

    /// The collection of that name that the app's users share, for reading. Needs `storage:shared`.
    pub fn shared<'c, T>(&'c self, name: &'c str) -> ReadCollection<'c, T> {
        ReadCollection::new(self.everyones(name))
    }

    /// Key-value storage, for reading.
    pub fn kv(&self) -> ReadKv<'_> {
        ReadKv::new(self.place())
    }

    /// The caller's settings: what they saved over the defaults. What was saved in an older shape and no longer
    /// fits has its default.
    ///
    /// # Errors
    /// `UNAVAILABLE` if settings cannot be read now; `INTERNAL` if the plugin declares none, or another type.
    pub async fn settings<S: Settings>(&self) -> Result<S> {
        self.declares_settings::<S>()?;
        let stored = self.stored_settings().await?;
        Ok(S::from_stored(stored.as_ref()))
    }

    /// Settings of another type than the plugin's would be their defaults for ever.
    fn declares_settings<S: Settings>(&self) -> Result<()> {
        let (name, asked) = (&self.plugin.name, std::any::type_name::<S>());
        let wrong = match &self.plugin.settings {
            Some(settings) if settings.is::<S>() => return Ok(()),
            Some(settings) => {
                format!("the settings of the plugin {name} are {}, not {asked}", settings.type_name())
            }
            None => format!("the plugin {name} declares no settings: add `settings = {asked}` to #[plugin]"),
        };
        Err(Error::internal(wrong))
    }

    pub(crate) async fn stored_settings(&self) -> Result<Option<Map<String, Value>>> {
        Ok(self.services.settings.load(&self.settings_scope()).await?)
    }

    pub(crate) async fn save_settings(&self, settings: Map<String, Value>) -> Result<()> {
        Ok(self.services.settings.save(&self.settings_scope(), settings).await?)
    }

    /// Something that the host lets plugins use, confined to the caller.
    ///
    /// # Errors
    /// `FORBIDDEN` without its permission; `UNAVAILABLE` if this host does not have it.
    pub fn capability<C: Capability + ?Sized>(&self) -> Result<Arc<C>> {
        self.require(C::PERMISSION)?;
        self.services.capabilities.get::<C>(&self.identity).ok_or_else(|| {
            Error::unavailable(format!("This host does not offer {}", C::NAME)).with_source(format!(
                "no host capability {}: add it with RuntimeBuilder::capability",
                name_of::<C>()
            ))
        })
    }

    /// Checks that the plugin asks for a permission and was granted it.
    ///
    /// # Errors
    /// `FORBIDDEN` that says which of the two is missing.
    pub fn require(&self, permission: &str) -> Result<()> {
        self.check(permission).map_err(|denial| denial.error(&self.plugin.name, permission))
    }

    /// True if the plugin asks for a permission and was granted it.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.check(permission).is_ok()
    }

    fn check(&self, permission: &str) -> Result<(), Denial> {
        check(&self.plugin, &self.grants, permission)
    }

    /// Checks that the caller has a role.
    ///
    /// # Errors
    /// `FORBIDDEN` that names the role.
    pub fn require_role(&self, role: &str) -> Result<()> {
        if self.identity.is_superadmin() || self.identity.has_role(role) {
            return Ok(());
        }
        Err(Error::forbidden(format!("This needs the role {role}"))
            .with_detail("reason", "role")
            .with_detail("role", role))
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place {
            storage: &*self.services.storage,
            clock: &*self.services.clock,
            app_id: self.identity.app_id(),
            user_id: self.identity.user_id(),
            plugin: &self.plugin.name,
            max_page: self.services.max_page,
        }
    }

    pub(super) fn own<'c>(&'c self, name: &'c str) -> Handle<'c> {
        Handle::private(self.place(), name)
    }

    pub(super) fn everyones<'c>(&'c self, name: &'c str) -> Handle<'c> {
        Handle::shared(self.place(), name, self.check(Permission::STORAGE_SHARED))
    }

    fn settings_scope(&self) -> SettingsScope {
        let user = self.identity.user();
        SettingsScope::new(
            Arc::clone(user.app_id()),
            Arc::clone(user.user_id()),
            Arc::clone(&self.plugin.name),
        )
    }
}

impl std::fmt::Debug for QueryContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryContext")
            .field("plugin", &self.plugin.name)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
