//! Projections: which fields of a document are shown.

use bson::{Bson, Document, RawArray, RawArrayBuf, RawBsonRef, RawDocument, RawDocumentBuf, raw::RawElement};

use crate::storage::StorageError;

use super::{
    document::{MAX_DEPTH, unreadable},
    kind,
    number::Number,
    path::Path,
    value::check_nesting,
};

/// Fields to show, or fields to leave out.
///
/// ```
/// use bson::{doc, rawdoc};
/// use mozaiks_core::storage::eval::Projection;
///
/// let projection = Projection::parse(&doc! { "name": 1, "_id": 0 })?;
/// let shown = projection.apply(&rawdoc! { "_id": 7, "name": "Ann", "age": 30 })?;
/// assert_eq!(shown, rawdoc! { "name": "Ann" });
/// # Ok::<(), mozaiks_core::storage::StorageError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Projection {
    mode: Mode,
    fields: Tree,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Include,
    Exclude,
}

/// The fields of one level; one without fields below it is meant whole.
#[derive(Debug, Clone, Default)]
struct Tree(Vec<(String, Tree)>);

impl Projection {
    /// Reads a projection: 1 or true beside the fields to show, or 0 or false beside those to leave out; `_id`, which
    /// is shown if nothing is said of it, may differ from the others. `{"a": {"b": 1}}` is `{"a.b": 1}`.
    pub fn parse(projection: &Document) -> Result<Self, StorageError> {
        check_nesting(projection, "projection")?;
        let mut listed = Vec::new();
        flatten("", projection, &mut listed)?;
        let mut mode = None;
        let mut id = None;
        let mut fields = Tree::default();
        for (text, include) in listed {
            let path = Path::parse(&text)?;
            if text == "_id" {
                if id.replace(include).is_some() {
                    return Err(collision(&text));
                }
                continue;
            }
            let wanted = if include { Mode::Include } else { Mode::Exclude };
            if *mode.get_or_insert(wanted) != wanted {
                return Err(StorageError::invalid(format!(
                    "`{text}` mixes showing and leaving out: all fields of a projection but `_id` are either 1 or 0"
                )));
            }
            if !fields.insert(&path) {
                return Err(collision(&text));
            }
        }
        let mode = mode.unwrap_or(if id == Some(true) { Mode::Include } else { Mode::Exclude });
        let listed = fields.0.iter().any(|(name, _)| name == "_id");
        match id {
            Some(_) if listed => return Err(collision("_id")),
            // Shown unless it is left out, which only differs from the mode in these two cases.
            Some(false) if mode == Mode::Exclude => fields.0.push(("_id".to_owned(), Tree::default())),
            None | Some(true) if mode == Mode::Include && !listed => {
                fields.0.push(("_id".to_owned(), Tree::default()));
            }
            _ => {}
        }
        Ok(Self { mode, fields })
    }

    /// The document with the fields that are shown, in its own order.
    pub fn apply(&self, document: &RawDocument) -> Result<RawDocumentBuf, StorageError> {
        self.document(document, &self.fields, MAX_DEPTH)
    }

    fn document(
        &self,
        document: &RawDocument,
        fields: &Tree,
        levels: usize,
    ) -> Result<RawDocumentBuf, StorageError> {
        let levels = levels.checked_sub(1).ok_or_else(too_deep)?;
        let mut shown = RawDocumentBuf::new();
        for element in document.iter_elements() {
            let element = element.map_err(|error| unreadable(&error))?;
            let value = read(&element)?;
            match (self.mode, fields.get(element.key().as_str())) {
                (Mode::Include, None) => {}
                (Mode::Exclude, Some(below)) if below.0.is_empty() => {}
                (Mode::Exclude, None) => shown.append(element.key(), value),
                (Mode::Include, Some(below)) if below.0.is_empty() => shown.append(element.key(), value),
                (mode, Some(below)) => match value {
                    RawBsonRef::Document(inner) => {
                        shown.append(element.key(), &self.document(inner, below, levels)?);
                    }
                    RawBsonRef::Array(inner) => {
                        shown.append(element.key(), &self.array(inner, below, levels)?);
                    }
                    value if mode == Mode::Exclude => shown.append(element.key(), value),
                    _ => {}
                },
            }
        }
        Ok(shown)
    }

    fn array(&self, array: &RawArray, fields: &Tree, levels: usize) -> Result<RawArrayBuf, StorageError> {
        let levels = levels.checked_sub(1).ok_or_else(too_deep)?;
        let mut shown = RawArrayBuf::new();
        for element in array.iter_elements() {
            match read(&element.map_err(|error| unreadable(&error))?)? {
                RawBsonRef::Document(inner) => shown.push(&self.document(inner, fields, levels)?),
                RawBsonRef::Array(inner) => shown.push(&self.array(inner, fields, levels)?),
                value if self.mode == Mode::Exclude => shown.push(value),
                _ => {}
            }
        }
        Ok(shown)
    }
}

impl Tree {
    fn get(&self, name: &str) -> Option<&Self> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, below)| below)
    }

    /// Adds a path; false if it, a part of it or something below it is there.
    fn insert(&mut self, path: &Path) -> bool {
        let mut level = self;
        let last = path.parts().len() - 1;
        for (depth, part) in path.parts().iter().enumerate() {
            let known = level.0.iter().position(|(name, _)| *name == part.name);
            let position = match known {
                Some(position) => {
                    let whole = level.0.get(position).is_some_and(|(_, below)| below.0.is_empty());
                    if whole || depth == last {
                        return false;
                    }
                    position
                }
                None => {
                    level.0.push((part.name.clone(), Self::default()));
                    level.0.len() - 1
                }
            };
            match level.0.get_mut(position) {
                Some((_, below)) => level = below,
                None => return false,
            }
        }
        true
    }
}

/// Lists the paths of a projection, nested or dotted.
fn flatten(
    prefix: &str,
    projection: &Document,
    listed: &mut Vec<(String, bool)>,
) -> Result<(), StorageError> {
    for (name, value) in projection {
        if name.starts_with('$') {
            return Err(StorageError::unsupported(format!("{name} in a projection")));
        }
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Bson::Boolean(include) => listed.push((path, *include)),
            Bson::Document(inner) if inner.is_empty() => {
                return Err(StorageError::invalid(format!("the projection of `{path}` names no field")));
            }
            Bson::Document(inner) => flatten(&path, inner, listed)?,
            value => match Number::of_bson(value) {
                Some(number) => listed.push((path, number.compare(Number::Int(0)).is_ne())),
                None => {
                    return Err(StorageError::invalid(format!(
                        "the projection of `{path}` is 1 or 0, not {}",
                        kind::name(value)
                    )));
                }
            },
        }
    }
    Ok(())
}

fn read<'a>(element: &RawElement<'a>) -> Result<RawBsonRef<'a>, StorageError> {
    element.value().map_err(|error| unreadable(&error))
}

fn collision(path: &str) -> StorageError {
    StorageError::invalid(format!("`{path}` is named twice in the projection, by itself or by a part of it"))
}

fn too_deep() -> StorageError {
    StorageError::TooLarge(format!("the document is nested deeper than {MAX_DEPTH} levels").into())
}
