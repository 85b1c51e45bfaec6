//! Which index a filter and a sort take, and how much of it.

use bson::{Bson, Document, doc, rawdoc};
use mozaiks_core::storage::{
    Index,
    eval::{Filter, IndexCandidate, IndexKeys, IndexPlan, ScanOrder, Sort, plan_indexes},
};

use crate::support::{decimal, raw, regex};

fn keys(index: &Index) -> IndexKeys {
    IndexKeys::parse(index).unwrap()
}

fn items<const N: usize>(keys: [(&str, i32); N]) -> Index {
    Index::new("items", keys)
}

fn plan(index: &Index, filter: Document, sort: Document, multikey: bool) -> Option<IndexPlan> {
    let (filter, sort) = (Filter::parse(&filter).unwrap(), Sort::parse(&sort).unwrap());
    let keys = keys(index);
    let candidate = IndexCandidate { keys: &keys, multikey, ids_follow: true };
    plan_indexes(&filter, Some(&sort), &[candidate]).map(|(_, plan)| plan)
}

/// Which of the values 0 to 9 are in the ranges.
fn reached(index: &Index, filter: Document, multikey: bool) -> Option<Vec<i32>> {
    let plan = plan(index, filter, doc! {}, multikey)?;
    let keys = keys(index);
    let inside = |value: &i32| {
        let key = keys.keys(&rawdoc! { "a": *value }).unwrap().remove(0);
        plan.ranges.iter().any(|range| range.start <= key && key < range.end)
    };
    Some((0..10).filter(inside).collect())
}

#[test]
fn equality_choices_and_bounds_take_no_more_than_they_mean() {
    for direction in [1, -1] {
        let index = items([("a", direction)]);
        let reached = |filter| reached(&index, filter, false);
        assert_eq!(reached(doc! { "a": 3 }), Some(vec![3]));
        assert_eq!(reached(doc! { "a": decimal("3") }), Some(vec![3]));
        assert_eq!(reached(doc! { "a": { "$in": [3, 7, "x"] } }), Some(vec![3, 7]));
        assert_eq!(reached(doc! { "a": { "$gt": 3 } }), Some(vec![4, 5, 6, 7, 8, 9]));
        assert_eq!(reached(doc! { "a": { "$gte": 8.5 } }), Some(vec![9]));
        assert_eq!(reached(doc! { "a": { "$gt": 3, "$lte": 6 } }), Some(vec![4, 5, 6]));
        assert_eq!(reached(doc! { "$and": [{ "a": { "$gt": 3 } }, { "a": { "$lt": 5 } }] }), Some(vec![4]));
        assert_eq!(reached(doc! { "a": { "$gt": 5, "$lt": 3 } }), Some(vec![]));
        assert_eq!(reached(doc! { "a": { "$gt": "x" } }), Some(vec![]));
        assert_eq!(reached(doc! { "a": { "$all": [3] } }), Some(vec![3]));
    }
}

#[test]
fn two_bounds_are_one_in_an_index_of_arrays_unless_they_are_of_one_element() {
    let index = items([("a", 1)]);
    assert_eq!(reached(&index, doc! { "a": { "$gte": 3, "$lte": 3 } }, false), Some(vec![3]));
    assert_eq!(reached(&index, doc! { "a": { "$gte": 8, "$lte": 8 } }, true), Some(vec![8, 9]));
    assert_eq!(
        reached(&index, doc! { "a": { "$elemMatch": { "$gte": 3, "$lte": 4 } } }, true),
        Some(vec![3, 4])
    );
}

#[test]
fn what_other_documents_meet_too_takes_no_index() {
    let index = items([("a", 1)]);
    for filter in [
        doc! {},
        doc! { "b": 1 },
        doc! { "a.b": 1 },
        doc! { "$or": [{ "a": 1 }, { "b": 1 }] },
        doc! { "a": { "$ne": 1 } },
        doc! { "a": { "$nin": [1] } },
        doc! { "a": { "$not": { "$gt": 1 } } },
        doc! { "a": { "$exists": false } },
        doc! { "a": { "$size": 1 } },
        doc! { "a": { "$gt": [1] } },
        doc! { "a": { "$gt": Bson::MinKey } },
        doc! { "a": regex("^x", "") },
        doc! { "a": { "$in": [regex("^x", ""), "y"] } },
    ] {
        assert_eq!(plan(&index, filter.clone(), doc! {}, false), None, "{filter}");
    }
}

#[test]
fn a_sparse_index_is_not_asked_for_what_it_leaves_out() {
    let sparse = items([("a", 1)]).sparse();
    assert!(plan(&sparse, doc! { "a": 1 }, doc! {}, false).is_some());
    for filter in [doc! { "a": null }, doc! { "a": { "$in": [1, null] } }, doc! { "a": { "$gte": null } }] {
        assert_eq!(plan(&sparse, filter.clone(), doc! {}, false), None, "{filter}");
        assert!(plan(&items([("a", 1)]), filter, doc! {}, false).is_some());
    }
    assert_eq!(plan(&sparse, doc! {}, doc! { "a": 1 }, false), None);
}

