//! Every block of every page is run, parsed, compared, or says why not. Pages with commands of helmfile or helm are followed in
//! `tests/real`.

use std::fmt::Write as _;
use std::path::Path;

use fs_err as fs;
use helmsum::internals::source::config::{Config, schema};
use helmsum::internals::source::{Render, in_plain};

use crate::support::page::{Page, Step, is_line};
use crate::support::replay::{Tools, replay};
use crate::support::sandbox::Sandbox;

/// The steps of all pages, with the place of each.
fn steps() -> Vec<(String, Step)> {
    let pages = Page::all();
    assert!(pages.len() > 15, "{} pages", pages.len());
    let steps = pages.iter().flat_map(|page| {
        let steps = page.steps().unwrap_or_else(|wrong| panic!("{wrong}"));
        steps.into_iter().map(|marked| (format!("{}:{}", page.name, marked.line), marked.step))
    });
    steps.collect()
}

#[test]
fn every_block_says_how_it_is_tested() {
    let wrong: String = Page::all().iter().filter_map(|page| page.steps().err()).collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_page_can_be_followed() {
    let mut ran = 0;
    for page in Page::all() {
        ran += replay(&Sandbox::new(&[], &[]), &page, Tools::Missing);
    }
    assert!(ran > 20, "{ran} commands");
}

#[test]
fn configurations_on_pages_keep_to_schema_and_parser() {
    let schema = jsonschema::validator_for(&schema()).expect("the schema is a schema");
    for (place, step) in steps() {
        let texts = match step {
            Step::Configurations(texts) => texts,
            Step::File(path, text) if path.ends_with("helmsum.yaml") => vec![text],
            _ => continue,
        };
        for text in texts {
            Config::parse("/repo/helmsum.yaml".into(), &text)
                .unwrap_or_else(|error| panic!("{place}: {error}"));
            let value: serde_json::Value = yaml_serde::from_str(&text).expect("it is YAML");
            let faults: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{place}: {text}: {faults:?}");
        }
    }
}

#[test]
fn directives_on_pages_are_directives() {
    let mut count = 0;
    for (place, step) in steps() {
        let Step::Directives(text) = step else { continue };
        for line in text.lines() {
            let mut words = |word: &str, _: usize| {
                let rendered = if word.contains("sha256:") {
                    format!("sha256:{}", "0".repeat(64))
                } else {
                    word.to_owned()
                };
                Ok(rendered.replace("{{ .Environment.Name }}", "default"))
            };
            let declared =
                in_plain("/repo/values.yaml".into(), line.as_bytes(), &mut Render::Words(&mut words));
            let declared = declared.unwrap_or_else(|error| panic!("{place}: {line}: {error:?}"));
            assert_eq!(
                declared.sources.len() + declared.accepted.len() + declared.automatic.len(),
                1,
                "{place}: {line}"
            );
            count += 1;
        }
    }
    assert!(count >= 9, "{count} directives");
}

#[test]
fn what_pages_name_as_their_test_is_one() {
    let mut sources = String::new();
    texts_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut sources);
    for (place, step) in steps() {
        if let Step::TestedBy(name, _) = step {
            for wanted in [format!("#[test]\nfn {name}()"), format!("tested_by(\"{name}\")")] {
                assert!(sources.contains(&wanted), "{place}: `{name}` is no test that reads the block");
            }
        }
    }
}

fn texts_of(folder: &Path, texts: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts_of(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push_str(&fs::read_to_string(path).expect("a source"));
        }
    }
}

/// A message without what differs between projects: names in back-ticks, and numbers.
fn form(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let words: Vec<&str> = parts.map(|(index, part)| if index % 2 == 0 { part } else { "_" }).collect();
    words.join("`").chars().filter(|character| !character.is_ascii_digit()).collect()
}

/// What a run said, without what differs between projects: the code or the level, the message, and the hint if there is one.
#[derive(Debug, PartialEq)]
struct Said {
    head: String,
    message: String,
    hint: Option<String>,
}

/// The code of a finding, or the level of what has none, and the message that follows on the line.
fn head(line: &str) -> Option<(&str, &str)> {
    let (head, message) = line.split_once(": ")?;
    let (level, code) = head.split_once('[').unwrap_or((head, head));
    ["error", "warning", "note"].contains(&level).then_some((code.trim_end_matches(']'), message))
}

/// Whether a line shows one of a file: `12 | key: value`.
fn is_excerpt(line: &str) -> bool {
    let number = line.trim().split(' ').next().unwrap_or_default();
    number.parse::<u32>().is_ok() && line.trim()[number.len()..].starts_with(" |")
}

/// What a text says, and its lines that are neither that nor a place nor an excerpt.
fn said(text: &str) -> (Vec<Said>, Vec<&str>) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut all, mut other) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        at += 1;
        let Some((code, message)) = head(line) else {
            other.push(line);
            continue;
        };
        let mut message = message.to_owned();
        let mut hint: Option<String> = None;
        while let Some(line) = lines.get(at).filter(|line| line.starts_with(' ') || is_excerpt(line)) {
            at += 1;
            let line = line.trim();
            if let Some(text) = line.strip_prefix("= help: ") {
                hint = Some(text.to_owned());
            } else if line.starts_with("= ")
                || line.starts_with("-->")
                || line.starts_with('|')
                || is_excerpt(line)
                || line.is_empty()
            {
            } else if let Some(hint) = &mut hint {
                *hint = format!("{hint} {line}");
            } else {
                message = format!("{message} {line}");
            }
        }
        all.push(Said { head: code.to_owned(), message: form(&message), hint: hint.as_deref().map(form) });
    }
    (all, other)
}

