//! Words in arguments, commands and variables that may be names of objects.

use serde::{Deserialize, Serialize};

use super::described::Described;
use super::resource::Resource;
use crate::rendered::{Mark, Marker, is_object_name};

/// A word that may be the name of an object. It may as well be a password that somebody wrote into a manifest, so that only its mark
/// is kept, which names are compared with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mention {
    /// The mark of the word, as [`named`] makes it.
    pub word: Mark,
    /// Where it stands.
    pub spoken: Spoken,
    /// The container.
    pub container: String,
    /// Where it is in the manifest.
    pub path: String,
    /// The line of helm's output, from 1.
    pub line: usize,
}

impl std::fmt::Debug for Mention {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Mention({:?} {} line {})", self.spoken, self.path, self.line)
    }
}

/// Where a word stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Spoken {
    /// In `args`.
    Argument,
    /// In `command`.
    Command,
    /// In the value of this variable.
    Variable(String),
}

/// The words in a pod spec that may be names of objects.
pub(super) fn mentions(resource: &Resource, pod: &Described, marker: &Marker) -> Vec<Mention> {
    let mut found = Vec::new();
    for container in &pod.containers {
        let spot = &container.spot;
        let texts = [("args", Spoken::Argument), ("command", Spoken::Command)].into_iter().flat_map(
            |(key, spoken)| spot.key(key).items().into_iter().map(move |item| (item, spoken.clone())),
        );
        let variables = spot.key("env").items().into_iter().map(|variable| {
            let spoken = Spoken::Variable(variable.text_of("name").unwrap_or_default());
            (variable.key("value"), spoken)
        });
        for (spot, spoken) in texts.chain(variables) {
            for (namespace, word) in spot.text().into_iter().flat_map(names) {
                let namespace = namespace.unwrap_or(&resource.identity.namespace);
                found.push(Mention {
                    word: named(marker, namespace, word),
                    spoken: spoken.clone(),
                    container: container.name.clone(),
                    path: spot.path.to_string(),
                    line: resource.line(&spot.path),
                });
            }
        }
    }
    found
}

/// The mark of the name of an object, in the namespace before it, `NAMESPACE/NAME`, else in that of the pod.
pub(super) fn named(marker: &Marker, namespace: &str, name: &str) -> Mark {
    marker.mark(format!("{namespace}/{name}").as_bytes())
}

/// The words of a text that an object may be called, with a namespace before a `/`. A namespace that is a variable of the container
/// is that of the pod.
fn names(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let words = text.split(|c: char| c.is_whitespace() || "=,;\"'`".contains(c));
    words.filter_map(|word| {
        let (namespace, name) = match word.split_once('/') {
            Some((namespace, name)) if namespace.starts_with("$(") && namespace.ends_with(')') => {
                (None, name)
            }
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, word),
        };
        let good = is_object_name(name)
            && namespace.is_none_or(|namespace| is_object_name(namespace) && !namespace.contains('.'));
        (good && name.bytes().any(|byte| byte.is_ascii_lowercase())).then_some((namespace, name))
    })
}
