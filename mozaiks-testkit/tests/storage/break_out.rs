//! Nobody gets out of their scope through a collection: a plugin tries, for a user, on every storage.

use std::sync::Arc;

use bson::{Bson, Document, RawDocumentBuf, doc};
use mozaiks_core::prelude::*;
use mozaiks_core::storage::Storage;
use mozaiks_core::{Identity, UserKey};
use mozaiks_testkit::prelude::{TestHost, TestUser};
use serde_json::Value;

use crate::backends::All;

/// What no plugin may name.
const RESERVED: [&str; 7] =
    ["user_id", "app_id", "user_id.x", "app_id.0", "_mozaiks", "_mozaiks_owner", "_mozaiks.user_id"];

/// Names that look like a field of the scope and are other fields.
const ALIKE: [&str; 10] = [
    "user_id\u{200b}",
    "\u{feff}user_id",
    "\u{ff55}\u{ff53}\u{ff45}\u{ff52}\u{ff3f}\u{ff49}\u{ff44}",
    "user\u{ff3f}id",
    "us\u{435}r_id",
    "user_i\u{301}d",
    "USER_ID",
    "user_id ",
    " app_id",
    "userId",
];

const GENERATED: &str = "65301c2f9d1e8b3a4c5d6e7f";

/// A plugin that means harm.
struct Vault;

#[plugin(name = "vault", version = "1.0.0", permissions = ["storage:shared"])]
impl Vault {
    /// What a user has to lose.
    #[action]
    async fn fill(&self, ctx: &Context, owner: String) -> Result<()> {
        let secret = doc! { "secret": &owner, "n": 1, "tags": ["a"] };
        for id in ["secret", GENERATED] {
            ctx.collection::<Document>("items").insert_with_id(id, &secret).await?;
        }
        let mine = format!("of_{owner}");
        ctx.shared::<Document>("items").insert_with_id(mine, &secret).await
    }

    /// Everything that a user has, as text.
    #[query]
    async fn show(&self, ctx: &QueryContext) -> Result<Vec<String>> {
        let own = ctx.collection::<Document>("items").find(doc! {}).sort("_id", 1).await?;
        let shared = ctx.shared::<Document>("items").mine().find(doc! {}).sort("_id", 1).await?;
        let text = |item: Stored<Document>| format!("{} {:?} {:?}", item.id(), item.owner(), *item);
        Ok(own.into_iter().chain(shared).map(text).collect())
    }

    #[action]
    async fn name_the_scope(&self, ctx: &Context) -> Result<()> {
        ctx.collection::<Document>("items").insert_with_id("bait", &doc! { "n": 1, "to": "x" }).await?;
        for items in [ctx.collection::<Document>("items"), ctx.shared("items"), ctx.shared("items").mine()] {
            for field in RESERVED {
                names_in_filters(&items, field).await;
                names_in_updates(&items, field).await;
                names_in_pipelines(&items, field).await;
                assert!(items.find(doc! {}).sort(field, 1).await.is_err(), "a sort by {field}");
                assert!(
                    items.find(doc! {}).projection(doc! { field: 1 }).await.is_err(),
                    "a look at {field}"
                );
                assert!(items.find(doc! {}).projection(doc! { field: 0 }).await.is_err(), "a hidden {field}");
                assert!(items.distinct(field, doc! {}).await.is_err(), "distinct of {field}");
            }
            for field in ["user_id", "app_id", "_mozaiks", "_mozaiks_owner", "_id"] {
                assert!(items.insert(&doc! { "n": 1, field: "alice" }).await.is_err(), "insert of {field}");
                assert!(items.replace("bait", &doc! { field: "alice" }).await.is_err(), "replace by {field}");
                assert!(
                    items.insert_many(&[doc! {}, doc! { field: 1 }]).await.is_err(),
                    "inserts of {field}"
                );
            }
        }
        Ok(())
    }

    #[action]
    async fn duplicate_keys(&self, ctx: &Context) -> Result<()> {
        let items = ctx.collection::<RawDocumentBuf>("items");
        for field in ["user_id", "app_id", "_id", "_mozaiks"] {
            // The second of two is what a careless reader sees.
            for keys in [["n", "n", field], [field, "n", field], ["n", field, "n"]] {
                let mut document = RawDocumentBuf::new();
                for key in keys {
                    document.append(key.to_owned().try_into_key(), "alice");
                }
                assert!(items.insert(&document).await.is_err(), "insert of {keys:?}");
                assert!(items.insert_with_id("twice", &document).await.is_err(), "insert of {keys:?}");
                assert!(items.replace("secret", &document).await.is_err(), "replace by {keys:?}");
            }
        }
        Ok(())
    }

