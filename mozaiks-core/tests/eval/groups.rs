//! What `$group` makes of documents.

use bson::{Bson, Document, doc};

use crate::support::{
    assert_accumulates as accumulates, assert_gives as gives, assert_stage_invalid as invalid,
    assert_stage_unsupported as unsupported, decimal,
};

fn values(values: impl IntoIterator<Item = impl Into<Bson>>) -> Vec<Document> {
    values.into_iter().map(|value| doc! { "v": value }).collect()
}

/// Groups by `$k`, and gives the keys with how many there are of each.
#[track_caller]
fn keys(documents: &[Document], expected: Vec<(Bson, i32)>) {
    let stage = doc! { "$group": { "_id": "$k", "n": { "$count": {} } } };
    let expected: Vec<_> = expected.into_iter().map(|(key, n)| doc! { "_id": key, "n": n }).collect();
    gives(&[stage], documents, &expected);
}

#[test]
fn keys_are_equal_across_number_types() {
    let numbers = [Bson::from(1), 1_i64.into(), 1.0.into(), decimal("1.0"), 2.into()];
    let documents: Vec<_> = numbers.into_iter().map(|key| doc! { "k": key }).collect();
    keys(&documents, vec![(1.into(), 4), (2.into(), 1)]);
    let large: Vec<_> = [i64::MAX, i64::MAX - 1, i64::MAX].into_iter().map(|key| doc! { "k": key }).collect();
    keys(&large, vec![((i64::MAX - 1).into(), 1), (i64::MAX.into(), 2)]);
    let odd: Vec<_> = [f64::NAN, 0.0, -0.0, f64::NAN].into_iter().map(|key| doc! { "k": key }).collect();
    keys(&odd, vec![(f64::NAN.into(), 2), (0.0.into(), 2)]);
}

#[test]
fn a_missing_key_is_null() {
    keys(&[doc! { "k": null }, doc! {}, doc! { "k": 1 }], vec![(Bson::Null, 2), (1.into(), 1)]);
}

#[test]
fn arrays_and_documents_are_keys_as_a_whole() {
    let documents = [
        doc! { "k": [1, 2] },
        doc! { "k": [2, 1] },
        doc! { "k": [1.0, 2] },
        doc! { "k": { "a": 1, "b": 2 } },
        doc! { "k": { "b": 2, "a": 1 } },
        doc! { "k": 1 },
    ];
    keys(
        &documents,
        vec![
            (1.into(), 1),
            (doc! { "a": 1, "b": 2 }.into(), 1),
            (doc! { "b": 2, "a": 1 }.into(), 1),
            (vec![1, 2].into(), 2),
            (vec![2, 1].into(), 1),
        ],
    );
}

#[test]
fn a_key_is_any_expression() {
    let documents =
        [doc! { "a": 1, "b": { "c": 5 } }, doc! { "a": 1 }, doc! { "a": 1, "b": { "c": 5 }, "d": 1 }];
    let by = |key: Bson| [doc! { "$group": { "_id": key, "n": { "$sum": 1 } } }];
    gives(
        &by(doc! { "x": "$a", "y": "$b.c" }.into()),
        &documents,
        &[doc! { "_id": { "x": 1 }, "n": 1 }, doc! { "_id": { "x": 1, "y": 5 }, "n": 2 }],
    );
    gives(
        &by(doc! { "x": { "y": "$a" } }.into()),
        &documents,
        &[doc! { "_id": { "x": { "y": 1 } }, "n": 3 }],
    );
    gives(&by(vec!["$a", "$none"].into()), &documents, &[doc! { "_id": [1, null], "n": 3 }]);
    gives(&by(Bson::Null), &documents, &[doc! { "_id": null, "n": 3 }]);
    gives(&by("text".into()), &documents, &[doc! { "_id": "text", "n": 3 }]);
    gives(&by(doc! {}.into()), &documents, &[doc! { "_id": {}, "n": 3 }]);
    gives(&by(doc! { "$literal": "$a" }.into()), &documents, &[doc! { "_id": "$a", "n": 3 }]);
    gives(&by(Bson::Null), &[], &[]);
}

#[test]
fn a_path_through_arrays_gives_an_array() {
    let push = |path: &str| [doc! { "$group": { "_id": null, "v": { "$push": path } } }];
    let document = [doc! { "a": [{ "b": 1 }, 7, { "c": 2 }, [{ "b": 3 }], { "b": [4, 5] }] }];
    gives(&push("$a.b"), &document, &[doc! { "_id": null, "v": [[1, [4, 5]]] }]);
    gives(&push("$a.x"), &document, &[doc! { "_id": null, "v": [[]] }]);
    gives(&push("$a.0"), &document, &[doc! { "_id": null, "v": [[]] }]);
    gives(
        &push("$a.b.c"),
        &[doc! { "a": { "b": { "c": 1 } } }, doc! { "a": { "b": 1 } }],
        &[doc! { "_id": null, "v": [1] }],
    );
}

