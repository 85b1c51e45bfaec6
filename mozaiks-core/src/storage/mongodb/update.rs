//! Changing documents with operators.

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use mongodb::options::ReturnDocument;

use super::documents::{field, from_server, unreadable};
use super::error::{storage_error, update_error};
use super::insert::own;
use super::operators::Operators;
use super::scope::Scope;
use crate::DateTime;
use crate::storage::eval::{self, Filter};
use crate::storage::{DocumentId, FoundDocument, Selector, StorageError, UpdateOutcome};

/// How often an upsert is tried again while others insert what it has not found.
const ATTEMPTS: usize = 8;

/// A change of documents with operators.
#[derive(Debug)]
pub(super) struct Change {
    pub selector: Selector,
    pub operators: Operators,
    pub upsert: Option<DocumentId>,
    pub now: DateTime,
    pub mode: Mode,
}

/// Of how many documents, and what to give.
#[derive(Debug)]
pub(super) enum Mode {
    One,
    Many,
    /// The first in an order, as it was before or is after.
    Give {
        sort: Option<Document>,
        after: bool,
    },
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub outcome: UpdateOutcome,
    pub document: Option<FoundDocument>,
}

/// What an upsert inserts.
#[derive(Debug)]
struct Insertion {
    id: DocumentId,
    /// What `_id` will be on the server.
    form: Bson,
}

impl Change {
    /// Makes the change, or inserts.
    pub async fn make(self, scope: &Scope<'_>) -> Result<Changed, StorageError> {
        let filter = scope.filter(self.selector.clone())?;
        let Some(id) = &self.upsert else { return self.run(scope, &filter, None).await };
        let mut insertion = match self.insertion(scope, id).await {
            Ok(insertion) => insertion,
            // What cannot be inserted matters only where none is found.
            Err(
                refused @ (StorageError::Invalid(_) | StorageError::TooLarge(_) | StorageError::Codec { .. }),
            ) => {
                let changed = self.run(scope, &filter, None).await?;
                return if changed.outcome.matched == 0 { Err(refused) } else { Ok(changed) };
            }
            Err(error) => return Err(error),
        };
        let mut tried_again = false;
        for _ in 0..ATTEMPTS {
            match self.run(scope, &filter, Some(&insertion)).await {
                Err(StorageError::Conflict { index }) if index == "_id" => {
                    if !own(scope, std::slice::from_ref(&insertion.id)).await? {
                        // It is somebody else's, who has it in the form in which everybody prefers it.
                        insertion.form = scope.ids.scoped(&insertion.id);
                    } else if std::mem::replace(&mut tried_again, true) {
                        break;
                    }
                    // It may have been inserted just now, and then be found.
                }
                other => return other,
            }
        }
        Err(StorageError::conflict("_id"))
    }

    /// What would be inserted if none were found.
    async fn insertion(&self, scope: &Scope<'_>, id: &DocumentId) -> Result<Insertion, StorageError> {
        let filter = match &self.selector {
            Selector::Id(id) => doc! { "_id": id.clone() },
            Selector::Filter(filter) => filter.clone(),
        };
        let mut document =
            self.operators.update.upsert_document(&Filter::parse(&filter)?, self.now.into())?;
        let demanded = document.remove("_id").map(eval::id_of).transpose()?;
        eval::check_limits(&RawDocumentBuf::try_from(&document).map_err(|error| unreadable(&error))?)?;
        let Some(id) = demanded else {
            return Ok(Insertion { id: id.clone(), form: scope.ids.preferred(id) });
        };
        // A filter of the id alone finds the document in every form.
        let finds_it = filter.len() == 1 && filter.contains_key("_id");
        let own = if finds_it { None } else { self.own_form(scope, &id).await? };
        Ok(Insertion { form: own.unwrap_or_else(|| scope.ids.preferred(&id)), id })
    }

    /// The form in which the scope has a document of the id, which the server then refuses to insert again.
    async fn own_form(&self, scope: &Scope<'_>, id: &DocumentId) -> Result<Option<Bson>, StorageError> {
        let mut filter = scope.whole();
        filter.insert("_id", scope.any_form(std::slice::from_ref(id)));
        let found = scope.collection.find_one(filter).projection(doc! { "_id": 1 }).await;
        found.map_err(storage_error)?.and_then(|found| field(&found, "_id").transpose()).transpose()
    }

