//! `hold:` as it is written.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::document::{Reason, Text, given};

/// A checksum that stays as it is.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    /// Why.
    pub(super) reason: Reason,
    /// The last day on which nothing is said against it.
    pub(super) until: Option<Day>,
}

impl<'de> Deserialize<'de> for Hold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        /// A hold as a map.
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            reason: Reason,
            #[serde(default, deserialize_with = "given")]
            until: Option<Day>,
        }

        impl<'de> Visitor<'de> for Reader {
            type Value = Hold;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a reason, or `{ reason: TEXT, until: 2026-12-24 }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hold, E> {
                let reason = Reason::deserialize(de::value::StrDeserializer::new(text))?;
                Ok(Hold { reason, until: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Hold, A::Error> {
                let Long { reason, until } = Long::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Hold { reason, until })
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Hold {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Hold".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (reason, until) = (Reason::json_schema(generator), Day::json_schema(generator));
        let long = json_schema!({
            "type": "object", "required": ["reason"], "additionalProperties": false,
            "properties": { "reason": reason, "until": until }
        });
        json_schema!({ "anyOf": [reason, long] })
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day(pub(super) jiff::civil::Date);

/// The pattern of a [`Day`]; the parser also knows how many days a month has.
const DAY: &str = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| Regex::new(DAY).expect("the pattern is good"));
        let Text(text) = Text::deserialize(deserializer)?;
        let day = PATTERN.is_match(&text).then(|| text.parse().ok()).flatten();
        day.map(Self).ok_or_else(|| {
            de::Error::custom(format!(
                "`{}` is not a day, which is written `2026-12-24`",
                text.escape_debug()
            ))
        })
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": DAY })
    }
}
