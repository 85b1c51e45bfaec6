//! Tasks in an SQLite file: `rusqlite` with prepared statements, read where they are asked for, written by one thread
//! that commits whatever waits together.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use bson::oid::ObjectId;
use mozaiks_core::DateTime;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::oneshot;

use crate::task::{Item, Page, Task};
use crate::write;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS tasks (
        user TEXT NOT NULL,
        id BLOB NOT NULL,
        title TEXT NOT NULL,
        description TEXT NOT NULL,
        completed INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (user, id)
    ) WITHOUT ROWID;
";
const INSERT: &str = "INSERT INTO tasks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const GET: &str = "SELECT id, title, description, completed, created_at, updated_at FROM tasks
    WHERE user = ?1 AND id = ?2";
const PAGE: &str = "SELECT id, title, description, completed, created_at, updated_at FROM tasks
    WHERE user = ?1 ORDER BY id DESC LIMIT ?3 OFFSET ?2";
const COUNT: &str = "SELECT count(*) FROM tasks WHERE user = ?1";

/// So many writes are committed together at most.
const GROUP: usize = 512;

pub struct Sqlite {
    writes: Sender<Write>,
    reader: Mutex<Connection>,
}

struct Write {
    user: Box<str>,
    id: ObjectId,
    task: Task,
    done: oneshot::Sender<()>,
}

impl Sqlite {
    pub fn open(file: &Path) -> Self {
        let writer = Connection::open(file).expect("a file");
        writer.execute_batch(SCHEMA).expect("a schema");
        let reader = Mutex::new(Connection::open(file).expect("a file"));
        let (writes, waiting) = channel();
        std::thread::spawn(move || write_all(writer, &waiting));
        Self { writes, reader }
    }

    pub async fn insert(&self, user: &str, id: ObjectId, task: Task) {
        let (done, committed) = oneshot::channel();
        self.writes.send(Write { user: user.into(), id, task, done }).expect("a writer");
        committed.await.expect("a commit");
    }

    pub fn get(&self, user: &str, id: ObjectId) -> Option<Vec<u8>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut get = reader.prepare_cached(GET).expect("a statement");
        let found = get.query_row(params![user, id.bytes()], task).optional().expect("a task");
        found.map(|(id, task)| write(&Item { item: task.shown(id) }))
    }

    pub fn page(&self, user: &str, skip: usize, limit: usize) -> Vec<u8> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut page = reader.prepare_cached(PAGE).expect("a statement");
        let tasks: Vec<_> = page
            .query_map(params![user, number(skip), number(limit)], task)
            .expect("a page")
            .collect::<Result<_, _>>()
            .expect("tasks");
        let mut count = reader.prepare_cached(COUNT).expect("a statement");
        let total: u32 = count.query_row([user], |row| row.get(0)).expect("a number");
        let total = usize::try_from(total).expect("a number");
        let items: Vec<_> = tasks.iter().map(|(id, task)| task.shown(*id)).collect();
        write(&Page { count: items.len(), items, total, skip, limit })
    }
}

fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn task(row: &Row<'_>) -> rusqlite::Result<(ObjectId, Task)> {
    let time = |column| Ok::<_, rusqlite::Error>(DateTime::from_millis(row.get(column)?));
    let task = Task {
        title: row.get(1)?,
        description: row.get(2)?,
        completed: row.get(3)?,
        created_at: time(4)?,
        updated_at: time(5)?,
    };
    Ok((ObjectId::from_bytes(row.get(0)?), task))
}

/// Commits what waits, together, until nobody can write any more.
fn write_all(mut writer: Connection, waiting: &Receiver<Write>) {
    while let Ok(first) = waiting.recv() {
        let group: Vec<_> = std::iter::once(first).chain(waiting.try_iter().take(GROUP - 1)).collect();
        let transaction = writer.transaction().expect("a transaction");
        {
            let mut insert = transaction.prepare_cached(INSERT).expect("a statement");
            for Write { user, id, task, .. } in &group {
                let (created_at, updated_at) =
                    (task.created_at.timestamp_millis(), task.updated_at.timestamp_millis());
                let values = params![
                    user,
                    id.bytes(),
                    task.title,
                    task.description,
                    task.completed,
                    created_at,
                    updated_at
                ];
                insert.execute(values).expect("inserted");
            }
        }
        transaction.commit().expect("committed");
        for write in group {
            // Who has gone away need not know.
            let _ = write.done.send(());
        }
    }
}
