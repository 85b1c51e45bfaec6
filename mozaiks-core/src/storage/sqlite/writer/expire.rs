//! Removing documents whose time has come.

use super::super::key::Key;
use super::job::Operation;
use super::transaction::{Target, Transaction};
use crate::datetime::DateTime;
use crate::storage::StorageError;

/// So many documents go at once, so that others who write need not wait long.
pub(super) const AT_ONCE: u64 = 1_000;

const DUE: &str = "SELECT scope, id FROM expirations WHERE index_id=?1 AND expires_at<=?2 \
                   ORDER BY expires_at LIMIT ?3";

/// Removes documents that have expired at a moment, no more than [`AT_ONCE`]. Gives how many.
pub(in super::super) struct Expire {
    pub now: DateTime,
}

impl Operation for Expire {
    type Output = u64;

    fn run(&self, transaction: &mut Transaction<'_>) -> Result<u64, StorageError> {
        let mut removed = 0;
        let indexes: Vec<_> =
            transaction.catalog().expiring().map(|(live, all)| (live.number, all.clone())).collect();
        for (number, all) in indexes {
            let mut select = transaction.connection.prepare_cached(DUE)?;
            let room = AT_ONCE - removed;
            let due = select.query_map((number, self.now.timestamp_millis(), room.cast_signed()), |row| {
                Ok((row.get(0)?, Key::from_slice(row.get_ref(1)?.as_blob()?)))
            })?;
            let due: Vec<(i64, Key)> = due.collect::<Result<_, _>>()?;
            for (scope, key) in due {
                let target = Target { scope, indexes: Some(all.clone()) };
                removed += u64::from(transaction.remove(&target, &key)?);
            }
        }
        Ok(removed)
    }
}
