//! What a target holds.

use std::fmt::Write as _;

use super::KeyPath;
use crate::checksum::{Digest, HashedFile, combine};
use crate::source::HEADER;

/// The line below the header: which version of the checksum this is.
pub(super) const VERSION: &str = "# checksum v1";

/// How many files of a source are listed.
pub(super) const MOST_FILES: usize = 64;

/// How a checksum reaches the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// At a key of the values, for a chart of one's own: `configChecksum: "…"`, and `configChecksums: {NAME: "…"}` with named
    /// sources.
    Value(KeyPath),
    /// As annotations under `podAnnotations`, for a chart that offers nothing else.
    PodAnnotations,
}

impl Format {
    /// The keys that a target of this format sets: of the checksum, then those of the named sources.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyPath> {
        match self {
            Self::Value(key) => vec![key.clone(), key.beside(format!("{}s", key.last()))],
            Self::PodAnnotations => vec![self.key()],
        }
    }

    /// Where the checksum is.
    #[must_use]
    pub fn key(&self) -> KeyPath {
        match self {
            Self::Value(key) => key.clone(),
            Self::PodAnnotations => KeyPath::of(["podAnnotations", "checksum/helmsum"]),
        }
    }
}

/// Sources that a format cannot express.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Kubernetes takes 63 characters behind the slash of an annotation.
    #[error(
        "the source name `{0}` makes an annotation longer than Kubernetes takes: `checksum/helmsum.NAME` has room for 55 characters"
    )]
    LongName(String),
}

/// A source as its target records it.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// What stands for it in the checksum.
    pub label: &'a str,
    /// The name given with `as`.
    pub name: Option<&'a str>,
    /// Its digest.
    pub digest: Digest,
    /// Its files; none for what must not be listed.
    pub files: &'a [HashedFile],
}

/// What a target should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The checksum; nothing without sources.
    pub checksum: Option<Digest>,
    /// The whole file.
    pub text: String,
}

impl Content {
    /// The target of these sources, whose labels are unique.
    ///
    /// Without sources it is only the header: helmfile finds the file, and nothing is left of a directive that was removed.
    ///
    /// # Errors
    ///
    /// Where the format cannot express a name.
    pub fn new(sections: &[Section<'_>], format: &Format) -> Result<Self, FormatError> {
        let mut sorted = sections.to_vec();
        sorted.sort_unstable_by(|one, other| one.label.cmp(other.label));
        let digests: Vec<(&str, Digest)> =
            sorted.iter().map(|section| (section.label, section.digest)).collect();
        let checksum = combine(&digests);
        let mut text = format!("{HEADER}\n{VERSION}\n");
        for section in &sorted {
            comment(&mut text, section);
        }
        if let Some(checksum) = checksum {
            let mut named: Vec<(&str, Digest)> =
                sorted.iter().filter_map(|section| Some((section.name?, section.digest))).collect();
            named.sort_unstable();
            match format {
                Format::Value(key) => value(&mut text, key, checksum, &named),
                Format::PodAnnotations => annotations(&mut text, checksum, &named)?,
            }
        }
        Ok(Self { checksum, text })
    }
}

fn comment(text: &mut String, section: &Section<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "#   {}  {}", section.digest, section.label);
    for file in section.files.iter().take(MOST_FILES) {
        let _ = writeln!(text, "#     {}  {}", file.digest, file.name);
    }
    if section.files.len() > MOST_FILES {
        let _ = writeln!(text, "#     and {} more", section.files.len() - MOST_FILES);
    }
}

fn value(text: &mut String, path: &KeyPath, checksum: Digest, named: &[(&str, Digest)]) {
    let (above, last) = (&path.keys()[..path.keys().len() - 1], path.last());
    for (depth, key) in above.iter().enumerate() {
        let _ = writeln!(text, "{:depth$}{}:", "", spelled(key), depth = 2 * depth);
    }
    let indent = 2 * above.len();
    let _ = writeln!(text, "{:indent$}{}: \"{checksum}\"", "", spelled(last));
    if !named.is_empty() {
        let _ = writeln!(text, "{:indent$}{}:", "", spelled(&format!("{last}s")));
        for (name, digest) in named {
            let _ = writeln!(text, "{:indent$}  {}: \"{digest}\"", "", spelled(name));
        }
    }
}

fn annotations(text: &mut String, checksum: Digest, named: &[(&str, Digest)]) -> Result<(), FormatError> {
    const ROOM: usize = 63 - "helmsum.".len();
    let _ = writeln!(text, "podAnnotations:\n  checksum/helmsum: \"{checksum}\"");
    for (name, digest) in named {
        if name.len() > ROOM {
            return Err(FormatError::LongName((*name).to_owned()));
        }
        let _ = writeln!(text, "  checksum/helmsum.{name}: \"{digest}\"");
    }
    Ok(())
}

