//! Settings managers that are wrong in one way each.

use std::collections::HashMap;
use std::sync::Mutex;

use futures_util::future::{BoxFuture, FutureExt, pending, ready};
use mozaiks_core::settings::{SettingsError, SettingsManager, SettingsScope};
use mozaiks_testkit::conformance;
use serde_json::{Map, Value, json};

use crate::{SHORT, assert_caught, assert_caught_only};

type Object = Map<String, Value>;

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Merges,
    IgnoresTheApp,
    IgnoresThePlugin,
    GluesTheParts,
    IgnoresCase,
    MakesFloats,
    DropsNulls,
    TakesDotsForPaths,
    GivesAnEmptyObjectForNothing,
    SavesInTwoSteps,
    DeletesAllOfAUser,
    FailsToDeleteNothing,
    NeverAnswersADelete,
    Panics,
}

struct Broken {
    wrong: Wrong,
    saved: Mutex<HashMap<String, Object>>,
}

impl Broken {
    fn key(&self, scope: &SettingsScope) -> String {
        let (app, user, plugin) = (scope.app_id(), scope.user_id(), scope.plugin());
        match self.wrong {
            Wrong::IgnoresTheApp => format!("{user:?} {plugin:?}"),
            Wrong::IgnoresThePlugin => format!("{app:?} {user:?}"),
            Wrong::GluesTheParts => format!("{app}:{user}:{plugin}"),
            Wrong::IgnoresCase => format!("{app:?} {user:?} {plugin:?}").to_lowercase(),
            _ => format!("{app:?} {user:?} {plugin:?}"),
        }
    }
}

fn floats(value: &mut Value) {
    match value {
        Value::Number(number) => *value = json!(number.as_f64()),
        Value::Array(list) => list.iter_mut().for_each(floats),
        Value::Object(object) => object.values_mut().for_each(floats),
        _ => {}
    }
}

impl SettingsManager for Broken {
    fn load<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<Option<Object>, SettingsError>> {
        Box::pin(async move {
            let loaded = self.saved.lock().unwrap().get(&self.key(scope)).cloned();
            Ok(match self.wrong {
                Wrong::GivesAnEmptyObjectForNothing => Some(loaded.unwrap_or_default()),
                Wrong::Panics => panic!("out of order"),
                _ => loaded,
            })
        })
    }

    fn save<'a>(
        &'a self,
        scope: &'a SettingsScope,
        mut settings: Object,
    ) -> BoxFuture<'a, Result<(), SettingsError>> {
        Box::pin(async move {
            let key = self.key(scope);
            match self.wrong {
                Wrong::MakesFloats => settings.values_mut().for_each(floats),
                Wrong::DropsNulls => settings.retain(|_, value| !value.is_null()),
                Wrong::TakesDotsForPaths => {
                    settings = settings
                        .into_iter()
                        .map(|(key, value)| match key.split_once('.') {
                            Some((outer, inner)) => (outer.to_owned(), json!({ inner: value })),
                            None => (key, value),
                        })
                        .collect();
                }
                Wrong::Merges => {
                    self.saved.lock().unwrap().entry(key).or_default().append(&mut settings);
                    return Ok(());
                }
                Wrong::SavesInTwoSteps => {
                    self.saved.lock().unwrap().insert(
                        key.clone(),
                        settings.iter().take(5).map(|(k, v)| (k.clone(), v.clone())).collect(),
                    );
                    tokio::task::yield_now().await;
                }
                _ => {}
            }
            self.saved.lock().unwrap().insert(key, settings);
            Ok(())
        })
    }

    fn delete<'a>(&'a self, scope: &'a SettingsScope) -> BoxFuture<'a, Result<(), SettingsError>> {
        let mut saved = self.saved.lock().unwrap();
        let key = self.key(scope);
        match self.wrong {
            Wrong::DeletesAllOfAUser => {
                let user = format!("{:?} {:?} ", scope.app_id(), scope.user_id());
                saved.retain(|key, _| !key.starts_with(&user));
            }
            Wrong::FailsToDeleteNothing if !saved.contains_key(&key) => {
                return ready(Err(SettingsError::backend("no such row"))).boxed();
            }
            Wrong::NeverAnswersADelete => return pending().boxed(),
            _ => drop(saved.remove(&key)),
        }
        ready(Ok(())).boxed()
    }
}

