//! Putting another document in the place of one.
//!
//! The server replaces a document whole, with the fields that confine it. So whose it is has to be known beforehand:
//! either by the scope, or by a look at the document, of which neither the id nor the owner ever changes.

use bson::{Document, RawDocumentBuf, doc};

use super::documents::{field, to_server, unreadable};
use super::error::{storage_error, update_error};
use super::ids::ORIGINAL;
use super::insert::insert;
use super::scope::Scope;
use super::update::{Changed, Mode, returned};
use crate::storage::eval::Filter;
use crate::storage::{DocumentId, NewDocument, Selector, StorageError, UpdateOutcome};

/// How often it is tried again while others change what it has found.
const ATTEMPTS: usize = 8;

/// A document for the place of another.
#[derive(Debug)]
pub(super) struct Replacement {
    pub selector: Selector,
    pub document: RawDocumentBuf,
    pub upsert: Option<DocumentId>,
    pub mode: Mode,
}

impl Replacement {
    /// Replaces the document, or inserts. The document has been checked.
    pub async fn make(self, scope: &Scope<'_>) -> Result<Changed, StorageError> {
        let filter = scope.filter(self.selector.clone())?;
        let mut conflict = false;
        for _ in 0..ATTEMPTS {
            if let Some(changed) = self.replace(scope, &filter).await? {
                return Ok(changed);
            }
            let Some(id) = &self.upsert else { return Ok(Changed::default()) };
            let id = self.demanded()?.unwrap_or_else(|| id.clone());
            match insert(scope, vec![NewDocument::new(id.clone(), self.document.clone())]).await {
                // It may have been inserted just now, and then be found.
                Err(StorageError::Conflict { index }) if index == "_id" && !conflict => conflict = true,
                Err(error) => return Err(error),
                Ok(()) => return self.inserted(scope, id).await,
            }
        }
        Err(StorageError::conflict("_id"))
    }

    /// Replaces the document; none if there is none.
    async fn replace(&self, scope: &Scope<'_>, filter: &Document) -> Result<Option<Changed>, StorageError> {
        if let (Selector::Id(id), Mode::One, true) = (&self.selector, &self.mode, scope.owner_is_known()) {
            for form in scope.ids.forms(id) {
                let mut exact = scope.conditions();
                exact.insert("_id", form.clone());
                if let Some(changed) = self.send(scope, exact, scope.fields(id, form)).await? {
                    return Ok(Some(changed));
                }
            }
            return Ok(None);
        }
        for _ in 0..ATTEMPTS {
            let wanted = doc! { "_id": 1, "user_id": 1, ORIGINAL: 1 };
            let mut find = scope.collection.find_one(filter.clone()).projection(wanted);
            if let Mode::Give { sort: Some(sort), .. } = &self.mode {
                find = find.sort(sort.clone());
            }
            let Some(found) = find.await.map_err(storage_error)? else { return Ok(None) };
            let form = field(&found, "_id")?;
            let mut fields = doc! { "_id": form.clone(), "app_id": scope.at.app_id };
            for kept in ["user_id", ORIGINAL] {
                fields.extend(field(&found, kept)?.map(|value| (kept.to_owned(), value)));
            }
            let mut exact = filter.clone();
            exact.insert("_id", form);
            if let Some(changed) = self.send(scope, exact, fields).await? {
                return Ok(Some(changed));
            }
        }
        Ok(None)
    }

    /// One call of the server; none if there is no such document.
    async fn send(
        &self,
        scope: &Scope<'_>,
        filter: Document,
        fields: Document,
    ) -> Result<Option<Changed>, StorageError> {
        let document = to_server(&fields, &self.document)?;
        // A server takes a replacement with such a name for operators, but not a literal.
        let literal = match self.has_dollars()? {
            true => {
                let document = Document::try_from(&*document).map_err(|error| unreadable(&error))?;
                Some(vec![doc! { "$replaceWith": { "$literal": document } }])
            }
            false => None,
        };
        let collection = &scope.collection;
        if let Mode::Give { after, .. } = self.mode {
            let before = match literal {
                Some(stages) => {
                    collection.find_one_and_update(filter, stages).return_document(returned(after)).await
                }
                None => {
                    collection.find_one_and_replace(filter, document).return_document(returned(after)).await
                }
            };
            let found = before.map_err(update_error)?;
            return found.map(|found| Changed::given(scope, Some(&found))).transpose();
        }
        let done = match literal {
            Some(stages) => collection.update_one(filter, stages).await,
            None => collection.replace_one(filter, document).await,
        };
        let done = done.map_err(update_error)?;
        let outcome = UpdateOutcome::new(done.matched_count, done.modified_count);
        Ok((done.matched_count > 0).then_some(Changed { outcome, document: None }))
    }

    fn has_dollars(&self) -> Result<bool, StorageError> {
        for element in self.document.iter_elements() {
            if element.map_err(|error| unreadable(&error))?.key().as_str().starts_with('$') {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The id that the selector demands of what is inserted.
    fn demanded(&self) -> Result<Option<DocumentId>, StorageError> {
        match &self.selector {
            Selector::Id(id) => Ok(Some(id.clone())),
            Selector::Filter(filter) => Filter::parse(filter)?.demanded_id(),
        }
    }

    async fn inserted(&self, scope: &Scope<'_>, id: DocumentId) -> Result<Changed, StorageError> {
        let document = match self.mode {
            Mode::Give { after: true, .. } => {
                let found = scope.collection.find_one(scope.filter(Selector::Id(id.clone()))?).await;
                Changed::given(scope, found.map_err(storage_error)?.as_deref())?.document
            }
            _ => None,
        };
        Ok(Changed { outcome: UpdateOutcome::upserted(id), document })
    }
}
