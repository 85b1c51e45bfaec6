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
