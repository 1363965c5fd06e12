//! What is known of a project that is made up, as data that edits change.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::choices::Choices;

/// The environments of a project.
pub(super) const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

/// The folders that files of sources may lie in.
pub(super) const FOLDERS: [&str; 5] =
    ["sources/apis", "sources/conf", "sources/redirects", "sources/nested/deep", "shared"];

/// What consumers may be called.
pub(super) const NAMES: [&str; 7] = ["web", "store", "agent", "queue", "search", "docs", "mail"];

/// A project.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) producers: Vec<Producer>,
    pub(super) consumers: Vec<Consumer>,
    /// The files that sources take in, by their paths.
    pub(super) files: BTreeMap<String, String>,
    /// What the values of each environment say.
    pub(super) colours: BTreeMap<&'static str, String>,
    /// The folder of the entry of `checksums:`.
    pub(super) entry: Option<String>,
    /// How often something was written that nobody reads.
    pub(super) notes: usize,
    /// How many names and texts have been made up.
    pub(super) count: usize,
}

/// A release that makes objects for others.
#[derive(Clone, Debug)]
pub(super) struct Producer {
    pub(super) name: String,
    pub(super) namespace: &'static str,
    /// Whether the state below the first one has it.
    pub(super) is_below: bool,
    /// The data of the `ConfigMap` `NAME-settings`.
    pub(super) settings: BTreeMap<String, String>,
    /// Whether a value of the environment is among them.
    pub(super) is_coloured: bool,
    /// The data of the `Secret` `NAME-auth`.
    pub(super) secret: BTreeMap<String, String>,
    /// Whether the chart has them as `data`.
    pub(super) is_encoded: bool,
    /// Files of the chart, which are the `ConfigMap` `NAME-files`.
    pub(super) carried: BTreeMap<String, String>,
    /// A folder whose files a values template reads, for the `ConfigMap` `NAME-apis`.
    pub(super) folder: Option<String>,
    /// A label of all objects, which is no data.
    pub(super) label: usize,
}

/// How a checksum comes to pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wiring {
    /// A target with one value.
    Value,
    /// A target with annotations.
    PodAnnotations,
    /// helm's post-renderer.
    Annotated,
    /// Not at all.
    None,
}

/// What becomes of a release's own `ConfigMap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    None,
    Hashed,
    Unhashed,
}

/// What a release depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Folder { path: String, without_pages: bool },
    File(String),
    Object(Object, String),
    Release(String),
    Auto,
}

/// An object with its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    pub(super) kind: &'static str,
    pub(super) name: String,
}

/// A release that reads what others make.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is another choice")]
pub(super) struct Consumer {
    pub(super) name: String,
    pub(super) namespace: &'static str,
    pub(super) is_below: bool,
    pub(super) wiring: Wiring,
    pub(super) sources: Vec<Source>,
    /// Whether `helmsum.yaml` declares them, and not the values file.
    pub(super) in_configuration: bool,
    /// Whether the values file is a template.
    pub(super) is_template: bool,
    pub(super) workloads: Vec<Workload>,
    pub(super) own: Own,
    pub(super) own_data: usize,
    pub(super) image: usize,
    pub(super) hold: Option<String>,
    /// The one environment that has it.
    pub(super) only_in: Option<&'static str>,
    /// Objects of which a change is accepted.
    pub(super) accepted: Vec<Object>,
    /// Whether its target was written once, so that there is something to hold.
    pub(super) is_recorded: bool,
}

/// Whether `exclude=*.md` leaves a file out.
pub(super) fn is_page(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "md")
}

/// Something with pods.
#[derive(Clone, Debug)]
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) replicas: usize,
    /// Whether pods stay until somebody deletes them.
    pub(super) stays: bool,
    pub(super) takes_checksum: bool,
    pub(super) reads: Vec<Read>,
}

/// A way of reading an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) object: Object,
    pub(super) form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One key, as a variable.
    Key(String),
    /// All keys, as variables.
    Variables,
    /// A volume that is mounted whole.
    Volume,
    /// A volume of which one key is mounted.
    Part(String),
}

