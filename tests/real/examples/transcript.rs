//! The commands of a README with what they print, run as they stand there.

use std::path::Path;

use crate::support::programs::helm_major;
use crate::support::sandbox::Sandbox;

/// A fenced block of a Markdown text that a reader can act on.
#[derive(Debug, PartialEq)]
pub(crate) enum Block {
    /// Commands, each with the lines that it prints.
    Console(Vec<(String, Vec<String>)>),
    /// A change of files, in the unified format.
    Diff(String),
}

/// The blocks of kinds `console` and `diff`, in order.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match kind {
            "console" => blocks.push(Block::Console(commands(&body))),
            "diff" => blocks.push(Block::Diff(body.join("\n") + "\n")),
            _ => {}
        }
    }
    blocks
}

fn commands(body: &[&str]) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in body {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((_, printed))) => printed.push((*line).to_owned()),
            (None, None) => panic!("a console block begins with a command, not with {line:?}"),
        }
    }
    commands
}

/// Runs the blocks of `README.md` in the folder it lies in, and compares what is printed. The folder is `/repo` there.
///
/// Returns how many commands ran.
pub(crate) fn replay(sandbox: &Sandbox, project: &Path) -> usize {
    let readme = fs_err::read_to_string(project.join("README.md")).expect("a README");
    let mut ran = 0;
    for block in blocks(&readme) {
        match block {
            Block::Console(commands) => {
                for (command, expected) in commands {
                    // Some commands are shown because they fail; what they print tells.
                    let printed = sandbox.run(project, "sh", ["-c", &format!("{command}\ntrue")]).succeeds();
                    let printed = printed.replace(project.to_str().expect("UTF-8"), "/repo");
                    let printed: Vec<String> =
                        printed.lines().map(|line| without_position(line.trim_end())).collect();
                    let expected: Vec<String> = expected.iter().map(|line| without_position(line)).collect();
                    assert_eq!(printed, expected, "{command}");
                    ran += 1;
                }
            }
            Block::Diff(change) => apply(sandbox, project, &change),
        }
    }
    ran
}

/// A line as the helm that tests run gives it: Helm 4, whose output the pages show, prints an empty line more between objects
/// than Helm 3 does, so with that one the line numbers of `diff` do not count.
fn without_position(line: &str) -> String {
    let position = |text: &str| text.split(',').all(|number| number.parse::<u32>().is_ok());
    let is_position =
        line.split_once(['a', 'c', 'd']).is_some_and(|(from, to)| position(from) && position(to));
    if is_position && helm_major() == 3 { "POSITION".to_owned() } else { line.to_owned() }
}

/// Applies a change to a project.
pub(crate) fn apply(sandbox: &Sandbox, project: &Path, change: &str) {
    let file = project.join(".git/change.diff");
    fs_err::write(&file, change).expect("a file");
    let _ = sandbox.run(project, "git", ["apply", ".git/change.diff"]).succeeds();
}

#[test]
fn commands_are_told_from_what_they_print() {
    let text = "a\n```console\n$ one\nprinted\n\n$ two\n```\n```yaml\n$ no\n```\n```diff\n+a\n```\n";
    let console =
        vec![("one".to_owned(), vec!["printed".to_owned(), String::new()]), ("two".to_owned(), Vec::new())];
    assert_eq!(blocks(text), [Block::Console(console), Block::Diff("+a\n".to_owned())]);
}
