//! Writes under load until it is killed, and then tells whether everything that was acknowledged is there.
//!
//! `scripts/kill-rounds` runs it: `durability write FILE ROUND > LOG`, `kill -9`, `durability check FILE ROUND LOG`.
//!
//! What a task does next follows from the round, its number and how much it has done. So the log only has to say how
//! much of each task was acknowledged: what is in the file must be that, or that and the one step more that was under
//! way when the process was killed.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;
use std::sync::Arc;

use bson::{Document, RawDocumentBuf, doc};
use mozaiks_core::storage::sqlite::SqliteStorage;
use mozaiks_core::storage::{
    Change, FindAndUpdateOptions, Index, NewDocument, Query, Selector, Sharing, Storage, StorageError,
    StorageScope, UpdateOptions,
};
use mozaiks_core::{Clock, SystemClock};

const TASKS: u64 = 24;

/// What a task has in the file: its documents by id, and how often it has counted up what all tasks share.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    documents: BTreeMap<String, i64>,
    counted: i64,
}

/// One step.
#[derive(Debug, Clone)]
enum Step {
    Insert(Vec<(String, i64)>),
    Add(String, i64),
    AddToAll { below: i64, more: i64 },
    TakeLeast { more: i64 },
    Upsert(String, i64),
    Delete(String),
    DeleteAll { above: i64 },
    Count,
}

impl Step {
    /// What a task does after so many steps.
    fn next(round: u64, task: u64, done: u64, model: &Model) -> Self {
        let mut state = (round << 40) ^ (task << 32) ^ done;
        let mut random = |below: usize| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) % below.max(1) as u64).unwrap()
        };
        let number = i64::try_from(random(100)).unwrap();
        let known = model.documents.keys().nth(random(model.documents.len())).cloned();
        let kind = random(20);
        match (kind, known) {
            (0..7, _) | (_, None) => Self::Insert(vec![(format!("d{done}"), number)]),
            (7, _) => Self::Insert((0..5).map(|n| (format!("d{done}-{n}"), number + n)).collect()),
            (8..12, Some(id)) => Self::Add(id, number),
            (12, _) => Self::AddToAll { below: number, more: 10 },
            (13..15, _) => Self::TakeLeast { more: 1_000 },
            (15, _) => Self::Upsert(format!("u{}", number % 10), number),
            (16..18, Some(id)) => Self::Delete(id),
            (18, _) => Self::DeleteAll { above: 900 + number },
            _ => Self::Count,
        }
    }

    fn apply(&self, model: &mut Model) {
        let documents = &mut model.documents;
        match self {
            Self::Insert(new) => documents.extend(new.iter().cloned()),
            Self::Add(id, more) => *documents.get_mut(id).unwrap() += more,
            Self::AddToAll { below, more } => {
                documents.values_mut().filter(|n| **n < *below).for_each(|n| *n += more);
            }
            Self::TakeLeast { more } => {
                let least =
                    documents.iter().min_by_key(|(id, n)| (**n, (*id).clone())).map(|(id, _)| id.clone());
                *documents.get_mut(&least.unwrap()).unwrap() += more;
            }
            Self::Upsert(id, n) => {
                documents.insert(id.clone(), *n);
            }
            Self::Delete(id) => {
                documents.remove(id);
            }
            Self::DeleteAll { above } => documents.retain(|_, n| *n <= *above),
            Self::Count => model.counted += 1,
        }
    }

    async fn run(&self, storage: &SqliteStorage, user: &str, round: u64) -> Result<(), StorageError> {
        let scope = own(user);
        let mut options = UpdateOptions::new(SystemClock.now());
        match self {
            Self::Insert(new) => {
                let new = new.iter().map(|(id, n)| {
                    NewDocument::new(id.as_str(), raw(&doc! { "n": n, "text": "x".repeat(200) }))
                });
                storage.insert(scope, new.collect()).await
            }
            Self::Add(id, more) => {
                let change = Change::Operators(doc! { "$inc": { "n": more } });
                storage.update(scope, Selector::Id(id.as_str().into()), change, options).await.map(|_| ())
            }
            Self::AddToAll { below, more } => {
                options.many = true;
                let change = Change::Operators(doc! { "$inc": { "n": more } });
                let below = Selector::Filter(doc! { "n": { "$lt": below } });
                storage.update(scope, below, change, options).await.map(|_| ())
            }
            Self::TakeLeast { more } => {
                let mut options = FindAndUpdateOptions::new(SystemClock.now());
                options.sort = Some(doc! { "n": 1, "_id": 1 });
                let change = Change::Operators(doc! { "$inc": { "n": more } });
                storage.find_and_update(scope, Selector::Filter(doc! {}), change, options).await.map(|_| ())
            }
            Self::Upsert(id, n) => {
                options.upsert = Some(id.as_str().into());
                let change = Change::Operators(doc! { "$set": { "n": n } });
                storage.update(scope, Selector::Id(id.as_str().into()), change, options).await.map(|_| ())
            }
            Self::Delete(id) => {
                storage.delete(scope, Selector::Id(id.as_str().into()), false).await.map(|_| ())
            }
            Self::DeleteAll { above } => {
                let above = Selector::Filter(doc! { "n": { "$gt": above } });
                storage.delete(scope, above, true).await.map(|_| ())
            }
            Self::Count => {
                options.upsert = Some(format!("round-{round}").into());
                let counter = Selector::Id(format!("round-{round}").into());
                let change = Change::Operators(doc! { "$inc": { "n": 1_i64 } });
                storage.update(shared(), counter, change, options).await.map(|_| ())
            }
        }
    }
}