impl Producer {
    /// The objects that it makes.
    pub(super) fn objects(&self) -> Vec<Object> {
        let object = |kind, end: &str| Object { kind, name: format!("{}-{end}", self.name) };
        let mut all =
            vec![object("ConfigMap", "settings"), object("Secret", "auth"), object("ConfigMap", "files")];
        all.extend(self.folder.as_ref().map(|_| object("ConfigMap", "apis")));
        all
    }

    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

impl Consumer {
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    pub(super) fn has_target(&self) -> bool {
        matches!(self.wiring, Wiring::Value | Wiring::PodAnnotations)
    }

    /// Its target in an environment.
    pub(super) fn target(&self, environment: &str) -> String {
        format!("values/{}.{environment}.checksum.yaml", self.name)
    }

    /// Whether a workload that restarts by its pod template reads the object.
    pub(super) fn reads(&self, object: &Object) -> bool {
        let restarting = self.workloads.iter().filter(|workload| workload.kind != "CronJob");
        restarting.flat_map(|workload| &workload.reads).any(|read| read.object == *object)
    }
}

impl Model {
    /// A project.
    pub(super) fn new(choices: &mut Choices) -> Self {
        let mut model = Self {
            producers: Vec::new(),
            consumers: Vec::new(),
            files: BTreeMap::new(),
            colours: ENVIRONMENTS.map(|name| (name, format!("{name}-1"))).into(),
            entry: Some(FOLDERS[1].to_owned()),
            notes: 0,
            count: 0,
        };
        for folder in FOLDERS {
            for name in ["orders", "users", "routes"].iter().take(1 + choices.below(3)) {
                let text = model.fresh("text");
                model.files.insert(format!("{folder}/{name}.yaml"), text);
            }
            if choices.percent(50) {
                let text = model.fresh("text");
                model.files.insert(format!("{folder}/guide.md"), text);
            }
        }
        for (name, namespace) in [("platform", "apps"), ("redis", "data"), ("common", "apps")] {
            let producer = model.producer(name, namespace, choices);
            model.producers.push(producer);
        }
        let wirings = [Wiring::Value, Wiring::PodAnnotations, Wiring::Annotated, Wiring::None];
        for (name, wiring) in NAMES.iter().zip(wirings) {
            let consumer = model.consumer(name, wiring, choices);
            model.consumers.push(consumer);
        }
        model
    }

    /// A text that there has not been.
    pub(super) fn fresh(&mut self, word: &str) -> String {
        self.count += 1;
        format!("{word}{}", self.count)
    }

    fn producer(&mut self, name: &str, namespace: &'static str, choices: &mut Choices) -> Producer {
        let mut data = |keys: &[&str]| -> BTreeMap<String, String> {
            keys.iter().map(|key| ((*key).to_owned(), self.fresh("value"))).collect()
        };
        Producer {
            name: name.to_owned(),
            namespace,
            is_below: choices.percent(40),
            settings: data(&["host", "port"]),
            is_coloured: choices.percent(60),
            secret: data(&["user", "password"]),
            is_encoded: choices.percent(30),
            carried: data(&["nginx.conf"]),
            folder: choices.percent(70).then(|| choices.of(&FOLDERS).to_owned()),
            label: 1,
        }
    }

    /// A release that reads something.
    pub(super) fn consumer(&mut self, name: &str, wiring: Wiring, choices: &mut Choices) -> Consumer {
        let namespace = choices.of(&["apps", "apps", "data"]);
        let mut workloads = Vec::new();
        for end in ["", "-worker", "-sync"].iter().take(1 + choices.below(3)) {
            let mut workload = self.workload(&format!("{name}{end}"), namespace, choices);
            // Something restarts by its pod template.
            workload.kind = if end.is_empty() { "Deployment" } else { workload.kind };
            workload.stays &= !end.is_empty();
            workloads.push(workload);
        }
        let mut consumer = Consumer {
            name: name.to_owned(),
            namespace,
            is_below: choices.percent(30),
            wiring,
            sources: Vec::new(),
            in_configuration: choices.percent(25),
            is_template: choices.percent(30),
            workloads,
            own: choices.of(&[Own::None, Own::Hashed, Own::Unhashed]),
            own_data: 1,
            image: 1,
            hold: None,
            only_in: choices.percent(20).then(|| choices.of(&ENVIRONMENTS)),
            accepted: Vec::new(),
            is_recorded: false,
        };
        if wiring != Wiring::None {
            for _ in 0..=choices.below(2) {
                let source = self.source(&consumer, choices);
                if !consumer.sources.contains(&source) {
                    consumer.sources.push(source);
                }
            }
        }
        consumer
    }

