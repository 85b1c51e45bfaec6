//! Sixty actions in one block, written by another macro.

use mozaiks_core::prelude::*;

#[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
struct Thing {
    name: String,
    count: Option<u32>,
}

macro_rules! sixty {
    ($($name:ident)*) => {
        struct Sixty;

        #[plugin(name = "sixty")]
        impl Sixty {
            $(
                /// Makes a thing.
                #[action]
                async fn $name(&self, _ctx: &Context, name: String, count: Option<u32>) -> Result<Thing> {
                    Ok(Thing { name, count })
                }
            )*
        }
    };
}

sixty! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
    d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9
}

macro_rules! typed {
    ($type:ty, $context:ty, $returns:ty) => {
        struct Typed;

        #[plugin(name = "typed")]
        impl Typed {
            #[action]
            async fn take(&self, _ctx: $context, it: $type) -> $returns {
                Ok(it)
            }
        }
    };
}

typed!(Vec<u8>, &Context, Result<Vec<u8>>);

#[test]
fn as_many_as_one_likes() {
    assert_eq!(crate::names::<Sixty>().len(), 60);
    assert_eq!(crate::input::<Sixty>("f9")["required"], json!(["name"]));
    assert_eq!(crate::names::<Typed>(), ["take"]);
}
