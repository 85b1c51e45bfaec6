//! The few bounds that the types of a plugin's methods must meet, each with words for who does not meet it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemars::{Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::error::{FieldErrors, Result};
use crate::events::Event;
use crate::plugin::{
    ActionResult, Argument, Failure, Field, Input, IntoReply, ObjectSchema, Outcome, Request, Whole,
};

/// What one value that serves all users must be.
pub trait CanBeShared: Send + Sync + 'static {}

impl<T: Send + Sync + 'static> CanBeShared for T {}

/// One named argument.
pub const fn field<T: Argument>(name: &'static str) -> Field<T> {
    Field::new(name)
}

/// The whole request as one argument.
pub const fn whole<T: Argument>() -> Whole<T> {
    Whole::new()
}

/// What an action returns.
pub const fn outcome<R>() -> Outcome<R>
where
    R: ActionResult,
    R::Reply: IntoReply,
    R::Failure: Failure,
{
    Outcome::new()
}

/// What an action takes after its context: a tuple of [`Field`]s, or one [`Whole`]. Whatever the types are.
pub trait Arguments: Copy + Send + Sync + 'static {
    /// The values.
    type Values;

    /// Reads them.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every field that is wrong.
    fn take(&self, request: &Request<'_>) -> Result<Self::Values>;

    /// The schema of the action's input.
    fn describe(&self, generator: &mut SchemaGenerator) -> Schema;
}

impl<T: 'static> Arguments for Whole<T> {
    type Values = Input<T>;

    fn take(&self, request: &Request<'_>) -> Result<Input<T>> {
        self.take(request)
    }

    fn describe(&self, generator: &mut SchemaGenerator) -> Schema {
        self.describe(generator)
    }
}

macro_rules! arguments {
    ($($type:ident $value:ident),*) => {
        #[allow(non_snake_case, unused_variables, unused_mut)]
        impl<$($type: 'static),*> Arguments for ($(Field<$type>,)*) {
            type Values = ($($type,)*);

            fn take(&self, request: &Request<'_>) -> Result<Self::Values> {
                let ($($type,)*) = self;
                let mut errors = FieldErrors::new();
                $(let $value = $type.take(request, &mut errors);)*
                // A field that was not read has said why.
                let ($(Some($value),)*) = ($($value,)*) else { return Err(errors.into()) };
                Ok(($($value,)*))
            }

            fn describe(&self, generator: &mut SchemaGenerator) -> Schema {
                let ($($type,)*) = self;
                let mut input = ObjectSchema::default();
                $($type.describe(generator, &mut input);)*
                input.finish()
            }
        }
    };
}

impl Arguments for () {
    type Values = ();

    fn take(&self, _: &Request<'_>) -> Result<()> {
        Ok(())
    }

    fn describe(&self, _: &mut SchemaGenerator) -> Schema {
        ObjectSchema::default().finish()
    }
}

arguments!(A a);
arguments!(A a, B b);
arguments!(A a, B b, C c);
arguments!(A a, B b, C c, D d);
arguments!(A a, B b, C c, D d, E e);
arguments!(A a, B b, C c, D d, E e, F f);
arguments!(A a, B b, C c, D d, E e, F f, G g);
arguments!(A a, B b, C c, D d, E e, F f, G g, H h);
arguments!(A a, B b, C c, D d, E e, F f, G g, H h, I i);
arguments!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j);
arguments!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k);
arguments!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l);

/// What an event handler, or a step of a life cycle, returns.
#[diagnostic::on_unimplemented(
    message = "a handler returns `Result<()>`, not `{Self}`",
    label = "expected `Result<()>`",
    note = "nobody waits for what a handler says: write `-> Result<()>`"
)]
pub trait HandlerResult {
    /// The result.
    fn into_result(self) -> Result<()>;
}

impl<E: Failure> HandlerResult for Result<(), E> {
    fn into_result(self) -> Result<()> {
        self.map_err(Failure::into_error)
    }
}

/// How a handler ends.
pub struct Completion<R> {
    finish: fn(R) -> Result<()>,
}

impl<R> Clone for Completion<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Completion<R> {}

/// What a handler returns.
pub const fn completion<R: HandlerResult>() -> Completion<R> {
    Completion { finish: R::into_result }
}

/// The boxed future of an action. The only place that asks whether it can be sent.
pub fn the_future_of_an_action_can_be_sent_to_another_thread<'a, F: Future + Send + 'a>(
    outcome: Outcome<F::Output>,
    future: F,
) -> BoxFuture<'a, Result<Vec<u8>>> {
    // Not an `async` block: it would have room for the future twice.
    Box::pin(future.map(move |returned| outcome.write(returned)))
}

/// The boxed future of a handler. The only place that asks whether it can be sent.
pub fn the_future_of_a_handler_can_be_sent_to_another_thread<'a, F: Future + Send + 'a>(
    completion: Completion<F::Output>,
    future: F,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(future.map(completion.finish))
}

/// What a check of settings returns.
#[diagnostic::on_unimplemented(
    message = "a check of settings returns `Result<(), FieldErrors>`, not `{Self}`",
    label = "expected `Result<(), FieldErrors>`",
    note = "it says for each field what is wrong: `Err(FieldErrors::of(\"page_size\", \"too many\"))`"
)]
pub trait Verdict {
    /// The result.
    fn into_result(self) -> Result<(), FieldErrors>;
}

impl Verdict for Result<(), FieldErrors> {
    fn into_result(self) -> Self {
        self
    }
}

/// What a check of settings returns, as a function to its result.
pub const fn verdict<R: Verdict>() -> fn(R) -> Result<(), FieldErrors> {
    R::into_result
}

/// What an event handler takes after its context.
pub trait FromEvent: Copy + Send + Sync + 'static {
    /// The value.
    type Value;

    /// Makes it of an event.
    ///
    /// # Errors
    /// If the payload does not have that form.
    fn take(&self, event: Event) -> Result<Self::Value>;
}

/// Nothing.
#[derive(Clone, Copy)]
pub struct NoEvent;

impl FromEvent for NoEvent {
    type Value = ();

    fn take(&self, _: Event) -> Result<()> {
        Ok(())
    }
}

/// The event itself.
#[derive(Clone, Copy)]
pub struct WholeEvent;

impl FromEvent for WholeEvent {
    type Value = Event;

    fn take(&self, event: Event) -> Result<Event> {
        Ok(event)
    }
}

/// A type that the payload of an event is read into.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the payload of an event",
    label = "cannot be read from an event",
    note = "take `event: Event`, or a type of yours with `#[derive(serde::Deserialize)]` above it"
)]
pub trait Payload: 'static + Sized {
    /// Reads it.
    ///
    /// # Errors
    /// If the payload does not have that form.
    fn read(event: &Event) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + 'static> Payload for T {
    fn read(event: &Event) -> Result<Self> {
        event.payload_as()
    }
}

/// How a payload is read.
pub struct PayloadOf<T> {
    read: fn(&Event) -> Result<T>,
}

impl<T> Clone for PayloadOf<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PayloadOf<T> {}

/// The payload of an event as a type.
pub const fn payload<T: Payload>() -> PayloadOf<T> {
    PayloadOf { read: T::read }
}

impl<T: 'static> FromEvent for PayloadOf<T> {
    type Value = T;

    fn take(&self, event: Event) -> Result<T> {
        (self.read)(&event)
    }
}

/// The reply of `get_settings`, for the typed client.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct SettingsReply<S> {
    /// The user's settings.
    pub settings: S,
}
