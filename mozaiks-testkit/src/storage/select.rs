//! Which documents of a collection are meant, and in which order.

use bson::{Bson, Document, doc};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::eval::{Filter, Sort, equal_id, only_id};
use mozaiks_core::storage::{Selector, StorageError, StorageScope};

use super::documents::{Documents, Entry};

/// For so many documents at most is room made before they are known.
const PREPARED: usize = 64;

/// A selector, compiled, with what the scope adds to it.
#[derive(Debug)]
pub(super) struct Selection<'s> {
    /// The only document that it can be.
    id: Option<DocumentId>,
    /// What it must meet, if that is anything.
    filter: Option<Filter>,
    /// Whether the filter asks for the id, which is not in what is kept.
    needs_id: bool,
    /// Whose it must be, in a collection that has owners.
    owner: Option<&'s str>,
}

/// An order of documents.
#[derive(Debug)]
pub(super) enum Order {
    Ids,
    IdsDescending,
    Fields(Sort),
}

/// Which part of those that are selected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub skip: u64,
    pub limit: Option<u64>,
    /// Whether to count beyond it.
    pub count_all: bool,
}

impl<'s> Selection<'s> {
    pub fn new(scope: &StorageScope<'s>, selector: Selector) -> Result<Self, StorageError> {
        let (id, filter) = match selector {
            Selector::Id(id) => (Some(id), None),
            Selector::Filter(filter) if filter.is_empty() => (None, None),
            Selector::Filter(filter) => match only_id(&filter) {
                Some(id) => (Some(id), None),
                None => {
                    let filter = Filter::parse(&filter)?;
                    (filter.id_equals().and_then(equal_id), Some(filter))
                }
            },
        };
        let needs_id = filter.as_ref().is_some_and(Filter::needs_id);
        Ok(Self { id, filter, needs_id, owner: scope.only_owner() })
    }

    /// The selection as a filter: what an upsert starts from.
    pub fn to_filter(&self) -> Result<Filter, StorageError> {
        match (&self.filter, &self.id) {
            (Some(filter), _) => Ok(filter.clone()),
            (None, Some(id)) => Filter::parse(&doc! { "_id": id.clone() }),
            (None, None) => Filter::parse(&Document::new()),
        }
    }

    /// How many documents are meant.
    pub fn count(&self, documents: &Documents) -> u64 {
        let counted = match self.size(documents) {
            Some(size) => size,
            None => self.all(documents).count(),
        };
        counted as u64
    }

    /// Those that are meant, in the order of the ids.
    pub fn all<'d>(&'d self, documents: &'d Documents) -> impl Iterator<Item = Entry<'d>> {
        let (one, some, many) = match (&self.id, self.looked_up(documents)) {
            (Some(id), _) => (documents.get(id), None, None),
            (None, Some(found)) => (None, Some(found), None),
            (None, None) => (None, None, Some(documents.by_id())),
        };
        let found = one.into_iter().chain(some.into_iter().flatten());
        found.chain(many.into_iter().flatten()).filter(|entry| self.names(*entry))
    }

