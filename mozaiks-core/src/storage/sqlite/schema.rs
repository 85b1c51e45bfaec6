//! The tables, and the way to them from every version before.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Tells a file of this storage from other SQLite databases: `MZKS`.
pub(super) const APPLICATION_ID: i32 = 0x4d5a_4b53;

/// The version that this build writes.
pub(super) const VERSION: i32 = version_after(MIGRATIONS);

/// A step from one version to the next.
type Migration = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// The step at place 0 leads from version 0, which has no tables, to version 1. New ones go to the end; none is ever
/// changed.
const MIGRATIONS: &[Migration] = &[first];

/// A scope is a number, so that keys are short. The documents of one lie together, in the order of their ids; so do the
/// entries of an index, in the order of their values.
fn first(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "CREATE TABLE scopes (
             scope INTEGER PRIMARY KEY AUTOINCREMENT,
             plugin TEXT NOT NULL,
             collection TEXT NOT NULL,
             shared INTEGER NOT NULL,
             app_id TEXT NOT NULL,
             user_id TEXT NOT NULL, -- empty where it is shared
             UNIQUE (plugin, collection, shared, app_id, user_id)
         );
         CREATE TABLE documents (
             scope INTEGER NOT NULL,
             id BLOB NOT NULL,
             owner TEXT, -- where it is shared, who made it
             body BLOB NOT NULL, -- BSON, without `_id`
             PRIMARY KEY (scope, id)
         ) WITHOUT ROWID;
         CREATE TABLE counts ( -- how many documents a scope has
             scope INTEGER PRIMARY KEY,
             documents INTEGER NOT NULL
         );
         CREATE TABLE indexes (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             plugin TEXT NOT NULL,
             definition TEXT NOT NULL -- JSON
         );
         CREATE TABLE entries (
             index_id INTEGER NOT NULL,
             scope INTEGER NOT NULL,
             key BLOB NOT NULL,
             id BLOB NOT NULL,
             PRIMARY KEY (index_id, scope, key, id)
         ) WITHOUT ROWID;
         CREATE TABLE multikeys ( -- where a document has several keys in an index
             index_id INTEGER NOT NULL,
             scope INTEGER NOT NULL,
             PRIMARY KEY (index_id, scope)
         ) WITHOUT ROWID;
         CREATE TABLE expirations (
             index_id INTEGER NOT NULL,
             expires_at INTEGER NOT NULL, -- milliseconds since 1970
             scope INTEGER NOT NULL,
             id BLOB NOT NULL,
             PRIMARY KEY (index_id, expires_at, scope, id)
         ) WITHOUT ROWID;",
    )
}

/// Brings a database to this build's version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    migrate_by(connection, MIGRATIONS)
}

fn migrate_by(connection: &mut Connection, migrations: &[Migration]) -> rusqlite::Result<()> {
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let ahead = migrations.get(usize::try_from(version).unwrap_or_default()..).unwrap_or_default();
    if ahead.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in ahead {
        migration(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", version_after(migrations))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // there will not be so many
const fn version_after(migrations: &[Migration]) -> i32 {
    migrations.len() as i32
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test fails by a panic
mod tests {
    use super::*;

    fn version(connection: &Connection) -> i32 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    fn second(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("ALTER TABLE scopes ADD COLUMN made_at INTEGER NOT NULL DEFAULT 7")
    }

    fn broken(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        transaction.execute_batch("CREATE TABLE half (done); CREATE TABLE half (done)")
    }

    #[test]
    fn each_step_is_taken_once_and_what_was_there_stays() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &[first]).unwrap();
        assert_eq!(version(&connection), 1);
        let insert = "INSERT INTO scopes VALUES (NULL, 'notes', 'items', 0, 'shop', 'alice')";
        connection.execute(insert, []).unwrap();

        for _ in 0..2 {
            migrate_by(&mut connection, &[first, second]).unwrap();
            assert_eq!(version(&connection), 2);
        }
        let select = "SELECT user_id, made_at FROM scopes";
        let row: (String, i64) =
            connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, ("alice".to_owned(), 7));
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate_by(&mut connection, &[first]).unwrap();
        assert!(migrate_by(&mut connection, &[first, second, broken]).is_err());
        assert_eq!(version(&connection), 1);
        let tables = "SELECT count(*) FROM pragma_table_info('scopes') WHERE name = 'made_at'";
        assert_eq!(connection.query_row(tables, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }
}
