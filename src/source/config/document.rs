//! `helmsum.yaml` as it is written. The doc comments are what editors show.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::super::key::{KeyPath, KeyPathError};
use super::hold::Hold;
use crate::diagnostic::{Code, Level};

/// Defaults for all releases, releases without a values file of their own, and checksums that need no helmfile state.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// Where the checksum goes in a target, or several places. Dots nest, double quotes keep dots: `gateway."config.checksum"`.
    pub(super) key: Option<Keys>,
    /// What a target looks like.
    pub(super) format: Option<Format>,
    /// Patterns of file names: the entry of a release's values that matches one is its target.
    pub(super) targets: Option<Vec<FileNamePattern>>,
    /// The file with the key that digests of secrets are made with, relative to this file. The variable
    /// `HELMSUM_KEY_FILE` wins over it.
    #[serde(rename = "keyFile")]
    pub(super) key_file: Option<FilePath>,
    /// Levels of findings, by their codes.
    #[serde(default)]
    #[schemars(schema_with = "levels_schema")]
    pub(super) levels: BTreeMap<Code, Level>,
    /// Sources of releases that have no values file of their own, or whose values files must not change.
    #[serde(default)]
    pub(super) releases: Vec<ReleaseRule>,
    /// Checksums that need no helmfile state.
    #[serde(default)]
    pub(super) checksums: Vec<Checksum>,
    /// Whether this folder is the root of the repository. Only asked where there is no `.git`.
    #[serde(default)]
    pub(super) root: bool,
}

/// Sources of the releases that a name or a selector finds.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Release", extend("oneOf" = [{"required": ["release"]}, {"required": ["selector"]}]))]
pub(super) struct ReleaseRule {
    /// The release: `NAME`, or `NAMESPACE/NAME`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "ReleaseName")]
    pub(super) release: Option<ReleaseName>,
    /// A selector as helmfile's `-l` takes it: `tier=edge,name!=gateway`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Selector")]
    pub(super) selector: Option<Selector>,
    /// Sources, spelled as after `# helmsum:`. Paths are relative to this file.
    #[serde(default)]
    pub(super) sources: Vec<Text>,
    /// The values file that is written, relative to this file. The release has to list it.
    pub(super) target: Option<TargetPath>,
    /// Where the checksum goes in the target, or several places.
    pub(super) key: Option<Keys>,
    /// What the target looks like.
    pub(super) format: Option<Format>,
    /// Why the recorded checksum stays as it is for now, so that nothing restarts: a reason, or a reason and a last day.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "Hold")]
    pub(super) hold: Option<Hold>,
}

/// A key that is left out or has a value, but never null.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A checksum that needs no helmfile state.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Checksum {
    /// How reports name it.
    pub(super) name: Name,
    /// Sources, spelled as after `# helmsum:`. Paths are relative to this file.
    #[schemars(length(min = 1))]
    pub(super) sources: Sources,
    /// The file that is written, relative to this file.
    pub(super) target: TargetPath,
    /// Where the checksum goes in the target, or several places.
    pub(super) key: Option<Keys>,
    /// What the target looks like.
    pub(super) format: Option<Format>,
}

/// At least one source.
#[derive(Debug)]
pub(super) struct Sources(pub(super) Vec<Text>);

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sources = Vec::deserialize(deserializer)?;
        if sources.is_empty() {
            Err(de::Error::custom("a checksum needs a source"))
        } else {
            Ok(Self(sources))
        }
    }
}

impl JsonSchema for Sources {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sources".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<Text>::json_schema(generator)
    }
}

/// A string, and not a number that would do for one.
#[derive(Debug)]
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = Text;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }

        // Asked for a string, the parser would take any scalar.
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

fn levels_schema(generator: &mut SchemaGenerator) -> Schema {
    let codes = Code::ALL.iter().filter(|code| !code.is_fixed());
    let codes: Vec<&str> = codes.map(|code| code.name()).collect();
    let level = generator.subschema_for::<Level>();
    json_schema!({ "type": "object", "propertyNames": { "enum": codes }, "additionalProperties": level })
}

/// One path of keys, or several.
#[derive(Clone, Debug)]
pub(super) struct Keys(pub(super) Vec<Key>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Keys;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a path of keys, or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Keys, E> {
                Key::deserialize(de::value::StrDeserializer::new(text)).map(|key| Keys(vec![key]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = list.next_element()? {
                    keys.push(key);
                }
                if keys.is_empty() {
                    return Err(de::Error::custom("`key` contains no key"));
                }
                Ok(Keys(keys))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Keys {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Keys".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let key = Key::json_schema(generator);
        let list = json_schema!({ "type": "array", "items": key, "minItems": 1, "uniqueItems": true });
        json_schema!({ "anyOf": [key, list] })
    }
}

/// What a target looks like, as it is written.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// `value`
    Value,
    /// `pod-annotations`, and `pod-annotations: SHAPE`.
    PodAnnotations(Shape),
    /// `rollout-checksums`, and `rollout-checksums: { … }`.
    RolloutChecksums(RolloutChecksums),
    /// `template: PATH`
    Template(TargetPath),
}

/// How a chart wants annotations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Shape {
    /// A map of names and values.
    #[default]
    Map,
    /// A list of maps with one name and its value each.
    List,
    /// A list of maps with the keys `name` and `value`.
    NameValue,
}

/// What else there is to say about `rollout-checksums`.
#[derive(Clone, Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct RolloutChecksums {
    /// Names of sources that become Secrets. All others that are no object become `ConfigMaps`.
    #[serde(default)]
    pub(super) secrets: Vec<Name>,
}

