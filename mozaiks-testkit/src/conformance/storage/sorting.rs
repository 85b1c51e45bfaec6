//! Sorting.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Document, Timestamp, bson, doc};
use mozaiks_core::storage::{Query, StorageScope};

use super::Subject;
use super::ask::{ALICE, Refusal, all, by, date, decimal, find_options, found_ids, insert, refused, regex};
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("sorting.rs");
    a_sort_ascends_or_descends,
    a_second_field_sorts_what_the_first_leaves_equal,
    each_field_of_a_sort_has_its_own_direction,
    values_of_all_types_have_one_order,
    null_and_missing_sort_alike,
    numbers_sort_across_types,
    nan_sorts_below_all_numbers,
    texts_sort_by_their_bytes,
    documents_sort_field_by_field,
    ids_sort_texts_before_object_ids,
    ascending_an_array_counts_as_its_least_element,
    descending_an_array_counts_as_its_greatest_element,
    an_empty_array_sorts_below_null,
    an_array_in_an_array_sorts_as_an_array,
    a_sort_goes_along_paths,
    a_sort_goes_through_arrays_of_documents,
    a_sort_by_an_index_takes_that_element,
    a_direction_may_be_any_number_that_is_one,
    an_empty_sort_is_none,
    a_sort_of_a_field_that_nobody_has_loses_nothing,
    a_sort_goes_before_skip_and_limit,
    a_sorted_page_of_many_is_the_right_one,
    a_direction_that_is_none_is_refused,
    a_sort_with_an_operator_is_refused,
    a_sort_by_a_path_that_is_none_is_refused,
];

/// 1 ascends and -1 descends.
pub async fn a_sort_ascends_or_descends(storage: &Subject) {
    let shelf = values(storage, [2, 3, 1].map(Bson::from)).await;
    shelf.sorts(doc! { "v": 1 }, &[&[2], &[0], &[1]]).await;
    shelf.sorts(doc! { "v": -1 }, &[&[1], &[0], &[2]]).await;
}

/// Fields of a sort count in the order in which they are written.
pub async fn a_second_field_sorts_what_the_first_leaves_equal(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": 2, "b": 1 }, doc! { "a": 1, "b": 2 }, doc! { "a": 1, "b": 1 }]).await;
    shelf.sorts(doc! { "a": 1, "b": 1 }, &[&[2], &[1], &[0]]).await;
    shelf.sorts(doc! { "b": 1, "a": 1 }, &[&[2], &[0], &[1]]).await;
    shelf.sorts(doc! { "a": 1 }, &[&[1, 2], &[0]]).await;
}

/// One field may ascend and the next descend.
pub async fn each_field_of_a_sort_has_its_own_direction(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": 2, "b": 1 }, doc! { "a": 1, "b": 2 }, doc! { "a": 1, "b": 1 }]).await;
    shelf.sorts(doc! { "a": 1, "b": -1 }, &[&[1], &[2], &[0]]).await;
    shelf.sorts(doc! { "a": -1, "b": 1 }, &[&[0], &[2], &[1]]).await;
}

/// `MinKey`, null, numbers, texts, documents, arrays (by their elements), bytes, `ObjectId`s, bools, dates, timestamps,
/// regexes, `MaxKey`.
pub async fn values_of_all_types_have_one_order(storage: &Subject) {
    let all = [
        Bson::MinKey,
        bson!(null),
        bson!(1),
        bson!("a"),
        bson!({ "a": 1 }),
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] }),
        bson!(ObjectId::from_bytes([1; 12])),
        bson!(false),
        bson!(true),
        date(0),
        Bson::Timestamp(Timestamp { time: 1, increment: 1 }),
        regex("a", ""),
        Bson::MaxKey,
    ];
    let places: Vec<[usize; 1]> = (0..all.len()).map(|at| [at]).collect();
    let mut groups: Vec<&[usize]> = places.iter().map(|place| place.as_slice()).collect();
    let shelf = values(storage, all).await;
    shelf.sorts(doc! { "v": 1 }, &groups).await;
    groups.reverse();
    shelf.sorts(doc! { "v": -1 }, &groups).await;
}

/// A field that is not there sorts as null.
pub async fn null_and_missing_sort_alike(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "v": 1 }, doc! {}, doc! { "v": null }, doc! { "v": Bson::MinKey }]).await;
    shelf.sorts(doc! { "v": 1 }, &[&[3], &[1, 2], &[0]]).await;
    shelf.sorts(doc! { "v": -1 }, &[&[0], &[1, 2], &[3]]).await;
}

