//! Values as helmsum writes them: maps in the order in which they were filled, and nothing but strings in them.

use std::fmt::{self, Write as _};

use super::KeyPath;
use crate::checksum::Digest;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block(Vec<(String, Entry)>);

/// What is at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Text(String),
    Map(Block),
    /// A list of maps, none of them empty.
    List(Vec<Block>),
}

impl From<Digest> for Entry {
    fn from(digest: Digest) -> Self {
        Self::Text(digest.to_string())
    }
}

impl Block {
    /// A map of these entries, whose keys differ.
    pub(super) fn of<const N: usize>(entries: [(&str, Entry); N]) -> Self {
        Self(entries.map(|(key, entry)| (key.to_owned(), entry)).to_vec())
    }

    /// Puts an entry at a key, with the maps that lead to it. Fails where something is there, or on the way, already.
    pub(super) fn set(&mut self, path: &KeyPath, entry: Entry) -> Result<(), ()> {
        let (above, last) = (&path.keys()[..path.keys().len() - 1], path.last());
        let mut block = self;
        for key in above {
            block = block.map(key)?;
        }
        if block.0.iter().any(|(own, _)| own == last) {
            return Err(());
        }
        block.0.push((last.to_owned(), entry));
        Ok(())
    }

    /// The map at a key, made where there is nothing yet.
    fn map(&mut self, key: &str) -> Result<&mut Self, ()> {
        let known = self.0.iter().position(|(own, _)| own == key);
        let at = known.unwrap_or(self.0.len());
        if known.is_none() {
            self.0.push((key.to_owned(), Entry::Map(Self::default())));
        }
        match &mut self.0[at].1 {
            Entry::Map(block) => Ok(block),
            Entry::Text(_) | Entry::List(_) => Err(()),
        }
    }

    /// Prints the entries with this much before each line. The first line of a list item has its dash there already.
    fn print(&self, out: &mut fmt::Formatter<'_>, indent: usize, mut dash: bool) -> fmt::Result {
        for (key, entry) in &self.0 {
            if !std::mem::take(&mut dash) {
                write!(out, "{:indent$}", "")?;
            }
            write!(out, "{}:", spelled(key))?;
            match entry {
                Entry::Text(text) => writeln!(out, " {}", quoted(text))?,
                Entry::Map(block) => {
                    out.write_char('\n')?;
                    block.print(out, indent + 2, false)?;
                }
                Entry::List(items) => {
                    out.write_char('\n')?;
                    for item in items {
                        write!(out, "{:indent$}  - ", "")?;
                        item.print(out, indent + 4, true)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Block {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(out, 0, false)
    }
}

/// A key as YAML takes it: bare where every reader takes it for that string, else in double quotes.
pub(crate) fn spelled(key: &str) -> String {
    /// What YAML 1.1 takes for a boolean or nothing, in any case.
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let bare = key.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_')
        && key.chars().all(|character| character.is_ascii_alphanumeric() || "_-./".contains(character))
        && !WORDS.contains(&key.to_ascii_lowercase().as_str());
    if bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // Outside of these every reader of YAML 1.1 and 1.2 agrees on nothing.
            ' '..='~' => quoted.push(character),
            character => {
                // Writing into a string cannot fail.
                let _ = write!(quoted, "\\U{:08X}", u32::from(character));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Entry {
        Entry::Text(text.to_owned())
    }

    #[test]
    fn keys_that_share_a_map_are_printed_in_one() {
        let mut block = Block::default();
        for (key, value) in [("a.b.x", "1"), ("c", "2"), ("a.b.w", "3"), ("a.z", "4")] {
            block.set(&key.parse().expect("a path"), text(value)).expect("it is free");
        }
        assert_eq!(block.to_string(), "a:\n  b:\n    x: \"1\"\n    w: \"3\"\n  z: \"4\"\nc: \"2\"\n");
        for taken in ["a", "a.b.x", "a.b.x.y", "c.d"] {
            let path: KeyPath = taken.parse().expect("a path");
            assert_eq!(block.set(&path, text("5")), Err(()), "{taken}");
        }
    }

    #[test]
    fn lists_hold_maps() {
        let items =
            vec![Block::of([("a/b", text("1"))]), Block::of([("name", text("x")), ("value", text("2"))])];
        let block = Block::of([("y", Entry::Map(Block::of([("list", Entry::List(items))])))]);
        insta::assert_snapshot!(block.to_string(), @r#"
        "y":
          list:
            - a/b: "1"
            - name: "x"
              value: "2"
        "#);
    }

    #[test]
    fn keys_that_yaml_would_take_for_something_else_are_quoted() {
        for (key, text) in [
            ("configChecksum", "configChecksum"),
            ("checksum/config", "checksum/config"),
            ("Yes", "\"Yes\""),
            ("1e3", "\"1e3\""),
            ("-a", "\"-a\""),
            ("a b", "\"a b\""),
            ("a\"\\", "\"a\\\"\\\\\""),
            ("\u{e9}", "\"\\U000000E9\""),
        ] {
            assert_eq!(spelled(key), text);
        }
    }
}
