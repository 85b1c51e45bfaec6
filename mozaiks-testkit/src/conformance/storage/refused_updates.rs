//! Updates that are refused: before anything is touched, and by all storages with the same words.

use bson::{Document, bson, doc};
use mozaiks_core::storage::eval::Update;
use mozaiks_core::storage::{Change, UpdateOptions};

use super::Subject;
use super::ask::{
    ALICE, Refusal, all, by_id, find_options, holds, insert, many, options, refused, text, upserting,
};
use super::shelf::{changes, fails};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::{fail, within};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("refused_updates.rs");
    an_operator_outside_the_language_is_refused_by_name,
    positional_operators_are_refused_by_name,
    an_update_is_refused_where_nothing_is_there,
    an_update_without_operators_is_refused,
    two_operators_on_one_path_are_refused,
    an_operator_on_a_path_and_its_parent_are_refused,
    paths_that_are_none_are_refused,
    arithmetic_with_what_is_no_number_is_refused,
    lists_that_are_none_are_refused_in_updates,
    modifiers_of_push_are_checked,
    a_pop_of_two_is_refused,
    a_rename_to_what_is_no_name_is_refused,
    a_current_date_of_another_type_is_refused,
    bits_of_what_is_no_integer_are_refused,
    a_pull_with_an_unknown_operator_is_refused,
    an_id_never_changes,
    the_same_id_may_be_set,
];

/// Checks that an update is refused by every method that takes one, whether it would find anything or not, with
/// everybody's words, and that what is there stays.
async fn refuses(storage: &Subject, update: Document, refusal: Refusal<'_>) {
    let asked = |what: &str| format!("{what} by {}", text(&update));
    let change = || Change::Operators(update.clone());
    let all_ways: [(&str, UpdateOptions); 3] =
        [("update", options()), ("update of many", many()), ("upsert", upserting("made"))];
    for (what, options) in all_ways {
        refused(&asked(what), storage.update(ALICE, all(), change(), options), refusal).await;
    }
    let call = storage.find_and_update(ALICE, all(), change(), find_options());
    refused(&asked("find_and_update"), call, refusal).await;
    let Err(expected) = Update::parse(&update) else {
        fail(&format!("the case itself is wrong: {} is an update", text(&update)))
    };
    let found = within("`update` to answer", storage.update(ALICE, all(), change(), many())).await;
    let found = found.map_err(|error| error.to_string());
    assert_eq!(found.err(), Some(expected.to_string()), "the words with which {} is refused", text(&update));
    assert_eq!(
        super::ask::ids(storage, ALICE).await,
        Vec::<String>::new(),
        "what was made by a refused update"
    );
}

/// What is outside the language is refused with its name, also beside what is not.
pub async fn an_operator_outside_the_language_is_refused_by_name(storage: &Subject) {
    for name in ["$foo", "$addFields", "$replaceWith", "$function", "$where", "$pushAll"] {
        refuses(storage, doc! { name: { "a": 1 } }, Refusal::Unsupported(name)).await;
        refuses(storage, doc! { "$set": { "b": 1 }, name: { "a": 1 } }, Refusal::Unsupported(name)).await;
    }
}

/// `$`, `$[]` and `$[name]` in a path are outside the language.
pub async fn positional_operators_are_refused_by_name(storage: &Subject) {
    for path in ["a.$", "a.$[]", "a.$[x]", "a.$.b"] {
        refuses(storage, doc! { "$set": { path: 1 } }, Refusal::Unsupported("$")).await;
    }
}

/// An update is judged before any document is looked at, and a refused one leaves all as it was.
pub async fn an_update_is_refused_where_nothing_is_there(storage: &Subject) {
    refuses(storage, doc! { "$set": { "a": 1 }, "$inc": { "n": "x" } }, Refusal::Invalid).await;
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    let change = Change::Operators(doc! { "$set": { "n": 2 }, "$foo": { "a": 1 } });
    refused(
        "update by $set and $foo",
        storage.update(ALICE, all(), change, many()),
        Refusal::Unsupported("$foo"),
    )
    .await;
    holds(storage, ALICE, "a", Some(&doc! { "n": 1 })).await;
}

/// Fields without operators are a replacement, which is asked for in another way.
pub async fn an_update_without_operators_is_refused(storage: &Subject) {
    refuses(storage, doc! {}, Refusal::Invalid).await;
    refuses(storage, doc! { "a": 1 }, Refusal::Invalid).await;
    refuses(storage, doc! { "$set": { "a": 1 }, "b": 2 }, Refusal::Invalid).await;
    refuses(storage, doc! { "$set": 1 }, Refusal::Invalid).await;
    refuses(storage, doc! { "$inc": [1] }, Refusal::Invalid).await;
}