/// Numbers sort by their values, whatever their types, beyond 2^53 too.
pub async fn numbers_sort_across_types(storage: &Subject) {
    let big = 9_007_199_254_740_992_i64;
    let shelf = values(
        storage,
        [
            bson!(2),
            bson!(1.5),
            decimal("1.7"),
            bson!(2_i64),
            bson!(big + 1),
            bson!(9_007_199_254_740_992.0),
            bson!(-1),
        ],
    )
    .await;
    shelf.sorts(doc! { "v": 1 }, &[&[6], &[1], &[2], &[0, 3], &[5], &[4]]).await;
}

/// NaN sorts below all numbers, and -0 as 0.
pub async fn nan_sorts_below_all_numbers(storage: &Subject) {
    let shelf = values(
        storage,
        [
            bson!(0),
            bson!(f64::NAN),
            bson!(f64::NEG_INFINITY),
            bson!(-0.0),
            bson!(null),
            decimal("NaN"),
            bson!(f64::INFINITY),
        ],
    )
    .await;
    shelf.sorts(doc! { "v": 1 }, &[&[4], &[1, 5], &[2], &[0, 3], &[6]]).await;
}

/// Texts sort by their UTF-8 bytes, beyond the basic plane too.
pub async fn texts_sort_by_their_bytes(storage: &Subject) {
    let shelf =
        values(storage, ["b", "a", "B", "", "aa", "\u{e4}", "\u{fffd}", "\u{1f600}"].map(Bson::from)).await;
    shelf.sorts(doc! { "v": 1 }, &[&[3], &[2], &[1], &[4], &[0], &[5], &[6], &[7]]).await;
}

/// Documents sort field by field: by the type of the value, the name, the value.
pub async fn documents_sort_field_by_field(storage: &Subject) {
    let shelf = values(
        storage,
        [
            bson!({ "b": 1 }),
            bson!({ "a": 2 }),
            bson!({ "a": 1, "b": 1 }),
            bson!({ "a": 1 }),
            bson!({}),
            bson!({ "a": "x" }),
        ],
    )
    .await;
    shelf.sorts(doc! { "v": 1 }, &[&[4], &[3], &[2], &[1], &[0], &[5]]).await;
}

/// `_id` sorts as any field: texts by their bytes, then `ObjectId`s by time.
pub async fn ids_sort_texts_before_object_ids(storage: &Subject) {
    let (early, late) = ("000000000000000000000001", "65301c2f9d1e8b3a4c5d6e7f");
    for id in [late, "z", early, "Z", ""] {
        insert(storage, ALICE, id, doc! {}).await;
    }
    let mut query = Query::new(all());
    query.sort = Some(doc! { "_id": 1 });
    assert_eq!(
        found_ids(storage, ALICE, query.clone()).await,
        ["", "Z", "z", early, late],
        "ids that ascend"
    );
    query.sort = Some(doc! { "_id": -1 });
    assert_eq!(found_ids(storage, ALICE, query).await, [late, early, "z", "Z", ""], "ids that descend");
}

/// Where the order ascends, an array stands where its least element does.
pub async fn ascending_an_array_counts_as_its_least_element(storage: &Subject) {
    let shelf = values(storage, [bson!([5, 1]), bson!(2), bson!([3, 9]), bson!([0])]).await;
    shelf.sorts(doc! { "v": 1 }, &[&[3], &[0], &[1], &[2]]).await;
}

/// Where the order descends, an array stands where its greatest element does.
pub async fn descending_an_array_counts_as_its_greatest_element(storage: &Subject) {
    let shelf = values(storage, [bson!([5, 1]), bson!(2), bson!([3, 9]), bson!([0])]).await;
    shelf.sorts(doc! { "v": -1 }, &[&[2], &[0], &[1], &[3]]).await;
}

/// An empty array sorts below null and missing, above `MinKey`.
pub async fn an_empty_array_sorts_below_null(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "v": null }, doc! { "v": [] }, doc! {}, doc! { "v": 1 }, doc! { "v": Bson::MinKey }],
    )
    .await;
    shelf.sorts(doc! { "v": 1 }, &[&[4], &[1], &[0, 2], &[3]]).await;
    shelf.sorts(doc! { "v": -1 }, &[&[3], &[0, 2], &[1], &[4]]).await;
}

/// An array inside an array sorts as an array: above documents, below bytes.
pub async fn an_array_in_an_array_sorts_as_an_array(storage: &Subject) {
    let bytes = Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] });
    let shelf =
        values(storage, [bson!([[1]]), bson!({ "a": 1 }), bytes, bson!("text"), bson!([[0, 5]])]).await;
    shelf.sorts(doc! { "v": 1 }, &[&[3], &[1], &[4], &[0], &[2]]).await;
}

