//! Interleaved rounds, medians, ratios.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Runtime;

use crate::contender::{Contender, Most, New};
use crate::data::{Data, id};

/// Rounds of each contestant, in turn.
const ROUNDS: usize = 25;
/// Tasks at once.
const TASKS: usize = 32;
/// Calls in a round, of those that only read and of those that set.
const CALLS: usize = 1_600;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Insert,
    Get,
    Page,
    Set,
    Count,
}

const OPERATIONS: [Operation; 5] =
    [Operation::Insert, Operation::Get, Operation::Page, Operation::Set, Operation::Count];

impl Operation {
    fn writes(self) -> bool {
        matches!(self, Self::Insert | Self::Set)
    }
}

/// The least ratios to the yardstick.
#[derive(Debug, Clone, Copy)]
pub struct Goals {
    pub alone: f64,
    /// Of reads by many at once.
    pub reads: f64,
    /// Of writes by many at once.
    pub writes: f64,
}

impl Goals {
    /// One for everything.
    pub const fn all(goal: f64) -> Self {
        Self { alone: goal, reads: goal, writes: goal }
    }

    fn of(self, operation: Operation, tasks: usize) -> f64 {
        match (tasks, operation.writes()) {
            (1, _) => self.alone,
            (_, false) => self.reads,
            (_, true) => self.writes,
        }
    }
}

/// What a call took.
pub struct Figure {
    pub name: String,
    pub nanoseconds: f64,
}

/// One call.
struct Call {
    number: usize,
    user: Arc<str>,
    new: Option<New>,
}

/// Measures a storage beside its yardstick, and prints both.
pub fn compare<S: Contender, Y: Contender>(
    runtime: &Runtime,
    storage: S,
    yardstick: Y,
    data: &Data,
    goals: Goals,
) -> Vec<Figure> {
    let (storage, yardstick) = (Arc::new(storage), Arc::new(yardstick));
    println!("\n{} beside {}", storage.name(), yardstick.name());
    runtime.block_on(load(&*storage, data));
    runtime.block_on(load(&*yardstick, data));
    let most = storage.most();
    let mut figures = Vec::new();
    for (operation, tasks) in all() {
        let mut rounds = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let a = run(runtime, &storage, data, operation, tasks, round, most);
            let b = run(runtime, &yardstick, data, operation, tasks, round, most);
            // The first is to warm up.
            if round > 0 {
                rounds.0.push(a);
                rounds.1.push(b);
            }
        }
        // A round beside the yardstick's of the same round does not feel that the machine's speed drifts.
        let mut ratios: Vec<_> = rounds.0.iter().zip(&rounds.1).map(|(a, b)| b / a).collect();
        let (ours, theirs) = (median(&mut rounds.0), median(&mut rounds.1));
        let goal = goals.of(operation, tasks);
        println!(
            "  {:<28} {ours:>10.0} ns   {theirs:>10.0} ns   {:>6.2} of the yardstick (goal {goal:.2})",
            title(operation, tasks),
            median(&mut ratios),
        );
        figures.push(Figure {
            name: format!("{}, {}", storage.name(), title(operation, tasks)),
            nanoseconds: ours,
        });
    }
    for (name, size) in [
        (storage.name(), runtime.block_on(storage.finish())),
        (yardstick.name(), runtime.block_on(yardstick.finish())),
    ] {
        if let Some(size) = size {
            // A part of what is loaded or inserted stays out, where a round has fewer writes.
            let each = size as f64 / written(data, most) as f64;
            println!("  {name}: {each:.0} bytes a document on disk");
        }
    }
    figures
}

/// How many documents there are at the end.
fn written(data: &Data, most: Most) -> usize {
    let inserts = [1, TASKS].map(|tasks| {
        (0..=ROUNDS).map(|round| calls(data, Operation::Insert, tasks, round, most).len()).sum::<usize>()
    });
    data.loaded() + inserts.iter().sum::<usize>()
}

fn all() -> impl Iterator<Item = (Operation, usize)> {
    [1, TASKS].into_iter().flat_map(|tasks| OPERATIONS.into_iter().map(move |operation| (operation, tasks)))
}

fn title(operation: Operation, tasks: usize) -> String {
    let name = match operation {
        Operation::Insert => "insert",
        Operation::Get => "get by id",
        Operation::Page => "the newest 20 of 100",
        Operation::Set => "set a field",
        Operation::Count => "count",
    };
    if tasks == 1 { name.to_owned() } else { format!("{name}, {tasks} tasks") }
}

async fn load<C: Contender>(contender: &C, data: &Data) {
    const CHUNK: usize = 10_000;
    for start in (0..data.loaded()).step_by(CHUNK) {
        let chunk = start..data.loaded().min(start + CHUNK);
        contender.load(chunk.map(|number| data.document(number)).collect()).await;
    }
}

/// Nanoseconds a call in one round.
fn run<C: Contender>(
    runtime: &Runtime,
    contender: &Arc<C>,
    data: &Data,
    operation: Operation,
    tasks: usize,
    round: usize,
    most: Most,
) -> f64 {
    let mut calls = calls(data, operation, tasks, round, most);
    let number = calls.len();
    let of_each = number.div_ceil(tasks);
    let mut of_tasks = Vec::new();
    while !calls.is_empty() {
        let rest = calls.split_off(of_each.min(calls.len()));
        of_tasks.push(std::mem::replace(&mut calls, rest));
    }
    let start = Instant::now();
    runtime.block_on(async {
        if tasks == 1 {
            for calls in of_tasks {
                work(&**contender, operation, tasks, calls).await;
            }
        } else {
            let spawn = |calls| {
                let contender = Arc::clone(contender);
                tokio::spawn(async move { work(&*contender, operation, tasks, calls).await })
            };
            for task in of_tasks.into_iter().map(spawn).collect::<Vec<_>>() {
                task.await.expect("a task");
            }
        }
    });
    start.elapsed().as_secs_f64() * 1e9 / number as f64
}

/// The calls of a round, so that nothing but them is measured.
fn calls(data: &Data, operation: Operation, tasks: usize, round: usize, most: Most) -> Vec<Call> {
    let call = |number, new| Call { number, user: data.user(number), new };
    let most = if operation.writes() { most.writes } else { most.reads };
    if operation != Operation::Insert {
        return data.some(round, CALLS.min(most)).map(|number| call(number, None)).collect();
    }
    // Half of what is not loaded is inserted alone, the other half by many.
    let half = (data.users.len() * 100 - data.loaded()) / 2;
    let each = half / (ROUNDS + 1);
    let first = data.loaded() + if tasks == 1 { 0 } else { half } + round * each;
    (first..first + each.min(most)).map(|number| call(number, Some(data.document(number)))).collect()
}

async fn work<C: Contender>(contender: &C, operation: Operation, tasks: usize, calls: Vec<Call>) {
    for Call { number, user, new } in calls {
        // Neither what is there nor what fewer or more tasks set, or nothing would be written.
        let value = (number + 10 * tasks) as i32;
        match operation {
            Operation::Insert => {
                if let Some(new) = new {
                    contender.insert(new).await;
                }
            }
            Operation::Get => {
                black_box(contender.get(&user, id(number)).await);
            }
            Operation::Page => assert_eq!(contender.page(&user).await, 20),
            Operation::Set => contender.set(&user, id(number), value).await,
            Operation::Count => {
                black_box(contender.count(&user).await);
            }
        }
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
