//! The body of `Plugin::router`: one statement a member.
//!
//! Every type that the author wrote meets its bound in one place only, at the author's own tokens: `field`, `whole`,
//! `outcome`, `completion`, `payload` and the two functions of futures carry all of them. What they give is free of
//! bounds, so that a type that does not fit yields one error.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

use super::paths::{Paths, last, placed};
use crate::plugin::model::{
    Action, Arguments, EventHandler, Member, Once, Plugin, Role, SettingsCheck, Step, Takes,
};

pub(super) fn router(plugin: &Plugin, paths: &Paths) -> TokenStream {
    let p = paths.private();
    let members = plugin.members.iter().map(|member| {
        let cfgs = &member.cfgs;
        let router = statement(member, paths);
        quote!(#(#cfgs)* let __router = #router;)
    });
    let settings = plugin.about.settings.as_ref().map(|settings| {
        let settings_of = paths.at(settings, "settings_of");
        quote! {
            let __settings = #settings_of::<Self, #settings>();
            let __router = #p::settings(__router, __settings);
        }
    });
    quote! {
        let __router = #p::router::<Self>();
        #settings
        #(#members)*
        __router
    }
}

fn statement(member: &Member, paths: &Paths) -> TokenStream {
    let ident = &member.ident;
    match &member.role {
        Role::Action(it) => action(ident, it, paths),
        Role::Event(it) => event(ident, it, paths),
        Role::CheckSettings(it) => check_settings(ident, it, paths),
        Role::Step { step, returns, context } => {
            let step = format_ident!(
                "{}",
                match step {
                    Step::Install => "Install",
                    Step::Activate => "Activate",
                    Step::Deactivate => "Deactivate",
                    Step::Uninstall => "Uninstall",
                }
            );
            let p = paths.private();
            let step = quote!(#p::Step::#step,);
            life_cycle("on_step", &step, ident, returns, context, paths)
        }
        Role::Once { once, returns, context } => {
            let function = match once {
                Once::Initialize => "on_initialize",
                Once::Shutdown => "on_shutdown",
            };
            life_cycle(function, &TokenStream::new(), ident, returns, context, paths)
        }
    }
}

/// ```text
/// #[action] async fn create(&self, ctx: &Context, title: Title) -> Result<Created>
/// ```
/// becomes
/// ```text
/// {
///     let __outcome = outcome::<Result<Created>>();
///     action(__router, "create", "Creates a note.", (field::<Title>("title"),), __outcome,
///         move |__plugin, __ctx, (__0,)| a_future_of(__outcome, Self::create(__plugin, __ctx, __0)))
/// }
/// ```
fn action(ident: &Ident, action: &Action, paths: &Paths) -> TokenStream {
    let p = paths.private();
    let Action { name, description, returns, .. } = action;
    let name = name.value();
    let outcome = paths.of_type("outcome", returns, &TokenStream::new());
    let function = if action.query { quote!(query) } else { quote!(action) };
    let (arguments, pattern, values) = arguments(&action.arguments, paths);
    let (ctx, context) = context(&action.context, action.query);
    let values = [context].into_iter().chain(values).collect::<Vec<_>>();
    let call = call(ident, &values);
    let boxed = paths.at(ident, "the_future_of_an_action_can_be_sent_to_another_thread");
    let boxed = called_at(ident, &boxed, &quote!(__outcome, #call));
    quote! {{
        let __outcome = #outcome;
        #p::#function(__router, #name, #description, #arguments, __outcome, move |__plugin, #ctx, #pattern| #boxed)
    }}
}

/// What reads the arguments, the pattern that takes what was read apart, and the values for the call.
fn arguments(arguments: &Arguments, paths: &Paths) -> (TokenStream, TokenStream, Vec<TokenStream>) {
    match arguments {
        Arguments::Whole(input) => {
            (paths.of_type("whole", &input.ty, &TokenStream::new()), quote!(__input), vec![quote!(__input)])
        }
        Arguments::Named(named) => {
            let fields = named.iter().map(|argument| {
                let (ty, name) = (&argument.ty, argument.ident.unraw().to_string());
                paths.of_type("field", ty, &quote!(#name))
            });
            let names: Vec<Ident> = (0..named.len()).map(|index| format_ident!("__{index}")).collect();
            (
                quote!((#(#fields,)*)),
                quote!((#(#names,)*)),
                names.iter().map(ToTokens::to_token_stream).collect(),
            )
        }
    }
}

/// What a closure is given for a reference of the author's type `ty`: its name, and its use. A type that is not the
/// one that it looks like is wrong where the author wrote it, from its first token to its last.
fn reference(name: &str, ty: &Type) -> (Ident, TokenStream) {
    let name = Ident::new(name, last(ty));
    let deref = placed(&quote!(&*), ty.span());
    let usage = quote!(#deref #name);
    (name, usage)
}

/// The same for a context.
fn context(ty: &Type, query: bool) -> (Ident, TokenStream) {
    if !query {
        return reference("__ctx", ty);
    }
    let name = Ident::new("__ctx", ty.span());
    let as_query = placed(&quote!(.as_query()), last(ty));
    let usage = quote!(#name #as_query);
    (name, usage)
}

/// `Self::create(__plugin, ...)`, at the place of `create`.
fn call(ident: &Ident, values: &[TokenStream]) -> TokenStream {
    let method = placed(&quote!(Self::), ident.span());
    called_at(ident, &quote!(#method #ident), &quote!(__plugin, #(#values),*))
}

/// `function(arguments)`, with the parentheses at `place`.
fn called_at(place: &Ident, function: &TokenStream, arguments: &TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Parenthesis, arguments.clone());
    group.set_span(place.span());
    let group = TokenTree::Group(group);
    quote!(#function #group)
}

/// ```text
/// #[on_event("user:registered")] async fn welcome(&self, ctx: &Context, user: Registered) -> Result<()>
/// ```
/// becomes
/// ```text
/// {
///     let __done = completion::<Result<()>>();
///     on_event(__router, &["user:registered"], payload::<Registered>(),
///         move |__plugin, __ctx, __event| a_future_of(__done, Self::welcome(__plugin, __ctx, __event)))
/// }
/// ```
fn event(ident: &Ident, handler: &EventHandler, paths: &Paths) -> TokenStream {
    let p = paths.private();
    let topics = handler.topics.iter().map(LitStr::value);
    let (ctx, context) = context(&handler.context, false);
    let (takes, event) = match &handler.takes {
        Takes::Nothing => (quote!(#p::NoEvent), None),
        Takes::Event(ty) => (quote!(#p::WholeEvent), Some(Ident::new("__event", ty.span()))),
        Takes::Payload(ty) => {
            (paths.of_type("payload", ty, &TokenStream::new()), Some(format_ident!("__event")))
        }
    };
    let pattern = event.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let values: Vec<_> = [context].into_iter().chain(event.map(Ident::into_token_stream)).collect();
    let (done, boxed) = handled(ident, &handler.returns, &values, paths);
    quote! {{
        let __done = #done;
        #p::on_event(__router, &[#(#topics),*], #takes, move |__plugin, #ctx, #pattern| #boxed)
    }}
}

/// What ends a handler that returns `returns`, and its future in a box.
fn handled(
    ident: &Ident,
    returns: &Type,
    values: &[TokenStream],
    paths: &Paths,
) -> (TokenStream, TokenStream) {
    let completion = paths.of_type("completion", returns, &TokenStream::new());
    let boxed = paths.at(ident, "the_future_of_a_handler_can_be_sent_to_another_thread");
    let call = call(ident, values);
    (completion, called_at(ident, &boxed, &quote!(__done, #call)))
}

/// ```text
/// #[install] async fn fill(&self, ctx: &Context) -> Result<()>
/// ```
/// becomes
/// ```text
/// { let __done = completion::<Result<()>>(); on_step(__router, Step::Install, move |__plugin, __ctx| ..) }
/// ```
fn life_cycle(
    function: &str,
    step: &TokenStream,
    ident: &Ident,
    returns: &Type,
    context_type: &Type,
    paths: &Paths,
) -> TokenStream {
    let p = paths.private();
    let function = format_ident!("{function}");
    let (ctx, context) = context(context_type, false);
    let (done, boxed) = handled(ident, returns, &[context], paths);
    quote! {{
        let __done = #done;
        #p::#function(__router, #step move |__plugin, #ctx| #boxed)
    }}
}

/// ```text
/// #[validate_settings] fn check(settings: &NotesSettings) -> Result<(), FieldErrors>
/// ```
/// becomes
/// ```text
/// {
///     let __verdict = verdict::<Result<(), FieldErrors>>();
///     check_settings(__router, __settings, move |__plugin, __value| __verdict(Self::check(__value)))
/// }
/// ```
fn check_settings(ident: &Ident, check: &SettingsCheck, paths: &Paths) -> TokenStream {
    let p = paths.private();
    let verdict = paths.of_type("verdict", &check.returns, &TokenStream::new());
    let (name, value) = reference("__value", &check.settings);
    let plugin = check.with_self.then(|| quote!(__plugin,));
    let method = placed(&quote!(Self::), ident.span());
    let call = called_at(ident, &quote!(#method #ident), &quote!(#plugin #value));
    quote! {{
        let __verdict = #verdict;
        #p::check_settings(__router, __settings, move |__plugin, #name| __verdict(#call))
    }}
}
