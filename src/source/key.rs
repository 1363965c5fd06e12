//! Where in a values file a checksum goes.

use std::fmt;
use std::str::FromStr;

/// The keys from the top of a values file to the checksum: `podAnnotations."checksum/config"`. Dots nest, double quotes keep
/// dots. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyPath(Vec<String>);

/// The keys that one checksum goes to, in the order given: several for a chart with several workloads. Never empty, and none
/// lies in another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyPaths(Vec<KeyPath>);

/// Keys that cannot all contain a checksum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyPathsError {
    #[error("contains no key")]
    None,
    /// The same key twice.
    #[error("contains `{0}` twice")]
    Twice(KeyPath),
    /// A key within another.
    #[error("contains `{0}`, which is inside `{1}`")]
    Within(KeyPath, KeyPath),
}

/// Text that is not a path of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyPathError {
    /// Nothing before, between or after dots.
    #[error("has an empty part")]
    Empty,
    /// A quote that is not closed, or one in the middle of a part.
    #[error("has a stray double quote")]
    Quote,
    /// A character that has no business in a key.
    #[error("contains the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// `a[0]`, with the spelling of a key that is called so.
    #[error(
        "reaches into a list, which a values file cannot: helm replaces lists as a whole; a key that is called so is quoted: `{0}`"
    )]
    Index(KeyPath),
    /// Written as for `helm --set`, for a template or for a query, with what that means here.
    #[error("is written as for `helm --set` or a template; write `{0}`, or quote a part that is called so")]
    Foreign(KeyPath),
}

impl KeyPath {
    /// The path of these keys.
    #[must_use]
    pub fn of<const N: usize>(keys: [&str; N]) -> Self {
        const { assert!(N > 0, "a path has at least one key") }
        Self(keys.map(str::to_owned).to_vec())
    }