fn own(user: &str) -> StorageScope<'_> {
    StorageScope {
        app_id: "rounds",
        user_id: user,
        plugin: "durability",
        collection: "items",
        sharing: Sharing::Private,
    }
}

fn shared() -> StorageScope<'static> {
    StorageScope { sharing: Sharing::Shared, ..own("everybody") }
}

fn user(round: u64, task: u64) -> String {
    format!("round-{round}-task-{task}")
}

fn raw(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

async fn write(path: &str, round: u64) -> ExitCode {
    let storage = Arc::new(SqliteStorage::open(path).unwrap());
    storage.create_indexes("durability", &[Index::new("items", [("n", 1)])]).await.unwrap();
    let tasks = (0..TASKS).map(|task| {
        let storage = Arc::clone(&storage);
        tokio::spawn(async move {
            let (user, mut model) = (user(round, task), Model::default());
            for done in 0.. {
                let step = Step::next(round, task, done, &model);
                step.run(&storage, &user, round).await.unwrap();
                step.apply(&mut model);
                // A line is one write to the system, which has it whatever becomes of this process.
                println!("{task} {}", done + 1);
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    ExitCode::FAILURE
}

async fn check(path: &str, round: u64, log: &str) -> ExitCode {
    let log = fs::read_to_string(log).unwrap();
    let mut acknowledged = BTreeMap::new();
    // What is behind the last line's end was not written to the end.
    for line in log.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let (task, done) = line.trim_end().split_once(' ').unwrap();
        acknowledged.insert(task.parse::<u64>().unwrap(), done.parse::<u64>().unwrap());
    }
    // It is looked through for damage when it is opened.
    let storage = SqliteStorage::open(path).unwrap();
    let (mut steps, mut under_way, mut lost) = (0, 0, 0);
    let (mut counted, mut counted_at_most) = (0, 0);
    for task in 0..TASKS {
        let mut model = Model::default();
        let done = acknowledged.get(&task).copied().unwrap_or(0);
        for step in 0..done {
            Step::next(round, task, step, &model).apply(&mut model);
        }
        let mut one_more = model.clone();
        let last = Step::next(round, task, done, &model);
        last.apply(&mut one_more);
        let user = user(round, task);
        let found = read(&storage, &user).await;
        steps += done;
        counted += model.counted;
        counted_at_most += one_more.counted;
        if found == one_more.documents && found != model.documents {
            under_way += 1;
        } else if found != model.documents {
            lost += 1;
            eprintln!("round {round}, task {task}: after {done} steps and perhaps {last:?}");
            eprintln!("  there should be {:?}\n  there is        {found:?}", model.documents);
        }
        lost += by_index(&storage, &user, &found).await;
    }
    let counter = Query::new(Selector::Id(format!("round-{round}").into()));
    let counter = storage.find(shared(), counter).await.unwrap().documents;
    let counter = counter.first().map_or(0, |counter| counter.document.get_i64("n").unwrap());
    if !(counted..=counted_at_most).contains(&counter) {
        lost += 1;
        eprintln!("round {round}: counted {counter}, not {counted} to {counted_at_most}");
    }
    storage.close().await.unwrap();
    println!("{steps} {under_way}");
    if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn read(storage: &SqliteStorage, user: &str) -> BTreeMap<String, i64> {
    let found = storage.find(own(user), Query::new(Selector::Filter(doc! {}))).await.unwrap();
    let entry = |found: mozaiks_core::storage::FoundDocument| {
        let n = Document::try_from(&*found.document).unwrap();
        (found.id.to_string(), n.get_i64("n").unwrap())
    };
    found.documents.into_iter().map(entry).collect()
}

/// How many values the index finds otherwise than they are.
async fn by_index(storage: &SqliteStorage, user: &str, documents: &BTreeMap<String, i64>) -> u64 {
    let mut wrong = 0;
    let total = storage.count(own(user), Selector::Filter(doc! {})).await.unwrap();
    wrong += u64::from(total != documents.len() as u64);
    let mut values: Vec<i64> = documents.values().copied().collect();
    values.dedup();
    for value in values {
        let expected = documents.values().filter(|n| **n == value).count() as u64;
        let found = storage.count(own(user), Selector::Filter(doc! { "n": value })).await.unwrap();
        wrong += u64::from(found != expected);
    }
    if wrong > 0 {
        eprintln!("{user}: {wrong} values are found otherwise by the index, or the count is wrong");
    }
    wrong
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", path, round] => write(path, round.parse().unwrap()).await,
        ["check", path, round, log] => check(path, round.parse().unwrap(), log).await,
        _ => {
            eprintln!("durability write FILE ROUND > LOG\ndurability check FILE ROUND LOG");
            ExitCode::FAILURE
        }
    }
}
