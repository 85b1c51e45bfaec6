//! What can be wrong with the way a runtime is put together, and that all of it is said at once.

#[path = "common/nothing.rs"]
mod nothing;

use std::sync::Arc;

use mozaiks_core::plugin::{ActionSpec, Manifest, NotificationType, Plugin, Router};
use mozaiks_core::runtime::{HOST_TOPICS, Runtime, RuntimeBuilder};
use mozaiks_core::{Capability, Context, Error, FieldErrors, Input, Settings};
use nothing::services;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A plugin of one type for each manifest and router that a test needs.
macro_rules! plugin {
    ($name:ident, $manifest:expr) => {
        plugin!($name, $manifest, Router::new());
    };
    ($name:ident, $manifest:expr, $router:expr) => {
        struct $name;
        impl Plugin for $name {
            fn manifest(&self) -> Manifest {
                $manifest
            }
            fn router() -> Router<Self> {
                $router
            }
        }
    };
}

/// An action over a whole request of type `T`.
fn takes<P: Plugin, T: mozaiks_core::plugin::Argument>(router: Router<P>, name: &'static str) -> Router<P> {
    router.action(ActionSpec::action(name), |_: &P, _: &Context, _: Input<T>| {
        Box::pin(async { Ok::<_, Error>(()) })
    })
}

#[track_caller]
fn mistakes(builder: RuntimeBuilder) -> Vec<String> {
    builder.build().unwrap_err().mistakes().to_vec()
}