#[test]
fn messages_on_pages_are_what_is_printed() {
    let mut galleries = String::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots")).expect("snapshots") {
        galleries.push_str(&fs::read_to_string(entry.expect("an entry").path()).expect("a snapshot"));
        galleries.push('\n');
    }
    let (printed, lines) = said(&galleries);
    let (mut count, mut wrong) = (0, String::new());
    for (place, step) in steps() {
        let Step::Printed(text) = step else { continue };
        let (shown, rest) = said(&text);
        for one in shown {
            count += 1;
            let same = |other: &&Said| other.head == one.head && other.message == one.message;
            let alike: Vec<&Said> = printed.iter().filter(same).collect();
            if !alike.iter().any(|other| one.hint.is_none() || other.hint == one.hint) {
                let _ = writeln!(wrong, "{place}: nothing prints {one:#?}, but {alike:#?}");
            }
        }
        for line in rest.iter().filter(|line| !lines.contains(line)) {
            let _ = writeln!(wrong, "{place}: nothing prints the line {line:?}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count > 20, "{count} messages");
}

#[test]
fn examples_in_the_help_can_be_followed() {
    let mut ran = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli");
    for entry in fs::read_dir(folder).expect("pages") {
        let page = fs::read_to_string(entry.expect("an entry").path()).expect("a page");
        let examples: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("  $ ")).collect();
        assert!(!examples.is_empty(), "{page}");
        // helm renders for these: `tests/real/pages.rs` follows their pages.
        if ["# helmsum audit\n", "# helmsum init\n"].iter().any(|title| page.starts_with(title)) {
            continue;
        }
        let sandbox = Sandbox::new(&[], &[]);
        let project = sandbox.import("tests/docs/projects/help", "help");
        // Where a pager would show it.
        let script = examples.join("\n").replace("| man -l -", "| grep -q '^.TH '");
        // Revisions that they compare.
        let tags = "git tag v1.4.0\ngit tag v1.5.0\ngit tag deployed/production\n";
        let script = format!("helmsum generate --quiet --all-environments\n{tags}{script}\n");
        let run = sandbox.run(&project, "sh", ["-e", "-c", &script]);
        assert!(run.success(), "{}", run.told());
        ran += examples.len();
    }
    assert!(ran > 10, "{ran} examples");
}

#[test]
fn commands_in_sentences_have_options_that_exist() {
    let sandbox = Sandbox::new(&[], &[]);
    let project = sandbox.import("examples/gateway", "gateway");
    let mut count = 0;
    for page in Page::all() {
        for command in page.inline_commands("helmsum") {
            let arguments = command
                .split_whitespace()
                .skip(1)
                .map(|word| word.trim_end_matches('…'))
                .filter(|word| !word.is_empty());
            let run = sandbox.run(&project, "helmsum", arguments.chain(["--help"]));
            assert!(run.success(), "{}: `{command}`: {}", page.name, run.told());
            count += 1;
        }
    }
    assert!(count > 20, "{count} commands");
}

fn page(text: &str) -> Page {
    Page::new("page.md", text)
}

fn only(text: &str) -> Vec<Step> {
    page(text).steps().expect("all is marked").into_iter().map(|marked| marked.step).collect()
}

#[test]
fn commands_are_told_from_what_they_print() {
    let text = "a\n```console\n$ one\nprinted\n\n$ two\n```\n```diff\n+a\n```\n";
    let console =
        vec![("one".to_owned(), vec!["printed".to_owned(), String::new()]), ("two".to_owned(), Vec::new())];
    assert_eq!(only(text), [Step::Console(console), Step::Change("+a\n".to_owned())]);
}

#[test]
fn a_mark_says_what_a_block_is() {
    let text = "<!-- project: examples/a -->\n\n<!-- run: true -->\n<!-- file: b.yaml -->\n```yaml\nb: 1\n```\n<!-- helmsum.yaml: each line -->\n```yaml\na\nb\n```\n";
    let expected = [
        Step::Project("examples/a".to_owned()),
        Step::Hidden("true".to_owned()),
        Step::File("b.yaml".to_owned(), "b: 1\n".to_owned()),
        Step::Configurations(vec!["a".to_owned(), "b".to_owned()]),
    ];
    assert_eq!(only(text), expected);
}

#[test]
fn what_is_not_tested_is_told() {
    for (text, line) in [
        ("```yaml\na: 1\n```\n", "page.md:1: nothing above the block says how it is tested"),
        ("a\n\n    helmsum check\n", "page.md:3: an indented block"),
        ("<!-- file: a -->\n\n```yaml\n```\n", "page.md:1: no block follows the mark `file: a`"),
        ("<!-- not run -->\n```sh\n```\n", "page.md:2: `not run` wants a reason"),
        ("<!-- flie: a -->\n```yaml\n```\n", "page.md:2: `flie: a` is no mark"),
        ("```console\nprinted\n```\n", "page.md:1: a console block begins with a command"),
    ] {
        let wrong = page(text).steps().expect_err(text);
        assert!(wrong.contains(line), "{wrong}");
    }
}

#[test]
fn commands_in_sentences_are_found_across_lines() {
    let text = "Run `helmsum check\n--strict`, see `helmsum: x`.\n\n```sh\n`helmsum no`\n```\n| `helmsum list | head` |\n";
    assert_eq!(page(text).inline_commands("helmsum"), ["helmsum check --strict", "helmsum list"]);
}

#[test]
fn an_ellipsis_stands_for_any_characters() {
    assert!(is_line("a: \"5f…a9\"", "a: \"5f00a9\""));
    assert!(is_line("…", "anything") && is_line("a…b…c", "a-b-b-c") && is_line("a", "a"));
    assert!(!is_line("a…c", "ab") && !is_line("a", "ab") && !is_line("a…b…c", "ac"));
}
