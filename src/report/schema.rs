//! The schemas of what is printed as JSON, made from the types that print it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::json::{Document, HashDocument};
use super::state::StateDocument;

/// The schema of each command's document, by the name of the command.
#[must_use]
pub fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("check", schema::<Document>("helmsum check")),
        ("generate", schema::<Document>("helmsum generate")),
        ("hash", schema::<HashDocument>("helmsum hash")),
        ("list", schema::<Document>("helmsum list")),
        ("state", schema::<StateDocument>("helmsum state")),
    ]
}

fn schema<T: JsonSchema>(command: &str) -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), format!("{command} --output json").into());
    schema.to_value()
}
