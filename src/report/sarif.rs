//! Findings as a SARIF log of version 2.1.0, for what shows results of analyses: code scanning of GitHub, editors, dashboards.
//!
//! Findings are results, errors and notes are notifications of the run: an error says that something could not be looked at, which is no
//! property of a line.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::manual::{Explained, first_sentence, plain};
use super::model::{Report, Shared};
use crate::diagnostic::{Code, Diagnostic, Kind, Level};
use crate::text::{Place, position, relative};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths are relative to, as GitHub and others call the root of a checkout.
const ROOT: &str = "%SRCROOT%";

/// What a log is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SarifView<'r> {
    pub(crate) report: &'r Report,
    /// The root of the checkout.
    pub(crate) root: &'r Utf8Path,
    /// Where a finding is put that is about no file. Nothing shows a result without a place.
    pub(crate) fallback: Option<&'r Utf8Path>,
    /// The exit code of the run.
    pub(crate) exit_code: u8,
}

/// The log of a run. `summary` has the numbers of its command.
#[must_use]
pub(crate) fn sarif(view: SarifView<'_>, summary: &impl Serialize) -> Value {
    let shared = view.report.shared();
    let mut rules: Vec<Code> = shared.iter().filter_map(|shared| shared.diagnostic.code()).collect();
    rules.sort_unstable();
    rules.dedup();
    let mut known = BTreeMap::new();
    let results: Vec<Value> = shared
        .iter()
        .filter_map(|shared| Some((shared, shared.diagnostic.code()?)))
        .map(|(shared, code)| {
            let index = rules.iter().position(|rule| *rule == code);
            result(shared, code, index, view, &mut known)
        })
        .collect();
    let notifications: Vec<Value> = shared
        .iter()
        .filter(|shared| shared.diagnostic.code().is_none())
        .map(|shared| notification(shared, view))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(&rules, env!("CARGO_PKG_REPOSITORY")) },
            "invocations": [{
                "executionSuccessful": view.report.errors() == 0,
                "exitCode": view.exit_code,
                "toolExecutionNotifications": notifications,
            }],
            "originalUriBaseIds": {
                ROOT: { "description": { "text": "The root of the checkout." } },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": { "summary": summary, "environments": view.report.environments },
        }],
    })
}

/// What helmsum is, with the rules that found something. `repository` is where its source is published; empty if nowhere.
fn driver(rules: &[Code], repository: &str) -> Value {
    let rules: Vec<Value> = rules.iter().map(|code| rule(*code, repository)).collect();
    let mut driver = json!({
        "name": "helmsum",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    if !repository.is_empty() {
        driver["informationUri"] = repository.into();
    }
    driver
}

fn rule(code: Code, repository: &str) -> Value {
    let Explained { why, fix, level } = Explained::of(code);
    let (why_text, fix_text, level_text) = (plain(why), plain(fix), plain(level));
    let mut rule = json!({
        "id": code.name(),
        "shortDescription": { "text": first_sentence(&why_text) },
        "fullDescription": { "text": why_text },
        "defaultConfiguration": { "level": word(code.default_level()) },
        "help": {
            "text": format!("{why_text}\n\nFix: {fix_text}\n\nLevel: {level_text}"),
            "markdown": format!("{why_text}\n\n**Fix**: {fix_text}\n\n**Level**: {level_text}\n"),
        },
    });
    if !repository.is_empty() {
        rule["helpUri"] = format!("{repository}/blob/main/docs/findings.md#{}", code.name()).into();
    }
    rule
}

/// The levels of SARIF.
const fn word(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note | Level::Allow => "note",
    }
}

fn result(
    shared: &Shared<'_>,
    code: Code,
    index: Option<usize>,
    view: SarifView<'_>,
    known: &mut BTreeMap<String, usize>,
) -> Value {
    let one = &shared.diagnostic;
    let fallback = view.fallback.map(Place::file);
    let place = one.place.as_ref().or(fallback.as_ref());
    let mut result = json!({
        "ruleId": code.name(),
        "ruleIndex": index,
        "level": word(one.level),
        "message": message(shared),
        "locations": locations(one, place, view.root),
        "partialFingerprints": { "helmsumFinding/v1": fingerprint(one, place, view.root, known) },
    });
    let related: Vec<Value> = one
        .through
        .iter()
        .map(|place| {
            let mut location = json!({ "physicalLocation": physical(place, None, view.root) });
            location["message"] = json!({ "text": "reached through this entry" });
            location
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if !shared.environments.is_empty() {
        result["properties"] = json!({ "environments": shared.environments });
    }
    result
}

fn notification(shared: &Shared<'_>, view: SarifView<'_>) -> Value {
    let one = &shared.diagnostic;
    let mut notification = json!({
        "level": if one.kind == Kind::Note { "note" } else { "error" },
        "message": message(shared),
    });
    if let Some(code) = one.kind.code() {
        notification["descriptor"] = json!({ "id": code });
    }
    if let Some(place) = &one.place {
        notification["locations"] = locations(one, Some(place), view.root);
    }
    notification
}

/// The message with what to do about it.
fn message(shared: &Shared<'_>) -> Value {
    let said = shared.said();
    let hint = said.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    json!({ "text": literal(&format!("{}{hint}", said.message)) })
}

/// A text as a message of SARIF has it, where braces are for arguments, and brackets before a parenthesis for links.
fn literal(text: &str) -> String {
    let has_link = text.contains("](");
    let mut literal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '{' | '}' => literal.extend([character, character]),
            '[' | ']' | '\\' if has_link => literal.extend(['\\', character]),
            character => literal.push(character),
        }
    }
    literal
}

fn locations(one: &Diagnostic, place: Option<&Place>, root: &Utf8Path) -> Value {
    let mut location = Map::new();
    if let Some(place) = place {
        location.insert("physicalLocation".into(), physical(place, Some(one), root));
    }
    if let Some(release) = &one.release {
        let logical = json!([{ "fullyQualifiedName": release, "kind": "resource" }]);
        location.insert("logicalLocations".into(), logical);
    }
    if location.is_empty() { json!([]) } else { json!([location]) }
}

fn physical(place: &Place, of: Option<&Diagnostic>, root: &Utf8Path) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&place.file, root) });
    if let Some(line) = place.line {
        let mut region = json!({ "startLine": line });
        if let Some(column) = place.column {
            region["startColumn"] = column.into();
            let start = Place { length: None, ..place.clone() };
            let excerpt = of.and_then(|one| one.excerpt.as_ref()).filter(|shown| shown.place() == start);
            if let Some(excerpt) = excerpt {
                let (line, column) = position(&excerpt.source, excerpt.span.end);
                region["endLine"] = line.into();
                region["endColumn"] = column.into();
            }
        }
        physical["region"] = region;
    }
    physical
}

