//! Whether the compiler at hand is the one whose words the `.stderr` files below `tests/ui` have.

use std::process::Command;

/// The compiler that wrote them. Whoever moves to another changes this, and has `TRYBUILD=overwrite` write them anew.
const RELEASE: &str = "1.95";

/// False, with the reason printed, on another compiler, whose wording proves nothing.
///
/// # Panics
/// In place of `false` where `CI` is set: nobody reads there what was skipped.
pub fn words_its_errors_as_expected() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc).arg("--version").output();
    let version = match &output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => format!("no answer from {}: {error}", rustc.display()),
    };
    if is_release(&version) {
        return true;
    }
    let why = format!("the .stderr files below tests/ui are of rustc {RELEASE}, and this is: {version}");
    assert!(std::env::var_os("CI").is_none(), "{why}");
    // The one way to say of a test that it did not take place.
    #[allow(clippy::print_stderr)]
    {
        eprintln!("skipped: {why}");
    }
    false
}

/// Reads `rustc 1.95.0 (59807616e 2026-04-14)`.
fn is_release(version: &str) -> bool {
    let number = version.split_whitespace().nth(1).unwrap_or_default();
    number.strip_prefix(RELEASE).is_some_and(|rest| rest.starts_with('.'))
}
