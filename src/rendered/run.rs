//! Calls `helm template`.

use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use regex::Regex;

use super::arguments::Argument;
use super::object::{Object, objects};
use super::stage::Staged;
use super::template::Templating;
use crate::diagnostic::Diagnostic;
use crate::tree::Unfinished;

/// The `ConfigMap`s and `Secret`s that helm renders for a release.
///
/// Values and copies of charts lie in a folder that only the user can read, and that is removed whatever happens.
///
/// # Errors
///
/// Where helm cannot be started or fails. What it says may hold values, so only what is known not to is told.
pub fn template(templating: &Templating) -> Result<Vec<Object>, Diagnostic> {
    let written = |error: io::Error| {
        let message = format!("the values for helm cannot be written to a temporary folder: {error}");
        templating.problem(&message)
    };
    // Dropped after the folder.
    let unfinished = Unfinished::begin();
    if unfinished.is_told_to_end() {
        return Err(templating.problem("it is not rendered, for helmsum was told to end"));
    }
    let folder = tempfile::Builder::new().prefix("helmsum-").tempdir().map_err(written)?;
    fs_err::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).map_err(written)?;
    let Some(root) = Utf8Path::from_path(folder.path()) else {
        return Err(templating.problem("the name of the temporary folder is not UTF-8"));
    };
    let mut command = Command::new(&templating.helm);
    let chart = lay_out(templating, root).map_err(written)?;
    for argument in &templating.arguments {
        match argument {
            Argument::Text(text) => command.arg(text),
            Argument::Chart => command.arg(&chart),
            Argument::Values(number) => command.arg(values_file(root, *number)),
        };
    }
    command.current_dir(&templating.directory).env_clear().envs(&templating.environment);
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        let message = format!("`{}` cannot be started to render it: {error}", templating.helm);
        templating.problem(&message).hint("install helm, or name it with `--helm-binary`")
    })?;
    if !output.status.success() {
        return Err(failure(templating, &String::from_utf8_lossy(&output.stderr)));
    }
    objects(&output.stdout, &templating.namespace).map_err(|unreadable| {
        let line = unreadable.line.map(|line| format!(" at line {line}")).unwrap_or_default();
        let message = format!("what helm renders for it is not readable to Kubernetes{line}");
        templating.problem(&message).hint("look at what `helmfile template` prints for it")
    })
}

impl Templating {
    fn problem(&self, message: &str) -> Diagnostic {
        Diagnostic::error(format!("release `{}`: {message}", self.release)).at(self.place.clone())
    }
}

/// Writes what helm reads, and returns the argument for the chart.
fn lay_out(templating: &Templating, root: &Utf8Path) -> io::Result<String> {
    for (number, text) in templating.values.iter().enumerate() {
        write(&values_file(root, number), text)?;
    }
    match &templating.chart {
        Staged::OnDisk(argument) => Ok(argument.clone()),
        Staged::Package(bytes) => {
            let path = root.join("chart.tgz");
            write(&path, bytes)?;
            Ok(path.into_string())
        }
        Staged::Copy(files) => {
            let chart = root.join("chart");
            for (name, bytes) in files {
                let path = chart.join(name);
                fs_err::create_dir_all(path.parent().unwrap_or(&chart))?;
                write(&path, bytes)?;
            }
            Ok(chart.into_string())
        }
    }
}

fn values_file(root: &Utf8Path, number: usize) -> Utf8PathBuf {
    root.join(format!("values-{number}.yaml"))
}

/// Writes a file that nobody else can read.
fn write(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(bytes)
}

/// What can be told of a failure: helm quotes values, also in messages of templates and of YAML that cannot be read.
fn failure(templating: &Templating, stderr: &str) -> Diagnostic {
    let look = "see what `helmfile template` says for it: helm's message may hold values, so it is not repeated here";
    let found = |pattern: &str, group: usize| {
        let pattern = Regex::new(pattern).ok()?;
        Some(pattern.captures(stderr)?.get(group)?.as_str().to_owned())
    };
    if let Some(names) =
        found(r"found in Chart\.yaml, but missing in charts/ directory: ([A-Za-z0-9_., -]+)", 1)
    {
        let message = format!("its chart depends on `{}`, which is not in its `charts`", names.trim());
        let chart = templating.arguments().into_iter().nth(2).unwrap_or_default();
        return templating.problem(&message).hint(format!("run `helm dependency build {chart}`"));
    }
    if let Some(words) = found(
        r"chart requires kubeVersion: ([^\n]{1,80}) which is incompatible with Kubernetes (v[0-9.]+)",
        0,
    ) {
        return templating.problem(&format!("helm cannot render it: {words}")).hint("set `kubeVersion`");
    }
    if let Some(flag) = found(r"unknown (?:shorthand )?flag: '?(-{1,2}[A-Za-z0-9-]+|[A-Za-z])'?", 1) {
        return templating
            .problem(&format!("helm does not know the option `{flag}`"))
            .hint("correct it in the state");
    }
    if let Some(program) = found(r"unable to find binary at ([^\n:]{1,200})", 1) {
        let message = format!("helm does not find its post renderer `{}`", program.trim());
        return templating.problem(&message).hint("install it, or correct `postRenderer`");
    }
    if let Some(plugin) = found(r"plugin: \{Name:([^\n{}]{1,200}) Type:postrenderer/v1\} not found", 1) {
        let message = format!("helm does not find a plugin `{plugin}` to render it with");
        return templating.problem(&message).hint(
            "with Helm 4 a post renderer is a plugin of the type `postrenderer/v1`: install one with this name, \
             whose `plugin.yaml` runs the program",
        );
    }
    let place = found(r"\(([A-Za-z0-9_./-]+/templates/[A-Za-z0-9_./-]+:[0-9]+(?::[0-9]+)?)\)", 1)
        .or_else(|| found(r"template: ([A-Za-z0-9_./-]+/templates/[A-Za-z0-9_./-]+:[0-9]+(?::[0-9]+)?)", 1));
    match place {
        Some(place) => templating.problem(&format!("helm cannot render it: `{place}` fails")).hint(look),
        None => templating.problem("helm cannot render it").hint(look),
    }
}
