//! The macros of Mozaiks. They are reached through `mozaiks_core`, never directly.
//!
//! This file holds doors only: everything behind them speaks `proc_macro2` and `syn::Result`.

// A macro that panics tells its user nothing.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod plugin;
mod settings;
mod support;

use proc_macro::TokenStream;

/// A plugin from an `impl` block; documented where it is used, as `mozaiks_core::plugin`.
#[proc_macro_attribute]
pub fn plugin(args: TokenStream, item: TokenStream) -> TokenStream {
    let expansion = plugin::expand(args.into(), item.into());
    if std::env::var_os("MOZAIKS_PRINT_EXPANSION").is_some() {
        // For who wants to see what is written; nothing else is ever printed.
        #[allow(clippy::print_stderr)]
        {
            eprintln!("{expansion}");
        }
    }
    expansion.into()
}

/// Settings of a plugin; documented where it is used, as `mozaiks_core::Settings`.
#[proc_macro_derive(Settings, attributes(setting, settings))]
pub fn derive_settings(input: TokenStream) -> TokenStream {
    settings::expand(syn::parse_macro_input!(input)).into()
}
