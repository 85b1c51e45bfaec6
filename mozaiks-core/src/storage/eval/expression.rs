//! Expressions: what a pipeline computes of a document. A path, a constant, or documents and arrays of them.

use bson::{Bson, Document, RawArrayBuf, RawBson, RawBsonRef, RawDocument, RawDocumentBuf};

use crate::storage::StorageError;

use super::{
    document::check_size,
    path::{Corrupt, Part, Path, elements, field, key},
    value::to_raw,
};

/// An expression, checked. Its nesting is that of the stage that it stands in, which was checked before.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// `"$a.b"`
    Field(Path),
    Constant(RawBson),
    Document(Vec<(String, Expression)>),
    Array(Vec<Expression>),
}

/// What an expression gives: a part of the document, or something new.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Part(RawBsonRef<'a>),
    New(RawBson),
}

impl Value<'_> {
    pub(super) fn as_ref(&self) -> RawBsonRef<'_> {
        match self {
            Self::Part(value) => *value,
            Self::New(value) => value.as_raw_bson_ref(),
        }
    }

    pub(super) fn into_owned(self) -> RawBson {
        match self {
            Self::Part(value) => value.into(),
            Self::New(value) => value,
        }
    }
}

impl Expression {
    pub(super) fn parse(expression: &Bson) -> Result<Self, StorageError> {
        match expression {
            Bson::String(text) => match text.strip_prefix('$') {
                None => to_raw(expression).map(Self::Constant),
                Some(variable) if variable.starts_with('$') => {
                    let name = text.split('.').next().unwrap_or_default();
                    Err(StorageError::unsupported(format!("the variable {name}")))
                }
                Some(path) => Path::parse(path).map(Self::Field),
            },
            Bson::Array(elements) => {
                elements.iter().map(Self::parse).collect::<Result<_, _>>().map(Self::Array)
            }
            Bson::Document(document) => Self::document(document),
            constant => to_raw(constant).map(Self::Constant),
        }
    }

    fn document(document: &Document) -> Result<Self, StorageError> {
        if let Some((operator, operand)) = document.iter().next().filter(|(name, _)| name.starts_with('$')) {
            if operator != "$literal" {
                return Err(StorageError::unsupported(operator.clone()));
            }
            if document.len() > 1 {
                return Err(StorageError::invalid("$literal stands alone in its document"));
            }
            return to_raw(operand).map(Self::Constant);
        }
        let fields = document.iter().map(|(name, value)| {
            if name.contains('.') {
                return Err(StorageError::invalid(format!(
                    "the name `{name}` in a document that is computed has a dot; nest the documents instead"
                )));
            }
            // Refuses a `$` in front, an empty name and a NUL.
            Path::parse(name)?;
            Ok((name.clone(), Self::parse(value)?))
        });
        fields.collect::<Result<_, _>>().map(Self::Document)
    }

    /// The value for a document; none if it is missing there.
    pub(super) fn evaluate<'a>(
        &'a self,
        document: &'a RawDocument,
    ) -> Result<Option<Value<'a>>, StorageError> {
        Ok(match self {
            Self::Field(path) => reach(document, path.parts())?,
            Self::Constant(value) => Some(Value::Part(value.as_raw_bson_ref())),
            Self::Document(fields) => {
                let mut made = RawDocumentBuf::new();
                for (name, expression) in fields {
                    if let Some(value) = expression.evaluate(document)? {
                        made.append(key(name)?, value.as_ref());
                        check_size(made.as_bytes().len())?;
                    }
                }
                Some(Value::New(made.into()))
            }
            Self::Array(expressions) => {
                let mut made = RawArrayBuf::new();
                for expression in expressions {
                    match expression.evaluate(document)? {
                        Some(value) => made.push(value.as_ref()),
                        None => made.push(RawBsonRef::Null),
                    }
                    check_size(made.as_bytes().len())?;
                }
                Some(Value::New(made.into()))
            }
        })
    }
}

/// The value at a path. Where it leads through an array, the values in the array's documents, as an array; a part of
/// digits is a name like any other.
fn reach<'a>(document: &'a RawDocument, parts: &[Part]) -> Result<Option<Value<'a>>, Corrupt> {
    let (mut document, mut parts) = (document, parts);
    while let Some((part, rest)) = parts.split_first() {
        match field(document, &part.name)? {
            found if rest.is_empty() => return Ok(found.map(Value::Part)),
            Some(RawBsonRef::Document(inner)) => (document, parts) = (inner, rest),
            Some(RawBsonRef::Array(array)) => {
                let mut values = RawArrayBuf::new();
                for element in elements(array) {
                    if let RawBsonRef::Document(inner) = element?
                        && let Some(value) = reach(inner, rest)?
                    {
                        values.push(value.as_ref());
                    }
                }
                return Ok(Some(Value::New(values.into())));
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}
