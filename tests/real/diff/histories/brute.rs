//! What helmfile renders of a checkout: the other way to the same answer. Nothing of it is helmsum's but the targets, which `generate` writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use fs_err as fs;
use yaml_serde::Value;

use super::model::{Consumer, ENVIRONMENTS, Model};
use super::writing::{ENTRY_TARGET, configuration};
use crate::kinds::project::Project;

/// A workload, as `(environment, release, kind, name)`.
pub(super) type Id = (String, String, String, String);

/// An object, as `(environment, namespace, kind, name)`.
pub(super) type ObjectId = (String, String, String, String);

/// What there is on one side.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    /// As `(environment, release)`.
    pub(super) releases: BTreeSet<(String, String)>,
    pub(super) workloads: BTreeMap<Id, Workload>,
    /// The data of each object, decoded.
    pub(super) objects: BTreeMap<ObjectId, BTreeMap<String, Vec<u8>>>,
    /// What the target of the entry of `checksums:` says.
    pub(super) entry: Option<String>,
    /// The releases that have a checksum, by their targets, or by annotations of their pods.
    pub(super) checksums: BTreeSet<(String, String)>,
    /// The releases, and the entry, whose targets `generate` writes anew.
    pub(super) stale: BTreeSet<String>,
    /// The releases whose targets are others where nothing is held.
    pub(super) held: BTreeSet<(String, String)>,
    /// Everything that was rendered.
    pub(super) documents: Vec<(String, Value)>,
}

/// Something with pods.
#[derive(Debug)]
pub(super) struct Workload {
    pub(super) template: Value,
    pub(super) stays: bool,
    /// What it reads: an object, and of its keys one or all.
    pub(super) reads: BTreeSet<(ObjectId, Option<String>)>,
}

/// A clone of a repository in which one commit after the other is checked out.
pub(super) struct Checkout {
    folder: PathBuf,
}

impl Checkout {
    pub(super) fn of(project: &Project) -> Self {
        let folder = project.sandbox.project("clone");
        let (from, to) = (project.root.to_str().expect("UTF-8"), folder.to_str().expect("UTF-8"));
        project
            .sandbox
            .run(Path::new("/"), "git", ["clone", "--quiet", "--no-checkout", from, to])
            .succeeds();
        Self { folder }
    }

    /// What helmfile renders at a commit; nothing where helmsum refuses to write the targets, with what it says.
    pub(super) fn at(&self, commit: &str, model: &Model, project: &Project) -> Result<Rendered, String> {
        self.take(commit, project);
        let before = self.targets(model);
        let mut rendered = self.rendered(project)?;
        let after = self.targets(model);
        let stale = after.iter().filter(|(target, values)| before.get(*target) != Some(*values));
        rendered.stale = stale.map(|((release, _), _)| release.clone()).collect();
        rendered.checksums.extend(self.with_checksums(model));
        rendered.held = self.waiting(model, project);
        Ok(rendered)
    }

    /// What helmfile renders at a commit where one file is as another one has it.
    pub(super) fn with(
        &self,
        commit: &str,
        base: &str,
        file: &str,
        project: &Project,
    ) -> Result<Rendered, String> {
        self.take(commit, project);
        let known = project.sandbox.run(&self.folder, "git", ["checkout", "--quiet", base, "--", file]);
        if !known.success() {
            fs::remove_file(self.folder.join(file)).expect("it is new");
        }
        self.rendered(project)
    }

    fn take(&self, commit: &str, project: &Project) {
        let git = |words: &[&str]| project.sandbox.run(&self.folder, "git", words).succeeds();
        git(&["fetch", "--quiet", "origin"]);
        git(&["checkout", "--quiet", "--force", "--detach", commit]);
        git(&["clean", "--quiet", "--force", "-dx"]);
    }

    fn rendered(&self, project: &Project) -> Result<Rendered, String> {
        let run = project.sandbox.run(&self.folder, "helmsum", ["generate", "--all-environments"]);
        if !run.success() {
            return Err(run.told());
        }
        let mut rendered = Rendered { entry: self.values(ENTRY_TARGET), ..Rendered::default() };
        for environment in ENVIRONMENTS {
            let helmfile = |words: &[&str]| {
                let words = [&["--quiet", "--environment", environment], words].concat();
                project.sandbox.run(&self.folder, "helmfile", words)
            };
            let list = helmfile(&["list", "--output", "json"]);
            let list: Vec<serde_json::Value> =
                serde_json::from_str(&list.stdout()).unwrap_or_else(|_| panic!("{}", list.told()));
            let word = |one: &serde_json::Value, key: &str| one[key].as_str().expect("a text").to_owned();
            let ids = list.iter().map(|one| format!("{}/{}", word(one, "namespace"), word(one, "name")));
            rendered.releases.extend(ids.map(|id| (environment.to_owned(), id)));
            rendered.add(environment, &helmfile(&["template", "--skip-deps"]).succeeds());
        }
        Ok(rendered)
    }

    /// The values of all targets that are there, by release and name.
    fn targets(&self, model: &Model) -> BTreeMap<(String, String), String> {
        let of_releases = model.consumers.iter().filter(|consumer| consumer.has_target());
        let named = of_releases.flat_map(|consumer| {
            ENVIRONMENTS.map(|environment| (consumer.id(), consumer.target(environment)))
        });
        let entry = ("entry".to_owned(), ENTRY_TARGET.to_owned());
        let all = named.chain([entry]).filter_map(|name| Some((name.clone(), self.values(&name.1)?)));
        all.collect()
    }

