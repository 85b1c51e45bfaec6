//! What a host lets plugins use, looked up by trait.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

use crate::identity::Identity;

/// Something that a host lets plugins use: a trait of the host's, behind a permission.
///
/// ```
/// use mozaiks_core::{Capability, Identity};
///
/// /// Tells the weather where the user is.
/// pub trait Weather: Send + Sync {
///     fn today(&self) -> String;
/// }
///
/// impl Capability for dyn Weather {
///     const NAME: &'static str = "weather";
///     const PERMISSION: &'static str = "weather:read";
/// }
/// ```
///
/// A host provides it with [`RuntimeBuilder::capability`](crate::runtime::RuntimeBuilder::capability), a plugin asks
/// for it with [`ctx.capability::<dyn Weather>()`](crate::QueryContext::capability).
pub trait Capability: Send + Sync + 'static {
    /// What it is called in errors.
    const NAME: &'static str;
    /// What a plugin must be granted to use it.
    const PERMISSION: &'static str;
}

/// Makes the capability for one caller, so that it is confined to the caller from the start.
type Make<C> = Box<dyn Fn(&Identity) -> Arc<C> + Send + Sync>;

/// The capabilities of a host, by trait.
#[derive(Default)]
pub(crate) struct Capabilities {
    by_type: HashMap<TypeId, (&'static str, &'static str, Box<dyn Any + Send + Sync>)>,
}

impl Capabilities {
    /// Adds one; `false` if the host has one of that trait already.
    pub fn add<C: Capability + ?Sized>(
        &mut self,
        make: impl Fn(&Identity) -> Arc<C> + Send + Sync + 'static,
    ) -> bool {
        let make: Make<C> = Box::new(make);
        self.by_type.insert(TypeId::of::<C>(), (C::NAME, C::PERMISSION, Box::new(make))).is_none()
    }

    pub fn get<C: Capability + ?Sized>(&self, identity: &Identity) -> Option<Arc<C>> {
        let (_, _, make) = self.by_type.get(&TypeId::of::<C>())?;
        Some(make.downcast_ref::<Make<C>>()?(identity))
    }

    /// The permissions behind which they stand.
    pub fn permissions(&self) -> impl Iterator<Item = &'static str> {
        self.by_type.values().map(|(_, permission, _)| *permission)
    }
}

/// The name of a trait, for an error.
pub(crate) fn name_of<C: Capability + ?Sized>() -> String {
    format!("{} ({})", C::NAME, type_name::<C>())
}