/// A key as YAML takes it: bare where every reader takes it for that string, else in double quotes.
fn spelled(key: &str) -> String {
    /// What YAML 1.1 takes for a boolean or nothing, in any case.
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let bare = key.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_')
        && key.chars().all(|sign| sign.is_ascii_alphanumeric() || "_-./".contains(sign))
        && !WORDS.contains(&key.to_ascii_lowercase().as_str());
    if bare {
        return key.to_owned();
    }
    let mut quoted = String::from("\"");
    for sign in key.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            // Outside of these every reader of YAML 1.1 and 1.2 agrees on nothing.
            ' '..='~' => quoted.push(sign),
            sign => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(sign));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::Notes;

    fn file(name: &str) -> HashedFile {
        HashedFile {
            name: name.into(),
            digest: Digest::of(name.as_bytes()),
            bytes: 1,
            notes: Notes::default(),
        }
    }

    fn section<'a>(label: &'a str, name: Option<&'a str>, files: &'a [HashedFile]) -> Section<'a> {
        Section { label, name, digest: Digest::of(label.as_bytes()), files }
    }

    fn configured() -> Format {
        Format::Value(KeyPath::of(["configChecksum"]))
    }

    #[test]
    fn one_source_is_listed_with_its_files() {
        let files = [file("./orders.yaml"), file("./users.yaml")];
        let content = Content::new(&[section("./apis", None, &files)], &configured()).expect("fits");
        insta::assert_snapshot!(content.text, @r#"
        # Generated by helmsum. Edits are lost: run `helmsum generate`.
        # checksum v1
        #   70fdad5d5a3c80b0a5479ecae49a689302f1f06b5929d40908c27705736e6b2d  ./apis
        #     3cfa8df709fdeaf8e19cd8a0e1ca61d58f55fdcb4b41b861b1962278aeaaaf89  ./orders.yaml
        #     51b0df4146b57919d981e4a32da2f2701ec1b80ed35b2efdd7809493510e3394  ./users.yaml
        configChecksum: "70fdad5d5a3c80b0a5479ecae49a689302f1f06b5929d40908c27705736e6b2d"
        "#);
        assert_eq!(content.checksum, Some(Digest::of(b"./apis")));
    }

    #[test]
    fn named_sources_follow_as_a_map_in_the_order_of_their_names() {
        let sections =
            [section("zeta", Some("zeta"), &[]), section("./apis", None, &[]), section("n", Some("n"), &[])];
        let nested = Format::Value("gateway.\"config.checksum\"".parse().expect("a path"));
        insta::assert_snapshot!(Content::new(&sections, &nested).expect("fits").text, @r#"
        # Generated by helmsum. Edits are lost: run `helmsum generate`.
        # checksum v1
        #   70fdad5d5a3c80b0a5479ecae49a689302f1f06b5929d40908c27705736e6b2d  ./apis
        #   1b16b1df538ba12dc3f97edbb85caa7050d46c148134290feba80f8236c83db9  n
        #   5cc10d9143b2cff082cf5fb373073b13d02d12c9a4d24a97d822d701404fb421  zeta
        gateway:
          config.checksum: "3bdf5f00e16962b892da3960dced9b790fe64a364e1f145c95eeb05943238120"
          config.checksums:
            "n": "1b16b1df538ba12dc3f97edbb85caa7050d46c148134290feba80f8236c83db9"
            zeta: "5cc10d9143b2cff082cf5fb373073b13d02d12c9a4d24a97d822d701404fb421"
        "#);
    }

    #[test]
    fn annotations_carry_the_name_of_helmsum() {
        let sections = [section("./apis", None, &[]), section("certs", Some("certs"), &[])];
        insta::assert_snapshot!(Content::new(&sections, &Format::PodAnnotations).expect("fits").text, @r#"
        # Generated by helmsum. Edits are lost: run `helmsum generate`.
        # checksum v1
        #   70fdad5d5a3c80b0a5479ecae49a689302f1f06b5929d40908c27705736e6b2d  ./apis
        #   254090ae56ea8af2e59a4de6460977d410e18381b14fd6aa0fdb37cf0a0e2cfd  certs
        podAnnotations:
          checksum/helmsum: "76f5434eeb3eba3078dae1d4dd500af59f630084ee44b841599961aec2e678a2"
          checksum/helmsum.certs: "254090ae56ea8af2e59a4de6460977d410e18381b14fd6aa0fdb37cf0a0e2cfd"
        "#);
        let long = "n".repeat(56);
        let sections = [section(&long, Some(&long), &[])];
        assert_eq!(
            Content::new(&sections, &Format::PodAnnotations),
            Err(FormatError::LongName(long.clone()))
        );
        assert!(Content::new(&sections, &configured()).is_ok());
    }

    #[test]
    fn no_source_leaves_the_header() {
        let content = Content::new(&[], &configured()).expect("fits");
        assert_eq!(content, Content { checksum: None, text: format!("{HEADER}\n{VERSION}\n") });
    }

    #[test]
    fn sixty_four_files_are_listed_and_the_rest_is_counted() {
        let files: Vec<HashedFile> = (0..66).map(|number| file(&format!("./{number:02}"))).collect();
        let text = Content::new(&[section("./many", None, &files)], &configured()).expect("fits").text;
        assert!(text.contains("  ./63\n#     and 2 more\nconfigChecksum: "), "{text}");
        let text = Content::new(&[section("./many", None, &files[..64])], &configured()).expect("fits").text;
        assert!(text.contains("  ./63\nconfigChecksum: "), "{text}");
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
