//! The yardsticks: what a person would write who needs nothing but speed.

use std::collections::HashMap;
use std::sync::Arc;

use mozaiks_core::Event;
use mozaiks_core::events::Topic;
use tokio::sync::{broadcast, mpsc};

use crate::load::{EVENTS, Load, PER_TOPIC, SUBSCRIBERS, TOPICS, event, topic};
use crate::watch::{Rate, Watch};

const QUEUE: usize = 1024;

/// A topic index of bounded queues.
pub async fn queues() -> Rate {
    let load = Load::new();
    let mut index: HashMap<Topic, Vec<mpsc::Sender<Arc<Event>>>> = HashMap::new();
    for number in 0..SUBSCRIBERS {
        let (queue, mut events) = mpsc::channel::<Arc<Event>>(QUEUE);
        index.entry(topic(number % TOPICS)).or_default().push(queue);
        let heard = load.counter(number);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(64);
            while events.recv_many(&mut batch, 64).await > 0 {
                batch.drain(..).for_each(|event| heard.hear(&event));
            }
        });
    }
    let topics: Vec<Topic> = (0..TOPICS).map(topic).collect();
    let watch = Watch::start();
    for number in 0..EVENTS {
        let topic = &topics[number % TOPICS];
        let event = Arc::new(event(topic, number));
        for queue in &index[topic] {
            queue.send(Arc::clone(&event)).await.expect("somebody hears");
        }
    }
    load.all_heard(EVENTS * PER_TOPIC).await;
    watch.rate()
}

/// A channel for each topic.
pub async fn broadcast() -> Rate {
    let load = Load::new();
    let channels: HashMap<Topic, broadcast::Sender<Arc<Event>>> =
        (0..TOPICS).map(|number| (topic(number), broadcast::channel(QUEUE).0)).collect();
    for number in 0..SUBSCRIBERS {
        let mut events = channels[&topic(number % TOPICS)].subscribe();
        let heard = load.counter(number);
        tokio::spawn(async move {
            while let Ok(event) = events.recv().await {
                heard.hear(&event);
            }
        });
    }
    let topics: Vec<Topic> = (0..TOPICS).map(topic).collect();
    let watch = Watch::start();
    for number in 0..EVENTS {
        let topic = &topics[number % TOPICS];
        let channel = &channels[topic];
        // Whoever is slower than this would miss events.
        while channel.len() >= QUEUE / 2 {
            tokio::task::yield_now().await;
        }
        channel.send(Arc::new(event(topic, number))).expect("somebody hears");
    }
    load.all_heard(EVENTS * PER_TOPIC).await;
    watch.rate()
}
