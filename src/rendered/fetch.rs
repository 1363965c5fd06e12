//! How a chart that is not at hand comes to where it is found.

use super::cache::{has_index, is_exact};
use super::chart::Chart;
use super::producer::Producer;
use super::template::check_source;

/// What brings the chart of a release, and the charts that it depends on, here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetch {
    /// helmfile, whenever it renders the release.
    Rendering,
    /// The same, once `helmfile deps` has locked the version of the chart.
    Locking,
    /// Nothing, as the release is written: its version is not exact and cannot be locked, its chart is never kept, or the state file does
    /// not declare its repository, and helm does not know it either.
    Nothing,
}

impl Fetch {
    /// For the chart of a release.
    #[must_use]
    pub(crate) fn of(producer: &Producer<'_>) -> Self {
        let Ok(chart) = Chart::of(producer) else { return Self::Nothing };
        if check_source(producer, &chart).is_err() {
            return Self::Nothing;
        }
        match chart {
            Chart::Repository(remote) if remote.repository.is_none() && !has_index(producer, &remote) => {
                Self::Nothing
            }
            Chart::Directory(_) | Chart::Manifests(_) | Chart::Archive(_) => Self::Rendering,
            Chart::Repository(remote) | Chart::Oci(remote) if is_exact(&remote.version) => Self::Rendering,
            // Charts of repositories that the state declares are locked, and no others.
            Chart::Repository(remote) | Chart::Oci(remote) if remote.repository.is_some() => Self::Locking,
            Chart::Repository(_) | Chart::Oci(_) | Chart::Url(_) => Self::Nothing,
        }
    }
}
