//! What the author of a settings struct is told: one folder for each kind of mistake.

#[path = "common/compiler.rs"]
mod compiler;

#[test]
fn mistakes_are_told_on_the_authors_own_line() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/settings/pass/*.rs");
    if !compiler::words_its_errors_as_expected() {
        return;
    }
    for kind in ["malformed", "unknown-attribute", "conflict", "unsupported-type", "serde"] {
        cases.compile_fail(format!("tests/ui/settings/{kind}/*.rs"));
    }
}
