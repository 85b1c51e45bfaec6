//! Structs in structs, choices, and names that would shadow the macro's own.
use mozaiks_core::Settings;
use mozaiks_core::settings::SettingsSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Outer {
    reader: Reader,
    form: Option<Form>,
    #[setting(default = Reader { object: false, setting: 3, read: vec![Form::String] })]
    value: Reader,
}

#[derive(Serialize, Deserialize, JsonSchema, Settings)]
struct Reader {
    object: bool,
    setting: u8,
    read: Vec<Form>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Settings)]
enum Form {
    String,
    Option,
    Some,
    Ok,
}

fn main() {
    let ids: Vec<_> = Outer::fields().into_iter().map(|field| field.id).collect();
    assert_eq!(
        ids,
        [
            "reader.object", "reader.setting", "reader.read", "form", "value.object", "value.setting", "value.read"
        ]
    );
    assert_eq!(Outer::defaults().value.read, [Form::String]);
    SettingsSchema::of::<Outer>().check_defaults().unwrap();
}
