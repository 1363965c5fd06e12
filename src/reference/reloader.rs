//! Programs in a pod that reload what they read, and controllers that restart pods.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::described::Container;
use super::pod::{Kind, Reference};

/// A program in a pod that reads files again when they change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reloader {
    /// The container that it runs in.
    pub container: String,
    /// What it was recognised by: a part of its image, or an argument.
    pub by: String,
    /// Whether it stands for all containers of the pod, rather than for its own.
    pub is_beside: bool,
    /// The only `ConfigMap`s that it reloads; all where there are none.
    pub only: BTreeSet<String>,
}

impl Reloader {
    /// Whether it reloads a volume for one of the containers that mount it.
    fn reloads(&self, container: &str, name: &str) -> bool {
        (self.is_beside || self.container == container) && (self.only.is_empty() || self.only.contains(name))
    }
}

/// What images of programs that reload for others contain.
const BESIDE: [&str; 3] = ["config-reloader", "configmap-reload", "k8s-sidecar"];

/// What images of programs that reload by themselves contain.
const ITSELF: [&str; 3] = ["ingress-nginx/controller", "nginx-ingress", "ingress-nginx-controller"];

/// Options with which a program reloads.
const OPTIONS: [&str; 10] = [
    "watch",
    "reload",
    "watch-config",
    "config-watch",
    "watched-dir",
    "config-reload",
    "reload-config",
    "config.reload",
    "auto-reload",
    "providers.file.watch",
];

/// Programs whose `--reload` or `--watch` is about their own code, and not about files that are mounted.
const OF_CODE: [&str; 9] =
    ["gunicorn", "uvicorn", "hypercorn", "granian", "flask", "fastapi", "node", "nodemon", "tsx"];

/// The programs of a pod that reload. `corefiles` are the `ConfigMap`s of its namespace with a Corefile that has `reload`.
pub(super) fn reloaders(containers: &[Container], corefiles: &BTreeSet<String>) -> Vec<Reloader> {
    containers
        .iter()
        .filter(|container| !container.is_init)
        .filter_map(|one| reloader(one, corefiles))
        .collect()
}

fn reloader(container: &Container, corefiles: &BTreeSet<String>) -> Option<Reloader> {
    let found = |by: &str, is_beside: bool, only: BTreeSet<String>| Reloader {
        container: container.name.clone(),
        by: by.to_owned(),
        is_beside,
        only,
    };
    let image = container.spot.text_of("image").unwrap_or_default();
    let image = repository(&image);
    if let Some(part) = BESIDE.iter().find(|part| image.contains(**part)) {
        return Some(found(part, true, BTreeSet::new()));
    }
    if let Some(part) = ITSELF.iter().find(|part| image.contains(**part)) {
        return Some(found(part, false, BTreeSet::new()));
    }
    if image.rsplit('/').next().is_some_and(|name| name.starts_with("coredns")) && !corefiles.is_empty() {
        return Some(found("reload in the Corefile", false, corefiles.clone()));
    }
    let items = ["command", "args"].iter().flat_map(|key| container.spot.key(key).items());
    let texts: Vec<String> = items.filter_map(|text| Some(text.text()?.to_owned())).collect();
    let option = reloading_option(&texts.join(" "))?;
    Some(found(&option, false, BTreeSet::new()))
}

/// The option in a command with which a program reloads what it reads.
fn reloading_option(text: &str) -> Option<String> {
    let name_of = |word: &str| word.rsplit('/').next().is_some_and(|name| OF_CODE.contains(&name));
    if text.split_ascii_whitespace().any(name_of) {
        return None;
    }
    text.split_ascii_whitespace().find_map(|word| {
        let option = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
        let (name, value) = option.split_once('=').unwrap_or((option, "true"));
        (OPTIONS.contains(&name) && value != "false").then(|| format!("--{name}"))
    })
}

/// An image without its tag and digest.
pub(super) fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => image,
    }
}

