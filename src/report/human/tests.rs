//! What the reports of whole runs look like.

use unicode_width::UnicodeWidthStr as _;

use super::*;
use crate::checksum::{Digest, HashedFile, Notes};
use crate::plan::{Change, How};
use crate::report::model::{SourceRow, TargetRow};
use crate::text::Place;

fn source(label: &str, files: usize, bytes: u64) -> SourceRow {
    let file =
        HashedFile { name: "./a".into(), digest: Digest::of_nothing(), bytes: 1, notes: Notes::default() };
    SourceRow {
        label: label.into(),
        kind: "path",
        name: None,
        path: label.into(),
        options: Vec::new(),
        declared: Some(Place::line("/r/values/web.yaml", 3)),
        digest: Some(Digest::of_nothing()),
        bytes: Some(bytes),
        excluded: 0,
        producer: None,
        count: files,
        files: vec![file; files],
        changed: Vec::new(),
    }
}

fn release(name: &str, sources: Vec<SourceRow>, status: Status, written: bool) -> ReleaseRow {
    ReleaseRow {
        name: name.into(),
        namespace: "edge".into(),
        environment: "default".into(),
        kube_context: String::new(),
        file: "/r/helmfile.yaml".into(),
        sources,
        unread: false,
        target: TargetRow {
            path: (status != Status::Unwired).then(|| format!("/r/{name}/checksum.yaml").into()),
            key: "configChecksum".into(),
            status,
            recorded: None,
            checksum: Some(Digest::of_nothing()),
            written,
        },
        restarts: None,
    }
}

fn report() -> Report {
    let mut moved = source("./apis", 2, 1300);
    moved.changed = vec![
        Change { name: "./orders.yaml".into(), how: How::Edited },
        Change { name: "./new\u{1b}.yaml".into(), how: How::Added },
    ];
    Report {
        again: "`helmsum generate`".into(),
        nothing_matched: false,
        environments: vec!["default".into()],
        releases: vec![
            release("gateway", vec![moved], Status::Stale, false),
            release("web", vec![source("./conf", 14, 82_000)], Status::Current, false),
            release(
                "two",
                vec![source("../certs", 1, 12), source("longer", 10, 5 << 20)],
                Status::Missing,
                true,
            ),
            release("bare", Vec::new(), Status::Unwired, false),
        ],
        diagnostics: vec![
            Diagnostic::finding(Code::StaleChecksum, "is told by the table"),
            Diagnostic::finding(Code::EmptySource, "`./x` contains no file that counts")
                .at(Place::line("/r/v.yaml", 1)),
        ],
    }
}

fn drawn(report: &Report, view: View, quiet: bool) -> String {
    let layout = Layout { directory: "/r".into(), width: None };
    anstream::adapter::strip_str(&human(report, view, quiet, layout)).to_string()
}

#[test]
fn a_check_names_the_files_that_moved_a_checksum() {
    insta::assert_snapshot!(drawn(&report(), View::CheckAll, false), @r"
    stale    edge/gateway  gateway/checksum.yaml
             ./apis  2 files  1.2 KiB
               edited   ./orders.yaml
               added    ./new\u{1b}.yaml
    current  edge/web      web/checksum.yaml      ./conf: 14 files, 80.0 KiB
    created  edge/two      two/checksum.yaml
             ../certs  1 file    12 B
             longer    10 files  5.0 MiB
    unwired  edge/bare     -                      no sources

    warning[empty-source]: `./x` contains no file that counts
      --> v.yaml:1

    4 releases: 1 written, 1 current, 1 stale, 1 without a target; 1 warning; run
    `helmsum generate`
    ");
}

#[test]
fn a_table_is_as_wide_as_it_may_be() {
    let mut report = report();
    let long = "release `edge/gateway`: `./apis` contains text with CRLF line breaks: `./a-file-with-a-long-name.conf`, `./b.conf`";
    report.diagnostics.push(Diagnostic::finding(Code::Crlf, long).hint(
        "add `eol=lf` to the source where the program that reads it takes either, or convert the files",
    ));
    for width in [80, 120] {
        let layout = Layout { directory: "/r".into(), width: Some(width) };
        for (name, view) in [("generate", View::Generate), ("check", View::Check), ("list", View::List)] {
            let text = anstream::adapter::strip_str(&human(&report, view, false, layout)).to_string();
            let snapshots = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
            insta::with_settings!({ snapshot_path => snapshots, prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("table-{name}-{width}"), text);
            });
        }
    }
}

#[test]
fn a_list_says_where_sources_are_declared() {
    let report = Report { releases: report().releases.split_off(1), ..Report::default() };
    insta::assert_snapshot!(drawn(&report, View::List, false), @r"
    current  edge/web   web/checksum.yaml  e3b0c44298fc
             ./conf  14 files  80.0 KiB  values/web.yaml:3
    created  edge/two   two/checksum.yaml  e3b0c44298fc
             ../certs  1 file    12 B     values/web.yaml:3
             longer    10 files  5.0 MiB  values/web.yaml:3
    unwired  edge/bare  -                  e3b0c44298fc
    3 releases: 1 written, 1 current, 1 without a target
    ");
}

#[test]
fn quiet_leaves_findings_and_then_those_of_the_table_too() {
    let text = drawn(&report(), View::Check, true);
    assert!(text.starts_with("error[stale-checksum]: is told by the table\n"), "{text}");
    assert!(!text.contains("current"), "{text}");
}

#[test]
fn several_environments_are_told_apart() {
    let report = Report { environments: vec!["default".into(), "prod".into()], ..report() };
    assert!(drawn(&report, View::Generate, false).contains("edge/web (default)"));
}

#[test]
fn what_environments_share_is_said_once_and_names_them() {
    let found = |message: &str, environment: &str| {
        Diagnostic::finding(Code::EmptySource, message).environment(environment)
    };
    let diagnostics = vec![found("shared", "dev"), found("of one", "dev"), found("shared", "prod")];
    let report = Report { environments: vec!["dev".into(), "prod".into()], diagnostics, ..report() };
    let text = drawn(&report, View::Generate, false);
    assert_eq!(text.matches("shared (environments `dev`, `prod`)").count(), 1, "{text}");
    assert!(text.contains("of one (environment `dev`)"), "{text}");
    assert!(text.contains("; 2 warnings"), "{text}");
    let alone = Report { environments: vec!["dev".into()], ..report };
    assert!(!drawn(&alone, View::Generate, false).contains("environment"));
}

#[test]
fn the_table_fits_eighty_columns_where_names_do() {
    let report = Report { diagnostics: Vec::new(), ..report() };
    for view in [View::Generate, View::List] {
        for line in drawn(&report, view, false).lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}
