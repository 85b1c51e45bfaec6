//! The inside of `#[plugin]`, without a compiler: what comes out for what goes in.

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;

/// The texts of the `compile_error!`s in an expansion, and the rest of it.
fn run(args: TokenStream, item: TokenStream) -> (Vec<String>, String) {
    let text = expand(args, item).to_string();
    let mut parts = text.split("compile_error ! {");
    let mut rest = parts.next().unwrap_or_default().trim_end_matches(":: core ::").trim().to_owned();
    let mut errors = Vec::new();
    for part in parts {
        let (error, more) = part.split_once('}').unwrap_or((part, ""));
        errors.push(error.trim().to_owned());
        rest.push_str(more);
    }
    (errors, rest)
}

fn one_action() -> TokenStream {
    quote! {
        impl Notes {
            #[action]
            #[inline]
            async fn create(&self, ctx: &Context, title: String) -> Result<Created> { todo() }
        }
    }
}

#[test]
fn a_plugin_is_its_block_a_plugin_and_a_client() {
    let (errors, rest) = run(quote!(name = "notes"), one_action());
    assert_eq!(errors, [""; 0]);
    for part in ["impl Notes", "# [inline]", "Plugin for Notes", "pub struct NotesClient < C >"] {
        assert!(rest.contains(part), "{part} is not in {rest}");
    }
    assert!(!rest.contains("# [action]"), "{rest}");
}

#[test]
fn all_mistakes_come_at_once_and_the_rest_comes_out() {
    let item = quote! {
        impl Notes {
            #[action]
            fn first(self) {}
            #[query]
            async fn second(&self, ctx: &QueryContext) -> Result<u8> { todo() }
            #[on_event("?")]
            async fn third(&self, ctx: &Context) -> Result<()> { todo() }
        }
    };
    let (errors, rest) = run(quote!(nam = "notes", version = "one"), item);
    assert_eq!(errors.len(), 7, "{errors:#?}");
    assert!(rest.contains("Plugin for Notes") && rest.contains("fn first"), "{rest}");
    assert!(rest.contains("Self :: second") && !rest.contains("Self :: first"), "{rest}");
}

#[test]
fn a_client_can_be_done_without() {
    let (_, rest) = run(quote!(name = "notes", client = false), one_action());
    assert!(!rest.contains("Client"), "{rest}");
    let (_, rest) = run(quote!(name = "notes", client = Api), one_action());
    assert!(rest.contains("pub struct Api < C >"), "{rest}");
}

#[test]
fn the_core_can_be_anywhere() {
    let (_, rest) = run(quote!(name = "notes", crate = my::core), one_action());
    assert!(rest.contains("my :: core :: __private :: Plugin"), "{rest}");
    assert!(!rest.contains("mozaiks_core"), "{rest}");
}

#[test]
fn nothing_that_an_author_may_type_is_too_strange() {
    let arguments = [
        "",
        ",",
        ",,",
        "=",
        "name",
        "name =",
        "name = \"\"",
        "name = name",
        "name(\"a\")",
        "name = {",
        "name = \"é\"",
        "notification",
        "notification()",
        "notification(id)",
        "notification(id = )",
        "widget(id = \"\", props = {})",
        "author()",
        "author(1)",
        "category = \"\"",
        "permissions = []",
        "permissions = [\"\", \":\", \"a:\", \":b\"]",
        "publishes = [\"\", \":\", \"é:é\"]",
        "settings = ()",
        "settings = \"\"",
        "crate = \"1\"",
        "client = a::b",
        "name = \"a\", name = \"b\" name = \"c\"",
        "version = \"\"",
        "id = \".\"",
        "crate",
        "r#type = 1",
    ];
    for text in arguments {
        let Ok(tokens) = text.parse::<TokenStream>() else { continue };
        let (_, rest) = run(tokens, one_action());
        assert!(rest.contains("Plugin for Notes"), "{text}: {rest}");
    }
    let items = [
        "impl Notes {}",
        "impl Notes { #[action] async fn a() {} }",
        "impl Notes { #[action] async fn a(&self, _: &Context, ...) {} }",
        "impl Notes { #[action] #[query] #[install] #[on_event] const fn r#fn(self: Box<Self>, Input(): (), [a, ..]: [u8]) -> ! {} }",
        "impl Notes { #[validate_settings] fn a(_: &u8) {} #[validate_settings] fn b() {} }",
        "impl Notes { #[on_event()] #[on_event(1)] #[on_event(\"a\", )] async fn a(&self, c: &Context, (): ()) -> Result<()> {} }",
        "impl<'a, T, const N: usize> m::Notes<'a, T, N> where T: 'a { #[query] async fn q(&self, c: &QueryContext, t: T) -> Result<Self> {} }",
        "impl (A, B) { #[action] async fn a(&self, c: &Context, a: _, b: fn(&u8) -> &u8, c: dyn Any) -> Result<impl Sized> {} }",
        "impl Notes { #[action] macro!(); #[query] type T = u8; #[action = 1] const A: u8 = 1; }",
    ];
    for text in items {
        let Ok(tokens) = text.parse::<TokenStream>() else { continue };
        let _ = run(quote!(name = "notes"), tokens);
    }
    for text in [
        "fn f() {}",
        "struct S;",
        "enum E {}",
        "trait T {}",
        "mod m {}",
        "use a::b;",
        "impl T for S {}",
        "",
        "}",
    ] {
        let Ok(tokens) = text.parse::<TokenStream>() else { continue };
        let (errors, _) = run(quote!(name = "notes"), tokens);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    }
}

#[test]
fn a_time_is_a_number_and_a_unit() {
    let wrong = |time: &str| {
        let index = quote!(index(collection = "items", keys = ["at"], expire_after = #time));
        let (errors, _) = run(quote!(name = "notes", indexes(#index)), one_action());
        errors.len()
    };
    for time in ["0s", "45s", "15m", "12h", "30d", "2147483647s"] {
        assert_eq!(wrong(time), 0, "{time}");
    }
    for time in
        ["", "d", "30", "30 d", "+3d", "-3d", "3w", "1.5h", "3\u{e9}", "2147483648s", "99999999999999999999d"]
    {
        assert_eq!(wrong(time), 1, "{time}");
    }
}

#[test]
fn an_index_is_a_call_of_the_builder() {
    let index = quote!(index(collection = "items", keys = ["a", "-b.c"], unique, name = "ab"));
    let (errors, rest) = run(quote!(name = "notes", indexes(#index)), one_action());
    assert_eq!(errors, [""; 0]);
    let call = r#"Index :: new ("items" , [("a" , 1) , ("b.c" , - 1)]) . name ("ab") . unique ()"#;
    assert!(rest.contains(call), "{rest}");
}
