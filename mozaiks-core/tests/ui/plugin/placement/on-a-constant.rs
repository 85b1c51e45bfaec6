//! On what is no method.

use mozaiks_core::prelude::*;

struct Notes;

#[plugin(name = "notes")]
impl Notes {
    #[action]
    const LIMIT: u32 = 3;
}

fn main() {
    let _ = <Notes as Plugin>::router();
}
