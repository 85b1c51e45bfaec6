//! Regular expressions in filters.

use bson::{Bson, doc};
use mozaiks_core::storage::escape_regex;

use crate::support::{
    assert_filter_invalid as invalid, assert_filter_unsupported as unsupported, assert_matches,
    assert_misses, regex,
};

#[track_caller]
fn finds(pattern: &str, options: &str, text: &str) {
    assert_matches(doc! { "a": { "$regex": pattern, "$options": options } }, doc! { "a": text });
}

#[track_caller]
fn misses(pattern: &str, options: &str, text: &str) {
    assert_misses(doc! { "a": { "$regex": pattern, "$options": options } }, doc! { "a": text });
}

#[test]
fn a_pattern_is_found_anywhere_in_a_string() {
    finds("b", "", "abc");
    misses("^b", "", "abc");
    finds("^a.c$", "", "abc");
    assert_matches(doc! { "a": regex("b", "") }, doc! { "a": "abc" });
    assert_matches(doc! { "a": regex("b", "") }, doc! { "a": ["x", "b"] });
    assert_misses(doc! { "a": regex("1", "") }, doc! { "a": 1 });
    assert_misses(doc! { "a": regex(".*", "") }, doc! {});
}

#[test]
fn an_escaped_text_finds_itself_alone() {
    let every: String = (' '..='~').chain("\t\n\r\\é\u{1f600}".chars()).collect();
    let mut texts: Vec<String> = every.chars().map(String::from).collect();
    texts.extend([every, String::new(), "a{2}".into(), "[".into(), r"\Qa\E".into(), "(?i)a".into()]);
    for text in texts {
        let whole = format!("^{}$", escape_regex(&text));
        for options in ["", "i", "m", "s"] {
            finds(&whole, options, &text);
            misses(&whole, options, &format!("{text}!"));
        }
    }
    misses(&escape_regex("a.c"), "", "abc");
}

#[test]
fn a_pattern_matches_the_same_regex_value() {
    assert_matches(doc! { "a": regex("b", "i") }, doc! { "a": regex("b", "i") });
    assert_misses(doc! { "a": regex("b", "i") }, doc! { "a": regex("b", "") });
    assert_matches(doc! { "a": { "$eq": regex("b", "") } }, doc! { "a": regex("b", "") });
    assert_misses(doc! { "a": { "$eq": regex("b", "") } }, doc! { "a": "b" });
}

#[test]
fn options_are_those_of_mongodb() {
    finds("ABC", "i", "xabc");
    misses("ABC", "", "xabc");
    finds("^b", "m", "a\nb");
    misses("^b", "", "a\nb");
    finds("a.b", "s", "a\nb");
    misses("a.b", "", "a\nb");
    finds("a b # comment\n c", "x", "abc");
    finds("a[ ]b", "x", "a b");
    finds("A.B", "si", "a\nb");
}

#[test]
fn a_regex_value_keeps_its_options_or_takes_others() {
    assert_matches(doc! { "a": { "$regex": regex("B", "i") } }, doc! { "a": "b" });
    assert_matches(doc! { "a": { "$regex": regex("B", ""), "$options": "i" } }, doc! { "a": "b" });
    assert_matches(doc! { "a": { "$options": "i", "$regex": "B" } }, doc! { "a": "b" });
    invalid(doc! { "a": { "$regex": regex("B", "i"), "$options": "m" } });
}

#[test]
fn case_is_ignored_beyond_ascii() {
    finds("é", "i", "É");
    finds("ПРИВЕТ", "i", "привет");
    finds("[а-я]+$", "i", "ПРИВЕТ");
    misses("[^é]", "i", "É");
    finds("(?i)é", "", "É");
    misses("(?i:x)é", "", "xÉ");
    misses("é", "", "É");
}

#[test]
fn the_end_also_stands_before_a_last_line_break() {
    finds("b$", "", "ab\n");
    misses("b$", "", "ab\nc");
    finds("b$", "m", "ab\nc");
    misses("b\\z", "", "ab\n");
    finds("b\\Z", "", "ab\n");
}

#[test]
fn braces_and_escapes_are_read_as_in_pcre() {
    finds("a{2}", "", "aa");
    misses("^a{2,}$", "", "a");
    finds("a{x}", "", "a{x}");
    finds("{", "", "{");
    finds("\\<b\\>", "", "<b>");
    finds("\\Qa.b\\E.", "", "a.bc");
    misses("\\Qa.b\\E", "", "axb");
    finds("\\x41\\x{42}", "", "AB");
    finds("\\d\\w\\s\\bx", "", "1a x");
    finds("[]a]", "", "]");
    finds("[[:alpha:]_]+", "", "a_");
    finds("[a&&b]", "", "&");
    finds("[[a]", "", "[");
    finds("(?<name>a)(?P<other>b)", "", "ab");
    finds("a(?#comment)b", "", "ab");
    finds("a+?b", "", "aab");
    finds("😀", "", "x😀");
}

#[test]
fn what_is_not_linear_is_refused() {
    for pattern in ["(?=a)", "(?!a)", "(?<=a)b", "(?<!a)b"] {
        unsupported(doc! { "a": { "$regex": pattern } }, "look-around");
    }
    unsupported(doc! { "a": { "$regex": "(a)\\1" } }, "back reference");
    unsupported(doc! { "a": { "$regex": "a++" } }, "possessive");
    unsupported(doc! { "a": { "$regex": "(?>a)" } }, "(?>");
    unsupported(doc! { "a": { "$regex": "(?R)" } }, "(?R");
    unsupported(doc! { "a": { "$regex": "(*UCP)a" } }, "verb");
    unsupported(doc! { "a": { "$regex": "\\p{L}" } }, "\\p");
}

#[test]
fn patterns_without_meaning_are_refused() {
    for pattern in ["(", ")", "[a", "*", "a**", "a\\", "[b-a]", "(?i", "[[:nope:]]", "\\x{110000}", "(?<n"] {
        invalid(doc! { "a": { "$regex": pattern } });
    }
    invalid(doc! { "a": { "$regex": 1 } });
    invalid(doc! { "a": { "$regex": "a", "$options": "q" } });
    invalid(doc! { "a": { "$regex": "a", "$options": 1 } });
    invalid(doc! { "a": { "$options": "i" } });
    invalid(doc! { "a": { "$regex": "a\0" } });
    invalid(doc! { "a": { "$regex": Bson::Null } });
    invalid(doc! { "a": { "$regex": "((a{500}){500}){500}" } });
    invalid(doc! { "a": { "$regex": "(".repeat(20_000) } });
    invalid(doc! { "a": { "$regex": "a".repeat(40_000) } });
}

#[test]
fn a_pattern_that_explodes_elsewhere_ends_in_time() {
    misses("^(a+)+$", "", &format!("{}b", "a".repeat(2_000)));
}
