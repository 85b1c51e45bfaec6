//! Topics and the patterns that subscribe to them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::name::is_snake_case;

/// What an event is about: `{area}:{past_tense}`, or a bare name of the host's such as `plugin_executed`.
///
/// ```
/// use mozaiks_core::events::{Topic, TopicPattern};
///
/// let topic: Topic = "notes:note_created".parse().unwrap();
/// assert_eq!((topic.area(), topic.name()), (Some("notes"), "note_created"));
/// assert!("notes:*".parse::<TopicPattern>().unwrap().matches(&topic));
/// assert!("*:note_created".parse::<TopicPattern>().unwrap().matches(&topic));
/// assert!(!"tasks:*".parse::<TopicPattern>().unwrap().matches(&topic));
/// assert!("Notes:created".parse::<Topic>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Topic(Arc<str>);

/// A text that is no topic, or no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}: expected {expected}")]
pub struct InvalidTopic {
    text: String,
    what: &'static str,
    expected: &'static str,
}

/// It is a text that somebody sent: `?` in an action answers `VALIDATION_ERROR`.
impl From<InvalidTopic> for crate::Error {
    fn from(error: InvalidTopic) -> Self {
        Self::invalid(error.to_string())
    }
}

impl Topic {
    /// A topic of an area: `notes` and `note_created`.
    ///
    /// # Errors
    /// [`InvalidTopic`] if one of the two is not in snake case.
    pub fn new(area: &str, name: &str) -> Result<Self, InvalidTopic> {
        format!("{area}:{name}").parse()
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the colon: a plugin's name, or an area of the host's.
    pub fn area(&self) -> Option<&str> {
        self.0.split_once(':').map(|(area, _)| area)
    }

    /// What happened.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or(&*self.0, |(_, name)| name)
    }
}

impl FromStr for Topic {
    type Err = InvalidTopic;

    fn from_str(text: &str) -> Result<Self, InvalidTopic> {
        let good = match text.split_once(':') {
            Some((area, name)) => is_snake_case(area) && is_snake_case(name),
            None => is_snake_case(text),
        };
        if good {
            return Ok(Self(text.into()));
        }
        let expected = "`area:past_tense` in snake_case, such as `notes:note_created`";
        Err(InvalidTopic { text: text.to_owned(), what: "topic", expected })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Which topics a subscriber wants: a topic, `notes:*`, `*:note_created`, or `*` for all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicPattern(Pattern);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pattern {
    All,
    Topic(Topic),
    Area(Box<str>),
    Name(Box<str>),
}

impl TopicPattern {
    /// True for a topic that it wants. `*` on one side stands for any area or any name; alone it is everything.
    pub fn matches(&self, topic: &Topic) -> bool {
        match &self.0 {
            Pattern::All => true,
            Pattern::Topic(wanted) => wanted == topic,
            Pattern::Area(area) => topic.area() == Some(area),
            Pattern::Name(name) => topic.area().is_some() && topic.name() == &**name,
        }
    }

    /// The only topic that it wants, if it names one.
    pub fn as_topic(&self) -> Option<&Topic> {
        match &self.0 {
            Pattern::Topic(topic) => Some(topic),
            _ => None,
        }
    }

    /// The area whose topics it wants, if it names one.
    pub fn area(&self) -> Option<&str> {
        match &self.0 {
            Pattern::Topic(topic) => topic.area(),
            Pattern::Area(area) => Some(area),
            _ => None,
        }
    }
}

impl FromStr for TopicPattern {
    type Err = InvalidTopic;

    fn from_str(text: &str) -> Result<Self, InvalidTopic> {
        let pattern = match text.split_once(':') {
            None if text == "*" => Pattern::All,
            Some((area, "*")) if is_snake_case(area) => Pattern::Area(area.into()),
            Some(("*", name)) if is_snake_case(name) => Pattern::Name(name.into()),
            _ => match text.parse() {
                Ok(topic) => Pattern::Topic(topic),
                Err(_) => {
                    let expected = "a topic such as `notes:note_created`, `notes:*`, `*:note_created` or `*`";
                    return Err(InvalidTopic { text: text.to_owned(), what: "topic pattern", expected });
                }
            },
        };
        Ok(Self(pattern))
    }
}

impl fmt::Display for TopicPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Pattern::All => f.write_str("*"),
            Pattern::Topic(topic) => fmt::Display::fmt(topic, f),
            Pattern::Area(area) => write!(f, "{area}:*"),
            Pattern::Name(name) => write!(f, "*:{name}"),
        }
    }
}
