//! What was written to the API server, by whom and in which order.

use fs_err as fs;
use serde_json::Value;

use super::cluster::{Cluster, DEPLOYER};

/// A place in the audit log; [`Mark::writes`] tells what came after it.
pub(crate) struct Mark<'a> {
    cluster: &'a Cluster,
    namespace: &'a str,
    skipped: usize,
}

/// One request that changed an object.
#[derive(Debug, PartialEq)]
pub(crate) struct Write {
    /// Made by helm, and not by a controller.
    pub(crate) deployed: bool,
    /// Verb, resource and name, as in `patch deployments/gateway`. The name is missing where the server chose it.
    pub(crate) what: String,
}

impl<'a> Mark<'a> {
    /// The end of the log as it is now.
    pub(crate) fn now(cluster: &'a Cluster, namespace: &'a str) -> Self {
        Self { cluster, namespace, skipped: read(cluster).lines().count() }
    }

    /// The successful writes in the namespace since then, in the order in which the server finished them.
    pub(crate) fn writes(&self) -> Vec<Write> {
        let log = read(self.cluster);
        let events = log.lines().skip(self.skipped).map(|line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("audit line `{line}`: {error}"))
        });
        events
            .filter(|event| event["objectRef"]["namespace"] == self.namespace)
            .filter_map(|event| write(&event))
            .collect()
    }

    /// What helm itself wrote.
    pub(crate) fn deployed(&self) -> Vec<String> {
        self.writes().into_iter().filter(|write| write.deployed).map(|write| write.what).collect()
    }
}

fn read(cluster: &Cluster) -> String {
    let text = fs::read_to_string(cluster.audit_log()).expect("an audit log");
    // The server may be in the middle of a line.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text[..whole].to_owned()
}

fn write(event: &Value) -> Option<Write> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let object = &event["objectRef"];
    let code = event["responseStatus"]["code"].as_u64().unwrap_or_default();
    // A status is not a content: controllers write it all the time.
    if !(200..300).contains(&code) || !object["subresource"].is_null() {
        return None;
    }
    let name = object["name"].as_str().map(|name| format!("/{name}")).unwrap_or_default();
    Some(Write {
        deployed: event["user"]["username"] == DEPLOYER,
        what: format!("{} {}{name}", text(&event["verb"]), text(&object["resource"])),
    })
}
