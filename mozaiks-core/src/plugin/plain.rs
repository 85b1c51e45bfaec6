//! Arguments that are texts without escapes, which most are: read as they stand.

use std::fmt::Display;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::json::stands_as_it_is;

/// Reads a text in which every character stands for itself; none where something else is wanted, or something is wrong:
/// `serde_json` has the words for it.
pub(super) fn read_plain<'r, T: Deserialize<'r>>(json: &'r str) -> Option<T> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    if stands_as_it_is(text) { T::deserialize(Plain(text)).ok() } else { None }
}

/// A text as `serde_json` gives one to who asks for a text, or for whatever there is.
struct Plain<'r>(&'r str);

/// Nobody reads what is wrong here.
#[derive(Debug, thiserror::Error)]
#[error("left to serde_json")]
struct Left;

impl serde::de::Error for Left {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

macro_rules! left {
    ($($method:ident($($argument:ty),*)),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Left> {
            Err(Left)
        })*
    };
}

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Left;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Left> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Left> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Left> {
        // Names that are no names of types mean something to `serde_json`.
        if name.starts_with('$') { Err(Left) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Left> {
        BorrowedStrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! { char str string identifier }

    left! {
        deserialize_bool(), deserialize_i8(), deserialize_i16(), deserialize_i32(), deserialize_i64(),
        deserialize_i128(), deserialize_u8(), deserialize_u16(), deserialize_u32(), deserialize_u64(),
        deserialize_u128(), deserialize_f32(), deserialize_f64(), deserialize_bytes(), deserialize_byte_buf(),
        deserialize_unit(), deserialize_unit_struct(&'static str), deserialize_seq(), deserialize_tuple(usize),
        deserialize_tuple_struct(&'static str, usize), deserialize_map(),
        deserialize_struct(&'static str, &'static [&'static str]), deserialize_ignored_any(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    use proptest::prelude::*;
    use serde::de::DeserializeOwned;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;
    use crate::datetime::DateTime;
    use crate::storage::DocumentId;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Newtype(String),
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Time(DateTime),
        Kind(Kind),
        Text(String),
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Wrapped(Option<String>);

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Fields {
        a: String,
    }

    fn agree<T: DeserializeOwned + PartialEq + Debug>(json: &str) -> Result<bool, TestCaseError> {
        let Some(ours) = read_plain::<T>(json) else { return Ok(false) };
        let theirs = serde_json::from_str::<T>(json);
        prop_assert_eq!(Some(&ours), theirs.as_ref().ok(), "{} as {:?}", json, theirs);
        Ok(true)
    }

    #[test]
    fn texts_are_read_here_as_whatever_may_be_one() -> Result<(), TestCaseError> {
        let id = r#""65301c2f9d1e8b3a4c5d6e7f""#;
        assert!(agree::<String>(r#""Mïlk""#)? && agree::<String>(r#""""#)? && agree::<char>(r#""x""#)?);
        assert!(agree::<Option<Wrapped>>(id)? && agree::<DocumentId>(id)? && agree::<Value>(id)?);
        assert!(agree::<Kind>(r#""plain""#)? && agree::<Either>(r#""2025-10-15T10:30:00Z""#)?);
        assert!(!agree::<Kind>(r#""newtype""#)? && !agree::<String>("1")? && !agree::<String>(r#"""#)?);
        assert!(!agree::<String>(r#""a\nb""#)? && !agree::<String>("\"a\nb\"")? && !agree::<u8>(r#""1""#)?);
        assert!(read_plain::<Box<RawValue>>(id).is_none() && read_plain::<&RawValue>(id).is_none());
        Ok(())
    }

    proptest! {
        #[test]
        fn whatever_is_read_here_is_what_serde_json_reads(text in r#"["\\a-z0-9 \n1tf{\[ä]{0,9}"#, quoted: bool) {
            let json = if quoted { format!("\"{text}\"") } else { text };
            agree::<String>(&json)?;
            agree::<Option<Wrapped>>(&json)?;
            agree::<Kind>(&json)?;
            agree::<Either>(&json)?;
            agree::<Fields>(&json)?;
            agree::<(char,)>(&json)?;
            agree::<char>(&json)?;
            agree::<()>(&json)?;
            agree::<Vec<u8>>(&json)?;
            agree::<f64>(&json)?;
            agree::<bool>(&json)?;
            agree::<Value>(&json)?;
            agree::<BTreeMap<String, String>>(&json)?;
            agree::<DateTime>(&json)?;
            agree::<DocumentId>(&json)?;
        }
    }
}
