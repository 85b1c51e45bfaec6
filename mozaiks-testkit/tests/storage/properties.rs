//! The storages give the same answers to the same random questions.
//!
//! A few cases run each time; `MOZAIKS_CASES=5000` runs more.

use std::collections::BTreeMap;
use std::sync::Arc;

use bson::{Bson, Document, RawDocumentBuf, doc};
use mozaiks_core::DateTime;
use mozaiks_core::storage::{
    Change, Index, NewDocument, Query, Selector, Sharing, Storage, StorageError, StorageScope, UpdateOptions,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::backends::All;
use crate::known;
use crate::questions::{self, Question, Values};

const NOW: DateTime = DateTime::from_millis(1_700_000_000_123);

const ALICE: StorageScope<'static> = StorageScope {
    app_id: "shop",
    user_id: "alice",
    plugin: "notes",
    collection: "items",
    sharing: Sharing::Private,
};

fn cases(usual: u32) -> Config {
    let cases = std::env::var("MOZAIKS_CASES").ok().and_then(|cases| cases.parse().ok());
    // What failed is put down as a case of the suite by whoever mends it.
    Config { cases: cases.unwrap_or(usual), failure_persistence: None, ..Config::default() }
}

fn raw(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

/// What a storage answers, so that it can be compared: errors of one kind are one answer.
type Answer = Result<Vec<Vec<u8>>, &'static str>;

fn answer(result: Result<Vec<Document>, StorageError>, ordered: bool) -> Answer {
    match result {
        Ok(documents) => {
            let mut bytes: Vec<_> = documents.iter().map(|document| raw(document).into_bytes()).collect();
            if !ordered {
                bytes.sort();
            }
            Ok(bytes)
        }
        Err(StorageError::Invalid(_)) => Err("invalid"),
        Err(StorageError::Unsupported(_)) => Err("unsupported"),
        Err(StorageError::Conflict { .. }) => Err("conflict"),
        Err(StorageError::TooLarge(_)) => Err("too large"),
        Err(other) => panic!("no storage answers so: {other:?}"),
    }
}

async fn find(storage: &dyn Storage, query: Query) -> Result<Vec<Document>, StorageError> {
    let found = storage.find(ALICE, query).await?;
    let whole = |found: mozaiks_core::storage::FoundDocument| {
        let mut whole = doc! { "_id": found.id };
        whole.extend(Document::try_from(&found.document).unwrap());
        whole
    };
    Ok(found.documents.into_iter().map(whole).collect())
}

/// Asks a storage that holds these documents.
async fn ask(storage: &dyn Storage, documents: &[Document], question: &Question) -> Answer {
    let new = documents
        .iter()
        .enumerate()
        .map(|(at, document)| NewDocument::new(format!("{at:02}"), raw(document)));
    storage.insert(ALICE, new.collect()).await.unwrap();
    let mut query = Query::new(Selector::Filter(Document::new()));
    let result = match question {
        Question::Filter(filter) => {
            query.selector = Selector::Filter(filter.clone());
            let counted = storage.count(ALICE, query.selector.clone()).await;
            let found = find(storage, query).await;
            if let (Ok(counted), Ok(found)) = (counted, &found) {
                assert_eq!(counted, found.len() as u64, "the count of {filter}");
            }
            return answer(found, false);
        }
        Question::Sort(sort) => {
            let mut sort = sort.clone();
            // Equal documents come in the storage's own order.
            sort.insert("_id", 1);
            query.sort = Some(sort);
            find(storage, query).await
        }
        Question::Projection(projection) => {
            query.projection = Some(projection.clone());
            return answer(find(storage, query).await, false);
        }
        Question::Update(filter, update) => {
            let mut options = UpdateOptions::new(NOW);
            options.many = true;
            options.upsert = Some("made".into());
            let (selector, change) = (Selector::Filter(filter.clone()), Change::Operators(update.clone()));
            let mut answers = match storage.update(ALICE, selector, change, options).await {
                // Which documents were changed before the one that could not is the storage's own.
                Err(error) => return answer(Err(error), false),
                Ok(outcome) => answer(
                    Ok(vec![doc! { "matched": i64::try_from(outcome.matched).unwrap(),
                    "modified": i64::try_from(outcome.modified).unwrap(), "upserted": outcome.upserted.is_some() }]),
                    true,
                )?,
            };
            answers.extend(answer(find(storage, query).await, false)?);
            return Ok(answers);
        }
        Question::Pipeline(stages) => {
            return answer(storage.aggregate(ALICE, stages.clone()).await, false);
        }
    };
    answer(result, true)
}

/// Asks all storages, with an index and without, and compares.
fn agree(values: Values, kinds: fn(Values) -> BoxedStrategy<Question>, usual: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let all = runtime.block_on(All::find());
    let is_java = all.server.as_ref().is_some_and(|server| server.is_java);
    // The Java server is asked about what it answers by the manual, and nothing else.
    if is_java && values == Values::All {
        eprintln!("the server is left out: it is known to differ about these values");
    }
    let documents = proptest::collection::vec(questions::document(values), 0..8);
    let outcome = TestRunner::new(cases(usual)).run(&(documents, kinds(values)), |(documents, question)| {
        runtime.block_on(async {
            let mut answers = Vec::new();
            for (name, storage) in all.fresh(!is_java || values == Values::Plain).await {
                answers.push((name, ask(&*storage, &documents, &question).await));
                storage.close().await.unwrap();
            }
            for (name, storage) in all.fresh(false).await {
                let indexes = [Index::new("items", [("a", 1)]), Index::new("items", [("b", -1), ("c", 1)])];
                storage.create_indexes("notes", &indexes).await.unwrap();
                // Two arrays side by side cannot be indexed: then there is nothing to compare.
                let parallel = |document: &Document| {
                    matches!(
                        (document.get("b"), document.get("c")),
                        (Some(Bson::Array(_)), Some(Bson::Array(_)))
                    )
                };
                if !documents.iter().any(parallel) && !matches!(question, Question::Update(..)) {
                    answers.push((name, ask(&*storage, &documents, &question).await));
                }
                storage.close().await.unwrap();
            }
            for (name, found) in &answers[1..] {
                prop_assert_eq!(found, &answers[0].1, "{} differs from memory", name);
            }
            Ok(())
        })
    });
    runtime.block_on(all.clean());
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

macro_rules! properties {
    ($($name:ident: $values:expr, $kinds:path, $usual:expr;)*) => {$(
        #[test]
        fn $name() {
            agree($values, $kinds, $usual);
        }
    )*};
}

properties! {
    filters_of_all_values: Values::All, questions::filters, 120;
    sorts_of_all_values: Values::All, questions::sorts, 60;
    projections_of_all_values: Values::All, questions::projections, 40;
    updates_of_all_values: Values::All, questions::updates, 120;
    pipelines_of_all_values: Values::All, questions::pipelines, 80;
    filters_of_plain_values: Values::Plain, questions::filters, 60;
    sorts_of_plain_values: Values::Plain, questions::sorts, 30;
    projections_of_plain_values: Values::Plain, questions::projections, 20;
    updates_of_plain_values: Values::Plain, questions::updates, 60;
    pipelines_of_plain_values: Values::Plain, questions::pipelines, 40;
}

/// What plain values leave out is what a case of the suite is known to fail for: once it does no longer, that case
/// fails, and this list can be shortened.
#[test]
fn what_plain_values_leave_out_is_known_by_a_case() {
    let known: BTreeMap<_, _> = known::of_the_java_server().collect();
    for (what, case) in questions::LEFT_OUT {
        assert!(known.contains_key(case), "{what}: {case} is no known difference any more");
    }
}

/// Who asks in the model: three users of two apps, in private, in what is shared, in what of it is theirs.
const PLACES: [(&str, &str); 4] = [("shop", "a"), ("shop", "b"), ("bank", "a"), ("bank", "c")];

#[derive(Debug, Clone)]
enum Step {
    Insert(u8),
    Increment { below: i32, many: bool },
    Upsert(u8),
    Replace(u8, i32),
    Delete { above: i32 },
    DeleteOne(u8),
    TakeAndMark,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..6u8).prop_map(Step::Insert),
        2 => (0..6, any::<bool>()).prop_map(|(below, many)| Step::Increment { below, many }),
        2 => (0..6u8).prop_map(Step::Upsert),
        1 => (0..6u8, 0..6).prop_map(|(id, n)| Step::Replace(id, n)),
        1 => (0..6).prop_map(|above| Step::Delete { above }),
        1 => (0..6u8).prop_map(Step::DeleteOne),
        1 => Just(Step::TakeAndMark),
    ]
}

