//! The arguments of `#[plugin(...)]`.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, ExprLit, Ident, Lit};

use super::read::{Known, each};
use super::{indexes, parts};
use crate::plugin::model::{About, Author, Client, ContributionKind};
use crate::support::Mistakes;
use crate::support::args::{self, Arg, ArgValue};
use crate::support::docs::Docs;

const KNOWN: Known<'static> = Known {
    of: "`#[plugin]`",
    names: &[
        "name",
        "id",
        "version",
        "display_name",
        "description",
        "author",
        "category",
        "tags",
        "permissions",
        "min_platform_version",
        "max_platform_version",
        "settings",
        "publishes",
        "notification",
        "notification_category",
        "indexes",
        "widget",
        "menu_item",
        "route",
        "client",
        "crate",
    ],
    repeatable: &["notification", "widget", "menu_item", "route"],
};

/// `name = "notes", version = "1.0.0", ...`; `attrs` are those of the block, for its doc comment.
pub(crate) fn arguments(tokens: TokenStream, attrs: &[Attribute], mistakes: &mut Mistakes) -> About {
    let name_attempted = matches!(tokens.clone().into_iter().next(), Some(TokenTree::Literal(_)));
    let mut about = About { description: description(&Docs::of(attrs)), name_attempted, ..About::default() };
    each(args::parse(tokens, mistakes), &KNOWN, mistakes, |name, arg, mistakes| {
        take(&mut about, name, arg, mistakes)
    });
    about
}

fn take(about: &mut About, name: &str, arg: Arg, mistakes: &mut Mistakes) -> syn::Result<()> {
    match name {
        "name" => {
            about.name_attempted = true;
            about.name = Some(arg.string()?);
        }
        "id" => about.id = Some(arg.string()?),
        "version" => about.version = Some(arg.string()?),
        "display_name" => about.display_name = Some(arg.string()?),
        "description" => about.description = Some(arg.string()?.value()),
        "author" => about.author = author(arg, mistakes)?,
        "category" => about.category = Some(arg.string()?),
        "tags" => about.tags = arg.strings()?,
        "permissions" => about.permissions = arg.strings()?,
        "min_platform_version" => about.min_platform_version = Some(arg.string()?),
        "max_platform_version" => about.max_platform_version = Some(arg.string()?),
        "settings" => {
            let wrong = arg.error("expected a type: `settings = NotesSettings`");
            about.settings = Some(arg.path().map_err(|_| wrong)?);
        }
        "publishes" => about.publishes = arg.strings()?,
        "notification" => about.notifications.extend(parts::notification(arg, mistakes)?),
        "notification_category" => about.notification_category = parts::notification_category(arg, mistakes)?,
        "indexes" => about.indexes = indexes::indexes(arg, mistakes)?,
        "widget" => about.contributions.extend(parts::contribution(ContributionKind::Widget, arg, mistakes)?),
        "menu_item" => {
            about.contributions.extend(parts::contribution(ContributionKind::MenuItem, arg, mistakes)?);
        }
        "route" => about.contributions.extend(parts::contribution(ContributionKind::Route, arg, mistakes)?),
        "client" => about.client = client(arg)?,
        "crate" => about.core = Some(arg.path()?),
        // `each` gives the known ones only.
        _ => {}
    }
    Ok(())
}

/// `author = "Ada"`, or `author(name = "Ada", email = "...")`.
fn author(arg: Arg, mistakes: &mut Mistakes) -> syn::Result<Option<Author>> {
    match arg.value {
        ArgValue::List(_) => parts::author(arg, mistakes),
        _ => Ok(Some(Author { name: arg.string()?, email: None, website: None })),
    }
}

/// `client = NotesApi`, or `client = false`.
fn client(arg: Arg) -> syn::Result<Client> {
    let wrong =
        arg.error("expected a name for the typed client, or `false` for none: `client = NotesClient`");
    match &arg.value {
        ArgValue::Expr(Expr::Lit(ExprLit { lit: Lit::Bool(wanted), .. })) => {
            Ok(if wanted.value { Client::OfTheType } else { Client::None })
        }
        ArgValue::Expr(Expr::Path(path)) => {
            let ident: Option<&Ident> = path.path.get_ident();
            ident.cloned().map(Client::Named).ok_or(wrong)
        }
        _ => Err(wrong),
    }
}

/// A doc comment as a description: the first paragraph on one line, then the rest.
pub(super) fn description(docs: &Docs) -> Option<String> {
    let summary = docs.summary.as_deref()?;
    Some(match &docs.rest {
        Some(rest) => format!("{summary}\n\n{rest}"),
        None => summary.to_owned(),
    })
}
