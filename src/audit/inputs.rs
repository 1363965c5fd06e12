//! The files that a release is made of.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::subject::Subject;
use crate::go::filepath::join_clean;
use crate::plan::contents::chance::lineage;
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::locations::Locations;
use crate::plan::facts::producers::ReleaseAt;
use crate::rendered::{Origin, Producer, chart_inputs, packaged_chart};
use crate::state::Request;
use crate::value::Value;

/// The files that a release is made of, links resolved. Each is in one of these.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// What helm reads of its chart by itself, and the state file.
    pub(crate) helm: BTreeSet<Utf8PathBuf>,
    /// What its templates and `set` read, outside of its chart and its values.
    pub(crate) read: BTreeSet<Utf8PathBuf>,
    /// What only templates of its chart can read.
    pub(crate) data: BTreeSet<Utf8PathBuf>,
    /// Its values files.
    pub(crate) values: BTreeSet<Utf8PathBuf>,
    /// What templates of the state read, for whichever release.
    pub(crate) state: BTreeSet<Utf8PathBuf>,
}

impl Inputs {
    /// Those of a release, as far as it was prepared for a rendering.
    pub(crate) fn of(locations: &Locations, rendering: &Rendering<'_>, at: ReleaseAt) -> Self {
        let environment = rendering.environment(at);
        let (visit, release) = (&environment.resolved.visits[at.visit], rendering.release(at));
        let mut inputs = Self::default();
        for (origin, _) in rendering.values(at).iter() {
            if let Origin::File(file) = origin {
                inputs.values.insert(locations.real(file));
            }
        }
        let producer = Producer { request: &environment.request, visit, release };
        inputs.helm.extend(packaged_chart(&producer).map(|file| locations.real(&file)));
        let chart = chart_inputs(&producer);
        let chart = chart.ok().flatten().unwrap_or_default();
        inputs.data.extend(chart.data.iter().map(|file| locations.real(file)));
        inputs.helm.extend(chart.helm.iter().map(|file| locations.real(file)));
        inputs.helm.insert(locations.real(&visit.file));
        let is_known = |inputs: &Self, file: &Utf8PathBuf| {
            inputs.helm.contains(file)
                || [&inputs.values, &inputs.data, &inputs.read].iter().any(|set| set.contains(file))
        };
        let of_set = release.set.iter().filter_map(|entry| match &entry.item {
            Value::Map(item) => Some(item.get("file")?.as_str()?.to_owned()),
            _ => None,
        });
        let of_set = of_set.map(|file| join_clean(&visit.directory, &file));
        let of_templates = rendering.files_read.get(&at).into_iter().flatten().cloned();
        for file in of_templates.chain(of_set).map(|file| locations.real(&file)) {
            if !is_known(&inputs, &file) {
                inputs.read.insert(file);
            }
        }
        let of_state = lineage(&environment.resolved, at).flat_map(|visit| visit.effects.files.keys());
        for file in of_state.map(|file| locations.real(file)) {
            if !is_known(&inputs, &file) {
                inputs.state.insert(file);
            }
        }
        inputs
    }

    /// All of them, with what helm reads of the chart by itself.
    pub(crate) fn all(self) -> BTreeSet<Utf8PathBuf> {
        let Self { helm, read, data, values, state } = self;
        [helm, read, data, values, state].into_iter().flatten().collect()
    }
}

impl Subject<'_> {
    /// The release as something that helm is given things for.
    pub(super) fn producer<'r>(&'r self, request: &'r Request) -> Producer<'r> {
        Producer { request, visit: self.visit, release: self.release }
    }
}
