//! What [`Installations`] must do: the cases of [`conformance::installations`](super::installations()).

use std::sync::Arc;

use futures_util::future::join_all;
use mozaiks_core::installations::{Installation, Installations};
use mozaiks_core::plugin::Permission;
use mozaiks_core::{DateTime, UserKey};

use super::suite::{Case, cases};
use super::texts::{GLUED, odd_users, user};
use super::wait::{answer, at_once, fail};

/// What keeps installations, as cases take it.
pub type Subject = Arc<dyn Installations>;

pub(super) const CASES: &[Case<Subject>] = cases![
    nothing_is_installed_at_first,
    what_is_put_is_there,
    a_put_replaces_the_last_one,
    what_is_removed_is_gone,
    a_removal_leaves_others_alone,
    users_apps_and_plugins_are_kept_apart,
    puts_at_the_same_time_leave_one_of_them,
];

/// Nobody has anything that they have not installed.
pub async fn nothing_is_installed_at_first(installations: &Subject) {
    expect(installations, &alice(), "notes", None).await;
    let removed = answer("remove", installations.remove(&alice(), "notes")).await;
    assert!(!removed, "removing what is not there gave true");
}

/// A copy is kept as it was put: what was granted, when it was installed, whether it is on.
pub async fn what_is_put_is_there(installations: &Subject) {
    let mut off = copy(&["notifications:send", "storage:shared"], 2);
    off.enabled = false;
    for (plugin, copy) in [("notes", copy(&["notifications:send", "host_area:any_verb"], 1)), ("tasks", off)]
    {
        put(installations, &alice(), plugin, &copy).await;
        expect(installations, &alice(), plugin, Some(&copy)).await;
    }
}

/// A put replaces: what was granted before is not granted any more.
pub async fn a_put_replaces_the_last_one(installations: &Subject) {
    let second = copy(&[], 1_735_689_600_123);
    put(installations, &alice(), "notes", &copy(&["notifications:send"], 1)).await;
    put(installations, &alice(), "notes", &second).await;
    expect(installations, &alice(), "notes", Some(&second)).await;
}

/// What is removed is gone; removing tells whether there was something.
pub async fn what_is_removed_is_gone(installations: &Subject) {
    for _ in 0..2 {
        put(installations, &alice(), "notes", &copy(&[], 1)).await;
        assert!(
            answer("remove", installations.remove(&alice(), "notes")).await,
            "removing one's own gave false"
        );
        expect(installations, &alice(), "notes", None).await;
        assert!(!answer("remove", installations.remove(&alice(), "notes")).await, "removing twice gave true");
    }
}

/// A removal takes away one user's copy of one plugin.
pub async fn a_removal_leaves_others_alone(installations: &Subject) {
    let others = [(alice(), "tasks"), (user("shop", "bob"), "notes"), (user("school", "alice"), "notes")];
    put(installations, &alice(), "notes", &copy(&[], 1)).await;
    for (user, plugin) in &others {
        put(installations, user, plugin, &copy(&[], 2)).await;
    }
    answer("remove", installations.remove(&alice(), "notes")).await;
    for (user, plugin) in &others {
        expect(installations, user, plugin, Some(&copy(&[], 2))).await;
    }
}

/// Apps, users and plugins are compared byte by byte, and none is glued to another.
pub async fn users_apps_and_plugins_are_kept_apart(installations: &Subject) {
    let mut places: Vec<_> = odd_users().into_iter().map(|user| (user, "notes")).collect();
    places.extend(GLUED.into_iter().flatten().map(|(id, plugin)| (user("app", id), plugin)));
    places.extend(["notes", "note", "notes_2", "notes2"].map(|plugin| (user("app", "user"), plugin)));
    let own = |index: usize| copy(&[], i64::try_from(index).unwrap_or_default());
    for (index, (user, plugin)) in places.iter().enumerate() {
        expect(installations, user, plugin, None).await;
        put(installations, user, plugin, &own(index)).await;
    }
    for (index, (user, plugin)) in places.iter().enumerate() {
        expect(installations, user, plugin, Some(&own(index))).await;
    }
}

/// Of puts at the same time one stands, as a whole.
pub async fn puts_at_the_same_time_leave_one_of_them(installations: &Subject) {
    let copies: Vec<_> = (0..8_i64)
        .map(|number| {
            let permission = format!("area:verb_{number}");
            copy(&["notifications:send", &permission], number)
        })
        .collect();
    let puts = copies.iter().cloned().map(|copy| {
        let installations = Arc::clone(installations);
        at_once(async move { put(&installations, &alice(), "notes", &copy).await })
    });
    join_all(puts).await;
    let kept = answer("get", installations.get(&alice(), "notes")).await;
    assert!(kept.as_ref().is_some_and(|kept| copies.contains(kept)), "none of those put is there: {kept:?}");
}

fn alice() -> UserKey {
    user("shop", "alice")
}

fn copy(permissions: &[&str], millis: i64) -> Installation {
    let permissions = permissions.iter().map(|text| match text.parse::<Permission>() {
        Ok(permission) => permission,
        Err(error) => fail(&error.to_string()),
    });
    Installation::new(permissions, DateTime::from_millis(millis))
}

async fn put(installations: &Subject, user: &UserKey, plugin: &str, copy: &Installation) {
    answer("put", installations.put(user, plugin, copy.clone())).await;
}

async fn expect(installations: &Subject, user: &UserKey, plugin: &str, expected: Option<&Installation>) {
    let found = answer("get", installations.get(user, plugin)).await;
    assert!(found.as_ref() == expected, "{user:?} has {found:?} of {plugin}, expected {expected:?}");
}
