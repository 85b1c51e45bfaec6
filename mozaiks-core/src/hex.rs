//! Ids in hexadecimal digits.

use bson::oid::ObjectId;

/// The 24 digits of an id.
#[inline]
pub(crate) fn hex_digits(id: ObjectId) -> [u8; 24] {
    let mut digits = [b'0'; 24];
    let (pairs, _) = digits.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(id.bytes()) {
        *pair = HEX_DIGITS.get(usize::from(byte)).copied().unwrap_or_default();
    }
    digits
}

/// The two digits of each byte.
#[allow(clippy::indexing_slicing, reason = "it is done when this is compiled, or it does not compile")]
const HEX_DIGITS: [[u8; 2]; 256] = {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        digits[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    digits
};
