//! What the stages of a pipeline do, but for `$group` and `$project`.

use bson::{Bson, Document, RawDocumentBuf, doc};
use mozaiks_core::storage::{
    StorageError,
    eval::{MAX_DEPTH, Pipeline},
};

use crate::support::{
    assert_gives as gives, assert_stage_invalid as invalid, assert_stage_unsupported as unsupported, raw,
};

fn numbers() -> Vec<Document> {
    (1..=6).map(|n| doc! { "_id": n, "odd": n % 2 }).collect()
}

fn ids(ids: &[i32]) -> Vec<Document> {
    ids.iter().map(|n| doc! { "_id": n, "odd": n % 2 }).collect()
}

#[test]
fn no_stage_gives_everything() {
    gives(&[], &numbers(), &numbers());
}

#[test]
fn match_sort_skip_and_limit_happen_in_their_order() {
    let (odd, down) = (doc! { "$match": { "odd": 1 } }, doc! { "$sort": { "_id": -1 } });
    let (skip, limit) = (doc! { "$skip": 1 }, doc! { "$limit": 2 });
    gives(std::slice::from_ref(&odd), &numbers(), &ids(&[1, 3, 5]));
    gives(&[odd.clone(), down.clone(), skip.clone(), limit.clone()], &numbers(), &ids(&[3, 1]));
    gives(&[limit.clone(), odd.clone()], &numbers(), &ids(&[1]));
    gives(&[limit.clone(), skip.clone()], &numbers(), &ids(&[2]));
    gives(&[skip.clone(), limit.clone()], &numbers(), &ids(&[2, 3]));
    gives(&[skip.clone(), skip.clone(), limit.clone(), limit.clone()], &numbers(), &ids(&[3, 4]));
    gives(&[down.clone(), limit.clone(), odd.clone()], &numbers(), &ids(&[5]));
    gives(&[limit.clone(), down.clone()], &numbers(), &ids(&[2, 1]));
    gives(&[skip.clone(), odd.clone(), down.clone()], &numbers(), &ids(&[5, 3]));
    gives(&[odd.clone(), doc! { "$match": { "_id": { "$gt": 1 } } }], &numbers(), &ids(&[3, 5]));
    gives(&[down, skip, doc! { "$project": { "odd": 1 } }, limit], &numbers(), &ids(&[5, 4]));
    gives(&[doc! { "$skip": 9 }], &numbers(), &[]);
    gives(&[doc! { "$skip": 0 }, doc! { "$limit": 2.0 }], &numbers(), &ids(&[1, 2]));
}

#[test]
fn a_sort_with_a_limit_gives_the_same_of_many_as_of_few() {
    let many: Vec<_> = (0..5_000).map(|n| doc! { "_id": n, "odd": (n * 7_919) % 5_000 }).collect();
    let mut expected = many.clone();
    expected.sort_by_key(|document| document.get_i32("odd").unwrap());
    gives(
        &[doc! { "$sort": { "odd": 1 } }, doc! { "$skip": 3 }, doc! { "$limit": 5 }],
        &many,
        &expected[3..8],
    );
}

#[test]
fn equal_documents_keep_their_order_in_a_sort() {
    gives(&[doc! { "$sort": { "odd": 1 } }], &numbers(), &ids(&[2, 4, 6, 1, 3, 5]));
    gives(&[doc! { "$sort": { "odd": 1 } }, doc! { "$limit": 4 }], &numbers(), &ids(&[2, 4, 6, 1]));
}

#[test]
fn count_gives_one_document_or_none() {
    gives(&[doc! { "$count": "n" }], &numbers(), &[doc! { "n": 6 }]);
    gives(&[doc! { "$match": { "odd": 1 } }, doc! { "$count": "n" }], &numbers(), &[doc! { "n": 3 }]);
    gives(&[doc! { "$match": { "odd": 2 } }, doc! { "$count": "n" }], &numbers(), &[]);
    gives(&[doc! { "$count": "n" }, doc! { "$project": { "m": "$n" } }], &numbers(), &[doc! { "m": 6 }]);
    for operand in [Bson::from(""), 1.into(), "$n".into(), "a.b".into(), "_id".into(), Bson::Null] {
        invalid(doc! { "$count": operand });
    }
}

fn tagged(id: i32, tags: impl Into<Bson>) -> Document {
    doc! { "_id": id, "t": tags, "z": 1 }
}

