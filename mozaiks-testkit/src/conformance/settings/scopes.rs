//! What is saved in one scope is never seen in another.

use mozaiks_core::settings::SettingsScope;
use serde_json::json;

use super::{Subject, alice, delete, expect, object, save};
use crate::conformance::texts::{GLUED, odd_ids};

/// Two users of one app have their own.
pub async fn one_user_does_not_see_another(settings: &Subject) {
    kept_apart(settings, vec![alice(), SettingsScope::new("shop", "bob", "notes")]).await;
}

/// A user of the same id in another app is somebody else.
pub async fn one_app_does_not_see_another(settings: &Subject) {
    kept_apart(settings, vec![alice(), SettingsScope::new("school", "alice", "notes")]).await;
}

/// Two plugins of one user have their own.
pub async fn one_plugin_does_not_see_another(settings: &Subject) {
    kept_apart(settings, vec![alice(), SettingsScope::new("shop", "alice", "tasks")]).await;
}

/// Any text can stand in a scope, and is compared byte by byte: neither case, accents, spaces, patterns nor paths
/// make two of them one. An empty text is one too.
pub async fn odd_apps_users_and_plugins_are_kept_apart(settings: &Subject) {
    let mut scopes = Vec::new();
    for odd in odd_ids().into_iter().chain([String::new(), "line\nbreak".to_owned(), "nul\0".to_owned()]) {
        scopes.push(SettingsScope::new(odd.clone(), "user", "plugin"));
        scopes.push(SettingsScope::new("app", odd.clone(), "plugin"));
        scopes.push(SettingsScope::new("app", "user", odd));
    }
    kept_apart(settings, scopes).await;
}

/// Scopes whose parts make the same text once they are glued together are still different.
pub async fn parts_that_look_the_same_together_are_kept_apart(settings: &Subject) {
    let mut scopes = Vec::new();
    for (first, second) in GLUED.into_iter().flatten() {
        scopes.push(SettingsScope::new("app", first, second));
        scopes.push(SettingsScope::new(first, second, "plugin"));
        scopes.push(SettingsScope::new(first, "user", second));
    }
    kept_apart(settings, scopes).await;
}

/// A delete takes away what is in its own scope alone.
pub async fn a_delete_leaves_other_scopes_alone(settings: &Subject) {
    let others = [
        SettingsScope::new("shop", "bob", "notes"),
        SettingsScope::new("school", "alice", "notes"),
        SettingsScope::new("shop", "alice", "tasks"),
        SettingsScope::new("shop", "alice", "notes2"),
        SettingsScope::new("shop", "alice2", "notes"),
    ];
    let saved = object(json!({ "view": "board" }));
    save(settings, &alice(), &saved).await;
    for other in &others {
        save(settings, other, &saved).await;
    }
    delete(settings, &alice()).await;
    expect(settings, &alice(), None).await;
    for other in &others {
        expect(settings, other, Some(&saved)).await;
    }
}

/// Checks that each scope is empty until something is saved in it, and then has its own.
async fn kept_apart(settings: &Subject, scopes: Vec<SettingsScope>) {
    let own = |index: usize| object(json!({ "number": index }));
    for (index, scope) in scopes.iter().enumerate() {
        expect(settings, scope, None).await;
        save(settings, scope, &own(index)).await;
    }
    for (index, scope) in scopes.iter().enumerate() {
        expect(settings, scope, Some(&own(index))).await;
    }
}
