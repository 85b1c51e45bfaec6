//! Filters that are refused: before anything is touched, and by all storages with the same words.

use bson::{Bson, Document, bson, doc};
use mozaiks_core::storage::eval::Filter;
use mozaiks_core::storage::{Change, Query, StorageError};

use super::Subject;
use super::ask::{ALICE, Refusal, all, by, count, find_options, insert, many, refused, regex, text};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::{fail, within};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("refused_filters.rs");
    operators_outside_the_language_are_refused_by_name,
    what_runs_code_is_refused_by_name,
    an_unknown_operator_is_refused_where_nothing_is_there,
    a_refused_filter_deletes_and_updates_nothing,
    operators_in_the_wrong_place_are_refused,
    ne_and_ranges_with_a_regex_are_refused,
    a_size_that_is_no_count_is_refused,
    mod_without_two_numbers_is_refused,
    lists_that_are_none_are_refused,
    logic_without_filters_is_refused,
    an_empty_part_of_a_path_is_refused,
    dollar_names_in_paths_are_refused,
    an_unknown_type_is_refused,
    elem_match_of_what_is_no_document_is_refused,
    not_of_what_are_no_operators_is_refused,
    options_without_a_regex_are_refused,
    a_pattern_that_is_none_is_refused,
    a_pattern_with_look_around_is_refused,
    a_nul_in_a_name_in_a_filter_is_refused,
    a_filter_that_is_too_deep_is_refused,
    refusals_have_the_same_words_everywhere,
];

/// Checks that every method that takes a filter refuses it, and that it does so with everybody's words.
async fn refuses(storage: &Subject, filter: Document, refusal: Refusal<'_>) {
    let asked = |what: &str| format!("{what} with the filter {}", text(&filter));
    let find = storage.find(ALICE, Query::new(by(filter.clone())));
    refused(&asked("find"), find, refusal).await;
    refused(&asked("count"), storage.count(ALICE, by(filter.clone())), refusal).await;
    refused(&asked("distinct"), storage.distinct(ALICE, "n", by(filter.clone())), refusal).await;
    refused(&asked("delete"), storage.delete(ALICE, by(filter.clone()), true), refusal).await;
    let change = || Change::Operators(doc! { "$set": { "touched": true } });
    refused(&asked("update"), storage.update(ALICE, by(filter.clone()), change(), many()), refusal).await;
    let call = storage.find_and_update(ALICE, by(filter.clone()), change(), find_options());
    refused(&asked("find_and_update"), call, refusal).await;
    same_words(storage, filter).await;
}

/// Checks that the refusal reads as that of `eval`, which all storages share.
async fn same_words(storage: &Subject, filter: Document) {
    let Err(expected) = Filter::parse(&filter) else {
        fail(&format!("the case itself is wrong: {} is a filter", text(&filter)))
    };
    let found = within("`find` to answer", storage.find(ALICE, Query::new(by(filter.clone())))).await;
    let found = found.map_err(|error| error.to_string());
    assert_eq!(found.err(), Some(expected.to_string()), "the words with which {} is refused", text(&filter));
}

/// What is outside the language is refused with its name, never ignored.
pub async fn operators_outside_the_language_are_refused_by_name(storage: &Subject) {
    for name in ["$text", "$jsonSchema", "$comment", "$sampleRate", "$foo"] {
        refuses(storage, doc! { name: 1 }, Refusal::Unsupported(name)).await;
    }
    for name in ["$near", "$geoWithin", "$bitsAllSet", "$foo"] {
        refuses(storage, doc! { "a": { name: 1 } }, Refusal::Unsupported(name)).await;
    }
}

/// `$where`, `$expr` and `$function` are refused, however deep they stand.
pub async fn what_runs_code_is_refused_by_name(storage: &Subject) {
    let where_ = || doc! { "$where": "true" };
    for filter in [
        where_(),
        doc! { "$or": [{ "a": 1 }, where_()] },
        doc! { "$nor": [{ "$and": [where_()] }] },
        doc! { "a": { "$elemMatch": where_() } },
        doc! { "a": { "$not": where_() } },
    ] {
        refuses(storage, filter, Refusal::Unsupported("$where")).await;
    }
    refuses(storage, doc! { "$expr": { "$eq": ["$a", 1] } }, Refusal::Unsupported("$expr")).await;
    refuses(storage, doc! { "a": { "$function": {} } }, Refusal::Unsupported("$function")).await;
}