#[test]
fn unwind_gives_a_document_for_each_element_in_its_place() {
    let documents = [
        tagged(1, vec!["a", "b"]),
        tagged(2, Vec::<Bson>::new()),
        tagged(3, Bson::Null),
        tagged(4, "scalar"),
        doc! { "_id": 5, "z": 1 },
        tagged(6, vec![Bson::Null, Bson::Array(vec![1.into()])]),
        tagged(7, doc! { "x": 1 }),
    ];
    let unwound = [
        tagged(1, "a"),
        tagged(1, "b"),
        tagged(4, "scalar"),
        tagged(6, Bson::Null),
        tagged(6, vec![1]),
        tagged(7, doc! { "x": 1 }),
    ];
    gives(&[doc! { "$unwind": "$t" }], &documents, &unwound);
    gives(&[doc! { "$unwind": { "path": "$t" } }], &documents, &unwound);
    gives(
        &[doc! { "$unwind": { "path": "$t", "preserveNullAndEmptyArrays": true } }],
        &documents,
        &[
            tagged(1, "a"),
            tagged(1, "b"),
            doc! { "_id": 2, "z": 1 },
            tagged(3, Bson::Null),
            tagged(4, "scalar"),
            doc! { "_id": 5, "z": 1 },
            tagged(6, Bson::Null),
            tagged(6, vec![1]),
            tagged(7, doc! { "x": 1 }),
        ],
    );
}

#[test]
fn unwind_numbers_the_elements() {
    let stage = |preserve: bool| {
        doc! { "$unwind": { "path": "$t", "includeArrayIndex": "i", "preserveNullAndEmptyArrays": preserve } }
    };
    let documents = [
        doc! { "_id": 1, "t": ["a", "b"] },
        doc! { "_id": 2, "t": "x" },
        doc! { "_id": 3, "t": [] },
        doc! { "i": 9 },
    ];
    let numbered = vec![
        doc! { "_id": 1, "t": "a", "i": 0_i64 },
        doc! { "_id": 1, "t": "b", "i": 1_i64 },
        doc! { "_id": 2, "t": "x", "i": null },
    ];
    gives(&[stage(false)], &documents, &numbered);
    let kept = [numbered, vec![doc! { "_id": 3, "i": null }, doc! { "i": null }]].concat();
    gives(&[stage(true)], &documents, &kept);
    gives(
        &[doc! { "$unwind": { "path": "$t", "includeArrayIndex": "at.i" } }],
        &[doc! { "t": [5], "at": { "x": 1 } }, doc! { "t": [6], "at": 7 }],
        &[doc! { "t": 5, "at": { "x": 1, "i": 0_i64 } }, doc! { "t": 6, "at": { "i": 0_i64 } }],
    );
}

#[test]
fn unwind_does_not_go_through_arrays() {
    let stage = [doc! { "$unwind": "$a.b" }];
    gives(
        &stage,
        &[doc! { "a": { "b": [1, 2], "c": 3 } }],
        &[doc! { "a": { "b": 1, "c": 3 } }, doc! { "a": { "b": 2, "c": 3 } }],
    );
    gives(&stage, &[doc! { "a": [{ "b": [1, 2] }] }, doc! { "a": 1 }], &[]);
    gives(&[doc! { "$unwind": "$a.0" }], &[doc! { "a": [[1, 2]] }], &[]);
    gives(
        &[doc! { "$unwind": "$a" }, doc! { "$unwind": "$a" }],
        &[doc! { "a": [[1, 2], [3]] }],
        &[doc! { "a": 1 }, doc! { "a": 2 }, doc! { "a": 3 }],
    );
}

#[test]
fn a_limit_after_an_unwind_counts_elements() {
    let documents = [tagged(1, vec![1, 2, 3]), tagged(2, vec![4, 5])];
    gives(
        &[doc! { "$unwind": "$t" }, doc! { "$skip": 2 }, doc! { "$limit": 2 }],
        &documents,
        &[tagged(1, 3), tagged(2, 4)],
    );
}

