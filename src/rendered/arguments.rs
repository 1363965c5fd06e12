//! What helmfile calls `helm template` with (`pkg/state/state.go: flagsForTemplate, namespaceAndValuesFlags,
//! TemplateReleases`, `pkg/helmexec/exec.go: TemplateRelease`).

use super::producer::Producer;
use super::set;
use crate::template::function::Registry;
use crate::text::Problem;

/// An argument of helm. What is only known when helm is called has a place of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// This text.
    Text(String),
    /// The chart.
    Chart,
    /// The file with the values of this number.
    Values(usize),
}

/// The arguments for `helm template` of a release that gets `files` files of values.
///
/// # Errors
///
/// Where the arguments of its post renderer cannot be rendered, or one of `set` cannot be written.
pub(super) fn template_arguments(
    producer: &Producer<'_>,
    files: usize,
    registry: &Registry,
) -> Result<Vec<Argument>, Box<Problem>> {
    let release = producer.release;
    let mut list = Arguments::default();
    if !producer.visit.helm_kube_context.is_empty() {
        list.pair("--kube-context", &producer.visit.helm_kube_context);
    }
    list.text("template");
    list.text(&release.name);
    list.0.push(Argument::Chart);
    list.flags(producer, registry)?;
    if !release.namespace.is_empty() {
        list.pair("--namespace", &release.namespace);
    }
    for number in 0..files {
        list.text("--values");
        list.0.push(Argument::Values(number));
    }
    for flag in set::flags(producer)? {
        list.pair(flag.flag, &flag.argument);
    }
    for argument in collected(&release.helm.args) {
        list.text(&argument);
    }
    Ok(list.0)
}

#[derive(Default)]
struct Arguments(Vec<Argument>);

impl Arguments {
    fn text(&mut self, text: &str) {
        self.0.push(Argument::Text(text.to_owned()));
    }

    fn pair(&mut self, flag: &str, value: &str) {
        self.text(flag);
        self.text(value);
    }

    fn switch(&mut self, flag: &str, on: bool) {
        if on {
            self.text(flag);
        }
    }

    /// The options before the namespace.
    fn flags(&mut self, producer: &Producer<'_>, registry: &Registry) -> Result<(), Box<Problem>> {
        let (release, helm) = (producer.release, &producer.release.helm);
        // A digest of an OCI chart is part of its URL.
        let version = release.version.split('@').next().unwrap_or_default();
        if !version.is_empty() {
            self.pair("--version", version);
        }
        self.switch("--devel", helm.devel);
        for adopt in &helm.adopt {
            self.pair("--adopt", adopt);
        }
        self.switch("--enable-dns", helm.enable_dns);
        if !helm.post_renderer.is_empty() {
            self.pair("--post-renderer", &helm.post_renderer);
        }
        for argument in post_renderer_arguments(producer, registry)? {
            self.text(&format!("--post-renderer-args={argument}"));
        }
        for version in &helm.api_versions {
            self.pair("--api-versions", version);
        }
        if !helm.kube_version.is_empty() {
            self.pair("--kube-version", &helm.kube_version);
        }
        self.switch("--plain-http", helm.plain_http);
        // helm ignores `--plain-http` where both are given.
        self.switch("--insecure-skip-tls-verify", helm.insecure_skip_tls_verify && !helm.plain_http);
        self.switch("--skip-schema-validation", helm.skip_schema_validation);
        if !helm.kube_context.is_empty() {
            self.pair("--kube-context", &helm.kube_context);
        }
        for argument in collected(&helm.template_args) {
            self.text(&argument);
        }
        Ok(())
    }
}

/// The arguments of a release's post renderer; those of `helmDefaults` are templates.
///
/// # Errors
///
/// Where such a template fails.
pub(super) fn post_renderer_arguments(
    producer: &Producer<'_>,
    registry: &Registry,
) -> Result<Vec<String>, Box<Problem>> {
    let helm = &producer.release.helm;
    let mut arguments = helm.post_renderer_args.clone();
    if arguments.is_empty() {
        let data = producer.visit.release_data(producer.release, &producer.request.effects);
        let base = &producer.visit.directory;
        for text in &helm.default_post_renderer_args {
            let rendered = producer.render(&producer.visit.file, base, text, &data, registry);
            let rendered = rendered.map_err(|mut problem| {
                // What was rendered is one line of the file.
                problem.excerpt = None;
                problem
            })?;
            arguments.push(
                String::from_utf8(rendered).map_err(|_| {
                    Box::new(producer.problem("an argument of its post renderer is not UTF-8"))
                })?,
            );
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    Ok(arguments)
}

/// Options that are written as texts, as helmfile reads them (`pkg/argparser/args.go: CollectArgs`): split at blanks without
/// regard to quotes, those of one name together, and words that belong to no option dropped.
fn collected(texts: &[String]) -> Vec<String> {
    let joined = texts.join(" ");
    let words: Vec<&str> = joined.split(' ').filter(|word| !word.is_empty()).collect();
    let mut options: Vec<(&str, Vec<Vec<String>>)> = Vec::new();
    for (index, word) in words.iter().enumerate().filter(|(_, word)| word.starts_with('-')) {
        let (name, written) = match word.split_once('=') {
            Some((name, "")) => (name, vec![name.to_owned()]),
            Some((name, value)) => (name, vec![format!("{name}={value}")]),
            None => match words.get(index + 1).filter(|next| !next.starts_with('-')) {
                Some(value) => (*word, vec![(*word).to_owned(), (*value).to_owned()]),
                None => (*word, vec![(*word).to_owned()]),
            },
        };
        match options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(written),
            None => options.push((name, vec![written])),
        }
    }
    options.into_iter().flat_map(|(_, all)| all).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_collected_as_helmfile_collects_them() {
        for (texts, expected) in [
            (&["--debug"][..], &["--debug"][..]),
            (&["--a=1 --b 2", "--a", "3"], &["--a=1", "--a", "3", "--b", "2"]),
            (&["word --x", "-y"], &["--x", "-y"]),
            (&["--empty="], &["--empty"]),
            (&["--q 'two words'"], &["--q", "'two"]),
            (&[], &[]),
        ] {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(collected(&texts), expected, "{texts:?}");
        }
    }
}
