//! Whether helm would print the same if it were asked again, and what that depends on.

use std::io;
use std::thread;

use camino::Utf8Path;

use super::arguments::Argument;
use super::influence::chart::{Chart, chart_files_of};
use super::influence::is_settled;
use super::stage::Staged;
use super::template::Templating;
use crate::cache::KeyMaker;
use crate::go::filepath::join_clean;
use crate::program::Homes;
use crate::tree::{Tree as _, WorkTree};

/// Templates may nest a thousand blocks and parentheses.
const STACK: usize = 256 << 20;

/// The variables that say where helm keeps its own files. What is there plays no part in what it renders of a chart that is at hand.
const FOLDERS: [&str; 10] = [
    "HELM_BIN",
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELM_CONTENT_CACHE",
    "HELM_DATA_HOME",
    "HELM_PLUGINS",
    "HELM_REGISTRY_CONFIG",
    "HELM_REPOSITORY_CACHE",
    "HELM_REPOSITORY_CONFIG",
    "HELM_DIFF_BIN",
];

/// Where a pod finds the namespace that it is in (client-go's `tools/clientcmd/client_config.go: inClusterClientConfig.Namespace`).
const POD_NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// The time zone of the system, in which sprig's `toDate` reads a time (Go's `time/zoneinfo_unix.go`).
const LOCAL_TIME: &str = "/etc/localtime";

/// Options after which nothing is known of what helm does: it asks a cluster, starts a program, or fetches something.
const OPAQUE: [&str; 9] = [
    "--dependency-update",
    "--dry-run",
    "--enable-dns",
    "--kubeconfig",
    "--output-dir",
    "--post-renderer",
    "--post-renderer-args",
    "--validate",
    "--verify",
];

impl Templating {
    /// A key of everything that helm is given, but for helm itself. Where the chart lies is no part of it.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or helm is given something of which it is not known what that leads to.
    pub(crate) fn key(&self) -> io::Result<KeyMaker> {
        let mut key = KeyMaker::default();
        let mut previous = "";
        for argument in &self.arguments {
            match argument {
                Argument::Text(text) => {
                    if OPAQUE.contains(&text.split('=').next().unwrap_or_default()) {
                        return Err(io::Error::other(format!("helm is given `{text}`")));
                    }
                    key.feed("argument", text.as_bytes());
                    for path in named_files(previous, text)? {
                        key.feed("file", &WorkTree.read(&join_clean(&self.directory, path))?);
                    }
                    previous = text;
                    continue;
                }
                Argument::Chart => key.feed("chart", b""),
                Argument::Values(number) => key.feed("values", number.to_string().as_bytes()),
                Argument::File(before, content) => {
                    key.feed("before", before.as_bytes());
                    key.feed("file", content);
                }
            }
            previous = "";
        }
        self.values.iter().for_each(|text| key.feed("content", text));
        self.feed_chart(&mut key)?;
        for (name, value) in &self.environment {
            let counts = name.starts_with("HELM_") && !FOLDERS.contains(&name.as_str());
            if counts || ["GODEBUG", "TZ", "ZONEINFO"].contains(&name.as_str()) {
                key.feed("variable", name.as_bytes());
                key.feed("value", value.as_bytes());
            }
        }
        key.feed("local time", &WorkTree.read(Utf8Path::new(LOCAL_TIME)).unwrap_or_default());
        key.feed("namespace", self.namespace.as_bytes());
        if !self.has_namespace() {
            self.feed_cluster(&mut key);
        }
        Ok(key)
    }

