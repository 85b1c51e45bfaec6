//! What may stand in a line of the log.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// A text from outside, made fit for one line of the log: no control character of it gets there as itself.
pub(crate) struct OneLine<T>(pub T);

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if breaks_lines(character) {
                write!(self.0, "{}", character.escape_default())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// As [`OneLine`], for a text that nearly always fits as it is.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(breaks_lines) { Cow::Owned(OneLine(text).to_string()) } else { Cow::Borrowed(text) }
}

/// Control characters, Unicode's own line ends, and what turns the direction of writing.
fn breaks_lines(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
