//! Nothing of another user, another app or another plugin can be reached, whatever is asked for.

use bson::{Bson, Document};
use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use serde_json::{Map, Value};

macro_rules! cabinet {
    ($type:ident, $name:literal) => {
        /// Lets a client do to its collections whatever a filter, an update or a name can say: the worst there is.
        #[derive(Default)]
        pub struct $type;

        #[plugin(name = $name, version = "1.0.0", permissions = ["storage:shared", "notifications:send"])]
        impl $type {
            #[action]
            async fn put(
                &self,
                ctx: &Context,
                name: String,
                id: Option<DocumentId>,
                value: Value,
            ) -> Result<Created> {
                let documents = ctx.collection::<Value>(&name);
                let id = match id {
                    Some(id) => documents.insert_with_id(&id, &value).await.map(|()| id)?,
                    None => documents.insert(&value).await?,
                };
                Ok(Created { id })
            }

            #[query]
            async fn get(&self, ctx: &QueryContext, name: String, id: DocumentId) -> Result<Item<Value>> {
                Ok(ctx.collection::<Value>(&name).get(id).await?.into())
            }

            #[query]
            async fn find(
                &self,
                ctx: &QueryContext,
                name: String,
                filter: Map<String, Value>,
            ) -> Result<Page<Value>> {
                ctx.collection::<Value>(&name).find(document(filter)?).page(None, None).await
            }

            #[query]
            async fn sort(&self, ctx: &QueryContext, name: String, field: String) -> Result<Page<Value>> {
                ctx.collection::<Value>(&name).find(doc! {}).sort(&field, 1).page(None, None).await
            }

            #[query]
            async fn distinct(&self, ctx: &QueryContext, name: String, field: String) -> Result<Vec<Value>> {
                let found = ctx.collection::<Value>(&name).distinct(&field, doc! {}).await?;
                Ok(found.into_iter().map(Bson::into_relaxed_extjson).collect())
            }

            #[query]
            async fn count(
                &self,
                ctx: &QueryContext,
                name: String,
                filter: Map<String, Value>,
            ) -> Result<u64> {
                ctx.collection::<Value>(&name).count(document(filter)?).await
            }

            #[action]
            async fn update(
                &self,
                ctx: &Context,
                name: String,
                id: DocumentId,
                update: Map<String, Value>,
            ) -> Result<Updated> {
                ctx.collection::<Value>(&name).update(id, document(update)?).await
            }

            #[action]
            async fn replace(
                &self,
                ctx: &Context,
                name: String,
                id: DocumentId,
                value: Value,
            ) -> Result<Updated> {
                ctx.collection::<Value>(&name).replace(id, &value).await
            }

            #[action]
            async fn update_many(
                &self,
                ctx: &Context,
                name: String,
                filter: Map<String, Value>,
                update: Map<String, Value>,
            ) -> Result<u64> {
                ctx.collection::<Value>(&name).update_many(document(filter)?, document(update)?).await
            }

            #[action]
            async fn upsert(
                &self,
                ctx: &Context,
                name: String,
                filter: Map<String, Value>,
                update: Map<String, Value>,
            ) -> Result<Option<Stored<Value>>> {
                let documents = ctx.collection::<Value>(&name);
                documents.find_one_and_update(document(filter)?, document(update)?).upsert().await
            }

            #[action]
            async fn delete(&self, ctx: &Context, name: String, id: DocumentId) -> Result<()> {
                ctx.collection::<Value>(&name).delete(id).await
            }

            #[action]
            async fn delete_many(
                &self,
                ctx: &Context,
                name: String,
                filter: Map<String, Value>,
            ) -> Result<u64> {
                ctx.collection::<Value>(&name).delete_many(document(filter)?).await
            }
        }
    };
}

cabinet!(Cabinet, "cabinet");
cabinet!(Safe, "safe");

fn document(fields: Map<String, Value>) -> Result<Document> {
    Document::try_from(fields).map_err(Error::internal)
}

pub fn host() -> TestHost {
    TestHost::builder().plugin(Cabinet).plugin(Safe).calling("cabinet").build()
}

/// Everybody but alice, and alice everywhere but here.
fn others(host: &TestHost) -> Vec<TestUser> {
    let alice = || host.user("alice").plugin("cabinet");
    vec![
        host.user("bob").plugin("cabinet"),
        host.user("ALICE").plugin("cabinet"),
        host.user("alice ").plugin("cabinet"),
        host.user("root").plugin("cabinet").as_superadmin(),
        alice().in_app("other_app"),
        alice().plugin("safe"),
    ]
}

