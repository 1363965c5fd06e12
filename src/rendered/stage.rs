//! What helm finds at its argument for the chart.

use camino::Utf8Path;

use super::cache;
use super::chart::{Chart, Local};
use super::dependencies::{self, Declared};
use super::files::{Files, chart_files};
use super::ignore;
use super::producer::Producer;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::text::Place;

/// The chart that helm renders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Staged {
    /// What is on disk, under the argument that helmfile would give.
    OnDisk(String),
    /// A copy of these files, for what helmfile would first change, and for what is not on disk.
    Copy(Vec<(String, Vec<u8>)>),
    /// A copy of a packaged chart that is not on disk.
    Package(Vec<u8>),
}

/// Finds what helm has to render, without any network.
///
/// # Errors
///
/// Where the chart, or one it depends on, would have to be downloaded first; the message says which command does that.
pub(super) fn stage(producer: &Producer<'_>, chart: &Chart) -> Result<Staged, Diagnostic> {
    let tree = &*producer.request.tree;
    match chart {
        Chart::Directory(local) => directory(producer, local),
        Chart::Archive(local) if tree.is_on_disk(&local.path) => Ok(Staged::OnDisk(local.argument.clone())),
        Chart::Archive(local) => Ok(Staged::Package(producer.read(&local.path)?)),
        Chart::Manifests(directory) => Err(producer.problem(&format!("`{directory}` has no `Chart.yaml`"))),
        Chart::Repository(remote) => cache::in_repository(producer, remote).map(Staged::OnDisk),
        Chart::Oci(remote) => cache::in_registry(producer, remote).map(Staged::OnDisk),
        Chart::Url(remote) => {
            let message = format!("its chart `{}` is downloaded, and helmsum does not do that", remote.name);
            Err(producer
                .refused(Refusal::RemoteChart, &message)
                .hint("depend on the release as a whole, with `release:`"))
        }
    }
}

fn directory(producer: &Producer<'_>, local: &Local) -> Result<Staged, Diagnostic> {
    let files = chart_files(producer, &local.path)?;
    let builds = dependencies::are_built(producer);
    let declared = dependencies::declared(producer, &files)?;
    check_downloaded(producer, &local.path, &files, &declared, builds)?;
    let packed: Vec<&Declared> =
        declared.iter().filter(|entry| builds && entry.repository.starts_with("file://")).collect();
    if packed.is_empty() && producer.request.tree.is_on_disk(&local.path) {
        return Ok(Staged::OnDisk(local.argument.clone()));
    }
    let mut copy = Vec::new();
    for (name, path) in &files {
        // The rules have done their work, and must not reach into what is packed below.
        let rules = !packed.is_empty() && name == ignore::FILE;
        if !rules && !packed.iter().any(|entry| entry.is_package(name)) {
            copy.push((name.clone(), producer.read_for_helm(path)?));
        }
    }
    for entry in packed {
        // As `helm dependency build` packs it, before every rendering.
        let Some(directory) = entry.directory(&local.path) else { continue };
        if !dependencies::is_chart(producer, &directory) {
            return Err(dependencies::missing(producer, &local.path, entry, &directory));
        }
        for (name, path) in chart_files(producer, &directory)? {
            copy.push((format!("charts/{}/{name}", entry.name), producer.read_for_helm(&path)?));
        }
    }
    Ok(Staged::Copy(copy))
}

/// Checks that what `helm dependency build` downloads is there already.
fn check_downloaded(
    producer: &Producer<'_>,
    chart: &Utf8Path,
    files: &Files,
    declared: &[Declared],
    builds: bool,
) -> Result<(), Diagnostic> {
    let locked = if builds { dependencies::locked_versions(producer, files)? } else { Vec::new() };
    for entry in declared.iter().filter(|entry| !builds || !entry.repository.starts_with("file://")) {
        let unpacked = format!("charts/{}/", entry.name);
        let version = locked.iter().find(|locked| locked.name == entry.name).map(|locked| &locked.version);
        let there = files.keys().any(|name| {
            name.starts_with(&unpacked)
                || (entry.is_package(name)
                    && version.is_none_or(|version| {
                        let version = version.trim_start_matches('v');
                        name.trim_end_matches(".tgz").ends_with(version)
                    }))
        });
        if !there {
            let message = format!("its chart depends on `{}`, which is not in `{chart}/charts`", entry.name);
            return Err(producer
                .refused(Refusal::RemoteChart, &message)
                .at(Place::file(chart.join("Chart.yaml")))
                .hint(format!("run `helm dependency build {chart}`")));
        }
    }
    Ok(())
}
