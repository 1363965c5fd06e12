//! A page of the manual: its blocks, and what the mark above each says that a test does with it.
//!
//! A mark is a comment on the line above a block, which readers of the page do not see. CONTRIBUTING.md lists them.

use std::fmt::Write as _;
use std::path::Path;

/// The folder of this repository that a page lies in, and its text.
pub(crate) struct Page {
    /// Its path in this repository.
    pub(crate) name: String,
    text: String,
}

/// What a test does at one place of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// `project: FOLDER`: what follows runs in a fresh copy of this folder of the repository.
    Project(String),
    /// `run: COMMAND`: a command that readers do not see.
    Hidden(String),
    /// Commands, each with the lines that it prints.
    Console(Vec<(String, Vec<String>)>),
    /// Commands that have to succeed.
    Script(String),
    /// `options only: REASON`: commands that cannot run here; their options have to exist.
    Options(Vec<String>),
    /// `steps`: a recipe of a CI system. The commands in it run.
    Recipe(String),
    /// A change of files, in the unified format.
    Change(String),
    /// `file: PATH`: a whole file of the project.
    File(String, String),
    /// `end of: PATH`: what comes at the end of a file of the project.
    End(String, String),
    /// `part of: PATH`: lines of a file of the project, in their order.
    Part(String, Vec<String>),
    /// `helmsum.yaml`, or `helmsum.yaml: each line`: what helmsum takes for its configuration.
    Configurations(Vec<String>),
    /// `directives`: each line is one.
    Directives(String),
    /// `printed`: a message that the galleries have.
    Printed(String),
    /// `tested by: FUNCTION`: a test of that name reads the block, with [`Page::tested_by`].
    TestedBy(String, String),
    /// `not run: REASON`.
    NotRun(String),
}

/// A step and the line where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marked {
    pub(crate) line: usize,
    pub(crate) step: Step,
}

impl Page {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// A page of this repository.
    pub(crate) fn read(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        Self::new(name, &fs_err::read_to_string(path).expect("a page"))
    }

    /// All pages that people read, but for the help, which is generated.
    pub(crate) fn all() -> Vec<Self> {
        let mut names = Vec::new();
        pages_in("", &mut names);
        pages_in("docs", &mut names);
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        for entry in std::fs::read_dir(examples).expect("examples") {
            let name = entry.expect("an example").file_name().into_string().expect("UTF-8");
            pages_in(&format!("examples/{name}"), &mut names);
        }
        names.sort();
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// What is done at each place, in order.
    ///
    /// # Errors
    ///
    /// With a line for each block that says nothing of how it is tested, and each mark that means nothing.
    pub(crate) fn steps(&self) -> Result<Vec<Marked>, String> {
        let mut steps = Vec::new();
        let mut wrong = String::new();
        let mut mark: Option<(usize, &str)> = None;
        let mut after_text = false;
        let mut lines = self.text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let number = index + 1;
            if let Some(language) = line.trim_start().strip_prefix("```") {
                let body: Vec<&str> =
                    lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
                match step(language, mark.take().map(|(_, mark)| mark), &body) {
                    Ok(step) => steps.push(Marked { line: number, step }),
                    Err(reason) => {
                        let _ = writeln!(wrong, "{}:{number}: {reason}", self.name);
                    }
                }
                continue;
            }
            if let Some((line, mark)) = mark.take() {
                let _ = writeln!(wrong, "{}:{line}: no block follows the mark `{mark}`", self.name);
            }
            if let Some(text) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
                match text.split_once(": ") {
                    Some(("project", folder)) => {
                        steps.push(Marked { line: number, step: Step::Project(folder.to_owned()) });
                    }
                    Some(("run", command)) => {
                        steps.push(Marked { line: number, step: Step::Hidden(command.to_owned()) });
                    }
                    _ => mark = Some((number, text)),
                }
            } else if !after_text && line.starts_with("    ") && !line.trim().is_empty() {
                let _ = writeln!(wrong, "{}:{number}: an indented block: put it between fences", self.name);
            }
            after_text = !line.trim().is_empty();
        }
        if wrong.is_empty() { Ok(steps) } else { Err(wrong) }
    }

    /// The one block that the test of this name reads.
    pub(crate) fn tested_by(&self, test: &str) -> String {
        let steps = self.steps().unwrap_or_else(|wrong| panic!("{wrong}"));
        let of_test = |marked: Marked| match marked.step {
            Step::TestedBy(name, block) if name == test => Some(block),
            _ => None,
        };
        let blocks: Vec<String> = steps.into_iter().filter_map(of_test).collect();
        assert_eq!(blocks.len(), 1, "{}: blocks with the mark `tested by: {test}`", self.name);
        blocks.concat()
    }

    /// The commands that are written within sentences and tables and begin with the name of this program, each up to its first `|`.
    pub(crate) fn inline_commands(&self, program: &str) -> Vec<String> {
        let mut fenced = false;
        let mut prose = String::new();
        for line in self.text.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
                prose.push('\n');
            } else if !fenced {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        let start = format!("{program} ");
        let spans = prose.split("\n\n").flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
        let spans =
            spans.map(|span| span.split_whitespace().take_while(|word| *word != "|").collect::<Vec<_>>());
        let spans = spans.map(|words| words.join(" "));
        spans.filter(|span| span.starts_with(&start)).collect()
    }

    /// Whether a command on it names a program that not every machine has.
    pub(crate) fn needs_tools(&self) -> bool {
        self.steps().is_ok_and(|steps| steps.iter().any(|marked| marked.step.needs_tools()))
    }
}

