//! Saves and loads at the same time.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use mozaiks_core::settings::SettingsScope;
use serde_json::{Map, Value, json};

use super::{Subject, alice, expect, object, save};
use crate::conformance::wait::{answer, at_once, fail};

/// A load sees every save that was answered before it was asked.
pub async fn a_save_is_seen_by_every_load_after_it(settings: &Subject) {
    let scope = alice();
    for round in 0..50 {
        let saved = object(json!({ "round": round }));
        save(settings, &scope, &saved).await;
        join_all((0..4).map(|_| expect(settings, &scope, Some(&saved)))).await;
    }
}

/// Of saves at the same time one wins as a whole: whoever loads, then or later, never sees parts of two.
pub async fn of_saves_at_the_same_time_one_wins_as_a_whole(settings: &Subject) {
    let scope = alice();
    save(settings, &scope, &whole(0)).await;
    for round in 0..10 {
        let saves = (1..=8).map(|writer| {
            let (settings, scope) = (Arc::clone(settings), scope.clone());
            at_once(async move { save(&settings, &scope, &whole(round * 8 + writer)).await })
        });
        let loads = (0..8).map(|_| {
            let (settings, scope) = (Arc::clone(settings), scope.clone());
            at_once(async move { check_whole(answer("load", settings.load(&scope)).await.as_ref()) })
        });
        join(join_all(saves), join_all(loads)).await;
        check_whole(answer("load", settings.load(&scope)).await.as_ref());
    }
}

/// Saves in many scopes at once all succeed, and each is kept.
pub async fn saves_in_many_scopes_at_once_do_not_meet(settings: &Subject) {
    let scopes: Vec<_> =
        (0..50).map(|number| SettingsScope::new("shop", format!("user{number}"), "notes")).collect();
    let saves = scopes.iter().cloned().enumerate().map(|(number, scope)| {
        let settings = Arc::clone(settings);
        at_once(async move { save(&settings, &scope, &object(json!({ "number": number }))).await })
    });
    join_all(saves).await;
    for (number, scope) in scopes.iter().enumerate() {
        expect(settings, scope, Some(&object(json!({ "number": number })))).await;
    }
}

/// A save that is dropped before it is done leaves what was there before, or all of what was to be saved.
pub async fn a_save_that_is_dropped_leaves_one_of_the_two(settings: &Subject) {
    let scope = alice();
    for polls in 0..20 {
        save(settings, &scope, &whole(1)).await;
        let mut dropped = settings.save(&scope, whole(2));
        for _ in 0..polls {
            if let Some(outcome) = (&mut dropped).now_or_never() {
                answer("save", std::future::ready(outcome)).await;
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(dropped);
        check_whole(answer("load", settings.load(&scope)).await.as_ref());
    }
}

/// An object that shows if parts of it come from another writer.
fn whole(writer: usize) -> Map<String, Value> {
    // Each writer has a key of its own, so that a merge shows too.
    let mut object: Map<String, Value> = (0..20).map(|key| (format!("key_{key}"), json!(writer))).collect();
    object.insert(format!("of_{writer}"), json!(writer));
    object
}

fn check_whole(loaded: Option<&Map<String, Value>>) {
    let Some(loaded) = loaded else { fail("nothing was loaded where something had been saved") };
    let writer = loaded.get("key_0").and_then(Value::as_u64).and_then(|writer| usize::try_from(writer).ok());
    assert!(
        writer.is_some_and(|writer| *loaded == whole(writer)),
        "parts of two saves were loaded: {}",
        super::text(Some(loaded))
    );
}
