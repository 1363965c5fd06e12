//! Texts that were decrypted, credentials, and values of a command line, so that no output repeats them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use data_encoding::BASE64;
use serde_json::Value as Json;

use super::credentials;
use super::index::Index;

/// What stands in the place of a secret.
pub(crate) const MASK: &str = "***";

/// How long a text has to be to be recognised inside another one. Anything shorter is found everywhere, and is masked only where
/// it is a value by itself.
pub(super) const SHORTEST: usize = 4;

/// How secret a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It was given on a command line: it is not repeated, and is not a secret otherwise.
    Hidden,
    /// It stood in a URL.
    Credential,
    /// It was decrypted.
    Decrypted,
}

/// The texts that no output of a run may repeat. Clones share what they know.
#[derive(Clone, Default)]
pub struct Secrets(Rc<RefCell<Known>>);

#[derive(Default)]
struct Known {
    /// What was noted.
    texts: BTreeMap<String, Rank>,
    /// The same with its lines and in base 64: what decides whether a part of a release is hashed with the key, which stays as it is.
    recognised: BTreeMap<String, Rank>,
    /// Decrypted numbers, as their bits.
    numbers: BTreeSet<u64>,
    /// Prepared for what was noted until now.
    index: Option<Rc<Index>>,
}

/// The same as data, for another thread.
#[derive(Clone, Default)]
pub(crate) struct Noted {
    texts: BTreeMap<String, Rank>,
    recognised: BTreeMap<String, Rank>,
    numbers: BTreeSet<u64>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secrets({})", self.0.borrow().texts.len())
    }
}

impl Secrets {
    /// What is known now.
    pub(crate) fn noted(&self) -> Noted {
        let known = self.0.borrow();
        Noted {
            texts: known.texts.clone(),
            recognised: known.recognised.clone(),
            numbers: known.numbers.clone(),
        }
    }

    /// Notes what another thread knows.
    pub(crate) fn learn(&self, noted: Noted) {
        let known = &mut *self.0.borrow_mut();
        known.index = None;
        known.numbers.extend(noted.numbers);
        for (own, learnt) in [(&mut known.texts, noted.texts), (&mut known.recognised, noted.recognised)] {
            for (text, rank) in learnt {
                let own = own.entry(text).or_insert(rank);
                *own = rank.max(*own);
            }
        }
    }

    /// Notes a value that was decrypted.
    pub fn remember(&self, text: &str) {
        self.note(text, Rank::Decrypted);
    }

    /// Notes a form that a decrypted value is written in, such as a number in its shortest form, or a key that was decrypted. It is
    /// masked, and no reason to hash with a key: digests that were made without one stay as they are.
    pub fn remember_form(&self, text: &str) {
        self.note_text(text, Rank::Decrypted);
    }

    /// Notes a number that was decrypted, however it will be written.
    pub fn remember_number(&self, number: f64) {
        self.0.borrow_mut().numbers.insert(number.to_bits());
    }

    /// Notes a value that may be secret, since somebody gave it on a command line: it is not repeated, and is not a secret otherwise.
    pub fn hide(&self, text: &str) {
        self.note(text, Rank::Hidden);
    }

    /// Notes the credentials in a URL.
    pub fn hide_credentials(&self, url: &str) {
        for piece in credentials::of_url(url) {
            self.note(piece, Rank::Credential);
            self.note(&credentials::decoded(piece), Rank::Credential);
        }
    }

    /// Notes a text that is a credential as a whole.
    pub fn hide_credential(&self, text: &str) {
        self.note(text, Rank::Credential);
    }

