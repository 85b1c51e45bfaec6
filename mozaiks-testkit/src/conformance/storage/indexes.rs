//! Declaring indexes: anew, again, over what is there; and that an index never changes an answer.

use bson::{Bson, doc};
use mozaiks_core::storage::{Index, StorageScope};

use super::Subject;
use super::ask::{ALICE, BOB, Refusal, count, delete, ids, insert, new, refused};
use super::unique::declare;
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::answer;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("indexes.rs");
    no_indexes_is_no_error,
    an_index_can_be_declared_before_and_after_the_documents,
    an_index_over_duplicates_is_a_conflict_and_changes_nothing,
    duplicates_of_different_scopes_are_no_conflict,
    an_index_declared_again_stays,
    an_index_of_another_definition_is_made_anew,
    an_index_that_is_left_out_is_gone,
    indexes_of_another_plugin_stay,
    a_plugin_whose_name_begins_another_has_its_own_indexes,
    many_indexes_can_be_declared,
    an_index_of_an_odd_path_works,
];

fn unique() -> Index {
    Index::new("items", [("v", 1)]).unique()
}

/// A plugin may have no indexes.
pub async fn no_indexes_is_no_error(storage: &Subject) {
    declare(storage, &[]).await;
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    declare(storage, &[]).await;
    assert_eq!(ids(storage, ALICE).await, ["a"]);
}

/// Documents that are there already are indexed.
pub async fn an_index_can_be_declared_before_and_after_the_documents(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    insert(storage, BOB, "a", doc! { "v": 1 }).await;
    declare(storage, &[unique()]).await;
    for scope in [ALICE, BOB] {
        let call = storage.insert(scope, vec![new("b", &doc! { "v": 1 })]);
        refused("insert of a value that was there before the index", call, Refusal::Conflict("v")).await;
    }
    insert(storage, ALICE, "c", doc! { "v": 2 }).await;
}

/// Over documents of one scope with the same value, a unique index is a conflict, and all stays as it was: the
/// documents, and the indexes that were there.
pub async fn an_index_over_duplicates_is_a_conflict_and_changes_nothing(storage: &Subject) {
    declare(storage, &[Index::new("items", [("w", 1)]).unique()]).await;
    insert(storage, ALICE, "a", doc! { "v": 1, "w": 1 }).await;
    insert(storage, ALICE, "b", doc! { "v": 1.0, "w": 2 }).await;
    let indexes = [Index::new("items", [("x", 1)]), unique()];
    let call = storage.create_indexes("notes", &indexes);
    refused("a unique index over two documents with one value", call, Refusal::Conflict("v")).await;
    assert_eq!(ids(storage, ALICE).await, ["a", "b"]);
    insert(storage, ALICE, "c", doc! { "v": 1, "w": 3 }).await;
    let call = storage.insert(ALICE, vec![new("d", &doc! { "v": 5, "w": 1 })]);
    refused("insert of a value of the index that was there", call, Refusal::Conflict("w")).await;
    // Once the duplicates are gone, the index can be made.
    assert_eq!(delete(storage, ALICE, super::ask::by(doc! { "w": { "$gt": 1 } }), true).await, 2);
    declare(storage, &indexes).await;
}

/// What is unique is so in a scope.
pub async fn duplicates_of_different_scopes_are_no_conflict(storage: &Subject) {
    for scope in [ALICE, BOB, StorageScope { app_id: "bank", ..ALICE }] {
        insert(storage, scope, "a", doc! { "v": 1 }).await;
    }
    declare(storage, &[unique()]).await;
}

/// It is called with every start: the same again changes nothing.
pub async fn an_index_declared_again_stays(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    for _ in 0..3 {
        declare(storage, &[unique(), Index::new("items", [("a", 1), ("b", -1)])]).await;
        let call = storage.insert(ALICE, vec![new("b", &doc! { "v": 1 })]);
        refused("insert of a taken value", call, Refusal::Conflict("v")).await;
    }
}

/// An index of the same name and another definition is made anew.
pub async fn an_index_of_another_definition_is_made_anew(storage: &Subject) {
    let named = |path: &str| Index::new("items", [(path, 1)]).name("key");
    declare(storage, &[named("v").unique()]).await;
    insert(storage, ALICE, "a", doc! { "v": 1, "w": 1 }).await;
    declare(storage, &[named("w").unique()]).await;
    insert(storage, ALICE, "b", doc! { "v": 1, "w": 2 }).await;
    let call = storage.insert(ALICE, vec![new("c", &doc! { "v": 9, "w": 2 })]);
    refused("insert of a value of the new definition", call, Refusal::Conflict("key")).await;
    declare(storage, &[named("w")]).await;
    insert(storage, ALICE, "c", doc! { "v": 9, "w": 2 }).await;
    let call = storage.create_indexes("notes", &[]);
    answer("create_indexes", call).await;
}

