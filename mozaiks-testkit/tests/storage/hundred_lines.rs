//! A storage that somebody writes outside of the project in a hundred lines: a list, and `eval` for the rest.

use std::collections::HashSet;
use std::sync::Mutex;

use bson::{Document, RawDocumentBuf, doc};
use futures_util::future::{BoxFuture, FutureExt, ready};
use mozaiks_core::storage::eval::{self, Edit, Filter, IndexKeys, Projection, Sort, with_id, without_id};
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Found, FoundDocument, Index, NewDocument, Query, Selector, Storage,
    StorageError, StorageScope, UpdateOptions, UpdateOutcome,
};
use mozaiks_core::{DateTime, DocumentId};
use mozaiks_testkit::conformance;

type Result<T> = std::result::Result<T, StorageError>;
/// App, user of what is private, plugin, collection, whether it is shared.
type Place = (String, String, String, String, bool);

#[derive(Default)]
pub struct HundredLines(Mutex<State>);

/// Every call works on a copy, which takes the place of what was there if all went well.
#[derive(Default, Clone)]
struct State {
    kept: Vec<Kept>,
    indexes: Vec<(String, IndexKeys)>,
}

#[derive(Clone)]
struct Kept {
    place: Place,
    owner: String,
    id: DocumentId,
    document: RawDocumentBuf,
}

fn place(scope: &StorageScope<'_>) -> Place {
    let shared = scope.is_shared();
    let user = if shared { String::new() } else { scope.user_id.to_owned() };
    (scope.app_id.to_owned(), user, scope.plugin.to_owned(), scope.collection.to_owned(), shared)
}

fn filter(selector: Selector) -> Result<Filter> {
    match selector {
        Selector::Id(id) => Filter::parse(&doc! { "_id": id }),
        Selector::Filter(filter) => Filter::parse(&filter),
    }
}

impl Kept {
    fn found(&self) -> Result<FoundDocument> {
        let owner = self.place.4.then(|| self.owner.clone());
        Ok(FoundDocument { id: self.id.clone(), owner, document: without_id(&self.document)? })
    }
}

impl State {
    /// The places of the documents that are meant, in order.
    fn select(
        &self,
        scope: &StorageScope<'_>,
        filter: &Filter,
        sort: Option<&Document>,
    ) -> Result<Vec<usize>> {
        let sort = Sort::parse(sort.unwrap_or(&doc! {}))?;
        let (here, owner) = (place(scope), scope.only_owner());
        let meant = |kept: &Kept| {
            kept.place == here
                && owner.is_none_or(|owner| kept.owner == owner)
                && filter.matches(&kept.document)
        };
        let mut places: Vec<_> = (0..self.kept.len()).filter(|at| meant(&self.kept[*at])).collect();
        places.sort_by(|a, b| sort.compare(&self.kept[*a].document, &self.kept[*b].document));
        Ok(places)
    }

    fn add(&mut self, scope: &StorageScope<'_>, id: DocumentId, document: RawDocumentBuf) -> Result<()> {
        eval::check_document(&document)?;
        let document = with_id(&id, &document)?;
        self.kept.push(Kept { place: place(scope), owner: scope.user_id.to_owned(), id, document });
        Ok(())
    }

