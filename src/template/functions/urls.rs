//! URLs taken apart and put together, as Go's `net/url` does it.

use std::net::Ipv6Addr;

use super::arguments::{Outcome, bytes, function, map, nil_dereference};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::print::quote;
use crate::value::{Map, Value};

use Parameter::{Map as Dict, String as Text};

pub(super) const FUNCTIONS: &[Function] =
    &[function("urlParse", &[Text], url_parse), function("urlJoin", &[Dict], url_join)];

/// The parts of a URL that Go's `url.URL` has.
#[derive(Debug, Default)]
pub struct Url {
    /// In small letters.
    pub scheme: Vec<u8>,
    /// What follows the scheme where that is no path.
    pub opaque: Vec<u8>,
    /// Name and password.
    pub user: Option<User>,
    /// With the port.
    pub host: Vec<u8>,
    /// Unescaped.
    pub path: Vec<u8>,
    /// As it is written, without the `?`.
    pub query: Vec<u8>,
    /// Unescaped.
    pub fragment: Vec<u8>,
}

/// Who a URL says is asking. Both parts are unescaped.
#[derive(Debug)]
pub struct User {
    /// The name.
    pub name: Vec<u8>,
    /// The password, where there is a colon.
    pub password: Option<Vec<u8>>,
}

/// Which part of a URL is escaped: the parts allow different characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

fn url_parse(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let text = bytes(arguments, 0)?;
    let url = parse(text).map_err(|error| FunctionError::failed(format!("unable to parse url: {error}")))?;
    let dict = Map::new();
    dict.insert("hostname", Value::from_bytes(hostname(&url.host).to_vec()));
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
        url.user = parse(&with_host)
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

fn quoted(text: &[u8]) -> String {
    quote(text, false)
}

/// Splits at the first `mark`, which belongs to neither side.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == mark) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// `url.Parse`.
///
/// # Errors
///
/// Go's message, where the text is no URL.
pub fn parse(text: &[u8]) -> Result<Url, String> {
    let (body, fragment) = cut(text, b'#');
    let mut url = parse_body(body).map_err(|error| format!("parse {}: {error}", quoted(body)))?;
    if let Some(fragment) = fragment {
        url.fragment =
            unescape(fragment, Part::Fragment).map_err(|error| format!("parse {}: {error}", quoted(text)))?;
    }
    Ok(url)
}

fn parse_body(text: &[u8]) -> Result<Url, String> {
    let mut url = Url::default();
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err("net/url: invalid control character in URL".into());
    }
    if text == b"*" {
        url.path = b"*".to_vec();
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.scheme = super::case::map_runes(scheme, super::case::to_lower);
    let (mut rest, query) = cut(rest, b'?');
    url.query = query.unwrap_or_default().to_vec();
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    if rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///")) {
        let end = rest[2..].iter().position(|byte| *byte == b'/').map_or(rest.len(), |at| at + 2);
        let (authority, path) = (&rest[2..end], &rest[end..]);
        rest = path;
        (url.user, url.host) = parse_authority(&url.scheme, authority)?;
    }
    url.path = unescape(rest, Part::Path)?;
    Ok(url)
}

fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".into()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_authority(scheme: &[u8], authority: &[u8]) -> Result<(Option<User>, Vec<u8>), String> {
    let Some(at) = authority.iter().rposition(|byte| *byte == b'@') else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, &authority[at + 1..])?;
    let userinfo = &authority[..at];
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !userinfo.iter().all(valid) {
        return Err("net/url: invalid userinfo".into());
    }
    let (name, password) = cut(userinfo, b':');
    let name = unescape(name, Part::User)?;
    let password = password.map(|password| unescape(password, Part::User)).transpose()?;
    Ok((Some(User { name, password }), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_ip_literal(host),
        Some(_) => return Err("invalid IP-literal".into()),
        None => {}
    }
    let first = host.iter().position(|byte| *byte == b':');
    let last = host.iter().rposition(|byte| *byte == b':');
    if let (Some(first), Some(last)) = (first, last) {
        // Lists of hosts with ports are common for databases, so only these two schemes are strict.
        let strict = scheme == b"http" || scheme == b"https";
        check_port(&host[if strict { first } else { last }..])?;
    }
    unescape(host, Part::Host)
}

