//! It is as a `BTreeMap`, whatever is put into it and in whatever order.

use std::collections::BTreeMap;

use mozaiks_core::DocumentId;
use proptest::prelude::*;

use super::{InOrder, MOST_IN_ROW};

#[derive(Debug, Clone)]
enum Step {
    Insert(DocumentId, u32),
    /// So many in a row, with ids that are later than any but a few.
    Append(u32),
    Change(DocumentId, u32),
    Remove(DocumentId),
    /// All that are before an id.
    RemoveBefore(DocumentId),
}

/// Few enough that they meet, texts among them.
fn id() -> impl Strategy<Value = DocumentId> {
    prop_oneof![
        4 => (0..2000_u32).prop_map(numbered),
        1 => (0..200_u32).prop_map(|number| DocumentId::from(format!("text {number:03}"))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (id(), any::<u32>()).prop_map(|(id, value)| Step::Insert(id, value)),
        2 => (1..200_u32).prop_map(Step::Append),
        4 => (id(), any::<u32>()).prop_map(|(id, value)| Step::Change(id, value)),
        8 => id().prop_map(Step::Remove),
        1 => id().prop_map(Step::RemoveBefore),
    ]
}

/// That it is what the map is, seen from every side.
fn assert_same(ours: &InOrder<u32>, map: &BTreeMap<DocumentId, u32>) {
    assert_eq!(ours.len(), map.len());
    assert!(ours.iter().eq(map));
    assert!(ours.iter().rev().eq(map.iter().rev()));
    assert!(map.iter().all(|found| ours.get(found.0) == Some(found) && ours.contains(found.0)));
    let mut before: Option<&DocumentId> = None;
    for (begin, row) in &ours.rows {
        assert!((1..=MOST_IN_ROW).contains(&row.len()));
        assert!(row.capacity() <= MOST_IN_ROW, "{} take the room of {}", row.len(), row.capacity());
        assert!(row.iter().all(|(id, _)| begin <= id));
        assert!(before.is_none_or(|before| before < begin));
        before = row.last().map(|(id, _)| id);
    }
}

proptest! {
    #[test]
    fn it_is_what_a_tree_of_single_ones_would_be(steps in prop::collection::vec(step(), 0..60)) {
        let mut ours = InOrder::new();
        let mut map = BTreeMap::new();
        let mut next = 1500;
        for step in steps {
            match step {
                Step::Insert(id, value) => {
                    ours.insert(id.clone(), value);
                    map.insert(id, value);
                }
                Step::Append(count) => {
                    for number in next..next + count {
                        let id = numbered(number);
                        ours.insert(id.clone(), number);
                        map.insert(id, number);
                    }
                    next += count;
                }
                Step::Change(id, value) => {
                    prop_assert_eq!(ours.contains(&id), map.contains_key(&id));
                    let (there, expected) = (ours.get_mut(&id), map.get_mut(&id));
                    prop_assert_eq!(&there, &expected);
                    if let (Some(there), Some(expected)) = (there, expected) {
                        *there = value;
                        *expected = value;
                    }
                }
                Step::Remove(id) => prop_assert_eq!(ours.remove(&id), map.remove(&id)),
                Step::RemoveBefore(end) => {
                    let ids: Vec<_> = map.range(..&end).map(|(id, _)| id.clone()).collect();
                    for id in ids {
                        prop_assert_eq!(ours.remove(&id), map.remove(&id));
                    }
                }
            }
            assert_same(&ours, &map);
        }
    }
}

/// So many, whose ids follow one another.
fn filled(ours: &mut InOrder<u32>, count: u32) {
    for number in 0..count {
        ours.insert(numbered(number), number);
    }
}

fn numbered(number: u32) -> DocumentId {
    DocumentId::from(format!("{number:024x}"))
}

/// For how many there is room.
fn room(ours: &InOrder<u32>) -> usize {
    ours.rows.values().map(Vec::capacity).sum()
}

#[test]
fn ids_in_order_leave_full_rows() {
    let mut ours = InOrder::new();
    filled(&mut ours, 640);
    assert_eq!((ours.rows.len(), room(&ours)), (10, 640));
}

#[test]
fn ids_that_come_backwards_share_rows_too() {
    let mut ours = InOrder::new();
    for number in (0..1000).rev() {
        ours.insert(numbered(number), number);
    }
    assert!(ours.iter().map(|(_, number)| *number).eq(0..1000));
    assert!(ours.rows.len() <= 1000 / (MOST_IN_ROW / 2) + 1, "{} rows", ours.rows.len());
}

#[test]
fn what_is_removed_gives_its_room_back_and_takes_no_more_when_it_returns() {
    for left in [1, 15, 40] {
        let mut ours = InOrder::new();
        filled(&mut ours, 640);
        for number in (0..640).filter(|number| number % 64 >= left) {
            assert_eq!(ours.remove(&numbered(number)), Some(number));
        }
        let most = 10 * usize::try_from(left).unwrap_or_default() * 4;
        assert!(room(&ours) <= most, "{left} in a row take the room of {}", room(&ours) / 10);
        let mut again = ours.clone();
        for ours in [&mut ours, &mut again] {
            filled(ours, 640);
            assert_eq!((ours.len(), room(ours)), (640, 640), "{left}");
        }
    }
}
