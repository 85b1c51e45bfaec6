//! Documents in a row, and what filters, sorts, projections, updates and pipelines make of them.

use std::collections::BTreeSet;

use bson::oid::ObjectId;
use bson::{Bson, Document};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::{Change, Query, Selector, UpdateOutcome};

use super::Subject;
use super::ask::{
    ALICE, Refusal, all, by, count, get, holds, insert, list, new, options, raw, read, refused, text,
    told_apart, update,
};
use crate::conformance::wait::{answer, fail};

/// Documents in alice's collection; a case names them by their places.
pub(super) struct Shelf<'s> {
    storage: &'s Subject,
    documents: Vec<Document>,
}

/// Puts documents into alice's collection, under the ids `000`, `001`, ... in their order.
pub(super) async fn shelf(storage: &Subject, documents: impl IntoIterator<Item = Document>) -> Shelf<'_> {
    let documents: Vec<_> = documents.into_iter().collect();
    let new: Vec<_> = documents.iter().enumerate().map(|(at, document)| new(id(at), document)).collect();
    answer(&format!("insert {}", list(&documents)), storage.insert(ALICE, new)).await;
    Shelf { storage, documents }
}

/// Documents with one field `v` each.
pub(super) async fn values(storage: &Subject, values: impl IntoIterator<Item = Bson>) -> Shelf<'_> {
    shelf(storage, values.into_iter().map(|value| bson::doc! { "v": value })).await
}

fn id(at: usize) -> DocumentId {
    format!("{at:03}").into()
}

impl Shelf<'_> {
    /// Checks which of the documents a filter finds, and that it counts as many.
    pub async fn finds(&self, filter: Document, expected: &[usize]) {
        let found = answer(
            &format!("find {}", text(&filter)),
            self.storage.find(ALICE, Query::new(by(filter.clone()))),
        )
        .await;
        let found: Vec<_> = found.documents.iter().map(|found| found.id.to_string()).collect();
        let names: BTreeSet<_> = found.iter().map(|name| &**name).collect();
        let expected: BTreeSet<_> = expected.iter().copied().collect();
        let (mut missed, mut wrong) = (Vec::new(), Vec::new());
        for (at, document) in self.documents.iter().enumerate() {
            match (expected.contains(&at), names.contains(&*id(at).to_string())) {
                (true, false) => missed.push(document.clone()),
                (false, true) => wrong.push(document.clone()),
                _ => {}
            }
        }
        if !missed.is_empty() || !wrong.is_empty() {
            fail(&format!(
                "the filter {}\nmust match:{}\nand must not match:{}",
                text(&filter),
                list(&missed),
                list(&wrong)
            ));
        }
        assert_eq!(
            found.len(),
            expected.len(),
            "the filter {} gave a document twice: {found:?}",
            text(&filter)
        );
        let counted = count(self.storage, ALICE, by(filter.clone())).await;
        assert_eq!(counted, expected.len() as u64, "the count of the filter {}", text(&filter));
    }

    /// Checks the order of all documents; within a group it is the storage's own.
    pub async fn sorts(&self, sort: Document, groups: &[&[usize]]) {
        let mut query = Query::new(all());
        query.sort = Some(sort.clone());
        let found = answer(&format!("find, sorted by {sort}"), self.storage.find(ALICE, query)).await;
        let found: Vec<_> = found.documents.iter().map(|found| found.id.to_string()).collect();
        let mut rest = found.as_slice();
        for group in groups {
            let (these, after) = rest.split_at(group.len().min(rest.len()));
            let expected: BTreeSet<_> = group.iter().map(|at| id(*at).to_string()).collect();
            if these.iter().cloned().collect::<BTreeSet<_>>() != expected || these.len() != expected.len() {
                self.complain_of_order(&sort, groups, &found);
            }
            rest = after;
        }
        if !rest.is_empty() {
            self.complain_of_order(&sort, groups, &found);
        }
    }

    fn complain_of_order(&self, sort: &Document, groups: &[&[usize]], found: &[String]) -> ! {
        let at = |at: usize| self.documents.get(at).cloned().unwrap_or_default();
        let expected: Vec<_> = groups.iter().flat_map(|group| group.iter()).map(|place| at(*place)).collect();
        let found: Vec<_> = found.iter().map(|id| at(id.parse().unwrap_or(usize::MAX))).collect();
        fail(&format!("the sort {sort}\nmust give:{}\nbut gave:{}", list(&expected), list(&found)))
    }

    /// Checks what a pipeline gives, in this order, to the last bit.
    pub async fn pipes(
        &self,
        pipeline: impl IntoIterator<Item = Document>,
        expected: impl IntoIterator<Item = Document>,
    ) {
        let (pipeline, found) = self.piped(pipeline).await;
        let expected: Vec<_> = expected.into_iter().collect();
        if found.iter().map(raw).ne(expected.iter().map(raw)) {
            complain_of_pipeline(&pipeline, &expected, &found, "");
        }
    }

    /// Checks what a pipeline gives, in whatever order.
    pub async fn pipes_in_any_order(
        &self,
        pipeline: impl IntoIterator<Item = Document>,
        expected: impl IntoIterator<Item = Document>,
    ) {
        let (pipeline, found) = self.piped(pipeline).await;
        let expected: Vec<_> = expected.into_iter().collect();
        let bag = |documents: &[Document]| {
            let mut bag: Vec<_> = documents.iter().map(|document| raw(document).into_bytes()).collect();
            bag.sort();
            bag
        };
        if bag(&found) != bag(&expected) {
            complain_of_pipeline(&pipeline, &expected, &found, " in any order");
        }
    }

    async fn piped(&self, pipeline: impl IntoIterator<Item = Document>) -> (Vec<Document>, Vec<Document>) {
        let pipeline: Vec<_> = pipeline.into_iter().collect();
        let asked = format!("aggregate{}", list(&pipeline));
        let found = answer(&asked, self.storage.aggregate(ALICE, pipeline.clone())).await;
        (pipeline, found)
    }
}

