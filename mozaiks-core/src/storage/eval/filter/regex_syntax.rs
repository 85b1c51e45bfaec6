//! MongoDB's regular expressions (PCRE) in the syntax of the linear-time engine.
//!
//! Most of the two languages is the same. What is not is rewritten (`$` before a last line break, case of letters
//! beyond ASCII, literal braces), and what no linear-time engine can do is refused by name.

use crate::storage::StorageError;

use super::{regex::Flags, regex_class};

/// Rewrites a pattern.
pub(super) fn translate(pattern: &str, flags: Flags) -> Result<String, StorageError> {
    let mut translator = Translator {
        chars: pattern.chars().collect(),
        position: 0,
        output: String::with_capacity(pattern.len() + 16),
        flags,
        outer: Vec::new(),
        repeatable: Repeatable::Nothing,
    };
    translator.run()?;
    Ok(translator.output)
}

/// What a quantifier would meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeatable {
    Nothing,
    Item,
    Quantifier,
}

pub(super) struct Translator {
    chars: Vec<char>,
    position: usize,
    output: String,
    flags: Flags,
    /// The flags outside of each open group.
    outer: Vec<Flags>,
    repeatable: Repeatable,
}

impl Translator {
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek(0);
        self.position += usize::from(next.is_some());
        next
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.position + ahead).copied()
    }

    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let found = expected.chars().enumerate().all(|(ahead, wanted)| self.peek(ahead) == Some(wanted));
        if found {
            self.position += expected.chars().count();
        }
        found
    }

    pub(super) fn ignores_case(&self) -> bool {
        self.flags.ignore_case
    }

    fn run(&mut self) -> Result<(), StorageError> {
        while let Some(next) = self.next() {
            match next {
                '\\' => self.escape()?,
                '[' => {
                    let class = regex_class::translate(self)?;
                    self.item(&class);
                }
                '(' => self.open()?,
                ')' => {
                    if let Some(flags) = self.outer.pop() {
                        self.flags = flags;
                    }
                    self.item(")");
                }
                '|' => {
                    self.output.push('|');
                    self.repeatable = Repeatable::Nothing;
                }
                '*' | '+' | '?' => self.quantifier(next)?,
                '{' => match self.counted() {
                    Some(quantifier) => self.quantifier_text(&quantifier)?,
                    None => self.item("\\{"),
                },
                '^' | '.' => self.item(next.encode_utf8(&mut [0; 4])),
                // PCRE's end also stands before a last line break.
                '$' if !self.flags.multi_line => self.item("(?:\\n?\\z)"),
                '$' => self.item("$"),
                '#' if self.flags.extended => while self.next().is_some_and(|next| next != '\n') {},
                space if self.flags.extended && space.is_ascii_whitespace() => {}
                literal => self.literal(literal),
            }
        }
        Ok(())
    }

    fn item(&mut self, text: &str) {
        self.output.push_str(text);
        self.repeatable = Repeatable::Item;
    }

    fn literal(&mut self, literal: char) {
        let variants = if self.flags.ignore_case { variants(literal) } else { Vec::new() };
        if variants.is_empty() {
            self.item(&escaped(literal));
        } else {
            let class: String = std::iter::once(literal).chain(variants).map(escaped).collect();
            self.item(&format!("[{class}]"));
        }
    }

    fn quantifier(&mut self, quantifier: char) -> Result<(), StorageError> {
        match (self.repeatable, quantifier) {
            (Repeatable::Quantifier, '?') => {
                self.output.push('?');
                self.repeatable = Repeatable::Nothing;
                Ok(())
            }
            (Repeatable::Quantifier, '+') => Err(unsupported("a possessive quantifier")),
            _ => self.quantifier_text(quantifier.encode_utf8(&mut [0; 4])),
        }
    }

    fn quantifier_text(&mut self, quantifier: &str) -> Result<(), StorageError> {
        if self.repeatable != Repeatable::Item {
            return Err(StorageError::invalid(format!(
                "the regular expression has nothing before `{quantifier}` that could be repeated"
            )));
        }
        self.output.push_str(quantifier);
        self.repeatable = Repeatable::Quantifier;
        Ok(())
    }

    /// The rest of `{2}`, `{2,}` or `{2,5}`; none if the brace stands for itself.
    fn counted(&mut self) -> Option<String> {
        // Longer than any quantifier that the engine takes, and short enough to look again at each brace.
        let length = self.chars.iter().skip(self.position).take(24).position(|next| *next == '}')?;
        let text: String = self.chars.iter().skip(self.position).take(length).collect();
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let valid = match text.split_once(',') {
            None => number(&text),
            Some((least, most)) => number(least) && (most.is_empty() || number(most)),
        };
        valid.then(|| {
            self.position += length + 1;
            format!("{{{text}}}")
        })
    }

    /// What follows an opening parenthesis.
    fn open(&mut self) -> Result<(), StorageError> {
        if self.peek(0) == Some('*') {
            return Err(unsupported("a verb `(*...)`"));
        }
        self.repeatable = Repeatable::Nothing;
        let outer = self.flags;
        if !self.eat("?") {
            self.outer.push(outer);
            self.output.push_str("(?:");
            return Ok(());
        }
        if self.eat("#") {
            while self.next().is_some_and(|next| next != ')') {}
            return Ok(());
        }
        if ["=", "!", "<=", "<!"].into_iter().any(|prefix| self.eat(prefix)) {
            return Err(unsupported("look-around"));
        }
        if self.eat("P<") || self.eat("<") || self.eat("'") {
            while self.peek(0).is_some_and(|next| next.is_alphanumeric() || next == '_') {
                self.position += 1;
            }
            if !(self.eat(">") || self.eat("'")) {
                return Err(StorageError::invalid("the regular expression has a group name without an end"));
            }
            self.outer.push(outer);
            self.output.push_str("(?:");
            return Ok(());
        }
        self.inline_flags(outer)
    }

    /// The flags of `(?i)` or `(?i-s:...)`.
    fn inline_flags(&mut self, outer: Flags) -> Result<(), StorageError> {
        let mut on = true;
        loop {
            match self.next() {
                Some('i') => self.flags.ignore_case = on,
                Some('m') => self.flags.multi_line = on,
                Some('s') => self.flags.dot_all = on,
                Some('x') => self.flags.extended = on,
                Some('-') if on => on = false,
                Some(end @ (')' | ':')) => {
                    let Flags { ignore_case, multi_line, dot_all, .. } = self.flags;
                    let known = [('i', ignore_case), ('m', multi_line), ('s', dot_all)];
                    let named = |wanted: bool| {
                        known
                            .iter()
                            .filter(move |(_, on)| *on == wanted)
                            .map(|(name, _)| *name)
                            .collect::<String>()
                    };
                    let (set, clear) = (named(true), named(false));
                    let clear = if clear.is_empty() { clear } else { format!("-{clear}") };
                    let group = format!("(?{set}{clear}{end}");
                    self.output.push_str(&group);
                    if end == ':' {
                        self.outer.push(outer);
                    }
                    return Ok(());
                }
                Some(other) => return Err(unsupported(&format!("the group `(?{other}`"))),
                None => return Err(StorageError::invalid("the regular expression ends inside a group")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), StorageError> {
        match self.next() {
            None => return Err(StorageError::invalid("the regular expression ends with a backslash")),
            Some('Q') => {
                while !self.eat("\\E") {
                    match self.next() {
                        Some(next) => self.literal(next),
                        None => break,
                    }
                }
            }
            Some('E') => {}
            Some(class @ ('d' | 'D' | 's' | 'S' | 'w' | 'W' | 'b' | 'B' | 'A' | 'z')) => {
                self.item(&format!("\\{class}"));
            }
            Some('Z') => self.item("(?:\\n?\\z)"),
            Some(next) => {
                let literal = self.escaped_char(next)?;
                self.literal(literal);
            }
        }
        Ok(())
    }

    /// The one character that an escape stands for, whose first character after the backslash is `next`.
    pub(super) fn escaped_char(&mut self, next: char) -> Result<char, StorageError> {
        Ok(match next {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\x0C',
            'a' => '\x07',
            'e' => '\x1B',
            'x' => return self.hexadecimal(),
            '1'..='9' => return Err(unsupported("a back reference")),
            other if other.is_ascii_alphanumeric() => return Err(unsupported(&format!("`\\{other}`"))),
            other => other,
        })
    }

    fn hexadecimal(&mut self) -> Result<char, StorageError> {
        let braced = self.eat("{");
        let mut code = 0u32;
        let mut digits = 0;
        while let Some(digit) = self.peek(0).and_then(|next| next.to_digit(16)) {
            if digits == if braced { 6 } else { 2 } {
                break;
            }
            code = code * 16 + digit;
            digits += 1;
            self.position += 1;
        }
        let complete = !braced || (digits > 0 && self.eat("}"));
        char::from_u32(code)
            .filter(|_| complete)
            .ok_or_else(|| StorageError::invalid("the regular expression has a `\\x` that is no character"))
    }
}

/// The other cases of a letter beyond ASCII, which the engine does not know.
pub(super) fn variants(letter: char) -> Vec<char> {
    if letter.is_ascii() {
        return Vec::new();
    }
    let (mut lower, mut upper) = (letter.to_lowercase(), letter.to_uppercase());
    let mut variants = Vec::new();
    for (variant, rest) in [(lower.next(), lower.next()), (upper.next(), upper.next())] {
        // A letter that becomes several has no counterpart of one character.
        if let (Some(variant), None) = (variant, rest)
            && variant != letter
            && !variants.contains(&variant)
        {
            variants.push(variant);
        }
    }
    variants
}

/// A character that stands for itself, in a class or outside.
pub(super) fn escaped(literal: char) -> String {
    if literal.is_ascii_alphanumeric() || !literal.is_ascii() {
        literal.to_string()
    } else {
        format!("\\x{{{:X}}}", u32::from(literal))
    }
}

pub(super) fn unsupported(what: &str) -> StorageError {
    StorageError::unsupported(format!("{what} in a regular expression"))
}
