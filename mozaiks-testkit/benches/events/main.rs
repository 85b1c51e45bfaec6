//! What the event bus within one process delivers in a second: `cargo bench -p mozaiks-testkit --bench events`.
//!
//! A hundred subscribers over ten topics, on two threads, the publisher among them; each delivery is one call of a
//! handler. Beside the bus, with its retries, history and statistics on, stand two yardsticks: `tokio::sync::broadcast`,
//! one channel for each topic, and a bare topic index of bounded queues of `Arc<Event>`, each emptied by a task of its
//! own. What a subscriber that hangs costs the others is seen beside what one more costs that does not: at full load,
//! where whatever is done for it is done in their time; in how long their events take when the bus is not at its limit;
//! and in what a publisher pays. Rounds are interleaved, and the figures are medians. The time of the processor that a
//! delivery takes is beside them, because that of the clock on the wall is also that of whatever else the machine does.

// A bench prints, and ends where something is not as expected.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, clippy::cast_precision_loss)]

mod by_hand;
mod cost;
mod delay;
mod load;
mod rates;
mod subscribers;
mod unheard;
mod watch;

use tokio::runtime::Runtime;

use load::PER_TOPIC;
use subscribers::OneMore;

const ROUNDS: usize = 11;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime of two threads");
    let bus = on_a_worker(&runtime, rates::rates());
    on_a_worker(&runtime, delays());
    costs();
    on_a_worker(&runtime, unheard());
    println!("\nLocalEventBus: {:.1} million (goal 5)", bus.per_second / 1e6);
}

/// Runs on one of the two threads.
fn on_a_worker<T: Send + 'static>(runtime: &Runtime, work: impl Future<Output = T> + Send + 'static) -> T {
    runtime.block_on(async { tokio::spawn(work).await.expect("the bench runs") })
}

async fn delays() {
    println!("\na million deliveries a second: from publishing to the handlers of the hundred");
    let mut rounds = [vec![], vec![], vec![]];
    for _ in 0..ROUNDS {
        for (rounds, one_more) in rounds.iter_mut().zip(OneMore::ALL) {
            rounds.push(delay::delays(one_more).await);
        }
    }
    for (rounds, one_more) in rounds.iter().zip(OneMore::ALL) {
        let at = |percent: usize| {
            median(rounds.iter().map(|delays| delays[delays.len() * percent / 100] as f64 / 1e3).collect())
        };
        println!("  and {:<20} p50 {:>6.1} us, p99 {:>6.1} us", one_more.name(), at(50), at(99));
    }
}

fn costs() {
    println!("\none publish to {PER_TOPIC} that are prompt");
    let mut rounds = [vec![], vec![], vec![]];
    for _ in 0..ROUNDS {
        for (rounds, one_more) in rounds.iter_mut().zip(OneMore::ALL) {
            rounds.push(cost::publishing(one_more));
        }
    }
    for (rounds, one_more) in rounds.iter().zip(OneMore::ALL) {
        let phases = cost::PHASES.iter().enumerate().map(|(phase, name)| {
            format!("{:.0} ns {name}", median(rounds.iter().map(|phases| phases[phase]).collect()))
        });
        println!("  and {:<20} {}", one_more.name(), phases.collect::<Vec<_>>().join(", "));
    }
}

async fn unheard() {
    println!("\none event to a topic that nobody wants (goal 100 ns)");
    let (one, made) = (median(unheard::publishing(false).await), median(unheard::publishing(true).await));
    println!("  publish, the event made before {one:>6.0} ns");
    println!("  publish, and making the event  {made:>6.0} ns");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
