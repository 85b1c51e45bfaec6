//! Texts that a careless backend takes for a pattern, a path or one another.

use mozaiks_core::UserKey;

use super::wait::fail;

/// Ids that are all different. Some are longer than a column may be, some look alike, some mean something elsewhere.
pub(super) fn odd_ids() -> Vec<String> {
    let short = [
        "alice",
        "Alice",
        "ALICE",
        "alice ",
        " alice",
        "alic",
        "alice2",
        "al",
        "alice.bob",
        "alice/bob",
        "alice:bob",
        "alice|bob",
        "alice\\bob",
        "alice\"bob",
        "alice'bob",
        "alice;bob",
        "../alice",
        "alice/..",
        ".",
        "..",
        "/",
        "*",
        "%",
        "_",
        "?",
        "#",
        "$",
        "$ne",
        "$where",
        "alice.$",
        "alice%00",
        "a*",
        "a%",
        "a_ice",
        "alice*",
        "alice>",
        "{}",
        "null",
        "true",
        "0",
        "00",
        "1",
        "1.0",
        "-1",
        "' OR '1'='1",
        "caf\u{e9}",
        "cafe\u{301}",
        "\u{430}lice",
        "\u{ff41}lice",
        "stra\u{df}e",
        "strasse",
        "\u{1f600}",
        "\u{1f600}\u{fe0f}",
        "\u{200b}alice",
        "alice\u{a0}",
        "677485800000000000000001",
        "677485800000000000000002",
    ];
    let long = [("x", 255), ("x", 256), ("y", 256)].map(|(letter, times)| letter.repeat(times));
    let tail = format!("{}y", "x".repeat(255));
    short.into_iter().map(str::to_owned).chain(long).chain([tail]).collect()
}

/// Pairs of two parts that are different, and the same once somebody glues the parts together.
pub(super) const GLUED: [[(&str, &str); 2]; 8] = [
    [("a", "bc"), ("ab", "c")],
    [("a.b", "c"), ("a", "b.c")],
    [("a:b", "c"), ("a", "b:c")],
    [("a/b", "c"), ("a", "b/c")],
    [("a_b", "c"), ("a", "b_c")],
    [("a|b", "c"), ("a", "b|c")],
    [("a-b", "c"), ("a", "b-c")],
    [("shop", "alice"), ("alice", "shop")],
];

/// A user of an app.
pub(super) fn user(app_id: &str, user_id: &str) -> UserKey {
    match UserKey::new(app_id, user_id) {
        Ok(user) => user,
        Err(error) => fail(&format!("no user {user_id:?} of {app_id:?}: {error}")),
    }
}

/// Users that are all different: odd ids of users, odd ids of apps, and pairs that look the same when glued.
pub(super) fn odd_users() -> Vec<UserKey> {
    let of_one_app = odd_ids().into_iter().map(|id| user("shop", &id));
    let of_odd_apps = odd_ids().into_iter().map(|id| user(&id, "alice"));
    let glued = GLUED.into_iter().flatten().map(|(app, id)| user(app, id));
    let mut all: Vec<_> = of_one_app.chain(of_odd_apps).chain(glued).collect();
    all.sort();
    all.dedup();
    all
}
