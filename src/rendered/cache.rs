//! Charts that helm or helmfile downloaded before.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use sha2::{Digest as _, Sha256};

use super::chart::{Remote, chart_text};
use super::producer::Producer;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::tree::Kind;
use crate::value::Value;
use crate::yaml::{self, Limits};

/// The largest index of a repository that is read.
const LARGEST_INDEX: u64 = 64 << 20;

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
    let Some(digest) = digest_of(producer, &index, name, version) else {
        return refused(&format!(
            "`{index}` does not know its chart `{}` in version `{version}`",
            chart.name
        ));
    };
    let digest = digest.trim_start_matches("sha256:");
    let mut packages = vec![
        cache.join(format!("{name}-{}.tgz", version.trim_start_matches('v'))),
        cache.join(format!("{name}-{version}.tgz")),
    ];
    packages.extend(content(producer, digest));
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

/// The digest that the index of a repository has for a version of a chart.
fn digest_of(producer: &Producer<'_>, index: &camino::Utf8Path, name: &str, version: &str) -> Option<String> {
    let tree = &*producer.request.tree;
    if tree.stat(index).ok()?.size > LARGEST_INDEX {
        return None;
    }
    let nodes = yaml::parse(&tree.read(index).ok()?, &Limits::default()).ok()?;
    let charts: BTreeMap<String, yaml::Node> = nodes
        .first()?
        .pairs()
        .into_iter()
        .find(|(key, _)| key.text() == Some("entries"))?
        .1
        .pairs()
        .into_iter()
        .filter_map(|(key, value)| Some((key.text()?.to_owned(), value)))
        .collect();
    let bare = version.trim_start_matches('v');
    charts.get(name)?.children().into_iter().find_map(|entry| {
        let Ok(Value::Map(entry)) = entry.decode_as_helm() else { return None };
        let text = |key: &str| entry.get(key).and_then(|value| value.as_str().map(str::to_owned));
        (text("version")?.trim_start_matches('v') == bare).then(|| text("digest")).flatten()
    })
}

/// The chart that helmfile pulled from a registry into its own cache (`pkg/state/state.go: getOCIChartPath`).
///
/// # Errors
///
/// Where it is not there, or no exact version is asked for.
pub(super) fn in_registry(producer: &Producer<'_>, chart: &Remote) -> Result<String, Diagnostic> {
    let version = exact(producer, chart)?;
    let hint = format!("run `helmfile template -l name={}` once, which pulls it", producer.release.name);
    let mut directory = producer.visit.working_directory.join(producer.request.homes().helmfile_cache());
    let plain = chart_text(producer).replace("//", "_").replace([':', '.', '&'], "_");
    directory.extend(plain.split('/'));
    let safe = |sign: char| if "=><!|~^ ,*".contains(sign) { '_' } else { sign };
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
    let version = chart.version.split('@').next().unwrap_or_default();
    let core = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() == 3 && parts.iter().all(number) && !version.contains([' ', ',', '|']) {
        return Ok(version);
    }
    let message = format!(
        "its chart `{}` has {}, and which version that is, is decided when it is deployed",
        chart.name,
        if version.is_empty() { "no version".to_owned() } else { format!("the version `{version}`") }
    );
    Err(producer
        .refused(Refusal::RemoteChart, &message)
        .hint("give the exact version, or run `helmfile deps` to lock it"))
}
