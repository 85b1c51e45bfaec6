//! A record of installations that is wrong.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::future::{BoxFuture, FutureExt, ready};
use mozaiks_core::UserKey;
use mozaiks_core::installations::{Installation, Installations, InstallationsError};
use mozaiks_testkit::conformance;

use crate::{SHORT, assert_caught, assert_caught_only};

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    AddsPermissions,
    IgnoresTheApp,
    AlwaysRemoves,
}

struct Broken {
    wrong: Wrong,
    kept: Mutex<BTreeMap<(String, String, String), Installation>>,
}

impl Broken {
    fn key(&self, user: &UserKey, plugin: &str) -> (String, String, String) {
        let app = if self.wrong == Wrong::IgnoresTheApp { "" } else { user.app_id() };
        (app.to_owned(), user.user_id().to_string(), plugin.to_owned())
    }
}

impl Installations for Broken {
    fn get<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<Option<Installation>, InstallationsError>> {
        ready(Ok(self.kept.lock().unwrap().get(&self.key(user, plugin)).cloned())).boxed()
    }

    fn put<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
        mut installation: Installation,
    ) -> BoxFuture<'a, Result<(), InstallationsError>> {
        let mut kept = self.kept.lock().unwrap();
        let key = self.key(user, plugin);
        if let Some(before) = kept.get(&key).filter(|_| self.wrong == Wrong::AddsPermissions) {
            installation.permissions.extend(before.permissions.iter().cloned());
        }
        kept.insert(key, installation);
        ready(Ok(())).boxed()
    }

    fn remove<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<bool, InstallationsError>> {
        let had = self.kept.lock().unwrap().remove(&self.key(user, plugin)).is_some();
        ready(Ok(had || self.wrong == Wrong::AlwaysRemoves)).boxed()
    }
}

async fn report(wrong: Wrong) -> conformance::Report {
    let fresh = || async move { Broken { wrong, kept: Mutex::default() } };
    conformance::installations(fresh).patience(SHORT).await
}

#[tokio::test]
async fn permissions_that_pile_up_are_caught() {
    let cases = ["a_put_replaces_the_last_one", "puts_at_the_same_time_leave_one_of_them"];
    assert_caught_only(&report(Wrong::AddsPermissions).await, &cases);
}

#[tokio::test]
async fn an_app_that_is_ignored_is_caught() {
    let cases = ["a_removal_leaves_others_alone", "users_apps_and_plugins_are_kept_apart"];
    assert_caught(&report(Wrong::IgnoresTheApp).await, &cases);
}

#[tokio::test]
async fn a_removal_of_nothing_that_gives_true_is_caught() {
    let cases = ["nothing_is_installed_at_first", "what_is_removed_is_gone"];
    assert_caught_only(&report(Wrong::AlwaysRemoves).await, &cases);
}