#[tokio::test]
async fn a_document_is_its_owners_for_every_operation() {
    let host = host();
    let alice = host.user("alice").plugin("cabinet");
    for id in ["home", "65301c2f9d1e8b3a4c5d6e7f"] {
        let value = json!({ "title": "secret", "tags": ["a"] });
        alice.call("put", json!({ "name": "items", "id": id, "value": value })).await.unwrap();
        let before = host.storage().dump();
        let everything = [json!({}), json!({ "_id": { "$exists": true } }), json!({ "title": "secret" })];
        for other in others(&host) {
            for (action, more) in [
                ("get", json!({})),
                ("update", json!({ "update": { "$set": { "title": "mine" } } })),
                ("replace", json!({ "value": { "title": "mine" } })),
                ("delete", json!({})),
            ] {
                let mut fields =
                    json!({ "name": "items", "id": id, "user_id": "alice", "app_id": "test_app" });
                fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                let refused = other.call(action, fields).await.unwrap_err();
                assert_eq!(refused.code(), ErrorCode::NotFound, "{action} by {other:?}");
            }
            for filter in &everything {
                let fields =
                    json!({ "name": "items", "filter": filter, "update": { "$set": { "title": "mine" } } });
                assert_eq!(other.call("find", fields.clone()).await.unwrap()["total"], 0);
                for action in ["count", "update_many", "delete_many"] {
                    assert_eq!(other.call(action, fields.clone()).await.unwrap()["data"], 0, "{action}");
                }
            }
            let values = other.call("distinct", json!({ "name": "items", "field": "title" })).await.unwrap();
            assert_eq!(values["data"], json!([]));
        }
        assert_eq!(host.storage().dump(), before);
    }
}

#[tokio::test]
async fn one_id_is_a_document_of_each_owner() {
    let host = host();
    let mut all = others(&host);
    all.push(host.user("alice").plugin("cabinet"));
    for (number, user) in all.iter().enumerate() {
        let fields = json!({ "name": "items", "id": "home", "value": { "number": number } });
        user.call("put", fields).await.unwrap();
    }
    for (number, user) in all.iter().enumerate() {
        let item = user.call("get", json!({ "name": "items", "id": "home" })).await.unwrap();
        assert_eq!(item["item"], json!({ "_id": "home", "number": number }));
        user.call("delete", json!({ "name": "items", "id": "home" })).await.unwrap();
    }
    assert!(host.storage().is_empty());
}

#[tokio::test]
async fn an_upsert_makes_a_document_of_the_callers() {
    let host = host();
    let (alice, bob) = (host.user("alice").plugin("cabinet"), host.user("bob").plugin("cabinet"));
    alice.call("put", json!({ "name": "items", "id": "home", "value": { "n": 1 } })).await.unwrap();
    let fields = json!({ "name": "items", "filter": { "_id": "home" }, "update": { "$set": { "n": 2 } } });
    assert_eq!(bob.call("upsert", fields).await.unwrap()["n"], 2);
    let kept = alice.call("get", json!({ "name": "items", "id": "home" })).await.unwrap();
    assert_eq!(kept["item"]["n"], 1);
}

#[tokio::test]
async fn a_collection_has_a_name_in_snake_case_or_is_refused_for_every_operation() {
    let host = host();
    let alice = host.user("alice").plugin("cabinet");
    let long = "x".repeat(65);
    let names = [
        "",
        "_kv",
        "kv_",
        "a.b",
        "../x",
        "a/b",
        "$cmd",
        "$",
        "system.users",
        "A",
        "a b",
        "a\0b",
        "a\nb",
        "ä",
        "*",
        "items ",
        "1a",
        &long,
    ];
    for name in names {
        let fields = json!({
            "name": name, "id": "x", "value": {}, "filter": {}, "field": "a", "update": { "$set": { "a": 1 } }
        });
        for action in [
            "put",
            "get",
            "find",
            "sort",
            "distinct",
            "count",
            "update",
            "replace",
            "update_many",
            "upsert",
            "delete",
            "delete_many",
        ] {
            let refused = alice.call(action, fields.clone()).await.unwrap_err();
            assert!(format!("{refused:?}").contains("snake_case"), "{action} {name:?}: {refused:?}");
        }
    }
    assert!(host.storage().is_empty());
    let longest = "x".repeat(64);
    alice.call("put", json!({ "name": longest, "value": {} })).await.unwrap();
}

#[tokio::test]
async fn an_operator_is_never_a_text_or_an_id() {
    let host = host();
    let alice = host.user("alice").plugin("cabinet");
    alice.call("put", json!({ "name": "items", "id": "home", "value": {} })).await.unwrap();
    for odd in
        [json!({ "$gt": "" }), json!({ "$ne": null }), json!(["home"]), json!(1), json!(true), json!(null)]
    {
        for (action, field) in [("get", "id"), ("get", "name"), ("delete", "id"), ("delete", "name")] {
            let mut fields = json!({ "name": "items", "id": "home" });
            fields[field] = odd.clone();
            let refused = alice.call(action, fields).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::Validation, "{action} {field} {odd}");
            assert!(refused.field(field).is_some());
        }
    }
    for odd in ["{\"$oid\":\"65301c2f9d1e8b3a4c5d6e7f\"}", "{\"$numberLong\":\"1\"}"] {
        let body = format!(r#"{{"action": "get", "name": "items", "id": {odd}}}"#);
        assert_eq!(alice.send(body).await.status(), 400);
    }
    for strange in ["", " ", "\0", "$gt", "home\n", "HOME", "../home"] {
        let refused = alice.call("get", json!({ "name": "items", "id": strange })).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound, "{strange:?}");
    }
    assert_eq!(host.storage().len(), 1);
}
