//! YAML in all its notations: scalars of every type, nested collections, anchors and merge keys.

use crate::support::chance::Chance;

/// A value as it will be written.
#[derive(Clone, Debug)]
pub(crate) enum Yaml {
    /// A scalar on one line, as written.
    Scalar(String),
    /// The header of a block scalar, and its lines.
    Block(String, Vec<String>),
    /// A list.
    List(Vec<Self>),
    /// A map, its keys as written.
    Map(Vec<(String, Self)>),
    /// An anchor or a tag in front of a value.
    Marked(String, Box<Self>),
}

impl Yaml {
    pub(crate) fn scalar(text: impl Into<String>) -> Self {
        Self::Scalar(text.into())
    }

    /// The value on one line.
    pub(crate) fn flow(&self) -> String {
        match self {
            Self::Scalar(text) => text.clone(),
            Self::Block(_, lines) => format!("{:?}", lines.join(" ")),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::item).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key}: {}", value.flow())).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Self::Marked(mark, value) => format!("{mark} {}", value.flow()),
        }
    }

    /// The value on one line, in a list, where something has to stand for nothing.
    fn item(&self) -> String {
        let text = self.flow();
        if text.is_empty() { "~".into() } else { text }
    }

    /// The lines of the value after `lead`, a key or a dash, in blocks as far as they go.
    pub(crate) fn after(&self, lead: &str, chance: &mut Chance) -> Vec<String> {
        let flat = chance.percent(35);
        match self {
            Self::Scalar(text) if text.is_empty() => vec![lead.to_owned()],
            Self::Scalar(text) => vec![format!("{lead} {text}")],
            Self::Block(header, lines) => {
                let mut all = vec![format!("{lead} {header}")];
                all.extend(
                    lines.iter().map(
                        |line| {
                            if line.is_empty() { String::new() } else { format!("  {line}") }
                        },
                    ),
                );
                all
            }
            Self::List(items) if items.is_empty() || flat => vec![format!("{lead} {}", self.flow())],
            Self::Map(entries) if entries.is_empty() || flat => vec![format!("{lead} {}", self.flow())],
            Self::Marked(mark, value) => value.after(&format!("{lead} {mark}"), chance),
            Self::List(_) | Self::Map(_) => {
                let mut all = vec![lead.to_owned()];
                all.extend(self.lines(chance).into_iter().map(|line| indented(2, &line)));
                all
            }
        }
    }

    /// The lines of a collection on its own; of a scalar, the scalar.
    pub(crate) fn lines(&self, chance: &mut Chance) -> Vec<String> {
        match self {
            Self::List(items) if !items.is_empty() => {
                items.iter().flat_map(|item| item.after("-", chance)).collect()
            }
            Self::Map(entries) if !entries.is_empty() => {
                entries.iter().flat_map(|(key, value)| value.after(&format!("{key}:"), chance)).collect()
            }
            Self::Block(..) => {
                self.after("", chance).into_iter().map(|line| line.trim_start().to_owned()).collect()
            }
            _ => vec![self.flow()],
        }
    }
}

/// A line further to the right; an empty one stays empty.
pub(crate) fn indented(columns: usize, line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("{:columns$}{line}", "") }
}

const INTEGERS: &[&str] = &[
    "0",
    "1",
    "-3",
    "42",
    "010",
    "0o17",
    "0x1F",
    "0b101",
    "1_000",
    "+5",
    "9223372036854775807",
    "18446744073709551615",
    "-9223372036854775808",
    "08",
    "0x",
    "1000000",
    "-0",
    "65536",
    "2147483648",
];
const FLOATS: &[&str] = &[
    "1.0",
    "1.5",
    "-2.25",
    "1e3",
    "1e-7",
    "1e21",
    "123456789.0",
    ".5",
    "5.",
    "-0.0",
    "6.02e+23",
    "0.1",
    "3.14159265358979",
    "18446744073709551616",
    "1e6",
    "100000.0",
    "1_000.5",
    "12e03",
    "-.5",
    "1.0e+2",
    "0.000001",
];
const WORDS: &[&str] = &[
    "true", "false", "True", "FALSE", "yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "OFF", "Y", "N",
];
const NOTHING: &[&str] = &["null", "~", "Null", "NULL", ""];
const TIMES: &[&str] = &[
    "2024-01-01",
    "2024-02-29",
    "2024-01-01T10:00:00Z",
    "2024-01-01 10:00:00",
    "2001-12-14t21:59:43.10-05:00",
    "2024-01-01T10:00:00.123456789Z",
    "\"2024-01-01\"",
    "2024-1-2",
    "2024-13-01",
    "1:30",
    "12:30:45",
];
const STRINGS: &[&str] = &[
    "web",
    "Blue Green",
    "\"quoted\"",
    "'single'",
    "'it''s'",
    "\"a\\nb\"",
    "\"tab\\there\"",
    "\"\\u00e4\"",
    "ünï",
    "\"\"",
    "''",
    "' lead'",
    "\"trail \"",
    "a#b",
    "'# not a comment'",
    "'a: b'",
    "\"😀\"",
    "x-1.2.3",
    "-dash",
    "'- item'",
    "\"true\"",
    "'null'",
    "\"1\"",
    "'010'",
    "\"1.0\"",
    "v1.2.3",
    "example.org/app:1.0",
    "a/b/c",
    "'{ x }'",
    "'*'",
    "'&a'",
    "'!t'",
    "'%'",
    "'@'",
    "\"\\\\\"",
    "'multi  space'",
    "=",
    "'<<'",
    "\"\\x41\"",
    "\"ref\"",
    "a+b",
    "'<a&b>'",
    "\"\\u2028\"",
    "\"\\0\"",
    "'?'",
    "\"line\\\\n\"",
    "~x",
    ".inf.",
    "0x1G",
    "1.2.3",
    "1__0",
    "'y'",
    "\"on\"",
    "e1",
    "1e",
    "._",
    "'012'",
];
const ODD: &[&str] = &[
    "!!binary aGVsbG8=",
    "!!str 5",
    "!!str true",
    "!!int \"5\"",
    "!!float 1",
    "!!float \"2.5\"",
    "!local value",
    "!!bool \"true\"",
    "!!null \"\"",
    "!!binary /w==",
    "! 12",
    ".inf",
    "-.Inf",
    ".NaN",
    "!!str 2024-01-01",
    "!!timestamp \"2024-01-01\"",
];
const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "key",
    "nested",
    "port",
    "enabled",
    "name",
    "hosts",
    "x-y",
    "with.dot",
    "Upper",
    "a1",
    "a10",
    "a2",
    "image",
    "tag",
    "'quoted key'",
    "\"q\"",
    "list",
    "empty",
    "z",
    "_u",
];
const ODD_KEYS: &[&str] = &[
    "1",
    "true",
    "null",
    "1.5",
    "yes",
    "on",
    "y",
    "n",
    "010",
    "2024-01-01",
    "~",
    "no",
    "'1'",
    "\"true\"",
    "0x10",
    "'='",
];

