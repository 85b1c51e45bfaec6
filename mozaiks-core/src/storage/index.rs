//! The indexes that a plugin declares: what is unique, what is found fast, what goes by itself.

mod written;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use written::Written;

/// An index of a plugin's collection. The scope comes first in it, so it is one for each user, and in a shared
/// collection one for each app.
///
/// ```
/// use mozaiks_core::storage::Index;
///
/// let slug = Index::new("pages", [("slug", 1)]).unique();
/// assert_eq!(slug.name, "slug");
/// let newest = Index::new("pages", [("folder", 1), ("changed_at", -1)]);
/// assert_eq!(newest.name, "folder_changed_at");
/// ```
///
/// In JSON, as in a manifest, a descending field has a `-` in front, and a time is a number with `s`, `m`, `h` or `d`:
///
/// ```
/// use std::time::Duration;
/// use mozaiks_core::storage::Index;
///
/// let json = r#"{"collection": "sessions", "keys": ["-seen_at"], "expireAfter": "30d"}"#;
/// let read: Index = serde_json::from_str(json)?;
/// let month = Duration::from_secs(30 * 24 * 60 * 60);
/// assert_eq!(read, Index::new("sessions", [("seen_at", -1)]).expire_after(month));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
#[non_exhaustive]
pub struct Index {
    /// What an error calls it. Unique in its collection; the names of the fields if nothing is said.
    pub name: String,
    /// The collection, in snake case.
    pub collection: String,
    /// Whether it is the collection of that name that the app's users share.
    pub shared: bool,
    /// The paths of its fields, each ascending (1) or descending (-1).
    pub keys: Vec<(String, i32)>,
    /// Whether two documents of one scope may not have the same values.
    pub unique: bool,
    /// Whether documents without the field are left out of it. For an index of one field.
    pub sparse: bool,
    /// How long after the date in its field a document goes by itself, within two minutes or so. For an index of one
    /// field; a document without a date there stays.
    pub expire_after: Option<Duration>,
}

impl Index {
    /// An index of a collection by some fields, each ascending (1) or descending (-1).
    pub fn new<'k>(collection: &str, keys: impl IntoIterator<Item = (&'k str, i32)>) -> Self {
        let keys: Vec<_> = keys.into_iter().map(|(path, direction)| (path.to_owned(), direction)).collect();
        let paths: Vec<_> = keys.iter().map(|(path, _)| path.replace('.', "_")).collect();
        Self {
            name: paths.join("_"),
            collection: collection.to_owned(),
            shared: false,
            keys,
            unique: false,
            sparse: false,
            expire_after: None,
        }
    }

    /// What an error calls it.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Of the collection of that name that the app's users share.
    #[must_use]
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// No two documents of one scope may have the same values.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Leaves out documents without the field.
    #[must_use]
    pub fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }

    /// Documents go by themselves so long after the date in the field.
    #[must_use]
    pub fn expire_after(mut self, after: Duration) -> Self {
        self.expire_after = Some(after);
        self
    }
}
