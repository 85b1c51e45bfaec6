//! What an author says of one setting.

use super::rules::Pattern;
use super::{FieldType, Numeric, Rules, Secret, Textual};

/// One setting: its name, what people read of it, its rules. The derive makes them; by hand they are made like this:
///
/// ```
/// use mozaiks_core::settings::Setting;
///
/// let size = Setting::new("page_size", "Notes on a page").min::<u32>(1).max::<u32>(100);
/// let start = Setting::new("start", "From").pattern::<String>("^[0-2][0-9]:[0-5][0-9]$").category("Quiet hours");
/// assert_eq!(size.name(), "page_size");
/// ```
///
/// The type of the setting stands with each rule, so that a rule that does not go with it does not compile.
#[derive(Debug, Clone)]
#[must_use]
pub struct Setting {
    pub(super) name: &'static str,
    pub(super) aliases: Vec<&'static str>,
    pub(super) label: &'static str,
    pub(super) description: Option<&'static str>,
    pub(super) category: Option<&'static str>,
    pub(super) input: Option<FieldType>,
    pub(super) step: Option<serde_json::Number>,
    pub(super) secret: bool,
    pub(super) rules: Rules,
}

impl Setting {
    /// A setting named `name` in JSON, with the label of its form field.
    pub fn new(name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            aliases: Vec::new(),
            label,
            description: None,
            category: None,
            input: None,
            step: None,
            secret: false,
            rules: Rules::default(),
        }
    }

    /// The name in JSON.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// A name that it had in an older version, and that is still read.
    pub fn alias(mut self, name: &'static str) -> Self {
        self.aliases.push(name);
        self
    }

    /// What the form says below the label.
    pub fn description(mut self, text: &'static str) -> Self {
        self.description = Some(text);
        self
    }

    /// The group that the form puts it in. Settings of a nested struct have that of the struct, unless they say
    /// otherwise.
    pub fn category(mut self, name: &'static str) -> Self {
        self.category = Some(name);
        self
    }

    /// How the form shows a text, if not on one line.
    pub fn input<T: Textual>(mut self, input: FieldType) -> Self {
        self.input = Some(input);
        self
    }

    /// The least number that is allowed.
    pub fn min<T: Numeric>(mut self, min: T::Bound) -> Self {
        self.rules.min = T::bound(min);
        self
    }

    /// The greatest number that is allowed.
    pub fn max<T: Numeric>(mut self, max: T::Bound) -> Self {
        self.rules.max = T::bound(max);
        self
    }

    /// By how much the form's buttons change the number. A hint for the form, not a rule.
    pub fn step<T: Numeric>(mut self, step: T::Bound) -> Self {
        self.step = T::bound(step);
        self
    }

    /// The least number of characters (Unicode scalar values).
    pub fn min_length<T: Textual>(mut self, length: usize) -> Self {
        self.rules.min_length = Some(length);
        self
    }

    /// The greatest number of characters (Unicode scalar values).
    pub fn max_length<T: Textual>(mut self, length: usize) -> Self {
        self.rules.max_length = Some(length);
        self
    }

    /// The only texts that are allowed.
    pub fn one_of<T: Textual>(mut self, texts: &[&'static str]) -> Self {
        self.rules.one_of = texts.to_vec();
        self
    }

    /// A regular expression that must be found in the text; anchor it with `^` and `$` to have it match the whole.
    /// One that is no regular expression refuses every text.
    pub fn pattern<T: Textual>(mut self, pattern: &'static str) -> Self {
        self.rules.pattern = Some(Pattern::new(pattern));
        self
    }

    /// The text must be an e-mail address, by the rule that browsers have for `<input type="email">`.
    pub fn email<T: Textual>(mut self) -> Self {
        self.rules.email = true;
        self
    }

    /// Nobody is ever shown what is stored; see [`mask_secrets`](super::mask_secrets).
    pub fn secret<T: Secret>(mut self) -> Self {
        self.secret = true;
        self
    }

    /// True for the name and for those of older versions.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}
