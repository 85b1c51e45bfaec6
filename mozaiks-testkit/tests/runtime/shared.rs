//! Collections that the app's users share: behind a permission, each document with the owner who made it.

use bson::Document;
use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Default)]
struct Wall;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Poster {
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Seen {
    text: String,
    owner: Option<String>,
}

impl From<Stored<Poster>> for Seen {
    fn from(poster: Stored<Poster>) -> Self {
        Self { owner: poster.owner().map(str::to_owned), text: poster.into_inner().text }
    }
}

#[plugin(name = "wall", version = "1.0.0", permissions = ["storage:shared"])]
impl Wall {
    #[action]
    async fn post(&self, ctx: &Context, id: DocumentId, text: String) -> Result<()> {
        ctx.shared::<Poster>("posters").insert_with_id(id, &Poster { text }).await
    }

    #[action]
    async fn keep(&self, ctx: &Context, id: DocumentId, text: String) -> Result<()> {
        ctx.collection::<Poster>("posters").insert_with_id(id, &Poster { text }).await
    }

    #[query]
    async fn see(&self, ctx: &QueryContext, mine: bool) -> Result<Vec<Seen>> {
        let posters = ctx.shared::<Poster>("posters");
        let posters = if mine { posters.mine() } else { posters };
        Ok(posters.find(doc! {}).sort("_id", 1).await?.into_iter().map(Seen::from).collect())
    }

    #[query]
    async fn own(&self, ctx: &QueryContext) -> Result<Vec<Seen>> {
        let own = ctx.collection::<Poster>("posters").mine();
        Ok(own.find(doc! {}).await?.into_iter().map(Seen::from).collect())
    }

    #[query]
    async fn as_stored(&self, ctx: &QueryContext, id: DocumentId) -> Result<Stored<Value>> {
        ctx.shared::<Value>("posters").get(id).await
    }

    /// Does what `what` says to the poster, or to all of one's own.
    #[action]
    async fn change(&self, ctx: &Context, what: String, id: DocumentId, mine: bool) -> Result<Value> {
        let posters = ctx.shared::<Poster>("posters");
        let posters = if mine { posters.mine() } else { posters };
        let (all, torn) = (doc! {}, doc! { "$set": { "text": "torn" } });
        let by_id = doc! { "_id": &id };
        Ok(match &*what {
            "get" => json!(posters.get(id).await?),
            "count" => json!(posters.count(all).await?),
            "distinct" => json!(posters.distinct("text", all).await?.len()),
            "update" => json!(posters.update(id, torn).await?),
            "replace" => json!(posters.replace(id, &Poster { text: "torn".into() }).await?),
            "update_many" => json!(posters.update_many(all, torn).await?),
            "find_one_and_update" => json!(posters.find_one_and_update(by_id, torn).await?),
            "upsert" => json!(posters.find_one_and_update(by_id, torn).upsert().await?),
            "delete" => json!(posters.delete(id).await?),
            "delete_many" => json!(posters.delete_many(all).await?),
            _ => return Err(Error::invalid("what?")),
        })
    }

