//! Filters as the server is to read them: what they say of the id, it is asked of the field that has it.

use bson::{Bson, Document, doc};

use super::ids::{Ids, ORIGINAL};
use crate::storage::eval::equal_id;
use crate::storage::{StorageError, reserved};

/// Adds a filter to the conditions of a scope. It has been checked: its nesting is bounded.
pub(super) fn add(conditions: &mut Document, filter: Document, ids: &Ids<'_>) -> Result<(), StorageError> {
    let mut further = Vec::new();
    for (name, value) in filter {
        match name.as_str() {
            "_id" => match id_forms(&value, ids) {
                Some(forms) => _ = conditions.insert("_id", forms),
                None => further.push(Bson::Document(of_any_id(value))),
            },
            "$and" => further.extend(branches(value, ids)?),
            "$or" | "$nor" => _ = conditions.insert(name, branches(value, ids)?),
            _ => {
                // The handles have refused it already; here it would replace the scope.
                reserved::check_path(&name)?;
                conditions.insert(name, value);
            }
        }
    }
    if !further.is_empty() {
        conditions.insert("$and", further);
    }
    Ok(())
}

fn branches(branches: Bson, ids: &Ids<'_>) -> Result<Vec<Bson>, StorageError> {
    let Bson::Array(branches) = branches else { return Ok(Vec::new()) };
    branches
        .into_iter()
        .map(|branch| {
            let mut conditions = Document::new();
            if let Bson::Document(branch) = branch {
                add(&mut conditions, branch, ids)?;
            }
            Ok(Bson::Document(conditions))
        })
        .collect()
}

/// What `_id` must be on the server, where a condition says which ids are meant.
fn id_forms(condition: &Bson, ids: &Ids<'_>) -> Option<Bson> {
    let wanted = match condition {
        Bson::Document(operators) if operators.len() == 1 => match operators.iter().next()? {
            (operator, Bson::Array(wanted)) if operator == "$in" => wanted.as_slice(),
            (operator, wanted) if operator == "$eq" => std::slice::from_ref(wanted),
            _ => return None,
        },
        wanted => std::slice::from_ref(wanted),
    };
    let mut forms = Vec::with_capacity(2 * wanted.len());
    for wanted in wanted {
        forms.extend(ids.forms(&equal_id(wanted)?));
    }
    Some(doc! { "$in": forms }.into())
}

/// Any other condition: of the field that holds the id, where there is one, and else of `_id`.
fn of_any_id(condition: Bson) -> Document {
    let original = doc! { ORIGINAL: { "$exists": true }, "$and": [{ ORIGINAL: condition.clone() }] };
    let plain = doc! { ORIGINAL: { "$exists": false }, "_id": condition };
    doc! { "$or": [original, plain] }
}