    /// Whether helm would print the same each time: whether no template that it renders asks for the time, random numbers or the order
    /// of a map. What could not be read may ask anything.
    #[must_use]
    pub(crate) fn is_repeatable(&self) -> bool {
        let read = || {
            let mut chart = Chart::read(&self.chart, &self.directory)?;
            Ok(!refers_elsewhere(&mut chart) && is_settled(self, &mut chart))
        };
        let judged: io::Result<bool> = thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read)?;
            thread.join().map_err(|_| io::Error::other("its templates cannot be read"))?
        });
        judged.unwrap_or(false)
    }

    fn feed_chart(&self, key: &mut KeyMaker) -> io::Result<()> {
        match &self.chart {
            Staged::Package(bytes) => key.feed("package", bytes),
            Staged::Copy(files) => {
                let mut files: Vec<&(String, Vec<u8>)> = files.iter().collect();
                files.sort_unstable();
                for (name, bytes) in files {
                    key.feed("name", name.as_bytes());
                    key.feed("content", bytes);
                }
            }
            Staged::OnDisk(argument) => {
                let path = join_clean(&self.directory, argument);
                if path.metadata()?.is_dir() {
                    for (name, bytes) in chart_files_of(&path)? {
                        key.feed("name", name.as_bytes());
                        key.feed("content", &bytes);
                    }
                } else {
                    key.feed("package", &WorkTree.read(&path)?);
                }
            }
        }
        Ok(())
    }

    /// Whether helm is told the namespace.
    fn has_namespace(&self) -> bool {
        let is_option = |text: &str| {
            text == "-n"
                || text == "--namespace"
                || text.starts_with("-n=")
                || text.starts_with("--namespace=")
        };
        let texts = self.arguments.iter().filter_map(|argument| match argument {
            Argument::Text(text) => Some(text.as_str()),
            _ => None,
        });
        self.environment.get("HELM_NAMESPACE").is_some_and(|name| !name.is_empty())
            || texts.into_iter().any(is_option)
    }

    /// What helm takes the namespace from where it is not told: the kube config, or the pod that it runs in.
    fn feed_cluster(&self, key: &mut KeyMaker) {
        for name in ["KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "POD_NAMESPACE"] {
            key.feed(name, self.environment.get(name).map(String::as_bytes).unwrap_or_default());
        }
        for path in Homes::new(&self.environment).kube_configs() {
            let path = join_clean(&self.directory, path.as_str());
            key.feed("kube config", &WorkTree.read(&path).unwrap_or_default());
        }
        key.feed("pod namespace", &WorkTree.read(Utf8Path::new(POD_NAMESPACE)).unwrap_or_default());
    }
}

/// The files that an argument names, after the one before it.
///
/// # Errors
///
/// Where that is not a plain list of files.
fn named_files<'a>(previous: &str, argument: &'a str) -> io::Result<Vec<&'a str>> {
    const LISTS: [&str; 2] = ["--values", "-f"];
    const ASSIGNMENTS: [&str; 1] = ["--set-file"];
    let attached = |options: &[&str]| -> Option<&'a str> {
        let mut long = options.iter().filter(|option| option.starts_with("--"));
        long.find_map(|option| argument.strip_prefix(option)?.strip_prefix('='))
    };
    let list = attached(&LISTS).or_else(|| LISTS.contains(&previous).then_some(argument)).or_else(|| {
        argument.strip_prefix("-f").filter(|rest| !rest.is_empty()).map(|rest| rest.trim_start_matches('='))
    });
    let unclear = || io::Error::other("helm is given files by something else than their paths");
    if let Some(list) = list {
        let paths: Vec<&str> = list.split(',').collect();
        let is_plain = |path: &&str| *path != "-" && !path.contains("://") && !path.contains('"');
        return if paths.iter().all(is_plain) { Ok(paths) } else { Err(unclear()) };
    }
    let assignment = attached(&ASSIGNMENTS).or_else(|| ASSIGNMENTS.contains(&previous).then_some(argument));
    let Some(assignment) = assignment else { return Ok(Vec::new()) };
    match assignment.split_once('=') {
        Some((_, path)) if !path.contains([',', '\\']) && !path.contains("://") && path != "-" => {
            Ok(vec![path])
        }
        _ => Err(unclear()),
    }
}

/// Whether a schema of the chart leads to another file, which may be anywhere.
fn refers_elsewhere(chart: &mut Chart) -> bool {
    let mut found = false;
    chart.each(&mut |file| {
        if file.name == "values.schema.json" {
            let text = String::from_utf8_lossy(file.content);
            found |= text.match_indices("\"$ref\"").any(|(at, word)| {
                let rest = text[at + word.len()..].trim_start().trim_start_matches(':').trim_start();
                !rest.starts_with("\"#")
            });
        }
    });
    found
}