    fn note(&self, text: &str, rank: Rank) {
        if text.trim().is_empty() {
            return;
        }
        self.note_text(text, rank);
        let known = &mut *self.0.borrow_mut();
        if known.recognised.get(text).copied() >= Some(rank) {
            return;
        }
        let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST).map(str::to_owned);
        let whole = [text.to_owned(), text.trim().to_owned(), BASE64.encode(text.as_bytes())];
        for text in whole.into_iter().chain(lines) {
            let recognised = known.recognised.entry(text).or_insert(rank);
            *recognised = rank.max(*recognised);
        }
    }

    fn note_text(&self, text: &str, rank: Rank) {
        let known = &mut *self.0.borrow_mut();
        if !text.trim().is_empty() && known.texts.get(text).copied() < Some(rank) {
            known.index = None;
            known.texts.insert(text.to_owned(), rank);
        }
    }

    /// Whether anything was decrypted.
    #[must_use]
    pub fn has_decrypted(&self) -> bool {
        self.0.borrow().texts.values().any(|rank| *rank == Rank::Decrypted)
    }

    /// Whether a text repeats something that was decrypted: what makes a digest of it a keyed one. Only what is written as it was
    /// decrypted counts, or in base 64, for digests must not change with what else is recognised.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let known = self.0.borrow();
        let decrypted = known.recognised.iter().filter(|(_, rank)| **rank == Rank::Decrypted);
        decrypted
            .map(|(secret, _)| secret)
            .any(|secret| secret.len() >= SHORTEST && text.contains(secret.as_str()))
    }

    /// The pieces of a text that give away something decrypted or a credential, in whatever form.
    #[must_use]
    pub fn pieces<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.find(text, Rank::Credential).into_iter().map(|range| &text[range]).collect()
    }

    /// The text with a mask in the place of every secret, in whatever form: escaped, encoded, in another case, or a part of it.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut found = self.find(text, Rank::Hidden);
        if let Some(index) = self.index() {
            found.extend(index.find_digests(text, Rank::Credential));
        }
        masked(text, found)
    }

    /// The text with a mask in the place of the credentials in URLs, whoever knows of them.
    #[must_use]
    pub fn without_credentials(text: &str) -> Cow<'_, str> {
        masked(text, credentials::in_text(text))
    }

    fn find(&self, text: &str, rank: Rank) -> Vec<Range<usize>> {
        let mut found = credentials::in_text(text);
        if let Some(index) = self.index() {
            found.extend(index.find(text, rank));
        }
        found
    }

    fn index(&self) -> Option<Rc<Index>> {
        let known = &mut *self.0.borrow_mut();
        if known.texts.is_empty() {
            return None;
        }
        let texts = &known.texts;
        Some(Rc::clone(known.index.get_or_insert_with(|| Rc::new(Index::of(texts)))))
    }

    /// Masks everything decrypted and every credential in the state as JSON. A text or number that is one, however short, is masked
    /// as a whole. Of keys only those that somebody made up are looked at, not those of the document.
    pub fn mask_json(&self, state: &mut Json) {
        const FREE: [&str; 3] = ["values", "labels", "secrets"];
        let mut open = vec![(state, false)];
        while let Some((value, is_free)) = open.pop() {
            match value {
                Json::Array(items) => open.extend(items.iter_mut().map(|item| (item, is_free))),
                Json::Object(map) => {
                    if is_free && map.keys().any(|key| self.masked_key(key).is_some()) {
                        *map = std::mem::take(map)
                            .into_iter()
                            .fold(serde_json::Map::new(), |map, (key, value)| {
                                self.with_key(map, &key, value)
                            });
                    }
                    let entries = map.iter_mut();
                    open.extend(entries.map(|(key, value)| (value, is_free || FREE.contains(&key.as_str()))));
                }
                Json::String(text) => {
                    if let Some(masked) = self.masked_value(text) {
                        *text = masked;
                    }
                }
                Json::Number(number) if self.is_number(number) => *value = MASK.into(),
                Json::Number(_) | Json::Bool(_) | Json::Null => {}
            }
        }
    }

    /// Of several keys that are secret, none takes the place of another.
    fn with_key(
        &self,
        mut map: serde_json::Map<String, Json>,
        key: &str,
        value: Json,
    ) -> serde_json::Map<String, Json> {
        let mut masked = self.masked_key(key).unwrap_or_else(|| key.to_owned());
        let plain = masked.clone();
        let mut number = 1;
        while map.contains_key(&masked) {
            number += 1;
            masked = format!("{plain} ({number})");
        }
        map.insert(masked, value);
        map
    }

    fn masked_value(&self, text: &str) -> Option<String> {
        let known = self.0.borrow();
        let is_secret =
            [&known.texts, &known.recognised].iter().any(|texts| texts.get(text) == Some(&Rank::Decrypted));
        drop(known);
        if is_secret {
            return Some(MASK.to_owned());
        }
        self.masked_key(text)
    }

    fn masked_key(&self, text: &str) -> Option<String> {
        match masked(text, self.find(text, Rank::Credential)) {
            Cow::Owned(masked) => Some(masked),
            Cow::Borrowed(_) => None,
        }
    }

    fn is_number(&self, number: &serde_json::Number) -> bool {
        let known = self.0.borrow();
        known.texts.get(&number.to_string()) == Some(&Rank::Decrypted)
            || number.as_f64().is_some_and(|number| known.numbers.contains(&number.to_bits()))
    }
}

