//! What helm shows of releases: which workloads restart, and who reads what.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Audit, Reading, Restarts, Verdict, audit, restarts};
use crate::plan::Made;
use crate::plan::contents::rendering::Rendering;
use crate::rendered::ObjectKind;

/// What helm shows of a release.
#[derive(Clone, Debug)]
pub(crate) struct Pods {
    /// What restarts when its checksum moves; nothing where it has none.
    pub(crate) restarts: Option<Restarts>,
    /// What its workloads read of other releases.
    pub(crate) readings: Vec<Reading>,
    /// Why it was not looked at.
    pub(crate) why_not: Option<String>,
}

/// What helm shows of all releases that are selected.
pub(super) struct Looked {
    audit: Audit,
    restarts: BTreeMap<usize, Restarts>,
}

impl Looked {
    pub(super) fn of(made: Made<'_>, rendering: &mut Rendering<'_>) -> Self {
        // What is wrong with readings is for `helmsum audit` to say.
        let (_, audit) = audit(made, rendering);
        let (_, mut found) = restarts(made, rendering);
        found.extend(crate::annotate::restarts(&made, rendering));
        Self { audit, restarts: found }
    }

    /// What it shows of a consumer.
    pub(super) fn pods(&self, made: &Made<'_>, index: usize) -> Pods {
        let consumer = &made.project.consumers[index].consumer;
        Pods {
            restarts: self.restarts.get(&index).cloned(),
            ..self.of_release(&consumer.id(), &consumer.environment)
        }
    }

    /// What it shows of any release.
    pub(super) fn of_release(&self, id: &str, environment: &str) -> Pods {
        let is_own = |release: &str, read_in: &str| (release, read_in) == (id, environment);
        let readings = self.audit.readings.iter().filter(|one| is_own(&one.release, &one.environment));
        let readings = readings.filter(|one| one.verdict != Verdict::Own).cloned().collect();
        let audited = self.audit.releases.iter().find(|one| is_own(&one.id, &one.environment));
        let why_not = audited.and_then(|audited| Some(audited.why_not.as_ref()?.message.clone()));
        Pods { restarts: None, readings, why_not }
    }

    /// The releases that could not be rendered.
    pub(super) fn unseen(&self) -> BTreeSet<String> {
        let unseen = self.audit.releases.iter().filter(|audited| audited.why_not.is_some());
        unseen.map(|audited| audited.id.clone()).collect()
    }

    /// Who reads an object in an environment.
    pub(super) fn readers(&self, environment: &str, is_it: impl Fn(&Reading) -> bool) -> Vec<Reading> {
        let readings = self.audit.readings.iter().filter(|one| one.environment == environment);
        readings.filter(|one| is_it(one)).cloned().collect()
    }
}

/// An object that is made of a path.
#[derive(Clone, Debug)]
pub(crate) struct MadeOfIt {
    pub(crate) environment: String,
    pub(crate) kind: ObjectKind,
    /// Its own, or that of its release; empty without one.
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Who reads it.
    pub(crate) readers: Vec<Reading>,
}
