//! The arguments that have arguments of their own: `author(...)`, `notification(...)`, `widget(...)`.

use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, LitBool, LitStr};

use super::read::{Known, each, list};
use crate::plugin::model::{Author, Contribution, ContributionKind, Notification, NotificationCategory};
use crate::support::Mistakes;
use crate::support::args::{self, Arg, ArgValue};

/// `author(name = "Ada", email = "ada@example.com", website = "https://example.com")`.
pub(super) fn author(arg: Arg, mistakes: &mut Mistakes) -> syn::Result<Option<Author>> {
    let known = Known { of: "`author`", names: &["name", "email", "website"], repeatable: &[] };
    let (mut name, mut email, mut website) = (None, None, None);
    let args = args::parse(list(arg.clone(), "author(name = \"...\")")?, mistakes);
    each(args, &known, mistakes, |key, arg, _| {
        *match key {
            "name" => &mut name,
            "email" => &mut email,
            _ => &mut website,
        } = Some(arg.string()?);
        Ok(())
    });
    let name = required(name, &arg, "name", "Ada", mistakes);
    Ok(name.map(|name| Author { name, email, website }))
}

/// `notification(id = "notes_created", name = "Note saved", default = true, channels = ["in_app"])`.
pub(super) fn notification(arg: Arg, mistakes: &mut Mistakes) -> syn::Result<Option<Notification>> {
    let known = Known {
        of: "`notification`",
        names: &["id", "name", "description", "category", "default", "channels", "frequencies"],
        repeatable: &[],
    };
    let (mut id, mut name, mut description, mut category) = (None, None, None, None);
    let (mut default, mut channels, mut frequencies) = (None, None, None);
    let args = args::parse(list(arg.clone(), "notification(id = \"...\", name = \"...\")")?, mistakes);
    each(args, &known, mistakes, |key, arg, _| {
        match key {
            "id" => id = Some(arg.string()?),
            "name" => name = Some(arg.string()?),
            "description" => description = Some(arg.string()?),
            "category" => category = Some(arg.string()?),
            "default" => default = Some(boolean(arg)?),
            "channels" => channels = Some(arg.strings()?),
            _ => frequencies = Some(arg.strings()?),
        }
        Ok(())
    });
    let id = required(id, &arg, "id", "notes_created", mistakes);
    let name = required(name, &arg, "name", "Note saved", mistakes);
    let (Some(id), Some(name)) = (id, name) else { return Ok(None) };
    Ok(Some(Notification { id, name, description, category, default, channels, frequencies }))
}

/// `notification_category(id = "notes", name = "Notes", icon = "pencil")`.
pub(super) fn notification_category(
    arg: Arg,
    mistakes: &mut Mistakes,
) -> syn::Result<Option<NotificationCategory>> {
    let known = Known {
        of: "`notification_category`",
        names: &["id", "name", "description", "icon"],
        repeatable: &[],
    };
    let (mut id, mut name, mut description, mut icon) = (None, None, None, None);
    let args =
        args::parse(list(arg.clone(), "notification_category(id = \"...\", name = \"...\")")?, mistakes);
    each(args, &known, mistakes, |key, arg, _| {
        *match key {
            "id" => &mut id,
            "name" => &mut name,
            "description" => &mut description,
            _ => &mut icon,
        } = Some(arg.string()?);
        Ok(())
    });
    let id = required(id, &arg, "id", "notes", mistakes);
    let name = required(name, &arg, "name", "Notes", mistakes);
    let (Some(id), Some(name)) = (id, name) else { return Ok(None) };
    Ok(Some(NotificationCategory { id, name, description, icon }))
}

/// `widget(id = "recent", type = "card", position = "home", component = "Recent", props = { "limit": 5 })`.
pub(super) fn contribution(
    what: ContributionKind,
    arg: Arg,
    mistakes: &mut Mistakes,
) -> syn::Result<Option<Contribution>> {
    let of = format!("`{}`", arg.name);
    let known = Known { of: &of, names: &["id", "type", "position", "component", "props"], repeatable: &[] };
    let form = format!("{}(id = \"...\", component = \"...\")", arg.name);
    let (mut id, mut kind, mut position, mut component, mut props) = (None, None, None, None, None);
    let args = args::parse(list(arg.clone(), &form)?, mistakes);
    each(args, &known, mistakes, |key, arg, _| {
        match key {
            "id" => id = Some(arg.string()?),
            "type" => kind = Some(arg.string()?),
            "position" => position = Some(arg.string()?),
            "component" => component = Some(arg.string()?),
            _ => match &arg.value {
                ArgValue::Expr(Expr::Verbatim(braces)) => props = Some(braces.clone()),
                _ => return Err(arg.error("expected a JSON object: `props = { \"limit\": 5 }`")),
            },
        }
        Ok(())
    });
    let id = required(id, &arg, "id", "recent", mistakes);
    Ok(id.map(|id| Contribution { what, id, kind, position, component, props }))
}

/// `true` or `false`.
fn boolean(arg: Arg) -> syn::Result<LitBool> {
    match arg.value {
        ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Bool(value), .. })) => Ok(value),
        _ => Err(arg.error(format!("expected `{0} = true` or `{0} = false`", arg.name))),
    }
}

pub(super) fn required(
    value: Option<LitStr>,
    of: &Arg,
    name: &str,
    example: &str,
    mistakes: &mut Mistakes,
) -> Option<LitStr> {
    // A value that could not be read is a mistake already, of which this one would only be the echo.
    let written = || {
        let ArgValue::List(list) = &of.value else { return false };
        list.to_token_stream().into_iter().any(|token| token.to_string() == name)
    };
    if value.is_none() && !written() {
        mistakes.at(&of.name, format!("`{}` needs `{name}`: write `{name} = \"{example}\"`", of.name));
    }
    value
}
