//! What a plugin can do with pipelines, projections and `update_one`, and what none of them reaches.

use bson::{Bson, Document};
use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::TestHost;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Expense {
    category: String,
    amount: i64,
    #[serde(default)]
    tags: Vec<String>,
}

fn expense(category: &str, amount: i64, tags: &[&str]) -> Expense {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Expense { category: category.to_owned(), amount, tags }
}

/// Runs each of the methods below; what it asserts is in them.
struct Ledger;

#[plugin(name = "ledger", version = "1.0.0", permissions = ["storage:shared"])]
impl Ledger {
    #[action]
    async fn totals(&self, ctx: &Context) -> Result<()> {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Total {
            #[serde(rename = "_id")]
            category: String,
            total: i64,
        }
        let expenses = ctx.collection::<Expense>("expenses");
        let some = [expense("food", 5, &["a"]), expense("rent", 9, &["a", "b"]), expense("food", 3, &[])];
        expenses.insert_many(&some).await?;
        let totals: Vec<Total> = expenses
            .aggregate([
                doc! { "$match": { "amount": { "$gt": 0 } } },
                doc! { "$group": { "_id": "$category", "total": { "$sum": "$amount" } } },
                doc! { "$sort": { "total": 1 } },
            ])
            .await?;
        let total = |category: &str, total| Total { category: category.into(), total };
        assert_eq!(totals, [total("food", 8), total("rent", 9)]);

        let counted: Vec<Document> = expenses
            .aggregate([doc! { "$unwind": "$tags" }, doc! { "$sortByCount": "$tags" }])
            .await
            .unwrap_or_default();
        assert_eq!(counted, [], "not supported");
        let wrong = expenses.aggregate::<Total>([doc! { "$limit": 1 }]).await.unwrap_err();
        assert!(wrong.is_internal(), "{wrong:?}");
        Ok(())
    }

    #[action]
    async fn ids(&self, ctx: &Context) -> Result<()> {
        #[derive(Deserialize)]
        struct Only {
            #[serde(rename = "_id")]
            id: DocumentId,
        }
        let expenses = ctx.collection::<Expense>("expenses");
        let made = expenses.insert(&expense("food", 5, &["x"])).await?;
        let matched = doc! { "$match": { "_id": made.to_string() } };
        let sorted = doc! { "$sort": { "amount": 1 } };
        let unwound = doc! { "$unwind": "$tags" };
        let shown = doc! { "$project": { "amount": 1 } };
        for before in [vec![], vec![sorted], vec![unwound], vec![shown.clone()], vec![shown.clone(), shown]] {
            let found: Vec<Only> =
                expenses.aggregate(before.iter().cloned().chain([matched.clone()])).await?;
            assert_eq!(found.len(), 1, "{before:?}");
            assert_eq!(found[0].id, made);
        }
        // A stage has made something else of `_id`: a text is a text.
        let number = "0123456789abcdef01234567";
        let expenses = ctx.collection::<Expense>("others");
        expenses.insert(&expense(number, 5, &[])).await?;
        for before in [
            doc! { "$group": { "_id": "$category" } },
            doc! { "$project": { "_id": "$category" } },
            doc! { "$project": { "x": 1, "_id": { "$literal": number } } },
        ] {
            let after = doc! { "$match": { "$or": [{ "_id": number }] } };
            let found: Vec<Document> = expenses.aggregate([before.clone(), after]).await?;
            assert_eq!(found, [doc! { "_id": number }], "{before}");
        }
        Ok(())
    }

    #[action]
    async fn reserved(&self, ctx: &Context) -> Result<()> {
        let expenses = ctx.shared::<Expense>("expenses");
        expenses.insert(&expense("food", 5, &[])).await?;
        for name in ["user_id", "app_id", "user_id.x", "_mozaiks", "_mozaiks_owner"] {
            let path = format!("${name}");
            for stage in [
                doc! { "$match": { name: "bob" } },
                doc! { "$match": { "$or": [{ "a": 1 }, { "$nor": [{ name: { "$exists": true } }] }] } },
                doc! { "$sort": { "a": 1, name: 1 } },
                doc! { "$project": { name: 1 } },
                doc! { "$project": { name: 0 } },
                doc! { "$project": { name: "$a" } },
                doc! { "$project": { name: { "x": 1 } } },
                doc! { "$project": { "a": &path } },
                doc! { "$project": { "a": { "b": &path } } },
                doc! { "$project": { "a": [1, [&path]] } },
                doc! { "$project": { "a": { "$add": [1, &path] } } },
                doc! { "$group": { "_id": &path } },
                doc! { "$group": { "_id": { "a": { "b": &path } } } },
                doc! { "$group": { "_id": null, "a": { "$push": &path } } },
                doc! { "$group": { "_id": null, "a": { "$addToSet": { "b": &path } } } },
                doc! { "$group": { "_id": null, name: { "$sum": 1 } } },
                doc! { "$unwind": &path },
                doc! { "$unwind": { "path": &path } },
                doc! { "$unwind": { "path": "$tags", "includeArrayIndex": name } },
                doc! { "$count": name },
            ] {
                for pipeline in [vec![stage.clone()], vec![doc! { "$limit": 1 }, stage]] {
                    let refused = expenses.aggregate::<Document>(pipeline.clone()).await.unwrap_err();
                    assert!(format!("{refused:?}").contains("is reserved"), "{pipeline:?}: {refused:?}");
                }
            }
            for projection in [doc! { name: 1 }, doc! { name: 0 }, doc! { name: { "x": 1 } }] {
                let refused = expenses.find(doc! {}).projection(projection.clone()).await.unwrap_err();
                assert!(format!("{refused:?}").contains("is reserved"), "{projection}: {refused:?}");
            }
            let change = doc! { "$set": { name: "bob" } };
            let refused = expenses.update_one(doc! {}, change).upsert().await.unwrap_err();
            assert!(format!("{refused:?}").contains("is reserved"), "{refused:?}");
            let refused = expenses.update_one(doc! { name: "bob" }, doc! { "$set": { "a": 1 } }).await;
            assert!(format!("{:?}", refused.unwrap_err()).contains("is reserved"));
        }
        // Whatever a variable or a stage would show, nothing does.
        for stage in [
            doc! { "$project": { "a": "$$ROOT" } },
            doc! { "$project": { "a": "$$ROOT.user_id" } },
            doc! { "$group": { "_id": "$$CURRENT.user_id" } },
            doc! { "$project": { "a": { "$getField": "user_id" } } },
            doc! { "$project": { "a": { "$objectToArray": "$$ROOT" } } },
            doc! { "$lookup": { "from": "bob", "as": "x" } },
            doc! { "$out": "bob" },
            doc! { "$unionWith": "bob" },
        ] {
            let refused = expenses.aggregate::<Document>([stage.clone()]).await.unwrap_err();
            assert!(format!("{refused:?}").contains("is not supported"), "{stage}: {refused:?}");
        }
        // A literal is no path, and a name below another is an author's own.
        let stage =
            doc! { "$project": { "_id": 0, "a": { "$literal": "$user_id" }, "b": { "user_id": "$amount" } } };
        let shown: Vec<Document> = expenses.aggregate([stage]).await?;
        assert_eq!(shown, [doc! { "a": "$user_id", "b": { "user_id": 5_i64 } }]);
        let whole: Vec<Document> = expenses.aggregate([]).await?;
        assert_eq!(whole[0].keys().collect::<Vec<_>>(), ["_id", "category", "amount", "tags"]);
        Ok(())
    }

