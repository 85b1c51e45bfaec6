//! Compiling an update.

use std::cmp::Ordering;

use bson::{Bson, Document};

use crate::storage::StorageError;

use super::{
    super::{
        filter::ElementFilter,
        kind,
        number::{Arithmetic, Number, whole},
        path::{Part, Path},
        sort::Sort,
        value::check_nesting,
    },
    Change, Update,
    action::{Action, BitOperation, Clock, Order, Pull, Push},
};

pub(super) fn update(update: &Document) -> Result<Update, StorageError> {
    check_nesting(update, "update")?;
    if update.is_empty() {
        return Err(StorageError::invalid(
            "the update is empty; it expects operators such as {\"$set\": {...}}",
        ));
    }
    let mut changes = Vec::new();
    for (operator, fields) in update {
        if !operator.starts_with('$') {
            return Err(if update.keys().any(|name| name.starts_with('$')) {
                StorageError::invalid(format!(
                    "`{operator}` stands among the operators of an update; use $set for it"
                ))
            } else {
                StorageError::invalid(format!(
                    "an update expects operators such as {{\"$set\": {{...}}}}, and `{operator}` is a field; a whole \
                     document is a replacement"
                ))
            });
        }
        let parse = action(operator).ok_or_else(|| StorageError::unsupported(operator.clone()))?;
        let Bson::Document(fields) = fields else {
            return Err(StorageError::invalid(format!(
                "{operator} expects a document of fields, not {}",
                kind::name(fields)
            )));
        };
        for (name, operand) in fields {
            let (path, operand) = match (operator.as_str(), operand) {
                // The change happens at the new name, so that it takes its place among the others there.
                ("$rename", Bson::String(to)) => (Path::parse(to)?, &Bson::String(name.clone())),
                _ => (Path::parse(name)?, operand),
            };
            changes.push(Change { action: parse(&path, operand)?, path });
        }
    }
    changes.sort_by(|a, b| compare_paths(&a.path, &b.path));
    refuse_conflicts(&changes)?;
    Ok(Update { changes })
}

/// The order in which MongoDB adds fields: by name, and positions as numbers.
fn compare_paths(a: &Path, b: &Path) -> Ordering {
    let key = |part: &Part| (part.index.is_none(), part.index);
    let parts = a.parts().iter().zip(b.parts());
    parts
        .map(|(a, b)| key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name)))
        .find(|order| order.is_ne())
        .unwrap_or_else(|| a.parts().len().cmp(&b.parts().len()))
}

/// Refuses two changes of one path, or of a path and its parent: there is no order between them.
fn refuse_conflicts(changes: &[Change]) -> Result<(), StorageError> {
    if matches!(changes, [Change { action, .. }] if !matches!(action, Action::Rename { .. })) {
        return Ok(());
    }
    let mut paths: Vec<&Path> = changes.iter().map(|change| &change.path).collect();
    paths.extend(changes.iter().filter_map(|change| match &change.action {
        Action::Rename { from } => Some(from),
        _ => None,
    }));
    // What a path covers follows it directly in this order.
    paths.sort_by(|a, b| compare_paths(a, b));
    for (path, next) in paths.iter().zip(paths.iter().skip(1)) {
        if path.covers(next) {
            return Err(StorageError::invalid(if path.as_str() == next.as_str() {
                format!("the update changes `{}` twice", path.as_str())
            } else {
                format!("the update changes `{}` and, inside it, `{}`", path.as_str(), next.as_str())
            }));
        }
    }
    Ok(())
}

type Parser = fn(&Path, &Bson) -> Result<Action, StorageError>;

fn action(operator: &str) -> Option<Parser> {
    Some(match operator {
        "$set" => |_, value| Ok(Action::Set(value.clone())),
        "$setOnInsert" => |_, value| Ok(Action::SetOnInsert(value.clone())),
        "$unset" => |_, _| Ok(Action::Unset),
        "$inc" => |path, operand| compute("$inc", Arithmetic::Add, path, operand),
        "$mul" => |path, operand| compute("$mul", Arithmetic::Multiply, path, operand),
        "$min" => |_, value| Ok(Action::Min(value.clone())),
        "$max" => |_, value| Ok(Action::Max(value.clone())),
        "$rename" => rename,
        "$push" => push,
        "$addToSet" => add_to_set,
        "$pull" => |_, condition| {
            Ok(Action::Pull(match ElementFilter::parse(condition)? {
                Some(filter) => Pull::Matching(filter),
                None => Pull::Values(vec![condition.clone()]),
            }))
        },
        "$pullAll" => |_, values| Ok(Action::Pull(Pull::Values(array("$pullAll", values)?.to_vec()))),
        "$pop" => pop,
        "$currentDate" => current_date,
        "$bit" => bit,
        _ => return None,
    })
}

fn array<'o>(name: &str, operand: &'o Bson) -> Result<&'o [Bson], StorageError> {
    match operand {
        Bson::Array(values) => Ok(values),
        other => Err(StorageError::invalid(format!("{name} expects an array, not {}", kind::name(other)))),
    }
}

