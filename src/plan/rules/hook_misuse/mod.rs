//! The finding hook-misuse: hooks that run helmsum, and not so that it works.

pub(crate) mod coverage;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{Findings, Project};
use crate::diagnostic::{Code, Diagnostic};
use crate::go::filepath::join_clean;
use crate::plan::facts::hook_calls::{Call, HookCalls, Parsed, is_helmsum, may_run_helmsum, parse};
use crate::plan::facts::words::{is_open, words_of_yaml};
use crate::state::{Hook, Resolved, Visit, rendered_later};
use crate::text::Place;
use crate::tree::{Kind, Tree};

/// Looks at every hook that runs helmsum.
pub(crate) fn judge(project: &Project<'_>, findings: &mut Findings) {
    for (environment, visited) in project.visits() {
        for finding in
            hook_misuse(&*environment.request.tree, &environment.resolved, &environment.calls, visited.index)
        {
            findings.about_visit(environment, visited.index, finding);
        }
    }
}

/// What is wrong with each hook of a visit that runs helmsum, by itself.
fn hook_misuse(tree: &dyn Tree, resolved: &Resolved, calls: &HookCalls, index: usize) -> Vec<Diagnostic> {
    let visit = &resolved.visits[index];
    let finding = |hook: &Hook, message: String, hint: String| {
        at_hook(Diagnostic::finding(Code::HookMisuse, message).hint(hint), hook, visit)
    };
    let mut findings = Vec::new();
    for hook in &visit.hooks {
        let name = named(hook, None);
        let found = misuses(tree, resolved, visit, hook, &calls.of(hook), &name);
        findings.extend(found.into_iter().map(|(message, hint)| finding(hook, message, hint)));
    }
    for release in &visit.releases {
        let id = release.id();
        for hook in &release.hooks {
            let name = named(hook, Some(&id));
            let found = misuses(tree, resolved, visit, hook, &calls.of(hook), &name);
            let finding = |(message, hint)| finding(hook, message, hint).release(id.clone());
            findings.extend(found.into_iter().map(finding));
        }
    }
    findings
}

