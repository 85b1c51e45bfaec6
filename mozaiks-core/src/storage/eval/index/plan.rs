//! Which index finds the documents of a filter, and where in it they are.

use super::{
    super::{filter::Filter, path::Path, sort::Sort},
    IndexKeys,
    bounds::Bounds,
    interval::{Edge, Interval, normalize},
    order,
};

/// The most ranges of a plan. Where there would be more, fewer and longer ones take their place.
const MAX_RANGES: usize = 512;

/// An index that a storage has, for the [planner](plan_indexes).
#[derive(Debug, Clone, Copy)]
pub struct IndexCandidate<'i> {
    /// Its keys.
    pub keys: &'i IndexKeys,
    /// Whether a document in it may have more than one key. It costs plans that rely on the contrary: an order, and
    /// several bounds on one field.
    pub multikey: bool,
    /// Whether documents of the same key stand in the ascending order of their ids, so that a sort may end with `_id`.
    pub ids_follow: bool,
}

/// Keys from one on, before another: `start <= key < end`, compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyRange {
    /// The first one.
    pub start: Vec<u8>,
    /// The first one that is no longer in it.
    pub end: Vec<u8>,
}

/// How to find documents by an index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexPlan {
    /// Where the keys are: in order, without overlaps. Every document that matches has a key there, but one with a
    /// key there may not match: the filter has to be asked. A document may have several keys there if the index is
    /// multikey.
    pub ranges: Vec<KeyRange>,
    /// The way to go through the ranges and their keys so that the documents come in the order of the sort; none if
    /// they have to be sorted.
    pub order: Option<ScanOrder>,
    merit: Merit,
}

/// A way to go through an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanOrder {
    /// From the first range and its first key.
    Forward,
    /// From the last range and its last key.
    Backward,
}

/// How good a plan is: the greater, the fewer documents it has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Merit {
    /// All fields of a unique index are given: there is one document at most.
    one: bool,
    /// So many fields have given values.
    equal: usize,
    /// The next one is between bounds.
    between: bool,
    ordered: bool,
}

impl IndexPlan {
    /// Whether it goes through the whole index, for its order alone.
    pub fn is_full(&self) -> bool {
        self.merit.equal == 0 && !self.merit.between
    }
}

/// The best of some indexes for a filter and a sort, with the plan for it; none if none of them helps.
///
/// ```
/// use bson::doc;
/// use mozaiks_core::storage::Index;
/// use mozaiks_core::storage::eval::{Filter, IndexCandidate, IndexKeys, ScanOrder, Sort, plan_indexes};
///
/// let keys = IndexKeys::parse(&Index::new("items", [("folder", 1), ("changed_at", 1)]))?;
/// let candidate = IndexCandidate { keys: &keys, multikey: false, ids_follow: true };
/// let filter = Filter::parse(&doc! { "folder": "inbox" })?;
/// let newest = Sort::parse(&doc! { "changed_at": -1, "_id": -1 })?;
/// let (_, plan) = plan_indexes(&filter, Some(&newest), &[candidate]).unwrap();
/// assert_eq!((plan.ranges.len(), plan.order), (1, Some(ScanOrder::Backward)));
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
pub fn plan_indexes(
    filter: &Filter,
    sort: Option<&Sort>,
    candidates: &[IndexCandidate<'_>],
) -> Option<(usize, IndexPlan)> {
    let plans = candidates.iter().enumerate().filter_map(|(index, candidate)| {
        let plan = plan(filter, sort, candidate)?;
        Some(((plan.merit, usize::MAX - candidate.keys.fields.len()), (index, plan)))
    });
    // Of two that are as good, the one with fewer fields; then the first.
    let best = plans.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, plan)| plan)
}

fn plan(filter: &Filter, sort: Option<&Sort>, candidate: &IndexCandidate<'_>) -> Option<IndexPlan> {
    let keys = candidate.keys;
    let mut prefixes = vec![Vec::new()];
    let mut between = None;
    let (mut equal, mut constant) = (0, 0);
    for (position, field) in keys.fields.iter().enumerate() {
        let before = keys.fields.iter().take(position);
        if candidate.multikey && before.clone().any(|other| meet(&other.path, &field.path)) {
            // The two may be met by different elements, whose values have no key together.
            break;
        }
        let Some(bounds) = bounds(filter, &field.path, candidate) else { break };
        let are_points = bounds.are_points();
        let mut intervals = bounds.intervals;
        if field.descending {
            intervals = intervals.into_iter().rev().map(Interval::inverted).collect();
        }
        let many = prefixes.len().saturating_mul(intervals.len()) > MAX_RANGES;
        if many {
            intervals = hull(intervals);
        }
        if many && prefixes.len() > MAX_RANGES {
            break;
        }
        if many || !are_points {
            between = Some(intervals);
            break;
        }
        if intervals.len() == 1 && constant == position {
            constant += 1;
        }
        equal += 1;
        let points = || intervals.iter().filter_map(Interval::as_point);
        prefixes = prefixes
            .iter()
            .flat_map(|prefix| points().map(move |point| [prefix.as_slice(), point].concat()))
            .collect();
    }
    let bounded = equal > 0 || between.is_some();
    if keys.index.sparse && !bounded {
        return None;
    }
    let order =
        sort.filter(|sort| !sort.is_empty()).and_then(|sort| order::served(candidate, sort, constant));
    if !bounded && order.is_none() {
        return None;
    }
    let one = keys.index.unique && constant == keys.fields.len();
    let merit = Merit { one, equal, between: between.is_some(), ordered: order.is_some() };
    Some(IndexPlan { ranges: ranges(prefixes, between.as_deref()), order, merit })
}

/// Where a field must be for a document to match.
fn bounds(filter: &Filter, path: &Path, candidate: &IndexCandidate<'_>) -> Option<Bounds> {
    let mut demands = filter.demands(path);
    // What is left out of the index, or hidden behind the place in an array that a number means, cannot be found by it.
    if candidate.keys.index.sparse || path.has_positions() {
        demands.retain(|demand| !Bounds::of(demand).is_some_and(|bounds| bounds.missing));
    }
    if candidate.multikey { Bounds::any(&demands) } else { Bounds::all(&demands) }
}

/// Whether two paths may go through one array.
fn meet(a: &Path, b: &Path) -> bool {
    a.parts().first() == b.parts().first()
}

/// One interval from the first to the last.
fn hull(intervals: Vec<Interval>) -> Vec<Interval> {
    match (intervals.first(), intervals.last()) {
        (Some(first), Some(last)) => {
            vec![Interval { lower: first.lower.clone(), upper: last.upper.clone() }]
        }
        _ => intervals,
    }
}

fn ranges(prefixes: Vec<Vec<u8>>, between: Option<&[Interval]>) -> Vec<KeyRange> {
    let intervals = prefixes.into_iter().flat_map(|prefix| match between {
        Some(intervals) => {
            let behind = |edge: &Edge| edge.behind(&prefix);
            let behind = |interval: &Interval| Interval {
                lower: behind(&interval.lower),
                upper: behind(&interval.upper),
            };
            intervals.iter().map(behind).collect()
        }
        None => vec![Interval::point(prefix)],
    });
    let range =
        |interval: Interval| KeyRange { start: interval.lower.to_bytes(), end: interval.upper.to_bytes() };
    normalize(intervals.collect()).into_iter().map(range).collect()
}
