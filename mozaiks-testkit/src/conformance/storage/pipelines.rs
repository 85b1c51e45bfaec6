//! Pipelines: their stages, and what is refused.

use bson::{Document, bson, doc};

use super::Subject;
use super::ask::{ALICE, Refusal, insert, list, refused};
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};
use crate::conformance::wait::{answer, fail, within};
use mozaiks_core::storage::eval::Pipeline;

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("pipelines.rs");
    an_empty_pipeline_gives_whole_documents,
    a_pipeline_over_nothing_gives_nothing,
    match_filters,
    match_of_ids_knows_object_ids,
    stages_work_in_their_order,
    sort_skip_and_limit_page,
    sort_after_a_group_sorts_groups,
    project_shows_and_leaves_out,
    project_keeps_the_documents_on_the_way,
    project_leaves_out_the_id_where_it_is_told,
    project_computes_fields_from_paths,
    project_of_a_missing_path_makes_no_field,
    project_makes_documents_and_arrays,
    project_of_a_path_through_an_array_gives_an_array,
    project_takes_a_literal,
    stages_outside_the_language_are_refused_by_name,
    expressions_outside_the_language_are_refused_by_name,
    a_limit_of_zero_is_refused,
    stages_that_mean_nothing_are_refused,
    a_refused_stage_refuses_the_pipeline,
];

/// Without stages the documents come out as they are, with their `_id` as the first field and nothing else added.
pub async fn an_empty_pipeline_gives_whole_documents(storage: &Subject) {
    let made = mozaiks_core::DocumentId::from("65301c2f9d1e8b3a4c5d6e7f");
    insert(storage, ALICE, &made, doc! { "z": 1, "a": { "b": [1] } }).await;
    let shelf = shelf(storage, [doc! { "n": 1 }]).await;
    let expected = [doc! { "_id": "000", "n": 1 }, doc! { "_id": made, "z": 1, "a": { "b": [1] } }];
    shelf.pipes_in_any_order([], expected.clone()).await;
    shelf.pipes([doc! { "$sort": { "_id": 1 } }], expected).await;
}

/// A pipeline over a collection that holds nothing is no error.
pub async fn a_pipeline_over_nothing_gives_nothing(storage: &Subject) {
    let shelf = shelf(storage, []).await;
    shelf.pipes([], []).await;
    shelf.pipes([doc! { "$match": { "a": 1 } }, doc! { "$sort": { "a": 1 } }], []).await;
    shelf.pipes([doc! { "$group": { "_id": null, "n": { "$sum": 1 } } }], []).await;
}

/// `$match` is a filter.
pub async fn match_filters(storage: &Subject) {
    let shelf = values(storage, [bson!(1), bson!(5), bson!([1, 9]), bson!("5")]).await;
    let some = doc! { "$match": { "v": { "$gt": 3 } } };
    shelf
        .pipes_in_any_order([some], [doc! { "_id": "001", "v": 5 }, doc! { "_id": "002", "v": [1, 9] }])
        .await;
}

/// In a `$match` that comes first, `_id` is the document's.
pub async fn match_of_ids_knows_object_ids(storage: &Subject) {
    let made = mozaiks_core::DocumentId::from("65301c2f9d1e8b3a4c5d6e7f");
    insert(storage, ALICE, &made, doc! { "n": 1 }).await;
    let shelf = shelf(storage, [doc! { "n": 2 }]).await;
    shelf.pipes([doc! { "$match": { "_id": made.clone() } }], [doc! { "_id": made, "n": 1 }]).await;
    shelf.pipes([doc! { "$match": { "_id": "000" } }], [doc! { "_id": "000", "n": 2 }]).await;
}

/// Each stage sees what the one before it gave.
pub async fn stages_work_in_their_order(storage: &Subject) {
    let shelf = values(storage, (0..6).map(bson::Bson::from)).await;
    let sort = || doc! { "$sort": { "v": -1 } };
    let small = || doc! { "$match": { "v": { "$lt": 5 } } };
    let row = |n: i32| doc! { "_id": format!("{n:03}"), "v": n };
    shelf.pipes([sort(), doc! { "$limit": 2 }, small()], [row(4)]).await;
    shelf.pipes([small(), sort(), doc! { "$limit": 2 }], [row(4), row(3)]).await;
    shelf.pipes([sort(), doc! { "$skip": 1 }, doc! { "$limit": 2 }], [row(4), row(3)]).await;
    shelf.pipes([sort(), doc! { "$limit": 2 }, doc! { "$skip": 1 }], [row(4)]).await;
}

/// `$sort`, `$skip` and `$limit` give a page, by several fields too.
pub async fn sort_skip_and_limit_page(storage: &Subject) {
    let shelf = shelf(storage, (0..9).map(|n| doc! { "g": n % 3, "n": n })).await;
    let page = [doc! { "$sort": { "g": 1, "n": -1 } }, doc! { "$skip": 2 }, doc! { "$limit": 3 }];
    let row = |n: i32| doc! { "_id": format!("{n:03}"), "g": n % 3, "n": n };
    shelf.pipes(page, [row(0), row(7), row(4)]).await;
}