/// Values, with the anchors that the document has so far.
#[derive(Debug, Default)]
pub(crate) struct Values {
    /// Whether keys may be other than texts below the first level: in what helm gets, but not in state values.
    odd_keys: bool,
    scalars: Vec<String>,
    maps: Vec<String>,
}

impl Values {
    /// Values for helm, with keys that are other than texts here and there.
    pub(crate) fn with_odd_keys() -> Self {
        Self { odd_keys: true, ..Self::default() }
    }

    /// A scalar of any type.
    pub(crate) fn scalar(&mut self, chance: &mut Chance) -> Yaml {
        let text = match chance.below(100) {
            0..18 => chance.pick(INTEGERS),
            18..30 => chance.pick(FLOATS),
            30..42 => chance.pick(WORDS),
            42..50 => chance.pick(NOTHING),
            50..57 => chance.pick(TIMES),
            57..60 if chance.percent(50) || chance.is_careless() => chance.pick(ODD),
            60..64 => return block(chance),
            64..66 if !self.scalars.is_empty() => {
                return Yaml::Scalar(format!("*{} ", chance.pick(&self.scalars)));
            }
            _ => chance.pick(STRINGS),
        };
        let scalar = Yaml::scalar(*text);
        if chance.percent(3) && !text.starts_with(['!', '*']) && !text.is_empty() {
            let name = format!("s{}", self.scalars.len());
            self.scalars.push(name.clone());
            return Yaml::Marked(format!("&{name}"), Box::new(scalar));
        }
        scalar
    }

    /// Any value, nested up to `depth`.
    pub(crate) fn any(&mut self, chance: &mut Chance, depth: usize) -> Yaml {
        match chance.below(10) {
            0..3 if depth > 0 => self.map_at(chance, depth - 1, 1),
            3..5 if depth > 0 => self.list(chance, depth - 1),
            _ => self.scalar(chance),
        }
    }

    pub(crate) fn list(&mut self, chance: &mut Chance, depth: usize) -> Yaml {
        let length = chance.below(4);
        Yaml::List((0..length).map(|_| self.any(chance, depth)).collect())
    }

    /// A map on its own.
    pub(crate) fn map(&mut self, chance: &mut Chance, depth: usize) -> Yaml {
        self.map_at(chance, depth, 0)
    }

    fn map_at(&mut self, chance: &mut Chance, depth: usize, level: usize) -> Yaml {
        let mut entries: Vec<(String, Yaml)> = Vec::new();
        if chance.percent(25) && !self.maps.is_empty() {
            let name = chance.pick(&self.maps).clone();
            let merged = if chance.percent(30) {
                format!("[*{name} , *{} ]", chance.pick(&self.maps))
            } else {
                format!("*{name} ")
            };
            entries.push(("<<".into(), Yaml::Scalar(merged)));
        }
        for _ in 0..chance.below(5) {
            let odd = chance.slip(3) || self.odd_keys && level > 0 && chance.percent(6);
            let key = if odd { chance.word(ODD_KEYS) } else { chance.word(KEYS) };
            // A key that is there twice is an error, and one of those is enough.
            if entries.iter().all(|(other, _)| *other != key) || chance.slip(2) {
                let value = self.any(chance, depth);
                entries.push((key, value));
            }
        }
        let map = Yaml::Map(entries);
        if chance.percent(10) {
            let name = format!("m{}", self.maps.len());
            self.maps.push(name.clone());
            return Yaml::Marked(format!("&{name}"), Box::new(map));
        }
        map
    }
}

fn block(chance: &mut Chance) -> Yaml {
    let header = chance.word(&["|", "|-", "|+", ">", ">-", ">+"]);
    let all = ["first line", "second", "", "  further in", "# no comment", "key: value", "- item", "last"];
    let mut lines = vec!["text".to_owned()];
    lines.extend((0..chance.below(4)).map(|_| chance.word(&all)));
    Yaml::Block(header, lines)
}
