//! The fields of a JSON object, found at the speed at which the bytes can be looked through.
//!
//! This is the one place where Mozaiks reads JSON itself, because every request passes here before it reaches its
//! types, and `serde_json` takes more than twice as long to take an object apart. It is not a second opinion on what
//! JSON is. It says "yes" to common bodies only; for what is wrong, too deep or rare (a key with an escape) it says
//! nothing, and the caller asks `serde_json`, whose word and whose words for it then hold.

use super::request::MAX_BODY_DEPTH;

/// A body, and what of it has not been looked at.
pub(super) struct Scan<'r> {
    text: &'r str,
    rest: &'r [u8],
}

/// The kinds of the arrays and objects around a value, innermost in the lowest bit.
///
/// The body itself is the first level and not among them, so that they fit in a word.
struct Levels {
    objects: u64,
    count: usize,
}

impl Levels {
    fn enter(&mut self, object: bool) -> Option<()> {
        self.objects = self.objects << 1 | u64::from(object);
        self.count += 1;
        (self.count < MAX_BODY_DEPTH).then_some(())
    }

    fn leave(&mut self) {
        self.objects >>= 1;
        self.count -= 1;
    }
}

impl<'r> Scan<'r> {
    pub fn of(text: &'r str) -> Self {
        Self { text, rest: text.as_bytes() }
    }

    /// Calls `each` with the key and the JSON text of each field. `None` if the scan cannot say what the body is.
    pub fn fields(mut self, mut each: impl FnMut(&'r str, &'r str) -> Option<()>) -> Option<()> {
        self.skip_blank();
        self.expect(b'{')?;
        self.skip_blank();
        let mut more = !self.skip(b'}');
        while more {
            let key = self.key()?;
            let start = self.position();
            self.value()?;
            each(key, self.text.get(start..self.position())?)?;
            self.skip_blank();
            more = match self.next()? {
                b',' => true,
                b'}' => false,
                _ => return None,
            };
            self.skip_blank();
        }
        self.skip_blank();
        self.rest.is_empty().then_some(())
    }

    /// A key, the colon after it, and the blanks up to the value.
    fn key(&mut self) -> Option<&'r str> {
        self.expect(b'"')?;
        let start = self.position();
        self.skip_plain_text();
        let key = self.text.get(start..self.position())?;
        // A key with an escape is not worth its code.
        self.expect(b'"')?;
        self.skip_blank();
        self.expect(b':')?;
        self.skip_blank();
        Some(key)
    }

    /// A value, however it is nested.
    fn value(&mut self) -> Option<()> {
        let mut levels = Levels { objects: 0, count: 0 };
        loop {
            match self.next()? {
                b'"' => self.text()?,
                opening @ (b'{' | b'[') => {
                    let object = opening == b'{';
                    levels.enter(object)?;
                    self.skip_blank();
                    if self.skip(if object { b'}' } else { b']' }) {
                        levels.leave();
                    } else {
                        if object {
                            self.inner_key()?;
                        }
                        continue;
                    }
                }
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                first => self.number(first)?,
            }
            // A value has ended, and maybe what it stands in.
            loop {
                if levels.count == 0 {
                    return Some(());
                }
                self.skip_blank();
                match (self.next()?, levels.objects & 1 == 1) {
                    (b',', object) => {
                        self.skip_blank();
                        if object {
                            self.inner_key()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => levels.leave(),
                    _ => return None,
                }
            }
        }
    }

    /// A key within a value, which may have escapes, the colon after it, and the blanks up to the value.
    fn inner_key(&mut self) -> Option<()> {
        self.expect(b'"')?;
        self.text()?;
        self.skip_blank();
        self.expect(b':')?;
        self.skip_blank();
        Some(())
    }

    /// A text, from after its opening quote. What an escape of a code point means is for its reader to say.
    fn text(&mut self) -> Option<()> {
        loop {
            self.skip_plain_text();
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        let (digits, rest) = self.rest.split_first_chunk::<4>()?;
                        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                        self.rest = rest;
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    /// Stops at a quote, a backslash, a control character or the end.
    fn skip_plain_text(&mut self) {
        while let Some((chunk, rest)) = self.rest.split_first_chunk::<8>() {
            let stops = stops(u64::from_le_bytes(*chunk));
            if stops != 0 {
                let plain = stops.trailing_zeros() / 8;
                self.rest = self.rest.get(plain as usize..).unwrap_or_default();
                return;
            }
            self.rest = rest;
        }
        while let [byte, rest @ ..] = self.rest
            && !matches!(byte, b'"' | b'\\' | ..0x20)
        {
            self.rest = rest;
        }
    }

    /// A number, after its first byte.
    fn number(&mut self, first: u8) -> Option<()> {
        let first = if first == b'-' { self.next()? } else { first };
        match first {
            // A digit after it is where a comma or an end must be.
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return None,
        }
        if self.skip(b'.') {
            self.digits()?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            let _sign = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        self.next()?.is_ascii_digit().then_some(())?;
        self.skip_digits();
        Some(())
    }

    fn skip_digits(&mut self) {
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn skip_blank(&mut self) {
        while let [b' ' | b'\n' | b'\t' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn skip(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn position(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}

/// Sets the top bit of each byte that is a quote, a backslash or a control character. Only the lowest is sure to be
/// right, which is the first that counts: above it, a borrow may have passed through.
fn stops(chunk: u64) -> u64 {
    const EACH: u64 = u64::MAX / 255;
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(EACH * limit) & !bytes;
    let is = |byte: u8| below(chunk ^ (EACH * u64::from(byte)), 1);
    (below(chunk, 0x20) | is(b'"') | is(b'\\')) & (EACH << 7)
}
