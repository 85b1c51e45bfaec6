//! On a function.

use mozaiks_core::prelude::*;

#[plugin(name = "notes")]
fn notes() {}

fn main() {
    notes();
}
