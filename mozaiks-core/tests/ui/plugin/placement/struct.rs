//! On the struct.

use mozaiks_core::prelude::*;

#[plugin(name = "notes")]
struct Notes;

fn main() {
    let _ = Notes;
}
