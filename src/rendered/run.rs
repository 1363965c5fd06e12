//! Calls `helm template`.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use camino::Utf8Path;
use regex::Regex;

use super::arguments::Argument;
use super::object::{Object, Unreadable, objects};
use super::stage::Staged;
use super::template::Templating;
use crate::diagnostic::Diagnostic;
use crate::program::{Confidential, Failure, Finished, Placement, Program, look_up};

/// The most bytes that helm may print: more than any cluster keeps of a release.
const MOST: usize = 256 << 20;

/// The objects that sources may name among what helm renders for a release.
///
/// # Errors
///
/// As [`manifests`], and where what helm prints is not readable to Kubernetes.
pub fn template(templating: &Templating) -> Result<Vec<Object>, Diagnostic> {
    objects(&manifests(templating)?, &templating.namespace)
        .map_err(|unreadable| templating.unreadable(&unreadable))
}

/// What helm renders for a release, as it prints it.
///
/// Values are handed over in memory where the system can do that. What lies on a disk, copies of charts for one, lies in a folder
/// that only the user can read, for as long as this call takes, and is removed whatever happens.
///
/// # Errors
///
/// Where helm cannot be started or fails. What it says may contain values, so only what is known not to is told.
pub(crate) fn manifests(templating: &Templating) -> Result<Vec<u8>, Diagnostic> {
    let mut files = Confidential::new(Placement::Memory);
    let mut finished = call(templating, &mut files)?;
    if !finished.status.success() && files.is_named_in(&String::from_utf8_lossy(&finished.errors)) {
        // What is called helm may run in a container, which sees no files of this process.
        finished = call(templating, &mut Confidential::new(Placement::Folder))?;
    }
    if !finished.status.success() {
        return Err(failure(templating, &String::from_utf8_lossy(&finished.errors)));
    }
    Ok(finished.output)
}

fn call(templating: &Templating, files: &mut Confidential) -> Result<Finished, Diagnostic> {
    let written = |error: io::Error| {
        let message = format!("the values for helm cannot be written to a temporary folder: {error}");
        templating.problem(&message)
    };
    let helm = &templating.helm;
    let not_started = |error: &dyn std::fmt::Display| {
        let message = format!("`{helm}` cannot be started to render it: {error}");
        templating.problem(&message).hint("install helm, or name it with `--helm-binary`")
    };
    let path = templating.environment.get("PATH").map(std::ffi::OsStr::new);
    let mut program = Program::find(helm, path).map_err(|error| not_started(&error))?;
    let chart = chart(templating, files).map_err(written)?;
    for (number, argument) in templating.arguments.iter().enumerate() {
        let argument = match argument {
            Argument::Text(text) => text.clone(),
            Argument::Chart => chart.clone(),
            Argument::Values(number) => {
                let text = templating.values.get(*number).map(Vec::as_slice).unwrap_or_default();
                files.text(&format!("values-{number}.yaml"), text).map_err(written)?.into_string()
            }
            Argument::File(before, text) => {
                format!("{before}{}", files.text(&format!("file-{number}"), text).map_err(written)?)
            }
        };
        program = program.arguments([argument]);
    }
    let directory = files.directory(&templating.directory).map_err(written)?;
    let program = program.variables(templating.environment.iter()).directory(directory);
    program.with_errors().prints_at_most(MOST).run().map_err(|failure| match failure {
        Failure::NotStarted(error) => not_started(&error),
        Failure::ToldToEnd => templating.problem("it is not rendered, because helmsum was interrupted"),
        failure => templating.problem(&format!("`{helm}` cannot render it: {failure}")),
    })
}

/// How long helm may take to say its version.
const PATIENCE: Duration = Duration::from_secs(60);

impl Templating {
    /// The executable that is called for helm; nothing where there is none.
    pub(crate) fn program(&self) -> Option<PathBuf> {
        let path = self.environment.get("PATH").map(std::ffi::OsStr::new);
        let found = look_up(self.helm.as_ref(), path).ok()?;
        Some(self.directory.as_std_path().join(found))
    }

    /// Where it is called.
    pub(crate) fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// What helm says of its version; nothing where it fails.
    pub(crate) fn version(&self) -> Option<Vec<u8>> {
        let path = self.environment.get("PATH").map(std::ffi::OsStr::new);
        let program = Program::find(&self.helm, path).ok()?.arguments(["version"]);
        let mut files = Confidential::new(Placement::Folder);
        let directory = files.directory(&self.directory).ok()?;
        let program = program.variables(self.environment.iter()).directory(directory);
        let finished = program.at_most(PATIENCE).run().ok()?;
        finished.status.success().then_some(finished.output)
    }

    /// The namespace of the release, else empty.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The error of an output that Kubernetes could not read.
    pub(crate) fn unreadable(&self, unreadable: &Unreadable) -> Diagnostic {
        let line = unreadable.line.map(|line| format!(" at line {line}")).unwrap_or_default();
        let message = format!("what helm renders for it is not readable to Kubernetes{line}");
        self.problem(&message).hint("look at what `helmfile template` prints for it")
    }

    /// A problem of the release.
    pub(crate) fn problem(&self, message: &str) -> Diagnostic {
        Diagnostic::error(format!("release `{}`: {message}", self.release)).at(self.place.clone())
    }
}

/// The argument for the chart, a copy of which is made where helm shall not see what lies on the disk.
fn chart(templating: &Templating, files: &mut Confidential) -> io::Result<String> {
    match &templating.chart {
        Staged::OnDisk(argument) => Ok(argument.clone()),
        Staged::Package(bytes) => files.file("chart.tgz", bytes).map(camino::Utf8PathBuf::into_string),
        Staged::Copy(copy) => {
            for (name, bytes) in copy {
                files.file(&format!("chart/{name}"), bytes)?;
            }
            Ok(files.folder()?.join("chart").into_string())
        }
    }
}

/// What can be told of a failure: helm quotes values, also in messages of templates and of YAML that cannot be read.
fn failure(templating: &Templating, stderr: &str) -> Diagnostic {
    let look = "see what `helmfile template` says for it: helm's message may contain values, so it is not repeated here";
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
    if let Some(chart) =
        found(r"values don't meet the specifications of the schema\(s\)[^\n]*\n([A-Za-z0-9_.-]+):", 1)
    {
        let message =
            format!("helm cannot render it: its values do not fit the schema of the chart `{chart}`");
        return templating.problem(&message).hint(look);
    }
    if let Some(file) = found(r"YAML parse error on ([A-Za-z0-9_./-]+/templates/[A-Za-z0-9_./-]+)", 1) {
        let file = file.trim_end_matches('.');
        let message = format!("helm cannot render it: what `{file}` gives is not YAML");
        return templating.problem(&message).hint(look);
    }
    let place = r"([A-Za-z0-9_./-]+/templates/[A-Za-z0-9_./-]+:[0-9]+(?::[0-9]+)?)";
    let place = found(&format!(r"\({place}\)"), 1)
        .or_else(|| found(&format!("template: {place}"), 1))
        // Helm 4 gives each of the templates that call each other a line of its own.
        .or_else(|| found(&format!("(?m)^Error: {place}$"), 1));
    match place {
        Some(place) => templating.problem(&format!("helm cannot render it: `{place}` fails")).hint(look),
        None => templating.problem("helm cannot render it").hint(look),
    }
}
