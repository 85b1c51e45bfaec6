//! It is as a `BTreeMap`, whatever is put into it and in whatever order.

use std::collections::BTreeMap;

use mozaiks_core::DocumentId;
use proptest::prelude::*;

use super::{InOrder, RUN};

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
        4 => (0..2000_u32).prop_map(|number| DocumentId::from(format!("{number:024x}"))),
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
        assert!((1..=RUN).contains(&row.len()));
        assert!(
            row.capacity() <= (row.len() * 4).max(RUN),
            "{} take the room of {}",
            row.len(),
            row.capacity()
        );
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
                        let id = DocumentId::from(format!("{number:024x}"));
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

#[test]
fn ids_that_come_backwards_share_rows_too() {
    let mut ours = InOrder::new();
    for number in (0..1000_u32).rev() {
        ours.insert(DocumentId::from(format!("{number:024x}")), number);
    }
    assert!(ours.iter().map(|(_, number)| *number).eq(0..1000));
    assert!(ours.rows.len() <= 1000 / (RUN / 2) + 1, "{} rows", ours.rows.len());
}