fn complain_of_pipeline(pipeline: &[Document], expected: &[Document], found: &[Document], order: &str) -> ! {
    let written = list(found);
    let found = if list(expected) == written {
        format!("\n  {found:?}\nwhich is not\n  {expected:?}")
    } else {
        written
    };
    fail(&format!("the pipeline{}\nmust give{order}:{}\nbut gave:{found}", list(pipeline), list(expected)))
}

/// Checks what is shown of a document by a projection, to the last bit. The id stands beside it.
pub(super) async fn shows(storage: &Subject, projection: Document, document: Document, expected: Document) {
    let id = DocumentId::from(ObjectId::new());
    insert(storage, ALICE, &id, document.clone()).await;
    for selector in [Selector::Id(id.clone()), by(bson::doc! { "_id": id.clone() })] {
        let mut query = Query::new(selector);
        query.projection = Some(projection.clone());
        let asked = format!("find with the projection {projection}");
        let found = answer(&asked, storage.find(ALICE, query)).await.documents;
        let shown = found.first().map(|found| read(&found.document));
        if shown.as_ref().map(raw) != Some(raw(&expected)) {
            fail(&format!(
                "the projection {projection} of {}\nmust show {}\nbut showed {}",
                text(&document),
                text(&expected),
                told_apart(Some(&expected), shown.as_ref())
            ));
        }
        assert_eq!(found.first().map(|found| &found.id), Some(&id), "the id beside {projection}");
    }
}

/// Checks what an update makes of a document, to the last bit; and whether it counts as modified.
pub(super) async fn changes(storage: &Subject, before: Document, change: Document, after: Document) {
    let id = DocumentId::from(ObjectId::new());
    insert(storage, ALICE, &id, before.clone()).await;
    let outcome = update(storage, ALICE, Selector::Id(id.clone()), change.clone(), options()).await;
    let found = get(storage, ALICE, &id).await;
    if found.as_ref().map(raw) != Some(raw(&after)) {
        fail(&format!(
            "the update {change} of {}\nmust give {}\nbut gave {}",
            text(&before),
            text(&after),
            told_apart(Some(&after), found.as_ref())
        ));
    }
    let expected = UpdateOutcome::new(1, u64::from(raw(&before) != raw(&after)));
    assert_eq!(outcome, expected, "the outcome of the update {change} of {}", text(&before));
}

/// Checks that an update of a document is an error that leaves the document as it was.
pub(super) async fn fails(storage: &Subject, before: Document, change: Document) {
    let id = DocumentId::from(ObjectId::new());
    insert(storage, ALICE, &id, before.clone()).await;
    let asked = format!("the update {} of {}", text(&change), text(&before));
    let call = storage.update(ALICE, Selector::Id(id.clone()), Change::Operators(change), options());
    refused(&asked, call, Refusal::Invalid).await;
    holds(storage, ALICE, id, Some(&before)).await;
}