/// The plugin has the indexes that were declared last, and no others.
pub async fn an_index_that_is_left_out_is_gone(storage: &Subject) {
    declare(storage, &[unique()]).await;
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    declare(storage, &[Index::new("items", [("w", 1)])]).await;
    insert(storage, ALICE, "b", doc! { "v": 1 }).await;
    declare(storage, &[]).await;
    insert(storage, ALICE, "c", doc! { "v": 1 }).await;
}

/// What a plugin declares says nothing of another's indexes.
pub async fn indexes_of_another_plugin_stay(storage: &Subject) {
    declare(storage, &[unique()]).await;
    answer("create_indexes", storage.create_indexes("tasks", &[])).await;
    insert(storage, ALICE, "a", doc! { "v": 1 }).await;
    let call = storage.insert(ALICE, vec![new("b", &doc! { "v": 1 })]);
    refused("insert of a taken value, after another plugin declared none", call, Refusal::Conflict("v"))
        .await;
}

/// `a` with `b_c` and `a_b` with `c` do not share indexes.
pub async fn a_plugin_whose_name_begins_another_has_its_own_indexes(storage: &Subject) {
    let index = |collection: &str| Index::new(collection, [("v", 1)]).unique();
    answer("create_indexes", storage.create_indexes("a", &[index("b_c")])).await;
    answer("create_indexes", storage.create_indexes("a_b", &[])).await;
    let (with, without) = (
        StorageScope { plugin: "a", collection: "b_c", ..ALICE },
        StorageScope { plugin: "a_b", collection: "c", ..ALICE },
    );
    for id in ["1", "2"] {
        insert(storage, without, id, doc! { "v": 1 }).await;
    }
    insert(storage, with, "1", doc! { "v": 1 }).await;
    let call = storage.insert(with, vec![new("2", &doc! { "v": 1 })]);
    refused("insert of a taken value", call, Refusal::Conflict("v")).await;
}

/// Twenty indexes of one plugin, in several collections, are fine.
pub async fn many_indexes_can_be_declared(storage: &Subject) {
    let names: Vec<_> = (0..20).map(|number| format!("f{number}")).collect();
    let collection = |number: usize| format!("c{}", number % 4);
    let indexes: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(number, name)| Index::new(&collection(number), [(name.as_str(), 1)]).unique())
        .collect();
    declare(storage, &indexes).await;
    for number in 0..4 {
        let collection = collection(number);
        let scope = StorageScope { collection: &collection, ..ALICE };
        let first = names.get(number).map(String::as_str).unwrap_or_default();
        let all = |value: i32| names.iter().map(|name| (name.clone(), Bson::from(value))).collect();
        insert(storage, scope, "a", all(1)).await;
        let mut other: bson::Document = all(2);
        other.insert(first, 1);
        let call = storage.insert(scope, vec![new("b", &other)]);
        refused("insert of one taken value of five", call, Refusal::Conflict(first)).await;
    }
}

/// Names with spaces, quotes and digits are names of fields.
pub async fn an_index_of_an_odd_path_works(storage: &Subject) {
    let paths = ["a b", "it's", "\"q\"", "ü", "x.0", "A", "a-b", "%"];
    let indexes: Vec<_> = paths
        .iter()
        .enumerate()
        .map(|(number, path)| {
            Index::new("items", [(*path, 1)]).name(&format!("index{number}")).unique().sparse()
        })
        .collect();
    declare(storage, &indexes).await;
    for (number, path) in paths.into_iter().enumerate() {
        let document = match path.split_once('.') {
            Some((outer, inner)) => doc! { outer: { inner: 1 } },
            None => doc! { path: 1 },
        };
        insert(storage, ALICE, format!("{number}"), document.clone()).await;
        let call = storage.insert(ALICE, vec![new("x", &document)]);
        let name = format!("index{number}");
        refused(&format!("insert of a taken value of {path:?}"), call, Refusal::Conflict(&name)).await;
        assert_eq!(count(storage, ALICE, super::ask::by(doc! { path: 1 })).await, 1, "by {path:?}");
    }
}
