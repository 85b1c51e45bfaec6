//! Opening: what is ours and whole is opened by one; anything else is refused and left as it is.

use std::fs;
use std::path::Path;

use bson::doc;
use mozaiks_core::storage::Storage;
use mozaiks_core::storage::sqlite::{OpenError, SqliteStorage};
use rusqlite::Connection;

use crate::support::{Folder, all, insert, of};

/// Refused, and not a byte of any file is another.
fn refused(folder: &Folder) -> OpenError {
    let contents = || -> Vec<_> {
        let names = folder.names().into_iter().filter(|name| !name.ends_with("-lock"));
        names.map(|name| (fs::read(folder.path().join(&name)).unwrap(), name)).collect()
    };
    let before = contents();
    let error = SqliteStorage::open(folder.file()).unwrap_err();
    assert!(contents() == before, "{error}: {:?}", folder.names());
    let text = error.to_string();
    assert!(text.contains(folder.file().to_str().unwrap()), "{text}");
    error
}

/// A file of ours with so many documents in it, and nothing beside it.
async fn filled(folder: &Folder, documents: usize) {
    let storage = folder.open();
    for number in 0..documents {
        insert(&storage, of("alice"), format!("{number:04}"), doc! { "text": "x".repeat(500) })
            .await
            .unwrap();
    }
    storage.close().await.unwrap();
}

fn change(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let folder = Folder::new();
    filled(&folder, 3).await;
    assert_eq!(folder.names(), ["app.db", "app.db-lock"]);
    assert_eq!(all(&folder.open(), of("alice")).await, ["0000", "0001", "0002"]);
}

#[tokio::test]
async fn an_empty_file_becomes_a_storage() {
    let folder = Folder::new();
    fs::write(folder.file(), "").unwrap();
    filled(&folder, 1).await;
    assert_eq!(all(&folder.open(), of("alice")).await, ["0000"]);
}

