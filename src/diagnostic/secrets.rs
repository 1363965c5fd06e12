//! Texts that were decrypted, and values of a command line, so that no output repeats them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use data_encoding::BASE64;
use serde_json::Value as Json;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// How long a text has to be to be recognised inside another one. Anything shorter is found everywhere, and is masked only where
/// it is a value by itself.
const SHORTEST: usize = 4;

/// The texts that no output of a run may repeat, each with whether it was decrypted. Clones share what they know.
#[derive(Clone, Default)]
pub struct Secrets(Rc<RefCell<BTreeMap<String, bool>>>);

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secrets({})", self.0.borrow().len())
    }
}

impl Secrets {
    /// Notes a value that was decrypted, as it is, line by line, and as base64, in which Kubernetes has it.
    pub fn remember(&self, text: &str) {
        self.note(text, true);
    }

    /// Notes a value that may be secret, since somebody gave it on a command line: it is not repeated, and is no secret otherwise.
    pub fn hide(&self, text: &str) {
        self.note(text, false);
    }

    fn note(&self, text: &str, decrypted: bool) {
        if text.trim().is_empty() {
            return;
        }
        let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST).map(str::to_owned);
        let whole = [text.to_owned(), text.trim().to_owned(), BASE64.encode(text.as_bytes())];
        let mut known = self.0.borrow_mut();
        for text in whole.into_iter().chain(lines) {
            *known.entry(text).or_default() |= decrypted;
        }
    }

    /// Whether a text repeats something that was decrypted.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        matches!(self.masked(text, true), Cow::Owned(_))
    }

    /// The text with a mask in the place of every secret.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.masked(text, false)
    }

    fn masked<'t>(&self, text: &'t str, decrypted_only: bool) -> Cow<'t, str> {
        let known = self.0.borrow();
        let mut found: Vec<&String> = known
            .iter()
            .filter(|(secret, decrypted)| {
                (**decrypted || !decrypted_only) && secret.len() >= SHORTEST && text.contains(secret.as_str())
            })
            .map(|(secret, _)| secret)
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

    /// Masks every decrypted text in a JSON value. A text or number that is one, however short, is masked as a whole; keys stay.
    pub fn mask_json(&self, value: &mut Json) {
        if self.0.borrow().is_empty() {
            return;
        }
        let is_secret = |text: &str| self.0.borrow().get(text) == Some(&true);
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Json::Array(items) => open.extend(items),
                Json::Object(map) => open.extend(map.values_mut()),
                Json::String(text) if is_secret(text) => MASK.clone_into(text),
                Json::String(text) => {
                    if let Cow::Owned(masked) = self.masked(text, true) {
                        *text = masked;
                    }
                }
                Json::Number(number) if is_secret(&number.to_string()) => *value = MASK.into(),
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
    fn values_of_a_command_line_are_hidden_and_no_secrets() {
        let secrets = secrets();
        secrets.hide("v1.2.3-build");
        secrets.hide("hunter2");
        assert_eq!(secrets.mask("tag v1.2.3-build hunter2"), "tag *** ***");
        assert!(!secrets.is_in("tag v1.2.3-build") && secrets.is_in("a hunter2"));
        let mut value = json!(["v1.2.3-build", "hunter2"]);
        secrets.mask_json(&mut value);
        assert_eq!(value, json!(["v1.2.3-build", "***"]));
    }

    #[test]
    fn values_that_are_secrets_are_masked_as_a_whole() {
        let mut value = json!({ "x": ["x", "xx", 1234, 12345, true, null, { "hunter2": "a hunter2" }] });
        secrets().mask_json(&mut value);
        assert_eq!(value, json!({ "x": ["***", "xx", "***", 12345, true, null, { "hunter2": "a ***" }] }));
    }
}
