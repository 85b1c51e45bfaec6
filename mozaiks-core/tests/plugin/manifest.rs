//! Every argument of `#[plugin]`, as it comes out in the manifest.

use mozaiks_core::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, Settings)]
pub(crate) struct EverythingSettings {
    /// Loud
    #[setting(default = false)]
    loud: bool,
}

struct Everything;

/// Not shown.
#[plugin(
    name = "everything",
    id = "com.example.everything",
    version = "1.2.3-rc.1",
    display_name = "Everything",
    description = "All that there is.",
    author(name = "Ada", email = "ada@example.com", website = "https://example.com"),
    category = "productivity",
    tags = ["all", "things"],
    permissions = ["tasks:read", "crm:import"],
    min_platform_version = "0.1.0",
    max_platform_version = "2.0.0",
    settings = EverythingSettings,
    publishes = ["thing_made", "thing_lost"],
    notification(
        id = "everything_made",
        name = "Made",
        description = "Something was made",
        category = "everything",
        default = false,
        channels = ["in_app", "email"],
        frequencies = ["daily"],
    ),
    notification(id = "everything_lost", name = "Lost"),
    notification_category(id = "everything", name = "Everything", description = "All", icon = "star"),
    indexes(
        index(collection = "things", keys = ["slug"], unique),
        index(collection = "things", keys = ["folder", "-changed_at"]),
        index(collection = "sessions", keys = ["seen_at"], expire_after = "36h", sparse),
        index(collection = "polls", keys = ["about.slug"], unique, shared, name = "poll_slug"),
    ),
    widget(id = "recent", type = "card", position = "home", component = "Recent", props = { "limit": 5 }),
    menu_item(id = "open", component = "Open"),
    route(id = "page", position = "/everything"),
    client = false,
    crate = ::mozaiks_core,
)]
impl Everything {}

#[test]
fn every_argument_comes_out() {
    let manifest = Everything.manifest();
    manifest.check().unwrap();
    assert_eq!(
        serde_json::to_value(&manifest).unwrap(),
        json!({
            "id": "com.example.everything",
            "name": "Everything",
            "plugin": "everything",
            "version": "1.2.3-rc.1",
            "description": "All that there is.",
            "author": { "name": "Ada", "email": "ada@example.com", "website": "https://example.com" },
            "category": "productivity",
            "tags": ["all", "things"],
            "permissions": ["tasks:read", "crm:import"],
            "minPlatformVersion": "0.1.0",
            "maxPlatformVersion": "2.0.0",
            "entry": module_path!(),
            "publishes": ["thing_made", "thing_lost"],
            "notifications": [
                {
                    "id": "everything_made", "name": "Made", "description": "Something was made",
                    "category": "everything", "default": false, "channels": ["in_app", "email"],
                    "frequencies": ["daily"]
                },
                {
                    "id": "everything_lost", "name": "Lost", "description": "", "category": "plugins",
                    "default": true, "channels": ["in_app"], "frequencies": ["immediate"]
                }
            ],
            "notificationCategory": {
                "id": "everything", "name": "Everything", "description": "All", "icon": "star"
            },
            "indexes": [
                { "name": "slug", "collection": "things", "keys": ["slug"], "unique": true },
                { "name": "folder_changed_at", "collection": "things", "keys": ["folder", "-changed_at"] },
                {
                    "name": "seen_at", "collection": "sessions", "keys": ["seen_at"], "sparse": true,
                    "expireAfter": "36h"
                },
                {
                    "name": "poll_slug", "collection": "polls", "keys": ["about.slug"], "unique": true, "shared": true
                }
            ],
            "widgets": [{
                "id": "recent", "type": "card", "position": "home", "component": "Recent", "props": { "limit": 5 }
            }],
            "menuItems": [{ "id": "open", "type": "link", "position": "", "component": "Open" }],
            "routes": [{ "id": "page", "type": "page", "position": "/everything", "component": "" }]
        })
    );
}

struct Least;

/// The first paragraph,
/// on two lines.
///
/// The rest.
#[plugin(name = "least", author = "Ada")]
impl Least {}

#[test]
fn what_is_not_said_has_a_default() {
    let manifest = Least.manifest();
    assert_eq!(manifest.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest.description, "The first paragraph, on two lines.\n\nThe rest.");
    assert_eq!((&*manifest.author.name, manifest.author.email), ("Ada", None));
    assert_eq!((&*manifest.display_name, &*manifest.id), ("Least", "mozaiks.plugins.least"));
}