    #[action]
    async fn projections(&self, ctx: &Context) -> Result<()> {
        #[derive(Debug, Deserialize)]
        struct Amount {
            amount: i64,
        }
        let expenses = ctx.collection::<Expense>("expenses");
        let id = expenses.insert(&expense("food", 5, &["a"])).await?;
        let amounts = ctx.collection::<Amount>("expenses");
        for projection in [doc! { "amount": 1 }, doc! { "amount": 1, "_id": 0 }, doc! { "category": 0 }] {
            let shown = amounts.find(doc! {}).projection(projection.clone()).await?;
            assert_eq!((shown[0].id(), shown[0].amount), (&id, 5), "{projection}");
        }
        let shown = ctx.collection::<Document>("expenses").find(doc! {}).projection(doc! { "tags": 1 });
        assert_eq!(*shown.first().await?.unwrap(), doc! { "tags": ["a"] });
        let page = expenses.find(doc! {}).projection(doc! { "tags": 0 }).page(None, None).await?;
        assert_eq!(*page.items[0], expense("food", 5, &[]));
        for projection in [doc! { "a": 1, "b": 0 }, doc! { "a": "$b" }, doc! { "a": { "$slice": 1 } }] {
            assert!(expenses.find(doc! {}).projection(projection).await.unwrap_err().is_internal());
        }
        Ok(())
    }

    #[action]
    async fn one_update(&self, ctx: &Context) -> Result<()> {
        let expenses = ctx.collection::<Expense>("expenses");
        let set = |amount: i64| doc! { "$set": { "amount": amount } };
        let food = || doc! { "category": "food" };
        let nothing = expenses.update_one(food(), set(1)).await?;
        assert_eq!((nothing.matched, nothing.modified, nothing.upserted), (0, 0, None));
        let made = expenses.update_one(food(), set(1)).upsert().await?;
        let id = made.upserted.unwrap();
        assert_eq!(*expenses.get(&id).await?, expense("food", 1, &[]));
        let same = expenses.update_one(food(), set(1)).upsert().await?;
        assert_eq!((same.matched, same.modified, same.upserted), (1, 0, None));
        expenses.insert(&expense("food", 7, &[])).await?;
        let one = expenses.update_one(food(), set(2)).await?;
        assert_eq!((one.matched, one.modified), (1, 1));
        assert_eq!(expenses.count(doc! { "amount": 2 }).await?, 1);
        let by_id = expenses.update_one(doc! { "_id": "home" }, set(3)).upsert().await?;
        assert_eq!(by_id.upserted, Some("home".into()));
        Ok(())
    }

    #[action]
    async fn others(&self, ctx: &Context) -> Result<()> {
        let mine = ctx.shared::<Expense>("all").mine();
        mine.insert(&expense("food", 1, &[])).await?;
        let count = || [doc! { "$count": "n" }];
        assert_eq!(mine.aggregate::<Document>(count()).await?, [doc! { "n": 1 }]);
        let everybody = ctx.shared::<Expense>("all").aggregate::<Document>(count()).await?;
        let expected = if ctx.user_id() == "bob" { 2 } else { 1 };
        assert_eq!(everybody, [doc! { "n": expected }]);
        let elsewhere = ctx.collection::<Expense>("all").aggregate::<Bson>(count()).await?;
        assert_eq!(elsewhere, []);
        Ok(())
    }
}

#[tokio::test]
async fn a_collection_does_what_it_says() {
    for action in ["totals", "ids", "reserved", "projections", "one_update"] {
        let host = TestHost::new(Ledger);
        if let Err(error) = host.user("alice").call(action, json!({})).await {
            panic!("{action}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_pipeline_sees_what_its_collection_sees() {
    let host = TestHost::new(Ledger);
    for user in ["alice", "bob"] {
        host.user(user).call("others", json!({})).await.unwrap();
    }
}
