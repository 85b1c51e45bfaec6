//! Passing documents through the stages of a pipeline.

use std::mem;

use bson::{RawBson, RawDocumentBuf};

use crate::storage::StorageError;

use super::{
    super::{bytes::check_limits, path::key, sort::Sort},
    Stage,
    group::Groups,
    unwind::{Each, Unwound},
};

/// So many documents more than it has to are kept by a `$sort` before a `$limit` until it looks which.
const SPARE: usize = 256;

pub(super) fn run(
    stages: &[Stage],
    documents: &mut dyn Iterator<Item = RawDocumentBuf>,
) -> Result<Vec<RawDocumentBuf>, StorageError> {
    let (mut gathered, mut rest) = gather(stages, documents)?;
    while !rest.is_empty() {
        (gathered, rest) = gather(rest, &mut gathered.into_iter())?;
    }
    Ok(gathered)
}

/// Goes up to the end of the first stage that needs all documents at once, and gives what comes out of it, with the
/// stages that are left.
fn gather<'s>(
    stages: &'s [Stage],
    documents: &mut dyn Iterator<Item = RawDocumentBuf>,
) -> Result<(Vec<RawDocumentBuf>, &'s [Stage]), StorageError> {
    let gathers = |stage: &Stage| matches!(stage, Stage::Sort { .. } | Stage::Group(_) | Stage::Count(_));
    let split = stages.iter().position(gathers).unwrap_or(stages.len());
    let (flow, rest) = stages.split_at(split);
    let (last, rest) = match rest.split_first() {
        Some((last, rest)) => (Some(last), rest),
        None => (None, rest),
    };
    let gathered = match last {
        Some(Stage::Sort { sort, .. }) => {
            let mut sorted = Sorted { sort, keep: needed(rest), documents: Vec::new() };
            pass(flow, documents, |document| {
                sorted.add(document);
                Ok(())
            })?;
            sorted.order();
            sorted.documents
        }
        Some(Stage::Group(group)) => {
            let mut groups = Groups::new(group);
            pass(flow, documents, |document| groups.add(&document))?;
            groups.finish()?
        }
        Some(Stage::Count(name)) => {
            let mut count = 0u64;
            pass(flow, documents, |_| {
                count += 1;
                Ok(())
            })?;
            let name = key(name)?;
            (count > 0).then(|| RawDocumentBuf::from_iter([(name, counted(count))])).into_iter().collect()
        }
        _ => {
            let mut all = Vec::new();
            pass(flow, documents, |document| {
                all.push(document);
                Ok(())
            })?;
            all
        }
    };
    Ok((gathered, rest))
}

/// A number of documents, in the narrowest type that holds it.
pub(super) fn counted(count: u64) -> RawBson {
    match i32::try_from(count) {
        Ok(count) => RawBson::Int32(count),
        Err(_) => RawBson::Int64(i64::try_from(count).unwrap_or(i64::MAX)),
    }
}

/// What waits to go into a stage.
enum Waiting<'s> {
    Document(RawDocumentBuf),
    Each(Each<'s>),
}

/// Passes documents one by one through stages that take them so, until a `$limit` is reached.
fn pass(
    stages: &[Stage],
    documents: &mut dyn Iterator<Item = RawDocumentBuf>,
    mut out: impl FnMut(RawDocumentBuf) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    // How many documents each `$skip` and `$limit` still drops or lets through.
    let amount = |stage: &Stage| if let Stage::Skip(n) | Stage::Limit(n) = stage { *n } else { 0 };
    let mut left: Vec<u64> = stages.iter().map(amount).collect();
    let mut reached = false;
    // What waits at which stage; the next is on top.
    let mut waiting = Vec::new();
    while !reached {
        let Some(document) = documents.next() else { break };
        waiting.push((0, Waiting::Document(document)));
        while let Some((at, waits)) = waiting.pop() {
            let document = match waits {
                Waiting::Document(document) => document,
                Waiting::Each(mut each) => {
                    let Some(document) = each.next() else { continue };
                    waiting.push((at, Waiting::Each(each)));
                    document?
                }
            };
            let (Some(stage), Some(left)) = (stages.get(at), left.get_mut(at)) else {
                out(document)?;
                continue;
            };
            let next = at + 1;
            match stage {
                Stage::Match { filter, .. } => {
                    if filter.matches(&document) {
                        waiting.push((next, Waiting::Document(document)));
                    }
                }
                Stage::Skip(_) if *left > 0 => *left -= 1,
                Stage::Limit(_) if *left == 0 => {}
                Stage::Limit(_) => {
                    *left -= 1;
                    if *left == 0 {
                        reached = true;
                        // What has not come so far never will.
                        waiting.retain(|(stage, _)| *stage > at);
                    }
                    waiting.push((next, Waiting::Document(document)));
                }
                Stage::Project(projection) => {
                    let shown = projection.apply(&document)?;
                    check_limits(&shown)?;
                    waiting.push((next, Waiting::Document(shown)));
                }
                Stage::Unwind(unwind) => waiting.push((
                    next,
                    match unwind.apply(document)? {
                        Unwound::Whole(whole) => Waiting::Document(whole),
                        Unwound::Each(each) => Waiting::Each(each),
                    },
                )),
                _ => waiting.push((next, Waiting::Document(document))),
            }
        }
    }
    Ok(())
}

/// How many of the sorted documents the stages after a `$sort` let through; none if they need all.
fn needed(stages: &[Stage]) -> Option<usize> {
    let mut skipped = 0u64;
    for stage in stages {
        match stage {
            Stage::Skip(skip) => skipped = skipped.saturating_add(*skip),
            Stage::Limit(limit) => return usize::try_from(skipped.saturating_add(*limit)).ok(),
            Stage::Project(_) => {}
            _ => return None,
        }
    }
    None
}

/// What a `$sort` has gathered.
struct Sorted<'s> {
    sort: &'s Sort,
    keep: Option<usize>,
    documents: Vec<RawDocumentBuf>,
}

impl Sorted<'_> {
    fn add(&mut self, document: RawDocumentBuf) {
        self.documents.push(document);
        if self.keep.is_some_and(|keep| self.documents.len() / 2 >= keep.saturating_add(SPARE)) {
            self.order();
        }
    }

    /// Sorts, and lets go of what is not needed. Documents that are equal in the order stay in theirs.
    fn order(&mut self) {
        let mut places: Vec<_> = {
            let keys = self.documents.iter().map(|document| self.sort.key(document)).enumerate();
            let mut keys: Vec<_> = keys.collect();
            keys.sort_by(|(_, a), (_, b)| self.sort.compare_keys(a, b));
            keys.truncate(self.keep.unwrap_or(usize::MAX));
            keys.into_iter().map(|(place, _)| place).collect()
        };
        let mut taken: Vec<_> = mem::take(&mut self.documents).into_iter().map(Some).collect();
        let in_order = places.drain(..).filter_map(|place| taken.get_mut(place)?.take());
        self.documents = in_order.collect();
    }
}
