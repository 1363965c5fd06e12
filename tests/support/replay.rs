//! A page followed as its reader would follow it: files are laid down, commands run, what they print compared.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::page::{Marked, Page, Step, is_line};
use super::programs::helm_major;
use super::sandbox::Sandbox;

/// How far a page is followed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tools {
    /// To the first command that needs helmfile, helm or the like.
    Missing,
    /// To its end.
    There,
}

/// Follows a page. The folder of the project is `/repo` in what is printed.
///
/// A page of an example starts in a copy of the example, any other one in the folder that its first `project:` names.
/// Returns how many commands ran.
///
/// # Panics
///
/// Where a command fails or prints something else than the page says, with the line of the page.
pub(crate) fn replay(sandbox: &Sandbox, page: &Page, tools: Tools) -> usize {
    let steps = page.steps().unwrap_or_else(|wrong| panic!("{wrong}"));
    let mut reader =
        Reader { sandbox, page: &page.name, project: None, folder: PathBuf::new(), projects: 0, ran: 0 };
    if page.name.starts_with("examples/") {
        reader.start(Path::new(&page.name).parent().and_then(Path::to_str).expect("a folder"));
    }
    for marked in &steps {
        if tools == Tools::Missing && marked.step.needs_tools() {
            // Nothing is compared, so nothing further down depends on it.
            if matches!(marked.step, Step::Hidden(_) | Step::Script(_)) {
                continue;
            }
            break;
        }
        reader.follow(marked, tools);
    }
    reader.ran
}

struct Reader<'a> {
    sandbox: &'a Sandbox,
    page: &'a str,
    project: Option<PathBuf>,
    /// Where a `cd` of this block led.
    folder: PathBuf,
    projects: usize,
    ran: usize,
}

impl Reader<'_> {
    fn start(&mut self, folder: &str) {
        self.projects += 1;
        let name = format!("{}-{}", self.page.replace(['/', '.'], "-"), self.projects);
        self.project = Some(self.sandbox.import(folder, &name));
    }

    fn project(&self, line: usize) -> &Path {
        self.project.as_deref().unwrap_or_else(|| panic!("{}:{line}: in which project?", self.page))
    }

    fn follow(&mut self, marked: &Marked, tools: Tools) {
        let line = marked.line;
        match &marked.step {
            Step::Project(folder) => self.start(folder),
            Step::Hidden(command) => self.succeeds(line, command),
            Step::Script(text) => self.succeeds(line, text),
            Step::Console(commands) => {
                self.folder = PathBuf::new();
                for (command, expected) in commands {
                    self.prints(line, command, expected);
                }
            }
            Step::Options(commands) => {
                for command in commands {
                    self.options_exist(line, command, tools);
                }
            }
            Step::Recipe(text) => {
                for command in steps_of(text) {
                    if command.starts_with("helmfile") {
                        self.options_exist(line, &command, tools);
                    } else {
                        self.succeeds(line, &command);
                    }
                }
            }
            Step::Change(change) => apply(self.sandbox, self.project(line), change),
            Step::File(path, text) => write(&self.project(line).join(path), text),
            Step::End(path, text) => {
                let path = self.project(line).join(path);
                let above = fs::read_to_string(&path).expect("the page has the file further up");
                write(&path, &format!("{above}\n{text}"));
            }
            Step::Part(path, lines) => {
                let text = fs::read_to_string(self.project(line).join(path)).expect("a file");
                // Its name may stand above it.
                let named = lines.first().is_some_and(|first| *first == format!("# {path}"));
                if let Err(missing) = is_part(&lines[usize::from(named)..], &text) {
                    panic!("{}:{line}: `{path}` does not have `{missing}` here:\n{text}", self.page);
                }
            }
            Step::Configurations(_)
            | Step::Directives(_)
            | Step::Printed(_)
            | Step::TestedBy(..)
            | Step::NotRun(_) => {}
        }
    }

    fn succeeds(&mut self, line: usize, script: &str) {
        self.ran += script.lines().count();
        // The reader has installed helmsum, or builds it with each command.
        let script = script.replace("cargo run --release --", "helmsum");
        let run = self.sandbox.run(self.project(line), "sh", ["-e", "-c", &script]);
        assert!(run.success(), "{}:{line}: {}", self.page, run.told());
    }

    fn prints(&mut self, line: usize, command: &str, expected: &[String]) {
        self.ran += 1;
        let project = self.project(line).to_owned();
        if let Some(folder) = command.strip_prefix("cd ").filter(|rest| !rest.contains(['&', ';', ' '])) {
            self.folder.push(folder);
            assert!(project.join(&self.folder).is_dir(), "{}:{line}: {command}", self.page);
            return;
        }
        // Some commands are shown because they fail; what they print tells.
        let script = format!("{command}\ntrue");
        let printed = self.sandbox.run(&project.join(&self.folder), "sh", ["-c", &script]).succeeds();
        let printed = printed.replace(project.to_str().expect("UTF-8"), "/repo");
        let printed: Vec<String> = printed.lines().map(|line| without_position(line.trim_end())).collect();
        let expected: Vec<String> = expected.iter().map(|line| without_position(line)).collect();
        let same = printed.len() == expected.len()
            && expected.iter().zip(&printed).all(|(shown, printed)| is_line(shown, printed));
        if !same {
            assert_eq!(printed.join("\n"), expected.join("\n"), "{}:{line}: {command}", self.page);
        }
    }

    /// helmfile and helmsum read all options before they print help.
    fn options_exist(&mut self, line: usize, command: &str, tools: Tools) {
        let there = command.starts_with("helmsum ") || tools == Tools::There;
        if there && command.starts_with("helm") {
            let command = command.split(" #").next().unwrap_or(command);
            self.succeeds(line, &format!("{command} --help >/dev/null"));
        }
    }
}