/// A filter is judged before any document is looked at, so it is refused in an empty collection too.
pub async fn an_unknown_operator_is_refused_where_nothing_is_there(storage: &Subject) {
    assert_eq!(count(storage, ALICE, all()).await, 0);
    refuses(storage, doc! { "a": { "$foo": 1 } }, Refusal::Unsupported("$foo")).await;
    refuses(storage, doc! { "a": { "$in": 1 } }, Refusal::Invalid).await;
}

/// A filter that is refused has touched nothing, whatever it began with.
pub async fn a_refused_filter_deletes_and_updates_nothing(storage: &Subject) {
    for id in ["a", "b"] {
        insert(storage, ALICE, id, doc! { "n": 1 }).await;
    }
    for filter in [doc! { "n": 1, "$where": "true" }, doc! { "$or": [{ "n": 1 }, { "m": { "$foo": 1 } }] }] {
        let delete = storage.delete(ALICE, by(filter.clone()), true);
        refused("delete with a filter of which a part is refused", delete, Refusal::Unsupported("$")).await;
        let change = Change::Operators(doc! { "$set": { "n": 2 } });
        let update = storage.update(ALICE, by(filter), change, many());
        refused("update with a filter of which a part is refused", update, Refusal::Unsupported("$")).await;
    }
    assert_eq!(count(storage, ALICE, by(doc! { "n": 1 })).await, 2, "documents after the refusals");
}

/// An operator that stands where a field or a value belongs is refused.
pub async fn operators_in_the_wrong_place_are_refused(storage: &Subject) {
    for filter in [
        doc! { "$gt": 1 },
        doc! { "a": { "$and": [{ "b": 1 }] } },
        doc! { "a": { "$gt": 1, "b": 2 } },
        doc! { "a": { "$in": [{ "$gt": 1 }] } },
        doc! { "a": { "$all": [{ "$gt": 1 }] } },
    ] {
        refuses(storage, filter, Refusal::Invalid).await;
    }
}

/// `$ne`, `$gt` and their kin do not take a regex.
pub async fn ne_and_ranges_with_a_regex_are_refused(storage: &Subject) {
    for operator in ["$ne", "$gt", "$gte", "$lt", "$lte"] {
        refuses(storage, doc! { "a": { operator: regex("x", "") } }, Refusal::Invalid).await;
    }
}

/// `$size` takes a whole number from 0 on.
pub async fn a_size_that_is_no_count_is_refused(storage: &Subject) {
    for operand in [bson!(-1), bson!(1.5), bson!("1"), bson!(null), bson!(f64::NAN)] {
        refuses(storage, doc! { "a": { "$size": operand } }, Refusal::Invalid).await;
    }
}

/// `$mod` takes exactly two numbers, and does not divide by zero.
pub async fn mod_without_two_numbers_is_refused(storage: &Subject) {
    for operand in [bson!([]), bson!([4]), bson!([4, 1, 0]), bson!([0, 1]), bson!(["4", 1]), bson!(4)] {
        refuses(storage, doc! { "a": { "$mod": operand } }, Refusal::Invalid).await;
    }
}

/// `$in`, `$nin` and `$all` take arrays.
pub async fn lists_that_are_none_are_refused(storage: &Subject) {
    for operator in ["$in", "$nin", "$all"] {
        refuses(storage, doc! { "a": { operator: 1 } }, Refusal::Invalid).await;
        refuses(storage, doc! { "a": { operator: { "x": 1 } } }, Refusal::Invalid).await;
    }
}

/// `$and`, `$or` and `$nor` take arrays of filters that are not empty.
pub async fn logic_without_filters_is_refused(storage: &Subject) {
    for operator in ["$and", "$or", "$nor"] {
        for operand in [bson!([]), bson!({}), bson!([1]), bson!(null)] {
            refuses(storage, doc! { operator: operand }, Refusal::Invalid).await;
        }
    }
}

/// The parts of a path are names.
pub async fn an_empty_part_of_a_path_is_refused(storage: &Subject) {
    for path in ["", ".", "a.", ".a", "a..b"] {
        refuses(storage, doc! { path: 1 }, Refusal::Invalid).await;
    }
}

