//! What helmfile calls `helm template` with (`pkg/state/state.go: flagsForTemplate, namespaceAndValuesFlags,
//! TemplateReleases`, `pkg/helmexec/exec.go: TemplateRelease`).

use super::options;
use super::post_renderer::adds_only_checksums;
use super::producer::{Producer, Templates};
use super::set;
use crate::diagnostic::Diagnostic;

/// An argument of helm. What is only known when helm is called has a place of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Text(String),
    Chart,
    /// The file with the values of this number.
    Values(usize),
    /// A file that is not on disk: what stands before its path, and its content.
    File(String, Vec<u8>),
}

/// The arguments for `helm template` of a release that gets `files` files of values, and `added` more from the command line.
///
/// # Errors
///
/// Where the arguments of its post renderer cannot be rendered, or one of `set` cannot be written.
pub(super) fn template_arguments(
    producer: &Producer<'_>,
    (files, added): (usize, usize),
    templates: &mut Templates<'_>,
) -> Result<Vec<Argument>, Diagnostic> {
    let release = producer.release;
    let mut list = Arguments::default();
    if !producer.visit.helm_kube_context.is_empty() {
        list.pair("--kube-context", &producer.visit.helm_kube_context);
    }
    list.text("template");
    list.text(&release.name);
    list.0.push(Argument::Chart);
    list.flags(producer, templates)?;
    if !release.namespace.is_empty() {
        list.pair("--namespace", &release.namespace);
    }
    list.values(0..files);
    for flag in set::flags(producer)? {
        let unwritten = flag.file.as_ref().filter(|(_, file)| !producer.request.tree.is_on_disk(file));
        match (unwritten, flag.argument.rsplit_once('=')) {
            (Some((_, file)), Some((name, _))) => {
                list.text(flag.flag);
                list.0.push(Argument::File(format!("{name}="), producer.read(file)?));
            }
            _ => list.pair(flag.flag, &flag.argument),
        }
    }
    list.values(files..files + added);
    for set in &producer.request.options.set {
        list.pair("--set", set);
    }
    for argument in options::for_template(options::args(producer)) {
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

    fn values(&mut self, numbers: std::ops::Range<usize>) {
        for number in numbers {
            self.text("--values");
            self.0.push(Argument::Values(number));
        }
    }

    /// The options before the namespace.
    fn flags(&mut self, producer: &Producer<'_>, templates: &mut Templates<'_>) -> Result<(), Diagnostic> {
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
        // What that adds is no part of what is asked for.
        if !adds_only_checksums(helm) {
            if !helm.post_renderer.is_empty() {
                self.pair("--post-renderer", &post_renderer(producer, &helm.post_renderer)?);
            }
            for argument in post_renderer_arguments(producer, templates)? {
                self.text(&format!("--post-renderer-args={argument}"));
            }
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
        for argument in options::for_template(options::of_command(producer)) {
            self.text(&argument);
        }
        Ok(())
    }
}

/// How helm is told a post renderer (`pkg/state/helmx.go: appendPostRenderFlags`). For Helm 3 it is a program. For any other it
/// is the name of a plugin, and helmfile makes that of the path of a script: `./hooks/add-labels.sh` is `add-labels`.
///
/// # Errors
///
/// Where it depends on the version of helm, and that cannot be asked for.
fn post_renderer(producer: &Producer<'_>, program: &str) -> Result<String, Diagnostic> {
    let plugin = post_renderer_plugin(program);
    if plugin == program {
        return Ok(program.to_owned());
    }
    let major = producer.visit.helm_major(producer.request).map_err(|error| {
        let problem = producer.problem(&error.to_string());
        match &error.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })?;
    Ok(if major == 3 { program.to_owned() } else { plugin.to_owned() })
}

/// The name of the plugin that a post renderer is for Helm 4.
pub(super) fn post_renderer_plugin(program: &str) -> &str {
    match program.strip_suffix(".bash").or_else(|| program.strip_suffix(".sh")) {
        Some(script) => script.rsplit('/').next().unwrap_or(script),
        None => program,
    }
}

/// The arguments of a release's post renderer; those of `helmDefaults` are templates.
///
/// # Errors
///
/// Where such a template fails.
pub(super) fn post_renderer_arguments(
    producer: &Producer<'_>,
    templates: &mut Templates<'_>,
) -> Result<Vec<String>, Diagnostic> {
    let helm = &producer.release.helm;
    let mut arguments = helm.post_renderer_args.clone();
    if arguments.is_empty() {
        let data = producer.visit.release_data(producer.release, &producer.request.watch);
        let base = &producer.visit.directory;
        for text in &helm.default_post_renderer_args {
            let rendered = producer.render(&producer.visit.file, base, text, &data, templates);
            // What was rendered is one line of the file.
            let rendered = rendered.map_err(|failed| failed.at(producer.place()))?;
            arguments.push(
                String::from_utf8(rendered)
                    .map_err(|_| producer.problem("an argument of its post renderer is not UTF-8"))?,
            );
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    Ok(arguments)
}