#[test]
fn sum_skips_what_is_no_number() {
    accumulates("$sum", &values([Bson::from(1), "2".into(), Bson::Null, vec![4].into(), 8.into()]), 9);
    accumulates("$sum", &values(["a"]), 0);
    accumulates("$sum", &[doc! {}], 0);
}

#[test]
fn a_sum_has_the_widest_type_and_takes_a_wider_one_if_it_must() {
    accumulates("$sum", &values([1, 2]), 3);
    accumulates("$sum", &values([Bson::from(1), 2_i64.into()]), 3_i64);
    accumulates("$sum", &values([Bson::from(1), 2.5.into()]), 3.5);
    accumulates("$sum", &values([Bson::from(1), 2.0.into()]), 3.0);
    accumulates("$sum", &values([i32::MAX, 1]), 2_147_483_648_i64);
    accumulates("$sum", &values([i32::MAX, 1, -1]), i32::MAX);
    accumulates("$sum", &values([i64::MAX, 1]), 9_223_372_036_854_775_808.0);
    accumulates("$sum", &values([i64::MAX, 1, -1]), i64::MAX);
    accumulates("$sum", &values([i64::MIN, -1]), -9_223_372_036_854_775_808.0);
    accumulates("$sum", &values([Bson::from(1), decimal("0.10"), decimal("0.25")]), decimal("1.35"));
    accumulates("$sum", &values([Bson::from(i64::MAX), decimal("1")]), decimal("9223372036854775808"));
    accumulates("$sum", &values([Bson::from(0.5), decimal("1")]), decimal("1.5"));
}

#[test]
fn doubles_are_added_without_losing_digits() {
    accumulates("$sum", &values([0.1; 10]), 1.0);
    accumulates("$sum", &values([1e100, 1.0, -1e100]), 1.0);
    accumulates(
        "$sum",
        &values([Bson::from(9_007_199_254_740_993_i64), 1.0.into()]),
        9_007_199_254_740_994.0,
    );
    accumulates("$sum", &values([f64::INFINITY, 1.0]), f64::INFINITY);
    accumulates("$sum", &values([f64::MAX, f64::MAX]), f64::INFINITY);
    for cancelled in [values([f64::INFINITY, f64::NEG_INFINITY]), values([f64::NAN, 1.0])] {
        let stage = doc! { "$group": { "_id": null, "v": { "$sum": "$v" } } };
        let pipeline = mozaiks_core::storage::eval::Pipeline::parse(&[stage]).unwrap();
        let sum = pipeline.run(cancelled.iter().map(crate::support::raw)).unwrap();
        assert!(sum[0].get_f64("v").unwrap().is_nan(), "{sum:?}");
    }
}

#[test]
fn an_average_is_a_double_or_a_decimal() {
    accumulates("$avg", &values([1, 2]), 1.5);
    accumulates("$avg", &values([2, 2]), 2.0);
    accumulates("$avg", &values([Bson::from(1), "x".into(), Bson::Null, 4.into()]), 2.5);
    accumulates("$avg", &values([i64::MAX, i64::MAX]), 9_223_372_036_854_775_807.0);
    accumulates("$avg", &values(["x"]), Bson::Null);
    accumulates("$avg", &[doc! {}], Bson::Null);
    accumulates("$avg", &values([decimal("1.10"), decimal("2.20")]), decimal("1.65"));
    accumulates("$avg", &values([Bson::from(1), decimal("2")]), decimal("1.5"));
    accumulates(
        "$avg",
        &values([decimal("1"), decimal("0"), decimal("0")]),
        decimal("0.3333333333333333333333333333333333"),
    );
    accumulates(
        "$avg",
        &values([decimal("2"), decimal("0"), decimal("0")]),
        decimal("0.6666666666666666666666666666666667"),
    );
    accumulates("$avg", &values([decimal("-7"), decimal("0")]), decimal("-3.5"));
    accumulates("$avg", &values([decimal("0"), decimal("0")]), decimal("0"));
    accumulates("$avg", &values([decimal("Infinity"), decimal("1")]), decimal("Infinity"));
    accumulates("$avg", &values([decimal("9E+6144"), decimal("9E+6144")]), decimal("Infinity"));
}

#[test]
fn min_and_max_follow_the_order_of_all_values() {
    let mixed = || values([Bson::from(5), "a".into(), Bson::Null, true.into(), vec![-9].into(), 3.5.into()]);
    accumulates("$min", &mixed(), 3.5);
    accumulates("$max", &mixed(), true);
    accumulates("$max", &values([Bson::from(9), vec![1].into()]), vec![1]);
    accumulates("$min", &values([Bson::Null]), Bson::Null);
    accumulates("$max", &[doc! {}], Bson::Null);
    accumulates("$min", &values([Bson::from(1), 1.0.into()]), 1);
    accumulates("$min", &values([Bson::from(1.0), f64::NEG_INFINITY.into()]), f64::NEG_INFINITY);
}

