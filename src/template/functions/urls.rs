//! URLs taken apart and put together.

use super::arguments::{Outcome, bytes, function, map, nil_dereference};
use crate::go::url::{Url, User};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::{Map, Value};

use Parameter::{Map as Dict, String as Text};

pub(super) const FUNCTIONS: &[Function] =
    &[function("urlParse", &[Text], url_parse), function("urlJoin", &[Dict], url_join)];

fn url_parse(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let text = bytes(arguments, 0)?;
    let url =
        Url::parse(text).map_err(|error| FunctionError::failed(format!("unable to parse url: {error}")))?;
    let dict = Map::new();
    dict.insert("hostname", Value::from_bytes(url.hostname().to_vec()));
    dict.insert("userinfo", Value::from_bytes(url.user.as_ref().map(User::escaped).unwrap_or_default()));
    for (name, part) in [
        ("scheme", url.scheme),
        ("host", url.host),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
    ] {
        dict.insert(name, Value::from_bytes(part));
    }
    Ok(dict.into())
}

fn url_join(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let dict = map(arguments, 0)?;
    let mut url = Url {
        scheme: text_of(&dict, "scheme")?,
        host: text_of(&dict, "host")?,
        path: text_of(&dict, "path")?,
        query: text_of(&dict, "query")?,
        opaque: text_of(&dict, "opaque")?,
        fragment: text_of(&dict, "fragment")?,
        user: None,
    };
    let userinfo = text_of(&dict, "userinfo")?;
    if !userinfo.is_empty() {
        let with_host = [b"proto://", userinfo.as_slice(), b"@host"].concat();
        url.user = Url::parse(&with_host)
            .map_err(|error| FunctionError::failed(format!("unable to parse userinfo in dict: {error}")))?
            .user;
    }
    super::arguments::string(url.joined())
}

/// The text under a key, nothing where it is absent.
fn text_of(dict: &Map, key: &str) -> Result<Vec<u8>, FunctionError> {
    match dict.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Nil) => Err(nil_dereference()),
        Some(value) => value.string_bytes().map(<[u8]>::to_vec).ok_or_else(|| {
            let kind = value.kind_name();
            FunctionError::failed(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            ))
        }),
    }
}
