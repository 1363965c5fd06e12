//! Every form of an audit says the same numbers, they add up, and no name adds anything to one.

use std::collections::BTreeSet;

use camino::Utf8Path;
use proptest::prelude::*;
use regex::Regex;
use serde_json::{Value, json};

use super::counts::Counts;
use super::*;
use crate::audit::{Audited, Reading, Verdict, WhyNot};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::facts::producers::ReleaseAt;
use crate::reference::{Identity, Kind, Need, Why};
use crate::report::drawing::Layout;
use crate::report::markdown::LONGEST;
use crate::report::markdown::tests::{HOSTILE, page};
use crate::report::sarif::tests::against_schema;
use crate::report::{SarifView, sarif};
use crate::text::{Place, Shown};

fn reading(release: &str, verdict: Verdict) -> Reading {
    Reading {
        release: release.to_owned(),
        at: ReleaseAt { environment: 0, visit: 0, release: 0 },
        environment: "default".into(),
        workload: Identity {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            namespace: "apps".into(),
            name: release.to_owned(),
        },
        kind: Kind::Secret,
        namespace: "apps".into(),
        name: format!("{release}-auth"),
        how: format!("env TOKEN of container {release}"),
        path: "spec.template".into(),
        need: Need::Start,
        makers: vec!["apps/platform".into()],
        made_by: vec![ReleaseAt { environment: 0, visit: 0, release: 1 }],
        verdict,
    }
}

fn audited(id: &str, why_not: Option<WhyNot>) -> Audited {
    Audited {
        id: id.to_owned(),
        environment: "default".into(),
        file: "/r/helmfile.yaml".into(),
        why_not,
        restarts: None,
    }
}

/// One of each verdict, and of each reason of the one that has several.
fn verdicts() -> Vec<Verdict> {
    let needless = [
        Why::ReadLive,
        Why::Reloader("config-reloader".into()),
        Why::ThroughApi,
        Why::NextRun,
        Why::Controller("Reloader".into()),
        Why::Operator,
        Why::InTemplate,
        Why::Unmounted,
    ];
    let others = [
        Verdict::Own,
        Verdict::Covered("secret:auth".into()),
        Verdict::Accepted("reloads itself".into()),
        Verdict::Controlled("ExternalSecret auth".into()),
        Verdict::Named,
        Verdict::Unmade,
        Verdict::Unbridged,
        Verdict::Partial,
        Verdict::Missed,
    ];
    needless.into_iter().map(Verdict::Needless).chain(others).collect()
}

/// Releases that were looked at, lack a chart, or were refused; readings with these verdicts; findings of these levels.
fn made(releases: &[u8], readings: &[usize], levels: &[Level]) -> (Report, Audit) {
    let releases: Vec<Audited> = releases
        .iter()
        .enumerate()
        .map(|(index, state)| {
            let why_not = (*state > 0)
                .then(|| WhyNot { message: "its chart is not there".into(), lacks_chart: *state == 1 });
            audited(&format!("apps/r{index}"), why_not)
        })
        .collect();
    let verdicts = verdicts();
    let owner = |index: usize| {
        releases.get(index % releases.len().max(1)).map_or("apps/none", |release| release.id.as_str())
    };
    let readings = readings
        .iter()
        .enumerate()
        .map(|(index, verdict)| reading(owner(index), verdicts[verdict % verdicts.len()].clone()))
        .collect();
    let fetch = releases
        .iter()
        .any(|release| release.why_not.as_ref().is_some_and(|why| why.lacks_chart))
        .then(|| "helmfile template > /dev/null".to_owned());
    let found = |(index, level): (usize, &Level)| {
        Diagnostic::finding(Code::UnbridgedReference, format!("pod {index} reads `a`"))
            .level(*level)
            .at(Place::line("/r/a b.yaml", index + 1))
            .hint("declare it")
    };
    let mut diagnostics: Vec<Diagnostic> = levels.iter().enumerate().map(found).collect();
    diagnostics.sort_by_key(|one| std::cmp::Reverse(one.level));
    let report = Report { environments: vec!["default".into()], diagnostics, ..Report::default() };
    (report, Audit { releases, readings, not_installed: BTreeSet::new(), fetch })
}

/// The same where each of so many environments has all of it.
fn in_each(report: Report, environments: usize) -> Report {
    let names: Vec<String> = (1..=environments).map(|number| format!("e{number}")).collect();
    let of = |name: &String| report.diagnostics.iter().map(|one| one.clone().environment(name)).collect();
    let mut diagnostics: Vec<Diagnostic> = names.iter().flat_map::<Vec<Diagnostic>, _>(of).collect();
    diagnostics.sort_by_key(|one| std::cmp::Reverse(one.level));
    Report { environments: names, diagnostics, ..report }
}

