//! Ids on the server, where they are unique in a whole collection and not in a scope.
//!
//! An ObjectId stands there as it is, so that documents of an existing application are found and new ones look like
//! them. A text stands behind a digest of its scope, so that everybody can have a document `home`; within a scope it
//! sorts as the text does. An ObjectId that somebody else has already stands behind the digest too: a client may have
//! chosen it, and neither of the two must learn of the other. Where `_id` is not the id itself, `_mozaiks_id` is.

use std::fmt::Write;
use std::sync::OnceLock;

use bson::Bson;
use sha2::{Digest, Sha256};

use crate::storage::{DocumentId, Sharing, StorageScope};

/// The field that holds the id of a document whose `_id` on the server is another.
pub(super) const ORIGINAL: &str = "_mozaiks_id";

/// How many bytes of the digest are kept: more than anybody can search through for two scopes of the same.
const DIGEST: usize = 20;

/// The ids of one scope.
#[derive(Debug)]
pub(super) struct Ids<'s> {
    scope: StorageScope<'s>,
    prefix: OnceLock<String>,
}

impl<'s> Ids<'s> {
    pub fn new(scope: StorageScope<'s>) -> Self {
        Self { scope, prefix: OnceLock::new() }
    }

    /// The id behind the digest of the scope.
    pub fn scoped(&self, id: &DocumentId) -> Bson {
        // Texts sort below ObjectIds, as they do in BSON.
        let kind = if id.as_object_id().is_some() { 'x' } else { 't' };
        Bson::String(format!("{}{kind}.{id}", self.prefix()))
    }

    /// The form in which a new document gets the id.
    pub fn preferred(&self, id: &DocumentId) -> Bson {
        id.as_object_id().map_or_else(|| self.scoped(id), Bson::ObjectId)
    }

    /// The form in which an older document or one of an existing application may have the id.
    pub fn other(&self, id: &DocumentId) -> Option<Bson> {
        if id.as_object_id().is_some() {
            return Some(self.scoped(id));
        }
        // A text that looks like an id behind the digest must not find the document that has it.
        let text = id.to_string();
        (!text.starts_with(self.prefix())).then_some(Bson::String(text))
    }

    /// Every form in which the server may have the id, the preferred first.
    pub fn forms(&self, id: &DocumentId) -> impl Iterator<Item = Bson> + use<> {
        std::iter::once(self.preferred(id)).chain(self.other(id))
    }

    fn prefix(&self) -> &str {
        self.prefix.get_or_init(|| {
            let StorageScope { app_id, user_id, sharing, .. } = self.scope;
            let mut digest = Sha256::new();
            // No control character is in an id of an app.
            digest.update(app_id);
            if sharing == Sharing::Private {
                digest.update("\0");
                digest.update(user_id);
            }
            let mut prefix = String::with_capacity(2 * DIGEST + 2);
            prefix.push('~');
            for byte in digest.finalize().iter().take(DIGEST) {
                let _ = write!(prefix, "{byte:02x}");
            }
            prefix.push('.');
            prefix
        })
    }
}
