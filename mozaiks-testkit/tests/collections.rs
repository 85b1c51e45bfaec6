//! What a plugin can do with a collection.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::TestHost;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Book {
    title: String,
    pages: i32,
    tags: Vec<String>,
}

fn book(title: &str, pages: i32, tags: &[&str]) -> Book {
    Book { title: title.to_owned(), pages, tags: tags.iter().map(|tag| (*tag).to_owned()).collect() }
}

/// Runs each of the methods below; what it asserts is in them.
struct Library;

#[plugin(name = "library", version = "1.0.0")]
impl Library {
    #[action]
    async fn reads_and_writes(&self, ctx: &Context) -> Result<()> {
        let books = ctx.collection::<Book>("books");
        let ids =
            books.insert_many(&[book("A", 1, &["x"]), book("B", 2, &["x", "y"]), book("C", 3, &[])]).await?;
        assert_eq!(books.count(doc! {}).await?, 3);
        assert_eq!(books.get(&ids[1]).await?.title, "B");
        assert_eq!(books.find_one(doc! { "pages": { "$gt": 2 } }).await?.unwrap().id(), &ids[2]);
        let titles: Vec<_> = books.find(doc! {}).sort("pages", -1).skip(1).limit(1).await?;
        assert_eq!(titles.iter().map(|book| book.title.as_str()).collect::<Vec<_>>(), ["B"]);
        assert_eq!(books.distinct("tags", doc! {}).await?, [bson::Bson::from("x"), "y".into()]);
        assert!(books.update(&ids[0], doc! { "$inc": { "pages": 10 } }).await?.modified);
        assert!(!books.update(&ids[0], doc! { "$set": { "pages": 11 } }).await?.modified);
        assert_eq!(books.update_many(doc! { "tags": "x" }, doc! { "$push": { "tags": "z" } }).await?, 2);
        assert!(books.replace(&ids[2], &book("D", 4, &[])).await?.modified);
        let before =
            books.find_one_and_update(doc! { "title": "D" }, doc! { "$inc": { "pages": 1 } }).return_before();
        assert_eq!(before.await?.unwrap().pages, 4);
        let after = books.find_one_and_update(doc! { "title": "D" }, doc! { "$inc": { "pages": 1 } }).await?;
        assert_eq!(after.unwrap().pages, 6);
        books.delete(&ids[0]).await?;
        assert_eq!(books.delete(&ids[0]).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(books.delete_many(doc! {}).await?, 2);
        Ok(())
    }

    #[action]
    async fn pages(&self, ctx: &Context) -> Result<()> {
        let books = ctx.collection::<Book>("books");
        let all: Vec<Book> = (0..60).map(|number| book("B", number, &[])).collect();
        books.insert_many(&all).await?;
        let page = books.find(doc! {}).page(None, None).await?;
        assert_eq!((page.count, page.total, page.skip, page.limit), (50, 60, 0, 50));
        let page = books.find(doc! {}).sort("_id", -1).page(Some(58), Some(100_000)).await?;
        assert_eq!((page.count, page.total, page.skip, page.limit), (2, 60, 58, 1000));
        assert_eq!(page.items[1].pages, 0);
        let page = books.find(doc! {}).page(None, Some(0)).await?;
        assert_eq!((page.count, page.total), (0, 60));
        Ok(())
    }

    #[action]
    async fn an_id_is_an_id_however_it_is_written(&self, ctx: &Context) -> Result<()> {
        let books = ctx.collection::<Book>("books");
        let id = books.insert(&book("A", 1, &[])).await?;
        let text = id.to_string();
        for filter in [
            doc! { "_id": &id },
            doc! { "_id": &text },
            doc! { "_id": text.to_uppercase() },
            doc! { "_id": { "$in": [&text] } },
            doc! { "$and": [{ "_id": { "$eq": &text } }, { "pages": 1 }] },
            doc! { "_id": { "$not": { "$ne": &text } } },
        ] {
            assert_eq!(books.count(filter.clone()).await?, 1, "{filter}");
        }
        assert_eq!(books.count(doc! { "_id": { "$ne": &text } }).await?, 0);
        let other = "0123456789abcdef01234567";
        for _ in 0..2 {
            let update = doc! { "$set": { "title": "U", "pages": 1, "tags": [] } };
            books.find_one_and_update(doc! { "_id": other }, update).upsert().await?;
        }
        assert_eq!(books.get(other).await?.title, "U");
        Ok(())
    }

    #[action]
    async fn an_id_of_ones_own_is_taken_once(&self, ctx: &Context) -> Result<()> {
        let books = ctx.collection::<Book>("books");
        books.insert_with_id("home", &book("A", 1, &[])).await?;
        let taken = books.insert_with_id("home", &book("B", 1, &[])).await.unwrap_err();
        assert_eq!(taken.code(), ErrorCode::Conflict);
        assert_eq!(books.get("home").await?.title, "A");
        Ok(())
    }

    #[action]
    async fn what_means_nothing_is_refused(&self, ctx: &Context) -> Result<()> {
        let books = ctx.collection::<Book>("books");
        books.insert(&book("A", 1, &[])).await?;
        for filter in
            [doc! { "$where": "true" }, doc! { "pages": { "$nearly": 1 } }, doc! { "pages": { "$size": -1 } }]
        {
            let refused = books.find(filter).await.unwrap_err();
            assert!(refused.is_internal(), "{refused:?}");
        }
        assert!(books.find(doc! {}).sort("pages", 2).await.is_err());
        assert!(books.update_many(doc! {}, doc! { "pages": 2 }).await.is_err());
        assert_eq!(books.count(doc! { "pages": 1 }).await?, 1);
        Ok(())
    }
}

#[tokio::test]
async fn a_collection_does_what_it_says() {
    for action in [
        "reads_and_writes",
        "pages",
        "an_id_is_an_id_however_it_is_written",
        "an_id_of_ones_own_is_taken_once",
        "what_means_nothing_is_refused",
    ] {
        let host = TestHost::new(Library);
        if let Err(error) = host.user("alice").call(action, json!({})).await {
            panic!("{action}: {error:?}");
        }
    }
}
