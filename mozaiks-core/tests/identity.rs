//! Who can be named, and what is said of them.

use mozaiks_core::identity::MAX_ID_LENGTH;
use mozaiks_core::{Identity, UserKey};
use serde_json::json;

#[test]
fn any_text_of_up_to_256_bytes_can_name_an_app_or_a_user() {
    let longest = "x".repeat(MAX_ID_LENGTH);
    for id in ["a", " ", "$gt", "a.b", "a:b", "ünï", "..", "\u{202e}", longest.as_str()] {
        let identity = Identity::new(id, "alice").unwrap();
        assert_eq!((identity.app_id(), identity.user_id()), (id, "alice"));
        assert_eq!(Identity::new("shop", id).unwrap().user_id(), id);
        assert!(UserKey::new(id, id).is_ok());
    }
}

#[test]
fn an_id_that_can_name_nobody_is_refused_in_words() {
    let long = "ü".repeat(129);
    for (id, problem) in [
        ("", "is empty"),
        ("a\nb", "has a control character"),
        ("\u{0}", "has a control character"),
        ("a\u{7f}", "has a control character"),
        ("\u{85}", "has a control character"),
        (long.as_str(), "is longer than 256 bytes"),
    ] {
        assert_eq!(Identity::new(id, "alice").unwrap_err().to_string(), format!("the app id {problem}"));
        assert_eq!(Identity::new("shop", id).unwrap_err().to_string(), format!("the user id {problem}"));
        assert!(UserKey::new("shop", id).is_err());
        assert!(Identity::system(id).is_err());
    }
}

#[test]
fn the_system_is_nobody_that_a_client_can_be() {
    let system = Identity::system("shop").unwrap();
    assert!(system.is_system());
    assert_eq!((system.app_id(), system.user_id()), ("shop", ""));
    assert!(!Identity::new("shop", " ").unwrap().is_system());
    assert!(!system.is_superadmin() && system.roles().is_empty());
}

#[test]
fn what_the_host_knows_of_a_user_goes_along() {
    let plain = Identity::new("shop", "alice").unwrap();
    assert_eq!((plain.username(), plain.roles(), plain.is_superadmin()), (None, &[] as &[String], false));
    let known =
        plain.clone().with_username("Alice").with_roles(["a"]).with_roles(["b", "c"]).with_superadmin(true);
    assert_eq!((known.username(), known.is_superadmin()), (Some("Alice"), true));
    assert!(known.has_role("b") && known.has_role("c") && !known.has_role("a") && !known.has_role("B"));
    assert_eq!(plain.username(), None, "a clone is changed by itself");
    assert_ne!(plain, known);
    assert_eq!(plain.user(), known.user());
}

#[test]
fn a_handler_over_raw_data_finds_all_of_it_under_context() {
    let alice = Identity::new("shop", "alice").unwrap();
    assert_eq!(
        json!(alice.clone().with_username("Alice").with_roles(["editor"])),
        json!({
            "app_id": "shop", "user_id": "alice", "username": "Alice", "roles": ["editor"], "is_superadmin": false
        })
    );
    assert_eq!(json!(alice)["username"], json!(null));
}

#[test]
fn a_log_does_not_show_the_name_of_a_person() {
    let debug = format!("{:?}", Identity::new("shop", "u1").unwrap().with_username("Alice Smith"));
    assert!(debug.contains("u1") && !debug.contains("Smith"), "{debug}");
}

#[test]
fn a_user_key_is_read_back_only_if_it_can_name_a_user() {
    let read = |json: serde_json::Value| serde_json::from_value::<UserKey>(json);
    let key = read(json!({ "app_id": "shop", "user_id": "alice" })).unwrap();
    assert_eq!(key, UserKey::new("shop", "alice").unwrap());
    assert_eq!(read(serde_json::to_value(&key).unwrap()).unwrap(), key);
    for bad in
        [json!({ "app_id": "shop", "user_id": "" }), json!({ "app_id": "a\nb", "user_id": "u" }), json!({})]
    {
        assert!(read(bad).is_err());
    }
}