async fn report(wrong: Wrong) -> conformance::Report {
    let fresh = || async move { Broken { wrong, saved: Mutex::default() } };
    conformance::settings(fresh).patience(SHORT).await
}

#[tokio::test]
async fn a_merge_is_caught() {
    assert_caught(&report(Wrong::Merges).await, &["a_save_replaces_the_last_one"]);
}

#[tokio::test]
async fn an_app_that_is_ignored_is_caught() {
    let cases = [
        "one_app_does_not_see_another",
        "odd_apps_users_and_plugins_are_kept_apart",
        "a_delete_leaves_other_scopes_alone",
    ];
    let report = report(Wrong::IgnoresTheApp).await;
    assert_caught(&report, &cases);
    assert!(report.passed().contains(&"one_user_does_not_see_another"));
}

#[tokio::test]
async fn a_plugin_that_is_ignored_is_caught() {
    assert_caught(&report(Wrong::IgnoresThePlugin).await, &["one_plugin_does_not_see_another"]);
}

#[tokio::test]
async fn parts_that_are_glued_are_caught() {
    let cases = ["parts_that_look_the_same_together_are_kept_apart"];
    assert_caught_only(&report(Wrong::GluesTheParts).await, &cases);
}

#[tokio::test]
async fn a_comparison_without_case_is_caught() {
    assert_caught_only(&report(Wrong::IgnoresCase).await, &["odd_apps_users_and_plugins_are_kept_apart"]);
}

#[tokio::test]
async fn whole_numbers_that_become_fractions_are_caught() {
    let cases = ["a_whole_number_stays_whole", "an_unsigned_number_beyond_the_signed_ones_stays"];
    assert_caught(&report(Wrong::MakesFloats).await, &cases);
}

#[tokio::test]
async fn nulls_that_go_away_are_caught() {
    assert_caught_only(&report(Wrong::DropsNulls).await, &["null_stays_null"]);
}

#[tokio::test]
async fn keys_that_become_paths_are_caught() {
    assert_caught_only(&report(Wrong::TakesDotsForPaths).await, &["odd_keys_stay"]);
}

#[tokio::test]
async fn an_object_where_there_is_none_is_caught() {
    let cases =
        ["nothing_is_there_at_first", "what_is_deleted_is_gone", "to_delete_what_is_not_there_is_no_error"];
    assert_caught(&report(Wrong::GivesAnEmptyObjectForNothing).await, &cases);
}

#[tokio::test]
async fn a_save_in_two_steps_is_caught() {
    let cases =
        ["of_saves_at_the_same_time_one_wins_as_a_whole", "a_save_that_is_dropped_leaves_one_of_the_two"];
    assert_caught_only(&report(Wrong::SavesInTwoSteps).await, &cases);
}

#[tokio::test]
async fn a_delete_that_takes_too_much_is_caught() {
    assert_caught_only(&report(Wrong::DeletesAllOfAUser).await, &["a_delete_leaves_other_scopes_alone"]);
}

#[tokio::test]
async fn a_delete_that_fails_is_caught_with_what_it_said() {
    let report = report(Wrong::FailsToDeleteNothing).await;
    assert_caught_only(&report, &["to_delete_what_is_not_there_is_no_error"]);
    let reason = report.failure("to_delete_what_is_not_there_is_no_error").unwrap();
    assert_eq!(reason, "`delete` failed: the settings could not be loaded or saved: no such row");
}

#[tokio::test]
async fn silence_is_caught_and_named() {
    let report = report(Wrong::NeverAnswersADelete).await;
    let reason = report.failure("what_is_deleted_is_gone").unwrap();
    assert_eq!(reason, "waited 300ms in vain for `delete` to answer");
}

#[tokio::test]
async fn a_service_that_panics_fails_every_case_that_meets_it_and_all_are_told_of() {
    let report = report(Wrong::Panics).await;
    assert!(report.passed().is_empty(), "{report}");
    let text = report.to_string();
    for failure in report.failed() {
        assert!(text.contains(&format!("\n  {}: out of order", failure.case)), "{text}");
    }
}