    /// The keys, from the top.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.0
    }

    /// The path of the key above this one that has `depth` keys above it.
    #[must_use]
    pub fn up_to(&self, depth: usize) -> Self {
        Self(self.0.iter().take(depth + 1).cloned().collect())
    }

    /// The path of a key below this one.
    #[must_use]
    pub fn below(&self, key: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.into());
        Self(keys)
    }

    /// Whether the other path is this one or lies below it.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The same path with another last key.
    #[must_use]
    pub fn beside(&self, last: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.pop();
        keys.push(last.into());
        Self(keys)
    }

    /// The first key.
    #[must_use]
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The last key.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl KeyPaths {
    /// Takes keys that can all contain a checksum.
    ///
    /// # Errors
    ///
    /// For no key at all, and for one that is or lies in another.
    pub fn new(paths: Vec<KeyPath>) -> Result<Self, KeyPathsError> {
        if paths.is_empty() {
            return Err(KeyPathsError::None);
        }
        for (at, path) in paths.iter().enumerate() {
            for (other_at, other) in paths.iter().enumerate() {
                if at < other_at && path == other {
                    return Err(KeyPathsError::Twice(path.clone()));
                }
                if path != other && other.holds(path) {
                    return Err(KeyPathsError::Within(path.clone(), other.clone()));
                }
            }
        }
        Ok(Self(paths))
    }

    /// The only key.
    #[must_use]
    pub fn one(path: KeyPath) -> Self {
        Self(vec![path])
    }

    /// The first key, which reports name.
    ///
    /// # Panics
    ///
    /// Never: there is one.
    #[must_use]
    pub fn first(&self) -> &KeyPath {
        &self.0[0]
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, KeyPath> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a KeyPaths {
    type Item = &'a KeyPath;
    type IntoIter = std::slice::Iter<'a, KeyPath>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromStr for KeyPath {
    type Err = KeyPathError;

    fn from_str(text: &str) -> Result<Self, KeyPathError> {
        if let Some(character) = text.chars().find(|character| character.is_control()) {
            return Err(KeyPathError::Control(character));
        }
        if text.trim_start().starts_with(".Values") {
            return Err(KeyPathError::Foreign(meant(text)));
        }
        let mut keys = Vec::new();
        let mut rest = text;
        loop {
            let quoted = rest.strip_prefix('"');
            let (key, behind) = match quoted {
                Some(quoted) => quoted.split_once('"').ok_or(KeyPathError::Quote)?,
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if key.is_empty() {
                return Err(KeyPathError::Empty);
            }
            if key.contains('"') && key.trim() == key {
                return Err(KeyPathError::Quote);
            }
            if quoted.is_none() && key.contains('[') {
                return Err(KeyPathError::Index(meant(text)));
            }
            if quoted.is_none() && (key.contains(['\\', '$']) || key.trim() != key || is_root(key, &keys)) {
                return Err(KeyPathError::Foreign(meant(text)));
            }
            keys.push(key.to_owned());
            match behind.strip_prefix('.') {
                Some(next) => rest = next,
                None if behind.is_empty() => return Ok(Self(keys)),
                None => return Err(KeyPathError::Quote),
            }
        }
    }
}

/// Whether a part stands for all values, as in a template, and not for a key of them.
fn is_root(key: &str, before: &[String]) -> bool {
    before.is_empty() && key == "Values"
}

/// What a path means to helm: `\` keeps the character after it, `$` and `Values` at the beginning are the values themselves.
fn meant(text: &str) -> KeyPath {
    let mut keys = vec![String::new()];
    let mut quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, keys.last_mut()) {
            ('"', _) => quoted = !quoted,
            ('.', _) if !quoted => keys.push(String::new()),
            ('\\', Some(key)) if !quoted => key.extend(characters.next()),
            (character, Some(key)) => key.push(character),
            (_, None) => {}
        }
    }
    let root = |key: &String| matches!(key.trim(), "" | "$" | "Values");
    let below: Vec<String> =
        keys.iter().skip_while(|key| root(key)).map(|key| key.trim().to_owned()).collect();
    KeyPath(if below.is_empty() { vec![text.trim().replace('"', "")] } else { below })
}

impl fmt::Display for KeyPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            let foreign =
                key.contains(['.', '[', '\\', '$']) || key.trim() != key || is_root(key, &self.0[..index]);
            if foreign {
                write!(out, "{dot}\"{key}\"")?;
            } else {
                write!(out, "{dot}{key}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_nest_and_quotes_keep_them() {
        for (text, keys) in [
            ("configChecksum", &["configChecksum"][..]),
            ("gateway.configChecksum", &["gateway", "configChecksum"]),
            ("podAnnotations.\"checksum/config\"", &["podAnnotations", "checksum/config"]),
            ("a.\"b.c\".d", &["a", "b.c", "d"]),
            ("podAnnotations.checksum/config", &["podAnnotations", "checksum/config"]),
        ] {
            let path: KeyPath = text.parse().expect(text);
            assert_eq!(path.keys(), keys, "{text}");
            assert_eq!(path.to_string().parse(), Ok(path), "{text} read back");
        }
    }

    #[test]
    fn keys_of_one_target_do_not_lie_in_each_other() {
        let paths =
            |texts: &[&str]| KeyPaths::new(texts.iter().map(|text| text.parse().expect("a path")).collect());
        let several = paths(&["a.b", "a.c", "ab", "a.bc"]).expect("they are apart");
        assert_eq!(several.first().to_string(), "a.b");
        assert_eq!(several.iter().count(), 4);
        for (texts, said) in [
            (&[][..], "contains no key"),
            (&["a.b", "c", "a.b"], "contains `a.b` twice"),
            (&["a", "a.b"], "contains `a.b`, which is inside `a`"),
            (&["a.b.c", "a.b"], "contains `a.b.c`, which is inside `a.b`"),
        ] {
            assert_eq!(paths(texts).expect_err("they overlap").to_string(), said);
        }
    }

    #[test]
    fn what_is_written_as_for_helm_is_refused_with_what_is_meant() {
        for (text, meant) in [
            ("my\\.alias.x", "\"my.alias\".x"),
            ("$.x", "x"),
            ("$.Values.x.y", "x.y"),
            ("Values.x", "x"),
            (".Values.x", "x"),
            (" x", "x"),
            ("x ", "x"),
            ("a . b", "a.b"),
            ("a.$b", "a.\"$b\""),
            ("Values", "\"Values\""),
            (" \"a.b\"", "\"a.b\""),
        ] {
            let error = text.parse::<KeyPath>().expect_err(text);
            let KeyPathError::Foreign(path) = &error else { panic!("{text}: {error}") };
            assert_eq!(path.to_string(), meant, "{text}");
            assert_eq!(path.to_string().parse().as_ref(), Ok(path), "{text}: what is meant can be written");
        }
        let error = "deployments[0].podAnnotations".parse::<KeyPath>().expect_err("a list");
        assert!(error.to_string().ends_with("`\"deployments[0]\".podAnnotations`"), "{error}");
        for text in ["\"deployments[0]\".a", "\"Values\".x", "a.Values", "\" x\"", "\"a\\b\"", "\"$\".x"] {
            let path: KeyPath = text.parse().expect(text);
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for (text, error) in [
            ("", KeyPathError::Empty),
            ("a.", KeyPathError::Empty),
            (".a", KeyPathError::Empty),
            ("a..b", KeyPathError::Empty),
            ("\"\"", KeyPathError::Empty),
            ("\"a", KeyPathError::Quote),
            ("\"a\"b", KeyPathError::Quote),
            ("a\"b\"", KeyPathError::Quote),
            ("a\nb", KeyPathError::Control('\n')),
        ] {
            assert_eq!(text.parse::<KeyPath>(), Err(error), "{text}");
        }
    }
}