/// The commands of a recipe for GitHub Actions or GitLab CI.
fn steps_of(recipe: &str) -> Vec<String> {
    let recipe: serde_json::Value = yaml_serde::from_str(recipe).expect("a recipe is YAML");
    let jobs = recipe.get("jobs").unwrap_or(&recipe);
    let mut commands = Vec::new();
    for job in jobs.as_object().expect("jobs").values() {
        let steps = job.get("steps").or_else(|| job.get("script")).and_then(serde_json::Value::as_array);
        for step in steps.expect("a job has steps") {
            let command = step.as_str().or_else(|| step.get("run")?.as_str());
            commands.extend(command.map(str::to_owned));
        }
    }
    assert!(!commands.is_empty(), "a recipe has commands");
    commands
}

/// Whether the lines are in the text in this order, all of them moved to the side by the same number of spaces.
fn is_part<'a>(lines: &'a [String], text: &str) -> Result<(), &'a str> {
    let mut longest = 0;
    for shift in 0..24 {
        let indent = " ".repeat(shift);
        let mut rest = text.lines();
        let mut found = 0;
        for line in lines {
            let line = if line.is_empty() { String::new() } else { format!("{indent}{line}") };
            if !rest.any(|candidate| is_line(&line, candidate)) {
                break;
            }
            found += 1;
        }
        longest = longest.max(found);
    }
    lines.get(longest).map_or(Ok(()), |missing| Err(missing.as_str()))
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
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
    fs::write(&file, change).expect("a file");
    let _ = sandbox.run(project, "git", ["apply", ".git/change.diff"]).succeeds();
}

#[test]
fn the_commands_of_a_recipe_are_found() {
    let github = "jobs:\n  diff:\n    steps:\n      - uses: a\n      - run: one\n      - run: two\n";
    assert_eq!(steps_of(github), ["one", "two"]);
    assert_eq!(steps_of("diff:\n  image: a\n  script:\n    - one\n"), ["one"]);
}

#[test]
fn a_part_has_the_lines_of_a_file_in_order() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(is_part(&lines("a:\n  b: 1"), "x:\n  a:\n    c: 2\n    b: 1\n"), Ok(()));
    assert_eq!(is_part(&lines("a:\n  b: 1"), "a:\n    b: 1\n"), Err("  b: 1"));
    assert_eq!(is_part(&lines("b\na"), "a\nb\n"), Err("a"));
}