fn check_port(port: &[u8]) -> Result<(), String> {
    if is_optional_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", quoted(port))) }
}

fn is_optional_port(port: &[u8]) -> bool {
    match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// `[address]`, `[address%25zone]`, with an optional port.
fn parse_ip_literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let Some(end) = host.iter().rposition(|byte| *byte == b']') else {
        return Err("missing ']' in host".into());
    };
    let port = &host[end + 1..];
    check_port(port)?;
    let name = &host[1..end];
    let name = match name.windows(3).position(|part| part == b"%25") {
        Some(zone) => {
            let mut address = unescape(&name[..zone], Part::Host)?;
            address.extend(unescape(&name[zone..], Part::Zone)?);
            address
        }
        None => unescape(name, Part::Host)?,
    };
    let (address, zone) = cut(&name, b'%');
    let is_address = std::str::from_utf8(address).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok());
    if !is_address || zone.is_some_and(<[u8]>::is_empty) {
        if std::str::from_utf8(&name).is_ok_and(|text| text.parse::<std::net::Ipv4Addr>().is_ok()) {
            return Err("invalid IP-literal".into());
        }
        return Err(format!("invalid host: ParseAddr({}): unable to parse IP", quoted(&name)));
    }
    Ok([b"[", name.as_slice(), b"]", port].concat())
}

/// The host without its port and brackets.
fn hostname(host: &[u8]) -> &[u8] {
    let host = match host.iter().rposition(|byte| *byte == b':') {
        Some(colon) if is_optional_port(&host[colon..]) => &host[..colon],
        _ => host,
    };
    host.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(host)
}

/// Whether the byte may stand in this part as it is.
fn is_plain(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return true;
    }
    match part {
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"".contains(&byte),
        Part::Path => b"$&+,/:;=@".contains(&byte),
        Part::User => b"$&+,;=".contains(&byte),
        Part::Fragment => b"$&+,/:;=?@!()*".contains(&byte),
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Replaces `%XX`, after checking that the part allows what it finds.
fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if *byte == b'%' {
            let digits =
                (tail.first().copied().and_then(hex_digit), tail.get(1).copied().and_then(hex_digit));
            let (Some(high), Some(low)) = digits else {
                return Err(format!("invalid URL escape {}", quoted(&rest[..rest.len().min(3)])));
            };
            let decoded = high << 4 | low;
            let allowed = match part {
                Part::Host => high >= 8 || decoded == b'%',
                Part::Zone => decoded == b'%' || decoded == b' ' || is_plain(decoded, Part::Host),
                _ => true,
            };
            if !allowed {
                return Err(format!("invalid URL escape {}", quoted(&rest[..3])));
            }
            result.push(decoded);
            rest = &tail[2..];
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !is_plain(*byte, part) {
            return Err(format!("invalid character {} in host name", quoted(&[*byte])));
        }
        result.push(*byte);
        rest = tail;
    }
    Ok(result)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    for byte in text {
        if is_plain(*byte, part) {
            result.push(*byte);
        } else {
            result.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    result
}

impl User {
    fn escaped(&self) -> Vec<u8> {
        let mut result = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            result.push(b':');
            result.extend(escape(password, Part::User));
        }
        result
    }
}

impl Url {
    /// `url.URL.String`, for a URL put together from its parts.
    fn joined(&self) -> Vec<u8> {
        let mut result = Vec::new();
        if !self.scheme.is_empty() {
            result.extend_from_slice(&self.scheme);
            result.push(b':');
        }
        if self.opaque.is_empty() {
            if !self.host.is_empty()
                || self.user.is_some()
                || (!self.scheme.is_empty() && !self.path.is_empty())
            {
                result.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                result.extend(user.escaped());
                result.push(b'@');
            }
            result.extend(escape(&self.host, Part::Host));
            let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
            if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
                result.push(b'/');
            }
            if result.is_empty() && cut(&path, b'/').0.contains(&b':') {
                result.extend_from_slice(b"./");
            }
            result.extend(path);
        } else {
            result.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            result.push(b'?');
            result.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            result.push(b'#');
            result.extend(escape(&self.fragment, Part::Fragment));
        }
        result
    }
}