/// The text with a mask in the place of these ranges.
fn masked(text: &str, mut ranges: Vec<Range<usize>>) -> Cow<'_, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.sort_unstable_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for range in ranges {
        if range.start >= end {
            masked.push_str(&text[end..range.start]);
            masked.push_str(MASK);
        }
        end = end.max(range.end);
    }
    masked.push_str(&text[end..]);
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::go::strconv::quote;
    use crate::go::url::query_escape;

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
        let secrets = secrets();
        secrets.remember_number(1000.0);
        let mut value = json!({
            "hunter2": ["x", "xx", 1234, 12345, 1e3, true, null],
            "values": { "x": "a hunter2", "a HUNTER2": 1, "a hunter-2": { "hunter2": "https://a:b@c" } },
        });
        secrets.mask_json(&mut value);
        assert_eq!(
            value,
            json!({
                "hunter2": ["***", "xx", "***", 12345, "***", true, null],
                "values": { "x": "a ***", "a ***": 1, "a *** (2)": { "***": "https://***@c" } },
            })
        );
    }

    #[test]
    fn secrets_are_masked_in_every_form_that_a_function_gives_them() {
        let secrets = Secrets::default();
        for text in [
            "p@ss \"w\\rd\" <1>",
            "correct-horse-battery-staple",
            "-----BEGIN A-----\nMIIEpAIBAAKCAQEA\nx9==\n",
            "q'&1",
        ] {
            secrets.remember(text);
        }
        for (text, masked) in [
            // `urlquery`, `html`, `js`, `toJson`, `quote`, `squote`
            ("a=p%40ss+%22w%5Crd%22+%3C1%3E;", "a=***;"),
            ("<p@ss &#34;w\\rd&#34; &lt;1&gt;>", "<***>"),
            (r#"p@ss \"w\\rd\" \u003c1\u003e!"#, "***!"),
            (r"p@ss \x22w\x5Crd\x22 \x3C1\x3E!", "***!"),
            ("'q''&1', q%27%261, q&#39;&amp;1", "'***', ***, ***"),
            // `upper`, `title`, `camelcase`, `snakecase`, `nospace`, `wrap`, `indent`, `splitList` and `join`
            ("CORRECT-HORSE-BATTERY-STAPLE", "***"),
            ("Correct-Horse-Battery-Staple", "***"),
            ("correctHorseBatteryStaple", "***"),
            ("correct_horse\n    battery_staple", "***"),
            ("c,o,r,r,e,c,t,h,o,r,s,e,b,a,t,t,e,r,y,s,t,a,p,l,e", "***"),
            // `b64enc`, `b32enc`, `printf "%x"`, `"% X"`, `"%d"`
            ("Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==", "***"),
            ("bWU6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==", "***"),
            ("MNXXE4TFMN2C22DPOJZWKLLCMF2HIZLSPEWXG5DBOBWGK===", "***"),
            ("x 636f72726563742d686f7273652d626174746572792d737461706c65", "x ***"),
            ("63 6F 72 72 65 63 74 2D 68 6F 72 73 65 2D 62 61 74 74 65 72 79 2D 73 74 61 70 6C 65", "***"),
            // `sha256sum`
            ("4c56dcf8be8b8ef4e7a0c8c0e4a4a2a2", "4c56dcf8be8b8ef4e7a0c8c0e4a4a2a2"),
            // go-yaml, `trunc` and `abbrev`
            ("cannot unmarshal !!str `correct...` into int", "cannot unmarshal !!str `***...` into int"),
            ("key: MIIEpAI...", "key: ***..."),
            ("correct-horse-batte", "***"),
            ("MIIEpAIBAAKCAQEA, x9==", "***"),
            ("nothing of it: correct, horse, q, x9", "nothing of it: correct, horse, q, x9"),
        ] {
            assert_eq!(secrets.mask(text), masked, "{text}");
        }
    }

    #[test]
    fn digests_of_secrets_are_masked_in_messages() {
        let secrets = secrets();
        let digest = data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest("hunter2"));
        assert_eq!(
            secrets.mask(&format!("is {digest}, not {}", "0".repeat(64))),
            format!("is ***, not {}", "0".repeat(64))
        );
        assert_eq!(secrets.pieces(&digest), Vec::<&str>::new(), "a digest may be declared");
    }

    #[test]
    fn credentials_of_urls_are_masked_wherever_they_are() {
        let secrets = Secrets::default();
        let url = "git::https://me:p@ss%21word@e.com/r.git@h.yaml?access_token=abc1";
        assert_eq!(secrets.mask(url), "git::https://***@e.com/r.git@h.yaml?access_token=***");
        secrets.hide_credentials(url);
        assert_eq!(secrets.mask("p@ss!word and abc1"), "*** and ***");
        assert!(!secrets.has_decrypted() && !secrets.is_in("p@ss!word"));
        assert_eq!(secrets.pieces("./abc1/x"), ["abc1"]);
    }

    #[test]
    fn what_is_recognised_for_a_key_is_written_as_it_was_decrypted() {
        let secrets = secrets();
        secrets.remember_form("8080");
        assert!(secrets.has_decrypted() && !secrets.is_in("8080"));
        assert_eq!(secrets.mask("8080"), "***");
        for (text, recognised) in
            [("a hunter2", true), ("aHVudGVyMg==", true), ("HUNTER2", false), ("hunter%32", false)]
        {
            assert_eq!(secrets.is_in(text), recognised, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_around_a_secret_shows_it(
            secret in "[ -~é\u{85}]{4,24}",
            around in prop::collection::vec("[ -~é\n]{0,12}", 2),
            form in 0..6_usize,
        ) {
            prop_assume!(secret.trim().len() >= SHORTEST && !secret.contains('*'));
            let secrets = Secrets::default();
            secrets.remember(&secret);
            let written = match form {
                0 => secret.clone(),
                1 => quote(secret.as_bytes(), true),
                2 => String::from_utf8(query_escape(secret.as_bytes())).expect("ASCII"),
                3 => BASE64.encode(secret.as_bytes()),
                4 => serde_json::to_string(&secret).expect("a text"),
                _ => secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&#34;").replace('\'', "&#39;"),
            };
            let masked = secrets.mask(&format!("{} {written} {}", around[0], around[1])).into_owned();
            prop_assert!(masked.contains(MASK) && !masked.contains(secret.trim()), "{secret:?} in {masked:?}");
        }
    }
}
