//! Compiling a filter: the operators below a field.

use bson::{Bson, Document};

use crate::storage::StorageError;

use super::{
    super::{
        kind::{self, Kinds},
        number::{Number, whole},
        value::Operand,
    },
    parse::{LOGICAL, conditions, equal_to, is_operators},
    regex::Pattern,
    test::{Choices, Operator, Test},
};

type Parser = fn(&Bson) -> Result<Test, StorageError>;

/// How an operator below a field is read. `$regex` and `$options` are read together, apart from these.
pub(super) fn operator_test(name: &str) -> Option<Parser> {
    Some(match name {
        "$eq" => equal_to,
        "$ne" => |operand| Ok(not_a_pattern("$ne", operand).and_then(equal_to)?.not()),
        "$gt" => |operand| comparison("$gt", Operator::Greater, operand),
        "$gte" => |operand| comparison("$gte", Operator::GreaterOrEqual, operand),
        "$lt" => |operand| comparison("$lt", Operator::Less, operand),
        "$lte" => |operand| comparison("$lte", Operator::LessOrEqual, operand),
        "$in" => |operand| choices("$in", operand),
        "$nin" => |operand| choices("$nin", operand).map(Test::not),
        "$exists" => exists,
        "$type" => |operand| Kinds::parse(operand).map(Test::Kind),
        "$mod" => modulo,
        "$size" => size,
        "$all" => contains,
        "$elemMatch" => element,
        "$not" => negation,
        "$regex" | "$options" => |_| Err(StorageError::invalid("$regex and $options are read together")),
        _ => return None,
    })
}

/// The operators of a document, each a test of its own.
pub(super) fn operator_tests(operators: &Document) -> Result<Vec<Test>, StorageError> {
    let mut tests = Vec::with_capacity(operators.len());
    for (name, operand) in operators {
        match name.as_str() {
            "$regex" => tests.push(Test::Pattern(Pattern::parse(operand, operators.get("$options"))?)),
            "$options" if operators.contains_key("$regex") => {}
            "$options" => return Err(StorageError::invalid("$options needs a $regex beside it")),
            name if LOGICAL.contains(&name) => {
                return Err(StorageError::invalid(format!(
                    "{name} stands between whole conditions, not below a field; below one, use $not, $in or $elemMatch"
                )));
            }
            name => match operator_test(name) {
                Some(parse) => tests.push(parse(operand)?),
                None if name.starts_with('$') => return Err(StorageError::unsupported(name.to_owned())),
                None => {
                    return Err(StorageError::invalid(format!(
                        "`{name}` stands among operators, where only operators belong; use a dotted path"
                    )));
                }
            },
        }
    }
    Ok(tests)
}

fn not_a_pattern<'o>(name: &str, operand: &'o Bson) -> Result<&'o Bson, StorageError> {
    match operand {
        Bson::RegularExpression(_) => Err(StorageError::invalid(format!(
            "{name} does not take a regular expression; use $not or $regex"
        ))),
        operand => Ok(operand),
    }
}

fn comparison(name: &str, operator: Operator, operand: &Bson) -> Result<Test, StorageError> {
    Ok(Test::Compare { operator, operand: Operand::new(not_a_pattern(name, operand)?)? })
}

fn array<'o>(name: &str, operand: &'o Bson) -> Result<&'o [Bson], StorageError> {
    match operand {
        Bson::Array(operands) => Ok(operands),
        other => Err(StorageError::invalid(format!("{name} expects an array, not {}", kind::name(other)))),
    }
}

fn choices(name: &str, operand: &Bson) -> Result<Test, StorageError> {
    let (mut values, mut patterns) = (Vec::new(), Vec::new());
    for choice in array(name, operand)? {
        match choice {
            Bson::RegularExpression(regex) => patterns.push(Pattern::of_value(regex)?),
            Bson::Document(document) if is_operators(document) => {
                return Err(StorageError::invalid(format!("{name} takes values, not operators")));
            }
            value => values.push(Operand::new(value)?),
        }
    }
    Ok(Test::In(Choices::new(values, patterns)))
}

fn exists(operand: &Bson) -> Result<Test, StorageError> {
    let wanted = match operand {
        Bson::Boolean(wanted) => *wanted,
        // As in the shell, where 1 and 0 are common.
        operand => match Number::of_bson(operand) {
            Some(number) => number.compare(Number::Int(0)).is_ne(),
            None => {
                return Err(StorageError::invalid(format!(
                    "$exists expects true or false, not {}",
                    kind::name(operand)
                )));
            }
        },
    };
    Ok(if wanted { Test::Exists } else { Test::Exists.not() })
}

fn modulo(operand: &Bson) -> Result<Test, StorageError> {
    let wrong =
        || StorageError::invalid("$mod expects [divisor, remainder]: exactly two numbers, not zero first");
    let [divisor, remainder] = array("$mod", operand)? else { return Err(wrong()) };
    let read = |value| Number::of_bson(value).and_then(Number::truncate).ok_or_else(wrong);
    let (divisor, remainder) = (read(divisor)?, read(remainder)?);
    if divisor == 0 {
        return Err(wrong());
    }
    Ok(Test::Modulo { divisor, remainder })
}

fn size(operand: &Bson) -> Result<Test, StorageError> {
    match whole(operand).map(u64::try_from) {
        Some(Ok(size)) => Ok(Test::Size(size)),
        _ => Err(StorageError::invalid(format!("$size expects a whole number from 0 on, not {operand}"))),
    }
}

fn contains(operand: &Bson) -> Result<Test, StorageError> {
    let operands = array("$all", operand)?;
    let element_operand = |operand: &Bson| match operand {
        Bson::Document(document) => document.keys().next().is_some_and(|name| name == "$elemMatch"),
        _ => false,
    };
    if operands.iter().any(element_operand) && !operands.iter().all(element_operand) {
        return Err(StorageError::invalid("$all takes either values or $elemMatch conditions, not both"));
    }
    let tests = operands.iter().map(|operand| match operand {
        Bson::Document(document) if element_operand(operand) => operator_tests(document).map(Test::every),
        Bson::Document(document) if is_operators(document) => {
            Err(StorageError::invalid("$all takes values and $elemMatch, no other operators"))
        }
        Bson::RegularExpression(regex) => Pattern::of_value(regex).map(Test::Pattern),
        value => equal_to(value),
    });
    Ok(Test::Contains(tests.collect::<Result<_, _>>()?))
}

fn element(operand: &Bson) -> Result<Test, StorageError> {
    let Bson::Document(condition) = operand else {
        return Err(StorageError::invalid(format!(
            "$elemMatch expects a document, not {}",
            kind::name(operand)
        )));
    };
    // Operators on the element itself, or a filter of elements that are documents. `$and` and its like start filters.
    let logical = condition.keys().next().is_some_and(|name| LOGICAL.contains(&name.as_str()));
    if is_operators(condition) && !logical {
        Ok(Test::AnyValue(operator_tests(condition)?))
    } else {
        conditions(condition).map(Test::AnyElement)
    }
}

fn negation(operand: &Bson) -> Result<Test, StorageError> {
    match operand {
        Bson::RegularExpression(regex) => Ok(Test::Pattern(Pattern::of_value(regex)?).not()),
        Bson::Document(operators) if is_operators(operators) => {
            Ok(Test::every(operator_tests(operators)?).not())
        }
        Bson::Document(_) => Err(StorageError::invalid("$not expects operators: {\"$not\": {\"$gt\": 1}}")),
        other => Err(StorageError::invalid(format!(
            "$not expects operators or a regular expression, not {}",
            kind::name(other)
        ))),
    }
}
