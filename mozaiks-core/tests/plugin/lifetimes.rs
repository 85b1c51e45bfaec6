//! Lifetimes with names, and receivers with types.

#![allow(clippy::needless_arbitrary_self_type)]

use std::borrow::Cow;

use mozaiks_core::prelude::*;

struct Borrower {
    name: String,
}

#[plugin(name = "borrower")]
impl Borrower {
    #[action]
    async fn one<'a>(&'a self, ctx: &'a Context, title: String) -> Result<String> {
        let both: [&'a str; 2] = [&self.name, ctx.user_id()];
        Ok(both.join(&title))
    }

    #[query]
    async fn two<'s, 'c>(
        self: &'s Self,
        _ctx: &'c mozaiks_core::QueryContext,
        mut title: Cow<'static, str>,
    ) -> Result<Cow<'static, str>>
    where
        's: 'c,
    {
        title.to_mut().push_str(&self.name);
        Ok(title)
    }

    #[on_event("user:registered")]
    async fn three<'a>(&'a self, _ctx: &'a Context, _event: mozaiks_core::events::Event) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_context_may_be_borrowed_as_long_as_the_plugin() {
    assert_eq!(crate::names::<Borrower>(), ["one", "two"]);
}
