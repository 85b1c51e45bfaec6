//! An index as it stands in JSON: `{"collection": "items", "keys": ["folder", "-changed_at"]}`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Index;

/// The units of a time, the greatest first, with their seconds.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// The fields of the JSON object.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default)]
    name: Option<String>,
    collection: String,
    #[serde(default, skip_serializing_if = "is_false")]
    shared: bool,
    keys: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    unique: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    sparse: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expire_after: Option<String>,
}

// The form that serde asks for.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl TryFrom<Written> for Index {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let keys = written.keys.iter().map(|key| match key.strip_prefix('-') {
            Some(path) => (path, -1),
            None => (key.as_str(), 1),
        });
        let mut index = Self::new(&written.collection, keys);
        if let Some(name) = written.name {
            index.name = name;
        }
        (index.shared, index.unique, index.sparse) = (written.shared, written.unique, written.sparse);
        index.expire_after = written.expire_after.as_deref().map(read_time).transpose()?;
        Ok(index)
    }
}

impl From<Index> for Written {
    fn from(index: Index) -> Self {
        let key = |(path, direction): (String, i32)| if direction < 0 { format!("-{path}") } else { path };
        Self {
            name: Some(index.name),
            collection: index.collection,
            shared: index.shared,
            keys: index.keys.into_iter().map(key).collect(),
            unique: index.unique,
            sparse: index.sparse,
            expire_after: index.expire_after.map(write_time),
        }
    }
}

fn read_time(text: &str) -> Result<Duration, String> {
    let read = || {
        let unit = text.chars().last()?;
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
        let digits = text.strip_suffix(unit)?;
        let number: u64 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        number.checked_mul(*seconds)
    };
    read()
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is no time such as `45s`, `15m`, `12h` or `30d`"))
}

/// In the greatest unit that it is a whole number of.
fn write_time(time: Duration) -> String {
    let whole = time.as_secs();
    let fits = |(_, seconds): &&(char, u64)| whole.is_multiple_of(*seconds) && (whole > 0 || *seconds == 1);
    let (unit, seconds) = UNITS.iter().find(fits).copied().unwrap_or(('s', 1));
    format!("{}{unit}", whole / seconds)
}