fn view<'r>(report: &'r Report, audit: &'r Audit) -> AuditView<'r> {
    AuditView { report, audit, proof: None, took: Duration::from_millis(1200), verbose: false, quiet: false }
}

fn human(report: &Report, audit: &Audit) -> String {
    let layout = Layout { directory: "/r".into(), width: Some(10_000) };
    anstream::adapter::strip_str(&super::human::human(view(report, audit), layout)).to_string()
}

#[test]
fn readings_end_where_the_terminal_does() {
    let (report, audit) = made(&[0, 0], &[0, 1, 2, 3, 4, 5, 6, 7, 8], &[]);
    let view = AuditView { verbose: true, ..view(&report, &audit) };
    let shown = |width| {
        let layout = Layout { directory: "/r".into(), width };
        anstream::adapter::strip_str(&super::human::human(view, layout)).to_string()
    };
    let told = shown(Some(60));
    assert!(told.lines().any(|line| line.starts_with("    ")), "{told}");
    for line in told.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
    // A phrase can be searched for where nobody watches.
    assert!(shown(None).contains(" reads Secret "), "{}", shown(None));
    assert!(!shown(None).lines().any(|line| line.starts_with("    ")), "{}", shown(None));
}

fn document(report: &Report, audit: &Audit) -> Value {
    serde_json::to_value(AuditDocument::new(view(report, audit), "/r".into())).expect("a document")
}

fn log(report: &Report, audit: &Audit) -> Value {
    let view = SarifView {
        report,
        root: "/r".into(),
        fallback: Some(Utf8Path::new("/r/helmfile.yaml")),
        exit_code: 0,
    };
    sarif(view, &AuditSummary::of(audit, &report.said()))
}

/// The number in front of a phrase in a text; nought where it is not said.
fn said(text: &str, phrase: &str) -> u64 {
    let pattern = Regex::new(&format!(r"(\d+) {}", regex::escape(phrase))).expect("a pattern");
    pattern.captures(text).map_or(0, |found| found[1].parse().expect("a number"))
}

/// What a line of a report counts, by the names that the JSON document has for it.
const SAID: [(&str, &str); 7] = [
    ("covered", "covered"),
    ("accepted", "accepted"),
    ("own", "of the own release"),
    ("controlled", "of objects that a controller makes"),
    ("named", "only named"),
    ("unmade", "of objects that no release makes"),
    ("found", "with a finding"),
];

/// The numbers of a text, by the names that the JSON document has for them.
fn numbers(text: &str) -> Value {
    let mut numbers = json!({});
    let line = |start: &str| {
        let pattern = Regex::new(&format!("(?m)^.*{start}.*$")).expect("a pattern");
        pattern.find(text).map_or("", |line| line.as_str()).to_owned()
    };
    let readings = line(r"^\d+ readings?: ");
    for (key, phrase) in SAID {
        numbers[key] = said(&readings, phrase).into();
    }
    numbers["needless"] = (said(&readings, "need nothing") + said(&readings, "needs nothing")).into();
    numbers["readings"] = said(&readings, "reading").into();
    let looked = line(r"\d+ of \d+ releases? looked at");
    numbers["lookedAt"] = said(&looked, "of").into();
    numbers["releases"] = said(&looked, "release").into();
    numbers["lacksChart"] = said(text, "without a chart at hand").into();
    numbers["notRendered"] = said(text, "that could not be rendered").into();
    numbers
}

