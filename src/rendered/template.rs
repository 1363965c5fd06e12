//! What `helm template` is called with for a release, as plain data.

use std::collections::BTreeMap;
use std::fmt;

use camino::Utf8PathBuf;

use super::arguments::{Argument, template_arguments};
use super::chart::Chart;
use super::chartify;
use super::options::{self, Given};
use super::post_renderer::adds_only_checksums;
use super::producer::{Producer, Templates};
use super::stage::{Staged, stage};
use super::values::{added, values};
use crate::cli::Purpose;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::text::Place;

/// A call of `helm template`, exactly as helmfile would make it. Plain data, so that it can be made on any thread.
#[derive(Clone, PartialEq, Eq)]
pub struct Templating {
    /// How messages name the release.
    pub(super) release: String,
    /// Where the release is declared.
    pub(super) place: Place,
    /// The namespace of the release, else empty.
    pub(super) namespace: String,
    pub(super) helm: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) chart: Staged,
    /// The contents of the values files.
    pub(super) values: Vec<Vec<u8>>,
    /// Whether an upgrade adds the values that the cluster has of the release.
    pub(super) reuses_values: bool,
    pub(super) directory: Utf8PathBuf,
    pub(super) environment: BTreeMap<String, String>,
}

impl fmt::Debug for Templating {
    /// Values and variables may be secret, so neither is told.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Templating")
            .field("release", &self.release)
            .field("helm", &self.helm)
            .field("values", &self.values.len())
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}

impl Templating {
    /// The arguments of helm that are texts.
    pub(super) fn texts(&self) -> Vec<&str> {
        let texts = self.arguments.iter().filter_map(|argument| match argument {
            Argument::Text(text) => Some(text.as_str()),
            Argument::Chart | Argument::Values(_) | Argument::File(..) => None,
        });
        texts.collect()
    }

    /// The arguments of helm, with `chart` and `VALUES/0`, `VALUES/1`, … in the place of paths that are not settled yet.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let shown = |argument: &Argument| match (argument, &self.chart) {
            (Argument::Text(text), _) => text.clone(),
            (Argument::Chart, Staged::OnDisk(path)) => path.clone(),
            (Argument::Chart, _) => "CHART".into(),
            (Argument::Values(number), _) => format!("VALUES/{number}"),
            (Argument::File(before, _), _) => format!("{before}FILE"),
        };
        self.arguments.iter().map(shown).collect()
    }
}

/// Collects what `helm template` is called with for a release.
///
/// # Errors
///
/// As [`values`](super::values()). And for what cannot be rendered without a network, a cluster or changes to the chart: a chart
/// that is in no cache, a dependency that is not in `charts/`, `--validate`, patches and their like.
pub fn templating(producer: &Producer<'_>, templates: &mut Templates<'_>) -> Result<Templating, Diagnostic> {
    let chart = Chart::of(producer)?;
    if let Some(reason) = chartify::reason(producer, &chart) {
        let message = format!("{reason}, so helmfile generates a chart for it, which helmsum does not do");
        return Err(producer
            .refused(Refusal::UnsupportedChart, &message)
            .hint("depend on the release as a whole, with `release:`"));
    }
    if producer.request.options.no_exec {
        check_programs(producer)?;
    }
    check_command(producer)?;
    let mut values: Vec<Vec<u8>> =
        values(producer, templates)?.into_iter().map(|given| given.bytes).collect();
    let of_release = values.len();
    values.extend(added(producer)?.into_iter().map(|given| given.bytes));
    let arguments = template_arguments(producer, (of_release, values.len() - of_release), templates)?;
    check_cluster(producer, &arguments)?;
    check_source(producer, &chart)?;
    if producer.request.options.no_exec {
        check_arguments(producer, &arguments)?;
    }
    Ok(Templating {
        release: producer.release.id(),
        place: producer.place(),
        namespace: options::namespace(producer),
        helm: producer.visit.helm_binary.clone(),
        arguments,
        chart: stage(producer, &chart)?,
        values,
        reuses_values: producer.release.helm.reuse_values,
        directory: producer.visit.working_directory.clone(),
        environment: (*producer.request.variables).clone(),
    })
}

/// What `--no-exec` forbids.
fn forbidden(producer: &Producer, what: &str) -> Diagnostic {
    let message = format!("{what}, and `--no-exec` forbids running it");
    let hint = "run without `--no-exec` if the program is to be trusted, or depend on the files";
    producer.refused(Refusal::NoExec, &message).hint(hint)
}

/// Refuses programs that keys of the state name: another helm than that of the caller, and post renderers.
fn check_programs(producer: &Producer) -> Result<(), Diagnostic> {
    let helm = &producer.visit.helm_binary;
    if producer.request.is_named_by_state(helm) {
        return Err(forbidden(producer, &format!("`helmBinary` of the state names `{helm}`")));
    }
    let renderer = &producer.release.helm.post_renderer;
    if !renderer.is_empty() && !adds_only_checksums(&producer.release.helm) {
        return Err(forbidden(producer, &format!("it has the post renderer `{renderer}`")));
    }
    Ok(())
}

