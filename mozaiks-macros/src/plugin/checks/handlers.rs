//! Methods that nobody calls by name: `#[on_event]`, and those of a life cycle.

use syn::{LitStr, Type};

use super::actions::owns;
use super::context;
use super::names::is_topic_pattern;
use super::signature::{Judge, head, typed};
use super::types::{bare, is_called};
use crate::plugin::attributes::Marked;
use crate::plugin::model::{EventHandler, Takes};
use crate::support::Mistakes;

/// `#[on_event("...")] async fn name(&self, ctx: &Context, event: Event) -> Result<()>`.
pub(super) fn event(marked: &Marked, topics: Vec<LitStr>, mistakes: &mut Mistakes) -> Option<EventHandler> {
    let mut judge = Judge::new(mistakes);
    check_topics(&topics, &mut judge);
    let returns = head(&marked.sig, "an event handler", &mut judge);
    let arguments = typed(&marked.sig);
    let context = context::take(&arguments, &marked.sig.ident, "Context", &mut judge);
    let rest = context.as_ref().map_or(&arguments, |(_, rest)| rest);
    let takes = match rest.as_slice() {
        [] => Takes::Nothing,
        [event, more @ ..] => {
            if let Some(extra) = more.first() {
                judge.at(
                    extra,
                    "an event handler takes one thing after the context: the `Event`, or its payload as one type",
                );
            }
            takes(&event.ty, &mut judge)
        }
    };
    if !judge.good {
        return None;
    }
    Some(EventHandler { topics, context: context?.0, takes, returns: returns? })
}

fn check_topics(topics: &[LitStr], judge: &mut Judge<'_>) {
    for (at, topic) in topics.iter().enumerate() {
        let text = topic.value();
        if !is_topic_pattern(&text) {
            judge.at(
                topic,
                format!(
                    "`{text}` is no topic: write `area:past_tense` in snake case, such as `user:registered`; `*` may \
                     stand on either side or alone"
                ),
            );
        }
        if topics.iter().take(at).any(|other| other.value() == text) {
            judge.at(topic, format!("the method listens to `{text}` already: remove one of them"));
        }
    }
}

fn takes(ty: &Type, judge: &mut Judge<'_>) -> Takes {
    if let Type::Reference(reference) = bare(ty)
        && is_called(&reference.elem, "Event")
    {
        judge.at(ty, "a handler owns its event, which is cheap to clone: take `Event` instead of `&Event`");
    } else if is_called(ty, "Event") {
        return Takes::Event(ty.clone());
    } else {
        owns(ty, judge);
    }
    Takes::Payload(ty.clone())
}

/// `async fn name(&self, ctx: &Context) -> Result<()>`, with the kind of context that is `expected`; gives what it
/// returns and the type of the context.
pub(super) fn plain(
    marked: &Marked,
    attribute: &str,
    expected: &str,
    mistakes: &mut Mistakes,
) -> Option<(Type, Type)> {
    let mut judge = Judge::new(mistakes);
    let returns = head(&marked.sig, &format!("a method with `#[{attribute}]`"), &mut judge);
    let arguments = typed(&marked.sig);
    let context = context::take(&arguments, &marked.sig.ident, expected, &mut judge);
    let rest = context.as_ref().map_or(&arguments, |(_, rest)| rest);
    if let Some(extra) = rest.first() {
        judge.at(
            extra,
            format!("`#[{attribute}]` gives a method nothing but the context: remove this argument"),
        );
    }
    if !judge.good {
        return None;
    }
    Some((returns?, context?.0))
}
