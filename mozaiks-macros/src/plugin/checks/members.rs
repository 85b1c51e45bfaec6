//! The methods with our attributes: one role each, and no two that are the same.

use quote::ToTokens;
use syn::{Ident, LitStr, Type};

use super::{actions, handlers, settings};
use crate::plugin::attributes::{Marked, Marker};
use crate::plugin::model::{About, Member, Once, Role, Step};
use crate::support::Mistakes;

/// The members that are right. Those that are not are mistakes.
pub(crate) fn members(marked: Vec<Marked>, about: &About, mistakes: &mut Mistakes) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut seen = Vec::new();
    for method in marked {
        let Some(marker) = only_role(&method, mistakes) else { continue };
        let unconditional = method.cfgs.is_empty();
        let place = place(&method, marker);
        // Two methods of which each is behind a `#[cfg]` may well be one: the router looks again.
        if unconditional && let Some(place) = place {
            match seen.iter().find(|known: &&Place| known.is == place.is) {
                Some(first) => {
                    mistakes.at(&place.at, place.twice(&first.method));
                    continue;
                }
                None => seen.push(place),
            }
        }
        if let Some(role) = role(&method, marker, about, mistakes) {
            members.push(Member { ident: method.sig.ident.clone(), cfgs: method.cfgs, role });
        }
    }
    members
}

/// What only one method can be.
struct Place {
    is: String,
    at: proc_macro2::TokenStream,
    method: Ident,
}

impl Place {
    fn twice(&self, first: &Ident) -> String {
        match self.is.strip_prefix("action ") {
            Some(name) => format!(
                "an action is called `{name}` already: the method `{first}`; give one of them another name, \
                 such as `#[action(name = \"{name}_too\")]`"
            ),
            None => format!("`{first}` is marked `{}` already: a plugin has one such method", self.is),
        }
    }
}

fn place(method: &Marked, marker: &Marker) -> Option<Place> {
    let ident = &method.sig.ident;
    let (is, at) = match marker {
        Marker::Action { name: Some(name), .. } => {
            (format!("action {}", name.value()), name.to_token_stream())
        }
        Marker::Action { name: None, .. } => {
            (format!("action {}", syn::ext::IdentExt::unraw(ident)), ident.to_token_stream())
        }
        Marker::OnEvent(_) => return None,
        Marker::ValidateSettings | Marker::Step(_) | Marker::Once(_) => {
            (format!("#[{}]", attribute(marker)), ident.to_token_stream())
        }
    };
    Some(Place { is, at, method: ident.clone() })
}

/// The role of a method; several `#[on_event]`s are one role.
fn only_role<'m>(method: &'m Marked, mistakes: &mut Mistakes) -> Option<&'m Marker> {
    let mut markers = method.markers.iter();
    let (_, first) = markers.next()?;
    for (attr, marker) in markers {
        let (Some(first), Some(marker)) = (first, marker) else { continue };
        if matches!((first, marker), (Marker::OnEvent(_), Marker::OnEvent(_))) {
            continue;
        }
        let (one, other) = (attribute(first), attribute(marker));
        mistakes.at(
            attr,
            if one == other {
                format!("`#[{one}]` is here already: remove one of them")
            } else {
                format!("a method is either `#[{one}]` or `#[{other}]`: remove one of them")
            },
        );
    }
    first.as_ref()
}

fn role(method: &Marked, marker: &Marker, about: &About, mistakes: &mut Mistakes) -> Option<Role> {
    Some(match marker {
        Marker::Action { query, name } => {
            Role::Action(Box::new(actions::action(method, *query, name.as_ref(), mistakes)?))
        }
        Marker::OnEvent(_) => Role::Event(Box::new(handlers::event(method, topics(method), mistakes)?)),
        Marker::ValidateSettings => Role::CheckSettings(settings::check(method, about, mistakes)?),
        Marker::Step(step) => {
            let (returns, context): (Type, Type) =
                handlers::plain(method, attribute(marker), "Context", mistakes)?;
            Role::Step { step: *step, returns, context }
        }
        Marker::Once(once) => {
            let (returns, context) = handlers::plain(method, attribute(marker), "PluginContext", mistakes)?;
            Role::Once { once: *once, returns, context }
        }
    })
}

fn topics(method: &Marked) -> Vec<LitStr> {
    let topics = method.markers.iter().filter_map(|(_, marker)| match marker {
        Some(Marker::OnEvent(topic)) => Some(topic.clone()),
        _ => None,
    });
    topics.collect()
}

fn attribute(marker: &Marker) -> &'static str {
    match marker {
        Marker::Action { query: false, .. } => "action",
        Marker::Action { query: true, .. } => "query",
        Marker::OnEvent(_) => "on_event",
        Marker::ValidateSettings => "validate_settings",
        Marker::Step(Step::Install) => "install",
        Marker::Step(Step::Activate) => "activate",
        Marker::Step(Step::Deactivate) => "deactivate",
        Marker::Step(Step::Uninstall) => "uninstall",
        Marker::Once(Once::Initialize) => "initialize",
        Marker::Once(Once::Shutdown) => "shutdown",
    }
}