/// What a `$group` has made can be sorted and matched.
pub async fn sort_after_a_group_sorts_groups(storage: &Subject) {
    let shelf =
        shelf(storage, [("a", 1), ("b", 5), ("a", 2), ("c", 1)].map(|(k, n)| doc! { "k": k, "n": n })).await;
    let group = doc! { "$group": { "_id": "$k", "total": { "$sum": "$n" } } };
    let stages = [group, doc! { "$match": { "total": { "$gt": 1 } } }, doc! { "$sort": { "total": -1 } }];
    shelf.pipes(stages, [doc! { "_id": "b", "total": 5 }, doc! { "_id": "a", "total": 3 }]).await;
}

/// `$project` shows what it names, or all but that; `_id` stays if nothing is said of it.
pub async fn project_shows_and_leaves_out(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1, "b": { "c": 2, "d": 3 } }]).await;
    shelf.pipes([doc! { "$project": { "a": 1 } }], [doc! { "_id": "000", "a": 1 }]).await;
    shelf.pipes([doc! { "$project": { "b.c": true } }], [doc! { "_id": "000", "b": { "c": 2 } }]).await;
    shelf.pipes([doc! { "$project": { "b.c": 0 } }], [doc! { "_id": "000", "a": 1, "b": { "d": 3 } }]).await;
    shelf.pipes([doc! { "$project": { "b": { "c": 1 } } }], [doc! { "_id": "000", "b": { "c": 2 } }]).await;
}

/// An inclusion of `a.b` shows a document `a` that lacks `b`, empty then; an `a` that is none is not shown.
pub async fn project_keeps_the_documents_on_the_way(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": {} }, doc! { "a": { "c": 1 } }, doc! { "a": 1 }]).await;
    let expected = [doc! { "_id": "000", "a": {} }, doc! { "_id": "001", "a": {} }, doc! { "_id": "002" }];
    shelf.pipes_in_any_order([doc! { "$project": { "a.b": 1 } }], expected).await;
}

/// `_id: 0` leaves out the id, here where it is part of what comes out.
pub async fn project_leaves_out_the_id_where_it_is_told(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1, "b": 2 }]).await;
    shelf.pipes([doc! { "$project": { "_id": 0, "a": 1 } }], [doc! { "a": 1 }]).await;
    shelf.pipes([doc! { "$project": { "_id": 0 } }], [doc! { "a": 1, "b": 2 }]).await;
    shelf.pipes([doc! { "$project": { "_id": 0, "b": 0 } }], [doc! { "a": 1 }]).await;
}

/// `"$a.b"` beside a field is the value at that path.
pub async fn project_computes_fields_from_paths(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": { "b": 5 }, "c": [1, 2] }]).await;
    shelf.pipes([doc! { "$project": { "_id": 0, "x": "$a.b" } }], [doc! { "x": 5 }]).await;
    shelf.pipes([doc! { "$project": { "_id": 0, "x": "$c" } }], [doc! { "x": [1, 2] }]).await;
    shelf.pipes([doc! { "$project": { "_id": "$a.b" } }], [doc! { "_id": 5 }]).await;
    shelf.pipes([doc! { "$project": { "x": "$_id", "_id": 0 } }], [doc! { "x": "000" }]).await;
}

/// A path that leads nowhere makes no field; one that leads to null makes null.
pub async fn project_of_a_missing_path_makes_no_field(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": null }]).await;
    shelf
        .pipes([doc! { "$project": { "_id": 0, "x": "$z", "y": "$a", "w": "$a.b" } }], [doc! { "y": null }])
        .await;
}

/// Documents and arrays of expressions are made; in an array what is missing is null.
pub async fn project_makes_documents_and_arrays(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1, "b": 2 }]).await;
    let project =
        doc! { "$project": { "_id": 0, "x": { "y": "$a", "z": "$none" }, "l": ["$a", "$none", "t"] } };
    shelf.pipes([project], [doc! { "x": { "y": 1 }, "l": [1, null, "t"] }]).await;
}

/// A path through an array of documents gives the values of all of them, as an array.
pub async fn project_of_a_path_through_an_array_gives_an_array(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": [{ "b": 1 }, { "c": 2 }, 3, { "b": [4] }] }]).await;
    shelf.pipes([doc! { "$project": { "_id": 0, "x": "$a.b" } }], [doc! { "x": [1, [4]] }]).await;
}

/// `$literal` is a value as it is written.
pub async fn project_takes_a_literal(storage: &Subject) {
    let shelf = shelf(storage, [doc! { "a": 1 }]).await;
    let project = doc! { "$project": { "_id": 0, "x": { "$literal": "$a" }, "y": { "$literal": 1 } } };
    shelf.pipes([project], [doc! { "x": "$a", "y": 1 }]).await;
}

