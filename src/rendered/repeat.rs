//! What a rendering depends on, and what is known of all renderings of a chart.

use std::collections::BTreeSet;
use std::io;

use camino::Utf8Path;

use super::arguments::Argument;
use super::influence::Judged;
use super::influence::chart::chart_files_of;
use super::stage::Staged;
use super::template::Templating;
use crate::cache::{self, KeyMaker};
use crate::go::filepath::join_clean;
use crate::program::Homes;
use crate::tree::{Tree as _, WorkTree};

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
        let opaque = |text: &&&str| OPAQUE.contains(&text.split('=').next().unwrap_or_default());
        if let Some(text) = self.texts().iter().find(opaque) {
            return Err(io::Error::other(format!("helm is given `{text}`")));
        }
        let mut key = KeyMaker::default();
        self.feed_arguments(&mut key);
        for file in self.argument_files() {
            key.feed("argument file", &file?);
        }
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

    /// What is known of all renderings of the chart whose values differ at `keys` alone. Of what cannot be read, nothing is.
    pub(crate) fn judged(&self, keys: &BTreeSet<String>) -> Judged {
        Judged::of(self, keys).unwrap_or_default()
    }

    /// A key of everything that this depends on.
    pub(crate) fn judged_by(&self, keys: &BTreeSet<String>) -> cache::Key {
        let mut key = KeyMaker::default();
        self.feed_staged(&mut key);
        let files = self.argument_files();
        let texts = self.texts();
        let values = self.values.iter().map(Vec::as_slice);
        let files_read = files.iter().flatten().map(Vec::as_slice);
        let given = values.chain(files_read).chain(texts.iter().map(|text| text.as_bytes()));
        for text in given.filter(|text| text.windows(2).any(|pair| pair == b"{{")) {
            key.feed("template", text);
        }
        let is_of_programs =
            |text: &&&str| ["--post-renderer", "--enable-dns"].iter().any(|option| text.starts_with(option));
        for option in texts.iter().filter(is_of_programs) {
            key.feed("option", option.as_bytes());
        }
        for name in keys {
            key.feed("key", name.as_bytes());
        }
        key.feed("unreadable", &[u8::from(files.iter().any(Result::is_err))]);
        key.finish()
    }

    /// What tells this call from others of the run.
    pub(crate) fn in_run(&self) -> cache::Key {
        let mut key = KeyMaker::default();
        self.feed_staged(&mut key);
        key.feed("release", self.release.as_bytes());
        key.feed("helm", self.helm.as_bytes());
        key.feed("directory", self.directory.as_str().as_bytes());
        self.feed_arguments(&mut key);
        for (name, value) in &self.environment {
            key.feed("variable", name.as_bytes());
            key.feed("value", value.as_bytes());
        }
        key.finish()
    }

    /// The arguments with what is handed over in them, and the values.
    fn feed_arguments(&self, key: &mut KeyMaker) {
        for argument in &self.arguments {
            match argument {
                Argument::Text(text) => key.feed("argument", text.as_bytes()),
                Argument::Chart => key.feed("chart", b""),
                Argument::Values(number) => key.feed("values", number.to_string().as_bytes()),
                Argument::File(before, content) => {
                    key.feed("before", before.as_bytes());
                    key.feed("file", content);
                }
            }
        }
        self.values.iter().for_each(|text| key.feed("content", text));
    }

    /// The chart, which stays as it is on the disk while helmsum runs.
    fn feed_staged(&self, key: &mut KeyMaker) {
        match &self.chart {
            Staged::OnDisk(argument) => {
                key.feed("path", join_clean(&self.directory, argument).as_str().as_bytes());
            }
            Staged::Package(bytes) => key.feed("package", bytes),
            Staged::Copy(files) => {
                let mut files: Vec<&(String, Vec<u8>)> = files.iter().collect();
                files.sort_unstable();
                for (name, bytes) in files {
                    key.feed("name", name.as_bytes());
                    key.feed("content", bytes);
                }
            }
        }
    }

    /// The files that helm reads for its arguments, beside the chart and the values, as far as they can be read.
    pub(super) fn argument_files(&self) -> Vec<io::Result<Vec<u8>>> {
        let mut found = Vec::new();
        let mut previous = "";
        for argument in &self.arguments {
            match argument {
                Argument::Text(text) => {
                    match named_files(previous, text) {
                        Ok(paths) => found.extend(
                            paths.into_iter().map(|path| WorkTree.read(&join_clean(&self.directory, path))),
                        ),
                        Err(unclear) => found.push(Err(unclear)),
                    }
                    previous = text;
                    continue;
                }
                Argument::File(_, content) => found.push(Ok(content.clone())),
                Argument::Chart | Argument::Values(_) => {}
            }
            previous = "";
        }
        found
    }

    fn feed_chart(&self, key: &mut KeyMaker) -> io::Result<()> {
        let Staged::OnDisk(argument) = &self.chart else {
            self.feed_staged(key);
            return Ok(());
        };
        let path = join_clean(&self.directory, argument);
        if path.metadata()?.is_dir() {
            for (name, bytes) in chart_files_of(&path)? {
                key.feed("name", name.as_bytes());
                key.feed("content", &bytes);
            }
        } else {
            key.feed("package", &WorkTree.read(&path)?);
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
        self.environment.get("HELM_NAMESPACE").is_some_and(|name| !name.is_empty())
            || self.texts().into_iter().any(is_option)
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
