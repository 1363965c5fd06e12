//! No name adds anything to a comment, the comment is never longer than one may be, and what matters most stays in it.

use super::*;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::diff::{
    Fate, FileChange, Gone, Lost, MovedWorkload, Named, OtherWorkloads, Own, Refused, RefusedChange,
    Restarting, SourceChange, Uncompared, Unnoticed, Waiting, WhoseObject, Workloads,
};
use crate::plan::How;
use crate::reference::{Identity, Moves, Size};
use crate::report::markdown::LONGEST;
use crate::report::markdown::tests::{HOSTILE, Page, page};
use crate::text::{Place, Shown};

/// What a comparison tells, with everything that goes with it.
struct Told {
    report: Report,
    diff: Diff,
    compared: Option<Compared>,
    fix: Option<Fix>,
    command: String,
}

impl Told {
    fn view(&self) -> DiffView<'_> {
        DiffView {
            report: &self.report,
            diff: &self.diff,
            compared: self.compared.as_ref(),
            quiet: false,
            fix: self.fix.as_ref(),
            flavour: Flavour::Github,
            environment: "default",
            command: &self.command,
        }
    }

    fn markdown(&self) -> String {
        diff_markdown(self.view(), "/r".into())
    }
}

fn named(name: &str) -> Named {
    Named { release: name.to_owned(), environment: name.to_owned() }
}

fn identity(name: &str) -> Identity {
    Identity { api_version: "apps/v1".into(), kind: name.into(), namespace: name.into(), name: name.into() }
}

fn file(name: &str, fate: Fate) -> FileChange {
    let from = (fate == Fate::Renamed).then(|| name.to_owned());
    FileChange { name: name.to_owned(), from, fate }
}

fn source(name: &str, how: Option<How>) -> SourceChange {
    let files = [Fate::Edited, Fate::Renamed, Fate::Added].map(|fate| file(name, fate)).to_vec();
    SourceChange { label: name.to_owned(), how, files, count: Some(9) }
}

/// Workloads with each thing that may happen to their pods.
fn workloads(name: &str) -> Workloads {
    let each =
        [Moves::Inert(name.to_owned()), Moves::Operator, Moves::Unknown, Moves::Restarts, Moves::Reloads];
    let workload = |moves| MovedWorkload {
        identity: identity(name),
        moves,
        size: Size::Range(2, 10),
        is_recreated: false,
    };
    Workloads::Known(each.map(workload).to_vec())
}

fn restarting(name: &str, workloads: Workloads) -> Restarting {
    let sources = [None, Some(How::Added), Some(How::Removed)].map(|how| source(name, how)).to_vec();
    let own = Some(Own { files: vec![file(name, Fate::Edited)] });
    Restarting { named: named(name), workloads, sources, own }
}

fn unnoticed(name: &str, change: How, whose: WhoseObject) -> Unnoticed {
    Unnoticed {
        named: named(name),
        workload: identity(name),
        kind: "Secret",
        namespace: name.to_owned(),
        name: name.to_owned(),
        how: format!("env {name} of container {name}"),
        change,
        whose,
        level: Level::Deny,
        fix: format!("`helmsum init {name}`"),
        place: None,
    }
}

/// Every part of a comparison, with this name wherever one can be.
fn everything(name: &str) -> Told {
    let gone = |what| Gone { named: named(name), what };
    let diff = Diff {
        restarts: vec![
            restarting(name, workloads(name)),
            restarting(name, Workloads::Unknown(name.to_owned())),
        ],
        unnoticed: vec![
            unnoticed(name, How::Edited, WhoseObject::Own),
            unnoticed(name, How::Added, WhoseObject::Others(vec![name.to_owned(); 9])),
            unnoticed(name, How::Removed, WhoseObject::Others(vec![name.to_owned()])),
        ],
        refused: [RefusedChange::Data, RefusedChange::Immutable]
            .map(|change| Refused {
                named: named(name),
                kind: "ConfigMap",
                namespace: name.to_owned(),
                name: name.to_owned(),
                change,
                place: None,
            })
            .to_vec(),
        held: vec![Waiting {
            named: named(name),
            reason: name.to_owned(),
            until: Some(name.to_owned()),
            since: Some(name.to_owned()),
            sources: vec![source(name, None)],
        }],
        first: vec![restarting(name, workloads(name))],
        gone: vec![gone(Lost::Release), gone(Lost::Checksum(workloads(name)))],
        workloads: vec![OtherWorkloads {
            named: named(name),
            new: vec![identity(name)],
            gone: vec![identity(name); 2],
        }],
        new: vec![named(name)],
        uncompared: vec![Uncompared {
            named: named(name),
            why: name.to_owned(),
            hint: Some(name.to_owned()),
            place: None,
        }],
        unchanged: 3,
        unreached: vec![name.replace('\0', "").into()],
        renders: false,
        stale: vec![name.to_owned(); 7],
    };
    let report = Report {
        environments: vec!["default".into(), name.into()],
        diagnostics: vec![finding(name), Diagnostic::note(name)],
        again: format!("`helmsum generate -e {name}`"),
        ..Report::default()
    };
    let compared = Some(Compared {
        base: "a1b2c3d".into(),
        how: Some(name.to_owned()),
        head: Some("b2c3d4e".into()),
        head_name: Some(name.to_owned()),
    });
    // A block of lines has no character that hides, and a patch of a name that has one names it in octal digits.
    let line = name.replace(Shown::hides, "\n+");
    let patch = format!("--- a/{line}\n+++ b/{line}\n@@ -1 +1,2 @@\n {line}\n+{line}\n");
    let fix = Some(Fix { releases: vec![name.to_owned(); 2], patch });
    Told { report, diff, compared, fix, command: format!("helmsum diff {name}") }
}

