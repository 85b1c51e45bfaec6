//! The typed client: one method an action.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Ident, Type};

use super::paths::Paths;
use super::{block_cfgs, quiet};
use crate::plugin::checks::types::{last_segment, mentions};
use crate::plugin::model::{Action, Arguments, Client, Member, Plugin, Role};

/// ```text
/// pub struct NotesClient<C> { caller: C }
/// impl<C> NotesClient<C> { pub fn new(caller: C) -> Self { .. }  pub fn create(&self, ..) -> ClientCall<..> { .. } }
/// ```
pub(super) fn client(plugin: &Plugin, paths: &Paths) -> Option<TokenStream> {
    let name = name(plugin)?;
    let p = paths.private();
    let quiet = quiet();
    let cfgs = block_cfgs(&plugin.block.attrs);
    let plugin_name = plugin.about.name_text();
    let docs = format!(
        "Calls the actions of the plugin `{plugin_name}` with types: on a user of a test host, or of the runtime."
    );
    let methods = plugin.members.iter().filter_map(|member| method(plugin, member, p));
    let settings = settings(plugin, p);
    Some(quote! {
        #(#cfgs)*
        #[doc = #docs]
        #[derive(#p::Clone, #p::Debug)]
        #quiet
        pub struct #name<C> {
            caller: C,
        }

        #(#cfgs)*
        #[automatically_derived]
        #quiet
        impl<C> #name<C> {
            /// A client that calls as `caller`.
            pub const fn new(caller: C) -> Self {
                Self { caller }
            }

            #(#methods)*
            #settings
        }
    })
}

fn name(plugin: &Plugin) -> Option<Ident> {
    match &plugin.about.client {
        Client::None => None,
        Client::Named(name) => Some(name.clone()),
        Client::OfTheType => {
            let ident = &last_segment(&plugin.block.self_ty)?.ident;
            Some(Ident::new(&format!("{}Client", ident.unraw()), ident.span()))
        }
    }
}

/// ```text
/// #[query] async fn list(&self, ctx: &QueryContext, skip: Option<u64>) -> Result<Page<Note>>
/// ```
/// becomes
/// ```text
/// pub fn list<'call>(&'call self, skip: Option<u64>)
///     -> ClientCall<'call, C, NamedArguments<(Option<u64>,)>, Result<Page<Note>>>
/// { ClientCall::new(&self.caller, "notes", "list", NamedArguments::new(&["skip"], (skip,))) }
/// ```
fn method(plugin: &Plugin, member: &Member, p: &TokenStream) -> Option<TokenStream> {
    let Role::Action(action) = &member.role else { return None };
    let types = types(plugin, action)?;
    let Types { returns, arguments } = types;
    let (parameters, ty, value) = match (&action.arguments, arguments.as_slice()) {
        (Arguments::Whole(input), [ty]) => {
            let ident = &input.ident;
            (quote!(#ident: &'call #ty), quote!(&'call #ty), ident.to_token_stream())
        }
        (Arguments::Whole(_), _) => return None,
        (Arguments::Named(named), types) => {
            let idents: Vec<&Ident> = named.iter().map(|argument| &argument.ident).collect();
            let names = idents.iter().map(|ident| ident.unraw().to_string());
            (
                quote!(#(#idents: #types),*),
                quote!(#p::NamedArguments<(#(#types,)*)>),
                quote!(#p::NamedArguments::new(&[#(#names),*], (#(#idents,)*))),
            )
        }
    };
    let (plugin_name, action_name) = (plugin.about.name_text(), action.name.value());
    let docs = match action.description.as_str() {
        "" => format!("Calls the action `{action_name}`."),
        text => text.to_owned(),
    };
    // `new` is how a client is made.
    let ident = if member.ident == "new" { format_ident!("call_new") } else { member.ident.clone() };
    let cfgs = &member.cfgs;
    Some(quote! {
        #(#cfgs)*
        #[doc = #docs]
        pub fn #ident<'call>(&'call self, #parameters) -> #p::ClientCall<'call, C, #ty, #returns> {
            #p::ClientCall::new(&self.caller, #plugin_name, #action_name, #value)
        }
    })
}

/// The two actions that a plugin with settings has, but for those that the author wrote.
fn settings(plugin: &Plugin, p: &TokenStream) -> Option<TokenStream> {
    let settings = plugin.about.settings.as_ref()?;
    let plugin_name = plugin.about.name_text();
    let written = |name: &str| {
        plugin.members.iter().any(|member| match &member.role {
            Role::Action(action) => action.name.value() == name || member.ident == name,
            _ => false,
        })
    };
    let get = (!written("get_settings")).then(|| quote! {
        /// The user's settings.
        pub fn get_settings(
            &self,
        ) -> #p::ClientCall<'_, C, #p::NamedArguments<()>, #p::Result<#p::SettingsReply<#settings>, #p::Error>> {
            #p::ClientCall::new(&self.caller, #plugin_name, "get_settings", #p::NamedArguments::new(&[], ()))
        }
    });
    let save = (!written("save_settings")).then(|| quote! {
        /// Saves the user's settings.
        pub fn save_settings<'call>(
            &'call self,
            settings: &'call #settings,
        ) -> #p::ClientCall<'call, C, #p::NamedArguments<(&'call #settings,)>, #p::Result<(), #p::Error>> {
            let settings = #p::NamedArguments::new(&["settings"], (settings,));
            #p::ClientCall::new(&self.caller, #plugin_name, "save_settings", settings)
        }
    });
    Some(quote!(#get #save))
}

struct Types {
    returns: TokenStream,
    arguments: Vec<TokenStream>,
}

/// The types of an action as they read outside of the block: none if they hold parameters of the plugin's type, which
/// a client does not have.
fn types(plugin: &Plugin, action: &Action) -> Option<Types> {
    let block = &plugin.block;
    let params: Vec<String> = block
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(it) => Some(it.ident.to_string()),
            GenericParam::Const(it) => Some(it.ident.to_string()),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let outside = |ty: &Type| {
        let tokens = without_self(ty.to_token_stream(), &block.self_ty);
        (!mentions(&tokens, &params)).then_some(tokens)
    };
    let arguments = match &action.arguments {
        Arguments::Whole(input) => vec![outside(&input.ty)?],
        Arguments::Named(named) => named.iter().map(|one| outside(&one.ty)).collect::<Option<_>>()?,
    };
    Some(Types { returns: outside(&action.returns)?, arguments })
}

/// In the client, `Self` would be the client.
fn without_self(tokens: TokenStream, self_ty: &Type) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => self_ty.to_token_stream(),
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), without_self(group.stream(), self_ty));
                inner.set_span(group.span());
                TokenTree::Group(inner).into_token_stream()
            }
            other => other.into_token_stream(),
        })
        .collect()
}