    #[action]
    async fn look_alikes(&self, ctx: &Context) -> Result<()> {
        let items = ctx.collection::<Document>("items");
        for field in ALIKE {
            let id = items.insert(&doc! { field: "alice", "alike": true }).await?;
            assert_eq!(items.count(doc! { field: "alice" }).await?, 1, "{field:?}");
            items.update(&id, doc! { "$set": { field: "carol" } }).await?;
            items.update(&id, doc! { "$rename": { field: "other" } }).await?;
            items.update(&id, doc! { "$rename": { "other": field } }).await?;
            let seen =
                items.aggregate::<Document>([doc! { "$group": { "_id": format!("${field}") } }]).await?;
            assert!(!format!("{seen:?}").contains("alice"), "{field:?}: {seen:?}");
        }
        assert_eq!(items.delete_many(doc! { "alike": true }).await?, ALIKE.len() as u64);
        Ok(())
    }

    #[action]
    async fn code_and_other_collections(&self, ctx: &Context) -> Result<()> {
        let items = ctx.collection::<Document>("items");
        let code = "function() { return true }";
        for filter in [
            doc! { "$where": code },
            doc! { "$or": [{ "$where": code }] },
            doc! { "$expr": { "$eq": ["$user_id", "alice"] } },
            doc! { "$expr": true },
            doc! { "n": { "$function": { "body": code } } },
            doc! { "n": { "$elemMatch": { "$where": code } } },
            doc! { "$comment": "x" },
            doc! { "$jsonSchema": {} },
        ] {
            assert!(items.find(filter.clone()).await.is_err(), "{filter}");
            assert!(items.delete_many(filter.clone()).await.is_err(), "{filter}");
            assert!(
                items.update_many(filter.clone(), doc! { "$set": { "n": 2 } }).await.is_err(),
                "{filter}"
            );
            assert!(items.aggregate::<Document>([doc! { "$match": &filter }]).await.is_err(), "{filter}");
        }
        for stage in ["$lookup", "$out", "$merge", "$unionWith", "$graphLookup", "$facet", "$currentOp"] {
            for operand in [Bson::from("vault_items"), doc! { "from": "vault_items", "into": "x" }.into()] {
                let stages = [doc! { stage: operand }];
                assert!(items.aggregate::<Document>(stages.clone()).await.is_err(), "{stages:?}");
            }
        }
        for variable in ["$$ROOT", "$$CURRENT", "$$ROOT.user_id"] {
            let group = doc! { "$group": { "_id": variable } };
            assert!(items.aggregate::<Document>([group]).await.is_err(), "{variable}");
        }
        Ok(())
    }

    /// Reads and writes that are allowed, and reach what is one's own only.
    #[action]
    async fn tautologies(&self, ctx: &Context) -> Result<()> {
        let items = ctx.collection::<Document>("items");
        for filter in [
            doc! {},
            doc! { "$or": [{}, { "secret": "alice" }] },
            doc! { "$nor": [{ "none": 1 }] },
            doc! { "n": { "$not": { "$exists": false } } },
            doc! { "_id": { "$in": ["secret", GENERATED] } },
            doc! { "_id": { "$not": { "$regex": "^none$" } } },
            doc! { "_id": { "$gt": Bson::MinKey } },
            doc! { "secret": { "$regex": ".*" } },
            doc! { "tags": { "$elemMatch": { "$ne": 1 } } },
        ] {
            let found = items.find(filter.clone()).await?;
            assert!(found.iter().all(|item| item.get_str("secret").unwrap() == "bob"), "{filter}: {found:?}");
            assert_eq!((found.len(), items.count(filter.clone()).await?), (2, 2), "{filter}");
            assert_eq!(items.distinct("secret", filter.clone()).await?, [Bson::from("bob")], "{filter}");
            let all = items.aggregate::<Document>([doc! { "$match": &filter }]).await?;
            assert_eq!(all.len(), 2, "{filter}");
            for document in all {
                let names: Vec<_> = document.keys().map(String::as_str).collect();
                assert_eq!(names, ["_id", "secret", "n", "tags"], "{filter}");
            }
        }
        assert!(ctx.shared::<Document>("items").mine().get("of_alice").await.is_err());
        assert!(ctx.shared::<Document>("items").mine().delete("of_alice").await.is_err());
        let set = doc! { "$set": { "n": 99 } };
        assert!(ctx.shared::<Document>("items").mine().update("of_alice", set).await.is_err());
        for others in ["notes", "vault_items", "items_shared"] {
            assert_eq!(ctx.collection::<Document>(others).count(doc! {}).await?, 0, "{others}");
        }
        for name in ["../items", "items.shared", "vault.items", "$items", "", "Items", "items\0"] {
            assert!(ctx.collection::<Document>(name).count(doc! {}).await.is_err(), "{name:?}");
        }
        Ok(())
    }