proptest! {
    #[test]
    fn every_form_says_the_same_numbers_and_they_add_up(
        releases in prop::collection::vec(0_u8..3, 0..9),
        readings in prop::collection::vec(0_usize..99, 0..40),
        levels in prop::collection::vec(prop_oneof![Just(Level::Deny), Just(Level::Warn), Just(Level::Note)], 0..6),
        environments in 1_usize..4,
    ) {
        let (report, audit) = made(&releases, &readings, &levels);
        let report = in_each(report, environments);
        let document = document(&report, &audit);
        let summary = &document["summary"];
        let number = |key: &str| summary[key].as_u64().expect("a number");
        // It adds up, and each count is that of what is listed.
        prop_assert_eq!(number("releases"), number("lookedAt") + number("lacksChart") + number("notRendered"));
        prop_assert_eq!(number("releases"), releases.len() as u64);
        let each: u64 = SAID.iter().map(|(key, _)| number(key)).sum();
        prop_assert_eq!(number("readings"), number("needless") + each);
        prop_assert_eq!(number("readings"), readings.len() as u64);
        for (key, _) in SAID.iter().filter(|(key, _)| *key != "found").chain([&("needless", "")]) {
            let listed = document["readings"].as_array().expect("readings");
            let listed = listed.iter().filter(|one| one["verdict"] == *key).count();
            prop_assert_eq!(number(key), listed as u64, "{}", key);
        }
        // Each reason is counted once.
        let counts = Counts::of(&audit);
        prop_assert_eq!(counts.needless.values().sum::<usize>() as u64, number("needless"));
        // People, pages and programs are told the same.
        let (text, markdown, log) = (human(&report, &audit), markdown(&report, &audit), log(&report, &audit));
        for (form, told) in [("human", numbers(&text)), ("Markdown", numbers(&page_text(&markdown)))] {
            for (key, value) in told.as_object().expect("numbers") {
                prop_assert_eq!(&summary[key], value, "{} of {}: {}\n{}", key, form, text, markdown);
            }
        }
        let mut logged = log["runs"][0]["properties"]["summary"].clone();
        // The document lists what environments share once for each, everything else once.
        let (logged_errors, logged_warnings) = (logged["errors"].take(), logged["warnings"].take());
        (logged["errors"], logged["warnings"]) = (summary["errors"].clone(), summary["warnings"].clone());
        prop_assert_eq!(&logged, summary);
        for (why, count) in &counts.needless {
            prop_assert!(text.contains(&format!("{count} {why}")), "{}", text);
            prop_assert!(page_text(&markdown).contains(&format!("{count} {why}")), "{}", markdown);
        }
        let (errors, warnings) = (said(&text, "error"), said(&text, "warning"));
        let title = markdown.lines().nth(1).expect("a title");
        let drawn = |word: &str| text.matches(&format!("{word}[unbridged-reference]: ")).count() as u64;
        prop_assert_eq!((errors, warnings), (drawn("error"), drawn("warning")), "{}", text);
        prop_assert_eq!((logged_errors, logged_warnings), (json!(errors), json!(warnings)));
        let of = environments as u64;
        prop_assert_eq!((errors * of, warnings * of), (number("errors"), number("warnings")), "{}", text);
        if number("releases") == 0 || number("lookedAt") > 0 {
            prop_assert_eq!((said(title, "error"), said(title, "warning")), (errors, warnings), "{}", title);
        }
        // The log has each finding at its level, and is one.
        prop_assert_eq!(against_schema(&log), Vec::<String>::new());
        let results = log["runs"][0]["results"].as_array().expect("results");
        let at = |level: &str| results.iter().filter(|one| one["level"] == level).count() as u64;
        prop_assert_eq!((at("error"), at("warning")), (errors, warnings));
    }
}

/// A document as a reader sees it, with its paragraphs on lines.
fn page_text(markdown: &str) -> String {
    markdown.replace("\\.", ".").replace('\\', "")
}

fn markdown(report: &Report, audit: &Audit) -> String {
    super::markdown::markdown(view(report, audit), "/r".into())
}

#[test]
fn a_fresh_folder_says_first_that_nothing_is_at_hand_and_what_to_run() {
    let (report, audit) = made(&[1, 1], &[], &[Level::Warn]);
    let text = human(&report, &audit);
    let first: Vec<&str> = text.lines().take(3).collect();
    assert_eq!(
        first,
        [
            "nothing was looked at: 2 without a chart at hand",
            "fetch the charts: `helmfile template > /dev/null`",
            ""
        ]
    );
    let markdown = markdown(&report, &audit);
    let first: Vec<&str> = markdown.lines().take(4).collect();
    assert_eq!(
        first,
        [
            "<!-- helmsum:audit -->",
            "## helmsum audit: nothing was looked at, no chart is at hand",
            "",
            "This fetches the charts: `helmfile template > /dev/null`"
        ]
    );
    assert_eq!(document(&report, &audit)["fetch"], "helmfile template > /dev/null");
    // Where something was looked at, findings come first, and the command is among the closing lines.
    let (report, audit) = made(&[0, 1], &[], &[Level::Warn]);
    let text = human(&report, &audit);
    assert!(text.starts_with("warning[unbridged-reference]"), "{text}");
    assert!(
        text.ends_with(
            "1 not looked at: 1 without a chart at hand\nfetch the charts: `helmfile template > /dev/null`\n"
        ),
        "{text}"
    );
}

