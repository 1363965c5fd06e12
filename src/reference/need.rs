//! Whether pods have to restart where an object changes that they read.

use serde::{Deserialize, Serialize};

use crate::diagnostic::Level;

/// What a change of the object needs, as far as the manifests of one release tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Need {
    /// A restart: it is read once, when a container starts.
    Start,
    /// A restart: it is mounted with `subPath`, and such a mount is never updated.
    SubPath,
    /// A restart: only init containers read it, and what they made of it stays.
    Init,
    /// A restart, unless the program looks at the file again, which no manifest tells.
    Whole,
    /// A restart: it is read where the pod is admitted or its volumes are mounted.
    Admission,
    /// A restart, but whether an operator brings it about is not known.
    Custom,
    /// Perhaps a restart: the object is only named in an argument, a command or a variable.
    Named,
    /// None.
    Nothing(Why),
}

/// Why a change needs no restart that somebody has to bring about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Why {
    /// It is read live: pull secrets, service accounts, what ingress controllers watch.
    ReadLive,
    /// A program in the pod reloads it; what it was recognised by.
    Reloader(String),
    /// It is read through the API, which the rules of the release allow its service account.
    ThroughApi,
    /// The next run reads it anew: Job, `CronJob`, bare Pod, hook or test.
    NextRun,
    /// A controller restarts the workload, by its annotation.
    Controller(String),
    /// The operator of the custom resource restarts or updates its pods by itself, or reads the object for a resource without pods.
    Operator,
    /// Its version is a part of the pod template.
    InTemplate,
    /// No container mounts the volume.
    Unmounted,
}

impl Need {
    /// How bad it is where nothing brings the restart about.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::Start | Self::SubPath | Self::Init => Level::Deny,
            Self::Whole | Self::Admission | Self::Custom => Level::Warn,
            Self::Named => Level::Note,
            Self::Nothing(_) => Level::Allow,
        }
    }
}
