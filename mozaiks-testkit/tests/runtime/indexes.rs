//! The indexes that a plugin declares are there before it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bson::RawDocumentBuf;
use mozaiks_core::plugin::{Manifest, Router};
use mozaiks_core::prelude::*;
use mozaiks_core::storage::{Index, NewDocument, Sharing, Storage, StorageScope};
use mozaiks_testkit::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Site {
    slug: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_at: Option<DateTime>,
}

/// Tells whether it was initialised.
#[derive(Default)]
struct Sites(Arc<AtomicBool>);

#[plugin(
    name = "sites",
    version = "1.0.0",
    permissions = ["storage:shared"],
    indexes(
        index(collection = "sites", keys = ["slug"], unique),
        index(collection = "sites", keys = ["seen_at"], expire_after = "1h"),
        index(collection = "sites", keys = ["slug"], unique, shared, name = "public_slug"),
    )
)]
impl Sites {
    #[initialize]
    async fn begin(&self, _ctx: &PluginContext) -> Result<()> {
        self.0.store(true, Ordering::Relaxed);
        Ok(())
    }

    #[action]
    async fn add(&self, ctx: &Context, slug: String) -> Result<Created> {
        let site = Site { slug, seen_at: Some(ctx.now()) };
        Ok(Created { id: ctx.collection("sites").insert(&site).await? })
    }

    #[action]
    async fn share(&self, ctx: &Context, slug: String) -> Result<Created> {
        Ok(Created { id: ctx.shared("sites").insert(&Site { slug, seen_at: None }).await? })
    }

    #[query]
    async fn count(&self, ctx: &QueryContext) -> Result<u64> {
        ctx.collection::<Site>("sites").count(doc! {}).await
    }
}

const PLACE: StorageScope<'static> = StorageScope {
    app_id: "somewhere",
    user_id: "alice",
    plugin: "sites",
    collection: "sites",
    sharing: Sharing::Private,
};

async fn insert_twice(host: &TestHost) {
    let document = || RawDocumentBuf::try_from(&doc! { "slug": "home" }).unwrap();
    let documents = ["a", "b"].map(|id| NewDocument::new(id, document())).to_vec();
    host.storage().insert(PLACE, documents).await.unwrap();
}

#[tokio::test]
async fn a_value_that_is_taken_is_a_conflict_that_names_the_index() {
    let host = TestHost::new(Sites::default());
    let (alice, bob) = (host.user("alice"), host.user("bob"));
    alice.call("add", json!({ "slug": "home" })).await.unwrap();
    bob.call("add", json!({ "slug": "home" })).await.unwrap();
    let taken = alice.call("add", json!({ "slug": "home" })).await.unwrap_err();
    assert_eq!(taken.code(), ErrorCode::Conflict);
    assert_eq!(taken.details().unwrap()["index"], "slug");

    alice.call("share", json!({ "slug": "home" })).await.unwrap();
    let taken = bob.call("share", json!({ "slug": "home" })).await.unwrap_err();
    assert_eq!(taken.details().unwrap()["index"], "public_slug");
}

#[tokio::test]
async fn documents_expire_by_the_clock_of_the_host() {
    let host = TestHost::new(Sites::default());
    let alice = host.user("alice");
    alice.call("add", json!({ "slug": "home" })).await.unwrap();
    host.advance(Duration::from_secs(3599)).await;
    assert_eq!(alice.call("count", json!({})).await.unwrap(), json!({ "data": 1 }));
    host.advance(Duration::from_secs(1)).await;
    assert_eq!(alice.call("count", json!({})).await.unwrap(), json!({ "data": 0 }));
}

#[tokio::test]
async fn a_plugin_whose_index_cannot_be_made_is_switched_off_and_told_why() {
    let sites = Sites::default();
    let initialized = Arc::clone(&sites.0);
    let host = TestHost::new(sites);
    insert_twice(&host).await;
    let report = host.runtime().start().await.unwrap();
    assert!(report.started.is_empty());
    let [(plugin, error)] = &report.failed[..] else { panic!("{report:?}") };
    assert_eq!(plugin, "sites");
    let text = format!("{error:?}");
    assert!(text.contains("unique index `slug`") && text.contains("remove all but one"), "{text}");
    assert!(!initialized.load(Ordering::Relaxed));
}

#[tokio::test]
async fn an_index_that_is_no_longer_declared_goes() {
    struct Sites;
    #[plugin(name = "sites", version = "2.0.0")]
    impl Sites {}

    let host = TestHost::new(Sites);
    let slug = Index::new("sites", [("slug", 1)]).unique();
    host.storage().create_indexes("sites", &[slug]).await.unwrap();
    host.runtime().start().await.unwrap();
    insert_twice(&host).await;
}

#[test]
fn indexes_that_are_written_by_hand_are_judged_when_the_runtime_is_built() {
    struct ByHand;
    impl Plugin for ByHand {
        fn manifest(&self) -> Manifest {
            Manifest::new("by_hand", "1.0.0")
                .index(Index::new("items", [("user_id", 1)]))
                .index(Index::new("items", [("a", 1), ("b", 2)]))
                .index(Index::new("items", [("a", 1)]))
        }

        fn router() -> Router<Self> {
            Router::new()
        }
    }

    let errors = TestHost::builder().plugin(ByHand).try_build().err().unwrap();
    let found = errors.mistakes();
    assert_eq!(found.len(), 2, "{errors}");
    assert!(found[0].contains("plugin by_hand: indexes: ") && found[0].contains("user_id"), "{errors}");
    assert!(found[1].contains("1 or -1"), "{errors}");
}

#[test]
fn indexes_stand_in_the_description() {
    let host = TestHost::new(Sites::default());
    let described = host.runtime().describe();
    let indexes = &described["plugins"]["sites"]["manifest"]["indexes"];
    assert_eq!(
        indexes[0],
        json!({ "name": "slug", "collection": "sites", "keys": ["slug"], "unique": true })
    );
    assert_eq!(indexes.as_array().unwrap().len(), 3);
}
