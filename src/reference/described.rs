//! Descriptions of pods, in whatever layout.

use super::kinds::Layout;
use super::spot::Spot;

/// A container of a pod.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) spot: Spot,
    /// Its name; empty for the one that an operator adds.
    pub(super) name: String,
    /// Whether it ends before the others start. One that is restarted always runs beside them.
    pub(super) is_init: bool,
}

/// A description of a pod, in whatever layout.
#[derive(Debug)]
pub(super) struct Described {
    /// The fields of the pod spec.
    pub(super) spec: Spot,
    /// What describes the pod with all its parts.
    pub(super) whole: Spot,
    pub(super) annotations: Option<Spot>,
    /// Init containers first.
    pub(super) containers: Vec<Container>,
    /// Whether pods of the kind are known to be described here.
    pub(super) is_known: bool,
    pub(super) layout: Layout,
}

impl Described {
    /// A pod spec, in its template where it has one.
    pub(super) fn by_template(template: Option<&Spot>, spec: Spot) -> Self {
        Self {
            containers: containers(&spec, &["initContainers"], &["containers"]),
            whole: template.cloned().unwrap_or_else(|| spec.clone()),
            annotations: template.map(|template| template.at(&["metadata", "annotations"])),
            spec,
            is_known: true,
            layout: Layout::Template,
        }
    }

    /// A pod as the table of custom resources describes it. `around` is what it is a part of.
    pub(super) fn by_layout(layout: Layout, pod: &Spot, around: &Spot, annotations: Option<Spot>) -> Self {
        let spec = if layout == Layout::Template { pod.key("spec") } else { pod.clone() };
        let mut containers = match layout {
            Layout::Template => containers(&spec, &["initContainers"], &["containers"]),
            Layout::Flat => containers(&spec, &["initContainers"], &["containers", "additionalContainers"]),
            Layout::Parts => {
                let beside =
                    around.entries().into_iter().filter(|(_, spot)| spot.is_map() && spot.path != pod.path);
                beside.map(|(key, spot)| Container { spot, name: key.to_string(), is_init: false }).collect()
            }
        };
        if layout == Layout::Flat {
            containers.push(Container { spot: spec.clone(), name: String::new(), is_init: false });
        }
        let whole = if layout == Layout::Parts { around.clone() } else { pod.clone() };
        Self { spec, whole, annotations, containers, is_known: true, layout }
    }
}

/// The containers in lists of a pod spec, init containers first. Containers for debugging are no part of a template.
fn containers(spec: &Spot, init: &[&str], others: &[&str]) -> Vec<Container> {
    let list = |key: &&str, init: bool| {
        spec.key(key).items().into_iter().filter(Spot::is_map).map(move |spot| Container {
            name: spot.text_of("name").unwrap_or_default(),
            is_init: init && spot.key("restartPolicy").text() != Some("Always"),
            spot,
        })
    };
    let init = init.iter().flat_map(|key| list(key, true));
    init.chain(others.iter().flat_map(|key| list(key, false))).collect()
}

/// The name of the service account in a pod spec, where it has one.
pub(super) fn service_account(spec: &Spot) -> Option<Spot> {
    let keys = ["serviceAccountName", "serviceAccount"];
    keys.into_iter().map(|key| spec.key(key)).find(|account| account.text().is_some())
}
