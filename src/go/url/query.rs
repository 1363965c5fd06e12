//! The part after the `?`.

use std::collections::BTreeMap;

use super::cut;
use super::escape::{Part, escape, unescape};

/// `url.QueryEscape`: `+` for a space, `%XX` for all but letters, digits and `-_.~`.
pub(crate) fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Part::Query)
}

/// `url.QueryUnescape`: undoes [`query_escape`].
///
/// # Errors
///
/// Go's message about a broken escape.
fn query_unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Part::Query)
}

/// `url.ParseQuery`, without what it cannot read: parameters by their names, values in their order.
pub(crate) fn parse_query(query: &[u8]) -> BTreeMap<Vec<u8>, Vec<Vec<u8>>> {
    let mut parameters: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for pair in query.split(|byte| *byte == b'&') {
        if pair.is_empty() || pair.contains(&b';') {
            continue;
        }
        let (name, value) = cut(pair, b'=');
        if let (Ok(name), Ok(value)) = (query_unescape(name), query_unescape(value.unwrap_or_default())) {
            parameters.entry(name).or_default().push(value);
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped_and_read_back() {
        assert_eq!(query_escape(b"a b+c/\xff~"), b"a+b%2Bc%2F%FF~");
        assert_eq!(query_unescape(b"a+b%2Bc%2F%FF~").as_deref(), Ok(b"a b+c/\xff~".as_slice()));
        assert_eq!(query_unescape(b"%4"), Err("invalid URL escape \"%4\"".into()));
        let read = parse_query(b"b=1&a=x+y&b=2&&c&bad=%zz&d=1;e=2");
        let one =
            |name: &[u8], values: &[&[u8]]| (name.to_vec(), values.iter().map(|v| v.to_vec()).collect());
        assert_eq!(read, BTreeMap::from([one(b"a", &[b"x y"]), one(b"b", &[b"1", b"2"]), one(b"c", &[b""])]));
    }
}
