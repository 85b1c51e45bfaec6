//! Random documents, and random questions about them.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Document, Timestamp, doc};
use proptest::prelude::*;

/// Which values documents and questions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Of every type that is not deprecated, nested in each other.
    All,
    /// Those about which the Java server is right: see [`LEFT_OUT`].
    Plain,
}

/// What plain values leave out, each with the case of the suite that the Java server fails for it.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("arrays, as values and as operands", "an_array_matches_an_equal_array_one_level_down"),
    ("arrays in arrays", "a_path_does_not_enter_an_array_in_an_array"),
    ("null in comparisons", "gte_and_lte_null_match_null_and_missing"),
    ("null in updates", "arithmetic_of_null_fails"),
    ("doubles and longs beyond 2^53", "a_long_beside_the_double_next_to_it_is_compared_exactly"),
    ("decimals", "decimals_compare_exactly_with_doubles"),
    ("NaN and the infinities", "nan_is_in_no_range"),
    ("regexes", "a_regex_matches_texts_only"),
    ("texts beyond the basic plane", "texts_beyond_the_basic_plane_order_by_their_bytes"),
    ("numbers of different types", "set_of_an_equal_number_of_another_type_changes_the_type"),
    ("$bit", "bit_computes_with_integers"),
    ("several new fields in one update", "new_fields_are_added_in_the_order_of_their_names"),
    ("paths into documents in $project", "project_keeps_the_documents_on_the_way"),
    ("several equalities in the filter of an upsert", "an_upsert_starts_in_the_order_of_names"),
    ("several fields in one inclusion", "fields_are_shown_in_the_order_of_the_document"),
    ("$push and $addToSet of what may be missing", "push_skips_missing_and_keeps_null"),
    ("bytes", "bytes_compare_by_length_then_subtype_then_content"),
];

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    Filter(Document),
    Sort(Document),
    Projection(Document),
    Update(Document, Document),
    Pipeline(Vec<Document>),
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just("a"), 3 => Just("b"), 2 => Just("c"), 1 => Just("0"), 1 => Just("1")]
        .prop_map(str::to_owned)
}

fn path(values: Values) -> BoxedStrategy<String> {
    match values {
        Values::All => proptest::collection::vec(name(), 1..4).prop_map(|parts| parts.join(".")).boxed(),
        Values::Plain => prop_oneof![Just("a"), Just("b"), Just("c"), Just("d.a"), Just("d.b")]
            .prop_map(str::to_owned)
            .boxed(),
    }
}

fn scalar(values: Values) -> BoxedStrategy<Bson> {
    if values == Values::Plain {
        return prop_oneof![
            4 => (-3..4i32).prop_map(Bson::from),
            2 => prop_oneof![Just(""), Just("a"), Just("A"), Just("ab"), Just("b")].prop_map(Bson::from),
            1 => any::<bool>().prop_map(Bson::from),
            1 => (-2..3i64).prop_map(|millis| Bson::DateTime(DateTime::from_millis(millis))),
            1 => (0..3u8).prop_map(|byte| Bson::ObjectId(ObjectId::from_bytes([byte; 12]))),
        ]
        .boxed();
    }
    let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
    prop_oneof![
        6 => (-3..4i32).prop_map(Bson::from),
        2 => (-3..4i64).prop_map(Bson::from),
        2 => (-6..7i32).prop_map(|half| Bson::from(f64::from(half) / 2.0)),
        2 => prop_oneof![
            Just(i64::MAX), Just(i64::MIN), Just(9_007_199_254_740_992), Just(9_007_199_254_740_993),
            Just(2_147_483_648)
        ].prop_map(Bson::from),
        2 => prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(0.1),
            Just(9_007_199_254_740_992.0), Just(9.3e18)
        ].prop_map(Bson::from),
        2 => prop_oneof![Just("1"), Just("1.0"), Just("0.1"), Just("-0"), Just("NaN"), Just("1E+30"), Just("-Infinity")]
            .prop_map(decimal),
        4 => prop_oneof![
            Just(""), Just("a"), Just("A"), Just("ab"), Just("a\0b"), Just("\u{e9}"), Just("\u{fffd}"),
            Just("\u{1f600}")
        ].prop_map(Bson::from),
        3 => Just(Bson::Null),
        2 => any::<bool>().prop_map(Bson::from),
        1 => (-2..3i64).prop_map(|millis| Bson::DateTime(DateTime::from_millis(millis))),
        1 => (0..3u8).prop_map(|byte| Bson::ObjectId(ObjectId::from_bytes([byte; 12]))),
        1 => (0..3usize, any::<bool>()).prop_map(|(length, user)| {
            let subtype = if user { BinarySubtype::UserDefined(0x80) } else { BinarySubtype::Generic };
            Bson::Binary(Binary { subtype, bytes: vec![7; length] })
        }),
        1 => (0..2u32, 0..2u32).prop_map(|(time, increment)| Bson::Timestamp(Timestamp { time, increment })),
        1 => prop_oneof![Just(Bson::MinKey), Just(Bson::MaxKey)],
    ]
    .boxed()
}

