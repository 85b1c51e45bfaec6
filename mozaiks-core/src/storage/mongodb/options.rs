//! Where the server is, and what a host says of the data on it.

use std::fmt;
use std::time::Duration;

use mongodb::Client;
use mongodb::options::ClientOptions;

use super::MongoStorage;
use crate::storage::StorageError;

/// The database, if neither the connection string nor the builder names one.
const DEFAULT_DATABASE: &str = "mozaiks";

/// How long a call looks for a server that can serve it, if the connection string does not say. The driver's own half
/// minute is longer than a request lives.
const SELECTION_TIMEOUT: Duration = Duration::from_secs(5);

/// How to connect: made by [`MongoStorage::builder`].
#[must_use = "nothing happens until `connect`"]
pub struct MongoStorageBuilder {
    uri: String,
    database: Option<String>,
    app_of_unmarked: Option<String>,
}

impl MongoStorageBuilder {
    pub(super) fn new(uri: &str) -> Self {
        Self { uri: uri.to_owned(), database: None, app_of_unmarked: None }
    }

    /// The database, in place of the one that the connection string names; `mozaiks` if that names none.
    pub fn database(mut self, name: &str) -> Self {
        self.database = Some(name.to_owned());
        self
    }

    /// Whose the documents are that have no `app_id`: of the only app that has ever written to this database.
    ///
    /// Without it they are nobody's. **Where several apps have written without saying so, it gives one of them the
    /// documents of all.**
    pub fn app_of_unmarked(mut self, app_id: &str) -> Self {
        self.app_of_unmarked = Some(app_id.to_owned());
        self
    }

    /// Reads the connection string, and lets calls connect when they need to: a server that is not there yet is found
    /// when it is. [`ping`](crate::storage::Storage::ping) tells whether it is there now.
    ///
    /// # Errors
    /// [`StorageError::Invalid`] if the connection string cannot be read, [`StorageError::Unavailable`] if it names
    /// its servers by DNS (`mongodb+srv`) and DNS does not answer.
    pub async fn connect(self) -> Result<MongoStorage, StorageError> {
        let mut options = ClientOptions::parse(&self.uri).await.map_err(|error| self.unreadable(&error))?;
        options.server_selection_timeout.get_or_insert(SELECTION_TIMEOUT);
        options.app_name.get_or_insert_with(|| "mozaiks".to_owned());
        let client = Client::with_options(options).map_err(|error| self.unreadable(&error))?;
        let database = match &self.database {
            Some(name) => client.database(name),
            None => client.default_database().unwrap_or_else(|| client.database(DEFAULT_DATABASE)),
        };
        Ok(MongoStorage::new(client, database, self.app_of_unmarked))
    }

    /// The driver's words, without the name and password that it may repeat.
    fn unreadable(&self, error: &mongodb::error::Error) -> StorageError {
        use mongodb::error::ErrorKind;

        if let ErrorKind::DnsResolve { .. } | ErrorKind::Io(_) = &*error.kind {
            return StorageError::unavailable(error.clone());
        }
        let mut words = error.kind.to_string();
        let after_scheme = self.uri.split_once("://").map_or(&*self.uri, |(_, rest)| rest);
        if let Some((credentials, _)) = after_scheme.rsplit_once('@') {
            let parts = credentials.splitn(2, ':').filter(|part| !part.is_empty());
            for secret in std::iter::once(credentials).chain(parts) {
                words = words.replace(secret, "***");
            }
        }
        StorageError::invalid(format!("the connection string cannot be used: {words}"))
    }
}

/// Without the connection string, which may have a password.
impl fmt::Debug for MongoStorageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoStorageBuilder")
            .field("database", &self.database)
            .field("app_of_unmarked", &self.app_of_unmarked)
            .finish_non_exhaustive()
    }
}
