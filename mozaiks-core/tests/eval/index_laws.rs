//! Whatever the documents, filters and indexes are: an index finds all that a scan finds, in the order of a sort.

use bson::{Bson, Document, RawBson, RawDocumentBuf, doc};
use mozaiks_core::storage::{
    Index,
    eval::{
        Filter, IndexCandidate, IndexKeys, IndexPlan, ScanOrder, Sort, compare, encode_value, plan_indexes,
    },
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{decimal, raw};

fn number() -> impl Strategy<Value = Bson> {
    let near = (-3_i64..4, 0_u32..63).prop_map(|(off, power)| (1_i64 << power).wrapping_add(off));
    prop_oneof![
        4 => (-2_i32..4).prop_map(Bson::Int32),
        1 => near.clone().prop_map(Bson::Int64),
        1 => near.prop_map(|value| Bson::Double(value as f64)),
        1 => any::<i64>().prop_map(Bson::Int64),
        1 => any::<f64>().prop_map(Bson::Double),
        1 => (-4_i32..8).prop_map(|half| Bson::Double(f64::from(half) / 2.0)),
        1 => (any::<i64>(), -30_i32..30).prop_map(|(digits, exponent)| decimal(&format!("{digits}E{exponent}"))),
        1 => any::<f64>().prop_filter("a number", |double| double.is_finite()).prop_map(|double| {
            // Close to a double, and on either side of it.
            decimal(&format!("{double:.20e}"))
        }),
        1 => select(vec!["NaN", "Infinity", "-0", "1E-6000", "-1E+6000", "0.1", "2.0"]).prop_map(decimal),
    ]
}

fn scalar() -> impl Strategy<Value = Bson> {
    prop_oneof![
        6 => number(),
        2 => select(vec!["", "a", "ab", "b", "a\0", "a\u{1}"]).prop_map(Bson::from),
        2 => Just(Bson::Null),
        1 => select(vec![Bson::MinKey, Bson::MaxKey, Bson::Undefined, true.into(), Bson::Symbol("a".into())]),
        1 => (-2_i64..3).prop_map(|millis| Bson::DateTime(bson::DateTime::from_millis(millis))),
    ]
}

fn value() -> impl Strategy<Value = Bson> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            2 => vec(inner.clone(), 0..4).prop_map(Bson::Array),
            2 => vec((select(vec!["a", "b", "c", "0"]), inner), 0..3).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Document>()
                .into()),
        ]
    })
}

/// Mostly small integers, so that documents and filters meet.
fn simple() -> impl Strategy<Value = Bson> {
    prop_oneof![6 => (0_i32..4).prop_map(Bson::Int32), 2 => value()]
}

fn document() -> impl Strategy<Value = Document> {
    let inner = || vec((select(vec!["b", "c", "0"]), simple()), 0..3);
    let inner = move || {
        inner().prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Document>())
    };
    let field = prop_oneof![
        4 => simple(),
        2 => vec(simple(), 0..4).prop_map(Bson::Array),
        2 => inner().prop_map(Bson::Document),
        3 => vec(prop_oneof![4 => inner().prop_map(Bson::Document), 1 => simple()], 0..4).prop_map(Bson::Array),
    ];
    vec((select(vec!["a", "b", "c"]), field), 0..4)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

const PATHS: [&str; 8] = ["a", "b", "c", "a.b", "a.c", "b.b", "a.0", "a.0.b"];

fn condition() -> impl Strategy<Value = Bson> {
    let one = (select(vec!["$eq", "$gt", "$gte", "$lt", "$lte", "$ne"]), simple())
        .prop_map(|(operator, operand)| doc! { operator: operand });
    let several = (select(vec!["$in", "$nin", "$all"]), vec(simple(), 1..4))
        .prop_map(|(operator, operands)| doc! { operator: operands });
    let between = (0_i32..4, 0_i32..4).prop_map(|(low, high)| doc! { "$gte": low, "$lte": high });
    let operators = prop_oneof![3 => one, 1 => several, 2 => between].boxed();
    prop_oneof![
        2 => simple(),
        4 => operators.clone().prop_map(Bson::Document),
        1 => operators.clone().prop_map(|inner| doc! { "$elemMatch": inner }.into()),
        1 => operators.clone().prop_map(|inner| doc! { "$not": inner }.into()),
        1 => (select(vec!["b", "c", "0"]), operators)
            .prop_map(|(name, inner)| doc! { "$elemMatch": { name: inner } }.into()),
        1 => any::<bool>().prop_map(|wanted| doc! { "$exists": wanted }.into()),
    ]
}

