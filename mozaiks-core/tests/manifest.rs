//! What a plugin says of itself, in code and in a hand-written file.

use std::time::Duration;

use mozaiks_core::plugin::{
    Author, Category, Manifest, MenuItem, NotificationCategory, NotificationType, Route, Widget,
};
use mozaiks_core::storage::Index;
use serde_json::{Value, json};

/// The manifest of the motivation plugin, as its author wrote it for the platform before this one.
fn motivation() -> Value {
    json!({
        "id": "ai.asista.motivation",
        "name": "Motivation Booster",
        "version": "1.0.0",
        "description": "AI-powered motivational support that adapts to your energy and goals",
        "author": {
            "name": "Asista.AI",
            "email": "plugins@asista.ai",
            "website": "https://asista.ai"
        },
        "category": "wellness",
        "tags": ["motivation", "wellness", "ai", "energy-aware"],
        "permissions": ["tasks:read", "habits:read", "goals:read", "ai:chat", "notifications:send"],
        "entry": "@/plugins/official/motivation/index.ts"
    })
}

fn read(json: &Value) -> Manifest {
    Manifest::from_json(&json.to_string()).unwrap()
}

#[track_caller]
fn mistakes(json: &Value) -> Vec<String> {
    Manifest::from_json(&json.to_string()).unwrap_err().mistakes().to_vec()
}

