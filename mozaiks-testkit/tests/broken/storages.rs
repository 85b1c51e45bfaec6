//! Storages that are wrong in one way each: the storage in memory, with something done to what goes in or out.

use bson::{Bson, Document, RawDocumentBuf};
use futures_util::future::{BoxFuture, FutureExt};
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Sharing,
    Storage, StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};
use mozaiks_testkit::conformance;
use mozaiks_testkit::storage::MemoryStorage;

use crate::{SHORT, assert_caught, assert_caught_only};

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    IgnoresTheUser,
    IgnoresTheApp,
    GluesPluginAndCollection,
    TakesMineForShared,
    InsertsOneByOne,
    CountsTheMatchedAsModified,
    TakesALimitOfZeroForNone,
    TellsNoOwner,
    MakesLongs,
    IgnoresIndexes,
    FindsBeforeItUpdates,
}

struct Broken {
    wrong: Wrong,
    memory: MemoryStorage,
    /// Names that were glued together, which live as long as the test.
    glued: std::sync::Mutex<Vec<&'static str>>,
}

impl Broken {
    fn scope<'s>(&self, scope: StorageScope<'s>) -> StorageScope<'s> {
        match self.wrong {
            Wrong::IgnoresTheUser => StorageScope { user_id: "", ..scope },
            Wrong::IgnoresTheApp => StorageScope { app_id: "", ..scope },
            Wrong::TakesMineForShared if scope.sharing == Sharing::SharedMine => {
                StorageScope { sharing: Sharing::Shared, ..scope }
            }
            Wrong::GluesPluginAndCollection => {
                let name = format!("{}_{}", scope.plugin, scope.collection);
                let mut glued = self.glued.lock().unwrap();
                let known = glued.iter().copied().find(|known| **known == name);
                let collection = known.unwrap_or_else(|| name.leak());
                glued.push(collection);
                StorageScope { plugin: "", collection, ..scope }
            }
            _ => scope,
        }
    }

    fn shown(&self, mut found: FoundDocument) -> FoundDocument {
        if self.wrong == Wrong::TellsNoOwner {
            found.owner = None;
        }
        found
    }

    fn kept(&self, new: NewDocument) -> NewDocument {
        if self.wrong != Wrong::MakesLongs {
            return new;
        }
        let document = Document::try_from(&new.document).unwrap();
        let long = |value| if let Bson::Int32(value) = value { Bson::Int64(value.into()) } else { value };
        let document: Document = document.into_iter().map(|(name, value)| (name, long(value))).collect();
        NewDocument::new(new.id, RawDocumentBuf::try_from(&document).unwrap())
    }
}

impl Storage for Broken {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        let documents: Vec<_> = documents.into_iter().map(|new| self.kept(new)).collect();
        async move {
            if self.wrong != Wrong::InsertsOneByOne {
                return self.memory.insert(self.scope(scope), documents).await;
            }
            for document in documents {
                self.memory.insert(scope, vec![document]).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn find<'a>(
        &'a self,
        scope: StorageScope<'a>,
        mut query: Query,
    ) -> BoxFuture<'a, Result<Found, StorageError>> {
        if self.wrong == Wrong::TakesALimitOfZeroForNone {
            query.limit = query.limit.filter(|limit| *limit > 0);
        }
        async move {
            let found = self.memory.find(self.scope(scope), query).await?;
            let documents = found.documents.into_iter().map(|found| self.shown(found)).collect();
            Ok(Found::new(documents, found.total))
        }
        .boxed()
    }

    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome, StorageError>> {
        async move {
            if self.wrong == Wrong::FindsBeforeItUpdates {
                let found = self.memory.count(scope, selector.clone()).await?;
                if found == 0 && options.upsert.is_none() {
                    return Ok(UpdateOutcome::new(0, 0));
                }
            }
            let mut outcome = self.memory.update(self.scope(scope), selector, change, options).await?;
            if self.wrong == Wrong::CountsTheMatchedAsModified {
                outcome.modified = outcome.matched;
            }
            Ok(outcome)
        }
        .boxed()
    }

