//! The finding hook-misuse: hooks that run helmsum, and not so that it works.

pub(crate) mod coverage;

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::join_clean;
use crate::state::{Hook, Resolved, Visit, rendered_later};
use crate::text::Place;
use crate::tree::{Kind, Tree};

/// Looks at every hook that runs helmsum.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (environment, visited) in project.visits() {
        for finding in hook_misuse(&environment.resolved, visited.index) {
            findings.about_visit(environment, visited.index, finding);
        }
    }
}

/// What is wrong with each hook of a visit that runs helmsum, by itself.
fn hook_misuse(resolved: &Resolved, index: usize) -> Vec<Diagnostic> {
    let visit = &resolved.visits[index];
    let finding = |hook: &Hook, message: String, hint: String| {
        at_hook(Diagnostic::finding(Code::HookMisuse, message).hint(hint), hook, visit)
    };
    let mut findings = Vec::new();
    for hook in visit.hooks.iter().filter(|hook| runs_helmsum(hook)) {
        let name = named(hook, None);
        findings.extend(
            misuses(resolved, visit, hook, &name).map(|(message, hint)| finding(hook, message, hint)),
        );
    }
    for release in &visit.releases {
        for hook in release.hooks.iter().filter(|hook| runs_helmsum(hook)) {
            let name = named(hook, Some(&release.id()));
            let id = release.id();
            let found = misuses(resolved, visit, hook, &name);
            findings.extend(found.map(|(message, hint)| finding(hook, message, hint).release(id.clone())));
        }
    }
    findings
}

/// The finding unverified-state for a run by a hook that no state file has which was read: helmfile then read another one.
/// `directory` is where the hook runs, `file` what it gave as `--file`.
pub(crate) fn foreign_hook(
    tree: &dyn Tree,
    resolved: &Resolved,
    directory: &Utf8Path,
    file: Option<&str>,
) -> Option<Diagnostic> {
    let is_it = |visit: &Visit, hook: &Hook| {
        if runs_helmsum(hook) {
            let own = option(&hook.args, "--file", "-f");
            same_directory(tree, &visit.directory, directory)
                && own.as_deref().is_none_or(|own| own.contains("{{") || Some(own) == file)
                && (own.is_some() || file.is_none())
        } else {
            // A script that runs helmsum has been told the command by a hook.
            std::iter::once(&hook.command)
                .chain(&hook.args)
                .any(|text| text.contains("helmsum") || text.contains("HelmfileCommand"))
        }
    };
    if resolved.visits.iter().any(|visit| all_hooks(visit).any(|hook| is_it(visit, hook))) {
        return None;
    }
    let read: Vec<&str> = resolved.visits.iter().filter_map(|visit| visit.file.file_name()).collect();
    let read = if read.is_empty() { "nothing".to_owned() } else { format!("`{}`", read.join("`, `")) };
    let message = format!(
        "helmsum read {read}, and no hook there runs helmsum like this: helmfile read another state file"
    );
    let finding = Diagnostic::finding(Code::UnverifiedState, message)
        .hint("let `--file` in the hook name the state file that has the hook; `--helmfile-command` is for hooks alone");
    Some(match resolved.visits.last() {
        Some(visit) => finding.at(Place::file(visit.file.clone())),
        None => finding,
    })
}

/// The global hooks of a state file, and those of its releases.
fn all_hooks(visit: &Visit) -> impl Iterator<Item = &Hook> {
    visit.hooks.iter().chain(visit.releases.iter().flat_map(|release| &release.hooks))
}

/// The finding unverified-state for a state file beside the one that was named which has a hook that names that one too: the
/// run may be its hook's, for which nothing would be read.
pub(crate) fn rival_hook(
    tree: &dyn Tree,
    resolved: &Resolved,
    directory: &Utf8Path,
    file: Option<&str>,
) -> Option<Diagnostic> {
    let file = file?;
    let named = join_clean(directory, file);
    let read = |path: &Utf8Path| {
        resolved.skipped.iter().any(|skipped| skipped == path)
            || resolved
                .visits
                .iter()
                .any(|visit| visit.file == path || visit.bases.iter().any(|base| base == path))
    };
    let entries = tree.entries(directory).ok()?;
    entries.iter().filter_map(|entry| entry.name.to_str()).find_map(|name| {
        let path = directory.join(name);
        let may_be_state = [".yaml", ".yml", ".gotmpl"].iter().any(|end| name.ends_with(end))
            && tree.stat(&path).is_ok_and(|stat| stat.kind == Kind::File);
        if !may_be_state || path == named || read(&path) {
            return None;
        }
        let line = line_of_hook_for(&String::from_utf8_lossy(&tree.read(&path).ok()?), file)?;
        let message = format!(
            "`{name}` has a hook that runs helmsum with `--file={file}`, so this run may be for either"
        );
        let hint = format!("say `--file={name}` there");
        Some(Diagnostic::finding(Code::UnverifiedState, message).hint(hint).at(Place::line(path, line)))
    })
}

