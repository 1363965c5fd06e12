//! A Deployment, StatefulSet or DaemonSet once its controllers have nothing left to do.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cluster::Cluster;

/// Controllers need less than a second; a busy machine needs more.
const SETTLE_LIMIT: Duration = Duration::from_secs(120);

/// A workload after its last rollout has ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settled {
    /// Every template its pods ever had, by the name of its ReplicaSet or `ControllerRevision`.
    pub(crate) revisions: BTreeSet<String>,
    /// The one that its pods have now.
    pub(crate) current: String,
    /// The pods by their unique ids.
    pub(crate) pods: BTreeSet<String>,
    /// Grows with every change of the specification.
    pub(crate) generation: u64,
    /// The annotations of the pod template.
    pub(crate) annotations: Value,
}

impl Settled {
    /// Whether all pods were replaced, on exactly one template more than there was before.
    pub(crate) fn rolled_once_since(&self, earlier: &Self) -> bool {
        let new: Vec<&String> = self.revisions.difference(&earlier.revisions).collect();
        new == [&self.current]
            && self.revisions.is_superset(&earlier.revisions)
            && self.pods.is_disjoint(&earlier.pods)
    }
}

/// Waits until the Deployment `name` runs on one ReplicaSet.
pub(crate) fn deployment(cluster: &Cluster, namespace: &str, name: &str) -> Settled {
    let deployment = settle(cluster, namespace, &format!("deployment/{name}"), |object| {
        let replicas = object["spec"]["replicas"].as_u64();
        let status = &object["status"];
        ["replicas", "updatedReplicas", "availableReplicas"]
            .iter()
            .all(|count| status[count].as_u64() == replicas)
    });
    let sets = owned(cluster, namespace, "replicasets", name);
    let mut active = sets.iter().filter(|set| set["spec"]["replicas"].as_u64() != Some(0));
    let current = active.next().map(named).expect("a ReplicaSet with replicas");
    assert_eq!(active.next(), None, "the rollout of {name} has not ended");
    settled(cluster, namespace, &deployment, &sets, current)
}

/// Waits until all pods of the StatefulSet `name` have its update revision.
pub(crate) fn stateful_set(cluster: &Cluster, namespace: &str, name: &str) -> Settled {
    let set = settle(cluster, namespace, &format!("statefulset/{name}"), |object| {
        let replicas = object["spec"]["replicas"].as_u64();
        let status = &object["status"];
        status["currentRevision"] == status["updateRevision"]
            && ["replicas", "currentReplicas", "readyReplicas"]
                .iter()
                .all(|count| status[count].as_u64() == replicas)
    });
    let revisions = owned(cluster, namespace, "controllerrevisions", name);
    let current = set["status"]["updateRevision"].as_str().expect("an update revision").to_owned();
    settled(cluster, namespace, &set, &revisions, current)
}

/// Waits until every node has a pod of the DaemonSet `name` with its newest template.
pub(crate) fn daemon_set(cluster: &Cluster, namespace: &str, name: &str) -> Settled {
    let set = settle(cluster, namespace, &format!("daemonset/{name}"), |object| {
        let status = &object["status"];
        let wanted = status["desiredNumberScheduled"].as_u64();
        wanted.is_some_and(|wanted| wanted > 0)
            && ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable"]
                .iter()
                .all(|count| status[count].as_u64() == wanted)
    });
    let revisions = owned(cluster, namespace, "controllerrevisions", name);
    // Its status does not name the revision. The controller numbers them, and gives one that is used again a new number.
    let newest = revisions.iter().max_by_key(|revision| revision["revision"].as_u64());
    let current = newest.map(named).expect("a revision");
    settled(cluster, namespace, &set, &revisions, current)
}

fn settled(
    cluster: &Cluster,
    namespace: &str,
    workload: &Value,
    revisions: &[Value],
    current: String,
) -> Settled {
    let selector = workload["spec"]["selector"]["matchLabels"].as_object().expect("labels");
    let mut pods = cluster.list("pods", namespace);
    pods.retain(|pod| selector.iter().all(|(label, value)| pod["metadata"]["labels"][label] == *value));
    assert!(!pods.is_empty(), "{workload} has no pods");
    Settled {
        revisions: revisions.iter().map(named).collect(),
        current,
        pods: pods.iter().map(|pod| text(&pod["metadata"]["uid"])).collect(),
        generation: workload["metadata"]["generation"].as_u64().expect("a generation"),
        annotations: workload["spec"]["template"]["metadata"]["annotations"].clone(),
    }
}

/// Lets pods become ready until the controller has seen the newest specification and `finished` contains.
fn settle(cluster: &Cluster, namespace: &str, workload: &str, finished: impl Fn(&Value) -> bool) -> Value {
    let (kind, name) = workload.split_once('/').expect("kind and name");
    let deadline = Instant::now() + SETTLE_LIMIT;
    loop {
        let object = cluster
            .get(kind, namespace, name)
            .unwrap_or_else(|| panic!("there is no {workload} in {namespace}"));
        let seen = object["status"]["observedGeneration"] == object["metadata"]["generation"];
        let pods = cluster.list("pods", namespace);
        let leaving = pods.iter().any(|pod| !pod["metadata"]["deletionTimestamp"].is_null());
        if seen && !leaving && finished(&object) {
            return object;
        }
        assert!(
            Instant::now() < deadline,
            "{workload} has not settled after {SETTLE_LIMIT:?}: {}",
            object["status"]
        );
        for pod in pods.iter().filter(|pod| pod["status"]["phase"] == "Pending") {
            start(cluster, namespace, pod);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Reports a pod as running and ready, which is otherwise the work of a kubelet.
fn start(cluster: &Cluster, namespace: &str, pod: &Value) {
    let status = r#"{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"#;
    let pod = named(pod);
    // The controller may delete it at any moment: a pod that is gone needs no status.
    let _ = cluster.try_kubectl(&[
        "patch",
        "pod",
        &pod,
        "--namespace",
        namespace,
        "--subresource=status",
        "--patch",
        status,
    ]);
}

fn owned(cluster: &Cluster, namespace: &str, kind: &str, owner: &str) -> Vec<Value> {
    let mut objects = cluster.list(kind, namespace);
    objects.retain(|object| {
        let owners = object["metadata"]["ownerReferences"].as_array();
        owners.is_some_and(|owners| owners.iter().any(|reference| reference["name"] == owner))
    });
    objects
}

fn named(object: &Value) -> String {
    text(&object["metadata"]["name"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
