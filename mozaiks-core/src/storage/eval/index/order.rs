//! Whether the keys of an index stand in the order that is asked for.

use super::{
    super::{path::Path, sort::Sort},
    Field,
    plan::{IndexCandidate, ScanOrder},
};

/// The way to go through an index so that the documents come in an order, its first `constant` fields having one value
/// each; none if there is no such way.
pub(super) fn served(candidate: &IndexCandidate<'_>, sort: &Sort, constant: usize) -> Option<ScanOrder> {
    let fields = &candidate.keys.fields;
    // An array sorts as one of its elements and has a key for each; what is sparse leaves documents out.
    if candidate.multikey || candidate.keys.index.sparse {
        return None;
    }
    let pinned = |path: &Path| fields.iter().take(constant).any(|field| field.path.as_str() == path.as_str());
    let mut rest = fields.iter().skip(constant);
    let mut backward = None;
    for (path, descending) in sort.fields() {
        if path.has_positions() {
            return None;
        }
        if pinned(path) {
            continue;
        }
        let (against, last) = match rest.next() {
            Some(Field { path: same, descending: known }) if same.as_str() == path.as_str() => {
                (*known != descending, false)
            }
            // An id is there once: nothing is left to be put in order by more.
            None if candidate.ids_follow && path.as_str() == "_id" => (descending, true),
            _ => return None,
        };
        if *backward.get_or_insert(against) != against {
            return None;
        }
        if last {
            break;
        }
    }
    Some(if backward.unwrap_or(false) { ScanOrder::Backward } else { ScanOrder::Forward })
}
