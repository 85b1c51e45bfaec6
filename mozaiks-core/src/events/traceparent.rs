//! What a W3C `traceparent` looks like.

/// Version, trace, parent and flags, in lower-case hexadecimal digits. What a later version adds, it adds behind.
pub(crate) fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let id = |part: &str, digits: usize| hex(part, digits) && part.bytes().any(|byte| byte != b'0');
    let mut parts = text.splitn(5, '-');
    let [Some(version), Some(trace), Some(parent), Some(flags)] = std::array::from_fn(|_| parts.next())
    else {
        return false;
    };
    let fits = match parts.next() {
        None => true,
        Some(more) => {
            version != "00" && more.len() <= 256 && more.bytes().all(|byte| byte.is_ascii_graphic())
        }
    };
    hex(version, 2) && version != "ff" && id(trace, 32) && id(parent, 16) && hex(flags, 2) && fits
}
