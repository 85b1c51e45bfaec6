//! Pipelines, which see documents as the caller knows them.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, doc};
use mozaiks_core::storage::Storage;

use crate::ask::{ALICE, ALICE_SHARES, BOB, insert};
use crate::server::with_database;

#[tokio::test]
async fn a_pipeline_sees_ids_and_no_scope() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let id = ObjectId::new();
        for scope in [BOB, ALICE, ALICE_SHARES] {
            insert(&storage, scope, id, doc! { "n": 2 }).await.unwrap();
            insert(&storage, scope, "home", doc! { "n": 1 }).await.unwrap();
        }
        for scope in [ALICE, ALICE_SHARES, BOB] {
            let expected = [doc! { "_id": "home", "n": 1 }, doc! { "_id": id, "n": 2 }];
            let sorted = vec![doc! { "$sort": { "n": 1 } }];
            assert_eq!(storage.aggregate(scope, sorted).await.unwrap(), expected);
            let whole = vec![doc! { "$match": {} }, doc! { "$sort": { "n": 1 } }, doc! { "$limit": 10 }];
            assert_eq!(storage.aggregate(scope, whole).await.unwrap(), expected);
            let one = vec![doc! { "$match": { "_id": id } }, doc! { "$project": { "n": 1 } }];
            assert_eq!(storage.aggregate(scope, one).await.unwrap(), expected[1..]);
            let late =
                vec![doc! { "$project": { "n": 1 } }, doc! { "$match": { "_id": { "$in": ["home"] } } }];
            assert_eq!(storage.aggregate(scope, late).await.unwrap(), expected[..1]);
            let groups = vec![doc! { "$group": { "_id": Bson::Null, "many": { "$count": {} } } }];
            assert_eq!(
                storage.aggregate(scope, groups).await.unwrap(),
                [doc! { "_id": Bson::Null, "many": 2 }]
            );
        }
    })
    .await;
}
