//! Where in a values file the checksum goes.

use std::fmt;
use std::str::FromStr;

/// The keys from the top of a values file to the checksum: `podAnnotations."checksum/config"`. Dots nest, double quotes keep
/// dots. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyPath(Vec<String>);

/// Text that is no path of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyPathError {
    /// Nothing before, between or after dots.
    #[error("has an empty part")]
    Empty,
    /// A quote that is not closed, or one in the middle of a part.
    #[error("has a stray double quote")]
    Quote,
    /// A character that has no business in a key.
    #[error("holds the control character U+{:04X}", u32::from(*.0))]
    Control(char),
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

    /// The same path with another last key.
    #[must_use]
    pub fn beside(&self, last: impl Into<String>) -> Self {
        let mut keys = self.0.clone();
        keys.pop();
        keys.push(last.into());
        Self(keys)
    }

    /// The last key.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

impl FromStr for KeyPath {
    type Err = KeyPathError;

    fn from_str(text: &str) -> Result<Self, KeyPathError> {
        if let Some(sign) = text.chars().find(|sign| sign.is_control()) {
            return Err(KeyPathError::Control(sign));
        }
        let mut keys = Vec::new();
        let mut rest = text;
        loop {
            let (key, behind) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or(KeyPathError::Quote)?,
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if key.is_empty() {
                return Err(KeyPathError::Empty);
            }
            if key.contains('"') {
                return Err(KeyPathError::Quote);
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

impl fmt::Display for KeyPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            if key.contains('.') {
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
