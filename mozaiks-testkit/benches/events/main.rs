//! What the event bus within one process delivers in a second: `cargo bench -p mozaiks-testkit --bench events`.
//!
//! A hundred subscribers over ten topics, on two threads, the publisher among them; each delivery is one call of a
//! handler. Beside the bus, with its retries, history and statistics on, stand two yardsticks: `tokio::sync::broadcast`,
//! one channel for each topic, and a bare topic index of bounded queues of `Arc<Event>`, each emptied by a task of its
//! own. What a subscriber that hangs costs the others is seen beside what one more costs that does not. Rounds are
//! interleaved, and the figures are medians. The time of the processor that a delivery takes is beside
//! them, because that of the clock on the wall is also that of whatever else the machine does.

// A bench prints, and ends where something is not as expected.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, clippy::cast_precision_loss)]

mod by_hand;
mod load;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, ready};
use mozaiks_core::events::{EventBus, LocalEventBus, LocalEventBusOptions, Subscription, Topic};
use mozaiks_core::{Error, Event, SystemClock};

use load::{EVENTS, Load, PER_TOPIC, SUBSCRIBERS, TOPICS, event, topic};
use watch::{Rate, Watch};

const ROUNDS: usize = 11;

/// Who subscribes to the first topic beside the hundred.
#[derive(Clone, Copy)]
enum OneMore {
    Nobody,
    /// Is done at once.
    Prompt,
    /// Never is.
    Hanging,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime of two threads");
    runtime.block_on(async {
        let run = tokio::spawn(measure());
        run.await.expect("the bench runs");
    });
}

async fn measure() {
    println!("{SUBSCRIBERS} subscribers over {TOPICS} topics, {EVENTS} events a round, {ROUNDS} rounds");
    let (mut bus, mut prompt, mut hanging) = (vec![], vec![], vec![]);
    let (mut queues, mut broadcast) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        bus.push(local(OneMore::Nobody).await);
        prompt.push(local(OneMore::Prompt).await);
        hanging.push(local(OneMore::Hanging).await);
        queues.push(by_hand::queues().await);
        broadcast.push(by_hand::broadcast().await);
    }
    let [bus, prompt, hanging, queues, broadcast] =
        [bus, prompt, hanging, queues, broadcast].map(|rounds: Vec<Rate>| Rate {
            per_second: median(rounds.iter().map(|rate| rate.per_second).collect()),
            processor: median(rounds.iter().map(|rate| rate.processor).collect()),
        });
    for (name, rate) in [
        ("LocalEventBus", bus),
        ("LocalEventBus with one more subscriber, prompt (the others' deliveries)", prompt),
        ("LocalEventBus with one more subscriber, hanging (the others' deliveries)", hanging),
        ("topic index of bounded queues", queues),
        ("tokio::sync::broadcast", broadcast),
    ] {
        let Rate { per_second, processor } = rate;
        println!(
            "  {name:<72} {:>6.2} million deliveries a second {processor:>5.0} ns of CPU",
            per_second / 1e6
        );
    }
    println!("\none event to a topic that nobody wants (goal 100 ns)");
    let (one, made) = (median(nobody(false).await), median(nobody(true).await));
    println!("  publish, the event made before {one:>6.0} ns");
    println!("  publish, and making the event  {made:>6.0} ns");
    println!("\nLocalEventBus: {:.1} million (goal 5)", bus.per_second / 1e6);
}

async fn local(one_more: OneMore) -> Rate {
    // So that the queue of one that hangs is full soon.
    let options = LocalEventBusOptions::default().queue(16_384);
    let bus = LocalEventBus::with_options(Arc::new(SystemClock), options);
    let load = Load::new();
    let mut subscriptions = Vec::new();
    for number in 0..SUBSCRIBERS {
        let heard = load.counter(number);
        let handler = move |event: Event| -> BoxFuture<'static, Result<(), Error>> {
            heard.hear(&event);
            Box::pin(ready(Ok(())))
        };
        subscriptions.push(subscribe(&bus, number % TOPICS, Arc::new(handler)));
    }
    subscriptions.extend(match one_more {
        OneMore::Nobody => None,
        OneMore::Prompt => Some(subscribe(&bus, 0, Arc::new(is_done))),
        OneMore::Hanging => Some(subscribe(&bus, 0, Arc::new(hangs))),
    });
    let topics: Vec<Topic> = (0..TOPICS).map(topic).collect();
    let watch = Watch::start();
    for number in 0..EVENTS {
        bus.publish(vec![event(&topics[number % TOPICS], number)]).await.expect("the bus takes it");
        load.keep_up(number, PER_TOPIC).await;
    }
    load.all_heard(EVENTS * PER_TOPIC).await;
    let rate = watch.rate();
    let delivered: u64 = bus.statistics().topics.iter().map(|topic| topic.delivered).sum();
    assert!(delivered > 0, "statistics are kept");
    drop(subscriptions);
    rate
}

fn is_done(_: Event) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(ready(Ok(())))
}

fn hangs(_: Event) -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(std::future::pending())
}

fn subscribe(
    bus: &LocalEventBus,
    number: usize,
    handler: Arc<dyn mozaiks_core::events::EventHandler>,
) -> Subscription {
    let pattern = topic(number).as_str().parse().expect("a pattern");
    bus.subscribe("bench", pattern, handler).expect("a subscription")
}

/// Nanoseconds of one publish that nobody hears, in each round.
async fn nobody(making: bool) -> Vec<f64> {
    const CALLS: usize = 20_000;
    let bus = LocalEventBus::new(Arc::new(SystemClock));
    let topic = topic(0);
    let mut times = Vec::new();
    for _ in 0..51 {
        let made: Vec<_> = (0..if making { 0 } else { CALLS }).map(|one| vec![event(&topic, one)]).collect();
        let mut made = made.into_iter();
        let start = Instant::now();
        for number in 0..CALLS {
            let events = made.next().unwrap_or_else(|| vec![event(&topic, number)]);
            bus.publish(events).await.expect("the bus takes it");
        }
        times.push(start.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
        tokio::time::sleep(Duration::ZERO).await;
    }
    times
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
