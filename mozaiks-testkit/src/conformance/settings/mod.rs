//! What a [`SettingsManager`] must do: the cases of [`conformance::settings`](super::settings()).

mod concurrent;
mod scopes;
mod values;

use std::sync::Arc;

use mozaiks_core::settings::{SettingsManager, SettingsScope};
use serde_json::{Map, Value, json};

use super::suite::{Case, cases};
use super::wait::{answer, fail};

pub use concurrent::{
    a_save_is_seen_by_every_load_after_it, a_save_that_is_dropped_leaves_one_of_the_two,
    of_saves_at_the_same_time_one_wins_as_a_whole, saves_in_many_scopes_at_once_do_not_meet,
};
pub use scopes::{
    a_delete_leaves_other_scopes_alone, odd_apps_users_and_plugins_are_kept_apart,
    one_app_does_not_see_another, one_plugin_does_not_see_another, one_user_does_not_see_another,
    parts_that_look_the_same_together_are_kept_apart,
};
pub use values::{
    a_whole_number_stays_whole, an_empty_object_stays_one, an_unsigned_number_beyond_the_signed_ones_stays,
    deep_objects_and_lists_stay, fractions_stay, many_keys_and_long_texts_stay, null_stays_null,
    odd_keys_stay, texts_stay_texts,
};

/// A settings manager, as cases take it.
pub type Subject = Arc<dyn SettingsManager>;

pub(super) const CASES: &[Case<Subject>] = cases![
    nothing_is_there_at_first,
    what_is_saved_is_loaded,
    a_save_replaces_the_last_one,
    an_empty_object_that_was_saved_is_there,
    what_is_deleted_is_gone,
    to_delete_what_is_not_there_is_no_error,
    what_was_deleted_can_be_saved_again,
    a_whole_number_stays_whole,
    an_unsigned_number_beyond_the_signed_ones_stays,
    fractions_stay,
    null_stays_null,
    texts_stay_texts,
    an_empty_object_stays_one,
    deep_objects_and_lists_stay,
    odd_keys_stay,
    many_keys_and_long_texts_stay,
    one_user_does_not_see_another,
    one_app_does_not_see_another,
    one_plugin_does_not_see_another,
    odd_apps_users_and_plugins_are_kept_apart,
    parts_that_look_the_same_together_are_kept_apart,
    a_delete_leaves_other_scopes_alone,
    a_save_is_seen_by_every_load_after_it,
    of_saves_at_the_same_time_one_wins_as_a_whole,
    saves_in_many_scopes_at_once_do_not_meet,
    a_save_that_is_dropped_leaves_one_of_the_two,
];

/// Nothing was ever saved: that is no object at all, not an empty one.
pub async fn nothing_is_there_at_first(settings: &Subject) {
    expect(settings, &alice(), None).await;
}

/// What is loaded is what was saved.
pub async fn what_is_saved_is_loaded(settings: &Subject) {
    let saved = object(json!({ "page_size": 20, "view": "board", "newest_first": true }));
    save(settings, &alice(), &saved).await;
    expect(settings, &alice(), Some(&saved)).await;
    expect(settings, &alice(), Some(&saved)).await;
}

/// A save replaces: a key that is left out is gone, at every depth.
pub async fn a_save_replaces_the_last_one(settings: &Subject) {
    let scope = alice();
    save(settings, &scope, &object(json!({ "kept": 1, "gone": 2, "inner": { "kept": 1, "gone": 2 } }))).await;
    let second = object(json!({ "kept": 3, "inner": { "kept": 4 } }));
    save(settings, &scope, &second).await;
    expect(settings, &scope, Some(&second)).await;
    save(settings, &scope, &Map::new()).await;
    expect(settings, &scope, Some(&Map::new())).await;
}

/// An empty object that was saved is there, and is not the same as nothing.
pub async fn an_empty_object_that_was_saved_is_there(settings: &Subject) {
    save(settings, &alice(), &Map::new()).await;
    expect(settings, &alice(), Some(&Map::new())).await;
}

/// What is deleted is gone.
pub async fn what_is_deleted_is_gone(settings: &Subject) {
    save(settings, &alice(), &object(json!({ "view": "board" }))).await;
    delete(settings, &alice()).await;
    expect(settings, &alice(), None).await;
}

/// To delete what is not there is no error, once or twice.
pub async fn to_delete_what_is_not_there_is_no_error(settings: &Subject) {
    delete(settings, &alice()).await;
    delete(settings, &alice()).await;
    expect(settings, &alice(), None).await;
}

/// What was deleted can be saved again, and has nothing of what it was.
pub async fn what_was_deleted_can_be_saved_again(settings: &Subject) {
    save(settings, &alice(), &object(json!({ "old": 1 }))).await;
    delete(settings, &alice()).await;
    let new = object(json!({ "new": 2 }));
    save(settings, &alice(), &new).await;
    expect(settings, &alice(), Some(&new)).await;
}

fn alice() -> SettingsScope {
    SettingsScope::new("shop", "alice", "notes")
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => fail(&format!("not an object: {other}")),
    }
}

async fn save(settings: &Subject, scope: &SettingsScope, object: &Map<String, Value>) {
    answer("save", settings.save(scope, object.clone())).await;
}

async fn delete(settings: &Subject, scope: &SettingsScope) {
    answer("delete", settings.delete(scope)).await;
}

/// Checks what is loaded.
async fn expect(settings: &Subject, scope: &SettingsScope, expected: Option<&Map<String, Value>>) {
    let loaded = answer("load", settings.load(scope)).await;
    assert!(
        loaded.as_ref() == expected,
        "expected {} in {scope:?}, but {} was loaded",
        text(expected),
        text(loaded.as_ref())
    );
}

/// An object in a message: the beginning of it will do.
fn text(object: Option<&Map<String, Value>>) -> String {
    let Some(object) = object else { return "nothing".to_owned() };
    let text = serde_json::to_string(object).unwrap_or_default();
    if text.chars().count() <= 300 { text } else { text.chars().take(300).chain("...".chars()).collect() }
}
