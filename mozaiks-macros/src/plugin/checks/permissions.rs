//! Permissions: the form, and whether one of the known ones was meant.

use syn::LitStr;

use super::names::is_snake_case;
use crate::support::Mistakes;

/// As `mozaiks_core::plugin::Permission::KNOWN`; a test of the core holds the two together.
pub(super) const KNOWN: [&str; 16] = [
    "tasks:read",
    "tasks:write",
    "habits:read",
    "habits:write",
    "goals:read",
    "goals:write",
    "ai:chat",
    "ai:analyze",
    "voice:commands",
    "voice:synthesis",
    "calendar:read",
    "calendar:write",
    "notifications:send",
    "storage:unlimited",
    "storage:shared",
    "users:reach",
];

/// Drops what is no permission.
pub(super) fn check(permissions: &mut Vec<LitStr>, mistakes: &mut Mistakes) {
    permissions.retain(|permission| match mistake(&permission.value()) {
        Some(message) => {
            mistakes.at(permission, message);
            false
        }
        None => true,
    });
}

fn mistake(text: &str) -> Option<String> {
    if KNOWN.contains(&text) {
        return None;
    }
    let Some((area, verb)) = text.split_once(':') else {
        let hint = KNOWN.iter().find(|known| close(known.split(':').next().unwrap_or(known), text));
        return Some(match hint {
            Some(known) => format!("a permission is `area:verb`; did you mean `{known}`?"),
            None => "a permission is `area:verb`, such as `tasks:read`".to_owned(),
        });
    };
    let near = KNOWN.iter().find(|known| {
        known
            .split_once(':')
            .is_some_and(|(known_area, known_verb)| close(known_area, area) && close(known_verb, verb))
    });
    if let Some(known) = near {
        return Some(format!("there is no permission `{text}`; did you mean `{known}`?"));
    }
    (!is_snake_case(area) || !is_snake_case(verb))
        .then(|| format!("a permission is `area:verb` in snake case, such as `tasks:read`; `{text}` is not"))
}

/// The same but for a slip of the finger. A host may define `deals:read`: that is not `goals:read` mistyped.
fn close(known: &str, given: &str) -> bool {
    strsim::damerau_levenshtein(known, &given.to_lowercase()) <= (known.len() / 4).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_from_a_permission_of_the_hosts() {
        for slip in
            ["task:read", "tasks:raed", "notification:send", "storage:share", "Tasks:Read", "notifications"]
        {
            assert!(mistake(slip).is_some_and(|message| message.contains("did you mean")), "{slip}");
        }
        for own in ["deals:read", "meals:write", "crm:import", "tasks:delete", "notes:read"] {
            assert_eq!(mistake(own), None, "{own}");
        }
        assert!(mistake("crm:Import All").is_some());
    }
}
