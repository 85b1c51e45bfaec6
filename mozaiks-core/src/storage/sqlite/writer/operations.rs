//! The operations that plugins ask for.

use bson::RawDocumentBuf;

use super::super::find::{any_order, found};
use super::super::key::{self, Key};
use super::super::keys::Keys;
use super::super::readers::Budget;
use super::super::route::{Order, route};
use super::super::scan::{Window, get, scan};
use super::super::scope::ScopeName;
use super::super::selection::Selection;
use super::super::sorted::Sorted;
use super::job::Operation;
use super::transaction::{Target, Transaction};
use crate::storage::eval::Edit;
use crate::storage::{DocumentId, FoundDocument, NewDocument, StorageError, StorageScope, UpdateOutcome};

/// Where an operation writes, and for whom.
#[derive(Debug)]
pub(in super::super) struct Place {
    scope: ScopeName,
    /// Who owns what is inserted, in a collection that has owners.
    maker: Option<Box<str>>,
}

/// Adds documents, all or none.
pub(in super::super) struct Insert {
    pub place: Place,
    pub documents: Vec<NewDocument>,
}

/// Changes one document, or all.
pub(in super::super) struct Update {
    pub place: Place,
    pub selection: Selection,
    pub edit: Edit,
    pub many: bool,
    pub upsert: Option<DocumentId>,
}

/// Changes the first document in an order and gives it.
pub(in super::super) struct FindAndUpdate {
    pub place: Place,
    pub selection: Selection,
    pub order: Order,
    pub edit: Edit,
    pub return_new: bool,
    pub upsert: Option<DocumentId>,
}

/// Removes one document, or all.
pub(in super::super) struct Delete {
    pub place: Place,
    pub selection: Selection,
    pub many: bool,
}

impl Place {
    pub fn of(scope: &StorageScope<'_>) -> Self {
        Self { scope: ScopeName::of(scope), maker: scope.owner().map(Into::into) }
    }
}

impl Operation for Insert {
    type Output = ();

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), StorageError> {
        let target = transaction.make_target(&self.place.scope)?;
        let owner = self.place.maker.as_deref();
        for new in &self.documents {
            transaction.insert(&target, &key::encode(&new.id), owner, &new.document)?;
        }
        Ok(())
    }

    fn is_one_statement(&self, transaction: &Transaction<'_>) -> bool {
        self.documents.len() == 1 && transaction.is_plain(&self.place.scope)
    }
}

impl Operation for Update {
    type Output = UpdateOutcome;

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<UpdateOutcome, StorageError> {
        let mut outcome = UpdateOutcome::default();
        if let Some(target) = transaction.find_target(&self.place.scope)? {
            let window = if self.many { Window::ALL } else { Window::FIRST };
            for key in keys(transaction, &target, &self.selection, window)? {
                let Some((found, changed)) = edit(transaction, &target, &key, &self.edit)? else { continue };
                outcome.matched += 1;
                if let Some(body) = changed {
                    transaction.replace(&target, &key, &found.document, &body)?;
                    outcome.modified += 1;
                }
            }
        }
        match &self.upsert {
            Some(id) if outcome.matched == 0 => Ok(UpdateOutcome::upserted(
                upsert(transaction, &self.place, &self.selection, &self.edit, id)?.0,
            )),
            _ => Ok(outcome),
        }
    }

    fn is_one_statement(&self, transaction: &Transaction<'_>) -> bool {
        !self.many && self.upsert.is_none() && transaction.is_plain(&self.place.scope)
    }

    /// As on a server, the documents that came before the one that cannot be changed have been changed. An insertion
    /// that is refused by an index leaves nothing.
    fn stays(&self, error: &StorageError) -> bool {
        self.upsert.is_none()
            && !matches!(error, StorageError::Unavailable { .. } | StorageError::Backend { .. })
    }
}