    #[action]
    async fn steal(&self, ctx: &Context, id: DocumentId, field: String) -> Result<Updated> {
        let update = doc! { "$set": { field: ctx.user_id() } };
        ctx.shared::<Document>("posters").update(id, update).await
    }
}

async fn host() -> TestHost {
    let host = TestHost::new(Wall);
    for user in ["alice", "bob"] {
        host.user(user).call("post", json!({ "id": format!("{user}s"), "text": user })).await.unwrap();
    }
    host
}

async fn see(user: &TestUser, mine: bool) -> Value {
    user.call("see", json!({ "mine": mine })).await.unwrap()["data"].clone()
}

const ALICES: fn() -> Value = || json!({ "text": "alice", "owner": "alice" });
const BOBS: fn() -> Value = || json!({ "text": "bob", "owner": "bob" });

#[tokio::test]
async fn everybody_of_the_app_sees_everything_with_its_owner() {
    let host = host().await;
    for user in ["alice", "bob", "carol"] {
        assert_eq!(see(&host.user(user), false).await, json!([ALICES(), BOBS()]), "{user}");
    }
    assert_eq!(see(&host.user("alice").in_app("other_app"), false).await, json!([]));
}

#[tokio::test]
async fn json_shows_neither_the_owner_nor_the_app() {
    let host = host().await;
    let shown = host.user("bob").call("as_stored", json!({ "id": "alices" })).await.unwrap();
    assert_eq!(shown, json!({ "_id": "alices", "text": "alice" }));
}

#[tokio::test]
async fn mine_narrows_reading() {
    let host = host().await;
    assert_eq!(see(&host.user("alice"), true).await, json!([ALICES()]));
    assert_eq!(see(&host.user("bob"), true).await, json!([BOBS()]));
    assert_eq!(see(&host.user("carol"), true).await, json!([]));
}

#[tokio::test]
async fn mine_narrows_every_operation() {
    let operations = [
        "get",
        "count",
        "distinct",
        "update",
        "replace",
        "update_many",
        "find_one_and_update",
        "upsert",
        "delete",
        "delete_many",
    ];
    for what in operations {
        let host = host().await;
        let before = host.storage().dump();
        let carol = host.user("carol");
        let outcome = carol.call("change", json!({ "what": what, "id": "alices", "mine": true })).await;
        match what {
            "count" | "distinct" | "update_many" | "delete_many" => assert_eq!(outcome.unwrap()["data"], 0),
            "find_one_and_update" => assert_eq!(outcome.unwrap()["data"], json!(null)),
            "upsert" => assert_eq!(outcome.unwrap_err().code(), ErrorCode::Conflict),
            _ => assert_eq!(outcome.unwrap_err().code(), ErrorCode::NotFound, "{what}"),
        }
        assert_eq!(host.storage().dump(), before, "{what}");
    }
}

#[tokio::test]
async fn without_mine_others_change_it_and_the_owner_stays() {
    for what in ["update", "replace", "update_many", "find_one_and_update", "upsert"] {
        let host = host().await;
        let fields = json!({ "what": what, "id": "alices", "mine": false });
        host.user("bob").call("change", fields).await.unwrap();
        let seen = see(&host.user("carol"), false).await;
        assert_eq!(seen[0], json!({ "text": "torn", "owner": "alice" }), "{what}");
    }
}

#[tokio::test]
async fn nobody_becomes_the_owner_of_what_another_made() {
    let host = host().await;
    for field in ["user_id", "user_id.x", "app_id"] {
        let stolen = host.user("bob").call("steal", json!({ "id": "alices", "field": field })).await;
        assert_eq!(stolen.unwrap_err().code(), ErrorCode::Validation, "{field}");
    }
    host.user("bob").call("steal", json!({ "id": "alices", "field": "owner" })).await.unwrap();
    assert_eq!(see(&host.user("carol"), false).await[0], ALICES());
    let taken = host.user("bob").call("post", json!({ "id": "alices", "text": "mine" })).await.unwrap_err();
    assert_eq!(taken.code(), ErrorCode::Conflict);
}

#[tokio::test]
async fn a_private_collection_of_the_same_name_is_another() {
    let host = host().await;
    let alice = host.user("alice");
    alice.call("keep", json!({ "id": "alices", "text": "private" })).await.unwrap();
    assert_eq!(see(&host.user("bob"), false).await, json!([ALICES(), BOBS()]));
    assert_eq!(see(&alice, true).await, json!([ALICES()]));
    let own = alice.call("own", json!({})).await.unwrap();
    assert_eq!(own["data"][0]["text"], "private");
    let fields = json!({ "what": "delete_many", "id": "", "mine": false });
    assert_eq!(host.user("bob").call("change", fields).await.unwrap()["data"], 2);
    assert_eq!(alice.call("own", json!({})).await.unwrap(), own);
}

#[tokio::test]
async fn without_the_permission_no_operation_gets_through() {
    let host = host().await;
    let before = host.storage().dump();
    let mallory = host.user("mallory").without("storage:shared");
    let operations = ["get", "count", "update", "replace", "update_many", "upsert", "delete", "delete_many"];
    for what in operations {
        for mine in [true, false] {
            let fields = json!({ "what": what, "id": "alices", "mine": mine });
            let refused = mallory.call("change", fields).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::Forbidden, "{what}");
            assert_eq!(refused.details().unwrap()["permission"], "storage:shared");
        }
    }
    assert!(mallory.call("see", json!({ "mine": true })).await.is_err());
    assert!(mallory.call("post", json!({ "id": "x", "text": "" })).await.is_err());
    assert_eq!(host.storage().dump(), before);
}
