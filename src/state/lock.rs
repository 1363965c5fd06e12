//! Chart versions from the lock file (`pkg/state/chart_dependency.go: mergeLockedDependencies`).

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::decode::{self, Lines, Source};
use super::error::unreadable;
use super::location::Base;
use super::request::Request;
use super::resolved::Release;
use super::spec::{Lock, LockedChart, Repository, StateSpec};
use crate::diagnostic::Diagnostic;
use crate::go::filepath::join_clean;
use crate::template::functions::admits;
use crate::text::Place;
use crate::tree::Tree;

/// Gives every release whose chart is in a declared repository the version that the lock file has for it.
///
/// Where selectors apply, helmfile has dropped what they leave out before it looks into the lock file, so that nothing
/// that is wrong with the version of such a release counts.
///
/// # Errors
///
/// Where the lock file is not YAML, or has no version that fits.
pub(super) fn resolve(
    request: &Request,
    state: &StateSpec,
    file: &Utf8Path,
    base: &Base,
    filtered: bool,
    releases: &mut [Release],
) -> Result<(), Diagnostic> {
    let counts = |release: &Release| release.selected || !filtered;
    let repositories: BTreeMap<&str, &Repository> =
        state.repositories.iter().map(|repository| (repository.name.as_str(), repository)).collect();
    let mut locked: Vec<(&mut Release, &Repository, String)> = releases
        .iter_mut()
        .filter_map(|release| {
            let (repository, chart) = remote_chart(&release.chart)?;
            let (repository, chart) = (repositories.get(repository)?, chart.to_owned());
            Some((release, *repository, chart))
        })
        .collect();
    let Some(strict) = locked.iter().map(|(release, ..)| counts(release)).reduce(|a, b| a || b) else {
        return Ok(());
    };
    let path = if state.lock_file_path.is_empty() {
        let name = file.file_name().unwrap_or_default();
        let name = name.strip_suffix(".gotmpl").unwrap_or(name);
        let name = name.strip_suffix(".yaml").unwrap_or(name);
        let name = name.strip_suffix(".yml").unwrap_or(name);
        base.directory().join(format!("{name}.lock"))
    } else {
        join_clean(base.directory(), &state.lock_file_path)
    };
    let lock = match read(&*request.tree, &path) {
        Ok(Some(lock)) => lock,
        Err(error) if strict => return Err(error),
        Ok(None) | Err(_) => return Ok(()),
    };
    for (release, repository, chart) in &mut locked {
        let short = chart.rsplit('/').next().unwrap_or_default();
        let wanted = release.version.as_str();
        let found = match version_of(&lock.dependencies, if repository.oci { short } else { chart }, wanted) {
            Ok(None) if repository.oci => version_of(&lock.dependencies, chart, wanted),
            found => found,
        };
        match found {
            Ok(Some(version)) => release.version = version,
            Err(error) if counts(release) => return Err(error),
            Ok(None) if counts(release) => {
                return Err(Diagnostic::error(format!(
                    "`{path}` has no version of the chart `{chart}` that fits `{}`",
                    if wanted.is_empty() { "*" } else { wanted }
                ))
                .at(release.place.clone().unwrap_or_else(|| Place::file(&path)))
                .hint(format!("run `{} deps`", request.helmfile())));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The lock file, if there is one.
fn read(tree: &dyn Tree, path: &Utf8Path) -> Result<Option<Lock>, Diagnostic> {
    let text = match tree.read(path) {
        Ok(text) => String::from_utf8(text).map_err(|_| {
            Diagnostic::error(format!("`{path}` is not UTF-8"))
                .or_at(Place::file(path))
                .hint("save the file as UTF-8")
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let source = Source { file: path.to_owned(), text: text.into(), lines: Lines::From(1) }.into();
    decode::first_lenient::<Lock>(&source).map(Some)
}

fn version_of(locked: &[LockedChart], chart: &str, wanted: &str) -> Result<Option<String>, Diagnostic> {
    let wanted = if wanted.is_empty() { "*" } else { wanted };
    for candidate in locked.iter().filter(|candidate| candidate.name == chart) {
        let admitted = admits(wanted, &candidate.version)
            .map_err(|error| Diagnostic::error(format!("the version of the chart `{chart}`: {error}")))?;
        if admitted {
            return Ok(Some(candidate.version.clone()));
        }
    }
    Ok(None)
}

/// A chart in a repository, as its name and the rest (`resolveRemoteChart`).
fn remote_chart(chart: &str) -> Option<(&str, &str)> {
    let local = chart.starts_with("./") || chart.starts_with("../") || chart.starts_with('/');
    if local || chart.contains("://") || ![1, 2].contains(&chart.matches('/').count()) {
        return None;
    }
    chart.split_once('/')
}