    /// The releases whose targets have something in them, by their environments.
    fn with_checksums(&self, model: &Model) -> impl Iterator<Item = (String, String)> {
        let of_releases = model.consumers.iter().filter(|consumer| consumer.has_target());
        of_releases.flat_map(|consumer| {
            let has = |environment: &&str| {
                self.values(&consumer.target(environment)).is_some_and(|values| !values.is_empty())
            };
            ENVIRONMENTS
                .into_iter()
                .filter(has)
                .map(|environment| (environment.to_owned(), consumer.id()))
                .collect::<Vec<_>>()
        })
    }

    /// A values file as data.
    fn values(&self, file: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder.join(file)).ok()?;
        Some(text.lines().filter(|line| !line.starts_with('#')).collect())
    }

    /// The releases with a hold whose targets are others without it.
    fn waiting(&self, model: &Model, project: &Project) -> BTreeSet<(String, String)> {
        let holding: Vec<&Consumer> = model.consumers.iter().filter(|one| one.hold.is_some()).collect();
        if holding.is_empty() {
            return BTreeSet::new();
        }
        let all = holding.iter().flat_map(|consumer| {
            let environments =
                ENVIRONMENTS.iter().filter(|one| consumer.only_in.is_none_or(|only| only == **one));
            environments.map(move |environment| (*environment, *consumer))
        });
        let targets: Vec<(&str, &Consumer, Option<String>)> = all
            .map(|(environment, consumer)| {
                (environment, consumer, self.values(&consumer.target(environment)))
            })
            .collect();
        fs::write(self.folder.join("helmsum.yaml"), configuration(model, false)).expect("a file");
        project.sandbox.run(&self.folder, "helmsum", ["generate", "--all-environments"]).succeeds();
        let moved = targets
            .into_iter()
            .filter(|(environment, consumer, before)| self.values(&consumer.target(environment)) != *before);
        moved.map(|(environment, consumer, _)| (environment.to_owned(), consumer.id())).collect()
    }
}

impl Rendered {
    fn add(&mut self, environment: &str, manifests: &str) {
        for document in yaml_serde::Deserializer::from_str(manifests) {
            let document: Value = serde::Deserialize::deserialize(document).expect("YAML");
            if document.is_null() {
                continue;
            }
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let (kind, metadata) = (text(&document["kind"]), &document["metadata"]);
            let (namespace, name) = (text(&metadata["namespace"]), text(&metadata["name"]));
            if matches!(&*kind, "ConfigMap" | "Secret") {
                let id = (environment.to_owned(), namespace, kind, name);
                assert!(self.objects.insert(id, data(&document)).is_none(), "two objects of one name");
            } else {
                let release = format!("{namespace}/{}", text(&metadata["labels"]["of"]));
                let template = match &*kind {
                    "CronJob" => &document["spec"]["jobTemplate"]["spec"]["template"],
                    _ => &document["spec"]["template"],
                };
                let annotations = template["metadata"]["annotations"].as_mapping().into_iter().flatten();
                let mut keys = annotations.filter_map(|(key, _)| key.as_str());
                if keys.any(|key| key.starts_with("checksum/helmsum")) {
                    self.checksums.insert((environment.to_owned(), release.clone()));
                }
                let workload = Workload {
                    template: template.clone(),
                    stays: document["spec"]["updateStrategy"]["type"] == "OnDelete",
                    reads: reads(environment, &namespace, &template["spec"]),
                };
                self.workloads.insert((environment.to_owned(), release, kind, name), workload);
            }
            self.documents.push((environment.to_owned(), document));
        }
    }
}

fn pairs(value: &Value) -> impl Iterator<Item = (String, String)> {
    let map = value.as_mapping().into_iter().flatten();
    map.map(|(key, value)| {
        (key.as_str().expect("a key").to_owned(), value.as_str().expect("a text").to_owned())
    })
}

/// The data of an object.
fn data(object: &Value) -> BTreeMap<String, Vec<u8>> {
    let is_secret = object["kind"] == "Secret";
    let plain = pairs(&object[if is_secret { "stringData" } else { "data" }]);
    let mut all: BTreeMap<String, Vec<u8>> = plain.map(|(key, value)| (key, value.into_bytes())).collect();
    if is_secret {
        let decoded = |value: String| BASE64.decode(value.as_bytes()).expect("base 64");
        all.extend(pairs(&object["data"]).map(|(key, value)| (key, decoded(value))));
    }
    all
}

/// What a pod reads, in the forms that the projects have.
fn reads(environment: &str, namespace: &str, pod: &Value) -> BTreeSet<(ObjectId, Option<String>)> {
    let list = |value: &Value| value.as_sequence().cloned().unwrap_or_default();
    let mut found = BTreeSet::new();
    let mut add = |kind: &str, name: &Value, key: Option<&Value>| {
        let Some(name) = name.as_str() else { return };
        let id = (environment.to_owned(), namespace.to_owned(), kind.to_owned(), name.to_owned());
        found.insert((id, key.and_then(Value::as_str).map(str::to_owned)));
    };
    for container in list(&pod["containers"]) {
        for variable in list(&container["env"]) {
            for (kind, field) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
                let of = &variable["valueFrom"][field];
                add(kind, &of["name"], Some(&of["key"]));
            }
        }
        for from in list(&container["envFrom"]) {
            add("ConfigMap", &from["configMapRef"]["name"], None);
            add("Secret", &from["secretRef"]["name"], None);
        }
    }
    for volume in list(&pod["volumes"]) {
        add("ConfigMap", &volume["configMap"]["name"], None);
        add("Secret", &volume["secret"]["secretName"], None);
    }
    found
}