fn finding(name: &str) -> Diagnostic {
    let place = Place::line(format!("/r/{}", name.replace(['\0', '/'], "")), 3);
    Diagnostic::finding(Code::StaleChecksum, format!("release `{name}` {name}"))
        .level(Level::Deny)
        .at(place)
        .hint(name)
}

/// A comparison that failed, with this name in whatever is said of it.
fn failed(name: &str) -> Told {
    let error = Diagnostic::error(name).at(Place::line("/r/helmfile.yaml", 1)).hint(name);
    let report =
        Report { diagnostics: vec![error, finding(name), Diagnostic::note(name)], ..Report::default() };
    Told { report, diff: Diff::default(), compared: None, fix: None, command: format!("helmsum diff {name}") }
}

#[track_caller]
fn assert_nothing_but_text(make: impl Fn(&str) -> Told, flavour: Flavour) {
    let document = |name: &str| {
        let told = make(name);
        diff_markdown(DiffView { flavour, environment: name, ..told.view() }, "/r".into())
    };
    // The marker tells the environment, in one word.
    let elements = |page: &Page| -> Vec<String> {
        let is_marker = |element: &&String| element.starts_with("<!-- helmsum:diff:");
        page.elements.iter().filter(|element| !is_marker(element)).cloned().collect()
    };
    let plain = elements(&page(&document("plain")));
    assert!(plain.iter().any(|element| element == "List"), "{plain:?}");
    for name in HOSTILE {
        let markdown = document(name);
        let page = page(&markdown);
        assert_eq!(elements(&page), plain, "{name:?}\n{markdown}");
        let markers = page.elements.len() - plain.len();
        assert_eq!(markers, usize::from(flavour != Flavour::Plain), "{name:?}\n{markdown}");
        assert!(!page.text.contains('@') && !page.text.contains("#1"), "{name:?}\n{markdown}");
        assert!(page.shown.contains(&Shown(name).to_string()), "{name:?}\n{markdown}");
    }
}

#[test]
fn no_name_adds_an_element_to_a_comment() {
    for flavour in [Flavour::Github, Flavour::Gitlab, Flavour::Plain] {
        assert_nothing_but_text(everything, flavour);
        assert_nothing_but_text(failed, flavour);
    }
}

#[test]
fn no_line_of_a_comment_is_a_quick_action() {
    for name in ["/close", "/label ~x", "/assign @octocat"] {
        for told in [everything(name), failed(name)] {
            let markdown = diff_markdown(DiffView { flavour: Flavour::Gitlab, ..told.view() }, "/r".into());
            assert!(markdown.contains(name), "{markdown}");
            // A patch is a block of code, where there are none.
            let outside = markdown.split("```").step_by(2).collect::<String>();
            assert!(!outside.lines().any(|line| line.trim_start().starts_with('/')), "{markdown}");
        }
    }
}

#[test]
fn every_part_of_a_comparison_is_in_the_comment() {
    let markdown = everything("apps/web").markdown();
    for part in [
        "### Do not notice their change",
        "fix: `helmsum init apps/web`",
        "### Findings",
        "7 targets are out of date: `apps/web`",
        "| restarts | pods | because |",
        "its first checksum",
        "| held | because |",
        "not compared: apps/web; apps/web",
        "no longer deployed",
        "no longer has a checksum, and restarts once: apps/web",
        "Note: apps/web",
        "<summary>Files</summary>",
        "renamed `apps/web -> apps/web`",
        "<summary>1 changed file reaches no release</summary>",
        "nothing was rendered",
        "Once more: `helmsum diff apps/web`",
    ] {
        assert!(markdown.contains(part), "{part}\n{markdown}");
    }
}

