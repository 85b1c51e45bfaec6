//! What a filter demands of the values at one path, for an index to find them.

use bson::RawBsonRef;

use super::{
    super::path::{Part, Path},
    Filter, Node,
    test::{Operator, Test},
};

/// What some value at a path has to be for a document to match. Different demands may be met by different values.
#[derive(Debug, Clone)]
pub(crate) enum Demand<'f> {
    /// In this relation to an operand.
    Compare(Operator, RawBsonRef<'f>),
    /// Equal to one of these.
    In(Vec<RawBsonRef<'f>>),
    /// An element of an array that meets all of these.
    Element(Vec<Demand<'f>>),
}

impl Filter {
    /// The demands on the values at a path. There may be more to the filter: it has to be asked of what they find.
    pub(in super::super) fn demands(&self, path: &Path) -> Vec<Demand<'_>> {
        let mut found = Vec::new();
        collect(self, path.parts(), &mut found);
        found
    }

    /// The demands on the id of a document, which is one value, and never an array: it meets all of them.
    #[cfg(feature = "sqlite")]
    pub(crate) fn id_demands(&self) -> Vec<Demand<'_>> {
        self.demands(&Path::id())
    }
}

fn collect<'f>(filter: &'f Filter, parts: &[Part], found: &mut Vec<Demand<'f>>) {
    for node in &filter.conditions {
        match node {
            Node::All(filters) => filters.iter().for_each(|filter| collect(filter, parts, found)),
            Node::Field { path, test } => {
                if let Some(rest) = parts.strip_prefix(path.parts()) {
                    tests(test, rest, parts, found);
                }
            }
            Node::Any(_) | Node::Neither(_) => {}
        }
    }
}

/// The demands of a test at a path; `rest` is what the path that is asked about has more.
fn tests<'f>(test: &'f Test, rest: &[Part], parts: &[Part], found: &mut Vec<Demand<'f>>) {
    match test {
        Test::Every(all) | Test::Contains(all) => all.iter().for_each(|test| tests(test, rest, parts, found)),
        // A number in the path may mean a place in the array, whose elements are other ones.
        Test::AnyElement(filter) if !rest.is_empty() && !has_positions(parts) => {
            let mut inner = Vec::new();
            collect(filter, rest, &mut inner);
            // An array that is an element meets what a missing field meets, and has no key that would tell.
            found.extend(inner.into_iter().filter(|demand| !demand.allows_missing()));
        }
        Test::AnyValue(all) if rest.is_empty() && !has_positions(parts) => {
            let mut inner = Vec::new();
            all.iter().filter_map(demand).for_each(|demand| inner.push(demand));
            if !inner.is_empty() {
                found.push(Demand::Element(inner));
            }
        }
        test if rest.is_empty() => found.extend(demand(test)),
        _ => {}
    }
}

fn demand(test: &Test) -> Option<Demand<'_>> {
    match test {
        Test::Compare { operator, operand } => Some(Demand::Compare(*operator, operand.raw())),
        Test::In(choices) => choices.all_values().map(Demand::In),
        _ => None,
    }
}

fn has_positions(parts: &[Part]) -> bool {
    parts.iter().any(|part| part.index.is_some())
}

impl Demand<'_> {
    fn allows_missing(&self) -> bool {
        let null = |value: &RawBsonRef<'_>| matches!(value, RawBsonRef::Null | RawBsonRef::Undefined);
        match self {
            Self::Compare(_, operand) => null(operand),
            Self::In(values) => values.iter().any(null),
            Self::Element(_) => false,
        }
    }
}
