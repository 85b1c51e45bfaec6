//! The form of names: plugins, actions, events, permissions, notification types; and the names that are taken.

/// Fields that are the host's to say, in whatever a client sends.
pub const RESERVED_FIELDS: [&str; 3] = ["user_id", "app_id", "_context"];

/// True for lower snake case: `task_manager`. Starts with a letter; at most 64 bytes.
///
/// ```
/// use mozaiks_core::plugin::is_snake_case;
///
/// assert!(is_snake_case("task_manager"));
/// assert!(!is_snake_case("TaskManager"));
/// assert!(!is_snake_case("task__manager"));
/// ```
pub fn is_snake_case(name: &str) -> bool {
    let Some((first, rest)) = name.as_bytes().split_first() else { return false };
    let mut before = *first;
    for byte in rest {
        let good = byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_' && before != b'_';
        if !good {
            return false;
        }
        before = *byte;
    }
    first.is_ascii_lowercase() && before != b'_' && name.len() <= 64
}
