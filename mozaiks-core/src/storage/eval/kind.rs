//! The types of BSON values: their names for `$type` and for messages, and their brackets in the order.

use bson::{Bson, RawBsonRef, spec::ElementType};

use crate::storage::StorageError;

use super::number::whole;

/// Where a type stands in the order. Comparison operators only compare within one bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bracket {
    MinKey,
    /// The deprecated type. It is below null, which is what an empty array sorts as.
    Undefined,
    Null,
    Number,
    String,
    Document,
    Array,
    Binary,
    ObjectId,
    Boolean,
    DateTime,
    Timestamp,
    Regex,
    DbPointer,
    Code,
    CodeWithScope,
    MaxKey,
}

impl Bracket {
    pub(super) fn of(kind: ElementType) -> Self {
        match kind {
            ElementType::MinKey => Self::MinKey,
            ElementType::Undefined => Self::Undefined,
            ElementType::Null => Self::Null,
            ElementType::Double | ElementType::Int32 | ElementType::Int64 | ElementType::Decimal128 => {
                Self::Number
            }
            ElementType::String | ElementType::Symbol => Self::String,
            ElementType::EmbeddedDocument => Self::Document,
            ElementType::Array => Self::Array,
            ElementType::Binary => Self::Binary,
            ElementType::ObjectId => Self::ObjectId,
            ElementType::Boolean => Self::Boolean,
            ElementType::DateTime => Self::DateTime,
            ElementType::Timestamp => Self::Timestamp,
            ElementType::RegularExpression => Self::Regex,
            ElementType::DbPointer => Self::DbPointer,
            ElementType::JavaScriptCode => Self::Code,
            ElementType::JavaScriptCodeWithScope => Self::CodeWithScope,
            ElementType::MaxKey => Self::MaxKey,
        }
    }
}

/// Every type with its number and its name in `$type`.
const KINDS: [(i64, &str, ElementType); 21] = [
    (1, "double", ElementType::Double),
    (2, "string", ElementType::String),
    (3, "object", ElementType::EmbeddedDocument),
    (4, "array", ElementType::Array),
    (5, "binData", ElementType::Binary),
    (6, "undefined", ElementType::Undefined),
    (7, "objectId", ElementType::ObjectId),
    (8, "bool", ElementType::Boolean),
    (9, "date", ElementType::DateTime),
    (10, "null", ElementType::Null),
    (11, "regex", ElementType::RegularExpression),
    (12, "dbPointer", ElementType::DbPointer),
    (13, "javascript", ElementType::JavaScriptCode),
    (14, "symbol", ElementType::Symbol),
    (15, "javascriptWithScope", ElementType::JavaScriptCodeWithScope),
    (16, "int", ElementType::Int32),
    (17, "timestamp", ElementType::Timestamp),
    (18, "long", ElementType::Int64),
    (19, "decimal", ElementType::Decimal128),
    (-1, "minKey", ElementType::MinKey),
    (127, "maxKey", ElementType::MaxKey),
];

const NUMBERS: [ElementType; 4] =
    [ElementType::Double, ElementType::Int32, ElementType::Int64, ElementType::Decimal128];

/// What a value is called in messages: as in `$type`.
pub(super) fn name(value: &Bson) -> &'static str {
    let kind = value.element_type();
    KINDS.iter().find(|(_, _, known)| *known == kind).map_or("value", |(_, name, _)| name)
}

/// The types that a `$type` asks for.
#[derive(Debug, Clone)]
pub(super) struct Kinds(Vec<ElementType>);

impl Kinds {
    /// Reads the operand of `$type`: a name, a number, or an array of them.
    pub(super) fn parse(operand: &Bson) -> Result<Self, StorageError> {
        let mut kinds = Vec::new();
        match operand {
            Bson::Array(operands) if operands.is_empty() => {
                return Err(StorageError::invalid("$type needs at least one type, and got an empty array"));
            }
            Bson::Array(operands) => {
                for operand in operands {
                    Self::read(operand, &mut kinds)?;
                }
            }
            operand => Self::read(operand, &mut kinds)?,
        }
        Ok(Self(kinds))
    }

    fn read(operand: &Bson, kinds: &mut Vec<ElementType>) -> Result<(), StorageError> {
        if let Bson::String(name) = operand {
            if name == "number" {
                kinds.extend(NUMBERS);
                return Ok(());
            }
            let known = KINDS.iter().find(|(_, known, _)| known == name);
            let (_, _, kind) = known.ok_or_else(|| {
                StorageError::invalid(format!(
                    "$type knows no type `{name}`; it expects one such as `string`, `int`"
                ))
            })?;
            kinds.push(*kind);
            return Ok(());
        }
        let known = whole(operand).and_then(|code| KINDS.iter().find(|(known, _, _)| *known == code));
        let (_, _, kind) = known.ok_or_else(|| {
            StorageError::invalid(format!(
                "$type expects the name of a type or its number (1 to 19, -1, 127), not {operand}"
            ))
        })?;
        kinds.push(*kind);
        Ok(())
    }

    pub(super) fn contains(&self, value: RawBsonRef<'_>) -> bool {
        self.0.contains(&value.element_type())
    }
}
