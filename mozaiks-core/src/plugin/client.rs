//! What the typed clients that `#[plugin]` generates are made of.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::reply::ActionResult;
use crate::error::Result;

/// Whoever can call an action: a user of a test host, a user of the runtime in process.
pub trait Caller: Send + Sync {
    /// Runs `action` of `plugin` with `body`, a JSON object without the action's name; gives the reply's bytes.
    fn call_action(
        &self,
        plugin: &str,
        action: &str,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>>> + Send;
}

impl<C: Caller> Caller for &C {
    fn call_action(
        &self,
        plugin: &str,
        action: &str,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>>> + Send {
        (**self).call_action(plugin, action, body)
    }
}

/// A call of a typed client: await it for the reply, or [`raw`](Self::raw) for its JSON.
///
/// `R` is what the action returns, a `Result`. Nothing is asked of it, or of the arguments, before the call is awaited.
#[must_use = "a call does nothing until it is awaited"]
pub struct ClientCall<'c, C, A, R> {
    caller: &'c C,
    plugin: &'static str,
    action: &'static str,
    arguments: A,
    reply: PhantomData<fn() -> R>,
}

impl<'c, C, A, R> ClientCall<'c, C, A, R> {
    #[doc(hidden)]
    pub const fn new(caller: &'c C, plugin: &'static str, action: &'static str, arguments: A) -> Self {
        Self { caller, plugin, action, arguments, reply: PhantomData }
    }
}

impl<C: Caller, A: Serialize + Send, R> ClientCall<'_, C, A, R> {
    /// The reply as JSON, for a type that is written but not read.
    ///
    /// # Errors
    /// What the action fails with.
    pub async fn raw(self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.bytes().await?)?)
    }

    async fn bytes(self) -> Result<Vec<u8>> {
        let body = serde_json::to_vec(&self.arguments)?;
        self.caller.call_action(self.plugin, self.action, body).await
    }
}

impl<'c, C, A, R> IntoFuture for ClientCall<'c, C, A, R>
where
    C: Caller,
    A: Serialize + Send + 'c,
    R: ActionResult + 'c,
    R::Reply: DeserializeOwned,
{
    type Output = Result<R::Reply>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<R::Reply>> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { read_reply(&self.bytes().await?) })
    }
}

/// Reads a reply: what was no object stands under `data`, and `()` is any success.
fn read_reply<R: DeserializeOwned>(bytes: &[u8]) -> Result<R> {
    if size_of::<R>() == 0
        && let Ok(unit) = serde_json::from_str("null")
    {
        return Ok(unit);
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wrapped<'r> {
        #[serde(borrow)]
        data: &'r RawValue,
    }
    let data = serde_json::from_slice::<Wrapped<'_>>(bytes).ok().map(|wrapped| wrapped.data.get());
    // An object is never put under `data`: where one stands there, the author has a field of that name.
    let data = data.filter(|data| !data.starts_with('{'));
    let reply = R::deserialize(ReplyReader { whole: bytes, data });
    // What takes anything, such as an enum without tags, may have meant the whole.
    reply.or_else(|error| serde_json::from_slice(bytes).map_err(|_| error.into()))
}

/// A reply, read as a whole by what asks for an object, and from under `data` by what asks for anything else. (An
/// object may well have a field of that name, and no other.)
struct ReplyReader<'r> {
    whole: &'r [u8],
    /// What stands under `data`, if nothing else is in the reply.
    data: Option<&'r str>,
}

impl<'r> ReplyReader<'r> {
    fn data(&self) -> serde_json::Deserializer<serde_json::de::SliceRead<'r>> {
        serde_json::Deserializer::from_slice(self.data.map_or(self.whole, str::as_bytes))
    }
}

macro_rules! read_from_data {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            self.data().$method(visitor)
        })*
    };
}

impl<'r> Deserializer<'r> for ReplyReader<'r> {
    type Error = serde_json::Error;

    fn deserialize_map<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        serde_json::Deserializer::from_slice(self.whole).deserialize_map(visitor)
    }

    fn deserialize_struct<V: Visitor<'r>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'r>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.data == Some("null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'r>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'r>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        // A variant without fields is a text, any other an object.
        if self.data.is_some_and(|data| data.starts_with('"')) {
            self.data().deserialize_enum(name, variants, visitor)
        } else {
            serde_json::Deserializer::from_slice(self.whole).deserialize_enum(name, variants, visitor)
        }
    }

    fn deserialize_unit_struct<V: Visitor<'r>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.data().deserialize_unit_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'r>>(self, len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.data().deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'r>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.data().deserialize_tuple_struct(name, len, visitor)
    }

    read_from_data! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_seq deserialize_identifier deserialize_ignored_any
    }
}

/// Arguments by name, as a JSON object; `None` is null, which reads as absent.
#[doc(hidden)]
pub struct NamedArguments<T> {
    names: &'static [&'static str],
    values: T,
}

impl<T> NamedArguments<T> {
    /// The values in the order of the names.
    pub const fn new(names: &'static [&'static str], values: T) -> Self {
        Self { names, values }
    }
}

macro_rules! named_arguments {
    ($($type:ident $index:tt),*) => {
        impl<$($type: Serialize),*> Serialize for NamedArguments<($($type,)*)> {
            fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
                #[allow(unused_mut)]
                let mut map = serializer.serialize_map(Some(self.names.len()))?;
                $(map.serialize_entry(self.names.get($index).unwrap_or(&""), &self.values.$index)?;)*
                map.end()
            }
        }
    };
}

named_arguments!();
named_arguments!(A 0);
named_arguments!(A 0, B 1);
named_arguments!(A 0, B 1, C 2);
named_arguments!(A 0, B 1, C 2, D 3);
named_arguments!(A 0, B 1, C 2, D 3, E 4);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
named_arguments!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
