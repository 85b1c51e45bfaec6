//! Pipelines: what is made of many documents.

mod group;
mod parse;
mod run;
mod sum;
mod unwind;

use bson::{Document, RawDocumentBuf};

use crate::storage::StorageError;

use super::{document::unreadable, filter::Filter, projection::Projection, sort::Sort};
use group::Group;
use unwind::Unwind;

/// A pipeline, checked and compiled once: `$match`, `$sort`, `$skip`, `$limit`, `$project`, `$group`, `$unwind` and
/// `$count`.
///
/// The expressions in it are paths (`"$address.city"`), constants, and documents and arrays of them; the accumulators
/// of `$group` are `$sum`, `$avg`, `$min`, `$max`, `$first`, `$last`, `$push`, `$addToSet` and `$count`.
///
/// ```
/// use bson::{doc, rawdoc};
/// use mozaiks_core::storage::eval::Pipeline;
///
/// let pipeline = Pipeline::parse(&[
///     doc! { "$match": { "paid": true } },
///     doc! { "$group": { "_id": "$city", "total": { "$sum": "$amount" } } },
///     doc! { "$sort": { "total": -1 } },
/// ])?;
/// let totals = pipeline.run([
///     rawdoc! { "_id": 1, "city": "Bonn", "amount": 5, "paid": true },
///     rawdoc! { "_id": 2, "city": "Bonn", "amount": 7, "paid": false },
///     rawdoc! { "_id": 3, "city": "Ulm", "amount": 9.5, "paid": true },
/// ])?;
/// assert_eq!(totals, [doc! { "_id": "Ulm", "total": 9.5 }, doc! { "_id": "Bonn", "total": 5 }]);
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pipeline {
    stages: Vec<Stage>,
}

/// What a pipeline begins with, for a storage that can find better than by going through everything.
///
/// It asks for the documents that match the filter, in the order, after `skip` of them, `limit` at most.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Head {
    /// Which documents; all if it is empty.
    pub filter: Document,
    /// In which order: fields with 1 or -1.
    pub sort: Option<Document>,
    /// How many to pass over.
    pub skip: u64,
    /// How many at most.
    pub limit: Option<u64>,
}

#[derive(Debug, Clone)]
enum Stage {
    Match { filter: Filter, source: Document },
    Sort { sort: Sort, source: Document },
    Skip(u64),
    Limit(u64),
    Project(Projection),
    Unwind(Unwind),
    Group(Group),
    Count(String),
}

impl Pipeline {
    /// Compiles a pipeline. What is outside the supported language is refused by name, what means nothing with the
    /// reason.
    pub fn parse(stages: &[Document]) -> Result<Self, StorageError> {
        parse::pipeline(stages).map(|stages| Self { stages })
    }

    /// Passes documents, each with its `_id` as the first field, through the stages.
    ///
    /// Of what the first stages leave out nothing is decoded; a `$sort` before a `$limit` keeps no more than it has to.
    /// Groups come in the order of their ids.
    ///
    /// # Errors
    /// [`StorageError::TooLarge`] if a stage makes a document larger or deeper than a document may be.
    pub fn run(
        &self,
        documents: impl IntoIterator<Item = RawDocumentBuf>,
    ) -> Result<Vec<Document>, StorageError> {
        let results = run::run(&self.stages, &mut documents.into_iter())?;
        let decode =
            |document: RawDocumentBuf| Document::try_from(&*document).map_err(|error| unreadable(&error));
        results.into_iter().map(decode).collect()
    }

    /// Takes off the first stages what a storage may be able to do by itself: `$match`, then a `$sort`, a `$skip` and
    /// a `$limit`. The pipeline that is left takes what the [`Head`] asks for.
    ///
    /// ```
    /// use bson::doc;
    /// use mozaiks_core::storage::eval::Pipeline;
    ///
    /// let stages = [doc! { "$match": { "a": 1 } }, doc! { "$limit": 5 }, doc! { "$count": "few" }];
    /// let (head, rest) = Pipeline::parse(&stages)?.split();
    /// assert_eq!((head.filter, head.limit), (doc! { "a": 1 }, Some(5)));
    /// assert!(!rest.is_empty());
    /// # Ok::<(), mozaiks_core::storage::StorageError>(())
    /// ```
    pub fn split(mut self) -> (Head, Self) {
        let mut head = Head::default();
        let mut taken = 0;
        for stage in &self.stages {
            let first = head.sort.is_none() && head.skip == 0;
            match stage {
                Stage::Match { source, .. } if first => match join(&head.filter, source) {
                    Some(filter) => head.filter = filter,
                    None => break,
                },
                Stage::Sort { source, .. } if first => head.sort = Some(source.clone()),
                Stage::Skip(skip) => head.skip = head.skip.saturating_add(*skip),
                Stage::Limit(limit) => {
                    head.limit = Some(*limit);
                    taken += 1;
                    break;
                }
                _ => break,
            }
            taken += 1;
        }
        self.stages.drain(..taken);
        (head, self)
    }

    /// Whether there is no stage.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }
}

/// One filter that means both; none if that would be nested too deep.
fn join(first: &Document, second: &Document) -> Option<Document> {
    if first.is_empty() {
        return Some(second.clone());
    }
    if second.is_empty() {
        return Some(first.clone());
    }
    let both = bson::doc! { "$and": [first.clone(), second.clone()] };
    Filter::parse(&both).is_ok().then_some(both)
}
