//! Finds secrets in texts, in whatever form.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::readings::{Reading, itself, readings};
use super::secrets::Rank;

/// How many letters and digits a secret has at least that is found by them alone, whatever stands between and in whatever case.
/// A shorter one is found as it is written.
const SHORTEST_FOLDED: usize = 6;

/// So many letters and digits of a secret in a row give it away, if a digit is among them.
const PART: usize = 8;

/// The same for letters alone, which may be a word.
const LETTERS: usize = 16;

/// So many such parts are known: of a decrypted megabyte, each.
const MOST_PARTS: usize = 2 << 20;

/// So many letters in front of `…` are compared with the beginnings of secrets.
const BEGINNING: usize = 3;

/// A secret longer than this, in bytes, is not looked for as hexadecimal or decimal numbers of its bytes.
const LONGEST_ENCODED: usize = 1 << 12;

/// What is looked for, and how secret it is.
#[derive(Debug)]
struct Needle {
    text: String,
    rank: Rank,
    /// Whether it is an encoding, so that what is around it may be one, too.
    encoded: bool,
}

/// The secrets of a run, prepared for being found.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By letters and digits alone, in lower case: those that start with the same four are together.
    folded: BTreeMap<[char; 4], Vec<Needle>>,
    /// As they are written.
    literal: Vec<Needle>,
    /// Hashes of parts, sorted.
    parts: Vec<(u64, Rank)>,
    /// Sorted, for comparing beginnings.
    beginnings: Vec<(String, Rank)>,
    /// What digests are made of.
    texts: Vec<(String, Rank)>,
    /// The first sixteen bytes of digests, sorted. Made when a text has something that looks like one.
    digests: OnceCell<Vec<(u128, Rank)>>,
}

impl Index {
    pub(super) fn of(secrets: &BTreeMap<String, Rank>) -> Self {
        let mut index = Self::default();
        for (text, rank) in secrets {
            index.add(text, *rank);
            let trimmed = text.trim();
            // Whatever ends a line in YAML.
            let lines = trimmed.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).map(str::trim);
            for line in lines.filter(|line| line.len() < trimmed.len()) {
                index.add(line, *rank);
            }
        }
        sort(&mut index.parts);
        index.beginnings.sort_unstable();
        index
    }

    fn add(&mut self, text: &str, rank: Rank) {
        if text.len() < super::secrets::SHORTEST {
            return;
        }
        let folded: String = fold(&itself(text)).into_iter().map(|(character, _)| character).collect();
        let ends = [text.chars().next(), text.chars().next_back()];
        let is_framed = ends.into_iter().flatten().any(|character| !character.is_alphanumeric());
        if folded.chars().count() < SHORTEST_FOLDED || is_framed {
            self.literal.push(Needle { text: text.to_owned(), rank, encoded: false });
            for other in [text.to_uppercase(), text.to_lowercase()] {
                if other != text {
                    self.literal.push(Needle { text: other, rank, encoded: false });
                }
            }
        }
        self.add_parts(&folded, rank);
        let encoded = BASE64.encode(text.as_bytes());
        self.add_folded(&encoded, rank);
        if text.len() <= LONGEST_ENCODED {
            self.add_folded(&HEXLOWER.encode(text.as_bytes()), rank);
            let numbers: String = text.bytes().map(|byte| byte.to_string()).collect();
            self.add_folded(&numbers, rank);
        }
        self.texts.push((text.to_owned(), rank));
        if folded.chars().count() >= BEGINNING {
            self.beginnings.push((folded.clone(), rank));
        }
        self.insert(folded, rank, false);
    }

    /// Something that a secret is encoded as.
    fn add_folded(&mut self, text: &str, rank: Rank) {
        let folded: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
        let folded = folded.to_lowercase();
        self.add_parts(&folded, rank);
        self.insert(folded, rank, true);
    }

    fn insert(&mut self, folded: String, rank: Rank, encoded: bool) {
        let start: Vec<char> = folded.chars().take(4).collect();
        if let Ok(start) = <[char; 4]>::try_from(start)
            && folded.chars().count() >= SHORTEST_FOLDED
        {
            self.folded.entry(start).or_default().push(Needle { text: folded, rank, encoded });
        }
    }

    fn add_parts(&mut self, folded: &str, rank: Rank) {
        let characters: Vec<char> = folded.chars().collect();
        let room = MOST_PARTS.saturating_sub(self.parts.len());
        self.parts.extend(parts(&characters).take(room).map(|(_, hash)| (hash, rank)));
    }

    /// Where a text has secrets of this rank or a higher one.
    pub(super) fn find(&self, text: &str, rank: Rank) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for reading in readings(text) {
            self.find_literal(&reading, rank, &mut found);
            let folded = fold(&reading);
            self.find_folded(&folded, text, rank, &mut found);
            self.find_parts(&folded, rank, &mut found);
        }
        self.find_beginnings(text, rank, &mut found);
        found
    }

    fn find_literal(&self, reading: &Reading, rank: Rank, found: &mut Vec<Range<usize>>) {
        if self.literal.is_empty() {
            return;
        }
        let text: String = reading.iter().map(|(character, _)| *character).collect();
        for needle in self.literal.iter().filter(|needle| needle.rank >= rank) {
            for (at, _) in text.match_indices(needle.text.as_str()) {
                let first = text[..at].chars().count();
                let last = first + needle.text.chars().count() - 1;
                found.push(reading[first].1.start..reading[last].1.end);
            }
        }
    }

    fn find_folded(&self, folded: &Reading, text: &str, rank: Rank, found: &mut Vec<Range<usize>>) {
        for (at, start) in folded.windows(4).enumerate() {
            let start = [start[0].0, start[1].0, start[2].0, start[3].0];
            for needle in self.folded.get(&start).into_iter().flatten().filter(|needle| needle.rank >= rank) {
                let length = needle.text.chars().count();
                let Some(candidate) = folded.get(at..at + length) else { continue };
                if needle.text.chars().eq(candidate.iter().map(|(character, _)| *character)) {
                    let range = candidate[0].1.start..candidate[length - 1].1.end;
                    found.push(if needle.encoded { around(text, range) } else { range });
                }
            }
        }
    }

    fn find_parts(&self, folded: &Reading, rank: Rank, found: &mut Vec<Range<usize>>) {
        if self.parts.is_empty() {
            return;
        }
        let characters: Vec<char> = folded.iter().map(|(character, _)| *character).collect();
        for (positions, hash) in parts(&characters) {
            let known = self.parts.binary_search_by_key(&hash, |(hash, _)| *hash);
            if known.is_ok_and(|known| self.parts[known].1 >= rank) {
                found.push(folded[positions.start].1.start..folded[positions.end - 1].1.end);
            }
        }
    }

    /// Beginnings that were cut off there: `hunt...`, as go-yaml quotes values.
    fn find_beginnings(&self, text: &str, rank: Rank, found: &mut Vec<Range<usize>>) {
        let cuts = text.match_indices("...").chain(text.match_indices('…'));
        for (end, _) in cuts {
            let is_end = |character: char| character.is_whitespace() || "`\"'(".contains(character);
            let start = text[..end].char_indices().rev().find(|(_, character)| is_end(*character));
            let start = start.map_or(0, |(at, character)| at + character.len_utf8());
            if !text[start..end].ends_with(char::is_alphanumeric) {
                continue;
            }
            let folded = fold(&itself(&text[start..end]));
            let cut = (0..=folded.len().saturating_sub(BEGINNING)).find(|first| {
                let rest: String = folded[*first..].iter().map(|(character, _)| *character).collect();
                rest.chars().count() >= BEGINNING && self.begins(&rest, rank)
            });
            if let Some(first) = cut {
                found.push(start + folded[first].1.start..end);
            }
        }
    }

    fn begins(&self, beginning: &str, rank: Rank) -> bool {
        let first = self.beginnings.partition_point(|(text, _)| text.as_str() < beginning);
        self.beginnings[first..]
            .iter()
            .take_while(|(text, _)| text.starts_with(beginning))
            .any(|(_, known)| *known >= rank)
    }

    /// Where a text has digests of secrets.
    pub(super) fn find_digests(&self, text: &str, rank: Rank) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let length = text[start..].bytes().take_while(u8::is_ascii_hexdigit).count();
            if matches!(length, 40 | 64 | 128) {
                let digest =
                    HEXLOWER_PERMISSIVE.decode(&text.as_bytes()[start..start + length]).unwrap_or_default();
                let digests = self.digests.get_or_init(|| self.digests());
                let known = first_bytes(&digest)
                    .and_then(|digest| digests.binary_search_by_key(&digest, |(digest, _)| *digest).ok());
                if known.is_some_and(|known| digests[known].1 >= rank) {
                    found.push(start..start + length);
                }
            }
            start += length;
            start += text[start..].chars().next().map_or(1, char::len_utf8);
        }
        found
    }

    fn digests(&self) -> Vec<(u128, Rank)> {
        let mut digests = Vec::new();
        for (text, rank) in &self.texts {
            let bytes = text.as_bytes();
            let all = [
                first_bytes(&Sha1::digest(bytes)),
                first_bytes(&Sha256::digest(bytes)),
                first_bytes(&Sha512::digest(bytes)),
            ];
            digests.extend(all.into_iter().flatten().map(|digest| (digest, *rank)));
        }
        sort(&mut digests);
        digests
    }
}

