//! Key-value storage: of one plugin, for one user, with any key, and honest about who came first.

use mozaiks_core::prelude::*;
use mozaiks_testkit::prelude::*;
use serde_json::Value;

macro_rules! pocket {
    ($type:ident, $name:literal) => {
        #[derive(Default)]
        struct $type;

        #[plugin(name = $name, version = "1.0.0")]
        impl $type {
            #[action]
            async fn set(
                &self,
                ctx: &Context,
                key: String,
                value: Value,
                seconds: Option<u64>,
            ) -> Result<()> {
                match seconds {
                    Some(seconds) => ctx.kv().set_for(&key, &value, Duration::from_secs(seconds)).await,
                    None => ctx.kv().set(&key, &value).await,
                }
            }

            #[query]
            async fn get(&self, ctx: &QueryContext, key: String) -> Result<Value> {
                Ok(json!({ "value": ctx.kv().get::<Value>(&key).await? }))
            }

            #[query]
            async fn list(&self, ctx: &QueryContext, prefix: String) -> Result<Vec<String>> {
                ctx.kv().list(&prefix).await
            }

            #[action]
            async fn delete(&self, ctx: &Context, key: String) -> Result<bool> {
                ctx.kv().delete(&key).await
            }

            #[action]
            async fn clear(&self, ctx: &Context) -> Result<u64> {
                ctx.kv().clear().await
            }

            #[action]
            async fn swap(&self, ctx: &Context, key: String, old: Option<Value>, new: Value) -> Result<bool> {
                ctx.kv().compare_and_set(&key, old.as_ref(), &new).await
            }
        }
    };
}

pocket!(Pocket, "pocket");
pocket!(Purse, "purse");

fn host() -> TestHost {
    TestHost::builder().plugin(Pocket).plugin(Purse).calling("pocket").build()
}

async fn call(user: &TestUser, action: &str, fields: Value) -> Value {
    user.call(action, fields).await.unwrap()["data"].clone()
}

async fn set(user: &TestUser, key: &str, value: Value) {
    user.call("set", json!({ "key": key, "value": value })).await.unwrap();
}

async fn get(user: &TestUser, key: &str) -> Value {
    user.call("get", json!({ "key": key })).await.unwrap()["value"].clone()
}

async fn list(user: &TestUser, prefix: &str) -> Value {
    call(user, "list", json!({ "prefix": prefix })).await
}

async fn swap(user: &TestUser, old: Value, new: Value) -> bool {
    call(user, "swap", json!({ "key": "k", "old": old, "new": new })).await == true
}

/// Keys that mean something to somebody: to MongoDB, to ids, to paths, to Unicode.
const ODD: [&str; 16] = [
    "65301c2f9d1e8b3a4c5d6e7f",
    "65301C2F9D1E8B3A4C5D6E7F",
    "$set",
    "$",
    ".",
    "a.b",
    "a/b",
    "..",
    "_id",
    "*",
    "%",
    " ",
    "\n",
    "ä",
    "🦀",
    "a\u{10FFFF}b",
];

#[tokio::test]
async fn any_key_keeps_any_value() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    let values = [
        json!(1),
        json!(null),
        json!("x"),
        json!([1, [2]]),
        json!({ "$set": { "a.b": 1 }, "": null }),
        json!(true),
    ];
    for (key, value) in ODD.into_iter().zip(values.iter().cycle()) {
        set(&alice, key, value.clone()).await;
    }
    for (key, value) in ODD.into_iter().zip(values.iter().cycle()) {
        assert_eq!(get(&alice, key).await, *value, "{key:?}");
    }
    let mut sorted = ODD;
    sorted.sort_unstable();
    assert_eq!(list(&alice, "").await, json!(sorted));
    for key in ODD {
        assert_eq!(call(&alice, "delete", json!({ "key": key })).await, true, "{key:?}");
        assert_eq!(call(&alice, "delete", json!({ "key": key })).await, false, "{key:?}");
        assert_eq!(get(&alice, key).await, json!(null));
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    for key in [String::new(), "a\0b".to_owned(), "x".repeat(513)] {
        for action in ["set", "get", "delete", "swap"] {
            let fields = json!({ "key": key, "value": 1, "new": 1 });
            assert!(alice.call(action, fields).await.unwrap_err().field("key").is_some());
        }
    }
    let longest = "x".repeat(512);
    set(&alice, &longest, json!(1)).await;
    assert_eq!(get(&alice, &longest).await, 1);
}

#[tokio::test]
async fn a_list_has_the_keys_with_the_prefix_and_no_other() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    for key in ["a", "a:", "a:1", "a:2", "a:\u{10FFFF}", "a:\u{10FFFF}\u{10FFFF}z", "a;", "b", "A:1", "aa:1"]
    {
        set(&alice, key, json!(1)).await;
    }
    let of_a = json!(["a:", "a:1", "a:2", "a:\u{10FFFF}", "a:\u{10FFFF}\u{10FFFF}z"]);
    assert_eq!(list(&alice, "a:").await, of_a);
    assert_eq!(list(&alice, "a:\u{10FFFF}").await, json!(["a:\u{10FFFF}", "a:\u{10FFFF}\u{10FFFF}z"]));
    assert_eq!(list(&alice, "a:1").await, json!(["a:1"]));
    assert_eq!(list(&alice, ".*").await, json!([]));
    assert_eq!(list(&alice, "").await.as_array().unwrap().len(), 10);
    set(&alice, "\u{D7FF}", json!(1)).await;
    set(&alice, "\u{D7FF}x", json!(1)).await;
    set(&alice, "\u{E000}", json!(1)).await;
    assert_eq!(list(&alice, "\u{D7FF}").await, json!(["\u{D7FF}", "\u{D7FF}x"]));
}

