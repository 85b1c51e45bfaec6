//! Filters: which documents are meant.

mod demands;
mod equality;
mod matches;
mod parse;
mod parse_operators;
mod regex;
mod regex_class;
mod regex_syntax;
mod test;

use bson::{Bson, Document, RawBsonRef, RawDocument};

use crate::storage::{DocumentId, StorageError};

use super::{bytes::id_of, path::Path};
use test::Test;

pub(crate) use demands::Demand;
pub(crate) use test::Operator;

/// A filter, checked and compiled once, to be matched with many documents.
///
/// ```
/// use bson::{doc, rawdoc};
/// use mozaiks_core::storage::eval::Filter;
///
/// let filter = Filter::parse(&doc! { "name": { "$regex": "^a", "$options": "i" } })?;
/// assert!(filter.matches(&rawdoc! { "name": "Alice" }));
/// assert!(Filter::parse(&doc! { "$where": "true" }).is_err());
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Filter {
    /// All of them must hold.
    conditions: Vec<Node>,
}

/// One condition on a document.
#[derive(Debug, Clone)]
enum Node {
    /// `$and`
    All(Vec<Filter>),
    /// `$or`
    Any(Vec<Filter>),
    /// `$nor`
    Neither(Vec<Filter>),
    /// A test of what a path reaches.
    Field { path: Path, test: Test },
}

impl Filter {
    /// Compiles a filter. What is outside the supported language is refused by name, what means nothing with the
    /// reason.
    pub fn parse(filter: &Document) -> Result<Self, StorageError> {
        parse::filter(filter)
    }

    /// Whether a document is meant. One that cannot be read never is.
    pub fn matches(&self, document: &RawDocument) -> bool {
        self.holds(document).unwrap_or(false)
    }

    /// Whether it asks for the id of a document anywhere, so that it has to be matched with one that carries it.
    pub fn needs_id(&self) -> bool {
        self.conditions.iter().any(|node| match node {
            Node::All(filters) | Node::Any(filters) | Node::Neither(filters) => {
                filters.iter().any(Self::needs_id)
            }
            Node::Field { path, .. } => path.is_id(),
        })
    }

    /// The id that a document must have to match, so that a storage can look it up instead of scanning. The document
    /// found must still be matched: there may be other conditions.
    ///
    /// An id that equality does not pin is none: null also matches a missing id, an array its elements.
    pub fn id_equals(&self) -> Option<&Bson> {
        equality::id(self)
    }

    /// The id that the filter demands by equality of a document that an upsert inserts.
    ///
    /// ```
    /// use bson::doc;
    /// use mozaiks_core::storage::eval::Filter;
    ///
    /// let filter = Filter::parse(&doc! { "_id": "home", "count": { "$gt": 1 } })?;
    /// assert_eq!(filter.demanded_id()?, Some("home".into()));
    /// assert_eq!(Filter::parse(&doc! { "_id": { "$gt": "home" } })?.demanded_id()?, None);
    /// assert!(Filter::parse(&doc! { "_id": 1 })?.demanded_id().is_err());
    /// # Ok::<(), mozaiks_core::storage::StorageError>(())
    /// ```
    ///
    /// # Errors
    /// If it is no id that a document may have.
    pub fn demanded_id(&self) -> Result<Option<DocumentId>, StorageError> {
        equality::first_id(self).cloned().map(id_of).transpose()
    }

    /// What the filter says by equality, implicit or `$eq`, also inside `$and`: what an upsert starts from. In the
    /// order of the paths, as MongoDB writes them.
    pub fn equalities(&self) -> Vec<(String, Bson)> {
        equality::all(self)
            .into_iter()
            .map(|(path, value)| (path.as_str().to_owned(), value.clone()))
            .collect()
    }

    /// As [`equalities`](Self::equalities), compiled.
    pub(super) fn equal_paths(&self) -> Vec<(&Path, &Bson)> {
        equality::all(self)
    }
}

/// What `$pull` removes: the elements that a condition meets.
#[derive(Debug, Clone)]
pub(super) struct ElementFilter(ElementCondition);

#[derive(Debug, Clone)]
enum ElementCondition {
    /// Operators, or a regular expression: of the element itself.
    Test(Test),
    /// A filter: of elements that are documents.
    Document(Filter),
}

impl ElementFilter {
    /// Compiles a condition; none if it is a plain value, which is to be compared whole.
    pub(super) fn parse(condition: &Bson) -> Result<Option<Self>, StorageError> {
        parse::element(condition).map(|condition| condition.map(Self))
    }

    pub(super) fn matches(&self, element: RawBsonRef<'_>) -> bool {
        matches::element(&self.0, element).unwrap_or(false)
    }
}
