//! Plugins in modules, with the core by its path alone.

mod inner {
    pub(crate) mod innermost {
        /// Private, with a type of the module around it.
        pub(crate) struct Deep;

        #[mozaiks_core::plugin(name = "deep")]
        impl Deep {
            #[action]
            async fn dive(
                &self,
                _ctx: &mozaiks_core::Context,
                mozaiks_core::Input(depth): mozaiks_core::Input<super::Depth>,
            ) -> mozaiks_core::Result<super::Depth> {
                Ok(depth)
            }
        }
    }

    #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    pub(crate) struct Depth {
        metres: u32,
    }
}

#[test]
fn a_plugin_in_a_module_is_a_plugin() {
    use inner::innermost::{Deep, DeepClient};
    use mozaiks_core::Plugin;

    assert_eq!(crate::names::<Deep>(), ["dive"]);
    assert!(Deep.manifest().entry.ends_with("modules::inner::innermost"));
    let _ = DeepClient::new(());
}
