//! Where the keys are of the documents that a filter can mean.

use std::slice;

use super::key::{self, Key};
use crate::storage::DocumentId;
use crate::storage::eval::{Demand, Filter, Operator};

/// Where the keys of documents are.
#[derive(Debug)]
pub(super) enum Keys {
    One(Key),
    /// In order, none of them twice.
    Each(Vec<Key>),
    /// From the first on, before the second.
    Between(Key, Key),
}

impl Keys {
    pub fn one(id: &DocumentId) -> Self {
        Self::One(key::encode(id))
    }

    pub fn all() -> Self {
        let (low, high) = key::all();
        Self::Between(low, high)
    }

    pub fn are_all(&self) -> bool {
        let (all_low, all_high) = key::all();
        matches!(self, Self::Between(low, high) if *low == all_low && *high == all_high)
    }

    /// The keys, where they are known one by one.
    pub fn named(&self) -> Option<&[Key]> {
        match self {
            Self::One(key) => Some(slice::from_ref(key)),
            Self::Each(keys) => Some(keys),
            Self::Between(..) => None,
        }
    }

    /// No fewer than a filter demands.
    pub fn of(filter: &Filter) -> Self {
        let (mut low, mut high) = key::all();
        let mut named: Option<Vec<Key>> = None;
        for demand in filter.id_demands() {
            let values = match demand {
                Demand::Compare(Operator::Equal, value) => vec![value],
                Demand::In(values) => values,
                Demand::Compare(operator, value) => {
                    let Some(key) = key::of_value(value) else { continue };
                    let (first, beyond) = key::same_type(&key);
                    match operator {
                        Operator::Greater | Operator::GreaterOrEqual => {
                            (low, high) = (low.max(key), high.min(beyond));
                        }
                        Operator::Less => (low, high) = (low.max(first), high.min(key)),
                        Operator::LessOrEqual => {
                            (low, high) = (low.max(first), high.min(key::after(key)));
                        }
                        // Handled above.
                        Operator::Equal => {}
                    }
                    continue;
                }
                Demand::Element(_) => continue,
            };
            // What is no key equals no id.
            let mut keys: Vec<Key> = values.into_iter().filter_map(key::of_value).collect();
            keys.sort_unstable();
            keys.dedup();
            named = Some(match named {
                None => keys,
                Some(before) => before.into_iter().filter(|key| keys.binary_search(key).is_ok()).collect(),
            });
        }
        let Some(mut keys) = named else { return Self::Between(low, high) };
        keys.retain(|key| low <= *key && *key < high);
        match keys.pop() {
            Some(key) if keys.is_empty() => Self::One(key),
            last => {
                keys.extend(last);
                Self::Each(keys)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bson::oid::ObjectId;
    use bson::{Bson, Document, RawDocumentBuf, doc};
    use proptest::prelude::*;

    use super::*;
    use crate::storage::eval::with_id;

    const HEX: &str = "65301c2f9d1e8b3a4c5d6e7f";

    fn ids() -> Vec<DocumentId> {
        let mut ids: Vec<DocumentId> = ["", "a", "a\0", "ab", "b", "ä", HEX].map(DocumentId::from).into();
        ids.extend([[0; 12], [255; 12]].map(|bytes| ObjectId::from_bytes(bytes).into()));
        ids
    }

    fn value() -> impl Strategy<Value = Bson> {
        let mut values: Vec<Bson> = ["", "a", "a\0", "ab", "b", "ä", HEX].map(Bson::from).into();
        values.extend([[0; 12], [255; 12]].map(|bytes| ObjectId::from_bytes(bytes).into()));
        values.extend(ids().iter().filter_map(DocumentId::as_object_id).map(Bson::ObjectId));
        values.extend([Bson::Symbol("a".into()), Bson::Null, 1.into(), Bson::MinKey, Bson::MaxKey]);
        values.extend([doc! { "a": 1 }.into(), Bson::Array(vec!["a".into()])]);
        prop::sample::select(values)
    }

    fn regex() -> Bson {
        Bson::RegularExpression(bson::Regex {
            pattern: bson::raw::cstr!("a").into(),
            options: bson::raw::cstr!("").into(),
        })
    }

    fn test() -> impl Strategy<Value = Bson> {
        let list = || prop::collection::vec(prop_oneof![8 => value(), 1 => Just(regex())], 0..4);
        let test = prop_oneof![
            (prop::sample::select(vec!["$eq", "$gt", "$gte", "$lt", "$lte", "$ne"]), value())
                .prop_map(|(operator, value)| doc! { operator: value }),
            (prop::sample::select(vec!["$in", "$nin", "$all"]), list())
                .prop_map(|(operator, list)| doc! { operator: list }),
            (value(), list()).prop_map(|(value, list)| doc! { "$gte": value, "$in": list }),
            Just(doc! { "$exists": true }),
            value().prop_map(|value| doc! { "$not": { "$gt": value } }),
            list().prop_map(|list| doc! { "$not": { "$in": list } }),
            value().prop_map(|value| doc! { "$elemMatch": { "$eq": value } }),
            Just(doc! { "$type": "string" }),
        ];
        prop_oneof![2 => value(), 1 => Just(regex()), 5 => test.prop_map(Bson::from)]
    }

    fn filter() -> impl Strategy<Value = Document> {
        let leaf = (prop::sample::select(vec!["_id", "_id", "_id", "_id.a", "n"]), test())
            .prop_map(|(name, test)| doc! { name: test });
        leaf.prop_recursive(2, 8, 3, |inner| {
            let group = (
                prop::sample::select(vec!["$and", "$and", "$or", "$nor"]),
                prop::collection::vec(inner, 1..4),
            );
            group.prop_map(|(operator, filters)| doc! { operator: filters })
        })
    }

    proptest! {
        #[test]
        fn every_document_that_a_filter_means_has_one_of_its_keys(filter in filter()) {
            let Ok(parsed) = Filter::parse(&filter) else { return Ok(()) };
            let keys = Keys::of(&parsed);
            if let Keys::Each(keys) = &keys {
                prop_assert!(keys.is_sorted_by(|one, next| one < next), "{:?}", keys);
            }
            let body = RawDocumentBuf::try_from(&doc! { "n": "a" }).map_err(|error| TestCaseError::fail(error.to_string()))?;
            for id in ids() {
                let document = with_id(&id, &body).map_err(|error| TestCaseError::fail(error.to_string()))?;
                let key = key::encode(&id);
                let among = match &keys {
                    Keys::One(one) => *one == key,
                    Keys::Each(keys) => keys.contains(&key),
                    Keys::Between(low, high) => *low <= key && key < *high,
                };
                prop_assert!(among || !parsed.matches(&document), "{id:?} is not among {:?}", keys);
            }
        }
    }
}