fn value(values: Values) -> BoxedStrategy<Bson> {
    let leaf = scalar(values);
    if values == Values::Plain {
        return leaf;
    }
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Bson::Array),
            proptest::collection::vec((name(), inner), 0..3)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
        ]
    })
    .boxed()
}

/// A document without its id.
pub fn document(values: Values) -> BoxedStrategy<Document> {
    match values {
        Values::All => proptest::collection::vec((name(), value(values)), 0..4)
            .prop_map(|fields| fields.into_iter().collect())
            .boxed(),
        Values::Plain => {
            let field = || proptest::option::of(scalar(values));
            (field(), field(), field(), field(), field())
                .prop_map(|(a, b, c, da, db)| {
                    let some = |name: &str, value: Option<Bson>| value.map(|value| (name.to_owned(), value));
                    let mut document: Document =
                        [some("a", a), some("b", b), some("c", c)].into_iter().flatten().collect();
                    let inner: Document = [some("a", da), some("b", db)].into_iter().flatten().collect();
                    document.insert("d", inner);
                    document
                })
                .boxed()
        }
    }
}

fn comparison(values: Values) -> BoxedStrategy<Document> {
    let operator =
        prop_oneof![Just("$eq"), Just("$ne"), Just("$gt"), Just("$gte"), Just("$lt"), Just("$lte")];
    (operator, value(values)).prop_map(|(operator, value)| doc! { operator: value }).boxed()
}

fn condition(values: Values) -> BoxedStrategy<Document> {
    let list = || proptest::collection::vec(value(values), 0..3);
    let kind = prop_oneof![
        Just("int"),
        Just("string"),
        Just("bool"),
        Just("objectId"),
        Just("date"),
        Just("object")
    ];
    let plain = prop_oneof![
        5 => comparison(values),
        2 => list().prop_map(|list| doc! { "$in": list }),
        1 => list().prop_map(|list| doc! { "$nin": list }),
        1 => any::<bool>().prop_map(|exists| doc! { "$exists": exists }),
        1 => kind.prop_map(|kind| doc! { "$type": kind }),
        1 => comparison(values).prop_map(|comparison| doc! { "$not": comparison }),
    ];
    if values == Values::Plain {
        return plain.boxed();
    }
    let kind = prop_oneof![
        Just("number"),
        Just("null"),
        Just("array"),
        Just("long"),
        Just("double"),
        Just("decimal")
    ];
    prop_oneof![
        6 => plain,
        1 => (comparison(values), comparison(values)).prop_map(|(a, b)| a.into_iter().chain(b).collect()),
        1 => (0..3i32).prop_map(|size| doc! { "$size": size }),
        1 => list().prop_map(|list| doc! { "$all": list }),
        1 => (1..4i32, -2..3i32).prop_map(|(by, rest)| doc! { "$mod": [by, rest] }),
        1 => comparison(values).prop_map(|comparison| doc! { "$elemMatch": comparison }),
        1 => (name(), value(values)).prop_map(|(name, value)| doc! { "$elemMatch": { name: value } }),
        1 => prop_oneof![Just("^a"), Just("a"), Just("^$"), Just("b$")].prop_map(|regex| doc! { "$regex": regex }),
        1 => kind.prop_map(|kind| doc! { "$type": kind }),
    ]
    .boxed()
}

fn filter(values: Values) -> BoxedStrategy<Document> {
    let field = prop_oneof![
        3 => (path(values), condition(values)).prop_map(|(path, condition)| doc! { path: condition }),
        2 => (path(values), value(values)).prop_map(|(path, value)| doc! { path: value }),
    ];
    field
        .prop_recursive(2, 6, 3, |inner| {
            let operator = prop_oneof![Just("$and"), Just("$or"), Just("$nor")];
            (operator, proptest::collection::vec(inner, 1..3))
                .prop_map(|(operator, list)| doc! { operator: list })
        })
        .boxed()
}

pub fn filters(values: Values) -> BoxedStrategy<Question> {
    filter(values).prop_map(Question::Filter).boxed()
}

fn sort(values: Values) -> BoxedStrategy<Document> {
    let direction = prop_oneof![Just(1), Just(-1)];
    proptest::collection::vec((path(values), direction), 1..3)
        .prop_map(|fields| {
            fields.into_iter().map(|(path, direction)| (path, Bson::from(direction))).collect()
        })
        .boxed()
}

pub fn sorts(values: Values) -> BoxedStrategy<Question> {
    sort(values).prop_map(Question::Sort).boxed()
}

fn projection(values: Values) -> BoxedStrategy<Document> {
    let most = if values == Values::All { 3 } else { 2 };
    (proptest::collection::vec(path(values), 1..most), any::<bool>())
        .prop_map(|(paths, show)| paths.into_iter().map(|path| (path, Bson::from(i32::from(show)))).collect())
        .boxed()
}

pub fn projections(values: Values) -> BoxedStrategy<Question> {
    projection(values).prop_map(Question::Projection).boxed()
}

