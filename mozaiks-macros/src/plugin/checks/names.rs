//! The forms of names, as `mozaiks_core` checks them again at run time.

/// Lower snake case that starts with a letter, at most 64 bytes. The same as `mozaiks_core::plugin::is_snake_case`.
pub(super) fn is_snake_case(name: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= 64
        && name.split('_').all(good)
}

/// `name` as it would be in snake case, for "write ..."; nothing if there is no telling.
pub(super) fn in_snake_case(name: &str) -> Option<String> {
    let mut snake = String::new();
    for letter in name.trim().chars() {
        if letter.is_ascii_uppercase() && snake.ends_with(|last: char| last.is_ascii_lowercase()) {
            snake.push('_');
        }
        match letter {
            '-' | ' ' | '_' | '.' if !snake.is_empty() && !snake.ends_with('_') => snake.push('_'),
            '-' | ' ' | '_' | '.' => {}
            letter => snake.push(letter.to_ascii_lowercase()),
        }
    }
    let snake = snake.trim_end_matches('_').to_owned();
    is_snake_case(&snake).then_some(snake)
}

/// What is wrong with a name that is not in snake case.
pub(super) fn not_snake_case(what: &str, name: &str, example: &str) -> String {
    let hint = in_snake_case(name).unwrap_or_else(|| example.to_owned());
    format!("{what} is in snake case and begins with a letter: write `{hint}`, not `{name}`")
}

/// At least two parts, each of lower-case letters, digits, `-` and `_`, beginning with a letter.
pub(super) fn is_reverse_dns(id: &str) -> bool {
    let good = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    id.len() <= 255 && id.contains('.') && id.split('.').all(good)
}

/// A topic, `notes:*`, `*:note_created`, `*`, or the bare name of an event of the host's.
pub(super) fn is_topic_pattern(text: &str) -> bool {
    let good = |part: &str| part == "*" || is_snake_case(part);
    match text.split_once(':') {
        Some(("*", "*")) => false,
        Some((area, name)) => good(area) && good(name),
        None => good(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_turned_into_snake_case_where_that_is_plain() {
        assert_eq!(in_snake_case("TaskManager").as_deref(), Some("task_manager"));
        assert_eq!(in_snake_case("task-manager").as_deref(), Some("task_manager"));
        assert_eq!(in_snake_case("_notes").as_deref(), Some("notes"));
        assert_eq!(in_snake_case("2do"), None);
    }

    #[test]
    fn a_topic_may_have_a_star_on_either_side() {
        for good in ["user:registered", "notes:*", "*:note_created", "*", "plugin_executed"] {
            assert!(is_topic_pattern(good), "{good}");
        }
        for bad in ["", "*:*", "a:", ":b", "a:b:c", "Notes:created", "note*:created", "user registered"] {
            assert!(!is_topic_pattern(bad), "{bad}");
        }
    }
}