/// What reloads a volume for all containers that mount it, if something does.
pub(super) fn reloader_of<'r>(reloaders: &'r [Reloader], reference: &Reference) -> Option<&'r Reloader> {
    let of = |container: &String| reloaders.iter().find(|one| one.reloads(container, &reference.name));
    let mut found = reference.containers.iter().map(of);
    let first = found.next()??;
    found.all(|one| one.is_some()).then_some(first)
}

/// A controller that restarts a workload when objects change, as annotations ask it to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Controller {
    /// Which one: [`RELOADER`] or [`WAVE`].
    pub name: String,
    /// The kinds of which it looks at every object that the pods mount or have as variables.
    pub all: BTreeSet<Kind>,
    /// Names of more objects; for Reloader, each is a regular expression for the whole name.
    pub named: BTreeSet<(Kind, String)>,
    /// Names of objects that it leaves out.
    pub excluded: BTreeSet<(Kind, String)>,
    /// Whether it also looks at objects that are annotated for it, see [`Tagged`](super::Tagged).
    pub searches: bool,
}

/// The controller of Stakater.
pub const RELOADER: &str = "Reloader";
/// The controller of wave-k8s.
pub const WAVE: &str = "wave";

impl Controller {
    /// Whether it restarts the workload for a change of an object that the workload reads.
    #[must_use]
    pub fn covers(&self, kind: Kind, name: &str) -> bool {
        let is_named = |(of, pattern): &(Kind, String)| {
            let is_it = || match self.name.as_str() {
                RELOADER => Regex::new(&format!("^{pattern}$")).is_ok_and(|pattern| pattern.is_match(name)),
                _ => pattern == name,
            };
            *of == kind && is_it()
        };
        !self.excluded.contains(&(kind, name.to_owned()))
            && (self.all.contains(&kind) || self.named.iter().any(is_named))
    }
}

type Annotations = BTreeMap<String, String>;

/// The controllers that annotations of a workload, or of its pod template, ask for. The annotations are those of Reloader
/// (`pkg/common/common.go: ShouldReload`) and wave (`pkg/core/types.go`).
pub(super) fn controllers(workload: &Annotations, template: &Annotations) -> Vec<Controller> {
    reloader_controller(workload, template).into_iter().chain(wave_controller(workload)).collect()
}

fn reloader_controller(workload: &Annotations, template: &Annotations) -> Option<Controller> {
    let mut controller = Controller {
        name: RELOADER.to_owned(),
        all: BTreeSet::new(),
        named: BTreeSet::new(),
        excluded: BTreeSet::new(),
        searches: false,
    };
    for (kind, word) in [(Kind::ConfigMap, "configmap"), (Kind::Secret, "secret")] {
        let named_key = format!("{word}.reloader.stakater.com/reload");
        let typed_key = format!("{word}.reloader.stakater.com/auto");
        let (auto, search) = ("reloader.stakater.com/auto", "reloader.stakater.com/search");
        let asked = |annotations: &Annotations| {
            [&named_key, &typed_key, auto, search].iter().any(|key| annotations.contains_key(*key))
        };
        // Those of the template count where the workload has none.
        let annotations = if asked(workload) { workload } else { template };
        let is_true = |key: &str| annotations.get(key).is_some_and(|value| is_true(value));
        if is_true(auto) || is_true(&typed_key) {
            controller.all.insert(kind);
        }
        controller.searches |= annotations.get(search).is_some_and(|value| value == "true");
        let listed = |annotations: &Annotations, key: &str| {
            let names = annotations.get(key).map(String::as_str).unwrap_or_default();
            let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| (kind, name.to_owned())).collect::<Vec<_>>()
        };
        controller.named.extend(listed(annotations, &named_key));
        controller
            .excluded
            .extend(listed(workload, &format!("{word}s.exclude.reloader.stakater.com/reload")));
    }
    let asks = controller.searches || !controller.all.is_empty() || !controller.named.is_empty();
    asks.then_some(controller)
}

/// As Go's `strconv.ParseBool`.
fn is_true(text: &str) -> bool {
    ["1", "t", "T", "TRUE", "true", "True"].contains(&text)
}

