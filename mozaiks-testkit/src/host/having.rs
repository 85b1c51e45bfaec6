//! What a user of a test host has: plans, plugins, permissions.

use mozaiks_core::Result;
use mozaiks_core::installations::Installation;
use mozaiks_core::plugin::Permission;

use super::TestUser;

impl TestUser {
    /// Puts the user on a plan. One that the host does not have unlocks nothing.
    #[must_use]
    pub fn on_plan(self, plan: &str) -> Self {
        self.host.plans().set(self.identity.user(), plan);
        self
    }

    /// Has the user have the plugin with these permissions, whatever it asks for.
    ///
    /// # Panics
    /// If one of them has no form of a permission.
    #[must_use]
    #[track_caller]
    pub fn granted<'p>(self, permissions: impl IntoIterator<Item = &'p str>) -> Self {
        let granted = parse_permissions(permissions);
        let copy = Installation::new(granted, self.host.now());
        self.host.installations().set(self.identity.user(), self.target(), Some(copy));
        self
    }

    /// Takes a permission away.
    ///
    /// # Panics
    /// If it has no form of a permission, or the plugin does not ask for it.
    #[must_use]
    #[track_caller]
    pub fn without(self, permission: &str) -> Self {
        let permission = parse_permission(permission);
        let (user, plugin) = (self.identity.user(), self.target());
        let asked = self.host.runtime().manifest(plugin).map(|manifest| &manifest.permissions);
        assert!(
            asked.is_some_and(|asked| asked.contains(&permission)),
            "the plugin {plugin} does not ask for {permission}, only for {asked:?}"
        );
        if let Some(mut copy) = self.host.installations().of(user, plugin) {
            copy.permissions.remove(&permission);
            self.host.installations().set(user, plugin, Some(copy));
        }
        self
    }

    /// Has the user not have the plugin.
    #[must_use]
    #[track_caller]
    pub fn without_plugin(self) -> Self {
        self.host.installations().set(self.identity.user(), self.target(), None);
        self
    }

    /// Installs the plugin with these permissions, as the user would.
    ///
    /// # Errors
    /// As for [`Runtime::install`](mozaiks_core::Runtime::install).
    ///
    /// # Panics
    /// If one of them has no form of a permission, or the user does not say [which](Self::plugin) of several plugins.
    #[track_caller]
    pub fn install<'p>(
        &self,
        permissions: impl IntoIterator<Item = &'p str>,
    ) -> impl Future<Output = Result<()>> + Send {
        let granted = parse_permissions(permissions);
        let plugin = self.target();
        self.settled(async move { self.host.runtime().install(&self.identity, plugin, granted).await })
    }

    /// Switches the plugin on or off, as the user would.
    ///
    /// # Errors
    /// As for [`Runtime::set_enabled`](mozaiks_core::Runtime::set_enabled).
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn set_enabled(&self, enabled: bool) -> impl Future<Output = Result<()>> + Send {
        let plugin = self.target();
        self.settled(async move { self.host.runtime().set_enabled(&self.identity, plugin, enabled).await })
    }

    /// Removes the plugin, as the user would.
    ///
    /// # Errors
    /// As for [`Runtime::uninstall`](mozaiks_core::Runtime::uninstall).
    ///
    /// # Panics
    /// If the host has several plugins and the user does not say [which](Self::plugin).
    #[track_caller]
    pub fn uninstall(&self) -> impl Future<Output = Result<()>> + Send {
        let plugin = self.target();
        self.settled(async move { self.host.runtime().uninstall(&self.identity, plugin).await })
    }
}

#[track_caller]
fn parse_permissions<'p>(permissions: impl IntoIterator<Item = &'p str>) -> Vec<Permission> {
    // A loop and no closure: a closure does not hand on whose line it is.
    let mut parsed = Vec::new();
    for permission in permissions {
        parsed.push(parse_permission(permission));
    }
    parsed
}

#[track_caller]
fn parse_permission(permission: &str) -> Permission {
    match permission.parse() {
        Ok(permission) => permission,
        Err(error) => panic!("{error}"),
    }
}