fn change(values: Values) -> BoxedStrategy<Document> {
    let one = |operator: &'static str| {
        (path(values), value(values)).prop_map(move |(path, value)| doc! { operator: { path: value } })
    };
    let plain = prop_oneof![
        4 => one("$set"),
        2 => path(values).prop_map(|path| doc! { "$unset": { path: "" } }),
        2 => (path(values), -3..4i32).prop_map(|(path, by)| doc! { "$inc": { path: by } }),
        1 => (path(values), -3..4i32).prop_map(|(path, by)| doc! { "$mul": { path: by } }),
        1 => one("$min"),
        1 => one("$max"),
        1 => one("$setOnInsert"),
        1 => path(values).prop_map(|path| doc! { "$currentDate": { path: true } }),
        1 => (path(values), path(values)).prop_map(|(from, to)| doc! { "$rename": { from: to } }),
    ];
    if values == Values::Plain {
        return plain.boxed();
    }
    let list = || proptest::collection::vec(value(values), 0..3);
    prop_oneof![
        6 => plain,
        2 => one("$push"),
        2 => one("$addToSet"),
        2 => one("$pull"),
        1 => (path(values), comparison(values)).prop_map(|(path, test)| doc! { "$pull": { path: test } }),
        1 => (path(values), list()).prop_map(|(path, list)| doc! { "$pullAll": { path: list } }),
        1 => (path(values), any::<bool>()).prop_map(|(path, last)| doc! { "$pop": { path: if last { 1 } else { -1 } } }),
        1 => (path(values), list(), -3..4i32, -3..4i32).prop_map(|(path, each, position, slice)| {
            doc! { "$push": { path: { "$each": each, "$position": position, "$slice": slice, "$sort": 1 } } }
        }),
        1 => (path(values), scalar(values)).prop_map(|(path, by)| doc! { "$inc": { path: by } }),
        1 => (path(values), 0..8i32).prop_map(|(path, bits)| doc! { "$bit": { path: { "xor": bits } } }),
    ]
    .boxed()
}

pub fn updates(values: Values) -> BoxedStrategy<Question> {
    let some = match values {
        Values::All => filter(values),
        Values::Plain => {
            (path(values), condition(values)).prop_map(|(path, test)| doc! { path: test }).boxed()
        }
    };
    let filter = prop_oneof![2 => Just(doc! {}), 1 => some];
    let most = if values == Values::All { 3 } else { 2 };
    (filter, proptest::collection::vec(change(values), 1..most))
        .prop_map(|(filter, changes)| {
            let mut update = Document::new();
            for (operator, fields) in changes.into_iter().flatten() {
                match (update.get_document_mut(&operator), fields) {
                    (Ok(known), Bson::Document(fields)) => known.extend(fields),
                    (_, fields) => drop(update.insert(operator, fields)),
                }
            }
            Question::Update(filter, update)
        })
        .boxed()
}

fn stage(values: Values) -> BoxedStrategy<Vec<Document>> {
    let at = || path(values).prop_map(|path| format!("${path}"));
    let summing = prop_oneof![Just("$sum"), Just("$min"), Just("$max")];
    let group = (at(), at(), summing).prop_map(|(key, of, how)| {
        vec![doc! { "$group": { "_id": key, "b": { how: of }, "n": { "$sum": 1 } } }]
    });
    let page = (sort(values), 0..3i32, 1..5i32).prop_map(|(mut sort, skip, limit)| {
        sort.insert("_id", 1);
        vec![doc! { "$sort": sort }, doc! { "$skip": skip }, doc! { "$limit": limit }]
    });
    let shown = match values {
        Values::All => projection(values),
        Values::Plain => (name(), 0..2i32).prop_map(|(name, show)| doc! { name: show }).boxed(),
    };
    let plain = prop_oneof![
        3 => filter(values).prop_map(|filter| vec![doc! { "$match": filter }]),
        2 => group,
        1 => page,
        1 => shown.prop_map(|projection| vec![doc! { "$project": projection }]),
        1 => Just(vec![doc! { "$count": "a" }]),
    ];
    if values == Values::Plain {
        return plain.boxed();
    }
    let gather = prop_oneof![Just("$push"), Just("$first"), Just("$last"), Just("$avg"), Just("$addToSet")];
    prop_oneof![
        5 => plain,
        1 => at().prop_map(|path| vec![doc! { "$unwind": path }]),
        1 => (at(), any::<bool>()).prop_map(|(path, keep)| {
            vec![doc! { "$unwind": { "path": path, "includeArrayIndex": "b", "preserveNullAndEmptyArrays": keep } }]
        }),
        1 => (at(), at(), gather).prop_map(|(key, of, how)| {
            vec![doc! { "$sort": { "_id": 1 } }, doc! { "$group": { "_id": { "k": key }, "a": { how: of } } }]
        }),
        1 => (at(), at()).prop_map(|(x, y)| vec![doc! { "$project": { "a": x, "b": { "c": [y] } } }]),
    ]
    .boxed()
}

pub fn pipelines(values: Values) -> BoxedStrategy<Question> {
    proptest::collection::vec(stage(values), 1..4)
        .prop_map(|stages| Question::Pipeline(stages.into_iter().flatten().collect()))
        .boxed()
}
