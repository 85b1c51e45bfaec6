//! Reading settings from JSON: strictly from a user, leniently from the storage.

use serde_json::{Map, Value};

use super::{MASK, Setting, SettingValue, Settings};
use crate::FieldErrors;
use crate::name::RESERVED_FIELDS;

/// How many unknown settings of one object are named. Whoever sends more has not mistyped a name.
const MOST_UNKNOWN: usize = 32;

/// Reads settings, and judges what does not fit: an error each (strict), or nothing at all (lenient).
#[derive(Debug, Default)]
pub struct Reader {
    /// Where in the object this is: `quiet_hours.start`.
    path: String,
    /// `None` for a lenient reader.
    errors: Option<FieldErrors>,
    /// The paths of the settings that were there.
    given: Vec<String>,
}

impl Reader {
    /// Every misfit is an error.
    pub fn strict() -> Self {
        Self { errors: Some(FieldErrors::new()), ..Self::default() }
    }

    /// A misfit has its default.
    pub fn lenient() -> Self {
        Self::default()
    }

    /// What `object` has for `setting`, or `default`.
    pub fn setting<T: SettingValue>(
        &mut self,
        object: &Map<String, Value>,
        setting: &Setting,
        default: T,
    ) -> T {
        self.setting_by(object, setting, default, T::read)
    }

    /// As [`setting`](Self::setting), with the way to read a `T` given.
    #[doc(hidden)]
    pub fn setting_by<T>(
        &mut self,
        object: &Map<String, Value>,
        setting: &Setting,
        default: T,
        read: fn(T, &Value, &Setting, &mut Self) -> T,
    ) -> T {
        let mut names = std::iter::once(&setting.name).chain(&setting.aliases);
        let Some(value) = names.find_map(|name| object.get(*name)) else { return default };
        self.at(setting.name, |reader| {
            if reader.errors.is_some() {
                reader.given.push(reader.path.clone());
            }
            if setting.secret && value.as_str() == Some(MASK) {
                // Whoever has `keep_masked` do its work never gets here.
                return reader.settle(Err("expected the secret, not its mask".to_owned()), default);
            }
            read(default, value, setting, reader)
        })
    }

    /// What a nested object has, or `default`.
    pub fn nested<T: Settings>(&mut self, value: &Value, default: T) -> T {
        match value {
            Value::Object(object) => default.overlay(object, self),
            _ => self.settle(Err("expected an object".to_owned()), default),
        }
    }

    /// What was read; or an error of this setting, and `default`.
    pub fn settle<T>(&mut self, read: Result<T, String>, default: T) -> T {
        match read {
            Ok(value) => value,
            Err(message) => {
                if let Some(errors) = &mut self.errors {
                    errors.add(self.path.as_str(), message);
                }
                default
            }
        }
    }

    /// Refuses what is none of `settings`. The reserved names are passed over at the top.
    pub fn refuse_unknown<'a>(
        &mut self,
        object: &Map<String, Value>,
        settings: impl IntoIterator<Item = &'a Setting>,
    ) {
        if self.errors.is_none() {
            return;
        }
        let settings: Vec<_> = settings.into_iter().collect();
        let at_top = self.path.is_empty();
        let unknown = object.keys().map(String::as_str).filter(|name| {
            let reserved = at_top && RESERVED_FIELDS.contains(name);
            !reserved && !settings.iter().any(|setting| setting.answers_to(name))
        });
        for name in unknown.take(MOST_UNKNOWN) {
            self.at(name, |reader| reader.settle(Err("unknown setting".to_owned()), ()));
        }
    }

    /// The paths of the settings that were there, if all is well.
    pub(super) fn finish(self) -> Result<Vec<String>, FieldErrors> {
        self.errors.unwrap_or_default().into_result().map(|()| self.given)
    }

    fn at<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let value = read(self);
        self.path.truncate(outer);
        value
    }
}