/// The finding unverified-state for a run by a hook that no state file has which was read: helmfile then read another one.
/// `directory` is where the hook runs, `file` what it gave as `--file`.
pub(crate) fn foreign_hook(
    tree: &dyn Tree,
    resolved: &Resolved,
    calls: &HookCalls,
    directory: &Utf8Path,
    file: Option<&str>,
) -> Option<Diagnostic> {
    let is_it = |visit: &Visit, hook: &Hook| match &*calls.of(hook) {
        [call] if call.is_direct => match &call.arguments {
            Parsed::Cli(cli) => cli.options().is_some_and(|options| {
                let own = options.file.as_deref();
                same_directory(tree, &visit.directory, directory)
                    && own.is_none_or(|own| is_open(own) || Some(own) == file)
                    && (own.is_some() || file.is_none())
            }),
            Parsed::Refused(_) => false,
            Parsed::Open => same_directory(tree, &visit.directory, directory),
        },
        // It only shows help.
        [] if is_helmsum(&hook.command) => false,
        // A script that runs helmsum has been told the command by a hook.
        _ => may_run_helmsum(hook),
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
    let of_visits = resolved.visits.iter().flat_map(|visit| std::iter::once(&visit.file).chain(&visit.bases));
    let read: BTreeSet<_> = resolved.skipped.iter().chain(of_visits).collect();
    // Many files may be read, and each is resolved once.
    let leads_to: OnceCell<BTreeSet<(Utf8PathBuf, Utf8PathBuf)>> = OnceCell::new();
    let is_read = |path: &Utf8PathBuf| {
        let all = || leads_to.get_or_init(|| read.iter().filter_map(|read| leads(tree, read)).collect());
        read.contains(path) || leads(tree, path).is_some_and(|leads| all().contains(&leads))
    };
    let entries = tree.entries(directory).ok()?;
    entries.iter().filter_map(|entry| entry.name.to_str()).find_map(|name| {
        let path = directory.join(name);
        let may_be_state = [".yaml", ".yml", ".gotmpl"].iter().any(|end| name.ends_with(end))
            && tree.stat(&path).is_ok_and(|stat| stat.kind == Kind::File);
        if !may_be_state || same_state_file(tree, &path, &named) || is_read(&path) {
            return None;
        }
        let line = line_of_hook_for(&String::from_utf8_lossy(&tree.read_aside(&path).ok()?), file)?;
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
    if !text.lines().any(|line| line.starts_with("releases:")) {
        return None;
    }
    let words = words_of_yaml(text);
    let is_key = |word: &str| word.ends_with(':');
    let of_hook = |(at, _): (usize, &(usize, String))| {
        let is_command = |key: &str, command: Option<&(usize, String)>| {
            key == "command:" && command.is_some_and(|(_, command)| is_helmsum(command))
        };
        if !is_command(&words[at].1, words.get(at + 1)) {
            return None;
        }
        // The arguments may stand on either side of the command.
        let after = words[at + 1..].iter().take_while(|(_, word)| word != "command:");
        let after = after.clone().position(|(_, word)| word == "args:").map(|found| at + 1 + found);
        let before = words[..at].iter().rposition(|(_, word)| word == "args:" || word == "command:");
        let before = before.filter(|found| words[*found].1 == "args:");
        [after, before].into_iter().flatten().find_map(|start| {
            let arguments = &words[start + 1..];
            let end = arguments.iter().position(|(_, word)| is_key(word)).unwrap_or(arguments.len());
            line_that_names(&arguments[..end], file)
        })
    };
    words.iter().enumerate().find_map(of_hook)
}

/// The line of the argument that has helmsum read `file`; nothing where it reads another one.
fn line_that_names(arguments: &[(usize, String)], file: &str) -> Option<usize> {
    let texts: Vec<String> = arguments.iter().map(|(_, word)| word.clone()).collect();
    let is_named = match parse(&texts)? {
        Parsed::Cli(cli) => cli.options().is_some_and(|options| options.file.as_deref() == Some(file)),
        Parsed::Refused(_) | Parsed::Open => true,
    };
    // Of several options the last one counts.
    let names = |(_, word): &&(usize, String)| {
        word.strip_suffix(file).is_some_and(|option| option.is_empty() || option.starts_with('-'))
    };
    arguments.iter().rev().find(names).filter(|_| is_named).map(|(line, _)| *line)
}

/// Whether two paths lead to one directory.
fn same_directory(tree: &dyn Tree, one: &Utf8Path, other: &Utf8Path) -> bool {
    one == other || matches!((tree.resolve(one), tree.resolve(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether two paths lead to one state file that is read alike: also from one directory, which its paths are relative to.
fn same_state_file(tree: &dyn Tree, one: &Utf8Path, other: &Utf8Path) -> bool {
    one == other
        || leads(tree, one)
            .is_some_and(|leads_one| leads(tree, other).is_some_and(|leads_other| leads_one == leads_other))
}

/// What makes a path to a state file the same as another one: where it leads, and the directory that it is read in.
fn leads(tree: &dyn Tree, path: &Utf8Path) -> Option<(Utf8PathBuf, Utf8PathBuf)> {
    tree.resolve(path).ok().zip(tree.resolve(path.parent()?).ok())
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

/// What is wrong with a hook by itself, each with what to do about it. Of a hook that has a shell or another program run helmsum
/// only that counts which keeps it from writing its targets: what it shows and hands over may be settled there.
fn misuses(
    tree: &dyn Tree,
    resolved: &Resolved,
    visit: &Visit,
    hook: &Hook,
    calls: &[Call],
    name: &str,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if calls.iter().any(|call| call.reads_state() && (call.is_direct || call.guards())) {
        found.extend(events(hook, name));
    }
    for call in calls.iter().filter(|call| call.reads_state()) {
        found.extend(match &call.arguments {
            Parsed::Cli(_) => file(tree, resolved, visit, call, name),
            Parsed::Refused(message) => Some(refused(name, message)),
            Parsed::Open => None,
        });
        if call.is_direct {
            found.extend(environment(visit, hook, call, name));
            found.extend(logs(hook, name));
        }
    }
    found
}

fn refused(name: &str, message: &str) -> (String, String) {
    let hint =
        "correct its `args:`; `helmsum --help` has the commands, `helmsum generate --help` their options";
    (format!("{name} gives helmsum arguments that it refuses: {message}"), hint.into())
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

fn file(
    tree: &dyn Tree,
    resolved: &Resolved,
    visit: &Visit,
    call: &Call,
    name: &str,
) -> Option<(String, String)> {
    let own = visit.file.file_name().unwrap_or_default();
    let hint = format!("add `--file={own}`");
    let is_named = call.options()?.file.is_some();
    if !is_named && call.is_direct {
        return Some((
            format!("{name} has no `--file`: helmsum looks for a state file and may find another one"),
            hint,
        ));
    }
    // What a template gives is known only when the hook runs.
    let file = call.file()?;
    let named = join_clean(&visit.directory, file);
    let mut expected: Vec<&Utf8PathBuf> = vec![&visit.file];
    let mut above = visit.parent;
    while let Some(parent) = above {
        expected.push(&resolved.visits[parent].file);
        above = resolved.visits[parent].parent;
    }
    (!expected.iter().any(|own| same_state_file(tree, own, &named))).then(|| {
        let message = format!("{name} has `--file={file}`, which is another state file");
        (message, format!("write `--file={own}`"))
    })
}

fn environment(visit: &Visit, hook: &Hook, call: &Call, name: &str) -> Option<(String, String)> {
    call.options()?.environment.is_none().then(|| {
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
        for (args, expected) in [
            ("[generate, -qf, a.yaml]", Some(3)),
            ("[generate, -qfa.yaml, --environment={{`{{ .Environment.Name }}`}}]", Some(3)),
            ("[--environment, a.yaml, generate, -f, b.yaml]", None),
            ("[generate, -f, a.yaml, -f, b.yaml]", None),
            ("[hash, a.yaml]", None),
        ] {
            for hook in ["- {command: helmsum, args: ARGS}", "- {args: ARGS, command: helmsum}"] {
                let state = format!("releases: []\nhooks:\n{}\n", hook.replace("ARGS", args));
                assert_eq!(line_of_hook_for(&state, "a.yaml"), expected, "{state}");
            }
        }
    }
}
