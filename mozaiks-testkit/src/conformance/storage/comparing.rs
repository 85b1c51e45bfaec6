//! Filters that compare: equality, brackets of types, documents, texts.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Timestamp, bson, doc};

use super::Subject;
use super::ask::{date, regex};
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("comparing.rs");
    an_empty_filter_matches_everything,
    a_value_beside_a_field_means_equality,
    eq_is_equality_written_out,
    ne_matches_what_eq_does_not,
    ne_matches_a_document_that_lacks_the_field,
    conditions_of_several_fields_must_all_hold,
    several_operators_of_one_field_must_all_hold,
    texts_are_compared_by_case,
    texts_order_by_their_bytes,
    texts_beyond_the_basic_plane_order_by_their_bytes,
    comparisons_stay_within_one_type,
    a_number_is_no_text_and_no_bool,
    dates_compare_with_dates,
    a_timestamp_is_no_date,
    bools_compare_false_before_true,
    object_ids_compare_by_their_bytes,
    bytes_compare_by_length_then_subtype_then_content,
    documents_are_equal_with_the_same_fields_in_the_same_order,
    a_document_with_more_fields_is_not_equal,
    documents_compare_field_by_field,
    the_type_of_a_field_goes_before_its_name_in_documents,
    numbers_in_documents_are_equal_across_types,
    a_range_has_two_ends,
    a_range_that_nothing_meets_matches_nothing,
    min_key_and_max_key_are_below_and_above_all,
    eq_with_a_regex_means_the_regex_itself,
];

/// A filter without conditions matches every document.
pub async fn an_empty_filter_matches_everything(storage: &Subject) {
    shelf(storage, [doc! {}, doc! { "a": 1 }, doc! { "a": null }]).await.finds(doc! {}, &[0, 1, 2]).await;
}

/// `{field: value}` matches documents in which the field has that value.
pub async fn a_value_beside_a_field_means_equality(storage: &Subject) {
    let shelf = values(storage, [bson!("a"), bson!("b"), bson!(1), bson!(true), bson!({ "x": 1 })]).await;
    shelf.finds(doc! { "v": "a" }, &[0]).await;
    shelf.finds(doc! { "v": 1 }, &[2]).await;
    shelf.finds(doc! { "v": true }, &[3]).await;
    shelf.finds(doc! { "v": { "x": 1 } }, &[4]).await;
    shelf.finds(doc! { "w": "a" }, &[]).await;
}

/// `{field: {$eq: value}}` is `{field: value}`.
pub async fn eq_is_equality_written_out(storage: &Subject) {
    let shelf = values(storage, [bson!("a"), bson!(1), bson!({ "x": 1 })]).await;
    shelf.finds(doc! { "v": { "$eq": "a" } }, &[0]).await;
    shelf.finds(doc! { "v": { "$eq": { "x": 1 } } }, &[2]).await;
    shelf.finds(doc! { "v": { "$eq": 2 } }, &[]).await;
}

/// `$ne` is the negation of `$eq`, whatever the types.
pub async fn ne_matches_what_eq_does_not(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!(2), bson!("1"), bson!(1.0), bson!(null)]).await;
    shelf.finds(doc! { "v": { "$ne": 1 } }, &[1, 2, 4]).await;
}

/// `$ne` matches also where the field is not there, unless it is null that is excluded.
pub async fn ne_matches_a_document_that_lacks_the_field(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1 }, doc! {}, doc! { "a": null }]).await;
    shelf.finds(doc! { "a": { "$ne": 1 } }, &[1, 2]).await;
    shelf.finds(doc! { "a": { "$ne": null } }, &[0]).await;
}

/// The fields of a filter are conditions that must all hold.
pub async fn conditions_of_several_fields_must_all_hold(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": 1, "b": 1 }, doc! { "a": 1, "b": 2 }, doc! { "a": 2, "b": 1 }]).await;
    shelf.finds(doc! { "a": 1, "b": 1 }, &[0]).await;
    shelf.finds(doc! { "a": 1, "b": { "$gt": 1 } }, &[1]).await;
}

/// The operators beside a field are conditions that must all hold.
pub async fn several_operators_of_one_field_must_all_hold(storage: &Subject) {
    let shelf = values(storage, [1, 2, 3, 4].map(Bson::from)).await;
    shelf.finds(doc! { "v": { "$gt": 1, "$lt": 4, "$ne": 2 } }, &[2]).await;
}

/// Equality of texts is of their bytes: case and ways to write an accent count.
pub async fn texts_are_compared_by_case(storage: &Subject) {
    let shelf = values(storage, ["a", "A", "\u{e9}", "e\u{301}", "a "].map(Bson::from)).await;
    shelf.finds(doc! { "v": "a" }, &[0]).await;
    shelf.finds(doc! { "v": "\u{e9}" }, &[2]).await;
}

