//! What a filter pins by equality.

use bson::Bson;

use super::{
    super::path::Path,
    Filter, Node,
    test::{Operator, Test},
};

/// The first equality on `_id` that only that one id can meet.
pub(super) fn id(filter: &Filter) -> Option<&Bson> {
    ids(filter).find(|value| !matches!(value, Bson::Null | Bson::Undefined | Bson::Array(_)))
}

/// The first equality on `_id`, whatever it says.
pub(super) fn first_id(filter: &Filter) -> Option<&Bson> {
    ids(filter).next()
}

fn ids(filter: &Filter) -> impl Iterator<Item = &Bson> {
    let mut found = Vec::new();
    collect(filter, &mut found);
    found.into_iter().filter(|(path, _)| path.as_str() == "_id").map(|(_, value)| value)
}

/// All equalities, by path.
pub(super) fn all(filter: &Filter) -> Vec<(&Path, &Bson)> {
    let mut found = Vec::new();
    collect(filter, &mut found);
    found.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    found
}

fn collect<'f>(filter: &'f Filter, found: &mut Vec<(&'f Path, &'f Bson)>) {
    for node in &filter.conditions {
        match node {
            Node::All(filters) => filters.iter().for_each(|filter| collect(filter, found)),
            Node::Field { path, test: Test::Every(tests) } => {
                found.extend(tests.iter().filter_map(|test| Some((path, equal_to(test)?))));
            }
            Node::Field { path, test } => found.extend(equal_to(test).map(|value| (path, value))),
            Node::Any(_) | Node::Neither(_) => {}
        }
    }
}

fn equal_to(test: &Test) -> Option<&Bson> {
    match test {
        Test::Compare { operator: Operator::Equal, operand } => Some(operand.value()),
        _ => None,
    }
}
