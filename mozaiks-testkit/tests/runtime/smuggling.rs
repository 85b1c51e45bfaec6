//! `user_id`, `app_id` and `_context` are the host's to say, wherever a client puts them.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::support::body_of;
use crate::tenancy;

#[derive(Default)]
struct Mirror;

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Anything {
    name: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    name: String,
}

#[plugin(name = "mirror", version = "1.0.0")]
impl Mirror {
    #[action]
    async fn raw(&self, _ctx: &Context, Input(body): Input<Value>) -> Result<Value> {
        Ok(body)
    }

    #[action]
    async fn raw_map(
        &self,
        _ctx: &Context,
        Input(body): Input<Map<String, Value>>,
    ) -> Result<Map<String, Value>> {
        Ok(body)
    }

    #[action]
    async fn anything(&self, ctx: &Context, Input(body): Input<Anything>) -> Result<Anything> {
        ctx.collection::<Anything>("items").insert(&body).await?;
        Ok(body)
    }

    #[action]
    async fn strict(&self, _ctx: &Context, Input(body): Input<Strict>) -> Result<Strict> {
        Ok(body)
    }

    #[query]
    async fn who(&self, ctx: &QueryContext) -> Result<Value> {
        Ok(json!({ "app": ctx.app_id(), "user": ctx.user_id(), "root": ctx.identity().is_superadmin() }))
    }
}

/// Ways to write a body that claims to be root in another app.
fn claims(action: &str) -> [String; 3] {
    [
        format!(
            r#"{{"action": "{action}", "name": "x", "user_id": "root", "app_id": "other",
            "_context": {{"user_id": "root", "is_superadmin": true}}}}"#
        ),
        format!(
            r#"{{"user\u005fid": "root", "\u0061pp_id": {{"a": []}}, "_conte\u0078t": null, "name": "x",
            "action": "{action}"}}"#
        ),
        format!(
            r#"{{"acti\u006fn": "{action}", "name": "x", "user_id": null, "app_id": ["other"], "_context": 1}}"#
        ),
    ]
}

#[tokio::test]
async fn a_handler_over_raw_data_sees_the_hosts_values() {
    let host = TestHost::new(Mirror);
    let alice = host.user("alice").with_username("Alice").with_roles(["editor"]);
    let context = json!({
        "app_id": "test_app", "user_id": "alice", "username": "Alice", "roles": ["editor"], "is_superadmin": false
    });
    for action in ["raw", "raw_map"] {
        for body in claims(action) {
            let expected =
                json!({ "name": "x", "user_id": "alice", "app_id": "test_app", "_context": context });
            assert_eq!(body_of(&alice.send(body).await), expected);
        }
    }
}

#[tokio::test]
async fn a_typed_handler_never_sees_them() {
    let host = TestHost::new(Mirror);
    let alice = host.user("alice");
    for action in ["anything", "strict"] {
        for body in claims(action) {
            let reply = alice.send(body).await;
            assert_eq!(body_of(&reply), json!({ "name": "x" }));
        }
    }
    for body in claims("who") {
        let who = body_of(&alice.send(body).await);
        assert_eq!(who, json!({ "app": "test_app", "user": "alice", "root": false }));
    }
}

#[tokio::test]
async fn a_key_twice_is_refused_however_it_is_spelled() {
    let host = TestHost::new(Mirror);
    let alice = host.user("alice");
    for body in [
        r#"{"action": "who", "user_id": "a", "user_id": "b"}"#,
        r#"{"action": "who", "user_id": "a", "user\u005fid": "b"}"#,
        r#"{"action": "who", "_context": {}, "\u005fcontext": {}}"#,
        r#"{"action": "who", "action": "raw"}"#,
        r#"{"action": "who", "\u0061ction": "who"}"#,
        r#"{"action": "who", "name": 1, "n\u0061me": 2}"#,
    ] {
        let refused = alice.send(body).await;
        assert_eq!(body_of(&refused)["error_code"], "VALIDATION_ERROR", "{body}");
    }
    let twice_below = r#"{"action": "raw", "a": {"user_id": 1, "user_id": 2}}"#;
    assert!(alice.send(twice_below).await.is_ok());
}

#[tokio::test]
async fn the_action_beside_the_body_must_be_the_one_in_it() {
    let host = TestHost::new(Mirror);
    let alice = host.user("alice").identity().clone();
    let execute =
        |body: &'static str| host.runtime().execute_action(&alice, "mirror", "who", body.as_bytes());
    for body in ["{}", r#"{"action": "who"}"#, r#"{"\u0061ction": "wh\u006f"}"#] {
        assert!(execute(body).await.is_ok(), "{body}");
    }
    for body in
        [r#"{"action": "raw"}"#, r#"{"action": ""}"#, r#"{"action": null}"#, r#"{"action": {"$ne": 1}}"#]
    {
        assert_eq!(body_of(&execute(body).await)["error_code"], "VALIDATION_ERROR", "{body}");
    }
}

#[tokio::test]
async fn a_filter_that_names_the_scope_is_refused_wherever_it_stands() {
    let host = tenancy::host();
    let alice = host.user("alice").plugin("cabinet");
    alice.call("put", json!({ "name": "items", "id": "home", "value": { "a": 1 } })).await.unwrap();
    for field in ["user_id", "app_id", "user_id.x", "app_id.0"] {
        let plain = json!({ field: "alice" });
        let filters = [
            plain.clone(),
            json!({ field: { "$ne": "x" } }),
            json!({ field: { "$not": { "$eq": "x" } } }),
            json!({ "$and": [plain] }),
            json!({ "$or": [{ "a": 1 }, plain] }),
            json!({ "$nor": [{ "$or": [{ "$and": [plain] }] }] }),
            json!({ "$expr": { "$eq": [format!("${field}"), "bob"] } }),
            json!({ "$where": format!("this.{field} == 'bob'") }),
        ];
        for filter in filters {
            let fields = json!({ "name": "items", "filter": filter, "update": { "$set": { "a": 2 } } });
            for action in ["find", "count", "update_many", "upsert", "delete_many"] {
                let refused = alice.call(action, fields.clone()).await.unwrap_err();
                assert_eq!(refused.code(), ErrorCode::Internal, "{action} {filter}");
            }
        }
        for action in ["sort", "distinct"] {
            let refused = alice.call(action, json!({ "name": "items", "field": field })).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::Internal, "{action} {field}");
        }
    }
    let inside = json!({ "$and": [{ "list": { "$elemMatch": { "user_id": "x" } } }, { "a.user_id": null }] });
    alice.call("find", json!({ "name": "items", "filter": inside })).await.unwrap();
    assert_eq!(host.storage().len(), 1);
}

