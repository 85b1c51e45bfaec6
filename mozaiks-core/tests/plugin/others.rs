//! Attributes and methods that are not ours are left alone.

#![allow(clippy::double_must_use, clippy::unused_async, clippy::unused_self)]

use mozaiks_core::prelude::*;

struct Traced;

#[plugin(name = "traced")]
impl Traced {
    /// Traced, and described.
    #[tracing::instrument(skip_all, fields(title = %title))]
    #[action]
    #[allow(clippy::needless_return, unused_variables)]
    #[must_use]
    #[inline]
    async fn create(&self, ctx: &Context, title: String) -> Result<String> {
        let unused = 1;
        return Ok(title);
    }

    /// No action.
    fn helper(&self) -> u32 {
        Self::LIMIT
    }

    async fn async_helper(&self, text: &str) -> usize {
        text.len() + self.helper() as usize
    }

    const LIMIT: u32 = 3;

    #[query]
    async fn length(&self, _ctx: &QueryContext, text: String) -> Result<usize> {
        Ok(self.async_helper(&text).await)
    }
}

impl Traced {
    /// A block beside that of the plugin.
    fn beside() -> Self {
        Self
    }
}

#[test]
fn what_is_not_ours_stays() {
    assert_eq!(Traced::beside().helper(), 3);
    assert_eq!(crate::names::<Traced>(), ["create", "length"]);
    let router = Traced::router();
    assert_eq!(router.actions().next().unwrap().text(), "Traced, and described.");
}
