//! Whatever three users do in two apps, each sees exactly what a plain map would hold.

use std::collections::BTreeMap;

use bson::{Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Found, Query, Selector, Sharing, Storage, StorageScope, UpdateOptions,
};
use mozaiks_testkit::storage::MemoryStorage;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{NOW, is_conflict, new, operators, raw};

const APPS: [&str; 2] = ["acme", "globex"];
const USERS: [&str; 3] = ["alice", "bob", "carol"];
const SHARINGS: [Sharing; 3] = [Sharing::Private, Sharing::Shared, Sharing::SharedMine];
/// Texts and `ObjectIds`, few enough to meet.
const IDS: [&str; 6] = ["a", "b", "c", "000000000000000000000001", "000000000000000000000002", "z"];

#[derive(Debug, Clone)]
enum Operation {
    Insert(Vec<(&'static str, i32)>),
    /// `$set` by id.
    Set(&'static str, i32),
    /// `$inc` of all that are at least so much.
    IncreaseFrom(i32),
    Upsert(&'static str, i32),
    Replace(&'static str, i32),
    /// Takes one off the greatest, the first of those in the order of their ids.
    DecreaseGreatest,
    Delete(&'static str),
    DeleteBelow(i32),
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    owner: Option<&'static str>,
    n: i32,
}

/// One collection; the caller's part of it are those entries that the caller may name.
#[derive(Debug, Default)]
struct Model {
    entries: BTreeMap<DocumentId, Entry>,
}

fn operation() -> impl Strategy<Value = Operation> {
    let id = || prop::sample::select(&IDS[..]);
    let n = || 0..6;
    prop_oneof![
        4 => vec((id(), n()), 1..4).prop_map(Operation::Insert),
        2 => (id(), n()).prop_map(|(id, n)| Operation::Set(id, n)),
        1 => n().prop_map(Operation::IncreaseFrom),
        2 => (id(), n()).prop_map(|(id, n)| Operation::Upsert(id, n)),
        1 => (id(), n()).prop_map(|(id, n)| Operation::Replace(id, n)),
        1 => Just(Operation::DecreaseGreatest),
        2 => id().prop_map(Operation::Delete),
        1 => n().prop_map(Operation::DeleteBelow),
    ]
}

fn scope() -> impl Strategy<Value = StorageScope<'static>> {
    let of = |values: &'static [&'static str]| prop::sample::select(values);
    (of(&APPS), of(&USERS), prop::sample::select(&SHARINGS[..])).prop_map(|(app_id, user_id, sharing)| {
        StorageScope { app_id, user_id, plugin: "notes", collection: "items", sharing }
    })
}

impl Model {
    /// Whether the caller may name an entry.
    fn names(scope: &StorageScope<'static>, entry: &Entry) -> bool {
        scope.sharing != Sharing::SharedMine || entry.owner == Some(scope.user_id)
    }

    fn insert(&mut self, scope: &StorageScope<'static>, id: DocumentId, n: i32) {
        let owner = (scope.sharing != Sharing::Private).then_some(scope.user_id);
        self.entries.insert(id, Entry { owner, n });
    }

    fn named(&mut self, scope: &StorageScope<'static>, id: &str) -> Option<&mut Entry> {
        self.entries.get_mut(&DocumentId::from(id)).filter(|entry| Self::names(scope, entry))
    }

    /// What the caller sees, in the order of the ids.
    fn seen(&self, scope: &StorageScope<'static>) -> Vec<(DocumentId, Entry)> {
        let named = self.entries.iter().filter(|(_, entry)| Self::names(scope, entry));
        named.map(|(id, entry)| (id.clone(), entry.clone())).collect()
    }
}

/// Does it to both, and compares what they answer.
async fn run(storage: &MemoryStorage, model: &mut Model, scope: StorageScope<'static>, operation: Operation) {
    let mut options = UpdateOptions::new(NOW);
    match operation {
        Operation::Insert(documents) => {
            let ids: Vec<_> = documents.iter().map(|(id, _)| DocumentId::from(*id)).collect();
            let taken = ids.iter().enumerate().any(|(at, id)| {
                model.entries.contains_key(id) || ids.iter().take(at).any(|other| other == id)
            });
            let new = documents.iter().map(|(id, n)| new(id, doc! { "n": n })).collect();
            let outcome = storage.insert(scope, new).await;
            assert_eq!(is_conflict(&outcome), taken, "{outcome:?}");
            if !taken {
                outcome.unwrap();
                documents.iter().for_each(|(id, n)| model.insert(&scope, DocumentId::from(*id), *n));
            }
        }
        Operation::Set(id, n) | Operation::Replace(id, n) => {
            let change = match operation {
                Operation::Set(..) => operators(doc! { "$set": { "n": n } }),
                _ => Change::Replacement(raw(doc! { "n": n })),
            };
            let outcome = storage.update(scope, Selector::Id(id.into()), change, options).await.unwrap();
            let entry = model.named(&scope, id);
            let modified = entry.as_ref().is_some_and(|entry| entry.n != n);
            assert_eq!(
                (outcome.matched, outcome.modified),
                (u64::from(entry.is_some()), u64::from(modified))
            );
            if let Some(entry) = entry {
                entry.n = n;
            }
        }
        Operation::IncreaseFrom(least) => {
            options.many = true;
            let filter = Selector::Filter(doc! { "n": { "$gte": least } });
            let outcome =
                storage.update(scope, filter, operators(doc! { "$inc": { "n": 1 } }), options).await.unwrap();
            let mut changed = 0;
            for entry in
                model.entries.values_mut().filter(|entry| Model::names(&scope, entry) && entry.n >= least)
            {
                entry.n += 1;
                changed += 1;
            }
            assert_eq!((outcome.matched, outcome.modified), (changed, changed));
        }
        Operation::Upsert(id, n) => {
            options.upsert = Some("unused".into());
            let filter = Selector::Filter(doc! { "_id": DocumentId::from(id) });
            let outcome =
                storage.update(scope, filter, operators(doc! { "$set": { "n": n } }), options).await;
            let (known, id) = (model.entries.contains_key(&id.into()), DocumentId::from(id));
            match model.named(&scope, &id.to_string()) {
                Some(entry) => {
                    assert_eq!(outcome.unwrap().matched, 1);
                    entry.n = n;
                }
                None if known => assert!(is_conflict(&outcome), "{outcome:?}"),
                None => {
                    assert_eq!(outcome.unwrap().upserted, Some(id.clone()));
                    model.insert(&scope, id, n);
                }
            }
        }
        Operation::DecreaseGreatest => {
            let mut options = FindAndUpdateOptions::new(NOW);
            options.sort = Some(doc! { "n": -1 });
            let change = operators(doc! { "$inc": { "n": -1 } });
            let before =
                storage.find_and_update(scope, Selector::Filter(doc! {}), change, options).await.unwrap();
            let seen = model.seen(&scope);
            let greatest = seen.into_iter().rev().max_by_key(|(_, entry)| entry.n);
            let answered = before.map(|before| (before.id, before.document.get_i32("n").unwrap()));
            assert_eq!(answered, greatest.map(|(id, entry)| (id, entry.n)));
            if let Some((id, _)) = answered {
                model.entries.get_mut(&id).unwrap().n -= 1;
            }
        }
        Operation::Delete(id) => {
            let removed = storage.delete(scope, Selector::Id(id.into()), false).await.unwrap();
            assert_eq!(removed, u64::from(model.named(&scope, id).is_some()));
            if removed == 1 {
                model.entries.remove(&DocumentId::from(id));
            }
        }
        Operation::DeleteBelow(most) => {
            let filter = Selector::Filter(doc! { "n": { "$lt": most } });
            let removed = storage.delete(scope, filter, true).await.unwrap();
            let before = model.entries.len();
            model.entries.retain(|_, entry| !Model::names(&scope, entry) || entry.n >= most);
            assert_eq!(removed, (before - model.entries.len()) as u64);
        }
    }
}

/// What a scope sees, every way of looking at it.
async fn compare(storage: &MemoryStorage, model: &Model, scope: StorageScope<'static>) {
    let seen = model.seen(&scope);
    let look = |sort: Option<Document>| {
        let mut query = Query::new(Selector::Filter(doc! {}));
        (query.sort, query.count_all) = (sort, true);
        storage.find(scope, query)
    };
    let ids = |seen: &[(DocumentId, Entry)]| seen.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let found_ids = |found: &Found| found.documents.iter().map(|found| found.id.clone()).collect::<Vec<_>>();

    let by_id = look(Some(doc! { "_id": 1 })).await.unwrap();
    assert_eq!(by_id.total, Some(seen.len() as u64));
    assert_eq!(found_ids(&by_id), ids(&seen));
    for (found, (_, entry)) in by_id.documents.iter().zip(&seen) {
        assert_eq!((found.owner.as_deref(), &found.document), (entry.owner, &raw(doc! { "n": entry.n })));
    }
    assert_eq!(found_ids(&look(None).await.unwrap()), ids(&seen));
    let mut expected = seen.clone();
    expected.sort_by_key(|(_, entry)| entry.n);
    assert_eq!(found_ids(&look(Some(doc! { "n": 1 })).await.unwrap()), ids(&expected));
    assert_eq!(storage.count(scope, Selector::Filter(doc! {})).await.unwrap(), seen.len() as u64);
    for id in IDS {
        let found = storage.find(scope, Query::new(Selector::Id(id.into()))).await.unwrap();
        let known = seen.iter().any(|(known, _)| *known == DocumentId::from(id));
        assert_eq!(found.documents.len(), usize::from(known));
    }
}

/// The collection that a scope names.
fn place(scope: &StorageScope<'static>) -> (&'static str, Option<&'static str>) {
    (scope.app_id, (scope.sharing == Sharing::Private).then_some(scope.user_id))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn each_user_sees_what_their_own_model_holds(steps in vec((scope(), operation()), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let storage = MemoryStorage::new();
            let mut models: BTreeMap<_, Model> = BTreeMap::new();
            for (scope, operation) in steps {
                run(&storage, models.entry(place(&scope)).or_default(), scope, operation).await;
            }
            let everything: usize = models.values().map(|model| model.entries.len()).sum();
            assert_eq!(storage.len(), everything);
            for app_id in APPS {
                for (user_id, sharing) in USERS.iter().flat_map(|user| SHARINGS.map(|sharing| (*user, sharing))) {
                    let scope = StorageScope { app_id, user_id, plugin: "notes", collection: "items", sharing };
                    compare(&storage, models.entry(place(&scope)).or_default(), scope).await;
                }
            }
        });
    }
}
