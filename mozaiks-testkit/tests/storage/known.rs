//! Where the Java server of CI is known to differ from MongoDB's manual. A case that no longer differs fails its test.

/// Cases of the suite that it does not pass, with the reason.
const BY_REASON: &[(&str, &[&str])] = &[
    (
        "an array operand is not compared with arrays as the manual says",
        &[
            "a_document_among_elements_is_compared_whole",
            "an_array_as_operand_compares_whole_arrays",
            "an_array_is_above_its_prefix",
            "an_array_matches_an_equal_array_one_level_down",
            "an_element_that_is_an_array_is_no_scalar",
            "numbers_in_documents_are_equal_across_types",
            "an_index_changes_no_answer_about_arrays",
        ],
    ),
    (
        "paths enter arrays in arrays, or take a number for an index alone",
        &[
            "a_path_does_not_enter_an_array_in_an_array",
            "a_number_is_both_in_an_array_of_documents",
            "an_index_with_a_leading_zero_is_a_name",
            "exists_does_not_go_into_an_array_in_an_array",
        ],
    ),
    ("$exists: false through an array", &["exists_false_through_an_array_asks_that_none_has_it"]),
    (
        "scalars in an array count among the elements that lack a field",
        &["scalar_elements_do_not_lack_a_field", "pull_of_a_query_leaves_scalars_alone"],
    ),
    ("$in and $nin with arrays", &["in_looks_into_arrays", "in_with_an_array_matches_the_whole_array"]),
    ("$all with a scalar or with whole arrays", &["all_matches_a_scalar", "all_takes_whole_arrays"]),
    (
        "range bounds that different elements meet",
        &["two_bounds_may_be_met_by_different_elements", "an_index_changes_no_answer_to_a_range"],
    ),
    (
        "$gte: null and missing fields",
        &["gte_and_lte_null_match_null_and_missing", "an_index_changes_no_answer_about_null"],
    ),
    (
        "numbers are compared as doubles",
        &[
            "a_long_beside_the_double_next_to_it_is_compared_exactly",
            "decimals_compare_exactly_with_doubles",
            "nan_is_in_no_range",
            "the_infinities_are_at_the_ends",
            "add_to_set_knows_equal_numbers",
        ],
    ),
    ("a long that overflows wraps around", &["a_long_that_overflows_is_an_error"]),
    ("$mod of what is no number", &["mod_knows_numbers_only"]),
    ("bytes are compared without their subtype", &["bytes_compare_by_length_then_subtype_then_content"]),
    (
        "strings order by UTF-16",
        &["texts_beyond_the_basic_plane_order_by_their_bytes", "texts_sort_by_their_bytes"],
    ),
    (
        "regexes as operands and as values, and on what is no text",
        &[
            "a_regex_is_written_in_three_ways",
            "a_regex_matches_texts_only",
            "a_regex_stands_beside_other_operators",
            "eq_with_a_regex_means_the_regex_itself",
            "type_knows_the_types_by_name_and_number",
        ],
    ),
    ("it knows no JavaScript code and no deprecated types", &["every_type_comes_back_as_it_went_in"]),
    (
        "an update that changes the type or the order of fields alone is none",
        &[
            "a_replacement_by_the_same_is_not_modified",
            "set_of_an_equal_number_of_another_type_changes_the_type",
        ],
    ),
    ("new fields come in the order of the update", &["new_fields_are_added_in_the_order_of_their_names"]),
    (
        "updates take null for a missing field",
        &[
            "add_to_set_to_what_is_no_array_fails",
            "arithmetic_of_null_fails",
            "pop_of_what_is_no_array_fails",
            "pull_from_what_is_no_array_fails",
            "push_onto_what_is_no_array_fails",
            "set_through_a_scalar_or_null_fails",
        ],
    ),
    ("a $position before the beginning is an error", &["push_counts_a_negative_position_from_the_end"]),
    ("$bit is absent", &["bit_computes_with_integers", "bit_of_what_is_no_integer_fails"]),
    ("it does not look at the size of what an update makes", &["an_update_cannot_make_a_document_too_large"]),
    (
        "what an upsert starts from",
        &[
            "an_upsert_starts_from_the_equalities_of_the_filter",
            "an_upsert_starts_in_the_order_of_names",
            "an_upsert_does_not_start_from_a_regex",
        ],
    ),
    (
        "null in $push and $addToSet accumulators",
        &["add_to_set_skips_missing_and_keeps_null", "push_skips_missing_and_keeps_null"],
    ),
    ("$avg of decimals", &["avg_is_a_double_or_a_decimal"]),
    ("$group by array keys", &["group_by_whole_arrays"]),
    (
        "nested projections, and projections over some arrays, which drop the connection",
        &[
            "project_makes_documents_and_arrays",
            "project_of_a_path_through_an_array_gives_an_array",
            "project_keeps_the_documents_on_the_way",
            "project_shows_and_leaves_out",
            "a_projection_goes_into_arrays_in_arrays",
        ],
    ),
    ("a projection shows fields in its own order", &["fields_are_shown_in_the_order_of_the_document"]),
    (
        "distinct over some arrays drops the connection",
        &["distinct_goes_along_paths", "distinct_goes_by_an_index"],
    ),
    (
        "sorts with nested arrays, NaN and indexes in paths",
        &[
            "a_sort_by_an_index_takes_that_element",
            "an_array_in_an_array_sorts_as_an_array",
            "an_index_changes_no_order",
            "nan_sorts_below_all_numbers",
        ],
    ),
    ("an empty array in a unique index has no key", &["two_empty_arrays_are_one_value"]),
    (
        "a partial index, which leaves out documents without the field, is taken for a whole one",
        &[
            "a_sparse_index_knows_null",
            "a_sparse_index_leaves_out_missing_fields",
            "an_index_of_an_odd_path_works",
            "values_of_shared_and_private_do_not_meet",
        ],
    ),
];

/// Each case with its reason.
pub fn of_the_java_server() -> impl Iterator<Item = (&'static str, &'static str)> {
    BY_REASON.iter().flat_map(|(why, cases)| cases.iter().map(move |case| (*case, *why)))
}
