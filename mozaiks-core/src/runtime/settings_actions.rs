//! The two actions that every plugin answers: `get_settings` and `save_settings`.

use std::sync::Arc;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::context::{Context, Effect};
use crate::error::{Error, ErrorCode, FieldErrors, Result};
use crate::events::Topic;
use crate::plugin::{ActionSpec, Plugin, RESERVED_FIELDS, Request, Router};
use crate::settings::SettingsSchema;

/// Published when a user has saved settings of a plugin.
pub(super) const SETTINGS_UPDATED: &str = "settings_updated";

/// What the author checks beyond the rules of the fields.
type CheckSettings = Box<dyn Fn(&Map<String, Value>) -> Result<(), FieldErrors> + Send + Sync>;

/// Adds the two, but for those that the author wrote. A plugin without settings answers with `{}`, and lists neither.
pub(super) fn add<P: Plugin>(plugin: &Arc<P>, router: &mut Router<P>) {
    let schema = router.settings.clone();
    let check = router.check_settings.take().map(|check| -> CheckSettings {
        let plugin = Arc::clone(plugin);
        Box::new(move |settings| check(&plugin, settings))
    });
    let listed = schema.is_some();
    let check = Arc::new(check);
    let add = |spec: ActionSpec, router: Router<P>, saves: bool| {
        if router.by_name.contains_key(spec.name()) {
            return router;
        }
        let (schema, check) = (schema.clone(), Arc::clone(&check));
        let spec = if listed { spec } else { spec.unlisted() };
        router.action_with(spec, move |_, ctx, request| {
            let schema = schema.clone();
            if saves {
                let settings = sent(request)?;
                let check = Arc::clone(&check);
                Ok(Box::pin(async move { save(ctx, schema, settings, (*check).as_ref()).await }))
            } else {
                Ok(Box::pin(async move { get(ctx, schema).await }))
            }
        })
    };
    let whole = std::mem::take(router);
    let form = schema.as_ref().map(SettingsSchema::json_schema);
    let whole = add(get_spec(form.clone()), whole, false);
    *router = add(save_spec(form), whole, true);
}

fn get_spec(form: Option<Value>) -> ActionSpec {
    ActionSpec::query("get_settings")
        .description("The user's settings: what they saved over the defaults.")
        .output(move |_| with_settings(form.clone()))
}

fn save_spec(form: Option<Value>) -> ActionSpec {
    ActionSpec::action("save_settings")
        .description("Saves the user's settings in place of those saved before.")
        .input(move |_| with_settings(form.clone()))
        .output(|_: &mut SchemaGenerator| {
            schemars::json_schema!({
                "type": "object",
                "properties": { "success": { "const": true }, "message": { "type": "string" } },
                "required": ["success", "message"]
            })
        })
}

/// `{"settings": ...}`.
fn with_settings(form: Option<Value>) -> Schema {
    let mut form = form.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
    if let Some(object) = form.as_object_mut() {
        object.remove("$schema");
    }
    schemars::json_schema!({ "type": "object", "properties": { "settings": form }, "required": ["settings"] })
}

async fn get(ctx: &Context, schema: Option<SettingsSchema>) -> Result<Vec<u8>> {
    let settings = match schema {
        None => Map::new(),
        Some(schema) => {
            let stored = ctx.stored_settings().await?;
            schema.shown(stored.as_ref())
        }
    };
    Ok(serde_json::to_vec(&json!({ "settings": settings }))?)
}

/// The settings that a request brings.
fn sent(request: &Request<'_>) -> Result<Map<String, Value>> {
    let settings = request.field("settings").map(serde_json::from_str::<Value>).transpose();
    match settings {
        Ok(Some(Value::Object(settings))) => Ok(settings),
        _ => {
            let text = "Invalid settings format";
            Err(Error::validation("settings", text).beside("success", false).beside("message", text))
        }
    }
}

async fn save(
    ctx: &Context,
    schema: Option<SettingsSchema>,
    mut sent: Map<String, Value>,
    check: Option<&CheckSettings>,
) -> Result<Vec<u8>> {
    sent.retain(|name, _| !RESERVED_FIELDS.contains(&name.as_str()));
    let settings = match &schema {
        None => nothing(&sent),
        Some(schema) => {
            let stored = if schema.has_secrets() { ctx.stored_settings().await? } else { None };
            schema.accept(sent, stored.as_ref())
        }
    };
    let settings = settings.map_err(refused)?;
    if let Some(check) = check {
        check(&settings).map_err(refused)?;
    }
    ctx.save_settings(settings).await?;
    let topic: Topic = SETTINGS_UPDATED.parse().map_err(Error::internal)?;
    ctx.hold(Effect::Publish(ctx.event(topic, &json!({ "plugin": ctx.plugin() }))?))?;
    Ok(br#"{"success":true,"message":"Settings saved"}"#.to_vec())
}

/// A plugin without settings has none to save.
fn nothing(sent: &Map<String, Value>) -> Result<Map<String, Value>, FieldErrors> {
    let errors: FieldErrors = sent.keys().map(|name| (name, "unknown setting")).collect();
    errors.into_result().map(|()| Map::new())
}

fn refused(errors: FieldErrors) -> Error {
    let by_field = serde_json::to_value(&errors).unwrap_or_default();
    let error = Error::from(errors);
    debug_assert_eq!(error.code(), ErrorCode::Validation);
    error.beside("success", false).beside("message", "Settings validation failed").beside("errors", by_field)
}
