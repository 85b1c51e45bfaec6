//! The code that a valid model becomes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Ident};

use super::attributes::Given;
use super::literal;
use super::model::{Body, Model, Setting, Variant};

pub(super) fn expand(model: &Model) -> TokenStream {
    let core = &model.core;
    let private = quote!(#core::__private);
    match &model.body {
        Body::Struct(settings) => of_struct(&model.ident, settings, &private),
        Body::Choice(variants) => of_choice(&model.ident, variants, &private),
        Body::Neither => TokenStream::new(),
    }
}

// struct Paging { #[setting(default = 20, min = 1)] size: u32 }
//
// static __SETTINGS: LazyLock<[Setting; 1]> = LazyLock::new(|| [Setting::new("size", "Size").min::<u32>(1)]);
// const __VALUE_0: ValueOf<u32> = value_of::<u32>();
//
// impl Settings for Paging {
//     fn defaults() -> Self { Self { size: 20 } }
//     fn form(&self, form: &mut Form) {
//         let [size] = &*__SETTINGS;
//         (__VALUE_0.describe)(&self.size, size, form);
//     }
//     fn overlay(self, object: &Map, reader: &mut Reader) -> Self {
//         let [size] = &*__SETTINGS;
//         let read = Self { size: reader.setting_by(object, size, self.size, __VALUE_0.read) };
//         reader.refuse_unknown(object, &*__SETTINGS);
//         read
//     }
// }
fn of_struct(ident: &Ident, settings: &[Setting], private: &TokenStream) -> TokenStream {
    let count = settings.len();
    let declared = settings.iter().map(|setting| declaration(setting, private));
    let setting: Vec<_> = (0..count).map(|index| format_ident!("__setting_{index}")).collect();
    let value: Vec<_> = (0..count).map(|index| format_ident!("__VALUE_{index}")).collect();
    let field: Vec<_> = settings.iter().map(|setting| &setting.ident).collect();
    let defaults = settings.iter().zip(&value).map(|(setting, value)| default(setting, value, private));
    let values = settings.iter().zip(&value).map(|(setting, value)| {
        let ty = &setting.ty;
        // The one place that asks whether the type can be that of a setting.
        quote_spanned!(ty.span()=> const #value: #private::ValueOf<#ty> = #private::value_of::<#ty>();)
    });

    quote! {
        const _: () = {
            static __SETTINGS: #private::LazyLock<[#private::Setting; #count]> =
                #private::LazyLock::new(|| [#(#declared),*]);
            #(#values)*

            #[automatically_derived]
            #[allow(deprecated)]
            impl #private::Settings for #ident {
                fn defaults() -> Self {
                    Self { #(#defaults),* }
                }

                fn form(&self, form: &mut #private::Form) {
                    let _ = &form;
                    let [#(#setting),*] = &*__SETTINGS;
                    #((#value.describe)(&self.#field, #setting, form);)*
                }

                fn overlay(
                    self,
                    object: &#private::Map<#private::String, #private::Value>,
                    reader: &mut #private::Reader,
                ) -> Self {
                    let [#(#setting),*] = &*__SETTINGS;
                    let read = Self {
                        #(#field: #private::Reader::setting_by(reader, object, #setting, self.#field, #value.read)),*
                    };
                    #private::Reader::refuse_unknown(reader, object, &*__SETTINGS);
                    read
                }
            }

            #[automatically_derived]
            impl #private::SettingValue for #ident {
                fn fallback() -> Self {
                    <Self as #private::Settings>::defaults()
                }

                fn describe(&self, setting: &#private::Setting, form: &mut #private::Form) {
                    #private::Form::nested(form, setting, self);
                }

                fn read(
                    self,
                    value: &#private::Value,
                    _: &#private::Setting,
                    reader: &mut #private::Reader,
                ) -> Self {
                    #private::Reader::nested(reader, value, self)
                }
            }
        };
    }
}

/// `Setting::new("size", "Notes on a page").min::<u32>(1)`
fn declaration(setting: &Setting, private: &TokenStream) -> TokenStream {
    let (name, label, ty) = (&setting.name.json, &setting.label, &setting.ty);
    let given = &setting.attributes;
    let mut calls = Vec::new();
    for alias in &setting.name.aliases {
        calls.push(quote!(.alias(#alias)));
    }
    if let Some(text) = &setting.description {
        calls.push(quote!(.description(#text)));
    }
    if let Some(Given { value, .. }) = &given.text.category {
        calls.push(quote!(.category(#value)));
    }
    if let Some(Given { name, value }) = &given.input {
        let variant = match value.value().as_str() {
            "textarea" => "Textarea",
            "image" => "Image",
            "theme-selector" => "ThemeSelector",
            _ => "Text",
        };
        let variant = Ident::new(variant, Span::call_site());
        calls.push(quote!(.#name::<#ty>(#private::FieldType::#variant)));
    }
    // A rule that does not go with the type is an error on the rule: its name is the author's.
    let rule = |name: &Ident, value: TokenStream| quote!(.#name::<#ty>(#value));
    let values = [&given.min, &given.max, &given.step, &given.min_length, &given.max_length];
    calls.extend(values.into_iter().flatten().map(|given| rule(&given.name, given.value.to_token_stream())));
    calls.extend(given.pattern.iter().map(|given| rule(&given.name, given.value.to_token_stream())));
    calls.extend(given.one_of.iter().map(|given| {
        let texts = &given.value;
        rule(&given.name, quote!(&[#(#texts),*]))
    }));
    calls
        .extend([&given.email, &given.secret].into_iter().flatten().map(|given| rule(&given.name, quote!())));
    quote!(#private::Setting::new(#name, #label) #(#calls)*)
}

/// `size: 20`
fn default(setting: &Setting, own: &Ident, private: &TokenStream) -> TokenStream {
    let ident = &setting.ident;
    match &setting.attributes.default {
        Some(Given { value, .. }) => match literal::text(value) {
            Some(text) => {
                // Shown on the literal if the type takes none.
                let private = private.clone().into_iter().map(|mut token| {
                    token.set_span(token.span().located_at(text.span()));
                    token
                });
                quote_spanned!(text.span()=> #ident: #(#private)*::FromLiteral::from_literal(#text))
            }
            None => quote!(#ident: #value),
        },
        None => quote!(#ident: (#own.fallback)()),
    }
}

// enum View { List, Board }
//
// impl Scalar for View {
//     const INPUT: FieldType = FieldType::Select;
//     fn options() -> Vec<SettingOption> { Vec::from([SettingOption::new("List", "List"), ...]) }
//     fn accept(value: &Value, _: &Rules) -> Result<Self, String> {
//         match value.as_str() { Some("List") => Ok(Self::List), ..., _ => expected_one_of(&["List", "Board"]) }
//     }
// }
fn of_choice(ident: &Ident, variants: &[Variant], private: &TokenStream) -> TokenStream {
    let names: Vec<_> = variants.iter().map(|variant| &variant.name.json).collect();
    let labels = variants.iter().map(|variant| &variant.label);
    let arms = variants.iter().map(|variant| {
        let (ident, name, aliases) = (&variant.ident, &variant.name.json, &variant.name.aliases);
        quote!(#private::Option::Some(#name #(| #aliases)*) => #private::Result::Ok(Self::#ident))
    });
    let default = variants.iter().find(|variant| variant.is_default).or(variants.first());
    let default = default.map(|variant| &variant.ident);

    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #private::Scalar for #ident {
                const INPUT: #private::FieldType = #private::FieldType::Select;

                fn options() -> #private::Vec<#private::SettingOption> {
                    <#private::Vec<_> as ::core::convert::From<_>>::from([
                        #(#private::SettingOption::new(#names, #labels)),*
                    ])
                }

                fn accept(
                    value: &#private::Value,
                    _: &#private::Rules,
                ) -> #private::Result<Self, #private::String> {
                    match #private::Value::as_str(value) {
                        #(#arms,)*
                        _ => #private::expected_one_of(&[#(#names),*]),
                    }
                }
            }

            #[automatically_derived]
            #[allow(deprecated)]
            impl #private::SettingValue for #ident {
                fn fallback() -> Self {
                    Self::#default
                }

                fn describe(&self, setting: &#private::Setting, form: &mut #private::Form) {
                    let field = #private::Form::field::<Self>(form, setting, self);
                    #private::Form::push(form, field);
                }

                fn read(
                    self,
                    value: &#private::Value,
                    setting: &#private::Setting,
                    reader: &mut #private::Reader,
                ) -> Self {
                    let read = <Self as #private::Scalar>::accept(value, #private::Setting::rules(setting));
                    #private::Reader::settle(reader, read, self)
                }
            }
        };
    }
}

/// Impls without a body, so that a mistake is told once and not again wherever the type is used.
pub(super) fn fallback(input: &DeriveInput, model: &Model) -> TokenStream {
    let (ident, core) = (&input.ident, &model.core);
    let private = quote!(#core::__private);
    let (generics, arguments, _) = input.generics.split_for_impl();
    // Of a type with parameters nobody knows whether it can be settings at all.
    let only_if = |bound: TokenStream| match input.generics.params.is_empty() {
        true => TokenStream::new(),
        false => quote!(where Self: #bound),
    };
    let own = match &input.data {
        Data::Struct(_) => {
            let only_if = only_if(quote!(#private::MaySettings));
            quote! {
                #[automatically_derived]
                impl #generics #private::Settings for #ident #arguments #only_if {
                    fn defaults() -> Self { ::core::unreachable!() }
                    fn form(&self, _: &mut #private::Form) {}
                    fn overlay(
                        self,
                        _: &#private::Map<#private::String, #private::Value>,
                        _: &mut #private::Reader,
                    ) -> Self { self }
                }
            }
        }
        Data::Enum(_) => {
            let only_if = only_if(quote!(#private::Serialize));
            quote! {
                #[automatically_derived]
                impl #generics #private::Scalar for #ident #arguments #only_if {
                    const INPUT: #private::FieldType = #private::FieldType::Select;
                    fn accept(
                        _: &#private::Value,
                        _: &#private::Rules,
                    ) -> #private::Result<Self, #private::String> { ::core::unreachable!() }
                }
            }
        }
        Data::Union(_) => TokenStream::new(),
    };
    quote! {
        #own

        #[automatically_derived]
        impl #generics #private::SettingValue for #ident #arguments {
            fn fallback() -> Self { ::core::unreachable!() }
            fn describe(&self, _: &#private::Setting, _: &mut #private::Form) {}
            fn read(self, _: &#private::Value, _: &#private::Setting, _: &mut #private::Reader) -> Self { self }
        }
    }
}