/// Refuses options with which helm starts other programs: post renderers, and plugins that fetch files.
fn check_arguments(producer: &Producer, arguments: &[Argument]) -> Result<(), Diagnostic> {
    let mut previous = "";
    for argument in arguments {
        let Argument::Text(text) = argument else {
            previous = "";
            continue;
        };
        if text == "--post-renderer" || text.starts_with("--post-renderer=") {
            return Err(forbidden(producer, "the arguments of helm name a post renderer"));
        }
        if let Some(scheme) = fetched(previous, text) {
            let what = format!("the arguments of helm name a `{scheme}://` URL that a plugin fetches");
            return Err(forbidden(producer, &what));
        }
        previous = text;
    }
    Ok(())
}

/// The scheme of a URL that helm has a plugin fetch for an argument: what options for files name, other than helm fetches by itself.
fn fetched<'a>(previous: &str, argument: &'a str) -> Option<&'a str> {
    const FILES: [&str; 3] = ["--values", "--set-file", "-f"];
    let attached = FILES[..2].iter().find_map(|option| argument.strip_prefix(option)?.strip_prefix('='));
    let attached = attached.or_else(|| argument.strip_prefix("-f"));
    let file = attached.or_else(|| FILES.contains(&previous).then_some(argument))?;
    let (before, _) = file.split_once("://")?;
    let start =
        before.rfind(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).map_or(0, |at| at + 1);
    let scheme = &before[start..];
    (!["http", "https"].contains(&scheme)).then_some(scheme)
}

/// Refuses to guess what is deployed where that depends on which command of helmfile comes later.
fn check_command(producer: &Producer<'_>) -> Result<(), Diagnostic> {
    if producer.request.options.purpose != Purpose::Unknown {
        return Ok(());
    }
    let Some(option) = options::given(&producer.release.helm.sync_args).into_iter().find(Given::renders)
    else {
        return Ok(());
    };
    let message = format!(
        "`syncArgs` has `--{}`, which `helmfile apply` and `sync` give helm, and `helmfile template` does not",
        option.name
    );
    Err(producer
            .refused(Refusal::AmbiguousCommand, &message)
            .hint("put it into `helmDefaults.args`, `values` or `set`, which all of them read; or run helmsum in a hook"))
}

/// Refuses options that make helm take a chart from elsewhere.
pub(super) fn check_source(producer: &Producer<'_>, chart: &Chart) -> Result<(), Diagnostic> {
    if matches!(chart, Chart::Directory(_) | Chart::Archive(_) | Chart::Manifests(_)) {
        return Ok(());
    }
    let mut options = options::args(producer).into_iter().chain(options::of_command(producer));
    let Some(option) = options.find(|option| ["version", "repo", "devel"].contains(&option.name.as_str()))
    else {
        return Ok(());
    };
    let message =
        format!("helm is given `--{}` for it, and takes another chart than its release names", option.name);
    Err(producer
        .refused(Refusal::RemoteChart, &message)
        .hint("give the version in the release, and its repository under `repositories`"))
}

/// Refuses options with which helm would ask a cluster.
fn check_cluster(producer: &Producer<'_>, arguments: &[Argument]) -> Result<(), Diagnostic> {
    let mut previous = "";
    for argument in arguments {
        let Argument::Text(text) = argument else {
            previous = "";
            continue;
        };
        let asks = ["--validate", "--validate=true", "--dry-run=server"].contains(&text.as_str())
            || (previous == "--dry-run" && text == "server");
        if asks {
            let message = format!("helm is to render it with `{text}`, which needs a cluster");
            return Err(producer
                .refused(Refusal::NeedsCluster, &message)
                .hint("depend on the release as a whole, with `release:`"));
        }
        previous = text;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fetched;

    #[test]
    fn urls_that_a_plugin_fetches_are_known() {
        for (previous, argument, scheme) in [
            ("--values", "secrets://a.yaml", Some("secrets")),
            ("-f", "git+https://example.com/a.yaml", Some("git+https")),
            ("", "--values=s3://bucket/a.yaml", Some("s3")),
            ("", "-fs3://bucket/a.yaml", Some("s3")),
            ("--set-file", "a=secrets://b", Some("secrets")),
            ("", "--set-file=a=secrets://b", Some("secrets")),
            ("--values", "https://example.com/a.yaml", None),
            ("--values", "a.yaml", None),
            ("--set", "url=postgres://db", None),
            ("", "--set=url=postgres://db", None),
        ] {
            assert_eq!(fetched(previous, argument), scheme, "{previous} {argument}");
        }
    }
}
