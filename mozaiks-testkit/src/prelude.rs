//! What a plugin's tests need: `use mozaiks_testkit::prelude::*;`.

pub use std::time::Duration;

pub use mozaiks_core::{DocumentId, Error, ErrorCode, Result};
pub use serde_json::json;

pub use crate::clock::TestClock;
pub use crate::host::{TestHost, TestHostBuilder, TestUser};