#[test]
fn first_and_last_are_null_where_the_field_is_missing() {
    accumulates("$first", &values([3, 1, 2]), 3);
    accumulates("$last", &values([3, 1, 2]), 2);
    let holes = [doc! {}, doc! { "v": 1 }, doc! {}];
    accumulates("$first", &holes, Bson::Null);
    accumulates("$last", &holes, Bson::Null);
    accumulates("$first", &values([Bson::Null, 1.into()]), Bson::Null);
    gives(
        &[
            doc! { "$sort": { "n": -1 } },
            doc! { "$group": { "_id": "$k", "first": { "$first": "$n" }, "last": { "$last": "$n" } } },
        ],
        &[doc! { "k": 1, "n": 1 }, doc! { "k": 1, "n": 3 }, doc! { "k": 2, "n": 9 }, doc! { "k": 1, "n": 2 }],
        &[doc! { "_id": 1, "first": 3, "last": 1 }, doc! { "_id": 2, "first": 9, "last": 9 }],
    );
}

#[test]
fn push_and_add_to_set_keep_null_and_skip_missing() {
    let documents = [doc! { "v": 1 }, doc! { "v": null }, doc! {}, doc! { "v": 1.0 }, doc! { "v": [1] }];
    let one = || Bson::Array(vec![1.into()]);
    accumulates("$push", &documents, vec![1.into(), Bson::Null, 1.0.into(), one()]);
    accumulates("$addToSet", &documents, vec![Bson::Null, 1.into(), one()]);
    accumulates("$push", &[doc! {}], Vec::<Bson>::new());
    accumulates("$addToSet", &[doc! {}], Vec::<Bson>::new());
    accumulates(
        "$addToSet",
        &values([doc! { "a": 1, "b": 2 }, doc! { "b": 2, "a": 1 }, doc! { "a": 1.0, "b": 2 }]),
        vec![doc! { "a": 1, "b": 2 }, doc! { "b": 2, "a": 1 }],
    );
    gives(
        &[doc! { "$group": { "_id": null, "all": { "$push": { "x": "$v", "y": "$w", "z": "c" } } } }],
        &[doc! { "v": 1 }, doc! { "v": 2, "w": null }],
        &[doc! { "_id": null, "all": [{ "x": 1, "z": "c" }, { "x": 2, "y": null, "z": "c" }] }],
    );
}

#[test]
fn count_counts() {
    let stage = doc! { "$group": { "_id": "$k", "n": { "$count": {} }, "two": { "$sum": 2 } } };
    gives(
        &[stage],
        &[doc! { "k": 1 }, doc! { "k": 1 }, doc! {}],
        &[doc! { "_id": null, "n": 1, "two": 2 }, doc! { "_id": 1, "n": 2, "two": 4 }],
    );
}

#[test]
fn what_means_nothing_is_refused() {
    for group in [
        doc! {},
        doc! { "n": { "$sum": 1 } },
        doc! { "_id": null, "n": 1 },
        doc! { "_id": null, "n": "$a" },
        doc! { "_id": null, "n": {} },
        doc! { "_id": null, "n": { "$sum": 1, "$avg": 1 } },
        doc! { "_id": null, "n": { "sum": 1 } },
        doc! { "_id": null, "a.b": { "$sum": 1 } },
        doc! { "_id": null, "$a": { "$sum": 1 } },
        doc! { "_id": null, "": { "$sum": 1 } },
        doc! { "_id": null, "n": { "$count": 1 } },
        doc! { "_id": null, "n": { "$count": { "a": 1 } } },
        doc! { "_id": null, "n": { "$sum": ["$a", "$b"] } },
        doc! { "_id": "$" },
        doc! { "_id": "$a..b" },
        doc! { "_id": { "a.b": "$x" } },
        doc! { "_id": { "$literal": 1, "x": 1 } },
        doc! { "_id": { "x": 1, "$literal": 1 } },
    ] {
        invalid(doc! { "$group": group });
    }
    invalid(doc! { "$group": "$a" });
    let deep = (0..200).fold(Bson::from("$a"), |inner, _| doc! { "a": inner }.into());
    invalid(doc! { "$group": { "_id": deep } });
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for accumulator in ["$stdDevPop", "$mergeObjects", "$accumulator", "$top", "$firstN", "$median"] {
        unsupported(doc! { "$group": { "_id": null, "n": { accumulator: "$a" } } }, accumulator);
    }
    for operator in ["$add", "$cond", "$function", "$dateToString", "$toUpper", "$map", "$sum"] {
        let expression = doc! { operator: ["$a", 1] };
        unsupported(doc! { "$group": { "_id": expression.clone() } }, operator);
        unsupported(doc! { "$group": { "_id": { "x": [expression.clone()] } } }, operator);
        unsupported(doc! { "$group": { "_id": null, "n": { "$sum": expression } } }, operator);
    }
    for variable in ["$$ROOT", "$$NOW", "$$CURRENT", "$$USER_ROLES"] {
        unsupported(doc! { "$group": { "_id": null, "n": { "$push": variable } } }, variable);
        unsupported(doc! { "$group": { "_id": format!("{variable}.a") } }, variable);
    }
}
