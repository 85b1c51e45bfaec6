//! The test of the README and the guide, as it stands there.

// As in the guide, which shows what also holds for a plugin with fields.
#![allow(clippy::default_constructed_unit_structs)]

use mozaiks_testkit::prelude::*;
use notes::Notes;

#[tokio::test]
async fn a_note_is_seen_by_its_owner_alone() {
    let host = TestHost::new(Notes::default());
    let (alice, bob) = (host.user("alice"), host.user("bob"));

    let made = alice.call("create", json!({ "title": "Milk" })).await.unwrap();
    assert_eq!(alice.call("list", json!({})).await.unwrap()["total"], 1);
    assert_eq!(bob.call("list", json!({})).await.unwrap()["total"], 0);
    let denied = bob.call("delete", json!({ "item_id": made["id"] })).await.unwrap_err();
    assert_eq!(denied.code(), ErrorCode::NotFound);
    host.assert_published("notes:note_created");
    assert_eq!(alice.notifications().await.len(), 1);
}