    /// Ids that others have are free, and say nothing.
    #[action]
    async fn collide(&self, ctx: &Context) -> Result<()> {
        let items = ctx.collection::<Document>("mine");
        for id in ["secret", GENERATED] {
            assert_eq!(items.get(id).await.unwrap_err().code(), ErrorCode::NotFound);
            let update = doc! { "$set": { "n": 99 } };
            assert_eq!(items.update(id, update.clone()).await.unwrap_err().code(), ErrorCode::NotFound);
            assert_eq!(items.replace(id, &doc! {}).await.unwrap_err().code(), ErrorCode::NotFound);
            assert_eq!(items.delete(id).await.unwrap_err().code(), ErrorCode::NotFound);
            items.insert_with_id(id, &doc! { "mine": true }).await?;
            let upserted = items.update_one(doc! { "_id": id, "mine": true }, update).upsert().await?;
            assert_eq!((upserted.matched, upserted.upserted), (1, None));
            items.delete(id).await?;
        }
        Ok(())
    }
}

/// A key of raw BSON.
trait IntoKey {
    fn try_into_key(self) -> bson::raw::CString;
}

impl IntoKey for String {
    fn try_into_key(self) -> bson::raw::CString {
        self.try_into().unwrap()
    }
}

async fn names_in_filters(items: &Collection<'_, Document>, field: &str) {
    for filter in [
        doc! { field: "alice" },
        doc! { field: { "$exists": true } },
        doc! { field: { "$ne": "x" }, "n": 1 },
        doc! { "$or": [{ "n": 1 }, { field: "alice" }] },
        doc! { "$and": [{ "$nor": [{ field: "x" }] }] },
    ] {
        assert!(items.find(filter.clone()).await.is_err(), "find by {filter}");
        assert!(items.find_one(filter.clone()).await.is_err(), "find one by {filter}");
        assert!(items.count(filter.clone()).await.is_err(), "count by {filter}");
        assert!(items.distinct("n", filter.clone()).await.is_err(), "distinct by {filter}");
        assert!(items.delete_many(filter.clone()).await.is_err(), "delete by {filter}");
        let set = || doc! { "$set": { "n": 2 } };
        assert!(items.update_many(filter.clone(), set()).await.is_err(), "update by {filter}");
        assert!(items.update_one(filter.clone(), set()).upsert().await.is_err(), "upsert by {filter}");
        assert!(
            items.find_one_and_update(filter.clone(), set()).upsert().await.is_err(),
            "upsert by {filter}"
        );
    }
}

async fn names_in_updates(items: &Collection<'_, Document>, field: &str) {
    let mut updates: Vec<Document> = [
        "$set",
        "$unset",
        "$inc",
        "$mul",
        "$min",
        "$max",
        "$setOnInsert",
        "$push",
        "$addToSet",
        "$pull",
        "$pullAll",
        "$pop",
        "$currentDate",
        "$bit",
    ]
    .into_iter()
    .map(|operator| doc! { operator: { field: "alice" } })
    .collect();
    updates.push(doc! { "$rename": { field: "stolen" } });
    updates.push(doc! { "$rename": { "to": field } });
    updates.push(doc! { "$set": { "n": 2 }, "$setOnInsert": { field: "alice" } });
    updates.push(doc! { field: "alice" });
    for update in updates {
        assert!(items.update("bait", update.clone()).await.is_err(), "{update}");
        assert!(items.update_many(doc! {}, update.clone()).await.is_err(), "{update}");
        assert!(items.update_one(doc! { "none": 1 }, update.clone()).upsert().await.is_err(), "{update}");
        let call = items.find_one_and_update(doc! { "none": 1 }, update.clone()).upsert();
        assert!(call.await.is_err(), "{update}");
    }
}

