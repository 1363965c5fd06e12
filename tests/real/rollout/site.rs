//! A helmfile project that is deployed to the test cluster.

use fs_err as fs;
use std::ffi::OsStr;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::audit::Mark;
use super::cluster::{self, Cluster};
use super::workload::{self, Settled};
use crate::support::plugins;
use crate::support::programs;
use crate::support::sandbox::{Run, Sandbox};

/// A copy of a project in a git repository of its own, and the namespace it is deployed to.
pub(crate) struct Site {
    cluster: Arc<Cluster>,
    sandbox: Sandbox,
    project: PathBuf,
    namespace: String,
}

impl Site {
    /// A copy of the folder `from` that deploys everything to `namespace`.
    ///
    /// `None` means that programs are missing and the test is to be skipped.
    pub(crate) fn new(from: &str, namespace: &str) -> Option<Self> {
        let toolsets = [&programs::HELMFILE, programs::helm(), &cluster::PROGRAMS];
        let programs = programs::find(&toolsets, &["git", "openssl", "setpriv"])?;
        let cluster = cluster::shared(&programs);
        let sandbox = Sandbox::new(&programs, &[("KUBECONFIG", cluster.kubeconfig())]);
        plugins::helmsum(&sandbox.helm_plugins());
        let project = sandbox.import(from, "site");
        let site = Self { cluster, sandbox, project, namespace: namespace.to_owned() };
        assert!(move_states(&site.project, namespace) > 0, "`{from}` has no state file");
        site.sandbox.commit(&site.project);
        Some(site)
    }

    /// Runs `helmfile sync` with more arguments, which has to succeed.
    pub(crate) fn sync<const N: usize>(&self, arguments: [&str; N]) {
        self.helmfile([&["sync"], &arguments[..]].concat()).succeeds();
    }

    /// Runs helmfile in the project's folder.
    pub(crate) fn helmfile<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Run {
        self.sandbox.run(&self.project, "helmfile", arguments)
    }

    /// Runs another program in the project's folder, which has to succeed.
    pub(crate) fn run<I: IntoIterator<Item: AsRef<OsStr>>>(&self, program: &str, arguments: I) {
        self.attempt(program, arguments).succeeds();
    }

    /// Runs another program in the project's folder.
    pub(crate) fn attempt<I: IntoIterator<Item: AsRef<OsStr>>>(&self, program: &str, arguments: I) -> Run {
        self.sandbox.run(&self.project, program, arguments)
    }

    /// Commits everything and goes on in a fresh clone.
    pub(crate) fn move_to_clone(&mut self, name: &str) {
        self.sandbox.commit(&self.project);
        let clone = self.sandbox.project(name);
        let arguments =
            [OsStr::new("clone"), OsStr::new("--quiet"), self.project.as_os_str(), clone.as_os_str()];
        self.sandbox.run(&self.project, "git", arguments).succeeds();
        self.project = clone;
    }

    /// Where helm looks for plugins.
    pub(crate) fn helm_plugins(&self) -> PathBuf {
        self.sandbox.helm_plugins()
    }

    /// Where a file of the project is.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.project.join(file)
    }

    /// Replaces text that has to be in the file.
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "`{file}` has no {from:?}: {text}");
        fs::write(self.path(file), text.replace(from, to)).expect("a file");
    }

    /// The text of a file.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("`{file}`: {error}"))
    }

    /// Renames a file or folder.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap_or_else(|error| panic!("`{from}`: {error}"));
    }

    /// The Deployment once its rollout has ended.
    pub(crate) fn deployment(&self, name: &str) -> Settled {
        workload::deployment(&self.cluster, &self.namespace, name)
    }

    /// The StatefulSet once its rollout has ended.
    pub(crate) fn stateful_set(&self, name: &str) -> Settled {
        workload::stateful_set(&self.cluster, &self.namespace, name)
    }

    /// The DaemonSet once its rollout has ended.
    pub(crate) fn daemon_set(&self, name: &str) -> Settled {
        workload::daemon_set(&self.cluster, &self.namespace, name)
    }

    /// One object, null where there is none.
    pub(crate) fn object(&self, kind: &str, name: &str) -> Value {
        self.cluster.get(kind, &self.namespace, name).unwrap_or_default()
    }

    /// The name of the one ReplicaSet whose pods mount the ConfigMap `name`.
    pub(crate) fn replica_set_with(&self, name: &str) -> String {
        let sets = self.cluster.list("replicasets", &self.namespace);
        let mut found = sets
            .iter()
            .filter(|set| set["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"] == name)
            .filter_map(|set| set["metadata"]["name"].as_str());
        let first = found.next().unwrap_or_else(|| panic!("no ReplicaSet mounts {name}"));
        assert_eq!(found.next(), None);
        first.to_owned()
    }

    /// How helm and kubectl are told the namespace.
    pub(crate) fn namespace_argument(&self) -> String {
        format!("--namespace={}", self.namespace)
    }

    /// The data of a ConfigMap, or null where there is none.
    pub(crate) fn config_map(&self, name: &str) -> Value {
        self.object("configmap", name)["data"].take()
    }

    /// How many objects of a kind there are.
    pub(crate) fn count(&self, kind: &str) -> usize {
        self.cluster.list(kind, &self.namespace).len()
    }

    /// The end of the audit log as it is now.
    pub(crate) fn mark(&self) -> Mark<'_> {
        Mark::now(&self.cluster, &self.namespace)
    }
}

/// Makes every state file below a folder deploy to a namespace, and counts them.
fn move_states(folder: &Path, namespace: &str) -> usize {
    let mut states = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            states += move_states(&path, namespace);
        } else if is_state(&path) {
            let text = fs::read_to_string(&path).expect("a state file");
            let moved = text.lines().map(|line| match line.split_once("namespace: ") {
                Some((indent, _)) => format!("{indent}namespace: {namespace}\n"),
                None => format!("{line}\n"),
            });
            fs::write(&path, moved.collect::<String>()).expect("a state file");
            states += 1;
        }
    }
    states
}

fn is_state(path: &Path) -> bool {
    let named =
        path.file_name().is_some_and(|name| name == "helmfile.yaml" || name == "helmfile.yaml.gotmpl");
    named || path.parent().is_some_and(|folder| folder.ends_with("helmfile.d"))
}

/// Makes a file look freshly edited without changing a byte.
pub(crate) fn touch(path: &Path) {
    let file = fs::OpenOptions::new().append(true).open(path).expect("a file");
    let now = file.metadata().expect("metadata").modified().expect("a time");
    file.set_modified(now + std::time::Duration::from_secs(3600)).expect("a new time");
}