/// The line of a state file with releases that makes its hook run helmsum for `file`. The text is not read as YAML: what is
/// a template may not be any.
fn line_of_hook_for(text: &str, file: &str) -> Option<usize> {
    let has_releases = text.lines().any(|line| line.starts_with("releases:"));
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    let words: Vec<(usize, &str)> = numbered
        .flat_map(|(at, line)| {
            let separators = |sign: char| sign.is_whitespace() || "[]{},\"'".contains(sign);
            line.split(separators).filter(|word| !word.is_empty()).map(move |word| (at + 1, word))
        })
        .collect();
    let pairs = || words.iter().zip(words.iter().skip(1));
    let runs = pairs()
        .any(|((_, key), (_, command))| *key == "command:" && command.rsplit('/').next() == Some("helmsum"));
    let joined = ["--file=", "-f=", "-f"].map(|option| format!("{option}{file}"));
    let named =
        words.iter().find(|(_, word)| joined.iter().any(|option| option == word)).map(|(line, _)| *line);
    let apart = || {
        let is_option = |word: &str| matches!(word, "--file" | "-f");
        pairs()
            .filter(|((_, option), (_, value))| is_option(option) && *value == file)
            .map(|(_, (line, _))| *line)
            .next()
    };
    (has_releases && runs).then(|| named.or_else(apart)).flatten()
}

/// Whether two paths lead to one directory.
fn same_directory(tree: &dyn Tree, one: &Utf8Path, other: &Utf8Path) -> bool {
    one == other || matches!((tree.resolve(one), tree.resolve(other)), (Ok(one), Ok(other)) if one == other)
}

/// The name of a program, without the directory it is in.
pub(crate) fn program_name(command: &str) -> &str {
    command.trim().rsplit('/').next().unwrap_or_default()
}

fn runs_helmsum(hook: &Hook) -> bool {
    let command = hook.args.iter().find(|argument| !argument.starts_with('-'));
    program_name(&hook.command) == "helmsum"
        && !command.is_some_and(|command| ["hash", "completions", "man", "help"].contains(&command.as_str()))
}

/// How messages name a hook.
pub(crate) fn named(hook: &Hook, release: Option<&str>) -> String {
    let hook = if hook.name.is_empty() {
        "the hook that runs helmsum".into()
    } else {
        format!("the hook `{}`", hook.name)
    };
    match release {
        Some(release) => format!("{hook} of release `{release}`"),
        None => hook,
    }
}

/// What is wrong with a hook by itself, each with what to do about it.
fn misuses<'h>(
    resolved: &'h Resolved,
    visit: &'h Visit,
    hook: &'h Hook,
    name: &'h str,
) -> impl Iterator<Item = (String, String)> + 'h {
    let found = [
        events(hook, name),
        file(resolved, visit, hook, name),
        environment(visit, hook, name),
        logs(hook, name),
    ];
    found.into_iter().flatten()
}

fn events(hook: &Hook, name: &str) -> Option<(String, String)> {
    let wrong = !hook.events.iter().any(|event| event == "prepare");
    wrong.then(|| {
        (
            format!("{name} does not run on `prepare`: helmfile has read the values files by then"),
            "set `events: [prepare]`".into(),
        )
    })
}

