//! A program in the place of helm that writes down what it is called with.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use camino::Utf8PathBuf;

use super::project::Project;
use crate::support::{plugins, programs};

/// helmfile and helm, where they are built.
pub(crate) struct Tools {
    pub(crate) helmfile: PathBuf,
    pub(crate) helm: PathBuf,
}

/// The real programs; nothing where they are missing and may be.
pub(crate) fn tools() -> Option<Tools> {
    let paths = programs::find(&[&programs::HELMFILE, programs::helm()], &[])?;
    let [helmfile, helm] = <[PathBuf; 2]>::try_from(paths).expect("two programs");
    Some(Tools { helmfile, helm })
}

/// A call of `helm template`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The arguments, with `VALUES/0`, … for values files.
    pub(crate) arguments: Vec<String>,
    /// The working directory.
    pub(crate) directory: String,
    /// The contents of the values files.
    pub(crate) values: Vec<String>,
    /// The modes of the values files and of the folder they are in.
    pub(crate) modes: Vec<String>,
}

/// What the stand-in does for `template` once it has written the call down.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing.
    Stop,
    /// What helm does.
    Render,
}

/// A stand-in for helm in a project: `repo` does nothing, all else is the real helm's.
pub(crate) fn stand_in(project: &Project, tools: &Tools, then: Then) -> Utf8PathBuf {
    let log = project.root.join(".log");
    fs_err::create_dir_all(&log).expect("a folder");
    let helm = tools.helm.display();
    let last = if then == Then::Render { format!("exec {helm} \"$@\"") } else { "exit 0".to_owned() };
    let script = format!(
        r#"#!/bin/sh
case " $* " in
" repo "*) exit 0 ;;
*" template "*)
  call="{log}/$(ls "{log}" | wc -l)"
  mkdir "$call"
  pwd > "$call/directory"
  number=0 previous=
  for argument; do
    if [ "$previous" = --values ]; then
      cat "$argument" > "$call/values-$number"
      stat -c %a "$argument" "$(dirname "$argument")" >> "$call/modes"
      printf 'VALUES/%s\0' "$number" >> "$call/arguments"
      number=$((number + 1))
    else
      printf '%s\0' "$argument" >> "$call/arguments"
    fi
    previous=$argument
  done
  {last} ;;
*) exec {helm} "$@" ;;
esac
"#
    );
    let path = project.root.join(".bin/helm");
    fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs_err::write(&path, script).expect("a file");
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    path
}

/// A stand-in for helm-secrets, which takes base64 for encryption.
pub(crate) fn with_secrets_plugin(project: Project) -> Project {
    let folder = project.root.join(".plugins");
    plugins::secrets(folder.as_std_path(), "exec base64 -d \"$2\"");
    project.variable("HELM_PLUGINS", folder.as_str())
}

/// The calls that were written down, which are forgotten.
pub(crate) fn calls(project: &Project) -> Vec<Call> {
    let log = project.root.join(".log");
    let mut calls = Vec::new();
    while let Ok(arguments) = fs_err::read_to_string(log.join(format!("{}/arguments", calls.len()))) {
        let call = log.join(calls.len().to_string());
        let text = |name: &str| fs_err::read_to_string(call.join(name)).unwrap_or_default();
        let mut values = Vec::new();
        while let Ok(text) = fs_err::read_to_string(call.join(format!("values-{}", values.len()))) {
            values.push(text);
        }
        calls.push(Call {
            arguments: arguments.split_terminator('\0').map(str::to_owned).collect(),
            directory: text("directory").trim_end().to_owned(),
            values,
            modes: text("modes").lines().map(str::to_owned).collect(),
        });
    }
    fs_err::remove_dir_all(&log).expect("a folder");
    fs_err::create_dir(&log).expect("a folder");
    calls
}

/// Runs helmfile in a project and returns what it printed.
pub(crate) fn helmfile(project: &Project, tools: &Tools, arguments: &[&str]) -> String {
    let output = Command::new(&tools.helmfile)
        .arg("--sequential-helmfiles")
        .args(arguments)
        .current_dir(&project.root)
        .env_clear()
        .env("HELMFILE_UPGRADE_NOTICE_DISABLED", "1")
        .envs(&project.variables)
        .output()
        .expect("helmfile runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "helmfile {arguments:?}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
