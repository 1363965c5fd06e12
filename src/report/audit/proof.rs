//! What came of the proof by mutation, in words and as JSON.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use crate::proof::{Input, Proof, Proved, Standing, Surplus};
use crate::text::{counted, relative};

/// The coverage in a line.
pub(super) fn proved(proof: &Proof) -> String {
    let (restarts, all) = proof.coverage();
    let changes = format!("{} in {}", counted(proof.changes, "change"), counted(proof.files, "file"));
    let mut parts = vec![match all {
        0 => format!("proved: none of {changes} moves anything that pods read"),
        1 => format!("proved: {restarts} of 1 reading restarts with what it reads, by {changes}"),
        _ => format!("proved: {restarts} of {all} readings restart with what they read, by {changes}"),
    }];
    let count = |of: fn(&Standing) -> bool| proof.readings.iter().filter(|one| of(&one.standing)).count();
    let still = count(|standing| *standing == Standing::Still);
    if still > 0 {
        parts.push(format!("{still} read what no change moves"));
    }
    let accepted = count(|standing| *standing == Standing::Accepted);
    if accepted > 0 {
        parts.push(format!("{accepted} accepted or held"));
    }
    if !proof.surplus.is_empty() {
        parts.push(format!("{} more than it has to", restart(proof.surplus.len())));
    }
    if proof.refused > 0 {
        parts.push(format!("{} cannot be rendered", counted(proof.refused, "change")));
    }
    parts.join("; ")
}

fn restart(count: usize) -> String {
    let verb = if count == 1 { "restarts" } else { "restart" };
    format!("{} {verb}", counted(count, "workload"))
}

/// What is proved of a reading, on a line.
pub(super) fn standing(one: &Proved) -> String {
    let what = match &one.standing {
        Standing::Restarts(changes) => format!("restarts with each of {}", counted(*changes, "change")),
        Standing::Missed(inputs, 0) => format!("misses {}", counted(inputs.len(), "change")),
        Standing::Missed(inputs, more) => {
            format!("misses {} of {}", inputs.len(), counted(inputs.len() + more, "change"))
        }
        Standing::Still => "no change moves it".to_owned(),
        Standing::Accepted => "accepted or held".to_owned(),
    };
    format!(
        "{}: {} {} reads {} {}: {what}",
        one.named.release, one.workload.kind, one.workload.name, one.kind, one.name
    )
}

/// What came of the proof by mutation.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Proof")]
pub(super) struct ProofEntry {
    /// How many readings restart with each change that moves what they read.
    restarts: usize,
    /// How many readings there are that some change moves.
    readings: usize,
    /// How many inputs were changed.
    changes: usize,
    /// How many files they are in.
    files: usize,
    /// How many changes the releases could not be rendered with.
    refused: usize,
    /// Each object that a workload reads.
    proved: Vec<ProvedEntry>,
    /// Workloads that restart although nothing that they read is another one.
    surplus: Vec<SurplusEntry>,
}

/// An object that a workload reads.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Proved")]
struct ProvedEntry {
    release: String,
    environment: String,
    /// Its workload.
    workload: WorkloadName,
    /// The kind of the object: `ConfigMap` or `Secret`.
    kind: &'static str,
    namespace: String,
    name: String,
    /// What is proved.
    standing: StandingWord,
    /// With how many changes of it the pods restart.
    restarts: usize,
    /// The changes of it with which they do not.
    missed: Vec<InputEntry>,
}

/// What is proved of a reading.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum StandingWord {
    /// The pods restart with each change that moves the object.
    Restarts,
    /// They stay with some.
    Missed,
    /// No change moves the object.
    Still,
    /// A change is accepted, or the checksum is held.
    Accepted,
}

/// A workload of a release.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WorkloadName")]
struct WorkloadName {
    kind: String,
    namespace: String,
    name: String,
}

/// A workload that restarts although nothing that it reads is another one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Surplus")]
struct SurplusEntry {
    release: String,
    environment: String,
    workload: WorkloadName,
    inputs: Vec<InputEntry>,
}

/// Something that was changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Input")]
struct InputEntry {
    file: String,
    /// From 1; null for the content of a file.
    line: Option<usize>,
    /// The way to a scalar; empty where there is none.
    key: String,
}

impl ProofEntry {
    /// The part of a document.
    pub(super) fn of(proof: &Proof, directory: &Utf8Path) -> Self {
        let (restarts, readings) = proof.coverage();
        Self {
            restarts,
            readings,
            changes: proof.changes,
            files: proof.files,
            refused: proof.refused,
            proved: proof.readings.iter().map(|one| entry(one, directory)).collect(),
            surplus: proof.surplus.iter().map(|one| surplus(one, directory)).collect(),
        }
    }
}

fn inputs(all: &[Input], directory: &Utf8Path) -> Vec<InputEntry> {
    let one = |input: &Input| InputEntry {
        file: relative(&input.file, directory).into_string(),
        line: input.line,
        key: input.key.clone(),
    };
    all.iter().map(one).collect()
}

fn entry(one: &Proved, directory: &Utf8Path) -> ProvedEntry {
    let (standing, restarts, missed) = match &one.standing {
        Standing::Restarts(changes) => (StandingWord::Restarts, *changes, Vec::new()),
        Standing::Missed(missed, more) => (StandingWord::Missed, *more, inputs(missed, directory)),
        Standing::Still => (StandingWord::Still, 0, Vec::new()),
        Standing::Accepted => (StandingWord::Accepted, 0, Vec::new()),
    };
    ProvedEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        workload: workload(&one.workload),
        kind: one.kind,
        namespace: one.namespace.clone(),
        name: one.name.clone(),
        standing,
        restarts,
        missed,
    }
}

fn workload(identity: &crate::reference::Identity) -> WorkloadName {
    WorkloadName {
        kind: identity.kind.clone(),
        namespace: identity.namespace.clone(),
        name: identity.name.clone(),
    }
}

fn surplus(one: &Surplus, directory: &Utf8Path) -> SurplusEntry {
    SurplusEntry {
        release: one.named.release.clone(),
        environment: one.named.environment.clone(),
        workload: workload(&one.workload),
        inputs: inputs(&one.inputs, directory),
    }
}
