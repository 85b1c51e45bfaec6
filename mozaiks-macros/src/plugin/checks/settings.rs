//! `#[validate_settings] fn check(settings: &T) -> Result<(), FieldErrors>`.

use syn::{ReturnType, Type};

use super::signature::{Judge, qualifiers, typed, wrong_receiver};
use super::types::{bare, text};
use crate::plugin::attributes::Marked;
use crate::plugin::model::{About, SettingsCheck};
use crate::support::Mistakes;

pub(super) fn check(marked: &Marked, about: &About, mistakes: &mut Mistakes) -> Option<SettingsCheck> {
    let mut judge = Judge::new(mistakes);
    let sig = &marked.sig;
    let name = &sig.ident;
    let type_name = about.settings.as_ref().map_or_else(|| "NotesSettings".to_owned(), text);

    if about.settings.is_none() {
        let message =
            format!("there are no settings to check: write `settings = {type_name}` in `#[plugin(...)]`");
        judge.at(name, message);
    }
    if let Some(token) = &sig.asyncness {
        judge.at(token, "a check of settings is not async: it sees the settings, and nothing else");
    }
    qualifiers(sig, "a check of settings", &mut judge);
    if let Some(receiver) = sig.receiver()
        && let Some(message) = wrong_receiver(receiver)
    {
        judge.at(receiver, message);
    }
    let settings = match typed(sig).as_slice() {
        [] => {
            judge.at(name, format!("`{name}` needs the settings: write `settings: &{type_name}`"));
            None
        }
        [settings, more @ ..] => {
            if let Some(extra) = more.first() {
                judge.at(
                    extra,
                    "a check of settings takes the settings and nothing else: remove this argument",
                );
            }
            match bare(&settings.ty) {
                Type::Reference(reference) if reference.mutability.is_none() => Some((*settings.ty).clone()),
                _ => {
                    judge.at(&settings.ty, format!("the settings are borrowed: write `&{type_name}`"));
                    None
                }
            }
        }
    };
    let returns = match &sig.output {
        ReturnType::Type(_, ty) => Some((**ty).clone()),
        ReturnType::Default => {
            judge.at(name, "a check says what is wrong: write `-> Result<(), FieldErrors>`");
            None
        }
    };
    if !judge.good {
        return None;
    }
    Some(SettingsCheck { with_self: sig.receiver().is_some(), settings: settings?, returns: returns? })
}
