//! Versions: reading, comparing, and the methods that templates may call.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::LazyLock;

use regex::Regex;

use crate::value::{Object, Value};

/// The longest text that is taken for a version.
const MAX_LENGTH: usize = 256;

/// A version, and whether templates hold it by pointer: the `Inc…` and `Set…` methods return it by value, and then Go
/// does not find the methods that need a pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Version {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) patch: u64,
    pub(super) pre: String,
    metadata: String,
    original: String,
    by_pointer: bool,
}

/// Up to three numbers, a pre-release and build metadata; leading zeros and a leading `v` are fine.
static LOOSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*";
    Regex::new(&format!(r"^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({words}))?(?:\+({words}))?$")).ok()
});

impl Version {
    /// `semver.NewVersion`.
    pub(in super::super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("version string is too long (max {MAX_LENGTH} bytes)"));
        }
        let parts = LOOSE.as_ref().and_then(|regex| regex.captures(text));
        let parts = parts.ok_or("invalid semantic version")?;
        let part = |at: usize| parts.get(at).map_or("", |part| part.as_str());
        let number = |at: usize| {
            match part(at) {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| {
                format!("error parsing version segment: strconv.ParseUint: parsing \"{digits}\": value out of range")
            }),
        }
        };
        let version = Self {
            major: number(1)?,
            minor: number(2)?,
            patch: number(3)?,
            pre: part(4).to_owned(),
            metadata: part(5).to_owned(),
            original: text.to_owned(),
            by_pointer: true,
        };
        check_pre_release(&version.pre)?;
        Ok(version)
    }

    /// The order of versions; metadata does not count.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(
            || match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_pre_releases(&self.pre, &other.pre),
            },
        )
    }

    fn text(&self) -> String {
        let mut text = format!("{}.{}.{}", self.major, self.minor, self.patch);
        for (mark, part) in [('-', &self.pre), ('+', &self.metadata)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }

    /// The version as `Inc…` and `Set…` return it.
    fn derived(mut self) -> Value {
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{}", self.text());
        self.by_pointer = false;
        Value::Object(Rc::new(self))
    }

    fn increment(&self, part: &str) -> Result<Value, String> {
        let overflow = |name: &str| format!("{name} version increment would overflow uint64");
        let mut next = Self { pre: String::new(), metadata: String::new(), ..self.clone() };
        match part {
            // A pre-release comes before its version.
            "IncPatch" if !self.pre.is_empty() => {}
            "IncPatch" => next.patch = self.patch.checked_add(1).ok_or_else(|| overflow("patch"))?,
            "IncMinor" => {
                next.minor = self.minor.checked_add(1).ok_or_else(|| overflow("minor"))?;
                next.patch = 0;
            }
            _ => {
                next.major = self.major.checked_add(1).ok_or_else(|| overflow("major"))?;
                (next.minor, next.patch) = (0, 0);
            }
        }
        Ok(next.derived())
    }

    fn compared(&self, name: &str, other: &Self) -> Value {
        let order = self.compare(other);
        match name {
            "LessThan" => order.is_lt().into(),
            "LessThanEqual" => order.is_le().into(),
            "GreaterThan" => order.is_gt().into(),
            "GreaterThanEqual" => order.is_ge().into(),
            "Equal" => order.is_eq().into(),
            _ => Value::Int(order as i64),
        }
    }
}

/// How many arguments a method takes, and whether it needs a pointer; nothing for an unknown name.
fn method(name: &str) -> Option<(usize, bool)> {
    Some(match name {
        "Major" | "Minor" | "Patch" | "Prerelease" | "Metadata" | "String" | "IncMajor" | "IncMinor"
        | "IncPatch" => (0, false),
        "SetPrerelease" | "SetMetadata" => (1, false),
        "Original" => (0, true),
        "Compare" | "LessThan" | "LessThanEqual" | "GreaterThan" | "GreaterThanEqual" | "Equal" => (1, true),
        _ => return None,
    })
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        if self.by_pointer { "*semver.Version" } else { "semver.Version" }
    }

    fn kind_name(&self) -> &'static str {
        if self.by_pointer { "ptr" } else { "struct" }
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let (wanted, needs_pointer) = method(name)?;
        if needs_pointer && !self.by_pointer {
            return None;
        }
        if arguments.len() != wanted {
            return Some(Err(format!(
                "wrong number of args for {name}: want {wanted} got {}",
                arguments.len()
            )));
        }
        Some(match name {
            "Major" => Ok(Value::Uint64(self.major)),
            "Minor" => Ok(Value::Uint64(self.minor)),
            "Patch" => Ok(Value::Uint64(self.patch)),
            "Prerelease" => Ok(self.pre.as_str().into()),
            "Metadata" => Ok(self.metadata.as_str().into()),
            "Original" => Ok(self.original.as_str().into()),
            "String" => Ok(self.text().into()),
            "IncMajor" | "IncMinor" | "IncPatch" => self.increment(name),
            "SetPrerelease" | "SetMetadata" => match arguments[0].as_str() {
                None => {
                    Err(format!("wrong type for value; expected string; got {}", arguments[0].type_name()))
                }
                Some(text) => {
                    let mut next = self.clone();
                    let checked = if name == "SetPrerelease" {
                        text.clone_into(&mut next.pre);
                        check_pre_release(text)
                    } else {
                        text.clone_into(&mut next.metadata);
                        check_words(text, "invalid metadata string")
                    };
                    checked.map(|()| next.derived())
                }
            },
            _ => {
                let other = match &arguments[0] {
                    Value::Object(object) => object.as_any().downcast_ref::<Self>(),
                    _ => None,
                };
                match other {
                    Some(other) if other.by_pointer => Ok(self.compared(name, other)),
                    _ => Err(format!(
                        "wrong type for value; expected *semver.Version; got {}",
                        arguments[0].type_name()
                    )),
                }
            }
        })
    }

    fn display(&self) -> Option<String> {
        Some(self.text())
    }

    fn text(&self) -> Option<String> {
        Some(Self::text(self))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// The words of a pre-release must not be empty, and numbers among them have no leading zero.
fn check_pre_release(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    for word in text.split('.') {
        check_words(word, "invalid prerelease string")?;
        if word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() > 1 && word.starts_with('0') {
            return Err("version segment starts with 0".into());
        }
    }
    Ok(())
}

fn check_words(text: &str, message: &str) -> Result<(), String> {
    let valid = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if text.is_empty() || text.split('.').all(valid) { Ok(()) } else { Err(message.into()) }
}

/// The order of two pre-releases, word by word; numbers come before other words.
pub(super) fn compare_pre_releases(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (a, b) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => (a.unwrap_or(""), b.unwrap_or("")),
        };
        if a == b {
            continue;
        }
        if a.is_empty() || b.is_empty() {
            return if a.is_empty() { Ordering::Less } else { Ordering::Greater };
        }
        let number = |word: &str| {
            let digits = word.bytes().all(|byte| byte.is_ascii_digit());
            word.parse::<u64>().ok().filter(|_| digits)
        };
        return match (number(a), number(b)) {
            (None, None) => a.cmp(b),
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) if a > b => Ordering::Greater,
            // Also for two spellings of one number: the library never calls those equal.
            (Some(_), _) => Ordering::Less,
        };
    }
}
