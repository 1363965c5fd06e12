//! The files that a release is made of, beside what its templates read.

use camino::Utf8PathBuf;

use super::chart::Chart;
use super::files::chart_files;
use super::producer::Producer;
use crate::diagnostic::Diagnostic;

/// The files of the chart of a release, where it lies in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChartInputs {
    /// The directory, absolute.
    pub(crate) directory: Utf8PathBuf,
    /// The files that helm itself reads: templates, values, its metadata, what it depends on.
    pub(crate) helm: Vec<Utf8PathBuf>,
    /// The files that only templates of the chart can read, with `.Files`.
    pub(crate) data: Vec<Utf8PathBuf>,
}

/// What of a chart helm reads without being told (`pkg/chart/loader/load.go: LoadFiles`).
const OF_HELM: [&str; 7] = [
    "Chart.yaml",
    "Chart.lock",
    "values.yaml",
    "values.schema.json",
    "requirements.yaml",
    "requirements.lock",
    ".helmignore",
];

/// What people write into a chart for each other.
const FOR_PEOPLE: [&str; 4] = ["README.md", "README.md.gotmpl", "LICENSE", "CHANGELOG.md"];

/// The packaged chart of a release; nothing where it is none on disk.
pub(crate) fn packaged_chart(producer: &Producer<'_>) -> Option<Utf8PathBuf> {
    match Chart::of(producer).ok()? {
        Chart::Archive(local) => Some(local.path),
        _ => None,
    }
}

/// The files of the chart of a release; nothing where it is in no directory.
///
/// # Errors
///
/// Where helm would not load it.
pub(crate) fn chart_inputs(producer: &Producer<'_>) -> Result<Option<ChartInputs>, Diagnostic> {
    let Chart::Directory(local) = Chart::of(producer)? else { return Ok(None) };
    let mut inputs = ChartInputs { directory: local.path.clone(), ..ChartInputs::default() };
    for (name, path) in chart_files(producer, &local.path)? {
        let of_helm = OF_HELM.contains(&name.as_str())
            || ["templates/", "charts/", "crds/"].iter().any(|folder| name.starts_with(folder));
        if of_helm {
            inputs.helm.push(path);
        } else if !FOR_PEOPLE.contains(&name.as_str()) {
            inputs.data.push(path);
        }
    }
    Ok(Some(inputs))
}