/// What one collection should hold: by id, who made it and the number in it.
type Model = BTreeMap<String, (String, i32)>;

/// Does a step on the model, for whom it means these documents.
fn on_model(model: &mut Model, user: &str, mine: bool, step: &Step) -> Option<u64> {
    let meant = |owner: &str| !mine || owner == user;
    let own = |id: &str, model: &Model| model.get(id).is_some_and(|(owner, _)| meant(owner));
    Some(match step {
        Step::Insert(id) => {
            let id = format!("id{id}");
            if model.contains_key(&id) {
                return None;
            }
            model.insert(id, (user.to_owned(), 0));
            1
        }
        Step::Increment { below, many } => {
            let all = model.values_mut().filter(|(owner, n)| meant(owner) && n < below);
            // Which one is the storage's choice, so the model is only asked about all.
            if *many { all.map(|(_, n)| *n += 1).count() as u64 } else { 0 }
        }
        Step::Upsert(id) => {
            let id = format!("id{id}");
            match model.get_mut(&id) {
                Some((owner, n)) if meant(owner) => *n += 1,
                Some(_) => return None,
                None => drop(model.insert(id, (user.to_owned(), 1))),
            }
            1
        }
        Step::Replace(id, n) => {
            let id = format!("id{id}");
            if !own(&id, model) {
                return Some(0);
            }
            model.get_mut(&id).unwrap().1 = *n;
            1
        }
        Step::Delete { above } => {
            let before = model.len();
            model.retain(|_, (owner, n)| !(meant(owner) && *n > *above));
            (before - model.len()) as u64
        }
        Step::DeleteOne(id) => {
            let id = format!("id{id}");
            u64::from(own(&id, model) && model.remove(&id).is_some())
        }
        Step::TakeAndMark => {
            let first = model.values_mut().find(|(owner, _)| meant(owner));
            first.map_or(0, |(_, n)| {
                *n += 10;
                1
            })
        }
    })
}

