//! The form of permissions, and of all the names that are made like them.

use mozaiks_core::plugin::{Permission, is_snake_case};
use serde_json::json;

#[test]
fn the_known_permissions_are_those_of_the_platform() {
    for text in [
        "tasks:read",
        "tasks:write",
        "habits:read",
        "habits:write",
        "goals:read",
        "goals:write",
        "ai:chat",
        "ai:analyze",
        "voice:commands",
        "voice:synthesis",
        "calendar:read",
        "calendar:write",
        "notifications:send",
        "storage:unlimited",
        "storage:shared",
        "users:reach",
    ] {
        assert!(text.parse::<Permission>().unwrap().is_known(), "{text}");
        assert!(Permission::KNOWN.contains(&text), "{text}");
    }
    for named in [Permission::NOTIFICATIONS_SEND, Permission::STORAGE_SHARED, Permission::USERS_REACH] {
        assert!(Permission::KNOWN.contains(&named), "{named}");
    }
}

#[test]
fn a_host_may_define_others_of_the_same_form() {
    for text in ["crm:import", "crm_2:bulk_import", "tasks:delete"] {
        let permission: Permission = text.parse().unwrap();
        assert!(!permission.is_known());
        assert_eq!((permission.as_str(), permission.to_string().as_str()), (text, text));
    }
}

#[test]
fn any_other_form_is_refused_in_words() {
    for text in [
        "",
        ":",
        "tasks",
        "tasks:",
        ":read",
        "Tasks:read",
        "tasks:Read",
        "tasks:read:all",
        "tasks: read",
        "*:*",
        "tâches:lire",
    ] {
        let error = text.parse::<Permission>().unwrap_err();
        let expected = "is no permission: expected `area:verb` in snake_case, such as `tasks:read`";
        assert_eq!(error.to_string(), format!("`{text}` {expected}"));
    }
}

#[test]
fn in_json_it_is_a_text() {
    let permission: Permission = serde_json::from_value(json!("tasks:read")).unwrap();
    assert_eq!(json!(permission), json!("tasks:read"));
    assert!(serde_json::from_value::<Permission>(json!("tasks")).is_err());
    assert!(serde_json::from_value::<Permission>(json!(5)).is_err());
}

#[test]
fn names_are_in_lower_snake_case() {
    for good in ["a", "a1", "task_manager", "a_1_b", &"x".repeat(64)] {
        assert!(is_snake_case(good), "{good}");
    }
    for bad in [
        "",
        "_",
        "_a",
        "a_",
        "a__b",
        "1a",
        "A",
        "aB",
        "a-b",
        "a b",
        "a.b",
        "ä",
        "a\n",
        "a:b",
        &"x".repeat(65),
    ] {
        assert!(!is_snake_case(bad), "{bad}");
    }
}
