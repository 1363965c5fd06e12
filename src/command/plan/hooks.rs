//! The finding hook-misuse: hooks that run helmsum, and not so that it works.

use camino::{Utf8Path, Utf8PathBuf};

use crate::finding::{Code, Finding};
use crate::state::{Hook, Resolved, Visit};
use crate::text::join_clean;

/// What is wrong with the hooks of a visit that run helmsum. `consumers` tells of each visit whether releases in it have
/// sources; `line` finds the line of a state file that runs helmsum.
pub(super) fn hook_misuse(
    resolved: &Resolved,
    index: usize,
    consumers: &[bool],
    line: impl Fn(&Utf8Path) -> Option<usize>,
) -> Vec<Finding> {
    let visit = &resolved.visits[index];
    let finding = |message: String, hint: String| {
        Finding::new(Code::HookMisuse, message).hint(hint).at(visit.file.clone(), line(&visit.file))
    };
    let mut findings = Vec::new();
    for hook in visit.hooks.iter().filter(|hook| runs_helmsum(hook)) {
        let name = named(hook, None);
        findings.extend(misuses(resolved, visit, hook, &name).map(|(message, hint)| finding(message, hint)));
        if !consumers[index] && has_consumers_below(resolved, index, consumers) {
            findings.push(finding(
                format!("{name} comes too late: the releases with sources are in sub-helmfiles, which are deployed first"),
                "put the hook into the state files that have the releases".into(),
            ));
        }
    }
    for release in &visit.releases {
        for hook in release.hooks.iter().filter(|hook| runs_helmsum(hook)) {
            let name = named(hook, Some(&release.id()));
            let id = release.id();
            let found = misuses(resolved, visit, hook, &name);
            findings.extend(found.map(|(message, hint)| finding(message, hint).release(id.clone())));
        }
    }
    findings
}

fn runs_helmsum(hook: &Hook) -> bool {
    let program = hook.command.trim().rsplit('/').next().unwrap_or_default();
    let command = hook.args.iter().find(|argument| !argument.starts_with('-'));
    program == "helmsum"
        && !command.is_some_and(|command| ["hash", "completions", "man", "help"].contains(&command.as_str()))
}

fn named(hook: &Hook, release: Option<&str>) -> String {
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
    [events(hook, name), file(resolved, visit, hook, name), environment(hook, name), logs(hook, name)]
        .into_iter()
        .flatten()
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
    (!expected.contains(&&named))
        .then(|| (format!("{name} has `--file={file}`, which is another state file"), hint))
}

fn environment(hook: &Hook, name: &str) -> Option<(String, String)> {
    option(&hook.args, "--environment", "-e").is_none().then(|| {
        (
            format!("{name} has no `--environment`: helmsum reads `default`, whatever helmfile deploys"),
            "add `--environment={{ .Environment.Name }}`, in back-ticks where the state file is a template"
                .into(),
        )
    })
}

fn logs(hook: &Hook, name: &str) -> Option<(String, String)> {
    (!hook.show_logs).then(|| {
        (
            format!("{name} has no `showlogs: true`: nobody sees what it finds"),
            "set `showlogs: true`; helmfile shows nothing else of a hook that succeeds".into(),
        )
    })
}

/// The value of an option among arguments: `--file=x`, `--file x`, `-fx`, `-f x`.
fn option(arguments: &[String], long: &str, short: &str) -> Option<String> {
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

fn has_consumers_below(resolved: &Resolved, index: usize, consumers: &[bool]) -> bool {
    resolved.visits.iter().enumerate().any(|(child, visit)| {
        visit.parent == Some(index) && (consumers[child] || has_consumers_below(resolved, child, consumers))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