/// So many releases that restart, keep old data, are held, not compared and gone.
fn many(restarts: usize, dangers: usize) -> Told {
    let name = |number: usize| format!("apps/release-{number}");
    let mut told = everything("apps/web");
    let diff = &mut told.diff;
    diff.renders = true;
    diff.restarts = (0..restarts).map(|number| restarting(&name(number), workloads(&name(number)))).collect();
    diff.unnoticed = (0..dangers)
        .map(|number| unnoticed(&name(number), How::Edited, WhoseObject::Others(vec![name(number)])))
        .collect();
    diff.unreached = (0..restarts).map(|number| format!("docs/{number}.md").into()).collect();
    told
}

#[test]
fn a_comment_is_never_longer_than_one_may_be_and_keeps_title_and_dangers() {
    for (restarts, dangers, last) in [
        (3, 2, "docs/2.md"),
        (200, 2, "more releases with their files"),
        (10_000, 2, "more releases that restart"),
        (10_000, 300, "more releases that restart"),
        (10_000, 10_000, "more workloads that do not notice their change"),
    ] {
        let told = many(restarts, dangers);
        let markdown = told.markdown();
        let length = markdown.chars().count();
        assert!(length <= LONGEST, "{length}");
        let title = format!(
            "<!-- helmsum:diff:default -->\n## {} releases restart · 1 release has other workloads · {dangers} releases do not notice their change · 1 release cannot be deployed · 1 held",
            restarts + 1
        );
        assert!(markdown.starts_with(&title), "{}", &markdown[..300]);
        assert!(markdown.contains(last), "{restarts} {dangers}: {}", &markdown[markdown.len() - 900..]);
        assert!(markdown.ends_with("Once more: `helmsum diff apps/web`\n"));
        let shown = markdown.lines().filter(|line| line.contains(" keeps the old ")).count();
        match dangers {
            10_000 => assert!(shown > 500, "{shown}"),
            all => assert_eq!(shown, all, "no danger is left out"),
        }
        if dangers > 2 {
            continue;
        }
        assert_eq!(markdown.matches("  - fix: `helmsum init apps/release-").count(), dangers);
        // What is cut off leaves whole elements.
        let folded = markdown.matches("<details>").count();
        assert_eq!(folded, markdown.matches("</details>").count());
    }
}

#[test]
fn a_message_however_long_leaves_room_for_the_command() {
    let long = format!("`{}`", "x".repeat(100_000));
    for told in [failed(&long), everything(&long)] {
        let told = Told { command: "helmsum diff".into(), ..told };
        let markdown = told.markdown();
        assert!(markdown.chars().count() <= LONGEST, "{}", markdown.len());
        assert!(markdown.ends_with("Once more: `helmsum diff`\n"), "{}", &markdown[markdown.len() - 300..]);
        let told = Told { command: format!("helmsum diff {long}"), ..told };
        let markdown = told.markdown();
        assert!(markdown.chars().count() <= LONGEST && !markdown.contains("Once more"), "{}", markdown.len());
    }
    assert!(failed(&long).markdown().starts_with("<!-- helmsum:diff:default -->\n## could not compare: "));
}

#[test]
fn a_patch_is_whole_or_not_there() {
    let with = |patch: &str, dangers| {
        let told = many(1, dangers);
        let fix = Some(Fix { releases: vec!["apps/web".into()], patch: patch.to_owned() });
        Told { fix, ..told }.markdown()
    };
    let patch = "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n+````\n";
    let markdown = with(patch, 2);
    assert!(markdown.contains(&format!("\n`````diff\n{patch}`````\n")), "{markdown}");
    let long = "+line\n".repeat(9_000);
    assert!(with(&long, 2).contains(&long));
    for (patch, dangers) in
        [(long.repeat(2).as_str(), 2), (&long, 10_000), ("+invoice\u{202e}fdp\n", 2), ("+a\r\n", 2)]
    {
        let markdown = with(patch, dangers);
        assert!(markdown.chars().count() <= LONGEST && !markdown.contains("patch"), "{}", &markdown[..500]);
        let is_fixed = markdown.contains("fix: `helmsum init apps/release-1`");
        assert_eq!(is_fixed, dangers == 2, "{}", &markdown[..500]);
    }
}

#[test]
fn quiet_leaves_what_was_found() {
    let told = everything("apps/web");
    let markdown = diff_markdown(DiffView { quiet: true, ..told.view() }, "/r".into());
    assert!(markdown.contains("### Do not notice their change"), "{markdown}");
    assert!(markdown.contains("### Findings"), "{markdown}");
    assert!(!markdown.contains("| restarts |") && !markdown.contains("Once more"), "{markdown}");
}