fn wave_controller(workload: &Annotations) -> Option<Controller> {
    let asked = workload.get("wave.pusher.com/update-on-config-change").is_some_and(|value| value == "true");
    asked.then(|| Controller {
        name: WAVE.to_owned(),
        all: BTreeSet::from([Kind::ConfigMap, Kind::Secret]),
        named: BTreeSet::new(),
        excluded: BTreeSet::new(),
        searches: false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Need, Why, read};
    use super::*;
    use crate::rendered::Marker;

    #[test]
    fn images_are_known_without_tag_and_digest() {
        for (image, name) in [
            ("nginx", "nginx"),
            ("nginx:1.27", "nginx"),
            ("localhost:5000/nginx", "localhost:5000/nginx"),
            ("localhost:5000/nginx:1@sha256:ab", "localhost:5000/nginx"),
        ] {
            assert_eq!(repository(image), name);
        }
    }

    #[test]
    fn options_that_reload_are_told_from_others() {
        for (text, found) in [
            ("--watch", Some("--watch")),
            ("-watch", Some("--watch")),
            ("--reload=true", Some("--reload")),
            ("exec web --config x --watch", Some("--watch")),
            ("--providers.file.watch=true", Some("--providers.file.watch")),
            ("--watch=false", None),
            ("--watch-namespace=edge", None),
            ("watch", None),
            ("gunicorn -c /etc/gunicorn.py app.wsgi --reload", None),
            ("python -m uvicorn app:app --reload", None),
            ("/usr/local/bin/node --watch server.js", None),
            ("", None),
        ] {
            assert_eq!(reloading_option(text).as_deref(), found, "{text:?}");
        }
    }

    /// What the first workload needs for the first volume that it mounts.
    fn need(containers: &str, more: &str) -> Need {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{volumes: [{{name: v, configMap: {{name: settings}}}}], {containers}}}}}}}\n{more}"
        );
        let manifests = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests");
        manifests.workloads[0].references().next().expect("a reference").need.clone()
    }

    const MOUNTS: &str = "volumeMounts: [{name: v, mountPath: /v}]";

    fn reloaded(by: &str) -> Need {
        Need::Nothing(Why::Reloader(by.to_owned()))
    }

    #[test]
    fn a_program_beside_reloads_for_all() {
        for image in
            ["quay.io/x/prometheus-config-reloader:v1", "x/configmap-reload", "kiwigrid/k8s-sidecar:1"]
        {
            let pod = format!("containers: [{{name: a, image: web, {MOUNTS}}}, {{name: b, image: {image}}}]");
            assert!(matches!(need(&pod, ""), Need::Nothing(Why::Reloader(_))), "{image}");
            let init = pod.replace("containers: [", "initContainers: [").replace("image: web", "image: w");
            assert_eq!(need(&init, ""), Need::Init, "an init container ends");
        }
        let other = format!("containers: [{{name: a, image: web, {MOUNTS}}}, {{name: b, image: log}}]");
        assert_eq!(need(&other, ""), Need::Whole);
    }

    #[test]
    fn a_program_that_reloads_does_so_for_itself() {
        let own = format!(
            "containers: [{{name: a, image: web, args: [--watch], {MOUNTS}}}, {{name: b, image: x}}]"
        );
        assert_eq!(need(&own, ""), reloaded("--watch"));
        let both = own.replace("name: b, image: x", &format!("name: b, image: x, {MOUNTS}"));
        assert_eq!(need(&both, ""), Need::Whole, "the other container does not");
        let ingress = format!(
            "containers: [{{name: a, image: 'registry.k8s.io/ingress-nginx/controller:v1', {MOUNTS}}}]"
        );
        assert_eq!(need(&ingress, ""), reloaded("ingress-nginx/controller"));
        let variable = "containers: [{name: a, image: x, args: [--watch], env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}]";
        assert_eq!(need(variable, ""), Need::Start, "a variable is read once");
        let part = own.replace("mountPath: /v", "mountPath: /v, subPath: v");
        assert_eq!(need(&part, ""), Need::SubPath, "such a mount stays as it is");
    }

    #[test]
    fn coredns_reloads_only_where_its_corefile_says_so() {
        let pod = format!("containers: [{{name: a, image: 'coredns/coredns:1.12', {MOUNTS}}}]");
        let corefile = |name: &str, line: &str| {
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  Corefile: |\n    .:53 {{\n        {line}\n    }}\n"
            )
        };
        assert_eq!(need(&pod, ""), Need::Whole);
        assert_eq!(need(&pod, &corefile("settings", "errors")), Need::Whole);
        assert_eq!(need(&pod, &corefile("settings", "reload 30s")), reloaded("reload in the Corefile"));
        assert_eq!(need(&pod, &corefile("other", "reload")), Need::Whole);
    }

    fn asked(workload: &[(&str, &str)], template: &[(&str, &str)]) -> Vec<Controller> {
        let map = |list: &[(&str, &str)]| {
            list.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
        };
        controllers(&map(workload), &map(template))
    }

    #[test]
    fn reloader_covers_what_its_annotations_say() {
        let covers = |workload: &[(&str, &str)], template: &[(&str, &str)]| {
            let asked = asked(workload, template);
            let of = |kind: Kind, name: &str| asked.iter().any(|one| one.covers(kind, name));
            (of(Kind::ConfigMap, "settings"), of(Kind::Secret, "keys"))
        };
        let auto = ("reloader.stakater.com/auto", "true");
        assert_eq!(covers(&[auto], &[]), (true, true));
        assert_eq!(covers(&[], &[auto]), (true, true));
        assert_eq!(covers(&[("reloader.stakater.com/auto", "false")], &[auto]), (false, false));
        assert_eq!(covers(&[("secret.reloader.stakater.com/auto", "true")], &[]), (false, true));
        assert_eq!(
            covers(&[("configmap.reloader.stakater.com/reload", "other, settings")], &[]),
            (true, false)
        );
        assert_eq!(covers(&[("configmap.reloader.stakater.com/reload", "sett.*")], &[]), (true, false));
        assert_eq!(covers(&[("configmap.reloader.stakater.com/reload", "sett")], &[]), (false, false));
        assert_eq!(covers(&[("configmap.reloader.stakater.com/reload", "(")], &[]), (false, false));
        assert_eq!(
            covers(&[auto, ("secrets.exclude.reloader.stakater.com/reload", "keys")], &[]),
            (true, false)
        );
        assert_eq!(covers(&[("reloader.stakater.com/search", "true")], &[]), (false, false));
        assert!(asked(&[("reloader.stakater.com/search", "true")], &[])[0].searches);
        assert_eq!(covers(&[], &[]), (false, false));
        assert_eq!(covers(&[("wave.pusher.com/update-on-config-change", "true")], &[]), (true, true));
        assert_eq!(covers(&[], &[("wave.pusher.com/update-on-config-change", "true")]), (false, false));
    }

    #[test]
    fn a_controller_makes_it_fine_and_its_release_is_told() {
        let text = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {reloader.stakater.com/auto: 'true'}}
spec: {template: {spec: {containers: [{name: a, envFrom: [{secretRef: {name: keys}}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: reloader}
spec: {template: {spec: {containers: [{name: a, image: 'ghcr.io/stakater/reloader:v1.4.0'}]}}}
---
apiVersion: v1
kind: Secret
metadata: {name: keys, annotations: {reloader.stakater.com/ignore: 'true'}}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web, annotations: {reloader.stakater.com/auto: 'true'}}
spec: {template: {spec: {containers: [{name: a, envFrom: [{secretRef: {name: keys}}]}]}}}
";
        let manifests = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests");
        let needs: Vec<&Need> = manifests
            .workloads
            .iter()
            .flat_map(|workload| workload.references().map(|one| &one.need))
            .collect();
        assert_eq!(needs, [&Need::Nothing(Why::Controller(RELOADER.to_owned())), &Need::Start]);
        assert_eq!(manifests.installs, BTreeSet::from([RELOADER.to_owned()]));
        assert_eq!(manifests.tagged.len(), 1);
        assert!(manifests.tagged[0].is_ignored && !manifests.tagged[0].is_matched);
    }
}
