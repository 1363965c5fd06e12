//! Texts that were decrypted, so that no output repeats them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use data_encoding::BASE64;
use serde_json::Value as Json;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// How long a text has to be to be recognised inside another one. Anything shorter is found everywhere, and is masked only where
/// it is a value by itself.
const SHORTEST: usize = 4;

/// The texts that were decrypted in a run. Clones share what they know.
#[derive(Clone, Default)]
pub struct Secrets(Rc<RefCell<BTreeSet<String>>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secrets({})", self.0.borrow().len())
    }
}

impl Secrets {
    /// Notes a value, as it is, line by line, and as base64, in which Kubernetes has it.
    pub fn remember(&self, text: &str) {
        let mut known = self.0.borrow_mut();
        if text.trim().is_empty() {
            return;
        }
        known.insert(text.to_owned());
        known.insert(text.trim().to_owned());
        known.insert(BASE64.encode(text.as_bytes()));
        known.extend(text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST).map(str::to_owned));
    }

    /// The text with a mask in the place of every secret.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.0.borrow();
        let mut found: Vec<&String> = known
            .iter()
            .filter(|secret| secret.len() >= SHORTEST && text.contains(secret.as_str()))
            .collect();
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        // A secret may be a part of another one.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Cow::Owned(
            found.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK)),
        )
    }

    /// Masks every secret in a JSON value. A text or number that is one, however short, is masked as a whole; keys stay.
    pub fn mask_json(&self, value: &mut Json) {
        if self.0.borrow().is_empty() {
            return;
        }
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Json::Array(items) => open.extend(items),
                Json::Object(map) => open.extend(map.values_mut()),
                Json::String(text) if self.0.borrow().contains(text.as_str()) => MASK.clone_into(text),
                Json::String(text) => {
                    if let Cow::Owned(masked) = self.mask(text) {
                        *text = masked;
                    }
                }
                Json::Number(number) if self.0.borrow().contains(&number.to_string()) => *value = MASK.into(),
                Json::Number(_) | Json::Bool(_) | Json::Null => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets() -> Secrets {
        let secrets = Secrets::default();
        for text in ["hunter2", "hunter2-and-more", "two\nlines of it\n", "x", "1234", " "] {
            secrets.remember(text);
        }
        secrets
    }

    #[test]
    fn secrets_are_masked_inside_of_other_texts() {
        for (text, masked) in [
            ("password hunter2!", "password ***!"),
            ("hunter2-and-more", "***"),
            ("aHVudGVyMg==", "***"),
            ("a lines of it b", "a *** b"),
            ("x is too short to look for", "x is too short to look for"),
            ("", ""),
        ] {
            assert_eq!(secrets().mask(text), masked);
        }
        assert!(matches!(Secrets::default().mask("hunter2"), Cow::Borrowed("hunter2")));
        assert!(!format!("{:?}", secrets()).contains("hunter2"));
    }

    #[test]
    fn values_that_are_secrets_are_masked_as_a_whole() {
        let mut value = json!({ "x": ["x", "xx", 1234, 12345, true, null, { "hunter2": "a hunter2" }] });
        secrets().mask_json(&mut value);
        assert_eq!(value, json!({ "x": ["***", "xx", "***", 12345, true, null, { "hunter2": "a ***" }] }));
    }
}