async fn on_storage(storage: &dyn Storage, scope: StorageScope<'_>, step: &Step) -> Option<u64> {
    let id = |id: u8| format!("id{id}");
    let inc = || Change::Operators(doc! { "$inc": { "n": 1 } });
    let mut options = UpdateOptions::new(NOW);
    let result = match step {
        Step::Insert(number) => {
            let new = NewDocument::new(id(*number), raw(&doc! { "n": 0 }));
            storage.insert(scope, vec![new]).await.map(|()| 1)
        }
        Step::Increment { many: false, .. } => Ok(0),
        Step::Increment { below, .. } => {
            options.many = true;
            let filter = doc! { "$or": [{ "n": { "$lt": below } }, { "none": 1 }] };
            storage
                .update(scope, Selector::Filter(filter), inc(), options)
                .await
                .map(|outcome| outcome.matched)
        }
        Step::Upsert(number) => {
            options.upsert = Some("unused".into());
            storage.update(scope, Selector::Id(id(*number).into()), inc(), options).await.map(|_| 1)
        }
        Step::Replace(number, n) => {
            let change = Change::Replacement(raw(&doc! { "n": n }));
            storage
                .update(scope, Selector::Id(id(*number).into()), change, options)
                .await
                .map(|done| done.matched)
        }
        Step::Delete { above } => {
            let filter = doc! { "$nor": [{ "n": { "$lte": above } }] };
            storage.delete(scope, Selector::Filter(filter), true).await
        }
        Step::DeleteOne(number) => storage.delete(scope, Selector::Id(id(*number).into()), false).await,
        Step::TakeAndMark => {
            let mut options = mozaiks_core::storage::FindAndUpdateOptions::new(NOW);
            options.sort = Some(doc! { "_id": 1 });
            let change = Change::Operators(doc! { "$inc": { "n": 10 } });
            let taken = storage.find_and_update(scope, Selector::Filter(doc! {}), change, options).await;
            taken.map(|taken| u64::from(taken.is_some()))
        }
    };
    match result {
        Ok(count) => Some(count),
        Err(StorageError::Conflict { .. }) => None,
        Err(error) => panic!("{step:?} in {scope:?}: {error:?}"),
    }
}

/// Random operations of three users in two apps: each sees exactly what it and, in what is shared, its app did.
#[test]
fn each_scope_holds_exactly_its_own_model() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let all = runtime.block_on(All::find());
    let who = (0..PLACES.len(), 0..3usize);
    let steps = proptest::collection::vec((who, step()), 1..60);
    let outcome = TestRunner::new(cases(24)).run(&steps, |steps| {
        runtime.block_on(async {
            for (name, storage) in all.fresh(true).await {
                follow(name, &storage, &steps).await;
                storage.close().await.unwrap();
            }
        });
        Ok(())
    });
    runtime.block_on(all.clean());
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

async fn follow(name: &str, storage: &Arc<dyn Storage>, steps: &[((usize, usize), Step)]) {
    let sharings = [Sharing::Private, Sharing::Shared, Sharing::SharedMine];
    let mut models: BTreeMap<(&str, &str, bool), Model> = BTreeMap::new();
    for ((who, sharing), step) in steps {
        let ((app_id, user_id), sharing) = (PLACES[*who], sharings[*sharing]);
        let scope = StorageScope { app_id, user_id, sharing, ..ALICE };
        let place = if sharing == Sharing::Private { (app_id, user_id, false) } else { (app_id, "", true) };
        let model = models.entry(place).or_default();
        let expected = on_model(model, user_id, sharing == Sharing::SharedMine, step);
        assert_eq!(on_storage(&**storage, scope, step).await, expected, "{step:?} in {scope:?} on {name}");
    }
    for (app_id, user_id) in PLACES {
        for sharing in sharings {
            let scope = StorageScope { app_id, user_id, sharing, ..ALICE };
            let mut query = Query::new(Selector::Filter(doc! {}));
            query.sort = Some(doc! { "_id": 1 });
            let found = storage.find(scope, query).await.unwrap().documents;
            let found = found.iter().map(|found| {
                let n = found.document.get_i32("n").unwrap();
                (found.id.to_string(), found.owner.clone().unwrap_or_else(|| user_id.to_owned()), n)
            });
            let place =
                if sharing == Sharing::Private { (app_id, user_id, false) } else { (app_id, "", true) };
            let expected = models.get(&place).into_iter().flatten();
            let expected =
                expected.filter(|(_, (owner, _))| sharing != Sharing::SharedMine || owner == user_id);
            let expected: Vec<_> = expected.map(|(id, (owner, n))| (id.clone(), owner.clone(), *n)).collect();
            assert_eq!(found.collect::<Vec<_>>(), expected, "{scope:?} on {name}");
        }
    }
}
