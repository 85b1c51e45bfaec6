//! The life of one user's copy of a plugin: installed, switched on and off, removed.

use std::sync::Arc;

use super::entry::Entry;
use super::failure::crashed;
use super::keyed_lock::Held;
use super::{Inner, Runtime};
use crate::context::{Context, Grants, Outgoing};
use crate::detached::Detached;
use crate::error::{Error, ErrorCode, Result};
use crate::guard::catch;
use crate::identity::{Identity, UserKey};
use crate::installations::{Installation, Installations};
use crate::permission::Permission;
use crate::plugin::Step;

impl Runtime {
    /// Installs a plugin for a user, with the permissions that the user grants, and switches it on.
    ///
    /// The plugin's `#[install]` and `#[activate]` run first; if one fails, nothing is installed. What they send
    /// leaves when the plugin is installed.
    ///
    /// # Errors
    /// `CONFLICT` if the user has it already, `VALIDATION_ERROR` for a permission that the plugin does not ask for,
    /// `FORBIDDEN` if the user's plan does not unlock it, `UNAVAILABLE` if this host does not enforce installations,
    /// and what the plugin's own steps fail with.
    pub async fn install(
        &self,
        identity: &Identity,
        plugin: &str,
        grants: impl IntoIterator<Item = Permission>,
    ) -> Result<()> {
        self.ready().await?;
        let grants = grants.into_iter().collect();
        let (inner, identity, plugin) = (Arc::clone(&self.inner), identity.clone(), plugin.to_owned());
        self.inner.whole(async move { inner.install(&identity, &plugin, grants).await }).await
    }

    /// Switches a user's copy on or off. Setting what is set already does nothing.
    ///
    /// The plugin's `#[activate]` or `#[deactivate]` runs first; if it fails, nothing changes.
    ///
    /// # Errors
    /// `NOT_FOUND` if the user has not installed it, `FORBIDDEN` if it is to be switched on and the user's plan does
    /// not unlock it, and what the plugin's own step fails with.
    pub async fn set_enabled(&self, identity: &Identity, plugin: &str, enabled: bool) -> Result<()> {
        self.ready().await?;
        let (inner, identity, plugin) = (Arc::clone(&self.inner), identity.clone(), plugin.to_owned());
        self.inner.whole(async move { inner.set_enabled(&identity, &plugin, enabled).await }).await
    }

    /// Removes a user's copy.
    ///
    /// The plugin's `#[deactivate]`, if it is on, and `#[uninstall]` run first; if one fails, it stays.
    ///
    /// # Errors
    /// `NOT_FOUND` if the user has not installed it, and what the plugin's own steps fail with.
    pub async fn uninstall(&self, identity: &Identity, plugin: &str) -> Result<()> {
        self.ready().await?;
        let (inner, identity, plugin) = (Arc::clone(&self.inner), identity.clone(), plugin.to_owned());
        self.inner.whole(async move { inner.uninstall(&identity, &plugin).await }).await
    }
}

fn not_installed() -> Error {
    Error::not_found("Installation")
}

impl Inner {
    /// Changes a copy as a whole, though whoever asked for it goes away: no step is done of which nothing is recorded.
    async fn whole(&self, change: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
        Detached::new(&self.alone, Box::pin(change)).await
    }

    async fn install(
        self: &Arc<Self>,
        identity: &Identity,
        plugin: &str,
        grants: Vec<Permission>,
    ) -> Result<()> {
        let (entry, installations) = self.installable(plugin)?;
        let _held = self.hold(identity, plugin).await;
        if installations.get(identity.user(), plugin).await?.is_some() {
            return Err(Error::conflict("The plugin is installed already"));
        }
        let copy = Installation::new(grants, self.services.clock.now());
        if let Some(other) =
            copy.permissions.iter().find(|granted| !entry.info.permissions.contains(*granted))
        {
            return Err(Error::validation("permissions", format!("The plugin does not ask for {other}")));
        }
        self.unlocked(entry, identity).await?;
        let mut effects = self.step(entry, identity, &copy, Step::Install).await?;
        effects.extend(self.step(entry, identity, &copy, Step::Activate).await?);
        installations.put(identity.user(), plugin, copy).await?;
        self.sent(entry, effects).await
    }

    async fn set_enabled(self: &Arc<Self>, identity: &Identity, plugin: &str, enabled: bool) -> Result<()> {
        let (entry, installations) = self.installable(plugin)?;
        let _held = self.hold(identity, plugin).await;
        let Some(mut copy) = installations.get(identity.user(), plugin).await? else {
            return Err(not_installed());
        };
        if copy.enabled == enabled {
            return Ok(());
        }
        if enabled {
            self.unlocked(entry, identity).await?;
        }
        let step = if enabled { Step::Activate } else { Step::Deactivate };
        let effects = self.step(entry, identity, &copy, step).await?;
        copy.enabled = enabled;
        installations.put(identity.user(), plugin, copy).await?;
        self.sent(entry, effects).await
    }

    async fn uninstall(self: &Arc<Self>, identity: &Identity, plugin: &str) -> Result<()> {
        let (entry, installations) = self.installable(plugin)?;
        let _held = self.hold(identity, plugin).await;
        let Some(copy) = installations.get(identity.user(), plugin).await? else {
            return Err(not_installed());
        };
        let mut effects = Outgoing::new();
        if copy.enabled {
            effects = self.step(entry, identity, &copy, Step::Deactivate).await?;
        }
        effects.extend(self.step(entry, identity, &copy, Step::Uninstall).await?);
        installations.remove(identity.user(), plugin).await?;
        self.sent(entry, effects).await
    }

    fn installable(&self, plugin: &str) -> Result<(&Arc<Entry>, &dyn Installations)> {
        let unknown = || Error::new(ErrorCode::PluginNotFound, "Unknown plugin");
        let entry =
            self.entry(plugin).filter(|entry| !self.life.is_disabled(entry.name())).ok_or_else(unknown)?;
        let Some(installations) = &self.installations else {
            return Err(Error::unavailable("This host has every plugin installed for everybody"));
        };
        Ok((entry, &**installations))
    }

    /// Waits for whoever else changes this copy: what is read here still holds when it is written, and what the steps
    /// send leaves in their order.
    async fn hold(&self, identity: &Identity, plugin: &str) -> Option<Held<'_, (UserKey, usize)>> {
        let index = *self.by_name.get(plugin)?;
        Some(self.copies.lock((identity.user().clone(), index)).await)
    }

    /// Hands over what steps have sent, once the copy is as they were to make it.
    async fn sent(self: &Arc<Self>, entry: &Arc<Entry>, effects: Outgoing) -> Result<()> {
        self.send_to_the_end(entry, effects).await.map_err(|error| self.logged(error, entry.name()))
    }

    /// Runs one step of the plugin's own, guarded; gives what it sends.
    async fn step(
        &self,
        entry: &Entry,
        identity: &Identity,
        copy: &Installation,
        step: Step,
    ) -> Result<Outgoing> {
        let grants = Grants::Installed(copy.clone().into());
        let ctx = Context::new(self.services.clone(), entry.info.clone(), identity.clone(), grants, 0);
        let started = self.services.clock.monotonic();
        let logged = |error| self.logged(error, entry.name());
        let Some(future) = catch(|| entry.code().step(step, &ctx)).map_err(crashed).map_err(logged)? else {
            return Ok(Outgoing::new());
        };
        self.guarded(future, started).await.map_err(logged)?;
        Ok(ctx.take_effects())
    }
}