/// Sorts hashes, each with the highest rank that it has.
fn sort<T: Ord + Copy>(hashes: &mut Vec<(T, Rank)>) {
    hashes.sort_unstable_by_key(|(hash, rank)| (*hash, std::cmp::Reverse(*rank)));
    hashes.dedup_by_key(|(hash, _)| *hash);
}

fn first_bytes(digest: &[u8]) -> Option<u128> {
    digest.first_chunk::<16>().map(|bytes| u128::from_be_bytes(*bytes))
}

/// The parts that give a secret away: where, and a hash of each.
fn parts(characters: &[char]) -> impl Iterator<Item = (Range<usize>, u64)> + '_ {
    let of = move |length: usize| {
        characters.windows(length).enumerate().map(move |(at, part)| (at..at + length, part))
    };
    let with_digit = of(PART).filter(|(_, part)| part.iter().any(|character| character.is_numeric()));
    with_digit.chain(of(LETTERS)).map(|(at, part)| (at, hash(part)))
}

/// FNV-1a.
fn hash(part: &[char]) -> u64 {
    part.iter().fold(0xcbf2_9ce4_8422_2325, |hash, character| {
        (hash ^ u64::from(u32::from(*character))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Only the letters and digits, in lower case: what is left of a text in another case, broken into lines or in quotes.
fn fold(reading: &Reading) -> Reading {
    let kept = reading.iter().filter(|(character, _)| character.is_alphanumeric());
    kept.flat_map(|(character, span)| character.to_lowercase().map(|lower| (lower, span.clone()))).collect()
}

/// The whole word around a range, which may be one encoded text.
fn around(text: &str, range: Range<usize>) -> Range<usize> {
    let is_other = |character: char| !(character.is_ascii_alphanumeric() || "+/=".contains(character));
    let start = text[..range.start]
        .rfind(is_other)
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[range.end..].find(is_other).map_or(text.len(), |length| range.end + length);
    start..end
}