/// Texts order by their UTF-8 bytes: capitals before small letters, a prefix before what goes on.
pub async fn texts_order_by_their_bytes(storage: &Subject) {
    let shelf = values(storage, ["", "B", "a", "aa", "b", "\u{e4}"].map(Bson::from)).await;
    shelf.finds(doc! { "v": { "$lt": "a" } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$gte": "aa" } }, &[3, 4, 5]).await;
    shelf.finds(doc! { "v": { "$gt": "z" } }, &[5]).await;
}

/// A character beyond the basic plane is above U+FFFD in UTF-8, though not in UTF-16.
pub async fn texts_beyond_the_basic_plane_order_by_their_bytes(storage: &Subject) {
    let shelf = values(storage, ["\u{fffd}", "\u{1f600}"].map(Bson::from)).await;
    shelf.finds(doc! { "v": { "$gt": "\u{fffd}" } }, &[1]).await;
    shelf.finds(doc! { "v": { "$lt": "\u{1f600}" } }, &[0]).await;
}

/// `$gt` and its kin compare within one type: a text is not above a number.
pub async fn comparisons_stay_within_one_type(storage: &Subject) {
    let shelf = values(
        storage,
        [
            bson!(5),
            bson!("5"),
            bson!(true),
            date(5),
            bson!({ "a": 5 }),
            bson!(ObjectId::from_bytes([5; 12])),
            bson!(null),
        ],
    )
    .await;
    shelf.finds(doc! { "v": { "$gt": 1 } }, &[0]).await;
    shelf.finds(doc! { "v": { "$lt": 9 } }, &[0]).await;
    shelf.finds(doc! { "v": { "$gt": "" } }, &[1]).await;
    shelf.finds(doc! { "v": { "$gte": false } }, &[2]).await;
    shelf.finds(doc! { "v": { "$gt": date(1) } }, &[3]).await;
    shelf.finds(doc! { "v": { "$gt": {} } }, &[4]).await;
    shelf.finds(doc! { "v": { "$gt": ObjectId::from_bytes([0; 12]) } }, &[5]).await;
}

/// 1, "1" and true are three values.
pub async fn a_number_is_no_text_and_no_bool(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!("1"), bson!(true), bson!(0), bson!(false), bson!("")]).await;
    shelf.finds(doc! { "v": 1 }, &[0]).await;
    shelf.finds(doc! { "v": "1" }, &[1]).await;
    shelf.finds(doc! { "v": true }, &[2]).await;
    shelf.finds(doc! { "v": false }, &[4]).await;
}

/// Dates compare as moments, those before 1970 too.
pub async fn dates_compare_with_dates(storage: &Subject) {
    let shelf = values(storage, [date(-1), date(0), date(1), bson!(0)]).await;
    shelf.finds(doc! { "v": { "$lt": date(0) } }, &[0]).await;
    shelf.finds(doc! { "v": { "$gte": date(0) } }, &[1, 2]).await;
    shelf.finds(doc! { "v": date(0) }, &[1]).await;
}

/// A timestamp is another type than a date, and compares with timestamps by seconds, then by its counter.
pub async fn a_timestamp_is_no_date(storage: &Subject) {
    let at = |time, increment| Bson::Timestamp(Timestamp { time, increment });
    let shelf = values(storage, [date(1000), at(1, 0), at(1, 2), at(2, 1)]).await;
    shelf.finds(doc! { "v": { "$gt": at(1, 0) } }, &[2, 3]).await;
    shelf.finds(doc! { "v": date(1000) }, &[0]).await;
    shelf.finds(doc! { "v": { "$gte": date(0) } }, &[0]).await;
}

/// false is below true.
pub async fn bools_compare_false_before_true(storage: &Subject) {
    let shelf = values(storage, [bson!(false), bson!(true), bson!(1)]).await;
    shelf.finds(doc! { "v": { "$gt": false } }, &[1]).await;
    shelf.finds(doc! { "v": { "$lte": false } }, &[0]).await;
}

/// `ObjectId`s compare by their bytes, which is by time.
pub async fn object_ids_compare_by_their_bytes(storage: &Subject) {
    let id = |first| Bson::ObjectId(ObjectId::from_bytes([first, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]));
    let shelf = values(storage, [id(1), id(2), id(200)]).await;
    shelf.finds(doc! { "v": { "$gt": id(1) } }, &[1, 2]).await;
    shelf.finds(doc! { "v": id(2) }, &[1]).await;
}

/// Bytes compare by their length, then their subtype, then their content.
pub async fn bytes_compare_by_length_then_subtype_then_content(storage: &Subject) {
    let bytes = |subtype, bytes: &[u8]| Bson::Binary(Binary { subtype, bytes: bytes.to_vec() });
    let generic = |content: &[u8]| bytes(BinarySubtype::Generic, content);
    let shelf = values(
        storage,
        [generic(&[9]), generic(&[1, 1]), generic(&[1, 2]), bytes(BinarySubtype::UserDefined(0x80), &[0, 0])],
    )
    .await;
    shelf.finds(doc! { "v": { "$gt": generic(&[9]) } }, &[1, 2, 3]).await;
    shelf.finds(doc! { "v": { "$gt": generic(&[1, 2]) } }, &[3]).await;
    shelf.finds(doc! { "v": generic(&[1, 1]) }, &[1]).await;
}

