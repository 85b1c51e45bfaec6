//! Whether a plugin may.

use super::services::{Grants, PluginInfo};
use crate::permission::Denial;

/// Checks that a plugin asks for a permission and was granted it.
pub(super) fn check(plugin: &PluginInfo, grants: &Grants, permission: &str) -> Result<(), Denial> {
    if !plugin.permissions.iter().any(|asked| asked.as_str() == permission) {
        return Err(Denial::NotAskedFor);
    }
    let granted = match grants {
        Grants::AllAskedFor => true,
        Grants::Installed(installation) => {
            installation.permissions.iter().any(|granted| granted.as_str() == permission)
        }
    };
    if granted { Ok(()) } else { Err(Denial::NotGranted) }
}
