//! Texts, looked at eight bytes at a time.

use serde::Serialize;

use super::Left;

/// Writes a text, of bytes that somebody else has looked at or will.
///
/// # Errors
/// If it is none, and has something in it that does not stand in JSON as it is.
#[inline]
pub(crate) fn write_text(bytes: &mut Vec<u8>, text: &[u8]) -> Result<(), Left> {
    if !is_plain(text) {
        return write_escaped(bytes, text);
    }
    bytes.reserve(text.len() + 2);
    bytes.push(b'"');
    bytes.extend_from_slice(text);
    bytes.push(b'"');
    Ok(())
}

/// Writes the name of a field, with what stands before and behind it.
///
/// # Errors
/// As for [`write_text`].
#[inline]
pub(crate) fn write_name(bytes: &mut Vec<u8>, first: bool, name: &[u8]) -> Result<(), Left> {
    if !is_plain(name) {
        if !first {
            bytes.push(b',');
        }
        write_escaped(bytes, name)?;
        bytes.push(b':');
        return Ok(());
    }
    bytes.reserve(name.len() + 4);
    if first {
        bytes.push(b'"');
    } else {
        bytes.extend_from_slice(b",\"");
    }
    bytes.extend_from_slice(name);
    bytes.extend_from_slice(b"\":");
    Ok(())
}

#[cold]
fn write_escaped(bytes: &mut Vec<u8>, text: &[u8]) -> Result<(), Left> {
    write_rare(bytes, std::str::from_utf8(text).map_err(|_| Left)?)
}

/// Has `serde_json` write a value that holds no others.
pub(crate) fn write_rare<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) -> Result<(), Left> {
    serde_json::to_writer(bytes, value).map_err(|_| Left)
}

/// Whether a text stands in JSON as it is: without control characters, quotes and backslashes. Ends of words may be
/// looked at twice.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<8>() {
        let (words, _) = text.as_chunks::<8>();
        let mut plain = is_plain_word(u64::from_le_bytes(*last));
        for word in words {
            plain &= is_plain_word(u64::from_le_bytes(*word));
        }
        return plain;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let halves = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
        return is_plain_word(halves);
    }
    text.iter().all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\')
}

/// The same of eight bytes at once. A byte less `n` borrows from its highest bit if it is smaller, unless that bit was
/// set before; a byte of which a value is taken away bit by bit is zero if it was that value.
#[inline]
pub(super) fn is_plain_word(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGHEST: u64 = ONES << 7;
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST == 0
}
