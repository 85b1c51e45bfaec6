//! The same actions as a plugin, and plugins with few and with many actions.

use mozaiks_core::prelude::*;

use crate::by_hand::{self, Note};

pub struct Ten;
pub struct Six;
pub struct Sixty;

#[plugin(name = "ten", version = "1.0.0")]
impl Ten {
    #[query]
    async fn get(&self, _ctx: &QueryContext, item_id: DocumentId) -> Result<Item<Note>> {
        by_hand::get(item_id).await.map_err(Error::invalid)
    }

    #[action]
    async fn create(&self, _ctx: &Context, Input(note): Input<Note>) -> Result<Created> {
        by_hand::create(note).await.map_err(Error::invalid)
    }

    #[action]
    async fn a0(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n)
    }

    #[action]
    async fn a1(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 1)
    }

    #[action]
    async fn a2(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 2)
    }

    #[action]
    async fn a3(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 3)
    }

    #[action]
    async fn a4(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 4)
    }

    #[action]
    async fn a5(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 5)
    }

    #[action]
    async fn a6(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 6)
    }

    #[action]
    async fn a7(&self, _ctx: &Context, n: u64) -> Result<u64> {
        Ok(n + 7)
    }
}

#[plugin(name = "six", version = "1.0.0")]
impl Six {
    #[query]
    async fn a0(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 0)
    }

    #[query]
    async fn a1(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 1)
    }

    #[query]
    async fn a2(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 2)
    }

    #[query]
    async fn a3(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 3)
    }

    #[query]
    async fn a4(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 4)
    }

    #[query]
    async fn a5(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 5)
    }
}

#[plugin(name = "sixty", version = "1.0.0")]
impl Sixty {
    #[query]
    async fn a0(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 0)
    }

    #[query]
    async fn a1(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 1)
    }

    #[query]
    async fn a2(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 2)
    }

    #[query]
    async fn a3(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 3)
    }

    #[query]
    async fn a4(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 4)
    }

    #[query]
    async fn a5(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 5)
    }

    #[query]
    async fn a6(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 6)
    }

    #[query]
    async fn a7(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 7)
    }

    #[query]
    async fn a8(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 8)
    }

    #[query]
    async fn a9(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 9)
    }

    #[query]
    async fn a10(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 10)
    }

    #[query]
    async fn a11(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 11)
    }

    #[query]
    async fn a12(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 12)
    }

    #[query]
    async fn a13(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 13)
    }

    #[query]
    async fn a14(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 14)
    }

    #[query]
    async fn a15(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 15)
    }

    #[query]
    async fn a16(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 16)
    }

    #[query]
    async fn a17(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 17)
    }

    #[query]
    async fn a18(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 18)
    }

    #[query]
    async fn a19(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 19)
    }

    #[query]
    async fn a20(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 20)
    }

    #[query]
    async fn a21(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 21)
    }

    #[query]
    async fn a22(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 22)
    }

    #[query]
    async fn a23(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 23)
    }

    #[query]
    async fn a24(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 24)
    }

    #[query]
    async fn a25(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 25)
    }

    #[query]
    async fn a26(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 26)
    }

    #[query]
    async fn a27(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 27)
    }

    #[query]
    async fn a28(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 28)
    }

    #[query]
    async fn a29(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 29)
    }

    #[query]
    async fn a30(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 30)
    }

    #[query]
    async fn a31(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 31)
    }

    #[query]
    async fn a32(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 32)
    }

    #[query]
    async fn a33(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 33)
    }

    #[query]
    async fn a34(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 34)
    }

    #[query]
    async fn a35(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 35)
    }

    #[query]
    async fn a36(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 36)
    }

    #[query]
    async fn a37(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 37)
    }

    #[query]
    async fn a38(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 38)
    }

    #[query]
    async fn a39(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 39)
    }

    #[query]
    async fn a40(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 40)
    }

    #[query]
    async fn a41(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 41)
    }

    #[query]
    async fn a42(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 42)
    }

    #[query]
    async fn a43(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 43)
    }

    #[query]
    async fn a44(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 44)
    }

    #[query]
    async fn a45(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 45)
    }

    #[query]
    async fn a46(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 46)
    }

    #[query]
    async fn a47(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 47)
    }

    #[query]
    async fn a48(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 48)
    }

    #[query]
    async fn a49(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 49)
    }

    #[query]
    async fn a50(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 50)
    }

    #[query]
    async fn a51(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 51)
    }

    #[query]
    async fn a52(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 52)
    }

    #[query]
    async fn a53(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 53)
    }

    #[query]
    async fn a54(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 54)
    }

    #[query]
    async fn a55(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 55)
    }

    #[query]
    async fn a56(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 56)
    }

    #[query]
    async fn a57(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 57)
    }

    #[query]
    async fn a58(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 58)
    }

    #[query]
    async fn a59(&self, _ctx: &QueryContext, n: u64) -> Result<u64> {
        Ok(n + 59)
    }
}
