//! A subscriber gets what its pattern matches, and nothing else.

use super::listener::Listener;
use super::{Subject, event, publish};

/// Topics that look alike, the host's own bare ones too.
const TOPICS: [&str; 14] = [
    "notes:note_created",
    "notes:note_deleted",
    "notes:note_created_twice",
    "notes:created",
    "notes_2:note_created",
    "note:note_created",
    "my_notes:note_created",
    "tasks:note_created",
    "tasks:task_created",
    "note_created",
    "notes",
    "created",
    "plugin_executed",
    "user:registered",
];

/// The pattern that is a topic gets that topic alone.
pub async fn a_pattern_of_one_topic_gets_it_alone(bus: &Subject) {
    gets(bus, "notes:note_created", &["notes:note_created"]).await;
    gets(bus, "plugin_executed", &["plugin_executed"]).await;
    gets(bus, "notes", &["notes"]).await;
}

/// `notes:*` gets all of that area, and nothing of one that only begins so.
pub async fn a_pattern_of_an_area_gets_the_area(bus: &Subject) {
    let of_notes = ["notes:note_created", "notes:note_deleted", "notes:note_created_twice", "notes:created"];
    gets(bus, "notes:*", &of_notes).await;
    gets(bus, "user:*", &["user:registered"]).await;
}

/// `*:note_created` gets it of every area, and nothing that only ends so.
pub async fn a_pattern_of_a_name_gets_it_of_every_area(bus: &Subject) {
    let of_all = [
        "notes:note_created",
        "notes_2:note_created",
        "note:note_created",
        "my_notes:note_created",
        "tasks:note_created",
    ];
    gets(bus, "*:note_created", &of_all).await;
    gets(bus, "*:created", &["notes:created"]).await;
}

/// `*` gets all.
pub async fn a_pattern_of_all_gets_all(bus: &Subject) {
    gets(bus, "*", &TOPICS).await;
}

/// A bare topic of the host's has no area: neither a pattern of an area nor one of a name gets it.
pub async fn a_bare_topic_is_of_no_area(bus: &Subject) {
    gets(bus, "*:task_created", &["tasks:task_created"]).await;
    gets(bus, "created", &["created"]).await;
    gets(bus, "note_created", &["note_created"]).await;
}

/// Checks which of [`TOPICS`] reach a subscriber of a pattern. The last event is one that must, and all before it are
/// of the same user: once it is there, so is everything else that will ever come.
async fn gets(bus: &Subject, pattern: &'static str, expected: &[&str]) {
    let listener = Listener::new(bus, pattern, pattern);
    let events: Vec<_> = TOPICS.iter().chain(expected.last()).map(|topic| event(topic, "alice", 0)).collect();
    for event in &events {
        publish(bus, [event]).await;
    }
    let last = events.len().saturating_sub(1);
    let expected: Vec<_> = events
        .iter()
        .enumerate()
        .filter(|(index, event)| *index == last || expected.contains(&event.topic().as_str()))
        .map(|(_, event)| event)
        .collect();
    listener.got_exactly(&expected).await;
}
