//! The scope of one call: which documents of a server's collection it can mean, and what new ones get.

use bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::Collection;

use super::filter;
use super::ids::{Ids, ORIGINAL};
use crate::storage::eval::Filter;
use crate::storage::{DocumentId, Selector, Sharing, StorageError, StorageScope};

/// A scope with its collection on the server.
#[derive(Debug)]
pub(super) struct Scope<'s> {
    pub at: StorageScope<'s>,
    pub collection: Collection<RawDocumentBuf>,
    pub ids: Ids<'s>,
    /// Whether documents without an `app_id` are the app's.
    pub unmarked: bool,
}

impl<'s> Scope<'s> {
    pub fn new(at: StorageScope<'s>, collection: Collection<RawDocumentBuf>, unmarked: bool) -> Self {
        Self { at, collection, ids: Ids::new(at), unmarked }
    }

    /// What holds for every document among which an id must be unique: in a shared collection everybody's of the app.
    pub fn whole(&self) -> Document {
        let mut conditions = self.conditions();
        if self.at.sharing == Sharing::SharedMine {
            conditions.remove("user_id");
        }
        conditions
    }

    /// What holds for every document of the scope, and for no other.
    pub fn conditions(&self) -> Document {
        let app = match self.unmarked {
            true => Bson::Document(doc! { "$in": [self.at.app_id, Bson::Null] }),
            false => self.at.app_id.into(),
        };
        let mut conditions = doc! { "app_id": app };
        if self.owner_is_known() {
            conditions.insert("user_id", self.at.user_id);
        }
        conditions
    }

    /// The documents of the scope that a selector names, as the server is to read it.
    pub fn filter(&self, selector: Selector) -> Result<Document, StorageError> {
        let mut conditions = self.conditions();
        match selector {
            Selector::Id(id) => {
                // In front: a server that looks through documents has done with most of them then.
                let mut filter = doc! { "_id": self.any_form(&[id]) };
                filter.extend(conditions);
                return Ok(filter);
            }
            Selector::Filter(filter) if filter.is_empty() => {}
            Selector::Filter(filter) => {
                Filter::parse(&filter)?;
                filter::add(&mut conditions, filter, &self.ids)?;
            }
        }
        Ok(conditions)
    }

    /// A condition on `_id`: that it is one of these ids.
    pub fn any_form(&self, ids: &[DocumentId]) -> Bson {
        let forms: Vec<_> = ids.iter().flat_map(|id| self.ids.forms(id)).collect();
        doc! { "$in": forms }.into()
    }

    /// Whether all documents of the scope are the caller's.
    pub fn owner_is_known(&self) -> bool {
        self.at.sharing != Sharing::Shared
    }

    /// The fields that a new document of the caller's gets, for the id in this form.
    pub fn fields(&self, id: &DocumentId, form: Bson) -> Document {
        let original = original(id, &form);
        let mut fields = doc! { "_id": form, "app_id": self.at.app_id, "user_id": self.at.user_id };
        fields.extend(original);
        fields
    }
}

/// The field that holds the id, if `_id` in this form does not.
fn original(id: &DocumentId, form: &Bson) -> Option<(String, Bson)> {
    let id = Bson::from(id.clone());
    (id != *form).then(|| (ORIGINAL.to_owned(), id))
}
