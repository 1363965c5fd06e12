//! What a cluster that stands in for the real one knows for a release: every word of its templates and values that could be a kind, a
//! version or a key.

use super::super::arguments::Argument;
use super::super::template::Templating;
use super::chart::Chart;
use super::cluster::{Objects, Offer};
use super::given::Given;

/// The most words of a kind.
const MOST_WORDS: usize = 5_000;

/// A version of Kubernetes that is newer than any.
pub(super) const NEW: &str = "v1.99.0";

/// What a cluster with these objects knows for a release.
pub(super) fn offer(chart: &Chart, templating: &Templating, given: &Given, objects: Objects) -> Offer {
    let mut offer = Offer {
        kube_version: given.kube_version.clone().unwrap_or_else(|| NEW.to_owned()),
        objects,
        ..Offer::default()
    };
    offer.versions.extend(given.offered());
    each_text(chart, templating, &mut |text| add_words(&mut offer, text));
    offer
}

fn add_words(offer: &mut Offer, text: &str) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    for word in text.split(|letter| !is_part(letter)).filter(|word| !word.is_empty()) {
        if is_version(word) && offer.versions.len() < MOST_WORDS {
            offer.versions.insert(word.to_owned());
        }
        for word in word.split(['/', '.']).chain([word]).filter(|word| !word.is_empty()) {
            if word.starts_with(|letter: char| letter.is_ascii_uppercase())
                && word.chars().all(|letter| letter.is_ascii_alphanumeric())
                && word.contains(|letter: char| letter.is_ascii_lowercase())
                && offer.kinds.len() < MOST_WORDS
            {
                offer.kinds.insert(word.to_owned());
            }
            if word.len() <= 63 && !word.contains('/') && offer.keys.len() < MOST_WORDS {
                offer.keys.insert(word.to_owned());
            }
        }
    }
}

/// Every text that could name what is in a cluster.
fn each_text(chart: &Chart, templating: &Templating, visit: &mut dyn FnMut(&str)) {
    chart.clone().each(&mut |file| {
        if file.is_template() || file.name == "values.yaml" {
            visit(&String::from_utf8_lossy(file.content));
        }
    });
    templating.values.iter().for_each(|text| visit(&String::from_utf8_lossy(text)));
    for argument in &templating.arguments {
        if let Argument::Text(text) = argument {
            visit(text);
        }
    }
}

/// Whether a word is a group with a version, such as `apps/v1`.
fn is_version(word: &str) -> bool {
    word.split_once('/').is_some_and(|(group, version)| {
        group.starts_with(|letter: char| letter.is_ascii_lowercase())
            && version.strip_prefix('v').is_some_and(|rest| {
                rest.starts_with(|digit: char| digit.is_ascii_digit())
                    && rest.chars().all(|letter| letter.is_ascii_alphanumeric())
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_paths() {
        assert!(is_version("apps/v1") && is_version("monitoring.coreos.com/v1beta1"));
        assert!(!is_version("charts/values") && !is_version("v1") && !is_version("a/v1/B"));
    }
}
