//! A plugin as its author described it, once everything wrong is gone from it.

use proc_macro2::TokenStream;
use syn::{Attribute, Generics, Ident, ItemImpl, LitBool, LitStr, Path, Type};

/// All of one `#[plugin(...)] impl Type { ... }`.
pub(crate) struct Plugin {
    pub(crate) about: About,
    pub(crate) members: Vec<Member>,
    /// The block as it is emitted: without our attributes.
    pub(crate) block: ItemImpl,
    /// The head of `impl Plugin`.
    pub(crate) head: Head,
}

/// `impl<T: Store> Plugin for Notes<T>`, without lifetimes.
pub(crate) struct Head {
    pub(crate) generics: Generics,
    pub(crate) self_ty: Type,
}

/// The arguments of `#[plugin(...)]`.
#[derive(Default)]
pub(crate) struct About {
    pub(crate) core: Option<Path>,
    pub(crate) name: Option<LitStr>,
    /// True if something stands where the name should, though it may be wrong: then it is not missing too.
    pub(crate) name_attempted: bool,
    pub(crate) id: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    pub(crate) display_name: Option<LitStr>,
    pub(crate) description: Option<String>,
    pub(crate) author: Option<Author>,
    pub(crate) category: Option<LitStr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) permissions: Vec<LitStr>,
    pub(crate) min_platform_version: Option<LitStr>,
    pub(crate) max_platform_version: Option<LitStr>,
    pub(crate) settings: Option<Path>,
    pub(crate) publishes: Vec<LitStr>,
    pub(crate) notifications: Vec<Notification>,
    pub(crate) notification_category: Option<NotificationCategory>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) contributions: Vec<Contribution>,
    pub(crate) client: Client,
}

impl About {
    /// The plugin's name; empty where it is missing, which is a mistake already.
    pub(crate) fn name_text(&self) -> String {
        self.name.as_ref().map(LitStr::value).unwrap_or_default()
    }
}

/// `author = "..."` or `author(...)`.
pub(crate) struct Author {
    pub(crate) name: LitStr,
    pub(crate) email: Option<LitStr>,
    pub(crate) website: Option<LitStr>,
}

/// `notification(...)`.
pub(crate) struct Notification {
    pub(crate) id: LitStr,
    pub(crate) name: LitStr,
    pub(crate) description: Option<LitStr>,
    pub(crate) category: Option<LitStr>,
    pub(crate) default: Option<LitBool>,
    pub(crate) channels: Option<Vec<LitStr>>,
    pub(crate) frequencies: Option<Vec<LitStr>>,
}

/// `notification_category(...)`.
pub(crate) struct NotificationCategory {
    pub(crate) id: LitStr,
    pub(crate) name: LitStr,
    pub(crate) description: Option<LitStr>,
    pub(crate) icon: Option<LitStr>,
}

/// `index(...)` in `indexes(...)`.
pub(crate) struct Index {
    /// The word `index`, for what is wrong with all of it.
    pub(crate) word: Ident,
    pub(crate) collection: LitStr,
    /// Paths, with `-` in front where they descend.
    pub(crate) keys: Vec<LitStr>,
    pub(crate) name: Option<LitStr>,
    /// The words, where they are said.
    pub(crate) shared: Option<Ident>,
    pub(crate) unique: Option<Ident>,
    pub(crate) sparse: Option<Ident>,
    /// `"30d"`.
    pub(crate) expire_after: Option<LitStr>,
}

impl Index {
    /// The paths, each with whether it descends.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (String, bool)> {
        self.keys.iter().map(|key| {
            let key = key.value();
            match key.strip_prefix('-') {
                Some(path) => (path.to_owned(), true),
                None => (key, false),
            }
        })
    }

    /// The seconds of `45s`, `15m`, `12h`, `30d`, if it is that.
    pub(crate) fn seconds(&self) -> Option<u64> {
        let text = self.expire_after.as_ref()?.value();
        let unit = match text.chars().last()? {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return None,
        };
        let digits = text.get(..text.len() - 1)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse::<u64>().ok()?.checked_mul(unit)
    }
}

/// `widget(...)`, `menu_item(...)` or `route(...)`.
pub(crate) struct Contribution {
    pub(crate) what: ContributionKind,
    pub(crate) id: LitStr,
    pub(crate) kind: Option<LitStr>,
    pub(crate) position: Option<LitStr>,
    pub(crate) component: Option<LitStr>,
    /// Braces and what is between them, for `json!`.
    pub(crate) props: Option<TokenStream>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContributionKind {
    Widget,
    MenuItem,
    Route,
}

/// `client = ...`.
#[derive(Default)]
pub(crate) enum Client {
    /// `{Type}Client`.
    #[default]
    OfTheType,
    Named(Ident),
    None,
}

/// A method that the router knows.
pub(crate) struct Member {
    pub(crate) ident: Ident,
    /// The `#[cfg]`s of the method: what is generated from it stands and falls with it.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) role: Role,
}

/// What a method is for.
pub(crate) enum Role {
    Action(Box<Action>),
    Event(Box<EventHandler>),
    CheckSettings(SettingsCheck),
    Step { step: Step, returns: Type, context: Type },
    Once { once: Once, returns: Type, context: Type },
}

/// `#[action]` or `#[query]`.
pub(crate) struct Action {
    pub(crate) name: LitStr,
    pub(crate) query: bool,
    pub(crate) description: String,
    pub(crate) context: Type,
    pub(crate) arguments: Arguments,
    pub(crate) returns: Type,
}

/// What an action takes after the context.
pub(crate) enum Arguments {
    Named(Vec<Named>),
    /// `Input(ident): Input<ty>`.
    Whole(Box<Named>),
}

/// One named argument.
pub(crate) struct Named {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

/// `#[on_event("...")]`, once or more.
pub(crate) struct EventHandler {
    pub(crate) topics: Vec<LitStr>,
    pub(crate) context: Type,
    pub(crate) takes: Takes,
    pub(crate) returns: Type,
}

/// What a handler takes after the context.
pub(crate) enum Takes {
    Nothing,
    Event(Type),
    Payload(Type),
}

/// `#[validate_settings]`.
pub(crate) struct SettingsCheck {
    pub(crate) with_self: bool,
    /// `&Settings` as the author wrote it.
    pub(crate) settings: Type,
    pub(crate) returns: Type,
}

/// A step in the life of a user's copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Install,
    Activate,
    Deactivate,
    Uninstall,
}

/// Something that happens once in a runtime.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Once {
    Initialize,
    Shutdown,
}
