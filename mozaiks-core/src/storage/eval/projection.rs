//! Projections: which fields of a document are shown.

use bson::{
    Bson, Document, RawArray, RawArrayBuf, RawBson, RawBsonRef, RawDocument, RawDocumentBuf, raw::RawElement,
};

use crate::storage::StorageError;

use super::{
    document::{MAX_DEPTH, check_size, unreadable},
    expression::Expression,
    kind,
    number::Number,
    path::{Path, key},
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
struct Tree {
    fields: Vec<(String, Tree)>,
    /// Instead of what the document has: what a `$project` computes.
    computed: Option<Expression>,
    /// Whether something below is computed.
    computes: bool,
}

/// What a projection says of a path.
#[derive(Debug)]
enum Show {
    Yes,
    No,
    Computed(Expression),
}

/// Whether fields can be computed: in a `$project`, not in a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Computing {
    Allowed,
    Refused,
}

impl Projection {
    /// Reads a projection: 1 or true beside the fields to show, or 0 or false beside those to leave out; `_id`, which
    /// is shown if nothing is said of it, may differ from the others. `{"a": {"b": 1}}` is `{"a.b": 1}`.
    pub fn parse(projection: &Document) -> Result<Self, StorageError> {
        Self::compile(projection, Computing::Refused)
    }

    /// Reads the operand of `$project`, which can compute fields too.
    pub(super) fn parse_stage(projection: &Document) -> Result<Self, StorageError> {
        if projection.is_empty() {
            return Err(StorageError::invalid("$project expects at least one field"));
        }
        Self::compile(projection, Computing::Allowed)
    }

    fn compile(projection: &Document, computing: Computing) -> Result<Self, StorageError> {
        check_nesting(projection, "projection")?;
        let mut listed = Vec::new();
        flatten("", projection, computing, &mut listed)?;
        let mut mode = None;
        let mut id = None;
        let mut fields = Tree::default();
        for (text, show) in listed {
            let path = Path::parse(&text)?;
            let (wanted, computed) = match show {
                Show::No => (Mode::Exclude, None),
                Show::Yes => (Mode::Include, None),
                Show::Computed(expression) => (Mode::Include, Some(expression)),
            };
            if text == "_id" && computed.is_none() {
                if id.replace(wanted == Mode::Include).is_some() {
                    return Err(collision(&text));
                }
                continue;
            }
            if *mode.get_or_insert(wanted) != wanted {
                return Err(StorageError::invalid(format!(
                    "`{text}` mixes showing and leaving out: all fields of a projection but `_id` are either 1 or 0"
                )));
            }
            if !fields.insert(&path, computed) {
                return Err(collision(&text));
            }
        }
        let mode = mode.unwrap_or(if id == Some(true) { Mode::Include } else { Mode::Exclude });
        let listed = fields.get("_id").is_some();
        let whole_id = || ("_id".to_owned(), Tree::default());
        match id {
            Some(_) if listed => return Err(collision("_id")),
            // Shown unless it is left out, which only differs from the mode in these two cases.
            Some(false) if mode == Mode::Exclude => fields.fields.push(whole_id()),
            None | Some(true) if mode == Mode::Include && !listed => fields.fields.push(whole_id()),
            _ => {}
        }
        Ok(Self { mode, fields })
    }

    /// Whether it says what to show, not what to leave out; and the dotted paths of which it says so.
    pub fn paths(&self) -> (bool, Vec<String>) {
        let mut paths = Vec::new();
        self.fields.paths("", &mut paths);
        (self.mode == Mode::Include, paths)
    }

    /// The document with the fields that are shown, in its own order.
    pub fn apply(&self, document: &RawDocument) -> Result<RawDocumentBuf, StorageError> {
        let shown = self.document(document, &self.fields, MAX_DEPTH)?;
        if self.fields.computes { compute(document, &shown, &self.fields) } else { Ok(shown) }
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
                (Mode::Exclude, Some(below)) if below.fields.is_empty() => {}
                (_, Some(below)) if below.computed.is_some() => {}
                (Mode::Exclude, None) => shown.append(element.key(), value),
                (Mode::Include, Some(below)) if below.fields.is_empty() => shown.append(element.key(), value),
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
                // What is computed takes its place.
                value if self.mode == Mode::Exclude || fields.computes => shown.push(value),
                _ => {}
            }
        }
        Ok(shown)
    }
}

