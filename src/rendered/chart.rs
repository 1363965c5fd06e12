//! Where the chart of a release is (`pkg/state/state.go: prepareChartForRelease`, `pkg/state/util.go`, helm's
//! `pkg/action/install.go: LocateChart`).

use camino::{Utf8Path, Utf8PathBuf};

use super::producer::Producer;
use crate::diagnostic::Diagnostic;
use crate::go::filepath::{clean, join_clean};
use crate::state::{Repository, is_remote};
use crate::tree::Kind;

/// Where a chart is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chart {
    /// A directory with a `Chart.yaml`.
    Directory(Local),
    /// A directory without one: helmfile makes a chart of what is in it.
    Manifests(Utf8PathBuf),
    Archive(Local),
    /// A chart in a repository.
    Repository(Remote),
    /// A chart in an OCI registry.
    Oci(Remote),
    /// What helmfile downloads by itself.
    Url(Remote),
}

/// A chart on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// Where it is, absolute.
    pub(super) path: Utf8PathBuf,
    /// What helmfile calls helm with.
    pub(super) argument: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remote {
    /// What the release says, without credentials.
    pub(super) name: String,
    /// The URL of the repository, where it is declared, without credentials.
    pub(super) repository: Option<String>,
    /// The version or constraint, else empty.
    pub(super) version: String,
}

impl Chart {
    /// Finds the chart of a release.
    ///
    /// # Errors
    ///
    /// Where neither helmfile nor helm would find one.
    pub(super) fn of(producer: &Producer<'_>) -> Result<Self, Diagnostic> {
        let chart = chart_text(producer);
        let remote = |repository: Option<&Repository>| Remote {
            name: without_credentials(chart),
            repository: repository.map(|repository| without_credentials(&repository.url)),
            version: producer.release.version.clone(),
        };
        if is_remote(chart) {
            return Ok(Self::Url(remote(None)));
        }
        let repository = repository_of(producer, chart);
        if chart.starts_with("oci://") || repository.is_some_and(|repository| repository.oci) {
            return Ok(Self::Oci(remote(repository)));
        }
        if let Some(found) = on_disk(producer, chart) {
            return Ok(found);
        }
        if chart.contains("://") {
            return Ok(Self::Url(remote(None)));
        }
        if is_local(chart) || chart.starts_with('.') {
            let looked_for = local_path(producer, chart);
            return Err(producer.problem(&format!("there is no chart `{chart}`")).hint(format!(
                "helmfile looks for `{looked_for}`; what a hook makes has to be there first"
            )));
        }
        Ok(Self::Repository(remote(repository)))
    }
}

/// What names the chart: `--chart` or the top-level key, else the release.
pub(super) fn chart_text<'p>(producer: &Producer<'p>) -> &'p str {
    let given = Some(producer.visit.chart.as_str()).filter(|chart| !chart.is_empty());
    given.unwrap_or(&producer.release.chart)
}

/// A directory or file that a chart names.
fn on_disk(producer: &Producer<'_>, chart: &str) -> Option<Chart> {
    let tree = &*producer.request.tree;
    let kind = |path: &Utf8Path| tree.stat(path).ok().map(|stat| stat.kind);
    let directory = local_path(producer, chart);
    if kind(&directory) == Some(Kind::Directory) {
        if kind(&directory.join("Chart.yaml")) != Some(Kind::File) {
            return Some(Chart::Manifests(directory));
        }
        let argument = if is_local(chart) && !chart.starts_with('/') {
            argument_of(producer, chart)
        } else {
            chart.to_owned()
        };
        return Some(Chart::Directory(Local { path: directory, argument }));
    }
    // helm itself looks from where it is started.
    let file = join_clean(&producer.visit.working_directory, chart);
    (kind(&file) == Some(Kind::File))
        .then(|| Chart::Archive(Local { path: file, argument: chart.to_owned() }))
}

/// The argument that helmfile makes of the path of a directory: `filepath.Join(basePath, chart)`.
fn argument_of(producer: &Producer<'_>, chart: &str) -> String {
    let visit = producer.visit;
    if visit.directory == visit.working_directory {
        clean(chart).into_string()
    } else {
        join_clean(&visit.directory, chart).into_string()
    }
}

/// The path that a chart would have if it were a directory (`normalizeChart`): one that does not look like `repo/chart` is
/// relative to the state file, any other to where helmfile works.
pub(super) fn local_path(producer: &Producer<'_>, chart: &str) -> Utf8PathBuf {
    let base = if is_local(chart) { &producer.visit.directory } else { &producer.visit.working_directory };
    join_clean(base, chart)
}

/// Whether a chart looks like a path (`isLocalChart`).
fn is_local(chart: &str) -> bool {
    if chart.starts_with("./") || chart.starts_with("../") {
        return true;
    }
    if chart.contains("://") {
        return false;
    }
    chart.is_empty() || chart.starts_with('/') || ![1, 2].contains(&chart.matches('/').count())
}

/// The declared repository that a chart is in.
pub(super) fn repository_of<'p>(producer: &Producer<'p>, chart: &str) -> Option<&'p Repository> {
    let (name, _) = chart.split_once('/')?;
    producer.visit.repositories.iter().find(|repository| repository.name == name)
}

/// A URL without user, password, and the parameters that contain keys.
pub(super) fn without_credentials(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let host = match rest[..end].rsplit_once('@') {
        Some((_, host)) if !scheme.is_empty() => host,
        _ => &rest[..end],
    };
    let mut clean = format!("{scheme}{host}{}", &rest[end..]);
    // What helmfile takes for secret in a query (`pkg/remote/remote.go: Fetch`).
    let secret = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default().to_lowercase();
        ["token", "password", "secret", "key", "signature"].iter().any(|word| name.contains(word))
    };
    let kept: Vec<&str> =
        query.iter().flat_map(|query| query.split('&')).filter(|parameter| !secret(parameter)).collect();
    if !kept.is_empty() {
        clean.push('?');
        clean.push_str(&kept.join("&"));
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_what_is_secret_in_them() {
        for (url, expected) in [
            ("https://charts.example.org/stable", "https://charts.example.org/stable"),
            ("https://user:pass@charts.example.org/stable", "https://charts.example.org/stable"),
            ("https://us%40er:p@ss@charts.example.org", "https://charts.example.org"),
            (
                "git::https://token@example.org/r.git@charts/a?ref=main",
                "git::https://example.org/r.git@charts/a?ref=main",
            ),
            ("git::ssh://git@example.org/r.git?ref=v1&sshkey=AAAA", "git::ssh://example.org/r.git?ref=v1"),
            (
                "s3::https://b.example.org/c.tgz?aws_access_key_id=A&aws_access_token=B",
                "s3::https://b.example.org/c.tgz",
            ),
            ("registry.example.org/charts", "registry.example.org/charts"),
            ("oci://u:p@registry.example.org/charts/a:1.0", "oci://registry.example.org/charts/a:1.0"),
        ] {
            assert_eq!(without_credentials(url), expected, "{url}");
        }
    }

    #[test]
    fn charts_that_look_like_a_repository_are_not_paths() {
        for (chart, expected) in [
            ("./a", true),
            ("../a/b", true),
            ("a", true),
            ("/a/b", true),
            ("a/b", false),
            ("a/b/c", false),
            ("a/b/c/d", true),
            ("oci://a/b", false),
            ("", true),
        ] {
            assert_eq!(is_local(chart), expected, "{chart}");
        }
    }
}
