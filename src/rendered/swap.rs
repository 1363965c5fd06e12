//! Two calls of helm that differ in nothing but digests of one values file.

use std::collections::BTreeSet;

use super::influence::Hashes;
use super::template::Templating;
use crate::value::Value;
use crate::yaml::{self, Limits};

/// How many hexadecimal digits a SHA-256 has.
const LENGTH: usize = 64;

/// What is another one in a second call of helm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swap {
    /// The keys of the values file that has it, at every depth.
    pub(crate) keys: BTreeSet<String>,
    /// The digests of the first call that stand in nothing else that helm is given, apart from its chart.
    pub(crate) digests: BTreeSet<String>,
}

impl Templating {
    /// The digests in which two calls differ; nothing where they differ in anything else, or in nothing.
    pub(crate) fn swap(&self, other: &Self) -> Option<Swap> {
        let Self {
            release,
            place: _,
            namespace,
            helm,
            arguments,
            chart,
            values,
            reuses_values,
            directory,
            environment,
        } = self;
        let is_alike = (release, namespace, helm, directory)
            == (&other.release, &other.namespace, &other.helm, &other.directory)
            && (arguments, environment, reuses_values)
                == (&other.arguments, &other.environment, &other.reuses_values)
            && values.len() == other.values.len()
            && chart == &other.chart;
        let mut differing =
            values.iter().zip(&other.values).enumerate().filter(|(_, (one, other))| one != other);
        let (Some((index, (one, another))), None, true) = (differing.next(), differing.next(), is_alike)
        else {
            return None;
        };
        let (one, another) = (data(one)?, data(another)?);
        let mut swap = Swap { keys: keys(one)?, digests: swapped(one, another)? };
        let mut elsewhere = Hashes::default();
        elsewhere.add(another.as_bytes());
        let others = values.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, text)| text);
        others.for_each(|text| elsewhere.add(text));
        self.texts().iter().for_each(|text| elsewhere.add(text.as_bytes()));
        for file in self.argument_files() {
            elsewhere.add(&file.ok()?);
        }
        swap.digests.retain(|digest| !elsewhere.may_have(digest));
        Some(swap)
    }
}

/// A values file below the comments that it starts with.
fn data(text: &[u8]) -> Option<&str> {
    let mut rest = std::str::from_utf8(text).ok()?;
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    Some(rest)
}

/// The keys of all maps of a values file. Nothing where one looks like a digest itself.
fn keys(text: &str) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut open = vec![yaml::parse_first(text.as_bytes(), &Limits::default()).ok()??.decode_as_helm().ok()?];
    while let Some(value) = open.pop() {
        match value {
            Value::Map(map) => {
                for (key, value) in map.entries() {
                    found.insert(key.to_string());
                    open.push(value);
                }
            }
            Value::List(list) => open.extend(list.iter().cloned()),
            _ => {}
        }
    }
    let is_plain = |key: &String| key.split(|c: char| !c.is_ascii_hexdigit()).all(|run| run.len() < LENGTH);
    found.iter().all(is_plain).then_some(found)
}

/// The digests that stand in one text where another one has others; nothing where the texts differ in anything else.
fn swapped(one: &str, other: &str) -> Option<BTreeSet<String>> {
    let is_between = |c: char| !c.is_ascii_alphanumeric();
    if !one.chars().filter(|c| is_between(*c)).eq(other.chars().filter(|c| is_between(*c))) {
        return None;
    }
    let mut digests = BTreeSet::new();
    let (mut words, mut others) = (one.split(is_between), other.split(is_between));
    loop {
        match (words.next(), others.next()) {
            (Some(word), Some(other)) if word == other => {}
            (Some(word), Some(other)) if is_digest(word) && is_digest(other) => {
                digests.insert(word.to_owned());
            }
            (None, None) => return Some(digests),
            _ => return None,
        }
    }
}

/// Whether a word is a SHA-256 that no reader of YAML takes for a number.
fn is_digest(word: &str) -> bool {
    word.len() == LENGTH
        && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && word.contains(['a', 'b', 'c', 'd', 'f'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(of: char) -> String {
        of.to_string().repeat(LENGTH)
    }

    #[test]
    fn what_differs_is_digests_alone_or_too_much() {
        let (a, b, c, d) = (digest('a'), digest('b'), digest('c'), digest('d'));
        let digests = |one: &str, other: &str| swapped(one, other);
        let text = |one: &str, other: &str| format!("sum: \"{one}\"\nsums:\n  x: \"{other}\"\n");
        assert_eq!(digests(&text(&a, &b), &text(&c, &d)), Some([a.clone(), b.clone()].into()));
        assert_eq!(digests(&text(&a, &b), &text(&a, &d)), Some([b.clone()].into()));
        assert_eq!(digests("x: 1\n", "x: 1\n"), Some(BTreeSet::new()));
        for (one, other) in [
            (format!("x: {a}\n"), format!("y: {b}\n")),
            (format!("x: {a}\n"), format!("x:\n  {b}\n")),
            (format!("x: {a}\n"), format!("x: {b}0\n")),
            (format!("x: {a}\n"), format!("x: {}\n", digest('1'))),
            (format!("x: {a}\n"), format!("x: {b}\ny: {b}\n")),
            ("x: a1\n".to_owned(), "x: b2\n".to_owned()),
        ] {
            assert_eq!(digests(&one, &other), None, "{one}{other}");
        }
    }

    #[test]
    fn keys_are_those_of_every_depth() {
        let found = keys("a:\n  b/c: x\n  d: [{e: y}]\n");
        assert_eq!(found, Some(["a", "b/c", "d", "e"].map(str::to_owned).into()));
        assert_eq!(keys(&format!("a:\n  {}: x\n", digest('a'))), None);
        assert_eq!(keys("a: [\n"), None);
        assert_eq!(keys(""), None);
    }

    #[test]
    fn comments_at_the_beginning_are_no_data() {
        assert_eq!(data(b"# a\n#  b\nc: 1 # d\n"), Some("c: 1 # d\n"));
        assert_eq!(data(b"# a"), Some(""));
        assert_eq!(data(b"\xff"), None);
    }
}