#[tokio::test]
async fn a_pocket_is_one_plugins_for_one_user_in_one_app() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    set(&alice, "k", json!("alice")).await;
    let others = [
        host.user("bob").plugin("pocket"),
        host.user("root").plugin("pocket").as_superadmin(),
        host.user("alice").plugin("pocket").in_app("other_app"),
        host.user("alice").plugin("purse"),
    ];
    for other in &others {
        assert_eq!(get(other, "k").await, json!(null));
        assert_eq!(list(other, "").await, json!([]));
        assert_eq!(call(other, "delete", json!({ "key": "k" })).await, false);
        assert!(swap(other, json!(null), json!("theirs")).await);
        assert_eq!(call(other, "clear", json!({})).await, 1);
    }
    assert_eq!(get(&alice, "k").await, "alice");
    set(&alice, "l", json!(1)).await;
    assert_eq!(call(&alice, "clear", json!({})).await, 2);
    assert!(host.storage().is_empty());
}

#[tokio::test]
async fn time_to_live_goes_by_the_clock() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    alice.call("set", json!({ "key": "k", "value": 1, "seconds": 10 })).await.unwrap();
    host.advance(Duration::from_secs(9)).await;
    assert_eq!(get(&alice, "k").await, 1);
    host.advance(Duration::from_secs(1)).await;
    assert_eq!(get(&alice, "k").await, json!(null));
    assert_eq!(list(&alice, "").await, json!([]));
    assert_eq!(call(&alice, "delete", json!({ "key": "k" })).await, false);
    assert_eq!(call(&alice, "clear", json!({})).await, 0);

    alice.call("set", json!({ "key": "k", "value": 1, "seconds": 0 })).await.unwrap();
    assert_eq!(get(&alice, "k").await, json!(null));
    alice.call("set", json!({ "key": "k", "value": 2, "seconds": u64::MAX })).await.unwrap();
    alice.call("set", json!({ "key": "l", "value": 1, "seconds": 10 })).await.unwrap();
    set(&alice, "l", json!(2)).await;
    host.advance(Duration::from_secs(1_000_000)).await;
    assert_eq!((get(&alice, "k").await, get(&alice, "l").await), (json!(2), json!(2)));
}

#[tokio::test]
async fn a_value_is_swapped_only_for_exactly_what_is_there() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    assert!(!swap(&alice, json!(1), json!(2)).await, "there is nothing yet");
    assert!(swap(&alice, json!(null), json!([1])).await);
    assert!(!swap(&alice, json!(null), json!(2)).await, "there is something");
    assert!(!swap(&alice, json!(1), json!("an element is not the whole")).await);
    assert!(swap(&alice, json!([1]), json!([[1]])).await);
    assert!(!swap(&alice, json!([1]), json!("an element is not the whole")).await);
    assert!(swap(&alice, json!([[1]]), json!({ "a": 1, "b": 2 })).await);
    assert!(!swap(&alice, json!({ "a": 1 }), json!(0)).await);
    assert!(!swap(&alice, json!({ "$exists": true }), json!(0)).await);
    assert!(!swap(&alice, json!({ "$gt": {} }), json!(0)).await);
    assert!(swap(&alice, json!({ "a": 1, "b": 2 }), json!("text")).await);
    assert!(!swap(&alice, json!("TEXT"), json!(0)).await);
    assert_eq!(get(&alice, "k").await, "text");
}

#[tokio::test]
async fn what_is_over_is_as_good_as_absent_for_a_swap() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    alice.call("set", json!({ "key": "k", "value": 1, "seconds": 10 })).await.unwrap();
    host.advance(Duration::from_secs(10)).await;
    assert!(!swap(&alice, json!(1), json!(2)).await);
    assert!(swap(&alice, json!(null), json!(3)).await);
    host.advance(Duration::from_secs(100)).await;
    assert_eq!(get(&alice, "k").await, 3, "a swap keeps no time to live");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_swap_at_once_exactly_one_wins() {
    let host = host();
    let alice = host.user("alice").plugin("pocket");
    for (round, old) in [json!(null), json!(0), json!(null)].into_iter().enumerate() {
        if round == 2 {
            alice.call("set", json!({ "key": "k", "value": 1, "seconds": 1 })).await.unwrap();
            host.advance(Duration::from_secs(1)).await;
        }
        host.storage().faults().delay(Duration::from_millis(1));
        let swaps = (0..50).map(|n| {
            let (alice, old) = (alice.clone(), old.clone());
            tokio::spawn(async move { swap(&alice, old, json!(n + 1)).await })
        });
        let swaps = futures_util::future::join_all(swaps.collect::<Vec<_>>());
        let steps = async {
            for _ in 0..200 {
                host.clock().advance(Duration::from_micros(500));
                tokio::task::yield_now().await;
            }
            host.storage().faults().clear();
            while host.clock().next_wake().is_some_and(|next| next < Duration::from_secs(1)) {
                host.clock().advance(Duration::from_millis(1));
                tokio::task::yield_now().await;
            }
        };
        let (outcomes, ()) = tokio::join!(swaps, steps);
        let won = outcomes.into_iter().filter(|won| *won.as_ref().unwrap()).count();
        assert_eq!(won, 1, "round {round}");
        host.storage().faults().clear();
        set(&alice, "k", json!(0)).await;
    }
}
