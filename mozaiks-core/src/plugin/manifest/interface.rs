//! What a plugin adds to the interface: cards, menu entries, pages.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

macro_rules! contribution {
    ($(#[$doc:meta])* $name:ident, $default_kind:literal, $default:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// Unique among those of the plugin.
            pub id: String,
            /// What kind it is, as the front end knows it.
            #[serde(rename = "type", default = $default)]
            pub kind: String,
            /// Where it goes.
            #[serde(default)]
            pub position: String,
            /// The name of the front end's component that shows it.
            #[serde(default)]
            pub component: String,
            /// What that component is given.
            #[serde(default, skip_serializing_if = "Map::is_empty")]
            pub props: Map<String, Value>,
        }

        impl $name {
            #[doc = concat!("One that is called `id`, of the type `", $default_kind, "`.")]
            pub fn new(id: impl Into<String>) -> Self {
                Self {
                    id: id.into(),
                    kind: Self::default_kind(),
                    position: String::new(),
                    component: String::new(),
                    props: Map::new(),
                }
            }

            fn default_kind() -> String {
                $default_kind.to_owned()
            }

            /// Sets what kind it is.
            #[must_use]
            pub fn kind(mut self, kind: impl Into<String>) -> Self {
                self.kind = kind.into();
                self
            }

            /// Sets where it goes.
            #[must_use]
            pub fn position(mut self, position: impl Into<String>) -> Self {
                self.position = position.into();
                self
            }

            /// Sets the component that shows it.
            #[must_use]
            pub fn component(mut self, component: impl Into<String>) -> Self {
                self.component = component.into();
                self
            }

            /// Adds something that the component is given.
            #[must_use]
            pub fn prop(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
                self.props.insert(name.into(), value.into());
                self
            }
        }
    };
}

contribution! {
    /// A card that a plugin adds to a page.
    Widget, "card", "Widget::default_kind"
}

contribution! {
    /// An entry that a plugin adds to a menu.
    MenuItem, "link", "MenuItem::default_kind"
}

contribution! {
    /// A page that a plugin adds; its `position` is the path.
    Route, "page", "Route::default_kind"
}