    /// Refuses what is there twice.
    fn check(&self) -> Result<()> {
        let mut ids = HashSet::new();
        if !self.kept.iter().all(|kept| ids.insert((&kept.place, &kept.id))) {
            return Err(StorageError::conflict("_id"));
        }
        for (plugin, keys) in &self.indexes {
            let (index, mut known) = (keys.index(), HashSet::new());
            let of = |kept: &&Kept| {
                (&kept.place.2, &kept.place.3, kept.place.4) == (plugin, &index.collection, index.shared)
            };
            for kept in self.kept.iter().filter(of) {
                for key in keys.keys(&kept.document)? {
                    if !known.insert((&kept.place, key)) && index.unique {
                        return Err(StorageError::conflict(index.name.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    /// Changes what is meant; gives the first as it was and as it is.
    fn change(
        &mut self,
        scope: &StorageScope<'_>,
        selector: Selector,
        change: Change,
        sort: Option<&Document>,
        options: UpdateOptions,
    ) -> Result<(UpdateOutcome, Option<FoundDocument>, Option<FoundDocument>)> {
        let filter = filter(selector)?;
        let edit = Edit::new(change, options.now, options.many)?;
        let mut places = self.select(scope, &filter, sort)?;
        places.truncate(if options.many { usize::MAX } else { 1 });
        let Some(first) = places.first().copied() else {
            let Some(id) = options.upsert else { return Ok((UpdateOutcome::default(), None, None)) };
            let (demanded, document) = edit.make(&filter)?;
            let id = demanded.unwrap_or(id);
            self.add(scope, id.clone(), document)?;
            return Ok((UpdateOutcome::upserted(id), None, Some(self.kept[self.kept.len() - 1].found()?)));
        };
        let (before, mut outcome) = (self.kept[first].found()?, UpdateOutcome::default());
        for at in places {
            let kept = &mut self.kept[at];
            outcome.matched += 1;
            if let Some(after) = edit.apply(&kept.id, &without_id(&kept.document)?)? {
                outcome.modified += 1;
                kept.document = with_id(&kept.id, &after)?;
            }
        }
        Ok((outcome, Some(before), Some(self.kept[first].found()?)))
    }
}

impl HundredLines {
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut State) -> Result<T>,
    ) -> BoxFuture<'_, Result<T>> {
        let mut state = self.0.lock().unwrap();
        let mut next = state.clone();
        let done = work(&mut next).and_then(|done| next.check().map(|()| done));
        if done.is_ok() {
            *state = next;
        }
        ready(done).boxed()
    }
}

impl Storage for HundredLines {
    fn insert<'a>(
        &'a self,
        scope: StorageScope<'a>,
        documents: Vec<NewDocument>,
    ) -> BoxFuture<'a, Result<()>> {
        self.write(|state| documents.into_iter().try_for_each(|new| state.add(&scope, new.id, new.document)))
    }

    fn find<'a>(&'a self, scope: StorageScope<'a>, query: Query) -> BoxFuture<'a, Result<Found>> {
        self.write(|state| {
            let projection = Projection::parse(&query.projection.unwrap_or_default())?;
            let places = state.select(&scope, &filter(query.selector)?, query.sort.as_ref())?;
            let bound = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let page = places.iter().skip(bound(query.skip)).take(bound(query.limit.unwrap_or(u64::MAX)));
            let shown = page.map(|at| {
                let kept = state.kept[*at].clone();
                let document = with_id(&kept.id, &without_id(&projection.apply(&kept.document)?)?)?;
                Kept { document, ..kept }.found()
            });
            Ok(Found::new(shown.collect::<Result<_>>()?, query.count_all.then_some(places.len() as u64)))
        })
    }

    fn update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: UpdateOptions,
    ) -> BoxFuture<'a, Result<UpdateOutcome>> {
        self.write(|state| Ok(state.change(&scope, selector, change, None, options)?.0))
    }

    fn find_and_update<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        change: Change,
        options: FindAndUpdateOptions,
    ) -> BoxFuture<'a, Result<Option<FoundDocument>>> {
        let mut one = UpdateOptions::new(options.now);
        one.upsert = options.upsert;
        self.write(|state| {
            let (_, before, after) = state.change(&scope, selector, change, options.sort.as_ref(), one)?;
            Ok(if options.return_new { after } else { before })
        })
    }

    fn delete<'a>(
        &'a self,
        scope: StorageScope<'a>,
        selector: Selector,
        many: bool,
    ) -> BoxFuture<'a, Result<u64>> {
        self.write(|state| {
            let mut places = state.select(&scope, &filter(selector)?, None)?;
            places.truncate(if many { usize::MAX } else { 1 });
            places.sort_unstable();
            places.iter().rev().for_each(|at| drop(state.kept.remove(*at)));
            Ok(places.len() as u64)
        })
    }

    fn create_indexes<'a>(&'a self, plugin: &'a str, indexes: &'a [Index]) -> BoxFuture<'a, Result<()>> {
        self.write(|state| {
            state.indexes.retain(|(known, _)| known != plugin);
            state
                .indexes
                .extend(IndexKeys::parse_all(indexes)?.into_iter().map(|keys| (plugin.to_owned(), keys)));
            Ok(())
        })
    }

    fn ping(&self) -> BoxFuture<'_, Result<()>> {
        ready(Ok(())).boxed()
    }
}

/// Removes what is due.
fn expire(storage: &HundredLines, now: DateTime) {
    let state = &mut *storage.0.lock().unwrap();
    let due = |kept: &Kept| {
        state.indexes.iter().any(|(plugin, keys)| {
            let index = keys.index();
            (&kept.place.2, &kept.place.3, kept.place.4) == (plugin, &index.collection, index.shared)
                && keys.expires_at(&kept.document).is_some_and(|at| at <= now)
        })
    };
    state.kept.retain(|kept| !due(kept));
}

#[tokio::test]
async fn a_storage_in_a_hundred_lines_passes() {
    let fresh = || async {
        let storage = std::sync::Arc::new(HundredLines::default());
        let shared: std::sync::Arc<dyn Storage> = storage.clone();
        conformance::storage::Subject::new(shared).expire_with(move || {
            expire(&storage, DateTime::from_millis(1_900_000_000_000));
            ready(())
        })
    };
    let report = conformance::storage(fresh).await;
    report.assert_passed();
    assert_eq!(report.skipped(), []);
}