/// The formats that can stand alone.
const FORMATS: [&str; 3] = ["value", "pod-annotations", "rollout-checksums"];

/// The formats that something more can be said about.
const FORMATS_WITH_MORE: [&str; 3] = ["template", "pod-annotations", "rollout-checksums"];

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Format;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`value`, `pod-annotations`, `rollout-checksums` or `{ template: PATH }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Format, E> {
                match text {
                    "value" => Ok(Format::Value),
                    "pod-annotations" => Ok(Format::PodAnnotations(Shape::Map)),
                    "rollout-checksums" => Ok(Format::RolloutChecksums(RolloutChecksums::default())),
                    text if text.starts_with("template") => {
                        Err(E::custom("a template is named so: `format: { template: PATH }`"))
                    }
                    text => Err(E::unknown_variant(text, &FORMATS)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Format, A::Error> {
                let format = match map.next_key::<String>()?.as_deref() {
                    Some("template") => Format::Template(map.next_value()?),
                    Some("pod-annotations") => Format::PodAnnotations(map.next_value()?),
                    Some("rollout-checksums") => Format::RolloutChecksums(map.next_value()?),
                    Some(key) => return Err(de::Error::unknown_field(key, &FORMATS_WITH_MORE)),
                    None => return Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                };
                match map.next_key::<String>()? {
                    Some(_) => Err(de::Error::custom("`format` names more than one format")),
                    None => Ok(format),
                }
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Format {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let more = [
            TargetPath::json_schema(generator),
            Shape::json_schema(generator),
            RolloutChecksums::json_schema(generator),
        ];
        let mut forms = vec![json_schema!({ "enum": FORMATS })];
        for (key, schema) in FORMATS_WITH_MORE.into_iter().zip(more) {
            forms.push(json_schema!({
                "type": "object", "required": [key], "additionalProperties": false, "properties": { key: schema }
            }));
        }
        json_schema!({ "anyOf": forms })
    }
}

/// A path of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(pub(super) String);

/// The pattern of [`Key`]: what its parser takes.
const KEY: &str = r"^(?!Values(\.|$))(K)(\.(K))*$";

/// A part of a [`Key`]: in double quotes anything, else nothing that means something else to helm, and no space at its ends.
const KEY_PART: &str = r#""[^"\u0000-\u001f\u007f-\u009f]+"|[^"\s.\[\\$\u0000-\u001f\u007f-\u009f]([^".\[\\$\u0000-\u001f\u007f-\u009f]*[^"\s.\[\\$\u0000-\u001f\u007f-\u009f])?"#;

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        match text.parse::<KeyPath>() {
            Ok(_) => Ok(Self(text)),
            Err(error @ (KeyPathError::Index(_) | KeyPathError::Foreign(_))) => {
                Err(de::Error::custom(format!("the key `{text}` {error}")))
            }
            Err(_) => Err(de::Error::custom(format!(
                "`{}` is not a path of keys: dots nest, and double quotes around a whole part keep dots",
                text.escape_debug()
            ))),
        }
    }
}

impl JsonSchema for Key {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": KEY.replace('K', KEY_PART) })
    }
}

/// Makes a string that matches a pattern, for the parser and the schema alike.
macro_rules! patterned {
    ($($(#[doc = $doc:literal])+ $name:ident = $pattern:expr, $said:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(super) struct $name(pub(super) String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                static PATTERN: LazyLock<Regex> =
                    LazyLock::new(|| Regex::new($pattern).expect("the pattern is good"));
                let Text(text) = Text::deserialize(deserializer)?;
                if PATTERN.is_match(&text) {
                    Ok(Self(text))
                } else {
                    Err(de::Error::custom(format!(concat!("`{}` ", $said), text.escape_debug())))
                }
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )+};
}

patterned! {
    /// A pattern of a file name.
    FileNamePattern = r"^[^/\\\u0000-\u001f\u007f-\u009f]+$",
        "is not a pattern of a file name, which has no slash";
    /// `[NS/]NAME`.
    ReleaseName = r"^([^/ \u0000-\u001f\u007f-\u009f]*/)?[^/ \u0000-\u001f\u007f-\u009f]+$",
        "is neither `NAME` nor `NAMESPACE/NAME`";
    /// What helmfile's `-l` takes.
    Selector = r"^[A-Za-z0-9_./+-]+!?=[A-Za-z0-9_./+-]+(,[A-Za-z0-9_./+-]+!?=[A-Za-z0-9_./+-]+)*$",
        "is not a selector: `key=value` or `key!=value`, several joined by commas, without spaces";
    /// A name as sources have.
    Name = r"^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$",
        "is not a name: at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
    /// Why something is so, in one line.
    Reason = r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f\u2028\u2029]*[^\s\u0000-\u001f\u007f-\u009f])?$",
        "is not a reason, which is one line of text";
    /// A path, relative or not.
    FilePath = r"^[^\u0000-\u001f\u007f-\u009f]+$",
        "is not a path";
    /// A relative path.
    TargetPath = r"^[^/\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff][^\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]*$",
        "is not a path relative to this file";
}

/// The JSON schema of `helmsum.yaml`.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Document>();
    schema.insert("title".into(), "helmsum.yaml".into());
    schema.to_value()
}
