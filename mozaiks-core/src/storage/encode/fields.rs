//! What is in a document or an array.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::writer::Writer;
use crate::format::LeftToBson;

/// The most digits that a number of an element may have.
const DIGITS: usize = 20;

/// What is in a document or an array, one after the other.
pub(super) struct Fields<'w, 'b> {
    writer: &'w mut Writer<'b>,
    start: usize,
    /// Where the document began that has only this one in it.
    outer: Option<usize>,
    /// Of an array: how many elements are written.
    elements: usize,
}

impl<'w, 'b> Fields<'w, 'b> {
    pub fn new(writer: &'w mut Writer<'b>, start: usize) -> Self {
        Self { writer, start, outer: None, elements: 0 }
    }

    pub fn within(writer: &'w mut Writer<'b>, outer: usize, start: usize) -> Self {
        Self { outer: Some(outer), ..Self::new(writer, start) }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), LeftToBson> {
        let mut digits = [b'0'; DIGITS];
        self.writer.name(decimal(self.elements, &mut digits))?;
        self.elements += 1;
        value.serialize(&mut *self.writer)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), LeftToBson> {
        self.writer.name(name)?;
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result<(), LeftToBson> {
        self.writer.close(self.start)?;
        self.outer.map_or(Ok(()), |outer| self.writer.close(outer))
    }
}

/// A number in digits.
fn decimal(mut number: usize, digits: &mut [u8; DIGITS]) -> &str {
    let mut first = DIGITS;
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        first = place;
        if number == 0 {
            break;
        }
    }
    digits.get(first..).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default()
}

macro_rules! elements {
    ($($trait:ident: $method:ident),*) => {
        $(impl $trait for Fields<'_, '_> {
            type Ok = ();
            type Error = LeftToBson;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), LeftToBson> {
                self.element(value)
            }

            fn end(self) -> Result<(), LeftToBson> {
                self.close()
            }
        })*
    };
}

elements! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
}

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl $trait for Fields<'_, '_> {
            type Ok = ();
            type Error = LeftToBson;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), LeftToBson> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), LeftToBson> {
                self.close()
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Fields<'_, '_> {
    type Ok = ();
    type Error = LeftToBson;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), LeftToBson> {
        self.writer.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), LeftToBson> {
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), LeftToBson> {
        self.close()
    }
}