/// A sort goes into documents.
pub async fn a_sort_goes_along_paths(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": { "b": 2 } }, doc! { "a": { "b": 1 } }, doc! { "a": 5 }, doc! {}]).await;
    shelf.sorts(doc! { "a.b": 1 }, &[&[2, 3], &[1], &[0]]).await;
}

/// Behind an array of documents, the least or greatest value of all of them counts.
pub async fn a_sort_goes_through_arrays_of_documents(storage: &Subject) {
    let shelf = shelf(
        storage,
        [doc! { "a": [{ "b": 5 }, { "b": 1 }] }, doc! { "a": [{ "b": 3 }] }, doc! { "a": [{ "b": [0, 9] }] }],
    )
    .await;
    shelf.sorts(doc! { "a.b": 1 }, &[&[2], &[0], &[1]]).await;
    shelf.sorts(doc! { "a.b": -1 }, &[&[2], &[0], &[1]]).await;
}

/// `"a.1"` sorts by the second element.
pub async fn a_sort_by_an_index_takes_that_element(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [1, 9] }, doc! { "a": [5, 5] }, doc! { "a": [9, 1] }]).await;
    shelf.sorts(doc! { "a.1": 1 }, &[&[2], &[1], &[0]]).await;
}

/// 1.0 and a long 1 are directions too.
pub async fn a_direction_may_be_any_number_that_is_one(storage: &Subject) {
    let shelf = values(storage, [2, 1].map(Bson::from)).await;
    shelf.sorts(doc! { "v": 1.0 }, &[&[1], &[0]]).await;
    shelf.sorts(doc! { "v": -1_i64 }, &[&[0], &[1]]).await;
}

/// A sort without fields is none.
pub async fn an_empty_sort_is_none(storage: &Subject) {
    values(storage, [2, 1].map(Bson::from)).await.sorts(doc! {}, &[&[0, 1]]).await;
}

/// A sort leaves out no document, whatever it has.
pub async fn a_sort_of_a_field_that_nobody_has_loses_nothing(storage: &Subject) {
    values(storage, [2, 1].map(Bson::from)).await.sorts(doc! { "w": 1, "v": 1 }, &[&[1], &[0]]).await;
}

/// First comes the order, then what is passed over, then the most.
pub async fn a_sort_goes_before_skip_and_limit(storage: &Subject) {
    values(storage, [5, 3, 1, 4, 2].map(Bson::from)).await;
    let mut query = Query::new(by(doc! { "v": { "$gt": 1 } }));
    (query.sort, query.skip, query.limit) = (Some(doc! { "v": -1 }), 1, Some(2));
    assert_eq!(found_ids(storage, ALICE, query).await, ["003", "001"], "the second and third of four");
}

/// A page from the middle of many documents is the one that the order says.
pub async fn a_sorted_page_of_many_is_the_right_one(storage: &Subject) {
    values(storage, (0..500).map(|number| Bson::from((number * 7919) % 500))).await;
    let mut query = Query::new(all());
    (query.sort, query.skip, query.limit) = (Some(doc! { "v": 1 }), 240, Some(20));
    query.projection = Some(doc! { "v": 1 });
    let found = super::ask::find(storage, ALICE, query).await;
    let found: Vec<_> = found.iter().filter_map(|found| found.document.get_i32("v").ok()).collect();
    assert_eq!(found, (240..260).collect::<Vec<_>>());
}

async fn refuses(storage: &Subject, sort: Document, refusal: Refusal<'_>) {
    let scope: StorageScope<'_> = ALICE;
    let mut query = Query::new(all());
    query.sort = Some(sort.clone());
    refused(&format!("find with the sort {sort}"), storage.find(scope, query), refusal).await;
    let mut options = find_options();
    options.sort = Some(sort.clone());
    let change = mozaiks_core::storage::Change::Operators(doc! { "$set": { "n": 1 } });
    let call = storage.find_and_update(scope, all(), change, options);
    refused(&format!("find_and_update with the sort {sort}"), call, refusal).await;
}

/// A direction is 1 or -1, nothing else.
pub async fn a_direction_that_is_none_is_refused(storage: &Subject) {
    for direction in [bson!(0), bson!(2), bson!(1.5), bson!("asc"), bson!(true), bson!(null), bson!({})] {
        refuses(storage, doc! { "a": direction }, Refusal::Invalid).await;
    }
}

/// `$meta` and its like are outside the language.
pub async fn a_sort_with_an_operator_is_refused(storage: &Subject) {
    refuses(storage, doc! { "a": { "$meta": "textScore" } }, Refusal::Unsupported("$meta")).await;
}

/// A sort takes paths.
pub async fn a_sort_by_a_path_that_is_none_is_refused(storage: &Subject) {
    for path in ["", "a.", "a..b", "$a"] {
        refuses(storage, doc! { path: 1 }, Refusal::Invalid).await;
    }
}