#[test]
fn what_means_nothing_is_refused() {
    for stage in [
        doc! {},
        doc! { "$match": {}, "$limit": 1 },
        doc! { "$match": 1 },
        doc! { "$match": { "a": { "$size": -1 } } },
        doc! { "$sort": {} },
        doc! { "$sort": { "a": 2 } },
        doc! { "$sort": "a" },
        doc! { "$limit": 0 },
        doc! { "$limit": -1 },
        doc! { "$limit": 1.5 },
        doc! { "$limit": "1" },
        doc! { "$skip": -1 },
        doc! { "$skip": null },
        doc! { "$unwind": "a" },
        doc! { "$unwind": "$" },
        doc! { "$unwind": "$$a" },
        doc! { "$unwind": 1 },
        doc! { "$unwind": {} },
        doc! { "$unwind": { "path": "a" } },
        doc! { "$unwind": { "path": "$a", "includeArrayIndex": "$i" } },
        doc! { "$unwind": { "path": "$a", "includeArrayIndex": "" } },
        doc! { "$unwind": { "path": "$a", "preserveNullAndEmptyArrays": 1 } },
    ] {
        invalid(stage);
    }
    let endless = vec![doc! { "$skip": 1 }; 1_001];
    assert!(matches!(Pipeline::parse(&endless), Err(StorageError::Invalid(_))));
    assert_eq!(Pipeline::parse(&endless[1..]).unwrap().run([raw(&doc! {})]).unwrap(), [] as [Document; 0]);
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for stage in [
        "$lookup",
        "$out",
        "$merge",
        "$addFields",
        "$set",
        "$unset",
        "$facet",
        "$bucket",
        "$sample",
        "$replaceRoot",
        "$geoNear",
        "$unionWith",
        "$sortByCount",
        "$redact",
        "$collStats",
        "$indexStats",
        "$setWindowFields",
        "match",
    ] {
        unsupported(doc! { stage: {} }, stage);
    }
    unsupported(doc! { "$match": { "$expr": { "$eq": ["$a", 1] } } }, "$expr");
    unsupported(doc! { "$match": { "$where": "true" } }, "$where");
    unsupported(doc! { "$sort": { "a": { "$meta": "textScore" } } }, "$meta");
    unsupported(doc! { "$unwind": { "path": "$a", "other": 1 } }, "other");
    let late = [doc! { "$limit": 1 }, doc! { "$out": "elsewhere" }];
    assert!(matches!(Pipeline::parse(&late), Err(StorageError::Unsupported(_))));
}

#[test]
fn the_head_is_what_a_storage_can_find() {
    let head = |stages: &[Document]| {
        let (head, rest) = Pipeline::parse(stages).unwrap().split();
        (head.filter, head.sort, head.skip, head.limit, rest.is_empty())
    };
    let (a, b) = (doc! { "$match": { "a": 1 } }, doc! { "$match": { "b": 2 } });
    let sort = doc! { "$sort": { "a": 1 } };
    assert_eq!(head(&[]), (doc! {}, None, 0, None, true));
    assert_eq!(head(&[a.clone(), doc! { "$match": {} }]), (doc! { "a": 1 }, None, 0, None, true));
    let both = doc! { "$and": [{ "a": 1 }, { "b": 2 }] };
    assert_eq!(head(&[a.clone(), b.clone()]), (both, None, 0, None, true));
    let sorted = (doc! { "a": 1 }, Some(doc! { "a": 1 }), 3, Some(2), true);
    let (skip, limit) = (doc! { "$skip": 3 }, doc! { "$limit": 2 });
    assert_eq!(head(&[a.clone(), sort.clone(), skip.clone(), limit.clone()]), sorted);
    assert_eq!(head(&[sort.clone(), a.clone()]), (doc! {}, Some(doc! { "a": 1 }), 0, None, false));
    assert_eq!(head(&[limit.clone(), a.clone()]), (doc! {}, None, 0, Some(2), false));
    assert_eq!(head(&[skip.clone(), sort]), (doc! {}, None, 3, None, false));
    assert_eq!(head(&[skip, a]), (doc! {}, None, 3, None, false));
}

#[test]
fn what_a_pipeline_makes_is_no_larger_than_a_document() {
    let large = || raw(&doc! { "a": "x".repeat(6_000_000) });
    let group = |accumulator: Bson| {
        Pipeline::parse(&[doc! { "$group": { "_id": null, "all": accumulator } }]).unwrap()
    };
    for accumulator in [doc! { "$push": "$a" }, doc! { "$push": { "x": "$a", "y": "$a", "z": "$a" } }] {
        let run = group(accumulator.into()).run([large(), large(), large()]);
        assert!(matches!(run, Err(StorageError::TooLarge(_))), "{run:?}");
    }
    let different = (0..3).map(|n| raw(&doc! { "a": format!("{n}{}", "x".repeat(6_000_000)) }));
    let run = group(doc! { "$addToSet": "$a" }.into()).run(different);
    assert!(matches!(run, Err(StorageError::TooLarge(_))), "{run:?}");
    let project = Pipeline::parse(&[doc! { "$project": { "x": "$a", "y": "$a", "z": "$a" } }]).unwrap();
    assert!(matches!(project.run([large()]), Err(StorageError::TooLarge(_))));
}

