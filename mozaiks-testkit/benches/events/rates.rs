//! Deliveries a second at full load, of the bus and of the yardsticks.

use std::sync::Arc;

use mozaiks_core::SystemClock;
use mozaiks_core::events::{EventBus, LocalEventBus, LocalEventBusOptions, Topic};

use crate::load::{EVENTS, Load, PER_TOPIC, SUBSCRIBERS, TOPICS, event, topic};
use crate::subscribers::{OneMore, hear};
use crate::watch::{Rate, Watch};
use crate::{ROUNDS, by_hand, median};

/// Measures and prints them; gives that of the bus alone.
pub async fn rates() -> Rate {
    println!("{SUBSCRIBERS} subscribers over {TOPICS} topics, {EVENTS} events a round, {ROUNDS} rounds");
    let (mut bus, mut queues, mut broadcast) = ([vec![], vec![], vec![]], vec![], vec![]);
    for _ in 0..ROUNDS {
        for (rates, one_more) in bus.iter_mut().zip(OneMore::ALL) {
            rates.push(local(one_more).await);
        }
        queues.push(by_hand::queues().await);
        broadcast.push(by_hand::broadcast().await);
    }
    let bus = bus.map(middle);
    for (rate, one_more) in bus.iter().zip(OneMore::ALL) {
        print(&format!("LocalEventBus, and {} more", one_more.name()), *rate);
    }
    print("topic index of bounded queues", middle(queues));
    print("tokio::sync::broadcast", middle(broadcast));
    bus[0]
}

fn middle(rounds: Vec<Rate>) -> Rate {
    Rate {
        per_second: median(rounds.iter().map(|rate| rate.per_second).collect()),
        processor: median(rounds.iter().map(|rate| rate.processor).collect()),
    }
}

fn print(name: &str, Rate { per_second, processor }: Rate) {
    let millions = per_second / 1e6;
    println!("  {name:<42} {millions:>6.2} million deliveries a second {processor:>5.0} ns of CPU");
}

/// The deliveries to the hundred.
async fn local(one_more: OneMore) -> Rate {
    // So that the queue of one that hangs is full soon.
    let options = LocalEventBusOptions::default().queue(16_384);
    let bus = LocalEventBus::with_options(Arc::new(SystemClock), options);
    let load = Load::new();
    let hundred = (0..SUBSCRIBERS).map(|number| {
        let heard = load.counter(number);
        hear(&bus, number % TOPICS, move |event| heard.hear(event))
    });
    let subscriptions: Vec<_> = hundred.chain(one_more.subscribe(&bus)).collect();
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
