//! What an index must be, as `mozaiks_core` checks it again at run time.

use syn::LitStr;

use super::about::twice;
use super::names::{is_snake_case, not_snake_case};
use crate::plugin::model::Index;
use crate::support::Mistakes;

/// The fields that belong to the storage, and how those begin that one keeps for itself.
const SCOPE_FIELDS: [&str; 2] = ["user_id", "app_id"];
const STORAGE_PREFIX: &str = "_mozaiks";

const MAX_FIELDS: usize = 16;
const MAX_SECONDS: u64 = i32::MAX as u64;

/// Says what is wrong; an index that has a mistake is as good as another for what is generated beside the error.
pub(super) fn check(indexes: &[Index], mistakes: &mut Mistakes) {
    let mut seen = Vec::new();
    for index in indexes {
        let collection = index.collection.value();
        if !is_snake_case(&collection) {
            let message = not_snake_case("the name of a collection", &collection, "task_items");
            mistakes.at(&index.collection, message);
        }
        fields(index, mistakes);
        of_one_field(index, mistakes);
        if let Some(time) = &index.expire_after
            && index.seconds().is_none_or(|seconds| seconds > MAX_SECONDS)
        {
            let text = time.value();
            mistakes.at(
                time,
                format!("`{text}` is no time such as `45s`, `15m`, `12h` or `30d`, at most 68 years"),
            );
        }
        let name = name_of(index);
        check_name(index, &name, mistakes);
        let place = (collection, index.shared.is_some(), name);
        if seen.contains(&place) {
            let (collection, _, name) = place;
            let message = format!(
                "`{collection}` has two indexes of the name `{name}`: give one of them another, `name = \"...\"`"
            );
            match &index.name {
                Some(name) => mistakes.at(name, message),
                None => mistakes.at(&index.word, message),
            }
        } else {
            seen.push(place);
        }
    }
}

fn fields(index: &Index, mistakes: &mut Mistakes) {
    if let Some(beyond) = index.keys.get(MAX_FIELDS) {
        mistakes.at(beyond, format!("an index has {MAX_FIELDS} fields at most"));
    }
    for (key, (path, _)) in index.keys.iter().zip(index.paths()) {
        if let Some(message) = wrong_path(&path) {
            mistakes.at(key, message);
        }
    }
    let paths = index.keys.iter().zip(index.paths());
    let paths: Vec<LitStr> = paths.map(|(key, (path, _))| LitStr::new(&path, key.span())).collect();
    twice(&paths, "field", mistakes);
}

fn wrong_path(path: &str) -> Option<String> {
    if path.starts_with(['-', '+']) {
        let bare = path.trim_start_matches(['-', '+']);
        return Some(format!("a field is written `{bare}` if it ascends, `-{bare}` if it descends"));
    }
    let first = path.split('.').next().unwrap_or_default();
    if SCOPE_FIELDS.contains(&first) || first.starts_with(STORAGE_PREFIX) {
        return Some(format!(
            "`{first}` is the storage's own, and the scope comes first in every index anyway: leave it out"
        ));
    }
    if first == "_id" {
        return Some("documents are found by `_id` anyway: no index names it".to_owned());
    }
    let wrong = |part: &str| part.is_empty() || part.starts_with('$') || part.contains('\0');
    path.split('.').any(wrong).then(|| {
        format!(
            "`{path}` is no path of a field: names without a `$`, single dots between them, as `address.city`"
        )
    })
}

/// What only an index of one field can be.
fn of_one_field(index: &Index, mistakes: &mut Mistakes) {
    if index.keys.len() < 2 {
        return;
    }
    if let Some(word) = &index.sparse {
        mistakes.at(word, "only an index of one field can be sparse");
    }
    if let Some(time) = &index.expire_after {
        mistakes.at(time, "only an index of one field can have its documents expire");
    }
}

/// The name that it has or gets. The same as `mozaiks_core::storage::Index::new` makes.
fn name_of(index: &Index) -> String {
    match &index.name {
        Some(name) => name.value(),
        None => index.paths().map(|(path, _)| path.replace('.', "_")).collect::<Vec<_>>().join("_"),
    }
}

fn check_name(index: &Index, name: &str, mistakes: &mut Mistakes) {
    let good = !name.is_empty()
        && name.len() <= 64
        && name != "_id"
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Fields that are wrong make a name that is wrong, of which nothing more is to be said.
    if good || (index.name.is_none() && index.paths().any(|(path, _)| wrong_path(&path).is_some())) {
        return;
    }
    let message = "the name of an index is 1 to 64 letters, digits and underscores, and not `_id`";
    match &index.name {
        Some(written) => mistakes.at(written, message),
        None => mistakes
            .at(&index.word, format!("{message}, which `{name}` is not: give it one, `name = \"...\"`")),
    }
}
