//! The schemas of what is printed as JSON, made from the types that print it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::json;

use super::audit::AuditDocument;
use super::diff::DiffDocument;
use super::explain::ExplainDocument;
use super::graph::GraphDocument;
use super::json::{Document, ErrorEntry, HashDocument, NoteEntry};
use super::log::LogDocument;

/// The schema of each command's document, by the name of the command.
#[must_use]
pub fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("audit", schema::<AuditDocument>("helmsum audit")),
        ("check", schema::<Document>("helmsum check")),
        ("diff", schema::<DiffDocument>("helmsum diff")),
        ("explain", schema::<ExplainDocument>("helmsum explain")),
        ("generate", schema::<Document>("helmsum generate")),
        ("graph", schema::<GraphDocument>("helmsum graph")),
        ("hash", schema::<HashDocument>("helmsum hash")),
        ("list", schema::<Document>("helmsum list")),
        ("log", schema::<LogDocument>("helmsum log")),
        ("state", state()),
    ]
}

fn schema<T: JsonSchema>(command: &str) -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), format!("{command} --output json").into());
    schema.to_value()
}

/// `helmsum state` prints values of any shape, so its document is not a type of its own.
fn state() -> serde_json::Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let entries = |description: &str| json!({ "type": "array", "description": description });
    let record = |description: &str, properties: serde_json::Value| {
        let required: Vec<&String> =
            properties.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        json!({
            "type": "object",
            "description": description,
            "additionalProperties": false,
            "required": required,
            "properties": properties,
        })
    };
    let release = record(
        "A release after templating and overriding. Paths are as after templating, not resolved.",
        json!({
            "name": text("Its name."),
            "namespace": text("Empty without one."),
            "kubeContext": text("Empty without one."),
            "chart": text("The chart."),
            "version": text("Empty without one."),
            "labels": { "type": "object", "additionalProperties": { "type": "string" } },
            "installed": { "type": "boolean" },
            "condition": text("Empty without one."),
            "needs": { "type": "array", "items": text("`[context/][namespace/]name`") },
            "values": entries("Paths as strings, inline values as maps."),
            "secrets": entries("Paths as strings, inline values as maps."),
            "missingFileHandler": text("Empty without one."),
            "valuesPathPrefix": text("Empty without one."),
        }),
    );
    let document = record(
        "One reading of a state file.",
        json!({
            "file": text("Relative to the working directory."),
            "values": { "type": "object", "description": "The merged state values." },
            "releases": { "type": "array", "items": release },
        }),
    );
    let mut schema = record(
        "What `helmsum state` prints with `--output json`.",
        json!({
            "format": { "const": 1, "description": "The format of this document." },
            "environment": text("The name of the environment."),
            "documents": {
                "type": "array",
                "description": "State files in the order they are read, sub-helmfiles before the file that lists them.",
                "items": document,
            },
        }),
    );
    let mut settings = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let (errors, notes) = (settings.subschema_for::<ErrorEntry>(), settings.subschema_for::<NoteEntry>());
    // References lead from the root of the whole document.
    schema["$defs"] = settings.take_definitions(true).into();
    schema["properties"]["notes"] = json!({
        "type": "array",
        "description": "Why nothing is left; only there if nothing is.",
        "items": notes,
    });
    schema["properties"]["errors"] = json!({
        "type": "array",
        "description": "What went wrong; only there if something did, and then `documents` is empty.",
        "items": errors,
    });
    schema["title"] = "helmsum state --output json".into();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema
}
