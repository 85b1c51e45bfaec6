//! What `#[plugin]` says of each kind of mistake: one mistake, one message, on the author's own tokens.
//!
//! A folder is a kind of mistake. After a change of wording, `TRYBUILD=overwrite cargo test --test ui_plugin` writes
//! the `.stderr` files anew, for a person to read.

#[path = "common/compiler.rs"]
mod compiler;

#[test]
fn one_mistake_is_one_message() {
    if compiler::words_its_errors_as_expected() {
        trybuild::TestCases::new().compile_fail("tests/ui/plugin/*/*.rs");
    }
}
