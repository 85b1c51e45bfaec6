//! Names that are keywords, and names of the author's choice.

use mozaiks_core::prelude::*;

struct Raw;

#[plugin(name = "raw")]
impl Raw {
    #[action]
    async fn r#move(&self, _ctx: &Context, r#type: String, mut to: Option<String>) -> Result<String> {
        Ok(to.take().unwrap_or(r#type))
    }

    #[query(name = "look_up")]
    async fn find(&self, _: &QueryContext) -> Result<()> {
        Ok(())
    }

    #[action]
    async fn get_settings(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_keyword_is_a_name_like_any_other() {
    assert_eq!(crate::names::<Raw>(), ["move", "look_up", "get_settings"]);
    assert_eq!(crate::input::<Raw>("move")["required"], json!(["type"]));
    let _ = RawClient::new(()).r#move("a".into(), None);
}