    fn find_and_update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>, StorageError>> {
        async move {
            let found = self.memory.find_and_update(self.scope(scope), selector, change, options).await?;
            Ok(found.map(|found| self.shown(found)))
        }
        .boxed()
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64, StorageError>> {
        self.memory.delete(self.scope(scope), selector, many)
    }

    fn create_indexes<'a>(
        &'a self,
        plugin: &'a str,
        indexes: &'a [Index],
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        let indexes = if self.wrong == Wrong::IgnoresIndexes { &[] } else { indexes };
        self.memory.create_indexes(plugin, indexes)
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StorageError>> {
        self.memory.ping()
    }
}

async fn report(wrong: Wrong) -> conformance::Report {
    let fresh =
        || async move { Broken { wrong, memory: MemoryStorage::new(), glued: std::sync::Mutex::default() } };
    conformance::storage(fresh).patience(SHORT * 10).await
}

#[tokio::test]
async fn a_user_or_an_app_that_is_ignored_is_caught() {
    let users = [
        "one_user_does_not_see_another",
        "no_call_reaches_another_scope",
        "odd_users_and_apps_are_kept_apart",
    ];
    assert_caught(&report(Wrong::IgnoresTheUser).await, &users);
    let apps = ["one_app_does_not_see_another", "what_is_shared_stays_in_the_app"];
    let report = report(Wrong::IgnoresTheApp).await;
    assert_caught(&report, &apps);
    assert!(report.passed().contains(&"one_user_does_not_see_another"), "{report}");
}

#[tokio::test]
async fn names_that_are_glued_are_caught() {
    let cases = ["plugins_and_collections_that_look_the_same_together_are_kept_apart"];
    assert_caught(&report(Wrong::GluesPluginAndCollection).await, &cases);
}

#[tokio::test]
async fn others_in_what_is_mine_are_caught() {
    let cases = ["mine_narrows_every_call_to_the_caller", "aggregate_of_mine_sees_mine"];
    assert_caught(&report(Wrong::TakesMineForShared).await, &cases);
}

#[tokio::test]
async fn half_of_a_batch_is_caught() {
    let cases = ["of_many_documents_all_are_inserted_or_none", "one_id_twice_in_one_insert_is_a_conflict"];
    assert_caught(&report(Wrong::InsertsOneByOne).await, &cases);
}

#[tokio::test]
async fn a_count_of_what_did_not_change_is_caught_with_what_was_asked_and_found() {
    let report = report(Wrong::CountsTheMatchedAsModified).await;
    let case = "an_update_that_changes_nothing_is_matched_and_not_modified";
    assert_caught(&report, &[case]);
    let text = report.failure(case).unwrap();
    for part in [
        r#"the outcome of the update { "$set": { "n": 1 } }"#,
        "left: UpdateOutcome { matched: 1, modified: 1, upserted: None }",
        "right: UpdateOutcome { matched: 1, modified: 0, upserted: None }",
        "the rule: `modified` does not count a document that already was as asked for.",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
}

#[tokio::test]
async fn a_limit_of_zero_that_is_none_is_caught() {
    let cases = [
        "a_limit_of_zero_gives_nothing",
        "a_total_beside_a_limit_of_zero",
        "a_query_by_id_has_skip_limit_and_total_too",
    ];
    assert_caught_only(&report(Wrong::TakesALimitOfZeroForNone).await, &cases);
}

#[tokio::test]
async fn an_owner_that_is_not_told_is_caught() {
    let cases = ["whoever_inserts_is_the_owner", "find_and_update_tells_the_owner"];
    assert_caught(&report(Wrong::TellsNoOwner).await, &cases);
}

#[tokio::test]
async fn numbers_that_change_their_type_are_caught_and_told_apart() {
    let report = report(Wrong::MakesLongs).await;
    assert_caught(&report, &["every_type_comes_back_as_it_went_in", "type_tells_numbers_apart"]);
    let text = report.failure("of_many_documents_all_are_inserted_or_none").unwrap();
    assert!(text.contains(r#"{"n": Int64(1)}), which is not Document({"n": Int32(1)})"#), "{text}");
}

#[tokio::test]
async fn indexes_that_are_not_there_are_caught() {
    let cases = ["two_documents_with_one_value_are_a_conflict", "values_are_unique_for_one_user"];
    assert_caught(&report(Wrong::IgnoresIndexes).await, &cases);
}

#[tokio::test]
async fn a_refusal_that_comes_too_late_is_caught() {
    let report = report(Wrong::FindsBeforeItUpdates).await;
    assert_caught(
        &report,
        &["an_update_is_refused_where_nothing_is_there", "two_operators_on_one_path_are_refused"],
    );
}