fn file(resolved: &Resolved, visit: &Visit, hook: &Hook, name: &str) -> Option<(String, String)> {
    let own = visit.file.file_name().unwrap_or_default();
    let hint = format!("add `--file={own}`");
    let Some(file) = option(&hook.args, "--file", "-f") else {
        return Some((
            format!("{name} has no `--file`: helmsum looks for a state file and may find another one"),
            hint,
        ));
    };
    // What a template gives is known only when the hook runs.
    if file.contains("{{") {
        return None;
    }
    let named = join_clean(&visit.directory, &file);
    let mut expected: Vec<&Utf8PathBuf> = vec![&visit.file];
    let mut above = visit.parent;
    while let Some(parent) = above {
        expected.push(&resolved.visits[parent].file);
        above = resolved.visits[parent].parent;
    }
    (!expected.contains(&&named)).then(|| {
        let message = format!("{name} has `--file={file}`, which is another state file");
        (message, format!("write `--file={own}`"))
    })
}

fn environment(visit: &Visit, hook: &Hook, name: &str) -> Option<(String, String)> {
    option(&hook.args, "--environment", "-e").is_none().then(|| {
        let file = hook.place.as_ref().map_or(&visit.file, |place| &place.file);
        let value = rendered_later(file, "{{ .Environment.Name }}");
        (
            format!("{name} has no `--environment`: helmsum reads `default`, whatever helmfile deploys"),
            format!("add `--environment={value}`"),
        )
    })
}

fn logs(hook: &Hook, name: &str) -> Option<(String, String)> {
    (!hook.show_logs).then(|| {
        (
            format!("{name} has no `showlogs: true`: what it finds is not shown"),
            "set `showlogs: true`; helmfile shows nothing else of a hook that succeeds".into(),
        )
    })
}

/// The value of an option among arguments: `--file=x`, `--file x`, `-fx`, `-f x`.
pub(crate) fn option(arguments: &[String], long: &str, short: &str) -> Option<String> {
    for (at, argument) in arguments.iter().enumerate() {
        if argument == long || argument == short {
            return arguments.get(at + 1).cloned();
        }
        let joined = argument.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
        let attached = argument.strip_prefix(short).filter(|_| !argument.starts_with("--"));
        if let Some(value) = joined.or_else(|| attached.map(|value| value.strip_prefix('=').unwrap_or(value)))
        {
            return Some(value.to_owned());
        }
    }
    None
}

/// A finding where a hook of a visit is written, which may be in a base.
pub(crate) fn at_hook(finding: Diagnostic, hook: &Hook, visit: &Visit) -> Diagnostic {
    finding.at(hook.place.clone().unwrap_or_else(|| Place::file(&visit.file)))
}

/// Whether a path names the state file of a visit, or the directory that it is in.
pub(crate) fn is_named_by(tree: &dyn Tree, visit: &Visit, path: &Utf8Path) -> bool {
    let directory = visit.file.parent().unwrap_or(&visit.file);
    let real = |path: &Utf8Path| tree.resolve(path).ok();
    [&*visit.file, directory].contains(&path)
        || real(path)
            .is_some_and(|path| real(&visit.file).as_deref() == Some(&*path) || real(directory) == Some(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_for_another_state_file_is_found_in_a_text() {
        let state =
            "hooks:\n- command: ./bin/helmsum\n  args:\n  - generate\n  - \"--file=a.yaml\"\nreleases: []\n";
        assert_eq!(line_of_hook_for(state, "a.yaml"), Some(5));
        assert_eq!(line_of_hook_for(state, "b.yaml"), None);
        let flow = "releases: []\nhooks:\n- {command: helmsum, args: [generate, -f, a.yaml]}\n";
        assert_eq!(line_of_hook_for(flow, "a.yaml"), Some(3));
        assert_eq!(line_of_hook_for(&flow.replace("- {", "# - {"), "a.yaml"), None);
        assert_eq!(line_of_hook_for(&state.replace("releases", "bases"), "a.yaml"), None);
        assert_eq!(line_of_hook_for(&state.replace("helmsum", "other"), "a.yaml"), None);
    }

    #[test]
    fn options_are_found_however_they_are_spelled() {
        for spelled in [&["generate", "--file=x"][..], &["--file", "x"], &["-fx"], &["-f", "x"], &["-f=x"]] {
            let arguments: Vec<String> = spelled.iter().map(|&text| text.to_owned()).collect();
            assert_eq!(option(&arguments, "--file", "-f").as_deref(), Some("x"), "{spelled:?}");
        }
        let other = ["--file-mode=x".to_owned(), "--flat".to_owned()];
        assert_eq!(option(&other, "--file", "-f"), None);
    }
}