/// The name of a field in a path has no `$` in front, and positional operators are not supported.
pub async fn dollar_names_in_paths_are_refused(storage: &Subject) {
    refuses(storage, doc! { "a.$b": 1 }, Refusal::Invalid).await;
    refuses(storage, doc! { "a.$": 1 }, Refusal::Unsupported("$")).await;
    refuses(storage, doc! { "a.$[].b": 1 }, Refusal::Unsupported("$[]")).await;
}

/// `$type` knows the types of BSON.
pub async fn an_unknown_type_is_refused(storage: &Subject) {
    for operand in [bson!("text"), bson!(99), bson!([]), bson!(["string", "text"]), bson!(null), bson!(1.5)] {
        refuses(storage, doc! { "a": { "$type": operand } }, Refusal::Invalid).await;
    }
}

/// `$elemMatch` takes a document.
pub async fn elem_match_of_what_is_no_document_is_refused(storage: &Subject) {
    for operand in [bson!(1), bson!([{ "a": 1 }]), bson!(null)] {
        refuses(storage, doc! { "a": { "$elemMatch": operand } }, Refusal::Invalid).await;
    }
}

/// `$not` takes operators or a regex.
pub async fn not_of_what_are_no_operators_is_refused(storage: &Subject) {
    for operand in [bson!(1), bson!({}), bson!({ "b": 1 }), bson!([]), bson!(null)] {
        refuses(storage, doc! { "a": { "$not": operand } }, Refusal::Invalid).await;
    }
}

/// `$options` belong to a `$regex`.
pub async fn options_without_a_regex_are_refused(storage: &Subject) {
    refuses(storage, doc! { "a": { "$options": "i" } }, Refusal::Invalid).await;
    refuses(storage, doc! { "a": { "$regex": "a", "$options": "q" } }, Refusal::Invalid).await;
}

/// A pattern that cannot be read is refused.
pub async fn a_pattern_that_is_none_is_refused(storage: &Subject) {
    for pattern in ["(", "[", "a{2,1}", "*"] {
        refuses(storage, doc! { "a": { "$regex": pattern } }, Refusal::Invalid).await;
    }
    refuses(storage, doc! { "a": { "$regex": 5 } }, Refusal::Invalid).await;
}

/// Look-around and back references have no linear time, and are refused.
pub async fn a_pattern_with_look_around_is_refused(storage: &Subject) {
    for pattern in ["(?=a)b", "(?!a)b", "(?<=a)b", "(?<!a)b", r"(a)\1"] {
        let filter = doc! { "a": { "$regex": pattern } };
        let call = storage.find(ALICE, Query::new(by(filter.clone())));
        match within("`find` to answer", call).await {
            Err(StorageError::Unsupported(_) | StorageError::Invalid(_)) => {}
            other => fail(&format!("find with {filter} must be refused, but gave {other:?}")),
        }
        same_words(storage, filter).await;
    }
}

/// A name has no NUL: BSON could not say where it ends.
pub async fn a_nul_in_a_name_in_a_filter_is_refused(storage: &Subject) {
    refuses(storage, doc! { "a\0b": 1 }, Refusal::Invalid).await;
    refuses(storage, doc! { "a": { "b\0": 1 } }, Refusal::Invalid).await;
    refuses(storage, doc! { "a": { "$in": [{ "b\0": 1 }] } }, Refusal::Invalid).await;
}

/// A filter nests at most 100 levels.
pub async fn a_filter_that_is_too_deep_is_refused(storage: &Subject) {
    let deep = (0..200).fold(Bson::Int32(1), |inner, _| bson!({ "a": inner }));
    refuses(storage, doc! { "a": deep }, Refusal::Invalid).await;
    let negated = (0..200).fold(bson!({ "$gt": 1 }), |inner, _| bson!({ "$not": inner }));
    refuses(storage, doc! { "a": negated }, Refusal::Invalid).await;
    let path = vec!["a"; 101].join(".");
    refuses(storage, doc! { path: 1 }, Refusal::Invalid).await;
}

/// What is refused is refused by every storage with the same words: those of `eval`.
pub async fn refusals_have_the_same_words_everywhere(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "a": [1, 2] }).await;
    for filter in [
        doc! { "a": { "$exists": "yes" } },
        doc! { "a": { "$all": [{ "$elemMatch": { "b": 1 } }, 5] } },
        doc! { "$rand": {} },
        doc! { "a": { "$slice": 1 } },
    ] {
        same_words(storage, filter).await;
    }
}
