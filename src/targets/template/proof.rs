//! What is proved about a template by rendering it with other digests.

use std::ops::Range;

use crate::checksum::Digest;
use crate::source::KeyPath;
use crate::targets::content::Section;
use crate::value::Value;
use crate::yaml::{Kind, Node, Style};

/// How many values are compared. Aliases could make more of them than a text has.
const MOST: usize = 100_000;

/// How deep keys are looked for.
const DEEPEST: usize = 100;

/// The same source with another digest, a different one for each attempt.
pub(super) fn other<'a>(section: &Section<'a>, attempt: usize) -> Section<'a> {
    let digest = Digest::of(format!("{attempt} {}", section.digest).as_bytes());
    Section { digest, ..*section }
}

/// The same source with a digest of decimal digits.
pub(super) fn of_digits<'a>(section: &Section<'a>) -> Section<'a> {
    Section { digest: digits(section.digest), ..*section }
}

/// A digest of decimal digits without 0: every part of it is a number.
pub(super) fn digits(digest: Digest) -> Digest {
    let text = digest.to_string();
    let decimal = text.bytes().map(|character| match character {
        b'0' => '9',
        b'a'..=b'f' => char::from(character - b'a' + b'1'),
        character => char::from(character),
    });
    decimal.collect::<String>().parse().unwrap_or(digest)
}

/// Where the first text without quotes stands that depends on digests and is a number in the other text.
pub(super) fn number_among(one: &Node, other: &Node) -> Option<Range<usize>> {
    let mut open = vec![(one.clone(), other.clone())];
    for _ in 0..MOST {
        let (one, other) = open.pop()?;
        match (one.kind(), other.kind()) {
            (Kind::Scalar, Kind::Scalar) => {
                let number = matches!(other.tag().as_str(), "!!int" | "!!float");
                if one.text() != other.text() && one.style() == Some(Style::Plain) && number {
                    return Some(one.span());
                }
            }
            (Kind::Sequence, Kind::Sequence) => {
                open.extend(one.children().into_iter().zip(other.children()).rev());
            }
            (Kind::Mapping, Kind::Mapping) => {
                for ((one_key, one), (other_key, other)) in one.pairs().into_iter().zip(other.pairs()).rev() {
                    open.extend([(one, other), (one_key, other_key)]);
                }
            }
            _ => {}
        }
    }
    None
}

/// The keys at which two values differ: as deep as both are maps.
pub(super) fn differences(one: &Value, other: &Value) -> Vec<KeyPath> {
    let mut found = Vec::new();
    collect(one, other, None, DEEPEST, &mut found);
    found
}

fn collect(one: &Value, other: &Value, path: Option<&KeyPath>, depth: usize, found: &mut Vec<KeyPath>) {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) if depth > 0 => {
            for (key, value) in one.entries() {
                let path = path.map_or_else(|| KeyPath::of([&*key]), |path| path.below(&*key));
                match other.get(&key) {
                    Some(other) => collect(&value, &other, Some(&path), depth - 1, found),
                    None => found.push(path),
                }
            }
        }
        _ if one.deep_equal(other) => {}
        _ => found.extend(path.cloned()),
    }
}