async fn names_in_pipelines(items: &Collection<'_, Document>, field: &str) {
    let path = format!("${field}");
    for stage in [
        doc! { "$match": { field: "alice" } },
        doc! { "$match": { "$or": [{ "n": 1 }, { field: { "$gt": "" } }] } },
        doc! { "$group": { "_id": &path } },
        doc! { "$group": { "_id": { "of": [&path] } } },
        doc! { "$group": { "_id": null, "all": { "$push": &path } } },
        doc! { "$group": { "_id": null, "all": { "$addToSet": { "of": &path } } } },
        doc! { "$project": { field: 1 } },
        doc! { "$project": { "of": &path } },
        doc! { "$project": { "of": { "deep": [&path] } } },
        doc! { "$sort": { field: 1 } },
        doc! { "$unwind": &path },
        doc! { "$unwind": { "path": "$n", "includeArrayIndex": field } },
        doc! { "$count": field },
    ] {
        assert!(items.aggregate::<Document>([stage.clone()]).await.is_err(), "{stage}");
        let late = [doc! { "$project": { "n": 1 } }, stage.clone()];
        assert!(items.aggregate::<Document>(late).await.is_err(), "{stage} after another");
    }
}

/// The same plugin under another name, with the same collections.
struct Safe;

#[plugin(name = "safe", version = "1.0.0", permissions = ["storage:shared"])]
impl Safe {
    #[action]
    async fn fill(&self, ctx: &Context, owner: String) -> Result<()> {
        Vault.fill(ctx, owner).await
    }

    #[query]
    async fn show(&self, ctx: &QueryContext) -> Result<Vec<String>> {
        Vault.show(ctx).await
    }
}

fn host(storage: Arc<dyn Storage>) -> TestHost {
    TestHost::builder().plugin(Vault).plugin(Safe).calling("vault").storage(storage).build()
}

async fn show(user: &TestUser) -> Value {
    user.call("show", json!({})).await.unwrap()
}

/// Has bob try one thing on every storage; nobody else has lost, gained or shown anything afterwards.
async fn tries(action: &str) {
    let all = All::find().await;
    for (name, storage) in all.fresh(true).await {
        let host = host(storage);
        let bob = host.user("bob");
        let others = [
            ("alice", host.user("alice")),
            ("other_bob", host.user("bob").in_app("bank")),
            ("safe_bob", host.user("bob").plugin("safe")),
        ];
        let mut before = Vec::new();
        for (owner, user) in &others {
            user.call("fill", json!({ "owner": owner })).await.unwrap();
            before.push(show(user).await);
        }
        bob.call("fill", json!({ "owner": "bob" })).await.unwrap();
        if let Err(error) = bob.call(action, json!({})).await {
            panic!("{action} on {name}: {error:?}\n{:?}", host.log_lines());
        }
        for ((owner, user), before) in others.iter().zip(before) {
            assert_eq!(show(user).await, before, "what {owner} has after {action} on {name}");
        }
        let seen = show(&bob).await.to_string();
        for (owner, _) in &others {
            assert!(!seen.contains(owner), "bob sees something of {owner} after {action} on {name}: {seen}");
        }
    }
    all.clean().await;
}

macro_rules! attempts {
    ($($attempt:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $attempt() {
            tries(stringify!($attempt)).await;
        }
    )*};
}

attempts![name_the_scope, duplicate_keys, look_alikes, code_and_other_collections, tautologies, collide,];

/// Ids with separators, operators, patterns and the greatest length are users and apps as any other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_users_and_apps_do_not_meet() {
    let long = "x".repeat(256);
    let odd =
        ["a", "A", "a.b", "a/b", "a:b", "$ne", "*", "%", "{}", "\u{e9}", "e\u{301}", "\u{200b}a", &long];
    let all = All::find().await;
    for (name, storage) in all.fresh(true).await {
        let host = host(storage);
        let users = odd.iter().flat_map(|user| [host.user(user), host.user("a").in_app(user)]);
        let users: Vec<_> = users.collect();
        for (number, user) in users.iter().enumerate() {
            user.call("fill", json!({ "owner": format!("n{number}n") })).await.unwrap();
        }
        for (number, user) in users.iter().enumerate() {
            let seen = show(user).await;
            assert_eq!(seen["data"].as_array().unwrap().len(), 3, "{seen} on {name}");
            assert_eq!(
                seen.to_string().matches(&format!("\\\"n{number}n\\\"")).count(),
                3,
                "{seen} on {name}"
            );
        }
    }
    all.clean().await;
}

#[test]
fn ids_with_a_nul_or_too_long_are_nobody() {
    for id in ["a\0b", "\0", "a\u{1}", "", &"x".repeat(257)] {
        assert!(Identity::new("shop", id).is_err(), "{id:?}");
        assert!(UserKey::new(id, "alice").is_err(), "{id:?}");
    }
}