#[tokio::test]
async fn a_file_that_is_open_is_refused_by_name_until_it_is_closed() {
    let folder = Folder::new();
    let storage = folder.open();
    let error = SqliteStorage::open(folder.file()).unwrap_err();
    assert!(matches!(&error, OpenError::Locked { path, .. } if *path == folder.file()), "{error}");
    assert!(error.to_string().contains("app.db-lock"), "{error}");
    storage.close().await.unwrap();
    drop(folder.open());
    // And a storage that is dropped lets go too.
    drop(folder.open());
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_opened_once_whichever_way_a_path_leads_to_it() {
    let folder = Folder::new();
    let storage = folder.open();
    insert(&storage, of("alice"), "a", doc! {}).await.unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(folder.file(), &link).unwrap();
    let error = SqliteStorage::open(&link).unwrap_err();
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    storage.close().await.unwrap();

    let storage = SqliteStorage::open(&link).unwrap();
    insert(&storage, of("alice"), "b", doc! {}).await.unwrap();
    storage.close().await.unwrap();
    assert_eq!(folder.names(), ["app.db", "app.db-lock", "link.db"]);
    assert_eq!(all(&folder.open(), of("alice")).await, ["a", "b"]);
}

#[tokio::test]
async fn a_path_that_sqlite_would_take_for_something_else_is_a_file() {
    // Relative, since only then it begins with the word; tests run in the folder of the crate.
    for name in [":memory:", "file:mozaiks-odd.db?mode=memory"] {
        let storage = SqliteStorage::open(name).unwrap();
        insert(&storage, of("alice"), "a", doc! {}).await.unwrap();
        storage.close().await.unwrap();
        let found = all(&SqliteStorage::open(name).unwrap(), of("alice")).await;
        fs::remove_file(name).unwrap();
        fs::remove_file(format!("{name}-lock")).unwrap();
        assert_eq!(found, ["a"]);
    }
}

#[test]
fn what_is_no_sqlite_database_is_refused() {
    let folder = Folder::new();
    for content in [&b"hello"[..], &[0; 4096], b"SQLite format 2\0 and more"] {
        fs::write(folder.file(), content).unwrap();
        assert!(matches!(refused(&folder), OpenError::NotSqlite { .. }));
    }
    fs::write(folder.file(), b"SQLite format 3\0").unwrap();
    assert!(matches!(refused(&folder), OpenError::Damaged { .. }));
}

#[test]
fn a_database_of_another_application_is_refused() {
    let folder = Folder::new();
    change(&folder.file(), "PRAGMA application_id = 0x1234; CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    assert!(matches!(refused(&folder), OpenError::Foreign { found: 0x1234, .. }));

    let folder = Folder::new();
    change(&folder.file(), "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    assert!(matches!(refused(&folder), OpenError::Foreign { found: 0, .. }));
}

#[tokio::test]
async fn a_newer_version_is_refused() {
    let folder = Folder::new();
    filled(&folder, 1).await;
    change(&folder.file(), "PRAGMA user_version = 99");
    assert!(matches!(refused(&folder), OpenError::Newer { found: 99, known: 1, .. }));
}

#[tokio::test]
async fn a_newer_version_that_only_the_log_knows_of_is_refused() {
    let folder = Folder::new();
    filled(&folder, 1).await;
    // As a newer build leaves its files when it is killed: the connection that is open keeps the log.
    let other = Folder::new();
    let connection = Connection::open(folder.file()).unwrap();
    connection.execute_batch("PRAGMA user_version = 7").unwrap();
    for ending in ["", "-wal"] {
        let name = format!("app.db{ending}");
        fs::copy(folder.path().join(&name), other.path().join(&name)).unwrap();
    }
    assert!(matches!(refused(&other), OpenError::Newer { found: 7, .. }));
    assert_eq!(other.names(), ["app.db", "app.db-lock", "app.db-wal"]);
}

#[tokio::test]
async fn what_only_the_log_holds_is_found() {
    let (folder, other) = (Folder::new(), Folder::new());
    let storage = folder.open();
    insert(&storage, of("alice"), "a", doc! {}).await.unwrap();
    for ending in ["", "-wal"] {
        let name = format!("app.db{ending}");
        fs::copy(folder.path().join(&name), other.path().join(&name)).unwrap();
    }
    assert_eq!(all(&other.open(), of("alice")).await, ["a"]);
}

#[tokio::test]
async fn a_log_whose_file_is_gone_is_not_lost() {
    let (folder, other) = (Folder::new(), Folder::new());
    let storage = folder.open();
    insert(&storage, of("alice"), "a", doc! {}).await.unwrap();
    let log = other.path().join("app.db-wal");
    fs::copy(folder.path().join("app.db-wal"), &log).unwrap();
    // What a crash left of a file that was made is not touched either.
    fs::write(other.path().join("app.db-new"), "half a file").unwrap();
    let error = refused(&other);
    assert!(matches!(&error, OpenError::OnlyLog { log: found, .. } if *found == log), "{error}");
    let text = error.to_string();
    assert!(text.contains(log.to_str().unwrap()) && text.contains("put the file back"), "{text}");
    fs::write(other.file(), "").unwrap();
    assert!(matches!(refused(&other), OpenError::OnlyLog { .. }));

    // It says what to do, and that is enough.
    fs::copy(folder.file(), other.file()).unwrap();
    assert_eq!(all(&other.open(), of("alice")).await, ["a"]);
}

#[tokio::test]
async fn an_empty_log_is_no_obstacle() {
    let folder = Folder::new();
    fs::write(folder.path().join("app.db-wal"), "").unwrap();
    filled(&folder, 1).await;
    assert_eq!(all(&folder.open(), of("alice")).await, ["0000"]);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = Folder::new();
    filled(&folder, 200).await;
    let whole = fs::read(folder.file()).unwrap();
    let pages = whole.len() / 4096;
    assert!(pages > 20);

    let mut overwritten = whole.clone();
    overwritten[(pages - 5) * 4096..(pages - 3) * 4096].fill(0xa5);
    fs::write(folder.file(), &overwritten).unwrap();
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");

    fs::write(folder.file(), &whole[..pages / 2 * 4096]).unwrap();
    let error = refused(&folder);
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");

    // Without the check, what is not in the damaged part can still be read out.
    fs::write(folder.file(), &overwritten).unwrap();
    let storage = SqliteStorage::builder(folder.file()).check(false).open().unwrap();
    assert_eq!(storage.count(of("bob"), crate::support::some(doc! {})).await.unwrap(), 0);

    fs::remove_file(folder.file()).unwrap();
}

#[tokio::test]
async fn a_database_of_an_earlier_version_is_brought_to_this_one() {
    let folder = Folder::new();
    // Version 0 has nothing but the mark of whose it is.
    change(&folder.file(), "PRAGMA application_id = 0x4d5a4b53; CREATE TABLE t (a); DROP TABLE t");
    filled(&folder, 1).await;
    let connection = Connection::open(folder.file()).unwrap();
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    drop(connection);
    assert_eq!(all(&folder.open(), of("alice")).await, ["0000"]);
}

#[tokio::test]
async fn what_a_crash_left_of_a_file_that_was_made_is_made_anew() {
    let folder = Folder::new();
    fs::write(folder.path().join("app.db-new"), "half a file").unwrap();
    fs::write(folder.path().join("app.db-new-journal"), "of another").unwrap();
    filled(&folder, 1).await;
    assert_eq!(folder.names(), ["app.db", "app.db-lock"]);
}

#[test]
fn a_folder_that_is_not_there_and_one_that_cannot_be_written_are_said() {
    let folder = Folder::new();
    let nowhere = folder.path().join("no");
    let error = SqliteStorage::open(nowhere.join("app.db")).unwrap_err();
    assert!(matches!(&error, OpenError::NoFolder { folder } if *folder == nowhere), "{error}");
    assert!(error.to_string().contains("make it first") && !nowhere.exists(), "{error}");
    // Not even a superuser makes files here.
    if Path::new("/proc/self").exists() {
        let error = SqliteStorage::open("/proc/app.db").unwrap_err();
        assert!(matches!(&error, OpenError::Io { .. }), "{error}");
        assert!(error.to_string().contains("/proc/app.db"), "{error}");
    }
    // A folder is no file.
    fs::create_dir(folder.file()).unwrap();
    assert!(matches!(SqliteStorage::open(folder.file()).unwrap_err(), OpenError::Io { .. }));
    fs::remove_dir(folder.file()).unwrap();
    assert!(matches!(
        SqliteStorage::builder(folder.file()).readers(0).open().unwrap_err(),
        OpenError::Option(_)
    ));
}
