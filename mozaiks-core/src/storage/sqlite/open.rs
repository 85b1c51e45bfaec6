//! Opening a file: first it is looked at, and only what is ours and whole is touched.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use super::lock::beside;
use super::options::{SqliteOptions, Synchronous};
use super::schema::{APPLICATION_ID, VERSION, migrate};

/// How the first bytes of an SQLite database are.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where they say the version of the schema, and the application.
const USER_VERSION: usize = 60;
const APPLICATION: usize = 68;
const HEADER: usize = 100;

/// The log of what is not yet in the file is written back into it when it has so many pages.
const CHECKPOINT_PAGES: i32 = 4_000;
/// What the log may keep of the disk when it has been written back.
const LOG_SIZE: i64 = 64 * 1024 * 1024;
/// How much of the file a connection remembers, in KiB.
const WRITER_CACHE: i32 = 16 * 1024;
const READER_CACHE: i32 = 2 * 1024;
/// More statements than there are.
const STATEMENTS: usize = 64;

/// The file that a path means, whichever way it leads there: the lock and the log lie beside the file itself. And not a
/// word that SQLite would take for something else, as `:memory:`.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, OpenError> {
    let absolute = std::path::absolute(path).map_err(|source| io_error(path, source))?;
    match fs::read_link(&absolute) {
        Ok(_) => fs::canonicalize(&absolute).map_err(|source| io_error(path, source)),
        Err(_) => match absolute.parent() {
            Some(folder) if !folder.is_dir() => Err(OpenError::NoFolder { folder: folder.to_owned() }),
            _ => Ok(absolute),
        },
    }
}

/// Looks at the file, makes it if it is not there, and opens the one connection that writes. The caller has the lock.
pub(super) fn open_writer(options: &SqliteOptions) -> Result<Connection, OpenError> {
    let path = &options.path;
    match read_header(path)? {
        Some(header) => {
            check_header(path, &header)?;
            check_content(path, options.check)?;
        }
        None => create(path)?,
    }
    let mut connection =
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| failed(path, error))?;
    prepare(&mut connection, options).map_err(|error| failed(path, error))?;
    Ok(connection)
}

/// Opens a connection that reads. There is one that writes.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn prepare(connection: &mut Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        let said = format!("it cannot have a write-ahead log here, only the journal mode `{mode}`");
        return Err(rusqlite::Error::ToSqlConversionFailure(said.into()));
    }
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_SIZE)?;
    if let Some(bytes) = options.max_size {
        let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages = i64::try_from(bytes).unwrap_or(i64::MAX).checked_div(page).unwrap_or(1).max(1);
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    migrate(connection)
}

/// The first bytes of the file; none if there is no file, or nothing in it.
fn read_header(path: &Path) -> Result<Option<Vec<u8>>, OpenError> {
    let mut header = Vec::with_capacity(HEADER);
    match File::open(path) {
        Ok(file) => {
            file.take(HEADER as u64).read_to_end(&mut header).map_err(|source| io_error(path, source))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error(path, source)),
    }
    Ok((!header.is_empty()).then_some(header))
}

/// What the file says of itself, whoever has written it. The log may know of a later version.
fn check_header(path: &Path, header: &[u8]) -> Result<(), OpenError> {
    if header.get(..MAGIC.len()) != Some(MAGIC) {
        return Err(OpenError::NotSqlite { path: path.to_owned() });
    }
    let number = |place: usize| header.get(place..).and_then(|rest| rest.first_chunk()).copied();
    let (Some(version), Some(application)) = (number(USER_VERSION), number(APPLICATION)) else {
        return Err(damaged(path, "it ends within its first 100 bytes"));
    };
    let application = i32::from_be_bytes(application);
    if application != APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.to_owned(), found: application.cast_unsigned() });
    }
    check_version(path, i32::from_be_bytes(version))
}

fn check_version(path: &Path, found: i32) -> Result<(), OpenError> {
    match found {
        0..=VERSION => Ok(()),
        found if found > VERSION => Err(OpenError::Newer { path: path.to_owned(), found, known: VERSION }),
        _ => Err(damaged(path, &format!("its schema version is {found}"))),
    }
}

/// Asks SQLite, by a connection that changes nothing.
fn check_content(path: &Path, whole: bool) -> Result<(), OpenError> {
    let index = beside(path, "-shm");
    let has_log = log_of(path)?.is_some();
    let had_index = index.exists();
    let checked = {
        // Without a log, the file is all there is, and no file beside it has to be made for reading.
        let connection = if has_log {
            connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        } else {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(immutable(path), flags | OpenFlags::SQLITE_OPEN_URI)
        };
        connection.map_err(|error| failed(path, error)).and_then(|connection| {
            let version = connection.pragma_query_value(None, "user_version", |row| row.get(0));
            check_version(path, version.map_err(|error| failed(path, error))?)?;
            if whole { quick_check(path, &connection) } else { Ok(()) }
        })
    };
    if checked.is_err() && !had_index {
        // It was made for reading the log. Nobody else is here: we have the lock.
        let _ = fs::remove_file(index);
    }
    checked
}

/// The log beside the file, if there is anything in it.
fn log_of(path: &Path) -> Result<Option<PathBuf>, OpenError> {
    let log = beside(path, "-wal");
    match fs::metadata(&log) {
        Ok(found) => Ok((found.len() > 0).then_some(log)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error(&log, source)),
    }
}

fn quick_check(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let said = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match said {
        Ok(said) if said == "ok" => Ok(()),
        Ok(said) => Err(damaged(path, &said)),
        Err(error) => Err(failed(path, error)),
    }
}

/// Makes the file under another name and gives it its own when it is whole: whenever the power goes, there is all of it
/// or nothing.
fn create(path: &Path) -> Result<(), OpenError> {
    if let Some(log) = log_of(path)? {
        return Err(OpenError::OnlyLog { path: path.to_owned(), log });
    }
    let new = beside(path, "-new");
    let remove = |path: &Path| match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path, error)),
        _ => Ok(()),
    };
    for ending in ["", "-journal", "-wal", "-shm"] {
        remove(&beside(&new, ending))?;
    }
    // The log is empty, and its index must not be taken for that of the new one.
    for ending in ["-wal", "-shm"] {
        remove(&beside(path, ending))?;
    }
    File::create_new(&new).map_err(|source| io_error(&new, source))?;
    let made = || -> rusqlite::Result<()> {
        let mut connection = connect(&new, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        migrate(&mut connection)
    };
    made().map_err(|error| failed(&new, error))?;
    fs::rename(&new, path).and_then(|()| sync_folder(path)).map_err(|source| io_error(path, source))
}

/// Has the disk know the names in the folder of this file.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        // Not every system opens folders; those write names down by themselves.
        Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

/// The file as a URI that says that nobody changes it.
fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    if cfg!(windows) && path.is_absolute() {
        uri.push('/');
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b':' => {
                uri.push(char::from(*byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri.push_str("?immutable=1");
    uri
}

fn io_error(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), source }
}

fn damaged(path: &Path, reason: &str) -> OpenError {
    // The check names itself and the tables before it comes to what it has found.
    let reason = reason.trim_start_matches("*** in database main ***").trim();
    OpenError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

fn failed(path: &Path, error: rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotSqlite { path: path.to_owned() },
        Some(ErrorCode::DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            io_error(path, io::Error::new(io::ErrorKind::PermissionDenied, error))
        }
        _ => OpenError::Sqlite { path: path.to_owned(), source: error.into() },
    }
}