/// Adds to what is shown of a document the fields that are computed.
fn compute(root: &RawDocument, shown: &RawDocument, fields: &Tree) -> Result<RawDocumentBuf, StorageError> {
    let mut made = RawDocumentBuf::new();
    let mut present = Vec::new();
    for element in shown {
        let (name, value) = element.map_err(|error| unreadable(&error))?;
        match fields.get(name.as_str()).filter(|below| below.computes) {
            Some(below) => {
                made.append(name, compute_below(root, value, below)?);
                present.push(name.as_str());
            }
            None => made.append(name, value),
        }
        check_size(made.as_bytes().len())?;
    }
    for (name, below) in &fields.fields {
        if let Some(expression) = &below.computed {
            if let Some(value) = expression.evaluate(root)? {
                made.append(key(name)?, value.as_ref());
            }
        } else if below.computes && !present.contains(&name.as_str()) {
            made.append(key(name)?, &compute(root, &RawDocumentBuf::new(), below)?);
        }
        check_size(made.as_bytes().len())?;
    }
    Ok(made)
}

/// What becomes of a value that has computed fields below it: each document of an array gets them, and what is no
/// document becomes one.
fn compute_below(root: &RawDocument, value: RawBsonRef<'_>, fields: &Tree) -> Result<RawBson, StorageError> {
    Ok(match value {
        RawBsonRef::Document(inner) => compute(root, inner, fields)?.into(),
        RawBsonRef::Array(array) => {
            let mut made = RawArrayBuf::new();
            for element in array {
                made.push(compute_below(root, element.map_err(|error| unreadable(&error))?, fields)?);
                check_size(made.as_bytes().len())?;
            }
            made.into()
        }
        _ => compute(root, &RawDocumentBuf::new(), fields)?.into(),
    })
}

impl Tree {
    fn get(&self, name: &str) -> Option<&Self> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, below)| below)
    }

    fn paths(&self, prefix: &str, paths: &mut Vec<String>) {
        for (name, below) in &self.fields {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if below.fields.is_empty() {
                paths.push(path);
            } else {
                below.paths(&path, paths);
            }
        }
    }

    /// Adds a path; false if it, a part of it or something below it is there.
    fn insert(&mut self, path: &Path, computed: Option<Expression>) -> bool {
        let mut level = self;
        let last = path.parts().len() - 1;
        for (depth, part) in path.parts().iter().enumerate() {
            level.computes |= computed.is_some();
            let known = level.fields.iter().position(|(name, _)| *name == part.name);
            let position = match known {
                Some(position) => {
                    let whole = level.fields.get(position).is_some_and(|(_, below)| below.fields.is_empty());
                    if whole || depth == last {
                        return false;
                    }
                    position
                }
                None => {
                    level.fields.push((part.name.clone(), Self::default()));
                    level.fields.len() - 1
                }
            };
            match level.fields.get_mut(position) {
                Some((_, below)) => level = below,
                None => return false,
            }
        }
        level.computed = computed;
        true
    }
}

/// Lists the paths of a projection, nested or dotted.
fn flatten(
    prefix: &str,
    projection: &Document,
    computing: Computing,
    listed: &mut Vec<(String, Show)>,
) -> Result<(), StorageError> {
    for (name, value) in projection {
        if name.starts_with('$') {
            return Err(StorageError::unsupported(format!("{name} in a projection")));
        }
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Bson::Boolean(include) => listed.push((path, if *include { Show::Yes } else { Show::No })),
            Bson::Document(inner) if inner.is_empty() => {
                return Err(StorageError::invalid(format!("the projection of `{path}` names no field")));
            }
            Bson::Document(inner)
                if computing == Computing::Allowed
                    && inner.keys().next().is_some_and(|name| name.starts_with('$')) =>
            {
                listed.push((path, Show::Computed(Expression::parse(value)?)));
            }
            Bson::Document(inner) => flatten(&path, inner, computing, listed)?,
            value => match Number::of_bson(value) {
                Some(number) if number.compare(Number::Int(0)).is_eq() => listed.push((path, Show::No)),
                Some(_) => listed.push((path, Show::Yes)),
                None if computing == Computing::Allowed => {
                    listed.push((path, Show::Computed(Expression::parse(value)?)));
                }
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