    fn workload(&self, name: &str, namespace: &str, choices: &mut Choices) -> Workload {
        let kind = choices.of(&["Deployment", "Deployment", "StatefulSet", "DaemonSet", "CronJob"]);
        let mut workload = Workload {
            name: name.to_owned(),
            kind,
            replicas: choices.below(4),
            stays: matches!(kind, "StatefulSet" | "DaemonSet") && choices.percent(30),
            takes_checksum: choices.percent(80),
            reads: Vec::new(),
        };
        for _ in 0..=choices.below(2) {
            let read = self.read(namespace, choices);
            if let Some(read) = read.filter(|read| !workload.reads.contains(read)) {
                workload.reads.push(read);
            }
        }
        workload
    }

    /// A way of reading some object of the namespace.
    pub(super) fn read(&self, namespace: &str, choices: &mut Choices) -> Option<Read> {
        let near: Vec<&Producer> = self.producers.iter().filter(|one| one.namespace == namespace).collect();
        let producer = near.get(choices.below(near.len()))?;
        let objects = producer.objects();
        let object = objects[choices.below(objects.len())].clone();
        let keys: Vec<String> = match object.name.rsplit('-').next() {
            Some("settings") => producer.settings.keys().cloned().collect(),
            Some("auth") => producer.secret.keys().cloned().collect(),
            Some("files") => producer.carried.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let key = keys.get(choices.below(keys.len())).cloned();
        let form = match (choices.below(4), key) {
            (0, Some(key)) => Form::Key(key),
            (1, Some(key)) => Form::Part(key),
            (2, _) => Form::Volume,
            _ => Form::Variables,
        };
        Some(Read { object, form })
    }

    /// Something that a release may declare.
    pub(super) fn source(&self, consumer: &Consumer, choices: &mut Choices) -> Source {
        let producer = &self.producers[choices.below(self.producers.len())];
        let objects = producer.objects();
        let read: Vec<&Object> =
            consumer.workloads.iter().flat_map(|one| &one.reads).map(|read| &read.object).collect();
        let maker = |object: &Object| {
            let makes = |producer: &&Producer| {
                producer.namespace == consumer.namespace && producer.objects().contains(object)
            };
            self.producers.iter().find(makes).map(Producer::id)
        };
        match choices.below(8) {
            0 => {
                let path = self.folders()[choices.below(self.folders().len())].clone();
                // Where nothing is left out, that is refused.
                let mut below = self.files.keys().filter(|file| file.starts_with(&format!("{path}/")));
                let without_pages = below.any(|file| is_page(file)) && choices.percent(60);
                Source::Folder { path, without_pages }
            }
            1 => Source::File(
                self.files.keys().nth(choices.below(self.files.len())).cloned().unwrap_or_default(),
            ),
            2 => Source::Release(producer.id()),
            3 | 4 => Source::Auto,
            5 => Source::Object(objects[choices.below(objects.len())].clone(), producer.id()),
            _ => match read.get(choices.below(read.len())).and_then(|object| Some((*object, maker(object)?)))
            {
                Some((object, maker)) => Source::Object(object.clone(), maker),
                None => Source::Auto,
            },
        }
    }

    /// The folders that have files.
    pub(super) fn folders(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .files
            .keys()
            .filter_map(|path| path.rsplit_once('/').map(|(folder, _)| folder.to_owned()))
            .collect();
        all.dedup();
        all
    }
}
