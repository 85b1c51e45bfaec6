//! Doc comments as text: a thing is described once.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// A doc comment, in the two parts that readers see.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Docs {
    /// The first paragraph on one line.
    pub(crate) summary: Option<String>,
    /// What follows it.
    pub(crate) rest: Option<String>,
}

impl Docs {
    /// The doc comment among `attrs`, split after its first paragraph.
    #[allow(dead_code)] // what has a summary of several lines is read by `#[plugin]`
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        Self::split_at(attrs, "\n\n")
    }

    /// The doc comment among `attrs`, split after its first line: for what has a label and a description.
    pub(crate) fn with_title(attrs: &[Attribute]) -> Self {
        Self::split_at(attrs, "\n")
    }

    fn split_at(attrs: &[Attribute], border: &str) -> Self {
        let text = text(attrs);
        let (first, rest) = text.split_once(border).unwrap_or((&text, ""));
        let summary = first.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let full = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Self { summary: full(&summary), rest: full(rest) }
    }
}

/// The whole doc comment among `attrs`, without the margin; empty if there is none.
pub(crate) fn text(attrs: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attr in attrs {
        if let Some(part) = part(attr) {
            lines.extend(without_margin(&part));
        }
    }
    lines.join("\n").trim().to_owned()
}

/// The text of one `#[doc = "..."]`.
fn part(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attr.meta else { return None };
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if meta.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

/// The lines without the space after `///`, or the star that begins each line of a block.
fn without_margin(part: &str) -> Vec<String> {
    let starred =
        part.split('\n').skip(1).map(str::trim).all(|line| line.is_empty() || line.starts_with('*'));
    let block = part.contains('\n');
    part.split('\n')
        .map(|line| match line.trim_start().strip_prefix('*') {
            Some(line) if block && starred => line,
            _ => line,
        })
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn the_first_paragraph_is_the_summary() {
        let attrs: Vec<Attribute> = vec![
            parse_quote!(#[doc = " Notes on"]),
            parse_quote!(#[doc = " a page"]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " The rest."]),
            parse_quote!(#[doc = "   - indented"]),
            parse_quote!(#[serde(default)]),
        ];
        let docs = Docs::of(&attrs);
        assert_eq!(docs.summary.as_deref(), Some("Notes on a page"));
        assert_eq!(docs.rest.as_deref(), Some("The rest.\n  - indented"));
        assert_eq!(Docs::of(&[]), Docs::default());
    }

    #[test]
    fn a_block_comment_loses_its_stars() {
        let attr: Attribute = parse_quote!(#[doc = "\n * Notes\n *\n * on a page\n "]);
        assert_eq!(text(&[attr]), "Notes\n\non a page");
    }
}
