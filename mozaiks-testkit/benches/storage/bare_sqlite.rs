//! The yardstick of SQLite: `rusqlite` with one table and prepared statements, one commit for each write.

use std::sync::{Mutex, MutexGuard};

use bson::oid::ObjectId;
use bson::{Document, RawDocumentBuf};
use rusqlite::{Connection, params};

use crate::contender::{Contender, New};
use crate::folder::Folder;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE documents (
        collection INTEGER NOT NULL,
        app TEXT NOT NULL,
        user TEXT NOT NULL,
        id BLOB NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (collection, app, user, id)
    ) WITHOUT ROWID;
";

const INSERT: &str = "INSERT INTO documents (collection, app, user, id, body) VALUES (1, 'acme', ?1, ?2, ?3)";
const GET: &str =
    "SELECT body FROM documents WHERE collection = 1 AND app = 'acme' AND user = ?1 AND id = ?2";
const PAGE: &str = "SELECT id, body FROM documents WHERE collection = 1 AND app = 'acme' AND user = ?1
    ORDER BY id DESC LIMIT 20";
const UPDATE: &str =
    "UPDATE documents SET body = ?3 WHERE collection = 1 AND app = 'acme' AND user = ?1 AND id = ?2";
const COUNT: &str = "SELECT count(*) FROM documents WHERE collection = 1 AND app = 'acme' AND user = ?1";

/// Two connections, one that writes and one that reads, so that neither waits for the other.
pub struct BareSqlite {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    folder: Folder,
}

impl BareSqlite {
    pub fn new() -> Self {
        let folder = Folder::new("bare");
        let file = folder.file();
        let writer = Connection::open(&file).expect("a file");
        writer.execute_batch(SCHEMA).expect("a schema");
        let reader = Connection::open(&file).expect("a file");
        Self { writer: Mutex::new(writer), reader: Mutex::new(reader), folder }
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().expect("the lock")
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().expect("the lock")
    }
}

fn add(connection: &Connection, new: &New) {
    let mut insert = connection.prepare_cached(INSERT).expect("a statement");
    let values = params![&*new.user, new.id.bytes(), new.document.as_bytes()];
    insert.execute(values).expect("inserted");
}

impl Contender for BareSqlite {
    fn name(&self) -> &'static str {
        "bare SQLite"
    }

    async fn load(&self, documents: Vec<New>) {
        let mut writer = self.writer();
        let transaction = writer.transaction().expect("a transaction");
        for new in &documents {
            add(&transaction, new);
        }
        transaction.commit().expect("committed");
    }

    async fn insert(&self, new: New) {
        add(&self.writer(), &new);
    }

    async fn get(&self, user: &str, id: ObjectId) -> usize {
        let reader = self.reader();
        let mut get = reader.prepare_cached(GET).expect("a statement");
        let body: Vec<u8> = get.query_row(params![user, id.bytes()], |row| row.get(0)).expect("a document");
        body.len()
    }

    async fn page(&self, user: &str) -> usize {
        let reader = self.reader();
        let mut page = reader.prepare_cached(PAGE).expect("a statement");
        let rows = page.query_map([user], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)));
        let rows: Vec<_> = rows.expect("a page").collect::<Result<_, _>>().expect("rows");
        let mut count = reader.prepare_cached(COUNT).expect("a statement");
        let total: u32 = count.query_row([user], |row| row.get(0)).expect("a number");
        assert!(total as usize >= rows.len());
        rows.len()
    }

    async fn set(&self, user: &str, id: ObjectId, priority: i32) {
        let mut writer = self.writer();
        let transaction = writer.transaction().expect("a transaction");
        {
            let mut get = transaction.prepare_cached(GET).expect("a statement");
            let body: Vec<u8> =
                get.query_row(params![user, id.bytes()], |row| row.get(0)).expect("a document");
            let mut document = Document::from_reader(body.as_slice()).expect("BSON");
            document.insert("priority", priority);
            let body = RawDocumentBuf::try_from(&document).expect("a document");
            let mut update = transaction.prepare_cached(UPDATE).expect("a statement");
            update.execute(params![user, id.bytes(), body.as_bytes()]).expect("updated");
        }
        transaction.commit().expect("committed");
    }

    async fn count(&self, user: &str) -> u64 {
        let reader = self.reader();
        let mut count = reader.prepare_cached(COUNT).expect("a statement");
        count.query_row([user], |row| row.get::<_, u32>(0)).expect("a number").into()
    }

    async fn finish(&self) -> Option<u64> {
        self.writer().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("all is in the file");
        Some(self.folder.size())
    }
}
