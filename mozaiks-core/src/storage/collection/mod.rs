//! Collections as a plugin sees them: documents of one kind, in one scope.

mod find;
mod read;
mod write;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::name::is_snake_case;
use crate::permission::{Denial, Permission};

use super::error::StorageError;
use super::spi::{Sharing, Storage, StorageScope};

pub use find::Find;
pub use read::ReadCollection;
pub use write::{Collection, FindOneAndUpdate, UpdateOne};

/// Who asks, where, and with what: everything that a collection needs of its context.
#[derive(Clone, Copy)]
pub(crate) struct Place<'c> {
    pub storage: &'c dyn Storage,
    pub clock: &'c dyn Clock,
    pub app_id: &'c str,
    pub user_id: &'c str,
    pub plugin: &'c str,
    /// The most documents on a page.
    pub max_page: u64,
}

/// A collection: its place, its name, whose documents.
#[derive(Clone, Copy)]
pub(crate) struct Handle<'c> {
    place: Place<'c>,
    name: &'c str,
    sharing: Sharing,
    /// Why it must not be used, said by the first operation: naming a collection cannot fail.
    refused: Option<Refusal>,
}

#[derive(Clone, Copy)]
enum Refusal {
    Name,
    Permission(Denial),
}

impl<'c> Handle<'c> {
    /// The caller's own collection of that name.
    pub fn private(place: Place<'c>, name: &'c str) -> Self {
        let refused = (!is_snake_case(name)).then_some(Refusal::Name);
        Self { place, name, sharing: Sharing::Private, refused }
    }

    /// A collection for the platform's own use, whose name no plugin can choose.
    pub fn internal(place: Place<'c>, name: &'static str) -> Self {
        Self { place, name, sharing: Sharing::Private, refused: None }
    }

    /// The collection of that name that the app's users share.
    pub fn shared(place: Place<'c>, name: &'c str, permitted: Result<(), Denial>) -> Self {
        let own = Self::private(place, name);
        let refused = permitted.err().map(Refusal::Permission).or(own.refused);
        Self { sharing: Sharing::Shared, refused, ..own }
    }

    fn mine(self) -> Self {
        let sharing = if self.sharing == Sharing::Shared { Sharing::SharedMine } else { self.sharing };
        Self { sharing, ..self }
    }

    fn scope(&self) -> Result<StorageScope<'c>> {
        match self.refused {
            None => Ok(StorageScope {
                app_id: self.place.app_id,
                user_id: self.place.user_id,
                plugin: self.place.plugin,
                collection: self.name,
                sharing: self.sharing,
            }),
            Some(Refusal::Name) => Err(Error::from(StorageError::invalid(format!(
                "the collection {:?} must be in snake_case, such as `shopping_lists`",
                self.name
            )))),
            Some(Refusal::Permission(denial)) => {
                Err(denial.error(self.place.plugin, Permission::STORAGE_SHARED))
            }
        }
    }
}

/// The document is not there, or is not the caller's: which of the two, nobody is told.
fn not_found() -> Error {
    Error::not_found("Item")
}
