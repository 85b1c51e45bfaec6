//! Everything that is stored, for a person and for assertions.

use bson::{Bson, Document};
use serde_json::{Map, Value};

use super::documents::Entry;
use super::shards::{Collection, Copied};

/// All collections that hold anything, by `app/user/plugin/collection`.
pub(super) fn dump(copied: &Copied) -> Value {
    let filled = copied.collections().filter(|collection| collection.documents.len() > 0);
    let mut named: Vec<_> = filled
        .map(|collection| {
            let documents = collection.documents.by_id().map(json).collect();
            (name(collection), Value::Array(documents))
        })
        .collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::Object(named.into_iter().collect())
}

fn name(collection: &Collection) -> String {
    let scope = &collection.scope;
    let user = scope.user_id().map_or_else(|| "*".to_owned(), part);
    [part(scope.app_id()), user, part(scope.plugin()), part(scope.collection())].join("/")
}

/// A part of a name, in which what separates the parts or stands for all users is written otherwise.
fn part(text: &str) -> String {
    text.replace('%', "%25").replace('/', "%2F").replace('*', "%2A")
}

fn json(entry: Entry<'_>) -> Value {
    let mut fields = Map::new();
    fields.insert("_id".to_owned(), Bson::from(entry.id.clone()).into_relaxed_extjson());
    if let Some(owner) = entry.owner {
        fields.insert("user_id".to_owned(), owner.into());
    }
    match Document::try_from(entry.body) {
        Ok(document) => {
            fields.extend(document.into_iter().map(|(field, value)| (field, value.into_relaxed_extjson())));
        }
        Err(_) => {
            fields.insert("$unreadable".to_owned(), true.into());
        }
    }
    Value::Object(fields)
}