impl Step {
    /// Whether running it takes helmfile, helm or another program that has to be built.
    pub(crate) fn needs_tools(&self) -> bool {
        let names_one = |text: &str| {
            // What is said of a command is not part of it.
            let code = text.lines().map(|line| line.split(" #").next().unwrap_or(line));
            let mut words = code.flat_map(|line| {
                line.split(|character: char| character.is_whitespace() || "|;()\"".contains(character))
            });
            words.any(|word| ["helmfile", "helm", "kustomize", "sops"].contains(&word))
        };
        match self {
            Self::Hidden(text) | Self::Script(text) => names_one(text),
            Self::Console(commands) => commands.iter().any(|(command, _)| names_one(command)),
            _ => false,
        }
    }
}

fn pages_in(folder: &str, names: &mut Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.strip_prefix(root).expect("it is in the repository");
            names.push(name.to_str().expect("UTF-8").to_owned());
        }
    }
}

fn step(language: &str, mark: Option<&str>, body: &[&str]) -> Result<Step, String> {
    let lines = || body.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let text = || body.iter().flat_map(|line| [*line, "\n"]).collect::<String>();
    let Some(mark) = mark else {
        return match language {
            "console" => Ok(Step::Console(commands(body)?)),
            "sh" => Ok(Step::Script(text())),
            "diff" => Ok(Step::Change(text())),
            _ => Err("nothing above the block says how it is tested, see CONTRIBUTING.md".to_owned()),
        };
    };
    let (word, rest) = mark.split_once(": ").unwrap_or((mark, ""));
    match (word, rest) {
        ("not run", reason) if reason.contains(' ') => Ok(Step::NotRun(reason.to_owned())),
        ("options only", reason) if reason.contains(' ') && language == "sh" => Ok(Step::Options(lines())),
        ("not run" | "options only", _) => {
            Err(format!("`{word}` wants a reason, and `options only` an `sh` block"))
        }
        ("steps", "") if language == "yaml" => Ok(Step::Recipe(text())),
        ("file", path) if !path.is_empty() => Ok(Step::File(path.to_owned(), text())),
        ("end of", path) if !path.is_empty() => Ok(Step::End(path.to_owned(), text())),
        ("part of", path) if !path.is_empty() => Ok(Step::Part(path.to_owned(), lines())),
        ("helmsum.yaml", "") => Ok(Step::Configurations(vec![text()])),
        ("helmsum.yaml", "each line") => Ok(Step::Configurations(lines())),
        ("directives", "") => Ok(Step::Directives(text())),
        ("printed", "") => Ok(Step::Printed(text())),
        ("tested by", function) if !function.is_empty() => Ok(Step::TestedBy(function.to_owned(), text())),
        _ => Err(format!("`{mark}` is no mark, see CONTRIBUTING.md")),
    }
}

fn commands(body: &[&str]) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in body {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((_, printed))) => printed.push((*line).to_owned()),
            (None, None) => return Err(format!("a console block begins with a command, not with {line:?}")),
        }
    }
    Ok(commands)
}

/// Whether a printed line is the line of a page, where `…` stands for any characters.
pub(crate) fn is_line(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