/// There is no order between two operators on one path.
pub async fn two_operators_on_one_path_are_refused(storage: &Subject) {
    refuses(storage, doc! { "$set": { "a": 1 }, "$inc": { "a": 1 } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$set": { "a": 1 }, "$setOnInsert": { "a": 1 } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$set": { "b": 1 }, "$rename": { "a": "b" } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$set": { "a": 1 }, "$rename": { "a": "b" } }, Refusal::Invalid).await;
}

/// Nor between an operator on a path and one on a part of it.
pub async fn an_operator_on_a_path_and_its_parent_are_refused(storage: &Subject) {
    refuses(storage, doc! { "$set": { "a": {} , "a.b": 1 } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$set": { "a.b.c": 1 }, "$unset": { "a": "" } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$push": { "a": 1 }, "$set": { "a.0": 1 } }, Refusal::Invalid).await;
    changes(storage, doc! {}, doc! { "$set": { "a": 1, "ab": 2 } }, doc! { "a": 1, "ab": 2 }).await;
}

/// The parts of a path are names.
pub async fn paths_that_are_none_are_refused(storage: &Subject) {
    for path in ["", ".", "a.", ".a", "a..b", "$a", "a.$b", "a\0b"] {
        refuses(storage, doc! { "$set": { path: 1 } }, Refusal::Invalid).await;
    }
}

/// `$inc` and `$mul` take numbers.
pub async fn arithmetic_with_what_is_no_number_is_refused(storage: &Subject) {
    for operand in [bson!("1"), bson!(null), bson!(true), bson!([1]), bson!({})] {
        refuses(storage, doc! { "$inc": { "n": operand.clone() } }, Refusal::Invalid).await;
        refuses(storage, doc! { "$mul": { "n": operand } }, Refusal::Invalid).await;
    }
}

/// `$pullAll` and `$each` take arrays.
pub async fn lists_that_are_none_are_refused_in_updates(storage: &Subject) {
    refuses(storage, doc! { "$pullAll": { "a": 1 } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$push": { "a": { "$each": 1 } } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$addToSet": { "a": { "$each": 1 } } }, Refusal::Invalid).await;
}

/// `$position`, `$slice` and `$sort` stand beside an `$each` and are whole numbers and directions.
pub async fn modifiers_of_push_are_checked(storage: &Subject) {
    for modifier in [
        doc! { "$position": 1.5 },
        doc! { "$slice": "1" },
        doc! { "$sort": 2 },
        doc! { "$sort": { "a": 0 } },
        doc! { "other": 1 },
    ] {
        let mut push = doc! { "$each": [1] };
        push.extend(modifier);
        refuses(storage, doc! { "$push": { "a": push } }, Refusal::Invalid).await;
    }
    refuses(storage, doc! { "$push": { "a": { "$slice": 1 } } }, Refusal::Invalid).await;
    refuses(storage, doc! { "$push": { "a": { "$each": [], "$foo": 1 } } }, Refusal::Unsupported("$foo"))
        .await;
}

/// `$pop` takes 1 and -1.
pub async fn a_pop_of_two_is_refused(storage: &Subject) {
    for operand in [bson!(2), bson!(0), bson!("1"), bson!(null)] {
        refuses(storage, doc! { "$pop": { "a": operand } }, Refusal::Invalid).await;
    }
}

/// `$rename` takes the name of another field.
pub async fn a_rename_to_what_is_no_name_is_refused(storage: &Subject) {
    for to in [bson!(1), bson!(null), bson!("a"), bson!("a.b"), bson!(""), bson!("b."), bson!("$b")] {
        refuses(storage, doc! { "$rename": { "a": to } }, Refusal::Invalid).await;
    }
}

/// `$currentDate` takes true or a type that is a time.
pub async fn a_current_date_of_another_type_is_refused(storage: &Subject) {
    for operand in [bson!(1), bson!("date"), bson!({ "$type": "string" }), bson!({ "$type": "date", "x": 1 })]
    {
        refuses(storage, doc! { "$currentDate": { "a": operand } }, Refusal::Invalid).await;
    }
}

/// `$bit` takes and, or, xor with ints and longs.
pub async fn bits_of_what_is_no_integer_are_refused(storage: &Subject) {
    for operand in [bson!(1), bson!({}), bson!({ "or": 1.0 }), bson!({ "not": 1 }), bson!({ "or": "1" })] {
        refuses(storage, doc! { "$bit": { "a": operand } }, Refusal::Invalid).await;
    }
}

/// The condition of a `$pull` is a filter, with a filter's rules.
pub async fn a_pull_with_an_unknown_operator_is_refused(storage: &Subject) {
    refuses(storage, doc! { "$pull": { "a": { "$foo": 1 } } }, Refusal::Unsupported("$foo")).await;
    refuses(storage, doc! { "$pull": { "a": { "$where": "true" } } }, Refusal::Unsupported("$where")).await;
    refuses(storage, doc! { "$pull": { "a": { "b": { "$size": -1 } } } }, Refusal::Invalid).await;
}

/// Nothing changes an `_id`.
pub async fn an_id_never_changes(storage: &Subject) {
    for change in [
        doc! { "$set": { "_id": "other" } },
        doc! { "$unset": { "_id": "" } },
        doc! { "$rename": { "_id": "id" } },
        doc! { "$rename": { "n": "_id" } },
        doc! { "$inc": { "n": 1 }, "$max": { "_id": bson::Bson::MaxKey } },
    ] {
        fails(storage, doc! { "n": 1 }, change).await;
    }
}

/// To set an `_id` to what it is changes nothing, and is no error.
pub async fn the_same_id_may_be_set(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    let change = doc! { "$set": { "_id": "a", "n": 2 } };
    super::ask::update(storage, ALICE, by_id("a"), change, options()).await;
    holds(storage, ALICE, "a", Some(&doc! { "n": 2 })).await;
}
