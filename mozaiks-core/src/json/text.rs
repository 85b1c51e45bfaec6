//! Texts, looked at many bytes at a time.

#![allow(
    clippy::inline_always,
    reason = "a name is known when this is compiled where it stands in the code, and only there"
)]

use serde::Serialize;

use super::left::Left;
use crate::elements::length_of_name;

/// Writes a text.
///
/// # Errors
/// If it cannot be written.
#[inline]
pub(super) fn write_text(bytes: &mut Vec<u8>, text: &str) -> Result<(), Left> {
    if !stands_as_it_is(text) {
        return write_rare(bytes, text);
    }
    write_quoted(bytes, text.as_bytes());
    Ok(())
}

/// Writes a text that nobody has looked at yet.
///
/// # Errors
/// If it is none.
#[inline]
pub(super) fn write_unseen(bytes: &mut Vec<u8>, text: &[u8]) -> Result<(), Left> {
    if !is_ascii_as_it_is(text) {
        return write_text(bytes, text_of(text)?);
    }
    write_quoted(bytes, text);
    Ok(())
}

#[inline]
fn write_quoted(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.reserve(text.len() + 2);
    bytes.push(b'"');
    bytes.extend_from_slice(text);
    bytes.push(b'"');
}

/// Writes the first so many of a few bytes that are known to be a text which stands in JSON as it is: all of them, and
/// takes back what is too much, as no length need be looked at for that.
#[inline]
pub(super) fn write_short<const N: usize>(bytes: &mut Vec<u8>, text: &[u8; N], length: usize) {
    bytes.reserve(N + 2);
    bytes.push(b'"');
    let begun = bytes.len();
    bytes.extend_from_slice(text);
    bytes.truncate(begun + length);
    bytes.push(b'"');
}

/// Writes the name of a field, with what stands before and behind it.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write_name(bytes: &mut Vec<u8>, first: bool, name: &str) -> Result<(), Left> {
    if is_ascii_as_it_is(name.as_bytes()) {
        write_plain_name(bytes, first, name);
        return Ok(());
    }
    if !first {
        bytes.push(b',');
    }
    write_text(bytes, name)?;
    bytes.push(b':');
    Ok(())
}

/// The same of a name that stands in the code of a type: what there is to know of it is known when this is compiled.
///
/// # Errors
/// As above.
#[inline(always)]
pub(super) fn write_known_name(bytes: &mut Vec<u8>, first: bool, name: &'static str) -> Result<(), Left> {
    let is_short = name.len() < MANY;
    if is_short && is_few_ascii_as_it_is(name.as_bytes()) {
        write_plain_name(bytes, first, name);
        return Ok(());
    }
    write_name(bytes, first, name)
}

#[inline(always)]
fn write_plain_name(bytes: &mut Vec<u8>, first: bool, name: &str) {
    bytes.reserve(name.len() + 4);
    open_name(bytes, first);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(b"\":");
}

/// Writes a name that nobody has looked at yet, as [`write_name`] does. It ends before the first zero; gives its
/// length.
///
/// # Errors
/// If there is no zero, or no text before it.
#[inline]
pub(super) fn write_unseen_name(bytes: &mut Vec<u8>, first: bool, name: &[u8]) -> Result<usize, Left> {
    let before = bytes.len();
    open_name(bytes, first);
    let begun = bytes.len();
    let (words, _) = name.as_chunks::<8>();
    for word in words {
        let number = u64::from_le_bytes(*word);
        let others = other_than_most_of_names(number);
        bytes.extend_from_slice(word);
        if others == 0 {
            continue;
        }
        let place = others.trailing_zeros() / 8;
        if number >> (place * 8) & 0xFF != 0 {
            break;
        }
        let length = bytes.len() - begun - (8 - place as usize);
        bytes.truncate(begun + length);
        bytes.extend_from_slice(b"\":");
        return Ok(length);
    }
    bytes.truncate(before);
    let length = length_of_name(name)?;
    write_name(bytes, first, text_of(name.get(..length).unwrap_or_default())?)?;
    Ok(length)
}