#[test]
fn what_a_pipeline_makes_is_no_deeper_than_a_document() {
    let deep = (1..MAX_DEPTH).fold(doc! {}, |inner, _| doc! { "a": inner });
    let wrap = Pipeline::parse(&[doc! { "$project": { "b": { "c": "$a" } } }]).unwrap();
    assert!(matches!(wrap.run([raw(&deep)]), Err(StorageError::TooLarge(_))), "one level more");
    let same = Pipeline::parse(&[doc! { "$project": { "b": "$a" } }]).unwrap();
    assert_eq!(same.run([raw(&deep)]).unwrap().len(), 1);
    let stages = vec![doc! { "$group": { "_id": null, "a": { "$push": "$a" } } }; 200];
    let nested = Pipeline::parse(&stages).unwrap().run([raw(&doc! { "a": 1 })]);
    assert!(matches!(nested, Err(StorageError::TooLarge(_))));
}

#[test]
fn a_damaged_document_is_an_error_and_no_panic() {
    let stages = [
        vec![doc! { "$project": { "a": "$b.c", "d": { "e": "$b" } } }],
        vec![doc! { "$unwind": "$b" }],
        vec![doc! { "$group": { "_id": "$b.c", "n": { "$push": "$b" } } }],
        vec![doc! { "$sort": { "b.c": 1 } }, doc! { "$limit": 1 }],
    ];
    let stages = stages.map(|stages| Pipeline::parse(&stages).unwrap());
    let sound = raw(&doc! { "a": 1, "b": [{ "c": "x" }, 2], "d": { "e": 1.5 } }).into_bytes();
    let mut failed = 0;
    for position in 4..sound.len() - 1 {
        for value in [0x00, 0x01, 0x04, 0x10, 0x7f, 0xff] {
            let mut bytes = sound.clone();
            bytes[position] = value;
            let document = RawDocumentBuf::from_bytes(bytes).unwrap();
            failed += stages.iter().filter(|pipeline| pipeline.run([document.clone()]).is_err()).count();
        }
    }
    assert!(failed > 100, "only {failed} runs failed");
}

#[test]
fn what_unwind_makes_is_not_all_there_at_once() {
    // 20,000 copies of a mebibyte.
    let elements: Vec<_> = (0..20_000).map(Bson::Int32).collect();
    let document = raw(&doc! { "_id": 1, "text": "x".repeat(1 << 20), "a": elements });
    let unwind = doc! { "$unwind": { "path": "$a", "includeArrayIndex": "at" } };
    let (match_, limit) = (doc! { "$match": { "a": { "$gte": 2 } } }, doc! { "$limit": 3 });
    let show = doc! { "$project": { "_id": 0, "at": 1 } };
    let stages = [unwind, match_, limit, show];
    let first = Pipeline::parse(&stages).unwrap().run([document.clone(), document]).unwrap();
    assert_eq!(first, [2i64, 3, 4].map(|at| doc! { "at": at }));
}

#[test]
fn a_limit_lets_through_what_has_passed_it() {
    let document = |id: i32| doc! { "_id": id, "a": [1, 2, 3], "b": [1, 2] };
    let (a, b) = (doc! { "$unwind": "$a" }, doc! { "$unwind": "$b" });
    let one = |id: i32, a: i32, b: i32| doc! { "_id": id, "a": a, "b": b };
    gives(
        &[a.clone(), doc! { "$limit": 4 }, b.clone(), doc! { "$limit": 7 }],
        &[document(1), document(2)],
        &[one(1, 1, 1), one(1, 1, 2), one(1, 2, 1), one(1, 2, 2), one(1, 3, 1), one(1, 3, 2), one(2, 1, 1)],
    );
    gives(&[a, doc! { "$limit": 1 }, b], &[document(1), document(2)], &[one(1, 1, 1), one(1, 1, 2)]);
}
