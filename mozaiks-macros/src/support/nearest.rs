//! What somebody who mistyped a name may have meant.

/// The name that is spelled nearly like `given`, if there is one.
pub(crate) fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (given.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The end of an error text: `` ; did you mean `min`? ``, or what there is to choose from.
pub(crate) fn did_you_mean(given: &str, names: &[&str]) -> String {
    match nearest(given, names.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; expected one of: {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        let names = ["min", "max", "pattern"];
        assert_eq!(nearest("mim", names), Some("min"));
        assert_eq!(nearest("patern", names), Some("pattern"));
        assert_eq!(nearest("colour", names), None);
    }
}