/// One mistake for each beginning, in any order, and no other.
#[track_caller]
fn assert_mistakes(found: &[String], expected: &[&str]) {
    for beginning in expected {
        let fitting = found.iter().filter(|mistake| mistake.starts_with(beginning)).count();
        assert_eq!(fitting, 1, "{beginning}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_hand_written_manifest_is_read() {
    let manifest = read(&motivation());
    assert_eq!(manifest.id, "ai.asista.motivation");
    assert_eq!(manifest.name, "motivation", "it is called by the last part of its id");
    assert_eq!(manifest.display_name, "Motivation Booster");
    assert_eq!(manifest.author.email.as_deref(), Some("plugins@asista.ai"));
    assert_eq!(manifest.category, Some(Category::Wellness));
    assert_eq!(manifest.tags.len(), 4);
    assert!(manifest.permissions.iter().all(|permission| permission.is_known()));
    assert_eq!(manifest.entry, "@/plugins/official/motivation/index.ts");
    manifest.check().unwrap();
}

#[test]
fn what_was_read_is_written_back_and_only_the_name_is_added() {
    let mut expected = motivation();
    expected["plugin"] = json!("motivation");
    assert_eq!(json!(read(&motivation())), expected);
    assert_eq!(read(&expected), read(&motivation()));
}

#[test]
fn unknown_keys_are_kept() {
    let mut json = motivation();
    json["hooks"] = json!({ "onLoad": "load", "deep": [{ "a": null }] });
    json["x-vendor"] = json!(1.5);
    json["min_platform_version"] = json!("in snake case it is nobody's");
    let manifest = read(&json);
    assert_eq!(manifest.other.len(), 3);
    let written = json!(manifest);
    for key in ["hooks", "x-vendor", "min_platform_version"] {
        assert_eq!(written[key], json[key]);
    }
    assert_eq!(read(&written), manifest);
}

#[test]
fn a_manifest_in_code_has_the_shape_of_the_file() {
    let manifest = Manifest::new("task_manager", "1.2.0-rc.1")
        .id("com.example.task-manager")
        .display_name("Tasks")
        .description("Keeps tasks.")
        .author(Author { name: "Ada".into(), email: None, website: None })
        .category(Category::Productivity)
        .tag("tasks")
        .permission("notifications:send")
        .permission("crm:import")
        .min_platform_version("0.1.0".parse().unwrap())
        .max_platform_version("1.0.0".parse().unwrap())
        .entry("task_manager")
        .publishes("item_created")
        .notification(
            NotificationType::new("task_manager_item_completed", "Done").channels(["in_app", "email"]),
        )
        .notification_category(NotificationCategory::new("tasks", "Tasks"))
        .index(Index::new("items", [("slug", 1)]).unique())
        .index(
            Index::new("items", [("seen_at", -1)])
                .sparse()
                .expire_after(Duration::from_secs(90))
                .shared()
                .name("seen"),
        )
        .widget(Widget::new("today").kind("card").position("dashboard").component("Today").prop("rows", 3))
        .menu_item(MenuItem::new("tasks").position("main"))
        .route(Route::new("board").position("/plugins/task_manager/board").component("Board"));
    assert_eq!(
        json!(manifest),
        json!({
            "id": "com.example.task-manager",
            "name": "Tasks",
            "plugin": "task_manager",
            "version": "1.2.0-rc.1",
            "description": "Keeps tasks.",
            "author": { "name": "Ada" },
            "category": "productivity",
            "tags": ["tasks"],
            "permissions": ["notifications:send", "crm:import"],
            "minPlatformVersion": "0.1.0",
            "maxPlatformVersion": "1.0.0",
            "entry": "task_manager",
            "publishes": ["item_created"],
            "notifications": [{
                "id": "task_manager_item_completed", "category": "plugins", "name": "Done", "description": "",
                "default": true, "channels": ["in_app", "email"], "frequencies": ["immediate"]
            }],
            "notificationCategory": { "id": "tasks", "name": "Tasks", "description": "", "icon": "puzzle" },
            "indexes": [
                { "name": "slug", "collection": "items", "keys": ["slug"], "unique": true },
                {
                    "name": "seen", "collection": "items", "shared": true, "keys": ["-seen_at"], "sparse": true,
                    "expireAfter": "90s"
                },
            ],
            "widgets": [{
                "id": "today", "type": "card", "position": "dashboard", "component": "Today", "props": { "rows": 3 }
            }],
            "menuItems": [{ "id": "tasks", "type": "link", "position": "main", "component": "" }],
            "routes": [{
                "id": "board", "type": "page", "position": "/plugins/task_manager/board", "component": "Board"
            }],
        })
    );
    manifest.check().unwrap();
    assert_eq!(read(&json!(manifest)), manifest);
}

#[test]
fn what_is_not_said_is_made_of_the_name() {
    let manifest = Manifest::new("task_manager", "1.0.0");
    assert_eq!(
        (manifest.id.as_str(), manifest.display_name.as_str()),
        ("mozaiks.plugins.task_manager", "Task Manager")
    );
    manifest.check().unwrap();
    let read = read(&json!({ "plugin": "task_manager", "version": "1.0.0" }));
    assert_eq!(read, manifest);
    assert_eq!(json!(read)["permissions"], json!([]));
}

#[test]
fn what_a_plugin_adds_without_a_type_has_that_of_the_macro() {
    let file = read(&json!({
        "plugin": "notes",
        "version": "1.0.0",
        "widgets": [{ "id": "recent" }, { "id": "chart", "type": "graph" }],
        "menuItems": [{ "id": "notes" }],
        "routes": [{ "id": "page" }],
    }));
    let code = Manifest::new("notes", "1.0.0")
        .widget(Widget::new("recent"))
        .widget(Widget::new("chart").kind("graph"))
        .menu_item(MenuItem::new("notes"))
        .route(Route::new("page"));
    assert_eq!(file, code);
    let json = json!(file);
    let types =
        [&json["widgets"][0], &json["menuItems"][0], &json["routes"][0]].map(|part| part["type"].clone());
    assert_eq!(types, ["card", "link", "page"]);
}

#[test]
fn a_dash_in_an_id_is_an_underscore_in_the_name() {
    assert_eq!(read(&json!({ "id": "com.example.task-manager", "version": "1.0.0" })).name, "task_manager");
}

#[test]
fn all_mistakes_are_said_at_once() {
    let found = mistakes(&json!({
        "id": "notes",
        "plugin": "My Notes",
        "name": "Notes",
        "version": "one",
        "category": "games",
        "permissions": ["tasks:read", "tasks", "Tasks:Read"],
        "minPlatformVersion": "1",
        "maxPlatformVersion": "latest",
        "publishes": ["notes:created", "saved", "saved"],
        "notifications": [{ "id": "created", "name": "Created" }],
        "widgets": [{ "id": "a" }, { "id": "b" }, { "id": "a" }],
        "menuItems": [{ "id": "a" }, { "id": "a" }],
        "routes": [{ "id": "a" }, { "id": "a" }],
    }));
    assert_mistakes(
        &found,
        &[
            "id: `notes` must be in reverse DNS order",
            "plugin: `My Notes` must be in snake_case",
            "version: `one` is no semantic version",
            "category: unknown variant `games`, expected one of `wellness`",
            "permissions: `tasks` is no permission",
            "permissions: `Tasks:Read` is no permission",
            "minPlatformVersion: `1` is no semantic version",
            "maxPlatformVersion: `latest` is no semantic version",
            "publishes: `notes:created` must be in snake_case and without the plugin's name",
            "publishes: `saved` is declared twice",
            "notifications: the id `created` must begin with the plugin's name",
            "widgets: `a` is declared twice",
            "menuItems: `a` is declared twice",
            "routes: `a` is declared twice",
        ],
    );
}

#[test]
fn values_of_a_wrong_type_are_mistakes_like_the_others() {
    let found = mistakes(&json!({
        "id": 5,
        "plugin": "notes",
        "version": "one",
        "author": { "email": "a@example.com" },
        "tags": "a, b",
        "permissions": ["tasks:read", 7],
        "category": null,
        "widgets": [{ "position": "top" }],
    }));
    assert_mistakes(
        &found,
        &[
            "id: invalid type: integer `5`, expected a string",
            "version: `one` is no semantic version",
            "author: missing field `name`",
            "tags: invalid type: string \"a, b\", expected a sequence",
            "permissions: invalid type: integer `7`, expected a string",
            "widgets: missing field `id`",
        ],
    );
}

#[test]
fn what_is_no_manifest_at_all_is_refused_in_words() {
    for text in ["", "[]", "{", "null", "\"notes\""] {
        let error = Manifest::from_json(text).unwrap_err().to_string();
        assert!(error.starts_with("the manifest cannot be read: "), "{error}");
    }
    assert_mistakes(&mistakes(&json!({})), &["plugin: ``", "version: ``"]);
}

#[test]
fn a_manifest_in_code_is_checked_by_the_same_rules() {
    let found = Manifest::new("My Notes", "1.0")
        .permission("everything")
        .publishes("Created")
        .min_platform_version("2.0.0".parse().unwrap())
        .max_platform_version("1.0.0".parse().unwrap())
        .check()
        .unwrap_err();
    assert_mistakes(
        found.mistakes(),
        &[
            "name: `My Notes`",
            "version: `1.0`",
            "permissions: `everything`",
            "publishes: `Created`",
            "minPlatformVersion: 2.0.0 is above maxPlatformVersion, 1.0.0",
        ],
    );
    assert_eq!(found.to_string(), found.mistakes().join("; "));
}

#[test]
fn an_id_is_in_reverse_dns_order() {
    for good in ["a.b", "com.example.notes", "io.x-y.task_manager", "a1.b2"] {
        Manifest::new("notes", "1.0.0").id(good).check().unwrap();
    }
    let long = format!("com.{}", "x".repeat(252));
    for bad in
        ["", "notes", ".a", "a.", "a..b", "1.a", "a.1b", "Com.example", "a b.c", "ä.b", "a.-b", long.as_str()]
    {
        assert!(Manifest::new("notes", "1.0.0").id(bad).check().is_err(), "{bad}");
    }
}

#[test]
fn a_notification_belongs_to_its_plugin() {
    let with =
        |id: &str| Manifest::new("notes", "1.0.0").notification(NotificationType::new(id, "N")).check();
    with("notes_created").unwrap();
    for bad in ["notes", "notes_", "notesx_created", "notes_Created", "tasks_created", "notes:created"] {
        assert!(with(bad).is_err(), "{bad}");
    }
}

#[test]
fn it_is_read_by_serde_with_the_same_checks() {
    let manifest: Manifest = serde_json::from_value(motivation()).unwrap();
    assert_eq!(manifest, read(&motivation()));
    let error =
        serde_json::from_value::<Manifest>(json!({ "plugin": "A", "version": "1" })).unwrap_err().to_string();
    assert!(error.contains("plugin: `A`") && error.contains("version: `1`"), "{error}");
}

#[test]
fn the_indexes_of_a_file_are_read_and_judged() {
    let mut json = motivation();
    json["indexes"] = json!([
        { "collection": "items", "keys": ["folder", "-changed_at"] },
        { "collection": "sessions", "keys": ["seen_at"], "expireAfter": "30d" },
    ]);
    let manifest = read(&json);
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    assert_eq!(
        manifest.indexes,
        [
            Index::new("items", [("folder", 1), ("changed_at", -1)]),
            Index::new("sessions", [("seen_at", 1)]).expire_after(month)
        ]
    );
    assert_eq!(read(&json!(manifest)), manifest);

    let wrong = |indexes: Value| {
        let mut json = motivation();
        json["indexes"] = indexes;
        mistakes(&json)
    };
    let found = wrong(json!([
        { "collection": "items", "keys": [] },
        { "collection": "My items", "keys": ["a"] },
        { "collection": "items", "keys": ["user_id"] },
        { "collection": "items", "keys": ["a", "b"], "sparse": true },
        { "collection": "items", "keys": ["c"] },
        { "collection": "items", "keys": ["-c"] },
    ]));
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(found.iter().all(|mistake| mistake.starts_with("indexes: ")), "{found:#?}");
    assert_mistakes(
        &wrong(json!([{ "collection": "items", "keys": ["a"], "expireAfter": "soon" }])),
        &["indexes: `soon` is no time"],
    );
    assert_mistakes(
        &wrong(json!([{ "collection": "items", "keys": ["a"], "uniqe": true }])),
        &["indexes: unknown field `uniqe`"],
    );
}

#[test]
fn the_time_of_an_index_is_written_in_its_greatest_unit() {
    for (seconds, text) in
        [(0, "0s"), (61, "61s"), (120, "2m"), (7200, "2h"), (86_400, "1d"), (90_000, "25h")]
    {
        let index = Index::new("items", [("at", 1)]).expire_after(Duration::from_secs(seconds));
        let json = json!(index);
        assert_eq!(json["expireAfter"], text);
        assert_eq!(serde_json::from_value::<Index>(json).unwrap(), index);
    }
}
