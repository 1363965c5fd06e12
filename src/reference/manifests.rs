//! Everything that the manifests of a release say about what pods read.

use super::resource::{Resource, resources};
use super::workload::{Size, Workload, workload};
use crate::rendered::{Object, Unreadable, documents, objects_of};

/// What the manifests of a release say.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    /// The `ConfigMap`s and `Secret`s.
    pub objects: Vec<Object>,
    /// What owns pods, with what they read.
    pub workloads: Vec<Workload>,
}

/// Reads what helm prints for a release. `namespace` is that of the release.
///
/// # Errors
///
/// Where a manifest is not readable to Kubernetes. The error tells the line alone: a value may be secret.
pub fn read(manifests: &[u8], namespace: &str) -> Result<Manifests, Unreadable> {
    let mut objects = Vec::new();
    let mut all = Vec::new();
    for document in documents(manifests)? {
        objects.extend(objects_of(&document, namespace));
        all.extend(resources(&document, namespace));
    }
    let mut workloads: Vec<Workload> = all.iter().filter_map(workload).collect();
    for resource in &all {
        scale(resource, &mut workloads);
    }
    for workload in &mut workloads {
        workload.judge();
    }
    Ok(Manifests { objects, workloads })
}

/// Gives the workload that an autoscaler is for the range that it has.
fn scale(resource: &Resource, workloads: &mut [Workload]) {
    if !resource.identity.is("autoscaling", "HorizontalPodAutoscaler") {
        return;
    }
    let spec = resource.root.key("spec");
    let target = spec.key("scaleTargetRef");
    let (Some(kind), Some(name)) = (target.text_of("kind"), target.text_of("name")) else { return };
    let Some(most) = spec.key("maxReplicas").number() else { return };
    let least = spec.key("minReplicas").number().unwrap_or(1);
    for workload in workloads {
        let own = &workload.identity;
        let is_it = own.kind == kind && own.name == name && own.namespace == resource.identity.namespace;
        // An autoscaler leaves a workload alone that was scaled to nothing.
        if is_it && workload.size != Size::Count(0) {
            workload.size = Size::Range(least, most);
        }
    }
}