#[tokio::test]
async fn an_update_cannot_move_a_document_to_somebody_else() {
    let host = tenancy::host();
    let alice = host.user("alice").plugin("cabinet");
    alice.call("put", json!({ "name": "items", "id": "home", "value": { "a": 1, "b": [1] } })).await.unwrap();
    let before = host.storage().dump();
    let mut updates = vec![
        json!({ "$rename": { "a": "user_id" } }),
        json!({ "$rename": { "a": "app_id.x" } }),
        json!({ "$rename": { "user_id": "a" } }),
        json!({ "$rename": { "a": "_id" } }),
        json!({ "$set": { "_id": "other" } }),
        json!({ "$unset": { "_id": "" } }),
        json!({ "user_id": "bob" }),
        json!({ "user_id": { "$set": "bob" } }),
        json!({ "$set": { "a": 2 }, "user_id": "bob" }),
        json!({ "$set": [{ "user_id": "bob" }] }),
        json!({ "a": 2 }),
        json!({}),
    ];
    for operator in
        ["$set", "$unset", "$inc", "$push", "$min", "$max", "$setOnInsert", "$currentDate", "$pull"]
    {
        for field in ["user_id", "app_id", "user_id.x", "app_id.$[]"] {
            updates.push(json!({ operator: { field: 1 } }));
        }
    }
    for update in updates {
        let fields = json!({ "name": "items", "id": "home", "filter": { "_id": "home" }, "update": update });
        for action in ["update", "update_many", "upsert"] {
            let outcome = alice.call(action, fields.clone()).await;
            assert!(outcome.is_err(), "{action} {update}: {outcome:?}");
            assert_eq!(host.storage().dump(), before, "{action} {update}");
        }
    }
}

#[tokio::test]
async fn a_client_whose_fields_become_a_document_is_told_which_of_them_is_reserved() {
    let host = TestHost::new(Mirror);
    let alice = host.user("alice");
    for field in ["_id", "_mozaiks", "_mozaiks_id"] {
        let refused = alice.call("anything", json!({ "name": "x", field: "y" })).await.unwrap_err();
        assert_eq!((refused.code(), refused.status()), (ErrorCode::Validation, 400), "{field}");
        let said = refused.field(field).unwrap();
        assert!(said.contains(&format!("`{field}`")), "{said}");
    }
    let host = tenancy::host();
    let alice = host.user("alice").plugin("cabinet");
    alice.call("put", json!({ "name": "items", "id": "home", "value": { "a": 1 } })).await.unwrap();
    for (sent, field) in [("user_id", "user_id"), ("app_id", "app_id"), ("user_id.x", "user_id")] {
        let value = json!({ "a": 2, sent: "bob" });
        let update = json!({ "$set": value });
        let fields = json!({
            "name": "items", "id": "home", "value": value, "filter": { "a": 1 }, "update": update
        });
        for action in ["put", "replace", "update", "update_many", "upsert"] {
            let refused = alice.call(action, fields.clone()).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::Validation, "{action} {sent}");
            assert!(refused.field(field).is_some(), "{action} {sent}: {refused:?}");
        }
    }
    let kept = alice.call("get", json!({ "name": "items", "id": "home" })).await.unwrap();
    assert_eq!(kept["item"], json!({ "_id": "home", "a": 1 }));
}

#[tokio::test]
async fn a_document_does_not_bring_its_own_scope_and_may_hold_such_names_inside() {
    let host = tenancy::host();
    let alice = host.user("alice").plugin("cabinet");
    for value in [
        json!({ "user_id": "bob" }),
        json!({ "app_id": 1 }),
        json!({ "user_id.x": 1 }),
        json!({ "_id": "x" }),
    ] {
        let fields = json!({ "name": "items", "value": value });
        assert!(alice.call("put", fields).await.is_err(), "{value}");
    }
    assert!(host.storage().is_empty());
    let value = json!({ "author": { "user_id": "bob", "app_id": "x", "_id": 1 } });
    let made = alice.call("put", json!({ "name": "items", "value": value })).await.unwrap();
    for value in [json!({ "user_id": "bob" }), json!({ "_id": "x" })] {
        let fields = json!({ "name": "items", "id": made["id"], "value": value });
        assert!(alice.call("replace", fields).await.is_err());
    }
    let kept = alice.call("get", json!({ "name": "items", "id": made["id"] })).await.unwrap();
    assert_eq!(kept["item"], json!({ "_id": made["id"], "author": value["author"] }));
}
