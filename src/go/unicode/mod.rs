//! Go's `unicode` and `unicode/utf8`, by Unicode 15.0.

mod case;
mod case_tables;
mod category;

pub(crate) use case::{to_lower, to_title, to_upper};
pub(crate) use category::{
    is_digit, is_letter, is_lower, is_number, is_printable, is_punctuation, is_title, is_upper,
};

/// Splits bytes as Go ranges over a string: characters, and single bytes that are not UTF-8.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = Result<char, u8>> + '_ {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars().map(Ok).chain(chunk.invalid().iter().copied().map(Err)))
}
