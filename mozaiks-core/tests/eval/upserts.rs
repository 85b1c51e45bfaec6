//! What an upsert starts from.

use bson::{Bson, Document, doc};
use mozaiks_core::storage::eval::Filter;

use crate::support::{now, parse_update, raw, regex};

#[track_caller]
fn seeds(filter: Document, expected: Document) {
    let filter = Filter::parse(&filter).unwrap();
    let seed = parse_update(&doc! { "$set": { "z": 1 } }).upsert_seed(&filter);
    assert_eq!(raw(&seed), raw(&expected), "{filter:?}");
}

fn inserts(filter: Document, update: Document) -> Result<Document, String> {
    let filter = Filter::parse(&filter).unwrap();
    parse_update(&update).upsert_document(&filter, now()).map_err(|error| error.to_string())
}

#[test]
fn equality_conditions_seed_an_upsert() {
    seeds(doc! { "a": 1 }, doc! { "a": 1 });
    seeds(doc! { "a": { "$eq": 1, "$gt": 0 } }, doc! { "a": 1 });
    seeds(doc! { "$and": [{ "a": 1 }, { "$and": [{ "b": { "$eq": 2 } }] }] }, doc! { "a": 1, "b": 2 });
    seeds(doc! { "a.b": 1, "a.c": 2 }, doc! { "a": { "b": 1, "c": 2 } });
    seeds(doc! { "a": null }, doc! { "a": null });
    seeds(doc! { "a": { "$eq": regex("x", "") } }, doc! { "a": regex("x", "") });
    seeds(doc! { "a": [1, 2] }, doc! { "a": [1, 2] });
}

#[test]
fn other_conditions_do_not_seed_an_upsert() {
    for filter in [
        doc! { "a": regex("x", "") },
        doc! { "a": { "$regex": "x" } },
        doc! { "a": { "$gt": 1 } },
        doc! { "a": { "$gte": 1, "$lte": 1 } },
        doc! { "a": { "$in": [1] } },
        doc! { "a": { "$all": [1] } },
        doc! { "a": { "$ne": 1 } },
        doc! { "a": { "$not": { "$eq": 1 } } },
        doc! { "a": { "$elemMatch": { "b": 1 } } },
        doc! { "$or": [{ "a": 1 }] },
        doc! { "$nor": [{ "a": 1 }] },
        doc! { "a": { "$exists": true } },
    ] {
        seeds(filter, doc! {});
    }
}

#[test]
fn the_id_is_the_first_field() {
    seeds(doc! { "a": 1, "_id": 7, "A": 2 }, doc! { "_id": 7, "A": 2, "a": 1 });
    let inserted = inserts(doc! { "a": 1 }, doc! { "$setOnInsert": { "_id": 5 } }).unwrap();
    assert_eq!(raw(&inserted), raw(&doc! { "_id": 5, "a": 1 }));
}

#[test]
fn equalities_are_listed_by_path() {
    let filter = Filter::parse(&doc! { "b": 1, "a.x": { "$eq": "y" }, "c": { "$gt": 1 } }).unwrap();
    assert_eq!(filter.equalities(), [("a.x".to_owned(), Bson::from("y")), ("b".to_owned(), Bson::from(1))]);
}

#[test]
fn an_update_is_applied_to_the_seed() {
    let inserted = inserts(
        doc! { "_id": 1, "n": 5, "tags": { "$gt": 1 } },
        doc! { "$inc": { "n": 2 }, "$push": { "tags": "x" }, "$setOnInsert": { "made": true } },
    );
    assert_eq!(raw(&inserted.unwrap()), raw(&doc! { "_id": 1, "n": 7, "made": true, "tags": ["x"] }));
    assert!(inserts(doc! { "_id": 1 }, doc! { "$set": { "_id": 2 } }).is_err());
}

#[test]
fn a_filter_that_says_two_things_of_one_field_is_refused() {
    let update = || doc! { "$set": { "z": 1 } };
    assert!(inserts(doc! { "$and": [{ "a": 1 }, { "a": 2 }] }, update()).is_err());
    assert!(inserts(doc! { "a": { "b": 1 }, "a.b": 1 }, update()).is_err());
    assert!(inserts(doc! { "a.b": 1, "a.c": 1 }, update()).is_ok());
}