impl Operation for FindAndUpdate {
    type Output = Option<FoundDocument>;

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<Self::Output, StorageError> {
        let first = match transaction.find_target(&self.place.scope)? {
            Some(target) => self.first(transaction, &target)?.map(|key| (target, key)),
            None => None,
        };
        let Some((target, key)) = first else {
            let Some(id) = &self.upsert else { return Ok(None) };
            let (id, document) = upsert(transaction, &self.place, &self.selection, &self.edit, id)?;
            let owner = self.place.maker.as_deref().map(str::to_owned);
            return Ok(self.return_new.then_some(FoundDocument { id, owner, document }));
        };
        let Some((found, changed)) = edit(transaction, &target, &key, &self.edit)? else { return Ok(None) };
        let Some(body) = changed else { return Ok(Some(found)) };
        transaction.replace(&target, &key, &found.document, &body)?;
        Ok(Some(if self.return_new { FoundDocument { document: body, ..found } } else { found }))
    }

    fn is_one_statement(&self, transaction: &Transaction<'_>) -> bool {
        self.upsert.is_none() && transaction.is_plain(&self.place.scope)
    }
}

impl FindAndUpdate {
    fn first(&self, transaction: &Transaction<'_>, target: &Target) -> Result<Option<Key>, StorageError> {
        let (connection, scope) = (transaction.connection, target.scope);
        let (way, sorting) = route(connection, scope, &self.selection, &self.order, true)?;
        let mut budget = Budget::endless();
        if let Some(sort) = self.order.sort.as_ref().filter(|_| sorting) {
            let mut sorted = Sorted::new(sort, self.order.needs_id, Window::FIRST);
            scan(connection, scope, &self.selection, &way, Window::ALL, &mut budget, |row| sorted.add(row))?;
            return Ok(sorted.finish().0.first().map(|found| key::encode(&found.id)));
        }
        let mut first = None;
        scan(connection, scope, &self.selection, &way, Window::FIRST, &mut budget, |row| {
            first = Some(Key::from_slice(row.key));
            Ok(())
        })?;
        Ok(first)
    }
}

impl Operation for Delete {
    type Output = u64;

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<u64, StorageError> {
        let Some(target) = transaction.find_target(&self.place.scope)? else { return Ok(0) };
        let window = if self.many { Window::ALL } else { Window::FIRST };
        let mut removed = 0;
        for key in keys(transaction, &target, &self.selection, window)? {
            removed += u64::from(transaction.remove(&target, &key)?);
        }
        Ok(removed)
    }

    fn is_one_statement(&self, transaction: &Transaction<'_>) -> bool {
        !self.many && transaction.is_plain(&self.place.scope)
    }
}

/// The keys of the documents that are meant: all are known before the first is touched.
fn keys(
    transaction: &Transaction<'_>,
    target: &Target,
    selection: &Selection,
    window: Window,
) -> Result<Vec<Key>, StorageError> {
    // Who must have the document anyway looks for it by its key.
    if let (Keys::One(key), true, None) = (&selection.keys, selection.is_by_key(), &selection.owner) {
        return Ok(vec![key.clone()]);
    }
    let mut keys = Vec::new();
    let mut budget = Budget::endless();
    any_order(transaction.connection, target.scope, selection, window, &mut budget, |row| {
        keys.push(Key::from_slice(row.key));
        Ok(())
    })?;
    Ok(keys)
}

/// A document, and what it would be after a change if that is something else.
fn edit(
    transaction: &Transaction<'_>,
    target: &Target,
    key: &Key,
    edit: &Edit,
) -> Result<Option<(FoundDocument, Option<RawDocumentBuf>)>, StorageError> {
    let found = get(transaction.connection, target.scope, key, |row| Ok(found(row)?))?;
    let Some(found) = found else { return Ok(None) };
    let changed = edit.apply(&found.id, &found.document)?;
    Ok(Some((found, changed)))
}

/// Inserts what an upsert makes.
fn upsert(
    transaction: &mut Transaction<'_>,
    place: &Place,
    selection: &Selection,
    edit: &Edit,
    id: &DocumentId,
) -> Result<(DocumentId, RawDocumentBuf), StorageError> {
    let (demanded, document) = edit.make(&selection.to_filter()?)?;
    let id = demanded.unwrap_or_else(|| id.clone());
    let target = transaction.make_target(&place.scope)?;
    transaction.insert(&target, &key::encode(&id), place.maker.as_deref(), &document)?;
    Ok((id, document))
}