/// One mistake for each pattern, in any order, and no other. A pattern is parts that occur in this order.
#[track_caller]
fn assert_mistakes(builder: RuntimeBuilder, expected: &[&str]) {
    let found = mistakes(builder);
    for pattern in expected {
        let fits = |mistake: &&String| {
            let mut rest = mistake.as_str();
            pattern.split("...").all(|part| match rest.split_once(part) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
        };
        assert_eq!(found.iter().filter(fits).count(), 1, "{pattern}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

plugin!(Notes, Manifest::new("notes", "1.0.0").publishes("note_created").publishes("note_deleted"));

#[test]
fn a_runtime_of_good_parts_is_built() {
    let runtime = services().plugin(Notes).build().unwrap();
    assert_eq!(runtime.plugins().collect::<Vec<_>>(), ["notes"]);
    assert_eq!(runtime.manifest("notes").unwrap().version, "1.0.0");
    assert!(runtime.manifest("tasks").is_none());
    assert!(services().build().is_ok(), "a runtime without plugins is one");
}

#[test]
fn every_service_that_is_missing_is_named_with_what_to_write() {
    assert_mistakes(
        Runtime::builder(),
        &[
            "there is no storage service: give one with `.storage(...)`",
            "there is no events service: give one with `.events(...)`",
            "there is no notifications service",
            "there is no settings service",
            "there is no realtime service",
        ]
        .map(|text| text.split('(').next().unwrap()),
    );
}

#[test]
fn two_plugins_of_one_name_or_one_id_are_a_mistake() {
    plugin!(Other, Manifest::new("notes", "2.0.0").id("com.example.other"));
    plugin!(SameId, Manifest::new("more_notes", "1.0.0").id("mozaiks.plugins.notes"));
    assert_mistakes(
        services().plugin(Notes).plugin(Other).plugin(SameId),
        &[
            "two plugins are called `notes`: a name is unique in a runtime",
            "the plugins notes and more_notes have the same id, `mozaiks.plugins.notes`",
        ],
    );
}

#[test]
fn a_manifest_is_checked_when_the_runtime_is_built() {
    plugin!(Bad, Manifest::new("My Notes", "one").permission("everything").publishes("notes:created"));
    assert_mistakes(
        services().plugin(Bad),
        &[
            "plugin My Notes: name: `My Notes` must be in snake_case",
            "plugin My Notes: version: `one`",
            "plugin My Notes: permissions: `everything` is no permission",
            "plugin My Notes: publishes: `notes:created` must be in snake_case and without the plugin's name",
        ],
    );
    plugin!(
        Foreign,
        Manifest::new("notes", "1.0.0").notification(NotificationType::new("tasks_done", "Done"))
    );
    assert_mistakes(services().plugin(Foreign), &["plugin notes: notifications: the id `tasks_done`"]);
}

#[test]
fn a_plugin_for_another_platform_is_a_mistake() {
    plugin!(Newer, Manifest::new("newer", "1.0.0").min_platform_version("99.0.0".parse().unwrap()));
    plugin!(Older, Manifest::new("older", "1.0.0").max_platform_version("0.0.1".parse().unwrap()));
    plugin!(Fits, {
        let platform: semver::Version = mozaiks_core::VERSION.parse().unwrap();
        Manifest::new("fits", "1.0.0").min_platform_version(platform.clone()).max_platform_version(platform)
    });
    let this = mozaiks_core::VERSION;
    assert_mistakes(
        services().plugin(Newer).plugin(Older).plugin(Fits),
        &[
            &format!("plugin newer: it needs platform version 99.0.0 or later, and this is {this}"),
            &format!("plugin older: it runs up to platform version 0.0.1, and this is {this}"),
        ],
    );
}

#[test]
fn a_permission_that_nobody_knows_is_a_mistake_and_the_host_may_define_it() {
    plugin!(Importer, Manifest::new("importer", "1.0.0").permission("crm:import").permission("tasks:read"));
    assert_mistakes(
        services().plugin(Importer),
        &[
            "plugin importer: the permission `crm:import` is unknown: define it with `.permission(\"crm:import\")`",
        ],
    );
    services().plugin(Importer).permission("crm:import").build().unwrap();
    assert_mistakes(services().permission("crm"), &["host permission: `crm` is no permission"]);
}

#[test]
fn a_permission_that_is_nearly_a_known_one_is_told_so() {
    plugin!(Typo, Manifest::new("typo", "1.0.0").permission("task:read"));
    assert_mistakes(services().plugin(Typo), &["the permission `task:read` is unknown...`tasks:read`"]);
}

trait Weather: Send + Sync {}
impl Capability for dyn Weather {
    const NAME: &'static str = "weather";
    const PERMISSION: &'static str = "weather:read";
}
struct Sunny;
impl Weather for Sunny {}

#[test]
fn a_capability_brings_its_permission_and_is_given_once() {
    plugin!(Forecast, Manifest::new("forecast", "1.0.0").permission("weather:read"));
    let make = |_: &mozaiks_core::Identity| -> Arc<dyn Weather> { Arc::new(Sunny) };
    services().plugin(Forecast).capability::<dyn Weather>(make).build().unwrap();
    assert_mistakes(
        services().capability::<dyn Weather>(make).capability::<dyn Weather>(make),
        &["the capability weather is given twice"],
    );
}

#[test]
fn a_plugin_and_the_host_publish_under_names_of_their_own() {
    plugin!(User, Manifest::new("user", "1.0.0").publishes("registered").publishes("renamed"));
    assert_mistakes(
        services().plugin(User).plugin(Notes).publishes("notes:imported").publishes("notes_area:imported"),
        &[
            "plugin user: the host publishes `user:deleted`, so no plugin can be called `user`",
            "plugin notes: the host publishes `notes:imported`, so no plugin can be called `notes`",
        ],
    );
}

#[test]
fn two_plugins_cannot_declare_one_notification() {
    plugin!(
        Notes,
        Manifest::new("notes", "1.0.0").notification(NotificationType::new("notes_extra_done", "A"))
    );
    plugin!(Extra, {
        Manifest::new("notes_extra", "1.0.0").notification(NotificationType::new("notes_extra_done", "B"))
    });
    assert_mistakes(
        services().plugin(Notes).plugin(Extra),
        &["the plugins notes and notes_extra declare the same notification, `notes_extra_done`"],
    );
}

fn listens<P: Plugin>(router: Router<P>, topic: &str) -> Router<P> {
    router.on_event(topic, |_: &P, _: &Context, _| Ok(Box::pin(async { Ok(()) })))
}

#[test]
fn subscriptions_to_what_somebody_publishes_are_good() {
    plugin!(Listener, Manifest::new("listener", "1.0.0"), {
        let topics = ["notes:note_created", "notes:*", "*:note_deleted", "*", "shop:sold", "restocked"];
        topics.into_iter().chain(HOST_TOPICS.iter().copied()).fold(Router::new(), listens)
    });
    services().plugin(Listener).plugin(Notes).publishes("shop:sold").publishes("restocked").build().unwrap();
}

#[test]
fn a_subscription_that_matches_nothing_known_is_a_mistake_with_a_hint() {
    plugin!(Listener, Manifest::new("listener", "1.0.0"), {
        let topics = [
            "notes:note_creatd",
            "nots:note_created",
            "tasks:*",
            "*:snow_melted",
            "user:registerd",
            "theme_change",
        ];
        topics.into_iter().fold(Router::new(), listens)
    });
    assert_mistakes(
        services().plugin(Listener).plugin(Notes),
        &[
            "what it subscribes to, `notes:note_creatd`...known are: notes:note_created, notes:note_deleted",
            "what it subscribes to, `nots:note_created`...did you mean `notes:note_created`?",
            "what it subscribes to, `tasks:*`: register the plugin that does, or declare it with `.publishes(",
            "what it subscribes to, `*:snow_melted`: register",
            "what it subscribes to, `user:registerd`...user:registered",
            "what it subscribes to, `theme_change`...did you mean `theme_changed`?",
        ],
    );
    services().plugin(Listener).plugin(Notes).allow_unmatched_subscriptions().build().unwrap();
}

#[test]
fn a_topic_of_a_bad_form_is_a_mistake_even_where_anything_may_be_subscribed_to() {
    plugin!(Listener, Manifest::new("listener", "1.0.0"), listens(Router::new(), "Notes:Created"));
    assert_mistakes(
        services().plugin(Listener).publishes("Sold!").allow_unmatched_subscriptions(),
        &[
            "plugin listener: it subscribes to `Notes:Created` is no topic pattern",
            "host event: `Sold!` is no topic",
        ],
    );
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Greedy {
    action: String,
    user_id: String,
    app_id: Option<String>,
    #[serde(default, rename = "_context")]
    context: Value,
    fine: Nested,
}

/// Further down, the names are the plugin's own.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Nested {
    user_id: String,
    action: String,
}

#[test]
fn a_field_that_is_the_hosts_cannot_be_an_argument() {
    plugin!(Bad, Manifest::new("bad", "1.0.0"), takes::<Self, Greedy>(Router::new(), "create"));
    assert_mistakes(
        services().plugin(Bad),
        &["user_id", "app_id", "_context", "action"].map(|field| {
            &*Box::leak(
                format!("plugin bad: the action create takes a field `{field}`, which is the host's").into(),
            )
        }),
    );
    plugin!(Good, Manifest::new("good", "1.0.0"), {
        let router = takes::<Self, Nested2>(Router::new(), "nested");
        takes::<Self, Value>(takes::<Self, ()>(router, "nothing"), "raw")
    });
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Nested2 {
        inner: Nested,
        more: Vec<Nested>,
    }
    services().plugin(Good).build().unwrap();
}

#[test]
fn a_field_that_is_the_hosts_is_found_in_enums_and_in_what_is_flattened() {
    #[derive(Deserialize, JsonSchema)]
    #[serde(tag = "kind")]
    #[allow(dead_code)]
    enum Tagged {
        Mine,
        Of { user_id: String },
    }
    #[derive(Deserialize, JsonSchema)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Untagged {
        Nested(Nested),
        None {},
    }
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Flat {
        title: String,
        #[serde(flatten)]
        tagged: Tagged,
    }
    plugin!(Bad, Manifest::new("bad", "1.0.0"), {
        let router = takes::<Self, Tagged>(Router::new(), "tagged");
        takes::<Self, Flat>(takes::<Self, Untagged>(router, "untagged"), "flat")
    });
    assert_mistakes(
        services().plugin(Bad),
        &[
            "the action tagged takes a field `user_id`",
            "the action flat takes a field `user_id`",
            "the action untagged takes a field `user_id`",
            "the action untagged takes a field `action`",
        ],
    );
}

#[test]
fn two_actions_of_one_name_are_a_mistake_with_the_authors_line() {
    plugin!(
        Twice,
        Manifest::new("twice", "1.0.0"),
        Router::new()
            .action(ActionSpec::action("list"), |_: &Self, _, _: Input<()>| Box::pin(async {
                Ok::<_, Error>(())
            }))
            .action(ActionSpec::query("list"), |_: &Self, _, _: Input<()>| Box::pin(async {
                Ok::<_, Error>(())
            }))
            .action_with(ActionSpec::query("List"), |_, _, _| Ok(Box::pin(async { Ok(Vec::new()) })))
    );
    let place = concat!(file!(), ":");
    assert_mistakes(
        services().plugin(Twice),
        &[
            &format!("plugin twice: two actions are called `list` (the second at ...{place}"),
            &format!(
                "plugin twice: the action `List` (...{place}...) must be in snake_case, such as `list_items`"
            ),
        ],
    );
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Looks {
    #[setting(default = true)]
    dark: bool,
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Broken {
    #[setting(default = zero(), min = 1)]
    rows: u32,
}

fn zero() -> u32 {
    0
}

#[test]
fn settings_are_checked_when_the_runtime_is_built() {
    plugin!(Good, Manifest::new("good", "1.0.0"), Router::new().settings::<Looks>());
    let runtime = services().plugin(Good).build().unwrap();
    assert_eq!(runtime.manifest("good").unwrap().settings.len(), 1);
    plugin!(Bad, Manifest::new("bad", "1.0.0"), Router::new().settings::<Broken>());
    plugin!(Checks, Manifest::new("checks", "1.0.0"), {
        Router::new().check_settings(|_: &Self, _: &Looks| Ok::<(), FieldErrors>(()))
    });
    assert_mistakes(
        services().plugin(Bad).plugin(Checks),
        &[
            "plugin bad: the defaults of the settings break their own rules: rows:",
            "plugin checks: settings are checked, but there are none: add `settings = ...`",
        ],
    );
}

#[test]
fn everything_is_said_at_once_in_lines_that_a_main_can_print() {
    plugin!(Bad, Manifest::new("Bad", "1"), listens(takes::<Self, Greedy>(Router::new(), "a"), "x:y"));
    let errors = Runtime::builder().plugin(Bad).plugin(Bad).build().unwrap_err();
    assert!(errors.mistakes().len() > 15, "{errors}");
    let text = errors.to_string();
    assert!(text.starts_with("the runtime cannot be built:\n  - "), "{text}");
    assert_eq!(text.lines().count(), errors.mistakes().len() + 1);
    assert_eq!(format!("{errors:?}"), text);
}

#[test]
fn what_is_known_of_the_plugins_is_described() {
    plugin!(Described, Manifest::new("described", "1.0.0").publishes("b_done").publishes("a_done"), {
        let router = listens(listens(Router::new(), "notes:*"), "*");
        takes::<Self, Nested2>(router, "create").settings::<Looks>()
    });
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Nested2 {
        title: String,
    }
    let described = services().plugin(Notes).plugin(Described).build().unwrap().describe();
    let plugin = &described["plugins"]["described"];
    assert_eq!(described["platform_version"], mozaiks_core::VERSION);
    assert_eq!(plugin["publishes"], json!(["described:a_done", "described:b_done"]));
    assert_eq!(plugin["subscribes"], json!(["*", "notes:*"]));
    assert_eq!(plugin["actions"]["create"]["kind"], "action");
    assert_eq!(plugin["actions"]["create"]["input"]["required"], json!(["title"]));
    assert_eq!(plugin["actions"]["create"]["output"]["required"], json!(["success"]));
    assert_eq!(plugin["actions"]["get_settings"]["kind"], "query");
    assert_eq!(plugin["manifest"]["settings"][0]["id"], "dark");
    assert!(plugin["settings"]["properties"]["dark"].is_object());
    let notes = &described["plugins"]["notes"];
    assert_eq!((&notes["settings"], &notes["actions"]), (&Value::Null, &json!({})));
}