/// Everything that has a name, with this one.
fn hostile(name: &str) -> (Report, Audit) {
    let one = |level| {
        let finding =
            Diagnostic::finding(Code::UnbridgedReference, format!("Deployment `{name}` reads {name}"));
        finding.level(level).at(Place::line(format!("/r/{}", name.replace(['\0', '/'], "")), 3)).hint(name)
    };
    let diagnostics =
        vec![one(Level::Deny), one(Level::Warn), Diagnostic::error(name), Diagnostic::note(name)];
    let readings = verdicts().into_iter().map(|verdict| match verdict {
        Verdict::Covered(_) => Verdict::Covered(name.into()),
        Verdict::Accepted(_) => Verdict::Accepted(name.into()),
        Verdict::Controlled(_) => Verdict::Controlled(name.into()),
        Verdict::Needless(Why::Reloader(_)) => Verdict::Needless(Why::Reloader(name.into())),
        other => other,
    });
    let audit = Audit {
        releases: vec![
            audited(name, None),
            audited("b", Some(WhyNot { message: name.into(), lacks_chart: true })),
        ],
        readings: readings.map(|verdict| reading(name, verdict)).collect(),
        not_installed: BTreeSet::new(),
        fetch: Some(format!("helmfile -f {name} template")),
    };
    let environments = vec!["default".into(), name.into()];
    (Report { environments, diagnostics, ..Report::default() }, audit)
}

#[test]
fn no_name_adds_an_element_to_the_document() {
    let (report, audit) = hostile("plain");
    let plain = page(&markdown(&report, &audit));
    assert!(plain.elements.iter().any(|element| element == "Table"), "{:?}", plain.elements);
    for name in HOSTILE {
        let (report, audit) = hostile(name);
        let markdown = markdown(&report, &audit);
        let page = page(&markdown);
        assert_eq!(page.elements, plain.elements, "{name:?}\n{markdown}");
        assert!(!page.text.contains('@'), "{name:?}\n{markdown}");
        assert!(page.shown.contains(&Shown(name).to_string()), "{name:?}\n{markdown}");
    }
}

#[test]
fn a_log_keeps_to_the_schema_whatever_names_are() {
    for name in HOSTILE {
        let (report, audit) = hostile(name);
        let log = log(&report, &audit);
        assert_eq!(against_schema(&log), Vec::<String>::new(), "{name:?}\n{log:#}");
    }
}

#[test]
fn a_document_is_never_longer_than_a_comment_may_be() {
    let mut lengths = Vec::new();
    for (readings, levels, last) in [
        (10, 2, "</details>"),
        (4_000, 2, "more readings"),
        (4_000, 60, "more readings"),
        (4_000, 300, "400 more releases"),
    ] {
        let releases = vec![0; if levels == 300 { 400 } else { 3 }];
        let verdicts: Vec<usize> = (0..readings).collect();
        let (mut report, audit) = made(&releases, &verdicts, &vec![Level::Deny; levels]);
        let long = |one: &Diagnostic| {
            let message = format!("{} {}", one.message, "word ".repeat(200));
            one.clone().message(message)
        };
        report.diagnostics = report.diagnostics.iter().map(long).collect();
        let markdown = markdown(&report, &audit);
        let length = markdown.chars().count();
        assert!(length <= LONGEST, "{length}");
        assert!(markdown.contains(last), "{readings} {levels}: {}", &markdown[markdown.len() - 300..]);
        assert!(
            markdown.starts_with(&format!("<!-- helmsum:audit -->\n## helmsum audit: {levels} errors in"))
        );
        let dangers = markdown.lines().filter(|line| line.starts_with("- pod ")).count();
        lengths.push((length, dangers));
    }
    let dangers: Vec<usize> = lengths.iter().map(|(_, dangers)| *dangers).collect();
    assert_eq!(dangers[..3], [2, 2, 60], "no danger is left out: {lengths:?}");
    // More than a comment takes, however short: as many as there is room for, and how many are not.
    assert!(dangers[3] > 100, "{lengths:?}");
}

#[test]
fn quiet_leaves_what_was_found() {
    let (report, audit) = made(&[0, 1], &[1, 2], &[Level::Warn, Level::Note]);
    let view = AuditView { quiet: true, ..view(&report, &audit) };
    let markdown = super::markdown::markdown(view, "/r".into());
    assert!(markdown.contains("### warning: `unbridged-reference`"), "{markdown}");
    assert!(!markdown.contains("looked at") && !markdown.contains("<details>"), "{markdown}");
}
