//! A plugin over what it depends on.

use std::marker::PhantomData;

use mozaiks_core::prelude::*;

trait Greeting: Send + Sync + 'static {
    const TEXT: &'static str;
}

struct English;

impl Greeting for English {
    const TEXT: &'static str = "Hello";
}

struct Greeter<G, const LOUD: bool>
where
    G: Greeting,
{
    greeting: PhantomData<G>,
}

#[plugin(name = "greeter")]
impl<G: Greeting, const LOUD: bool> Greeter<G, LOUD>
where
    G: Sized,
{
    /// Says hello.
    #[query]
    async fn greet(&self, _ctx: &QueryContext, name: String) -> Result<String> {
        let _ = self.greeting;
        Ok(format!("{}, {name}{}", G::TEXT, if LOUD { "!" } else { "." }))
    }

    #[on_event("user:registered")]
    async fn welcome(&self, _ctx: &Context) -> Result<()> {
        Ok(())
    }
}

struct Fixed<T>(T);

#[plugin(name = "fixed")]
impl Fixed<u32> {
    #[query]
    async fn value(&self, _ctx: &QueryContext) -> Result<u32> {
        Ok(self.0)
    }
}

#[test]
fn a_generic_type_is_a_plugin_for_each_of_its_types() {
    assert_eq!(crate::names::<Greeter<English, true>>(), ["greet"]);
    assert_eq!(crate::names::<Fixed<u32>>(), ["value"]);
    let _ = GreeterClient::new(()).greet("Ada".into());
    let _ = FixedClient::new(()).value();
}

/// Asks less of its parameter than a plugin needs: the rest is asked where it is used as one.
struct Loose<T>(T);

#[plugin(name = "loose")]
impl<T: Clone> Loose<T> {
    #[query]
    async fn count(&self, _ctx: &QueryContext) -> Result<usize> {
        let _ = self.0.clone();
        Ok(size_of::<T>())
    }
}

#[test]
fn what_a_plugin_needs_of_a_parameter_is_asked_where_it_is_used() {
    assert_eq!(crate::names::<Loose<u32>>(), ["count"]);
    let _ = LooseClient::new(()).count();
}
