//! `-l`: which releases a command works on (`pkg/state/release_filters.go`).

use crate::diagnostic::Diagnostic;
use std::collections::BTreeMap;

use super::located::Located;

/// One `-l`: every label it names must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    wanted: Vec<(String, String)>,
    unwanted: Vec<(String, String)>,
}

impl Selector {
    /// Reads `k=v,k!=v`.
    ///
    /// # Errors
    ///
    /// Where a piece is neither `k=v` nor `k!=v`, or has another character than letters, digits and `_./+-`.
    pub(crate) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let mut selector = Self { wanted: Vec::new(), unwanted: Vec::new() };
        for label in text.split(',') {
            if let Some((key, value)) = label.split_once("!=")
                && is_word(key)
                && is_word(value)
            {
                selector.unwanted.push((key.into(), value.into()));
            } else if let Some((key, value)) = label.split_once('=')
                && is_word(key)
                && is_word(value)
            {
                selector.wanted.push((key.into(), value.into()));
            } else {
                let is_name = is_word(label);
                let (label, text) = (beginning(label), beginning(text));
                let meant = is_name.then(|| format!("did you mean `name={label}`? "));
                let message = format!("malformed label `{label}` in the selector `{text}`");
                return Err(Diagnostic::error(message).hint(format!(
                    "{}a selector is `key=value` or `key!=value`, several joined by commas, without spaces",
                    meant.unwrap_or_default()
                )));
            }
        }
        Ok(selector)
    }

    /// All selectors of a list.
    ///
    /// # Errors
    ///
    /// As [`Selector::parse`], with the place of the selector.
    pub(super) fn parse_all(texts: &[Located<String>]) -> Result<Vec<Self>, Diagnostic> {
        texts.iter().map(|text| Self::parse(text).map_err(|error| text.blame(error))).collect()
    }

    /// Whether a release with these labels matches. A label that is absent is unequal to everything.
    #[must_use]
    pub(crate) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.unwanted.iter().all(|(key, value)| labels.get(key) != Some(value))
    }

    fn conflicts(&self, other: &Self) -> bool {
        self.wanted.iter().any(|(key, value)| {
            other.wanted.iter().any(|(other_key, other)| key == other_key && value != other)
        })
    }
}

/// As much of a text as a message can show.
fn beginning(text: &str) -> String {
    let end = crate::text::floor_boundary(text, 200);
    if end == text.len() { text.to_owned() } else { format!("{}…", &text[..end]) }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./+-".contains(&byte))
}

/// Whether no release can match both lists, so that helmfile does not load the sub-helmfile at all
/// (`SelectorsAreCompatible`). A malformed selector never conflicts: it is reported where it is used.
pub(super) fn all_conflict(selectors: &[String], others: &[Located<String>]) -> bool {
    let selectors: Result<Vec<_>, _> = selectors.iter().map(|text| Selector::parse(text)).collect();
    let (Ok(selectors), Ok(others)) = (selectors, Selector::parse_all(others)) else { return false };
    !selectors.is_empty()
        && !others.is_empty()
        && selectors.iter().all(|selector| others.iter().all(|other| selector.conflicts(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn every_label_of_a_selector_must_match() {
        let labels = labels(&[("tier", "edge"), ("name", "a")]);
        for (selector, expected) in [
            ("tier=edge", true),
            ("tier=edge,name=b", false),
            ("tier!=edge", false),
            ("zone!=x", true),
            ("zone=x", false),
        ] {
            assert_eq!(Selector::parse(selector).unwrap().matches(&labels), expected, "{selector}");
        }
    }

    #[test]
    fn malformed_labels_are_refused() {
        for selector in
            ["", "a", "a=", "=b", "a = b", "a=b,", "a==b", "a=b c", "a=b=c", "a!=b!=c", "a=b,,c=d"]
        {
            assert!(Selector::parse(selector).is_err(), "{selector}");
        }
    }

    #[test]
    fn of_a_long_selector_only_the_beginning_is_shown() {
        let error = Selector::parse(&"a=é,".repeat(10_000)).unwrap_err();
        assert!(error.to_string().len() < 300, "{error}");
        assert!(error.to_string().contains("a=é,a=é"), "{error}");
    }

    #[test]
    fn lists_conflict_when_every_pair_does() {
        let list = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let all_conflict = |one: Vec<String>, other: Vec<String>| {
            all_conflict(&one, &other.into_iter().map(Located::nowhere).collect::<Vec<_>>())
        };
        assert!(all_conflict(list(&["name=a"]), list(&["name=b"])));
        assert!(!all_conflict(list(&["name=a", "name=b"]), list(&["name=b"])));
        assert!(!all_conflict(list(&["name=a"]), list(&["tier=b"])));
        assert!(!all_conflict(list(&["name=a"]), list(&[])));
        assert!(!all_conflict(list(&["name=a"]), list(&["name="])));
        assert!(!all_conflict(list(&["name!=a"]), list(&["name=b"])));
    }
}
