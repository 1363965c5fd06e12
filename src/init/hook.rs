//! The lines that have helmfile run helmsum.

/// How a state file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// helmfile renders it as a whole, so that templates for later are quoted.
    Template,
    /// It is plain YAML.
    Plain,
}

impl Form {
    /// That of a state file or a base; `renders_all` is whether helmfile renders those without `.gotmpl` too.
    pub(super) fn of(file: &camino::Utf8Path, renders_all: bool) -> Self {
        if renders_all || file.as_str().ends_with(".gotmpl") { Self::Template } else { Self::Plain }
    }

    /// An argument with a template that is rendered when helm or a hook runs.
    fn later(self, option: &str, template: &str) -> String {
        match self {
            Self::Template => format!("- {option}={{{{`{{{{ {template} }}}}`}}}}"),
            Self::Plain => format!("- \"{option}={{{{ {template} }}}}\""),
        }
    }
}

/// A file as the value of an option, quoted where YAML needs that.
fn file_option(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    if file.bytes().all(plain) {
        format!("- --file={file}")
    } else {
        format!("- {}", super::quoted(&format!("--file={file}")))
    }
}

/// An item of `hooks:` that runs `command` (`generate`, `check`) on a state file before helmfile reads values, and takes warnings for
/// errors where it is strict.
pub(super) fn hook(command: &str, is_strict: bool, file: &str, form: Form) -> Vec<String> {
    let strict = is_strict.then(|| "- --strict".to_owned());
    let arguments = [
        file_option(file),
        form.later("--environment", ".Environment.Name"),
        form.later("--namespace", ".Namespace"),
        form.later("--expect-environment", ".Environment | toJson | sha256sum"),
        form.later("--helmfile-command", ".HelmfileCommand"),
    ];
    let arguments = [format!("- {command}")].into_iter().chain(strict).chain(arguments);
    let head = ["name: helmsum", "events: [prepare]", "showlogs: true", "command: helmsum", "args:"];
    head.iter().map(|line| (*line).to_owned()).chain(arguments.map(|line| format!("  {line}"))).collect()
}

/// The keys of a release that give its manifests to `helmsum annotate`.
pub(super) fn post_renderer(file: &str, form: Form) -> Vec<String> {
    let absolute = match form {
        Form::Template => format!("- --file={{{{ exec \"pwd\" (list) | trim }}}}/{file}"),
        Form::Plain => file_option(file),
    };
    let arguments = [
        "- annotate".to_owned(),
        absolute,
        form.later("--environment", ".Environment.Name"),
        form.later("--namespace", ".Namespace"),
        form.later("--kube-context", ".Release.KubeContext"),
        form.later("--expect-environment", ".Environment | toJson | sha256sum"),
        match form {
            Form::Template => "- --release={{`{{ .Release.Namespace }}/{{ .Release.Name }}`}}".to_owned(),
            Form::Plain => "- \"--release={{ .Release.Namespace }}/{{ .Release.Name }}\"".to_owned(),
        },
    ];
    let head = ["postRenderer: helmsum", "postRendererArgs:"];
    head.iter()
        .map(|line| (*line).to_owned())
        .chain(arguments.iter().map(|line| format!("  {line}")))
        .collect()
}