#[inline]
fn open_name(bytes: &mut Vec<u8>, first: bool) {
    if first {
        bytes.push(b'"');
    } else {
        bytes.extend_from_slice(b",\"");
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, Left> {
    std::str::from_utf8(bytes).map_err(|_| Left)
}

/// Each of the two by itself: the length of either is known.
#[inline]
pub(super) fn write_bool(bytes: &mut Vec<u8>, value: bool) {
    if value {
        bytes.extend_from_slice(b"true");
    } else {
        bytes.extend_from_slice(b"false");
    }
}

/// Has `serde_json` write a value that holds no others.
pub(super) fn write_rare<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) -> Result<(), Left> {
    serde_json::to_writer(bytes, value).map_err(|_| Left)
}

/// So many bytes are looked at at once.
const MANY: usize = 16;

/// Whether bytes are a text of ASCII alone that stands in JSON as it is. Ends may be looked at twice.
#[inline]
pub(crate) fn is_ascii_as_it_is(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<MANY>() else { return is_few_ascii_as_it_is(text) };
    // Compilers make few instructions of it.
    let plain = |chunk: &[u8; MANY]| chunk.iter().fold(true, |plain, byte| plain & is_ascii_byte(*byte));
    let (chunks, _) = text.as_chunks::<MANY>();
    chunks.iter().all(plain) && plain(last)
}

/// The same of less than [`MANY`].
#[inline]
fn is_few_ascii_as_it_is(text: &[u8]) -> bool {
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        let [first, last] = [first, last].map(|word| other_than_ascii_as_it_is(u64::from_le_bytes(*word)));
        return first | last == 0;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let halves = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
        return other_than_ascii_as_it_is(halves) == 0;
    }
    text.iter().all(|byte| is_ascii_byte(*byte))
}

#[inline]
fn is_ascii_byte(byte: u8) -> bool {
    // Read with a sign, those that are not ASCII are below zero.
    byte.cast_signed() >= b' '.cast_signed() && byte != b'"' && byte != b'\\'
}

/// Whether a text stands in JSON as it is: without control characters, quotes and backslashes.
#[inline]
pub(crate) fn stands_as_it_is(text: &str) -> bool {
    is_ascii_as_it_is(text.as_bytes()) || is_as_it_is(text.as_bytes())
}

/// As [`stands_as_it_is`], whatever the text is of.
fn is_as_it_is(text: &[u8]) -> bool {
    let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    let (chunks, rest) = text.as_chunks::<MANY>();
    chunks.iter().all(|chunk| chunk.iter().fold(true, |so_far, byte| so_far & plain(byte)))
        && rest.iter().all(plain)
}

/// Of eight bytes, those that are no ASCII which stands in JSON as it is: the lowest bit that is set is the highest one
/// of the first such byte.
#[inline]
pub(super) fn other_than_ascii_as_it_is(word: u64) -> u64 {
    (below(word, b' ') | below(word ^ all(b'"'), 1) | below(word ^ all(b'\\'), 1) | word) & all(HIGHEST_BIT)
}

/// The same, and those between space and quote, which are in few names: so there is less to look for.
#[inline]
pub(super) fn other_than_most_of_names(word: u64) -> u64 {
    (below(word, b'"' + 1) | below(word ^ all(b'\\'), 1) | word) & all(HIGHEST_BIT)
}

const HIGHEST_BIT: u8 = 1 << 7;

/// Eight bytes that are all the same.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// A byte of ASCII less `least` borrows from its highest bit if it is smaller, and then bytes behind it may be taken for
/// such. One of which a value has been taken away bit by bit is smaller than 1 if it was that value.
#[inline]
fn below(word: u64, least: u8) -> u64 {
    word.wrapping_sub(all(least))
}