fn filter() -> impl Strategy<Value = Document> {
    let fields = vec((select(PATHS.to_vec()), condition()), 1..4)
        .prop_map(|fields| {
            fields.into_iter().map(|(path, value)| (path.to_owned(), value)).collect::<Document>()
        })
        .boxed();
    prop_oneof![
        4 => fields.clone(),
        1 => vec(fields.clone(), 1..3).prop_map(|filters| doc! { "$and": filters }),
        1 => vec(fields, 1..3).prop_map(|filters| doc! { "$or": filters }),
    ]
}

fn keys() -> impl Strategy<Value = Vec<(&'static str, i32)>> {
    vec((select(PATHS.to_vec()), select(vec![1, -1])), 1..4).prop_map(|mut keys| {
        let mut seen = Vec::new();
        keys.retain(|(path, _)| {
            !seen.contains(path) && {
                seen.push(*path);
                true
            }
        });
        keys
    })
}

fn index() -> impl Strategy<Value = IndexKeys> {
    (keys(), any::<bool>()).prop_map(|(keys, sparse)| {
        let index = Index::new("items", keys.iter().copied()).name("tested");
        IndexKeys::parse(&if sparse && keys.len() == 1 { index.sparse() } else { index }).unwrap()
    })
}

fn sort() -> impl Strategy<Value = Document> {
    keys().prop_map(|keys| {
        keys.into_iter().map(|(path, direction)| (path.to_owned(), direction.into())).collect()
    })
}

/// What an index holds: the keys of the documents that it takes.
struct Indexed {
    documents: Vec<RawDocumentBuf>,
    entries: Vec<(Vec<u8>, usize)>,
    multikey: bool,
}

impl Indexed {
    fn new(index: &IndexKeys, documents: &[Document]) -> Self {
        let mut indexed = Self { documents: Vec::new(), entries: Vec::new(), multikey: false };
        for document in documents.iter().map(raw) {
            // Parallel arrays and ambiguous paths never get in.
            let Ok(keys) = index.keys(&document) else { continue };
            indexed.multikey |= keys.len() > 1;
            indexed.entries.extend(keys.into_iter().map(|key| (key, indexed.documents.len())));
            indexed.documents.push(document);
        }
        indexed.entries.sort();
        indexed
    }

    /// The documents of a plan, in the order of the way through it, each once.
    fn go(&self, plan: &IndexPlan) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for range in &plan.ranges {
            let inside = self.entries.iter().filter(|(key, _)| range.start <= *key && *key < range.end);
            found.extend(inside.map(|(_, place)| *place));
        }
        if plan.order == Some(ScanOrder::Backward) {
            found.reverse();
        }
        let mut seen = Vec::new();
        found.retain(|place| {
            !seen.contains(place) && {
                seen.push(*place);
                true
            }
        });
        found
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_compare_as_values_do(a in value(), b in value()) {
        let (a, b) = (RawBson::try_from(a).unwrap(), RawBson::try_from(b).unwrap());
        let (a, b) = (a.as_raw_bson_ref(), b.as_raw_bson_ref());
        let (x, y) = (encode_value(a).unwrap(), encode_value(b).unwrap());
        prop_assert_eq!(x.cmp(&y), compare(a, b));
        prop_assert!(x == y || !y.starts_with(&x));
    }

    #[test]
    fn numbers_compare_as_bytes(a in number(), b in number()) {
        let (a, b) = (RawBson::try_from(a).unwrap(), RawBson::try_from(b).unwrap());
        let (a, b) = (a.as_raw_bson_ref(), b.as_raw_bson_ref());
        prop_assert_eq!(encode_value(a).unwrap().cmp(&encode_value(b).unwrap()), compare(a, b));
    }

    #[test]
    fn an_index_finds_all_that_matches_and_in_order(
        index in index(),
        documents in vec(document(), 1..12),
        filter in filter(),
        sort in sort(),
        pessimistic in any::<bool>(),
    ) {
        let indexed = Indexed::new(&index, &documents);
        let multikey = indexed.multikey || pessimistic;
        let candidate = IndexCandidate { keys: &index, multikey, ids_follow: false };
        let (filter, sort) = (Filter::parse(&filter).unwrap(), Sort::parse(&sort).unwrap());
        let Some((_, plan)) = plan_indexes(&filter, Some(&sort), &[candidate]) else { return Ok(()) };
        prop_assert!(plan.ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{:?}", plan);

        let mut found = indexed.go(&plan);
        found.retain(|place| filter.matches(&indexed.documents[*place]));
        if plan.order.is_some() {
            let sorted = found.windows(2).all(|pair| {
                sort.compare(&indexed.documents[pair[0]], &indexed.documents[pair[1]]).is_le()
            });
            prop_assert!(sorted, "{:?}", plan);
        }
        found.sort_unstable();
        let matching: Vec<_> =
            (0..indexed.documents.len()).filter(|place| filter.matches(&indexed.documents[*place])).collect();
        prop_assert_eq!(found, matching, "{:?}", plan);
    }
}
