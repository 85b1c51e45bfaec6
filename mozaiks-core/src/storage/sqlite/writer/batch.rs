//! Many operations in one transaction, each of which may fail for itself.

use std::slice;

use rusqlite::Connection;

use super::super::shared::Shared;
use super::job::{Job, Verdict};
use super::transaction::Transaction;
use crate::storage::StorageError;

/// Does the jobs, and answers when they are written down.
pub(super) fn commit(connection: &Connection, shared: &Shared, mut jobs: Vec<Box<dyn Job>>) {
    match attempt(connection, shared, &mut jobs) {
        Ok(()) => jobs.into_iter().for_each(Job::answer),
        // One of them, or all together, were too much: each has its own transaction now.
        Err(_) if jobs.len() > 1 => {
            for mut job in jobs {
                let done = attempt(connection, shared, slice::from_mut(&mut job));
                answer(job, done);
            }
        }
        Err(error) => {
            if let Some(job) = jobs.pop() {
                answer(job, Err(error));
            }
        }
    }
}

/// Tells who waits for a job that was alone in its transaction.
fn answer(job: Box<dyn Job>, done: Result<(), StorageError>) {
    match done {
        Err(error) if !job.has_failed() => job.fail(error),
        // Its own error says more than that of the transaction.
        _ => job.answer(),
    }
}

/// Does the jobs in one transaction: all is written down, or nothing.
fn attempt(connection: &Connection, shared: &Shared, jobs: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
    let execute = |sql| connection.prepare_cached(sql)?.execute([]);
    execute("BEGIN IMMEDIATE")?;
    let mut transaction = Transaction::new(connection, shared);
    let done = jobs.iter_mut().try_for_each(|job| one(&mut transaction, job.as_mut(), &execute));
    let done = done.and_then(|()| transaction.finish()).and_then(|()| Ok(execute("COMMIT")?));
    match done {
        Ok(_) => {
            transaction.publish();
            shared.counters.count(jobs.len() as u64);
            Ok(())
        }
        Err(error) => {
            if !connection.is_autocommit() {
                execute("ROLLBACK")?;
            }
            Err(error)
        }
    }
}

/// Does a job. An error says that the transaction is of no use any more.
fn one(
    transaction: &mut Transaction<'_>,
    job: &mut dyn Job,
    execute: &impl Fn(&'static str) -> rusqlite::Result<usize>,
) -> Result<(), StorageError> {
    let alone = job.is_one_statement(transaction);
    let before = transaction.remember();
    if !alone {
        execute("SAVEPOINT job")?;
    }
    let verdict = job.run(transaction);
    if transaction.connection.is_autocommit() {
        return Err(lost("SQLite gave up the transaction"));
    }
    match (verdict, alone) {
        (Verdict::Panicked, true) => return Err(lost("an operation panicked")),
        // The statement has undone itself.
        (_, true) => {}
        (Verdict::Keep, false) => {
            execute("RELEASE job")?;
        }
        (Verdict::Undo | Verdict::Panicked, false) => {
            execute("ROLLBACK TO job")?;
            execute("RELEASE job")?;
            transaction.go_back(before);
        }
    }
    Ok(())
}

fn lost(why: &'static str) -> StorageError {
    StorageError::unavailable(why)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)] // a test fails by a panic
mod tests {
    use bson::rawdoc;

    use super::super::super::indexes::Catalog;
    use super::super::super::schema::migrate;
    use super::super::job::{Operation, Task};
    use super::super::transaction::Target;
    use super::*;

    /// Writes a document, and panics then if it is told to.
    struct Write {
        key: u8,
        panics: bool,
        alone: bool,
    }

    impl Operation for Write {
        type Output = ();

        fn run(&self, transaction: &mut Transaction<'_>) -> Result<(), StorageError> {
            transaction.insert(&Target { scope: 1, indexes: None }, &[self.key], None, &rawdoc! {})?;
            assert!(!self.panics, "as it was told");
            Ok(())
        }

        fn is_one_statement(&self, _: &Transaction<'_>) -> bool {
            self.alone
        }
    }

    #[test]
    fn a_panic_undoes_what_its_operation_did_and_harms_no_other() {
        for alone in [false, true] {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection).unwrap();
            let shared = Shared::new(Catalog::default());
            let (mut jobs, mut answers): (Vec<Box<dyn Job>>, Vec<_>) = (Vec::new(), Vec::new());
            for key in 0..5 {
                let (task, answer) = Task::new(Write { key, panics: key == 2, alone });
                jobs.push(Box::new(task));
                answers.push(answer);
            }
            commit(&connection, &shared, jobs);
            for (key, answer) in answers.iter_mut().enumerate() {
                let done = answer.try_recv().unwrap();
                assert_eq!(done.is_ok(), key != 2);
                assert!(done.is_ok() || matches!(done, Err(StorageError::Backend { .. })));
            }
            let read = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(read("SELECT count(*) FROM documents WHERE id <> x'02'"), 4);
            assert_eq!(read("SELECT count(*) FROM documents"), 4);
            assert_eq!(read("SELECT documents FROM counts"), 4);
        }
    }
}