    /// Those that may be meant, if an index tells, in the order of the ids.
    fn looked_up<'d>(&self, documents: &'d Documents) -> Option<Vec<Entry<'d>>> {
        documents.looked_up(self.filter.as_ref()?)
    }

    /// The first that is meant in an order.
    pub fn first<'d>(
        &self,
        documents: &'d Documents,
        order: &Order,
    ) -> Result<Option<Entry<'d>>, StorageError> {
        let window = Window { skip: 0, limit: Some(1), count_all: false };
        let (first, _) = self.pick(documents, order, window, Ok)?;
        Ok(first.first().copied())
    }

    /// Part of those that are meant, in an order; and how many they are in all, if that is asked for.
    pub fn pick<'d, T>(
        &self,
        documents: &'d Documents,
        order: &Order,
        window: Window,
        show: impl Fn(Entry<'d>) -> Result<T, StorageError>,
    ) -> Result<(Vec<T>, Option<u64>), StorageError> {
        if let Some(id) = &self.id {
            return self.take(documents, documents.get(id).into_iter(), window, show);
        }
        if let Some(found) = self.looked_up(documents) {
            let found = found.into_iter();
            return match order {
                Order::Ids => self.take(documents, found, window, show),
                Order::IdsDescending => self.take(documents, found.rev(), window, show),
                Order::Fields(sort) => self.sorted(found, sort, window, show),
            };
        }
        match order {
            Order::Ids => self.take(documents, documents.by_id(), window, show),
            Order::IdsDescending => self.take(documents, documents.by_id().rev(), window, show),
            Order::Fields(sort) => self.sorted(documents.by_id(), sort, window, show),
        }
    }

    /// Goes through documents that are in order already.
    fn take<'d, T>(
        &self,
        documents: &Documents,
        entries: impl Iterator<Item = Entry<'d>>,
        window: Window,
        show: impl Fn(Entry<'d>) -> Result<T, StorageError>,
    ) -> Result<(Vec<T>, Option<u64>), StorageError> {
        let (skip, limit) = window.bounds();
        let mut selected = entries.filter(|entry| self.names(*entry));
        let most = selected.size_hint().1.unwrap_or_else(|| documents.len());
        let mut picked = Vec::with_capacity(most.min(limit).min(PREPARED));
        let passed = selected.by_ref().take(skip).count();
        for entry in selected.by_ref().take(limit) {
            picked.push(show(entry)?);
        }
        if !window.count_all {
            return Ok((picked, None));
        }
        let total = self.size(documents).unwrap_or_else(|| passed + picked.len() + selected.count());
        Ok((picked, Some(total as u64)))
    }

    /// Sorts first; documents that are equal in the order stay in that of the ids.
    fn sorted<'d, T>(
        &self,
        entries: impl Iterator<Item = Entry<'d>>,
        sort: &Sort,
        window: Window,
        show: impl Fn(Entry<'d>) -> Result<T, StorageError>,
    ) -> Result<(Vec<T>, Option<u64>), StorageError> {
        let (skip, limit) = window.bounds();
        let selected: Vec<_> = entries.filter(|entry| self.names(*entry)).collect();
        let whole = selected.iter().filter(|_| sort.needs_id()).map(|entry| entry.whole());
        let whole = whole.collect::<Result<Vec<_>, _>>()?;
        let keyed = selected.iter().enumerate().map(|(place, entry)| {
            let document = whole.get(place).map_or(entry.body, |whole| whole);
            (sort.key(document), place, *entry)
        });
        let mut keyed: Vec<_> = keyed.collect();
        let total = keyed.len();
        let end = skip.saturating_add(limit);
        let order = |a: &(_, usize, _), b: &(_, usize, _)| sort.compare_keys(&a.0, &b.0).then(a.1.cmp(&b.1));
        if end < total {
            // Only what is before the end has to be in order.
            keyed.select_nth_unstable_by(end, order);
            keyed.truncate(end);
        }
        keyed.sort_unstable_by(order);
        let picked =
            keyed.into_iter().skip(skip).map(|(_, _, entry)| show(entry)).collect::<Result<_, _>>()?;
        Ok((picked, window.count_all.then_some(total as u64)))
    }

    /// How many are meant, if that is known without looking at them.
    fn size(&self, documents: &Documents) -> Option<usize> {
        let all = self.id.is_none() && self.filter.is_none() && self.owner.is_none();
        all.then(|| documents.len())
    }

    /// Whether a document, of the id if there is one, is meant.
    fn names(&self, entry: Entry<'_>) -> bool {
        if self.owner.is_some() && entry.owner != self.owner {
            return false;
        }
        match &self.filter {
            None => true,
            Some(filter) if self.needs_id => entry.whole().is_ok_and(|whole| filter.matches(&whole)),
            Some(filter) => filter.matches(entry.body),
        }
    }
}

impl Order {
    pub fn new(sort: Option<&Document>) -> Result<Self, StorageError> {
        let Some(sort) = sort else { return Ok(Self::Ids) };
        // What is not as usual goes the longer way, with the same end.
        let by_id = sort.iter().next().filter(|(field, _)| sort.len() == 1 && *field == "_id");
        Ok(match by_id.map(|(_, direction)| direction) {
            Some(Bson::Int32(1)) => Self::Ids,
            Some(Bson::Int32(-1)) => Self::IdsDescending,
            _ if sort.is_empty() => Self::Ids,
            _ => Self::Fields(Sort::parse(sort)?),
        })
    }
}

impl Window {
    /// How many to pass over, and how many to give at most.
    fn bounds(self) -> (usize, usize) {
        let bound = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (bound(self.skip), self.limit.map_or(usize::MAX, bound))
    }
}
