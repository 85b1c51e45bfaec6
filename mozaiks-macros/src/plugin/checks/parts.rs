//! What a plugin declares: events, notifications, contributions to the interface.

use syn::LitStr;

use super::about::twice;
use super::names::{is_snake_case, not_snake_case};
use crate::plugin::model::{About, ContributionKind};
use crate::support::Mistakes;

/// Events are named without the plugin, which the runtime puts before them.
pub(super) fn publishes(about: &mut About, mistakes: &mut Mistakes) {
    let name = about.name_text();
    about.publishes.retain(|event| {
        let text = event.value();
        let message = match text.split_once(':') {
            Some((area, rest)) if area == name => format!(
                "an event is declared without the plugin's name, which is put before it: write `{rest}`, not `{text}`"
            ),
            Some((area, _)) => {
                format!("a plugin publishes events of its own only: `{name}:...`; `{text}` belongs to `{area}`")
            }
            None if !is_snake_case(&text) => not_snake_case("the name of an event", &text, "note_created"),
            None => return true,
        };
        mistakes.at(event, message);
        false
    });
    twice(&about.publishes, "event", mistakes);
}

/// The id of a notification begins with the plugin's name, so that two plugins never share one.
pub(super) fn notifications(about: &mut About, mistakes: &mut Mistakes) {
    let name = about.name_text();
    let known = is_snake_case(&name);
    about.notifications.retain(|notification| {
        let id = notification.id.value();
        let begins = id.strip_prefix(&name).is_some_and(|rest| rest.starts_with('_'));
        let message = if !is_snake_case(&id) {
            not_snake_case("the id of a notification", &id, "notes_created")
        } else if known && !begins {
            format!("the id of a notification begins with the plugin's name: write `{name}_{id}`, not `{id}`")
        } else {
            return true;
        };
        mistakes.at(&notification.id, message);
        false
    });
    let ids: Vec<LitStr> = about.notifications.iter().map(|notification| notification.id.clone()).collect();
    twice(&ids, "notification", mistakes);
}

/// An id is unique among the contributions of one kind.
pub(super) fn contributions(about: &About, mistakes: &mut Mistakes) {
    for (kind, what) in [
        (ContributionKind::Widget, "widget"),
        (ContributionKind::MenuItem, "menu item"),
        (ContributionKind::Route, "route"),
    ] {
        let of_kind = about.contributions.iter().filter(|one| one.what == kind);
        let ids: Vec<LitStr> = of_kind.map(|one| one.id.clone()).collect();
        twice(&ids, what, mistakes);
    }
}