    async fn run(
        &self,
        scope: &Scope<'_>,
        filter: &Document,
        insertion: Option<&Insertion>,
    ) -> Result<Changed, StorageError> {
        if self.operators.look_first {
            self.one_by_one(scope, filter, insertion).await
        } else {
            self.send(scope, filter.clone(), insertion).await
        }
    }

    /// One call of the server.
    async fn send(
        &self,
        scope: &Scope<'_>,
        filter: Document,
        insertion: Option<&Insertion>,
    ) -> Result<Changed, StorageError> {
        let (collection, upsert) = (&scope.collection, insertion.is_some());
        let operators = match insertion {
            Some(Insertion { id, form }) => self.operators.inserting(scope.fields(id, form.clone())),
            None => self.operators.for_server.clone(),
        };
        let done = match &self.mode {
            Mode::Give { sort, after } => {
                let mut change = collection.find_one_and_update(filter, operators).upsert(upsert);
                change = change.return_document(returned(*after));
                if let Some(sort) = sort {
                    change = change.sort(sort.clone());
                }
                let document = change.await.map_err(update_error)?;
                return Changed::given(scope, document.as_deref());
            }
            Mode::One => collection.update_one(filter, operators).upsert(upsert).await,
            Mode::Many => collection.update_many(filter, operators).upsert(upsert).await,
        };
        let done = done.map_err(update_error)?;
        let upserted = done.upserted_id.and(insertion).map(|insertion| insertion.id.clone());
        let outcome = UpdateOutcome { matched: done.matched_count, modified: done.modified_count, upserted };
        Ok(Changed { outcome, document: None })
    }

    /// The longer way, for operators of which the server cannot tell whether a document takes them.
    async fn one_by_one(
        &self,
        scope: &Scope<'_>,
        filter: &Document,
        insertion: Option<&Insertion>,
    ) -> Result<Changed, StorageError> {
        let mut find = scope.collection.find(filter.clone());
        if !matches!(self.mode, Mode::Many) {
            find = find.limit(1);
        }
        if let Mode::Give { sort: Some(sort), .. } = &self.mode {
            find = find.sort(sort.clone());
        }
        let mut cursor = find.await.map_err(storage_error)?;
        let mut all = Changed::default();
        while cursor.advance().await.map_err(storage_error)? {
            let before = from_server(cursor.current(), scope.at.sharing)?;
            self.check(&before)?;
            if self.operators.for_server.is_empty() {
                all.outcome.matched += 1;
                all.document = Some(before);
                continue;
            }
            let mut exact = filter.clone();
            exact.insert("_id", field(cursor.current(), "_id")?);
            let changed = self.send(scope, exact, None).await?;
            all.outcome.matched += changed.outcome.matched;
            all.outcome.modified += changed.outcome.modified;
            all.document = changed.document;
        }
        match insertion {
            Some(insertion) if all.outcome.matched == 0 => {
                self.send(scope, filter.clone(), Some(insertion)).await
            }
            _ => Ok(all),
        }
    }

    /// Refuses what may not become of a document.
    fn check(&self, found: &FoundDocument) -> Result<(), StorageError> {
        let document = eval::with_id(&found.id, &found.document)?;
        let mut document = Document::try_from(document).map_err(|error| unreadable(&error))?;
        self.operators.update.apply(&mut document, self.now.into(), false)?;
        eval::check_limits(&RawDocumentBuf::try_from(&document).map_err(|error| unreadable(&error))?)
    }
}

impl Changed {
    /// What a call gives that gives the document.
    pub fn given(scope: &Scope<'_>, document: Option<&RawDocument>) -> Result<Self, StorageError> {
        let document = document.map(|document| from_server(document, scope.at.sharing)).transpose()?;
        let matched = u64::from(document.is_some());
        Ok(Self { outcome: UpdateOutcome::new(matched, matched), document })
    }
}

pub(super) fn returned(after: bool) -> ReturnDocument {
    if after { ReturnDocument::After } else { ReturnDocument::Before }
}
