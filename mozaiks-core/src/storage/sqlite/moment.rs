//! What is read is of one moment.

use rusqlite::Connection;

use super::keys::Keys;
use super::selection::Selection;

/// A moment: what is read is of one, also where that takes several statements.
pub(super) struct Moment<'c>(Option<&'c Connection>);

impl<'c> Moment<'c> {
    /// Begins, where it matters and a transaction is not open anyway.
    pub fn begin(connection: &'c Connection, selection: &Selection) -> rusqlite::Result<Self> {
        let several = selection.indexes.is_some() || matches!(selection.keys, Keys::Each(_));
        if !several || !connection.is_autocommit() {
            return Ok(Self(None));
        }
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(Some(connection)))
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        let ended = self.0.map(|connection| connection.prepare_cached("COMMIT")?.execute([]));
        if let Some(Err(error)) = ended {
            tracing::error!(%error, "a reading transaction did not end");
        }
    }
}
