//! Regular expressions in filters.

use bson::{bson, doc};

use super::Subject;
use super::ask::regex;
use super::shelf::{shelf, values};
use crate::conformance::suite::{Case, cases};

pub(super) const CASES: &[Case<Subject>] = cases![
    include_str!("regexes.rs");
    a_regex_matches_a_part_of_a_text,
    a_regex_is_written_in_three_ways,
    anchors_bind_a_regex_to_the_ends,
    option_i_ignores_case,
    option_m_lets_anchors_match_at_lines,
    option_s_lets_a_dot_match_a_line_break,
    option_x_ignores_spaces_in_the_pattern,
    a_dot_does_not_match_a_line_break,
    a_regex_matches_texts_only,
    a_regex_looks_into_arrays,
    a_regex_goes_along_paths,
    a_regex_knows_classes_and_repetitions,
    a_regex_matches_characters_not_bytes,
    a_regex_stands_beside_other_operators,
    a_regex_that_would_explode_answers,
];

/// A regex matches a text of which some part has the pattern.
pub async fn a_regex_matches_a_part_of_a_text(storage: &Subject) {
    let shelf = values(storage, [bson!("apple pie"), bson!("pie"), bson!("Pie"), bson!("pi")]).await;
    shelf.finds(doc! { "v": { "$regex": "pie" } }, &[0, 1]).await;
}

/// `{v: /x/}`, `{v: {$regex: "x"}}` and `{v: {$regex: /x/}}` are the same.
pub async fn a_regex_is_written_in_three_ways(storage: &Subject) {
    let shelf = values(storage, [bson!("ab"), bson!("b"), bson!("c")]).await;
    shelf.finds(doc! { "v": regex("b", "") }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$regex": "b" } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$regex": regex("b", "") } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$regex": "B", "$options": "i" } }, &[0, 1]).await;
    shelf.finds(doc! { "v": { "$options": "i", "$regex": "B" } }, &[0, 1]).await;
}

/// `^` and `$` are the beginning and the end of the text.
pub async fn anchors_bind_a_regex_to_the_ends(storage: &Subject) {
    let shelf = values(storage, ["ab", "ba", "b", "a\nb"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("^b", "") }, &[1, 2]).await;
    shelf.finds(doc! { "v": regex("b$", "") }, &[0, 2, 3]).await;
    shelf.finds(doc! { "v": regex("^b$", "") }, &[2]).await;
}

/// With `i`, small letters and capitals are the same.
pub async fn option_i_ignores_case(storage: &Subject) {
    let shelf = values(storage, ["Ab", "ab", "c"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("AB", "i") }, &[0, 1]).await;
    shelf.finds(doc! { "v": regex("AB", "") }, &[]).await;
}

/// With `m`, `^` and `$` match at each line.
pub async fn option_m_lets_anchors_match_at_lines(storage: &Subject) {
    let shelf = values(storage, ["a\nb\nc", "b", "ab"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("^b$", "m") }, &[0, 1]).await;
    shelf.finds(doc! { "v": regex("^b$", "") }, &[1]).await;
}

/// With `s`, a dot matches a line break too.
pub async fn option_s_lets_a_dot_match_a_line_break(storage: &Subject) {
    let shelf = values(storage, ["a\nb", "a b"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("a.b", "s") }, &[0, 1]).await;
}

/// With `x`, spaces and comments in the pattern are left out.
pub async fn option_x_ignores_spaces_in_the_pattern(storage: &Subject) {
    let shelf = values(storage, ["ab", "a b"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("a b # both", "x") }, &[0]).await;
}

/// Without `s`, a dot does not match a line break.
pub async fn a_dot_does_not_match_a_line_break(storage: &Subject) {
    let shelf = values(storage, ["a\nb", "a b"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("a.b", "") }, &[1]).await;
}

/// What is no text matches no pattern, however it would be written.
pub async fn a_regex_matches_texts_only(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "v": 1 }, doc! { "v": "1" }, doc! { "v": true }, doc! { "v": null }, doc! {}])
            .await;
    shelf.finds(doc! { "v": { "$regex": ".*" } }, &[1]).await;
    shelf.finds(doc! { "v": { "$regex": "" } }, &[1]).await;
}

/// A regex matches an array with a text that has the pattern.
pub async fn a_regex_looks_into_arrays(storage: &Subject) {
    let shelf = values(storage, [bson!(["x", "apple"]), bson!(["x"]), bson!([["apple"]])]).await;
    shelf.finds(doc! { "v": regex("^a", "") }, &[0]).await;
}

/// A regex is met by whatever its path reaches.
pub async fn a_regex_goes_along_paths(storage: &Subject) {
    let shelf =
        shelf(storage, [doc! { "a": [{ "b": "x" }, { "b": "apple" }] }, doc! { "a": { "b": "plum" } }]).await;
    shelf.finds(doc! { "a.b": regex("^a", "") }, &[0]).await;
    shelf.finds(doc! { "a.b": regex("^p", "") }, &[1]).await;
}

/// Classes, alternatives, repetitions and word boundaries mean what they mean in PCRE.
pub async fn a_regex_knows_classes_and_repetitions(storage: &Subject) {
    let shelf = values(storage, ["a1", "a12", "b-c", "x y", "aXb"].map(bson::Bson::from)).await;
    let patterns: [(&str, &[usize]); 7] = [
        (r"^[a-c]\d+$", &[0, 1]),
        (r"^a\d{2}$", &[1]),
        (r"^(a1|x y)$", &[0, 3]),
        (r"\bc\b", &[2]),
        (r"^\w\s\w$", &[3]),
        (r"^[^a]", &[2, 3]),
        (r"^a.*?b$", &[4]),
    ];
    for (pattern, expected) in patterns {
        shelf.finds(doc! { "v": { "$regex": pattern } }, expected).await;
    }
}

/// A dot is one character, of however many bytes.
pub async fn a_regex_matches_characters_not_bytes(storage: &Subject) {
    let shelf = values(storage, ["\u{e9}", "\u{1f600}", "ab"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": regex("^.$", "") }, &[0, 1]).await;
    shelf.finds(doc! { "v": regex("\u{e9}", "") }, &[0]).await;
}

/// `$regex` is one condition among the operators of a field.
pub async fn a_regex_stands_beside_other_operators(storage: &Subject) {
    let shelf = values(storage, ["ab", "abc", "b"].map(bson::Bson::from)).await;
    shelf.finds(doc! { "v": { "$regex": "^a", "$ne": "ab" } }, &[1]).await;
    shelf.finds(doc! { "v": { "$regex": "^a", "$in": ["ab", "b"] } }, &[0]).await;
}

/// A pattern whose naive evaluation takes forever answers soon.
pub async fn a_regex_that_would_explode_answers(storage: &Subject) {
    let shelf = values(storage, [bson!("a".repeat(200)), bson!("b")]).await;
    shelf.finds(doc! { "v": { "$regex": "^(a+)+$" } }, &[0]).await;
}
