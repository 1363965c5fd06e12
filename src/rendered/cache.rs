//! Charts that helm or helmfile downloaded before.

use camino::Utf8PathBuf;
use sha2::{Digest as _, Sha256};

use super::chart::{Remote, chart_text};
use super::producer::Producer;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::state::Indexed;
use crate::text::shell_word;
use crate::tree::Kind;

/// Whether helm has the index of the repository of a chart: without it, nothing finds the chart unless the repository is declared.
pub(super) fn has_index(producer: &Producer<'_>, chart: &Remote) -> bool {
    let repository = chart.name.split_once('/').map_or("", |(repository, _)| repository);
    let cache = producer.request.homes().helm_repository_cache();
    cache.is_some_and(|cache| {
        let index = cache.join(format!("{repository}-index.yaml"));
        producer.request.tree.stat(&index).is_ok_and(|stat| stat.kind == Kind::File)
    })
}

/// The package of a chart in one of helm's caches: in that of repositories, where Helm 3 leaves what it downloads and `helm pull`
/// can put it, or in that of contents, which is Helm 4's (`pkg/downloader/cache.go`). The first names packages by chart and version
/// alone, so the digest in the repository's index has to say that it is the one.
///
/// # Errors
///
/// Where it is not there, is another, or no exact version is asked for.
pub(super) fn in_repository(producer: &Producer<'_>, chart: &Remote) -> Result<String, Diagnostic> {
    let (repository, name) = chart.name.split_once('/').unwrap_or(("", chart.name.as_str()));
    let fetch = format!(
        "run `helm repo update {repository}` and `helm pull {} --version {} --destination \"$(helm env HELM_REPOSITORY_CACHE)\"`",
        chart.name,
        if chart.version.is_empty() { "VERSION" } else { &chart.version }
    );
    let version = exact(producer, chart)?;
    let refused = |message: &str| Err(producer.refused(Refusal::RemoteChart, message).hint(fetch.clone()));
    let Some(cache) = producer.request.homes().helm_repository_cache() else {
        return refused("there is no folder for helm's cache");
    };
    let index = cache.join(format!("{repository}-index.yaml"));
    let digest = match producer.request.chart_indexes.look(&*producer.request.tree, &index, name, version) {
        Indexed::Digest(digest) => digest,
        Indexed::Unknown => {
            let message =
                format!("`{index}` does not know its chart `{}` in version `{version}`", chart.name);
            return refused(&message);
        }
        Indexed::NoIndex => {
            let message =
                format!("helm has never fetched the repository `{repository}` of its chart `{}`", chart.name);
            let problem = producer.refused(Refusal::RemoteChart, &message);
            let is_declared = producer.visit.repositories.iter().any(|own| own.name == repository);
            return Err(problem.hint(if is_declared {
                format!("run `{} repos`, which adds it", producer.request.helmfile())
            } else {
                let helmfile = producer.request.helmfile();
                // What a parent declares, helmfile adds only after its sub-helmfiles.
                format!("run `helm repo add {repository} URL`, or declare it under `repositories:` of this state file (where a parent has it: `inherits: [repositories]` there) and run `{helmfile} repos`")
            }));
        }
    };
    let mut packages = vec![
        cache.join(format!("{name}-{}.tgz", version.trim_start_matches('v'))),
        cache.join(format!("{name}-{version}.tgz")),
    ];
    packages.extend(content(producer, &digest));
    let mut other = None;
    for package in packages {
        let Ok(bytes) = producer.request.tree.read(&package) else { continue };
        if data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)) == digest {
            return Ok(package.into_string());
        }
        other = other.or(Some(package));
    }
    refused(&match other {
        Some(package) => format!("`{package}` in helm's cache is not the chart `{}`", chart.name),
        None => format!("its chart `{}` in version `{version}` is not in helm's cache", chart.name),
    })
}

/// Where Helm 4 keeps the chart with a digest.
fn content(producer: &Producer<'_>, digest: &str) -> Option<Utf8PathBuf> {
    let contents = producer.request.homes().helm_content_cache()?;
    Some(contents.join(digest.get(..2)?).join(format!("{digest}.chart")))
}

/// The chart that helmfile pulled from a registry into its own cache (`pkg/state/state.go: getOCIChartPath`).
///
/// # Errors
///
/// Where it is not there, or no exact version is asked for.
pub(super) fn in_registry(producer: &Producer<'_>, chart: &Remote) -> Result<String, Diagnostic> {
    let version = exact(producer, chart)?;
    let hint = {
        let (helmfile, name) = (producer.request.helmfile(), shell_word(&producer.release.name));
        format!("run `{helmfile} template -l name={name}` once, which pulls it")
    };
    let mut directory = producer.visit.working_directory.join(producer.request.homes().helmfile_cache());
    let plain = chart_text(producer).replace("//", "_").replace([':', '.', '&'], "_");
    directory.extend(plain.split('/'));
    let safe = |character: char| if "=><!|~^ ,*".contains(character) { '_' } else { character };
    directory.push(version.chars().map(safe).collect::<String>());
    chart_below(producer, &directory, 0).map(Utf8PathBuf::into_string).ok_or_else(|| {
        let message = format!("its chart `{}` in version `{version}` is not in helmfile's cache", chart.name);
        producer.refused(Refusal::RemoteChart, &message).hint(hint)
    })
}

/// The first directory with a `Chart.yaml`, in the order of the names (`findChartDirectory`).
fn chart_below(producer: &Producer<'_>, directory: &camino::Utf8Path, depth: usize) -> Option<Utf8PathBuf> {
    let tree = &*producer.request.tree;
    if tree.stat(&directory.join("Chart.yaml")).is_ok_and(|stat| stat.kind == Kind::File) {
        return Some(directory.to_owned());
    }
    if depth == 8 {
        return None;
    }
    let entries = tree.entries(directory).ok()?;
    let below = entries.into_iter().filter(|entry| entry.kind == Kind::Directory);
    below
        .filter_map(|entry| entry.name.into_string().ok())
        .find_map(|name| chart_below(producer, &directory.join(name), depth + 1))
}

/// The version, if only one chart can be meant by it.
fn exact<'c>(producer: &Producer<'_>, chart: &'c Remote) -> Result<&'c str, Diagnostic> {
    if is_exact(&chart.version) {
        return Ok(without_digest(&chart.version));
    }
    let version = without_digest(&chart.version);
    let message = format!(
        "its chart `{}` has {}, and which version that is, is decided when it is deployed",
        chart.name,
        if version.is_empty() { "no version".to_owned() } else { format!("the version `{version}`") }
    );
    // helmfile locks charts of the repositories that the state declares.
    let hint = match &chart.repository {
        Some(_) => {
            format!("give the exact version, or run `{} deps` to lock it", producer.request.helmfile())
        }
        None => "give the exact version".to_owned(),
    };
    Err(producer.refused(Refusal::RemoteChart, &message).hint(hint))
}

/// Whether only one version can be meant.
pub(super) fn is_exact(version: &str) -> bool {
    let version = without_digest(version);
    let core = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(number) && !version.contains([' ', ',', '|'])
}

fn without_digest(version: &str) -> &str {
    version.split('@').next().unwrap_or_default()
}
