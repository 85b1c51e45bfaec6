//! The body of `Plugin::manifest`: the builder of the core, with what the author said.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, LitStr};

use super::paths::Paths;
use crate::plugin::model::{
    About, Author, Contribution, ContributionKind, Index, Notification, NotificationCategory,
};

/// ```text
/// #[plugin(name = "notes", version = "1.0.0", permissions = ["tasks:read"])]
/// ```
/// becomes
/// ```text
/// Manifest::new("notes", "1.0.0").entry(module_path!()).permission("tasks:read")
/// ```
pub(super) fn manifest(about: &About, paths: &Paths) -> TokenStream {
    let p = paths.private();
    let name = about.name_text();
    let version = match &about.version {
        Some(version) => quote!(#version),
        None => quote!(#p::core::env!("CARGO_PKG_VERSION")),
    };
    let texts = [
        ("id", about.id.clone()),
        ("display_name", about.display_name.clone()),
        ("description", about.description.as_deref().map(literal)),
    ];
    let mut calls: Vec<TokenStream> =
        texts.into_iter().filter_map(|(method, text)| Some(call(method, &text?))).collect();
    calls.extend(about.author.as_ref().map(|it| author(it, p)));
    calls.extend(about.category.as_ref().map(|it| category(it, p)));
    calls.extend(about.tags.iter().map(|tag| call("tag", tag)));
    calls.extend(about.permissions.iter().map(|it| call("permission", it)));
    calls.extend(platform_version("min_platform_version", about.min_platform_version.as_ref(), p));
    calls.extend(platform_version("max_platform_version", about.max_platform_version.as_ref(), p));
    calls.extend(about.publishes.iter().map(|event| call("publishes", event)));
    calls.extend(about.notifications.iter().map(|it| notification(it, p)));
    calls.extend(about.notification_category.as_ref().map(|it| notification_category(it, p)));
    calls.extend(about.indexes.iter().map(|it| index(it, p)));
    calls.extend(about.contributions.iter().map(|it| contribution(it, p)));
    quote! {
        #p::Manifest::new(#name, #version).entry(#p::core::module_path!()) #(#calls)*
    }
}

fn literal(text: &str) -> LitStr {
    LitStr::new(text, proc_macro2::Span::call_site())
}

/// `.method("text")`
fn call(method: &str, text: &LitStr) -> TokenStream {
    let method = format_ident!("{method}");
    let text = literal(&text.value());
    quote!(.#method(#text))
}

/// `.method("text")`, where there is a text.
fn optional(method: &str, text: Option<&LitStr>) -> Option<TokenStream> {
    Some(call(method, text?))
}

fn author(author: &Author, p: &TokenStream) -> TokenStream {
    let Author { name, email, website } = author;
    let or_empty = |text: &Option<LitStr>| text.as_ref().map(LitStr::value).unwrap_or_default();
    let (email, website) = (or_empty(email), or_empty(website));
    quote!(.author(#p::author(#name, #email, #website)))
}

/// `"productivity"` as `Category::Productivity`.
fn category(category: &LitStr, p: &TokenStream) -> TokenStream {
    let text = category.value();
    let (first, rest) = text.split_at(text.len().min(1));
    let variant = format_ident!("{}{}", first.to_uppercase(), rest);
    quote!(.category(#p::Category::#variant))
}

fn platform_version(method: &str, version: Option<&LitStr>, p: &TokenStream) -> Option<TokenStream> {
    let (method, version) = (format_ident!("{method}"), literal(&version?.value()));
    Some(quote!(.#method(#p::version(#version))))
}

fn notification(it: &Notification, p: &TokenStream) -> TokenStream {
    let Notification { id, name, description, category, default, channels, frequencies } = it;
    let description = optional("description", description.as_ref());
    let category = optional("category", category.as_ref());
    let default = default.as_ref().map(|on| quote!(.default_on(#on)));
    let channels = channels.as_ref().map(|list| quote!(.channels([#(#list),*] as [&str; _])));
    let frequencies = frequencies.as_ref().map(|list| quote!(.frequencies([#(#list),*] as [&str; _])));
    quote!(.notification(#p::NotificationType::new(#id, #name) #description #category #default #channels #frequencies))
}

fn notification_category(it: &NotificationCategory, p: &TokenStream) -> TokenStream {
    let NotificationCategory { id, name, description, icon } = it;
    let description = optional("description", description.as_ref());
    let icon = optional("icon", icon.as_ref());
    quote!(.notification_category(#p::NotificationCategory::new(#id, #name) #description #icon))
}

fn index(it: &Index, p: &TokenStream) -> TokenStream {
    let Index { collection, name, shared, unique, sparse, .. } = it;
    let keys = it.paths().map(|(path, descends)| {
        let direction = if descends { quote!(-1) } else { quote!(1) };
        quote!((#path, #direction))
    });
    let name = optional("name", name.as_ref());
    let flag = |method: &str, word: Option<&Ident>| {
        let method = format_ident!("{method}");
        word.map(|_| quote!(.#method()))
    };
    let shared = flag("shared", shared.as_ref());
    let unique = flag("unique", unique.as_ref());
    let sparse = flag("sparse", sparse.as_ref());
    let expire_after = it.seconds().map(|seconds| quote!(.expire_after(#p::Duration::from_secs(#seconds))));
    quote!(.index(#p::Index::new(#collection, [#(#keys),*]) #name #shared #unique #sparse #expire_after))
}

fn contribution(it: &Contribution, p: &TokenStream) -> TokenStream {
    let (method, ty) = match it.what {
        ContributionKind::Widget => ("widget", "Widget"),
        ContributionKind::MenuItem => ("menu_item", "MenuItem"),
        ContributionKind::Route => ("route", "Route"),
    };
    let (method, ty, id) = (format_ident!("{method}"), format_ident!("{ty}"), &it.id);
    let kind = optional("kind", it.kind.as_ref());
    let position = optional("position", it.position.as_ref());
    let component = optional("component", it.component.as_ref());
    let made = quote!(#p::#ty::new(#id) #kind #position #component);
    match &it.props {
        None => quote!(.#method(#made)),
        Some(props) => quote! {
            .#method({
                // `json!` says `.into()`, which is nothing without a prelude.
                #[allow(unused_imports)]
                use #p::Into as _;
                let mut __it = #made;
                __it.props = #p::object(#p::json!(#props));
                __it
            })
        },
    }
}
