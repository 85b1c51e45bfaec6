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
    let mut parts = name.split('_');
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    starts_well
        && name.len() <= 64
        && parts.all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}