fn compute(name: &str, arithmetic: Arithmetic, path: &Path, operand: &Bson) -> Result<Action, StorageError> {
    if Number::of_bson(operand).is_none() {
        return Err(StorageError::invalid(format!(
            "{name} of `{}` expects a number, not {}",
            path.as_str(),
            kind::name(operand)
        )));
    }
    Ok(Action::Compute { arithmetic, operand: operand.clone() })
}

fn rename(to: &Path, from: &Bson) -> Result<Action, StorageError> {
    let Bson::String(from) = from else {
        return Err(StorageError::invalid(format!(
            "$rename of `{}` expects the new name as a string, not {}",
            to.as_str(),
            kind::name(from)
        )));
    };
    Ok(Action::Rename { from: Path::parse(from)? })
}

fn push(_: &Path, operand: &Bson) -> Result<Action, StorageError> {
    let plain = Push { values: Vec::new(), position: None, order: None, slice: None };
    let Bson::Document(modifiers) = operand else {
        return Ok(Action::Push(Push { values: vec![operand.clone()], ..plain }));
    };
    let Some(values) = modifiers.get("$each") else {
        if let Some(name) = modifiers.keys().find(|name| name.starts_with('$')) {
            return Err(StorageError::invalid(format!("{name} in a $push needs an $each beside it")));
        }
        return Ok(Action::Push(Push { values: vec![operand.clone()], ..plain }));
    };
    let mut push = Push { values: array("$each", values)?.to_vec(), ..plain };
    let number = |name: &str, value: &Bson| {
        whole(value)
            .ok_or_else(|| StorageError::invalid(format!("{name} expects a whole number, not {value}")))
    };
    for (name, value) in modifiers {
        match name.as_str() {
            "$each" => {}
            "$position" => push.position = Some(number("$position", value)?),
            "$slice" => push.slice = Some(number("$slice", value)?),
            "$sort" => push.order = Some(order(value)?),
            other if other.starts_with('$') => {
                return Err(StorageError::unsupported(format!("{other} in $push")));
            }
            other => {
                return Err(StorageError::invalid(format!(
                    "`{other}` stands beside $each, where only $position, $slice and $sort belong"
                )));
            }
        }
    }
    Ok(Action::Push(push))
}

fn order(value: &Bson) -> Result<Order, StorageError> {
    match (value, whole(value)) {
        (_, Some(1)) => Ok(Order::Whole { descending: false }),
        (_, Some(-1)) => Ok(Order::Whole { descending: true }),
        (Bson::Document(fields), _) if !fields.is_empty() => Sort::parse(fields).map(Order::Fields),
        _ => Err(StorageError::invalid(format!(
            "$sort expects 1, -1 or fields with such directions, not {value}"
        ))),
    }
}

fn add_to_set(_: &Path, operand: &Bson) -> Result<Action, StorageError> {
    match operand {
        Bson::Document(modifiers) if modifiers.keys().next().is_some_and(|name| name == "$each") => {
            if let Some(other) = modifiers.keys().nth(1) {
                return Err(StorageError::invalid(format!(
                    "`{other}` stands beside $each; $addToSet takes nothing else"
                )));
            }
            let values = modifiers.get("$each").unwrap_or(&Bson::Null);
            Ok(Action::AddToSet(array("$each", values)?.to_vec()))
        }
        value => Ok(Action::AddToSet(vec![value.clone()])),
    }
}

fn pop(_: &Path, operand: &Bson) -> Result<Action, StorageError> {
    match whole(operand) {
        Some(1) => Ok(Action::Pop { first: false }),
        Some(-1) => Ok(Action::Pop { first: true }),
        _ => Err(StorageError::invalid(format!(
            "$pop expects 1 for the last element or -1 for the first, not {operand}"
        ))),
    }
}

fn current_date(_: &Path, operand: &Bson) -> Result<Action, StorageError> {
    let wrong = || {
        StorageError::invalid(format!(
            "$currentDate expects true, {{\"$type\": \"date\"}} or {{\"$type\": \"timestamp\"}}, not {operand}"
        ))
    };
    Ok(Action::CurrentDate(match operand {
        Bson::Boolean(true) => Clock::Date,
        Bson::Document(kind) if kind.len() == 1 => match kind.get_str("$type") {
            Ok("date") => Clock::Date,
            Ok("timestamp") => Clock::Timestamp,
            _ => return Err(wrong()),
        },
        _ => return Err(wrong()),
    }))
}

fn bit(_: &Path, operand: &Bson) -> Result<Action, StorageError> {
    let wrong = || StorageError::invalid("$bit expects and, or, xor with integers, as in {\"or\": 5}");
    let Bson::Document(operations) = operand else { return Err(wrong()) };
    if operations.is_empty() {
        return Err(wrong());
    }
    let operations = operations.iter().map(|(name, operand)| {
        let operation = match name.as_str() {
            "and" => BitOperation::And,
            "or" => BitOperation::Or,
            "xor" => BitOperation::Xor,
            _ => return Err(wrong()),
        };
        match operand {
            Bson::Int32(_) | Bson::Int64(_) => Ok((operation, operand.clone())),
            _ => Err(wrong()),
        }
    });
    Ok(Action::Bit(operations.collect::<Result<_, _>>()?))
}
