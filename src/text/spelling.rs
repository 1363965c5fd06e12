//! What somebody may have meant.

/// The known word that is nearest to `word`, if it is near enough to be a slip of the finger.
#[must_use]
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(word.chars().count()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be added, dropped, replaced or swapped with their neighbour. Of long words the beginning counts.
fn distance(one: &str, other: &str) -> usize {
    let beginning = |word: &str| word.chars().take(64).collect::<String>();
    strsim::osa_distance(&beginning(one), &beginning(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_recognised() {
        let known = ["exclude", "eol", "parse", "optional", "from", "decrypt", "secret"];
        for (word, meant) in [
            ("exlude", Some("exclude")),
            ("excludes", Some("exclude")),
            ("Optional", Some("optional")),
            ("form", Some("from")),
            ("oel", Some("eol")),
            ("decript", Some("decrypt")),
            ("x", None),
            ("recursive", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest("größe", ["grösse"]), Some("grösse"));
        assert_eq!(nearest("", known), None);
    }
}
