//! Compiling a filter: the documents.

use bson::{Bson, Document};

use crate::storage::StorageError;

use super::{
    super::{
        kind,
        path::Path,
        value::{Operand, check_nesting},
    },
    ElementCondition, Filter, Node,
    parse_operators::{operator_test, operator_tests},
    regex::Pattern,
    test::{Operator, Test},
};

/// The operators that a filter has between conditions.
pub(super) const LOGICAL: [&str; 3] = ["$and", "$or", "$nor"];

pub(super) fn filter(filter: &Document) -> Result<Filter, StorageError> {
    // Everything below may now walk the filter by recursion.
    check_nesting(filter, "filter")?;
    conditions(filter)
}

/// What is in a filter whose nesting was checked.
pub(super) fn conditions(filter: &Document) -> Result<Filter, StorageError> {
    let conditions = filter.iter().map(|(name, value)| node(name, value)).collect::<Result<_, _>>()?;
    Ok(Filter { conditions })
}

fn node(name: &str, value: &Bson) -> Result<Node, StorageError> {
    match name {
        "$and" => branches(name, value).map(Node::All),
        "$or" => branches(name, value).map(Node::Any),
        "$nor" => branches(name, value).map(Node::Neither),
        // No path, but an operator of the language: name the place where it belongs.
        operator if operator_test(operator).is_some() => Err(StorageError::invalid(format!(
            "{operator} stands below a field, as in {{\"field\": {{\"{operator}\": ...}}}}, not at the top of a filter"
        ))),
        operator if operator.starts_with('$') => Err(StorageError::unsupported(operator.to_owned())),
        name => Ok(Node::Field { path: Path::parse(name)?, test: condition(name, value)? }),
    }
}

fn branches(name: &str, value: &Bson) -> Result<Vec<Filter>, StorageError> {
    let expected = |found: &str| {
        StorageError::invalid(format!("{name} expects a non-empty array of filters, not {found}"))
    };
    let Bson::Array(branches) = value else { return Err(expected(kind::name(value))) };
    if branches.is_empty() {
        return Err(expected("an empty one"));
    }
    branches
        .iter()
        .map(|branch| match branch {
            Bson::Document(branch) => conditions(branch),
            other => Err(expected(&format!("one with an element of type {}", kind::name(other)))),
        })
        .collect()
}

/// What stands beside a field: a value, a regular expression or operators.
fn condition(name: &str, value: &Bson) -> Result<Test, StorageError> {
    match value {
        Bson::Document(operators) if is_operators(operators) => operator_tests(operators).map(Test::every),
        Bson::RegularExpression(regex) => Pattern::of_value(regex).map(Test::Pattern),
        value => {
            refuse_operators_inside(name, value)?;
            equal_to(value)
        }
    }
}

pub(super) fn equal_to(value: &Bson) -> Result<Test, StorageError> {
    Ok(Test::Compare { operator: Operator::Equal, operand: Operand::new(value)? })
}

/// Whether a document is one of operators: its first name decides, as in MongoDB.
pub(super) fn is_operators(document: &Document) -> bool {
    document.keys().next().is_some_and(|name| name.starts_with('$'))
}

/// A value that stands for itself has no operators anywhere: they would be compared as field names, which is never
/// what was meant.
fn refuse_operators_inside(field: &str, value: &Bson) -> Result<(), StorageError> {
    match value {
        Bson::Document(document) => document.iter().try_for_each(|(name, value)| {
            if name.starts_with('$') {
                return Err(StorageError::invalid(format!(
                    "`{name}` stands among the fields of the value of `{field}`, where it is no operator; \
                     use a dotted path, or $eq for a value that has such a name"
                )));
            }
            refuse_operators_inside(field, value)
        }),
        Bson::Array(elements) => elements.iter().try_for_each(|value| refuse_operators_inside(field, value)),
        _ => Ok(()),
    }
}

/// The condition of a `$pull`; none for a plain value.
pub(super) fn element(condition: &Bson) -> Result<Option<ElementCondition>, StorageError> {
    Ok(match condition {
        Bson::RegularExpression(regex) => {
            Some(ElementCondition::Test(Test::Pattern(Pattern::of_value(regex)?)))
        }
        Bson::Document(document) => {
            let logical = document.keys().next().is_some_and(|name| LOGICAL.contains(&name.as_str()));
            Some(if is_operators(document) && !logical {
                ElementCondition::Test(Test::every(operator_tests(document)?))
            } else {
                ElementCondition::Document(conditions(document)?)
            })
        }
        _ => None,
    })
}
