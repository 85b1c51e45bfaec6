//! A document as a collection gives it back: its id beside the author's type.

use std::fmt;
use std::ops::{Deref, DerefMut};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::{CowStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::decode::decode_owned;
use super::error::StorageError;
use super::id::DocumentId;
use super::spi::FoundDocument;
use crate::json::{InPlace, takes_in_place};

/// A document as a collection gives it back: its id beside the author's type.
///
/// In JSON it is one flat object, `{"_id": "...", "title": ...}`. It derefs to the document.
///
/// ```
/// use mozaiks_core::{DocumentId, Stored};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Note { title: String }
///
/// let note: Stored<Note> = serde_json::from_str(r#"{"title": "Milk", "_id": "home"}"#).unwrap();
/// assert_eq!(note.id(), &DocumentId::from("home"));
/// assert_eq!(note.title, "Milk");
/// assert_eq!(serde_json::to_string(&note).unwrap(), r#"{"_id":"home","title":"Milk"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    id: DocumentId,
    owner: Option<String>,
    document: T,
}

impl<T> Stored<T> {
    /// A document with an id, as a test might write it.
    pub fn new(id: impl Into<DocumentId>, document: T) -> Self {
        Self { id: id.into(), owner: None, document }
    }

    /// The id under which it is stored.
    pub fn id(&self) -> &DocumentId {
        &self.id
    }

    /// In a shared collection, the user who made it. JSON does not show it.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The document alone.
    pub fn into_inner(self) -> T {
        self.document
    }

    /// The id and the document.
    pub fn into_parts(self) -> (DocumentId, T) {
        (self.id, self.document)
    }

    /// The same id beside what is made of the document.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Stored<U> {
        Stored { id: self.id, owner: self.owner, document: make(self.document) }
    }
}

impl<T: DeserializeOwned> Stored<T> {
    pub(crate) fn read(found: FoundDocument) -> Result<Self, StorageError> {
        let FoundDocument { id, owner, document } = found;
        let document = decode_owned(document).map_err(|error| {
            StorageError::codec(format!("the stored document {id} cannot be read: {error}"))
        })?;
        Ok(Self { id, owner, document })
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.document
    }
}

impl<T> DerefMut for Stored<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.document
    }
}

impl<T: Serialize> Serialize for Stored<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// A variant is known when this is compiled, where a text might be any.
        #[derive(Serialize)]
        enum Name {
            #[serde(rename = "_id")]
            Id,
        }
        if takes_in_place::<S::Error>() {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry(&Name::Id, &self.id)?;
            map.serialize_entry(&InPlace, &self.document)?;
            return map.end();
        }
        #[derive(Serialize)]
        struct Flat<'a, T> {
            _id: &'a DocumentId,
            #[serde(flatten)]
            document: &'a T,
        }
        Flat { _id: &self.id, document: &self.document }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Stored<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Flat<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Flat<T> {
            type Value = Stored<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a document with an `_id`")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Stored<T>, A::Error> {
                let mut id = None;
                let document = T::deserialize(Fields(WithoutId { map, id: &mut id }))?;
                let id = id.ok_or_else(|| serde::de::Error::missing_field("_id"))?;
                Ok(Stored { id, owner: None, document })
            }
        }
        deserializer.deserialize_map(Flat(std::marker::PhantomData))
    }
}

/// The fields of a document, for whatever is made of them: what wraps a type is read as that type.
struct Fields<A>(A);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Fields<A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        MapAccessDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

/// Hands the fields on one by one and keeps the id for itself, so that nothing is buffered.
struct WithoutId<'i, A> {
    map: A,
    id: &'i mut Option<DocumentId>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutId<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            if key == "_id" {
                *self.id = Some(self.map.next_value()?);
            } else {
                return seed.deserialize(CowStrDeserializer::new(key)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

impl<T: JsonSchema> JsonSchema for Stored<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Stored_{}", T::schema_name()).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("mozaiks_core::Stored<{}>", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        #[derive(JsonSchema)]
        #[allow(dead_code)]
        struct Flat<T> {
            _id: DocumentId,
            #[serde(flatten)]
            document: T,
        }
        Flat::<T>::json_schema(generator)
    }
}