#[test]
fn fields_are_taken_from_the_first_on() {
    let index = items([("a", 1), ("b", 1), ("c", 1)]);
    let ranges = |filter| plan(&index, filter, doc! {}, false).map(|plan| plan.ranges.len());
    assert_eq!(ranges(doc! { "a": 1, "b": { "$in": [1, 2] }, "c": { "$gt": 3 } }), Some(2));
    assert_eq!(ranges(doc! { "a": { "$in": [1, 2, 2.0] }, "b": { "$in": [1, 2, 3] } }), Some(6));
    assert_eq!(ranges(doc! { "b": 1, "c": 1 }), None);
    let many: Vec<i32> = (0..5000).collect();
    assert_eq!(ranges(doc! { "a": { "$in": many } }), Some(1));
}

#[test]
fn fields_of_one_array_are_not_taken_together() {
    let index = items([("a.b", 1), ("a.c", 1)]);
    let document = rawdoc! { "a": [{ "b": 1, "c": 9 }, { "b": 8, "c": 2 }] };
    let filter = doc! { "a.b": 1, "a.c": 2 };
    assert!(Filter::parse(&filter).unwrap().matches(&document));
    let plan = plan(&index, filter, doc! {}, true).unwrap();
    let keys = keys(&index).keys(&document).unwrap();
    assert!(keys.iter().any(|key| plan.ranges.iter().any(|range| range.start <= *key && *key < range.end)));
}

#[test]
fn an_element_of_documents_is_looked_up_by_its_fields() {
    let index = items([("a.b", 1)]);
    assert!(plan(&index, doc! { "a": { "$elemMatch": { "b": 1, "c": 2 } } }, doc! {}, true).is_some());
    // `[[1], {b: 5}]` matches by its first element, which has no key.
    assert!(plan(&index, doc! { "a": { "$elemMatch": { "b": null } } }, doc! {}, true).is_none());
}

#[test]
fn an_order_is_served_after_equalities_and_in_both_directions() {
    let index = items([("folder", 1), ("changed", -1)]);
    let order = |filter, sort| plan(&index, filter, sort, false).and_then(|plan| plan.order);
    let inbox = || doc! { "folder": "inbox" };
    assert_eq!(order(inbox(), doc! { "changed": -1 }), Some(ScanOrder::Forward));
    assert_eq!(order(inbox(), doc! { "changed": 1 }), Some(ScanOrder::Backward));
    assert_eq!(order(inbox(), doc! { "changed": 1, "folder": 1 }), Some(ScanOrder::Backward));
    assert_eq!(order(inbox(), doc! { "changed": -1, "_id": 1 }), Some(ScanOrder::Forward));
    assert_eq!(order(inbox(), doc! { "changed": -1, "_id": -1 }), None);
    assert_eq!(order(doc! {}, doc! { "folder": 1, "changed": -1 }), Some(ScanOrder::Forward));
    assert_eq!(order(doc! {}, doc! { "folder": -1, "changed": 1 }), Some(ScanOrder::Backward));
    assert_eq!(order(doc! {}, doc! { "folder": 1, "changed": 1 }), None);
    assert_eq!(order(doc! {}, doc! { "changed": 1 }), None);
    assert_eq!(order(doc! { "folder": { "$in": ["a", "b"] } }, doc! { "changed": 1 }), None);
    assert_eq!(order(doc! { "folder": { "$gt": "a" } }, doc! { "folder": -1 }), Some(ScanOrder::Backward));
    let multikey = plan(&index, inbox(), doc! { "changed": -1 }, true).unwrap();
    assert_eq!(multikey.order, None);
}

#[test]
fn the_best_index_is_taken() {
    let indexes = [
        items([("folder", 1)]),
        items([("folder", 1), ("changed", 1)]),
        items([("slug", 1)]).unique(),
        items([("changed", 1)]),
    ]
    .map(|index| keys(&index));
    let candidates: Vec<_> =
        indexes.iter().map(|keys| IndexCandidate { keys, multikey: false, ids_follow: true }).collect();
    let best = |filter: Document, sort: Document| {
        let (filter, sort) = (Filter::parse(&filter).unwrap(), Sort::parse(&sort).unwrap());
        plan_indexes(&filter, Some(&sort), &candidates).map(|(index, plan)| (index, plan.is_full()))
    };
    assert_eq!(best(doc! { "folder": 1 }, doc! {}), Some((0, false)));
    assert_eq!(best(doc! { "folder": 1 }, doc! { "changed": 1 }), Some((1, false)));
    assert_eq!(best(doc! { "folder": 1, "changed": { "$gt": 1 } }, doc! {}), Some((1, false)));
    assert_eq!(best(doc! { "folder": 1, "changed": 2, "slug": "x" }, doc! {}), Some((2, false)));
    assert_eq!(best(doc! {}, doc! { "changed": -1 }), Some((3, true)));
    assert_eq!(best(doc! { "other": 1 }, doc! {}), None);
    let tags = keys(&items([("tags", 1)]));
    assert_eq!(tags.keys(&raw(&doc! { "tags": [1, 2] })).unwrap().len(), 2);
}