/// Checks that a pipeline is refused, with everybody's words.
async fn refuses(storage: &Subject, pipeline: impl Into<Vec<Document>>, refusal: Refusal<'_>) {
    let pipeline = pipeline.into();
    let asked = format!("aggregate{}", list(&pipeline));
    refused(&asked, storage.aggregate(ALICE, pipeline.clone()), refusal).await;
    let Err(expected) = Pipeline::parse(&pipeline) else {
        fail(&format!("the case itself is wrong:{} is a pipeline", list(&pipeline)))
    };
    let found = within("`aggregate` to answer", storage.aggregate(ALICE, pipeline)).await;
    assert_eq!(
        found.err().map(|error| error.to_string()),
        Some(expected.to_string()),
        "the words about {asked}"
    );
}

/// A stage outside the language is refused by its name, above all one that reads or writes elsewhere.
pub async fn stages_outside_the_language_are_refused_by_name(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    for stage in ["$lookup", "$out", "$merge", "$unionWith", "$facet", "$graphLookup", "$function", "$foo"] {
        refuses(storage, [doc! { stage: { "from": "other" } }], Refusal::Unsupported(stage)).await;
    }
    for stage in ["$addFields", "$set", "$replaceRoot", "$sample", "$indexStats", "$collStats", "$currentOp"]
    {
        refuses(storage, [doc! { stage: {} }], Refusal::Unsupported(stage)).await;
    }
}

/// So is an operator in an expression, and a variable.
pub async fn expressions_outside_the_language_are_refused_by_name(storage: &Subject) {
    for operator in ["$add", "$concat", "$function", "$cond", "$getField", "$where"] {
        let operand = || doc! { operator: ["$a", "$b"] };
        refuses(storage, [doc! { "$project": { "x": operand() } }], Refusal::Unsupported(operator)).await;
        refuses(storage, [doc! { "$group": { "_id": operand() } }], Refusal::Unsupported(operator)).await;
        let group = doc! { "$group": { "_id": null, "x": { "$sum": operand() } } };
        refuses(storage, [group], Refusal::Unsupported(operator)).await;
    }
    for variable in ["$$ROOT", "$$CURRENT", "$$NOW", "$$ROOT.user_id"] {
        let name = variable.split('.').next().unwrap_or_default();
        refuses(storage, [doc! { "$project": { "x": variable } }], Refusal::Unsupported(name)).await;
        let group = doc! { "$group": { "_id": null, "x": { "$push": variable } } };
        refuses(storage, [group], Refusal::Unsupported(name)).await;
    }
    let group = doc! { "$group": { "_id": null, "x": { "$accumulator": {} } } };
    refuses(storage, [group], Refusal::Unsupported("$accumulator")).await;
    refuses(storage, [doc! { "$match": { "$expr": true } }], Refusal::Unsupported("$expr")).await;
}

/// `$limit: 0` is refused, and so is what is no number of documents.
pub async fn a_limit_of_zero_is_refused(storage: &Subject) {
    for limit in [bson!(0), bson!(-1), bson!(1.5), bson!("1"), bson!(null)] {
        refuses(storage, [doc! { "$limit": limit }], Refusal::Invalid).await;
    }
    for skip in [bson!(-1), bson!(1.5), bson!("1")] {
        refuses(storage, [doc! { "$skip": skip }], Refusal::Invalid).await;
    }
}

/// Stages that mean nothing are refused.
pub async fn stages_that_mean_nothing_are_refused(storage: &Subject) {
    for stage in [
        doc! {},
        doc! { "$match": {}, "$limit": 1 },
        doc! { "$match": 1 },
        doc! { "$sort": {} },
        doc! { "$sort": { "a": 0 } },
        doc! { "$project": {} },
        doc! { "$project": { "a": 1, "b": 0 } },
        doc! { "$project": { "a": 1, "a.b": 1 } },
        doc! { "$unwind": "l" },
        doc! { "$unwind": 1 },
        doc! { "$unwind": { "path": "$l", "includeArrayIndex": "$i" } },
        doc! { "$count": "" },
        doc! { "$count": "$n" },
        doc! { "$count": "a.b" },
        doc! { "$count": 1 },
        doc! { "$group": { "x": { "$sum": 1 } } },
        doc! { "$group": { "_id": null, "x": 1 } },
        doc! { "$group": { "_id": null, "x": { "$sum": 1, "$avg": 1 } } },
        doc! { "$group": { "_id": null, "a.b": { "$sum": 1 } } },
        doc! { "$match": { "a": { "$size": -1 } } },
    ] {
        refuses(storage, [stage], Refusal::Invalid).await;
    }
}

/// A pipeline is judged as a whole before it begins.
pub async fn a_refused_stage_refuses_the_pipeline(storage: &Subject) {
    insert(storage, ALICE, "a", doc! { "n": 1 }).await;
    let stages = [doc! { "$match": { "n": 2 } }, doc! { "$limit": 1 }, doc! { "$out": "elsewhere" }];
    refuses(storage, stages, Refusal::Unsupported("$out")).await;
    let elsewhere = mozaiks_core::storage::StorageScope { collection: "elsewhere", ..ALICE };
    let found = answer("count", storage.count(elsewhere, super::ask::all())).await;
    assert_eq!(found, 0, "documents that a refused `$out` has written");
}