/// Documents are equal with the same fields in the same order.
pub async fn documents_are_equal_with_the_same_fields_in_the_same_order(storage: &Subject) {
    let shelf = values(storage, [bson!({ "a": 1, "b": 2 }), bson!({ "b": 2, "a": 1 })]).await;
    shelf.finds(doc! { "v": { "a": 1, "b": 2 } }, &[0]).await;
    shelf.finds(doc! { "v": { "b": 2, "a": 1 } }, &[1]).await;
    shelf.finds(doc! { "v": { "$in": [{ "b": 2, "a": 1 }] } }, &[1]).await;
}

/// A document with a field more or less is another one.
pub async fn a_document_with_more_fields_is_not_equal(storage: &Subject) {
    let shelf = values(storage, [bson!({}), bson!({ "a": 1 }), bson!({ "a": 1, "b": null })]).await;
    shelf.finds(doc! { "v": { "a": 1 } }, &[1]).await;
    shelf.finds(doc! { "v": {} }, &[0]).await;
    shelf.finds(doc! { "v": { "a": 1, "b": null } }, &[2]).await;
}

/// Documents compare field by field, by the type of the value, the name and the value; a prefix is below.
pub async fn documents_compare_field_by_field(storage: &Subject) {
    let shelf = values(
        storage,
        [bson!({}), bson!({ "a": 1 }), bson!({ "a": 2 }), bson!({ "a": 1, "b": 0 }), bson!({ "b": 0 })],
    )
    .await;
    shelf.finds(doc! { "v": { "$gt": { "a": 1 } } }, &[2, 3, 4]).await;
    shelf.finds(doc! { "v": { "$lt": { "a": 1 } } }, &[0]).await;
    shelf.finds(doc! { "v": { "$gte": { "b": 0 } } }, &[4]).await;
}

/// In the order of documents, the type of a value goes before the name of its field.
pub async fn the_type_of_a_field_goes_before_its_name_in_documents(storage: &Subject) {
    let shelf = values(storage, [bson!({ "z": 9 }), bson!({ "a": "text" })]).await;
    shelf.finds(doc! { "v": { "$lt": { "a": "text" } } }, &[0]).await;
    shelf.finds(doc! { "v": { "$gt": { "z": 9 } } }, &[1]).await;
}

/// Inside documents and arrays numbers of different types are equal too.
pub async fn numbers_in_documents_are_equal_across_types(storage: &Subject) {
    let shelf = values(storage, [bson!({ "a": 1 }), bson!({ "a": 1.0 }), bson!([[1_i64]])]).await;
    shelf.finds(doc! { "v": { "a": 1_i64 } }, &[0, 1]).await;
    shelf.finds(doc! { "v": [1.0] }, &[2]).await;
}

/// `$gte` and `$lte` take their operand in, `$gt` and `$lt` leave it out.
pub async fn a_range_has_two_ends(storage: &Subject) {
    let shelf = values(storage, [1, 2, 3, 4, 5].map(Bson::from)).await;
    shelf.finds(doc! { "v": { "$gte": 2, "$lte": 4 } }, &[1, 2, 3]).await;
    shelf.finds(doc! { "v": { "$gt": 2, "$lt": 4 } }, &[2]).await;
    shelf.finds(doc! { "v": { "$gt": 2, "$lte": 4 } }, &[2, 3]).await;
}

/// A range whose ends exclude each other is no error.
pub async fn a_range_that_nothing_meets_matches_nothing(storage: &Subject) {
    let shelf = values(storage, [1, 2, 3].map(Bson::from)).await;
    shelf.finds(doc! { "v": { "$gt": 3, "$lt": 1 } }, &[]).await;
    shelf.finds(doc! { "v": { "$gt": 2, "$lt": "a" } }, &[]).await;
}

/// `MinKey` and `MaxKey` are equal to themselves, and lie below and above every value.
pub async fn min_key_and_max_key_are_below_and_above_all(storage: &Subject) {
    let shelf = values(storage, [Bson::MinKey, bson!(1), bson!("a"), Bson::MaxKey]).await;
    shelf.finds(doc! { "v": Bson::MinKey }, &[0]).await;
    shelf.finds(doc! { "v": Bson::MaxKey }, &[3]).await;
    shelf.finds(doc! { "v": { "$gt": Bson::MinKey } }, &[1, 2, 3]).await;
    shelf.finds(doc! { "v": { "$lt": Bson::MaxKey } }, &[0, 1, 2]).await;
}

/// `{field: /x/}` matches texts with the pattern, and the pattern itself as a value; `{$eq: /x/}` only the latter.
pub async fn eq_with_a_regex_means_the_regex_itself(storage: &Subject) {
    let shelf = values(storage, [bson!("ax"), regex("x", ""), regex("x", "i")]).await;
    shelf.finds(doc! { "v": regex("x", "") }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$eq": regex("x", "") } }, &[1]).await;
}
