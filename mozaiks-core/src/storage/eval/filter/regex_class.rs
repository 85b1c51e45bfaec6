//! The classes in brackets of MongoDB's regular expressions.

use crate::storage::StorageError;

use super::regex_syntax::{Translator, escaped, unsupported, variants};

/// The widest range whose letters beyond ASCII get their other cases one by one.
const MAX_FOLDED: u32 = 4096;

/// One item of a class.
enum Item {
    Char(char),
    /// In the engine's syntax: `\d`, `[:alpha:]`.
    Class(String),
}

/// Rewrites a class whose opening bracket was read.
pub(super) fn translate(source: &mut Translator) -> Result<String, StorageError> {
    let mut output = String::from(if source.eat("^") { "[^" } else { "[" });
    let mut first = true;
    loop {
        let Some(next) = source.next() else {
            return Err(StorageError::invalid("the regular expression has a `[` without its `]`"));
        };
        if next == ']' && !first {
            output.push(']');
            return Ok(output);
        }
        first = false;
        let start = match item(source, next)? {
            Item::Char(start) => start,
            Item::Class(class) => {
                output.push_str(&class);
                continue;
            }
        };
        let is_range = source.peek(0) == Some('-') && source.peek(1).is_some_and(|next| next != ']');
        if !is_range {
            push_char(source, &mut output, start);
            continue;
        }
        source.eat("-");
        let Some(next) = source.next() else { continue };
        match item(source, next)? {
            Item::Char(end) if start > end => {
                return Err(StorageError::invalid(format!(
                    "the range `{start}-{end}` in the regular expression is upside down"
                )));
            }
            Item::Char(end) => push_range(source, &mut output, start, end),
            // No range: PCRE then takes the dash as itself.
            Item::Class(class) => {
                push_char(source, &mut output, start);
                output.push_str(&escaped('-'));
                output.push_str(&class);
            }
        }
    }
}

fn item(source: &mut Translator, next: char) -> Result<Item, StorageError> {
    match next {
        '[' if source.peek(0) == Some(':') => {
            source.eat(":");
            let mut class = String::from("[:");
            while let Some(next) = source.next() {
                class.push(next);
                if class.ends_with(":]") {
                    return Ok(Item::Class(class));
                }
                if !(next.is_ascii_alphabetic() || matches!(next, '^' | ':')) {
                    break;
                }
            }
            Err(StorageError::invalid(
                "the regular expression has a `[:` that is no class such as `[:alpha:]`",
            ))
        }
        '\\' => match source.next() {
            None => Err(StorageError::invalid("the regular expression ends with a backslash")),
            Some(class @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => Ok(Item::Class(format!("\\{class}"))),
            Some('b') => Ok(Item::Char('\x08')),
            Some(octal @ '0'..='9') => Err(unsupported(&format!("`\\{octal}` in brackets"))),
            Some(next) => source.escaped_char(next).map(Item::Char),
        },
        other => Ok(Item::Char(other)),
    }
}

fn push_char(source: &Translator, output: &mut String, literal: char) {
    output.push_str(&escaped(literal));
    if source.ignores_case() {
        output.extend(variants(literal).into_iter().map(escaped));
    }
}

fn push_range(source: &Translator, output: &mut String, start: char, end: char) {
    output.extend([&escaped(start), "-", &escaped(end)]);
    let width = u32::from(end) - u32::from(start);
    // A range this wide has both cases of its letters in it.
    if source.ignores_case() && width <= MAX_FOLDED {
        let outside = (start..=end).flat_map(variants).filter(|variant| !(start..=end).contains(variant));
        output.extend(outside.map(escaped));
    }
}