/// A file of the checkout relative to its root, any other by its whole path.
fn artifact(file: &Utf8Path, root: &Utf8Path) -> Value {
    let path = relative(file, root);
    if path.starts_with("..") {
        return json!({ "uri": format!("file://{}", escaped(file.as_str())) });
    }
    json!({ "uri": escaped(path.as_str()), "uriBaseId": ROOT })
}

/// A path as a URI has it: what is neither reserved nor text is written by its bytes. A colon would start a scheme.
fn escaped(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    uri
}

/// What a result is known by in the next run: neither its line nor the environments that share it are a part of that.
fn fingerprint(
    one: &Diagnostic,
    place: Option<&Place>,
    root: &Utf8Path,
    known: &mut BTreeMap<String, usize>,
) -> String {
    let file = place.map(|place| relative(&place.file, root)).unwrap_or_default();
    let parts = [one.kind.code(), Some(file.as_str()), one.release.as_deref(), Some(one.message.as_str())];
    let mut hash = Sha256::new();
    for part in parts.map(Option::unwrap_or_default) {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digest = data_encoding::HEXLOWER.encode(&hash.finalize()[..16]);
    let number = known.entry(digest.clone()).or_default();
    *number += 1;
    format!("{digest}:{number}")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What a log has against the schema of SARIF.
    pub(in crate::report) fn against_schema(log: &Value) -> Vec<String> {
        static VALIDATOR: std::sync::LazyLock<jsonschema::Validator> = std::sync::LazyLock::new(|| {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sarif/sarif-schema-2.1.0.json");
            let schema: Value =
                serde_json::from_str(&fs_err::read_to_string(path).expect("the schema")).expect("JSON");
            let options = jsonschema::options().should_validate_formats(true);
            options.with_format("uri-reference", is_uri).build(&schema).expect("a schema")
        });
        VALIDATOR.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// Whether a text has the characters of a URI alone. The draft of JSON schema that SARIF is written in does not know this format.
    fn is_uri(text: &str) -> bool {
        let escapes = text.split('%').skip(1);
        let is_escape =
            |rest: &str| rest.len() > 1 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        escapes.into_iter().all(is_escape)
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte))
    }

    fn report(diagnostics: Vec<Diagnostic>) -> Report {
        Report { environments: vec!["default".into()], diagnostics, ..Report::default() }
    }

    fn log(report: &Report) -> Value {
        let fallback = Some(Utf8Path::new("/r/helmfile.yaml"));
        let log = sarif(SarifView { report, root: "/r".into(), fallback, exit_code: 1 }, &json!({}));
        assert_eq!(against_schema(&log), Vec::<String>::new());
        log
    }

    fn finding(message: &str, line: usize) -> Diagnostic {
        Diagnostic::finding(Code::UnbridgedReference, message).at(Place::line("/r/values/a.yaml", line))
    }

    #[test]
    fn the_schema_refuses_what_is_no_log() {
        let mut broken = log(&report(vec![finding("one", 1)]));
        broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
            "a b".into();
        assert_eq!(against_schema(&broken).len(), 1, "a space is no part of a URI");
        broken["runs"][0]["results"][0]["level"] = "deny".into();
        assert_eq!(against_schema(&broken).len(), 2);
    }

    #[test]
    fn a_result_is_known_by_what_it_says_and_not_by_its_line() {
        let prints = |report: &Report| -> Vec<Value> {
            let log = log(report);
            let results = log["runs"][0]["results"].as_array().expect("results").clone();
            results.into_iter().map(|one| one["partialFingerprints"]["helmsumFinding/v1"].clone()).collect()
        };
        let before = prints(&report(vec![finding("one", 1), finding("two", 2), finding("two", 9)]));
        let after = prints(&report(vec![finding("one", 7), finding("two", 3), finding("two", 4)]));
        assert_eq!(before, after);
        assert!(before[0] != before[1] && before[1] != before[2], "{before:?}");
        // Another environment that has it too changes nothing.
        let environments = vec!["dev".into(), "prod".into()];
        let diagnostics = vec![finding("one", 1).environment("dev"), finding("one", 1).environment("prod")];
        let shared = Report { environments, diagnostics, ..Report::default() };
        assert_eq!(prints(&shared), before[..1]);
        let result = &log(&shared)["runs"][0]["results"][0];
        assert_eq!(result["properties"]["environments"], json!(["dev", "prod"]));
        assert_eq!(result["message"]["text"], "one (environments `dev`, `prod`)");
    }

    #[test]
    fn errors_and_notes_are_of_the_run_and_no_results() {
        let error = Diagnostic::error("no [chart](x)").at(Place::line("/r/a.yaml", 3)).hint("fetch {{ it }}");
        let log = log(&report(vec![error, Diagnostic::note("by the way")]));
        let run = &log["runs"][0];
        assert_eq!(run["results"], json!([]));
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["exitCode"], 1);
        let said = &invocation["toolExecutionNotifications"];
        assert_eq!(said[0]["level"], "error");
        // Braces are for arguments, brackets for links.
        assert_eq!(said[0]["message"]["text"], "no \\[chart\\](x)\nfetch {{{{ it }}}}");
        assert_eq!(said[0]["locations"][0]["physicalLocation"]["region"], json!({ "startLine": 3 }));
        assert_eq!(said[1]["level"], "note");
    }

    #[test]
    fn files_are_named_from_the_root_and_others_by_their_whole_path() {
        let at = |file: &str| artifact(file.into(), "/r".into());
        assert_eq!(at("/r/values/a.yaml"), json!({ "uri": "values/a.yaml", "uriBaseId": ROOT }));
        assert_eq!(
            at("/r/a b:c%20#é.yaml"),
            json!({ "uri": "a%20b%3Ac%2520%23%C3%A9.yaml", "uriBaseId": ROOT })
        );
        assert_eq!(at("/cache/web/c.yaml"), json!({ "uri": "file:///cache/web/c.yaml" }));
    }

    #[test]
    fn what_is_about_no_file_is_put_where_the_releases_are() {
        let log = log(&report(vec![Diagnostic::finding(Code::UnauditedRelease, "none").release("edge/web")]));
        let location = &log["runs"][0]["results"][0]["locations"][0];
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "helmfile.yaml");
        assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "edge/web");
    }

    #[test]
    fn rules_are_those_that_found_something_with_what_the_manual_says() {
        let found = vec![
            finding("one", 1),
            Diagnostic::finding(Code::UnauditedRelease, "two"),
            finding("three", 2).level(Level::Note),
        ];
        let log = log(&report(found));
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
        let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
        assert_eq!(ids, ["unbridged-reference", "unaudited-release"]);
        for result in log["runs"][0]["results"].as_array().expect("results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
        assert_eq!(rules[0]["defaultConfiguration"]["level"], "error");
        let help = rules[0]["help"]["text"].as_str().expect("a text");
        assert!(help.contains("\n\nFix: `helmsum init edge/docs` shows the edits"), "{help}");
        assert!(help.contains("By hand: declare the object"), "{help}");
        let with = rule(Code::UnbridgedReference, "https://example.org/helmsum");
        assert_eq!(
            with["helpUri"],
            "https://example.org/helmsum/blob/main/docs/findings.md#unbridged-reference"
        );
    }
}
