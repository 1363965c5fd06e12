//! The files of a project that is made up.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::model::{Consumer, ENVIRONMENTS, Form, Model, Own, Producer, Read, Source, Wiring, Workload};

/// What the entry of `checksums:` writes.
pub(super) const ENTRY_TARGET: &str = "generated/entry.checksum.yaml";

/// Every file of the project but for targets, by its path.
pub(super) fn files(model: &Model) -> BTreeMap<String, String> {
    let mut files = model.files.clone();
    for (environment, colour) in &model.colours {
        files.insert(format!("env/{environment}.yaml"), format!("colour: {colour}\n"));
    }
    for is_below in [false, true] {
        let name = if is_below { "below/helmfile.yaml.gotmpl" } else { "helmfile.yaml.gotmpl" };
        files.insert(name.to_owned(), state(model, is_below));
    }
    files.insert("helmsum.yaml".to_owned(), configuration(model, true));
    for producer in &model.producers {
        let name = &producer.name;
        files.insert(format!("charts/{name}/Chart.yaml"), chart(name));
        files.insert(format!("charts/{name}/templates/all.yaml"), objects(producer));
        files.insert(format!("values/{name}.yaml.gotmpl"), values(producer));
        for (file, text) in &producer.carried {
            files.insert(format!("charts/{name}/files/{file}"), text.clone());
        }
    }
    for consumer in &model.consumers {
        let name = &consumer.name;
        files.insert(format!("charts/{name}/Chart.yaml"), chart(name));
        for workload in &consumer.workloads {
            let file = format!("charts/{name}/templates/{}.yaml", workload.name);
            files.insert(file, pods(consumer, workload));
        }
        if consumer.own != Own::None {
            files.insert(format!("charts/{name}/templates/own.yaml"), own());
        }
        files.insert(values_file(consumer), consumer_values(model, consumer));
    }
    if model.notes > 0 {
        files.insert("NOTES.md".to_owned(), format!("{}\n", model.notes));
        files.insert("charts/platform/README.md".to_owned(), format!("{}\n", model.notes / 2));
    }
    files
}

fn chart(name: &str) -> String {
    format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n")
}

fn values_file(consumer: &Consumer) -> String {
    let end = if consumer.is_template { ".gotmpl" } else { "" };
    format!("values/{}.yaml{end}", consumer.name)
}

fn state(model: &Model, is_below: bool) -> String {
    let up = if is_below { "../" } else { "" };
    let mut text = "environments:\n".to_owned();
    for environment in ENVIRONMENTS {
        let _ = writeln!(text, "  {environment}: {{values: [{up}env/{environment}.yaml]}}");
    }
    text.push_str("---\n");
    if !is_below {
        text.push_str("helmfiles: [{path: below/helmfile.yaml.gotmpl}]\n");
    }
    text.push_str("releases:\n");
    for producer in model.producers.iter().filter(|one| one.is_below == is_below) {
        let Producer { name, namespace, .. } = producer;
        let _ = writeln!(
            text,
            "  - name: {name}\n    namespace: {namespace}\n    chart: {up}./charts/{name}\n    values: [{up}values/{name}.yaml.gotmpl]"
        );
    }
    for consumer in model.consumers.iter().filter(|one| one.is_below == is_below) {
        if let Some(environment) = consumer.only_in {
            let _ = writeln!(text, "{{{{- if eq .Environment.Name {environment:?} }}}}");
        }
        text.push_str(&release(consumer, up));
        if consumer.only_in.is_some() {
            text.push_str("{{- end }}\n");
        }
    }
    text
}

fn release(consumer: &Consumer, up: &str) -> String {
    let Consumer { name, namespace, .. } = consumer;
    let values = values_file(consumer);
    let mut text = format!(
        "  - name: {name}\n    namespace: {namespace}\n    chart: {up}./charts/{name}\n    values:\n      - {up}{values}\n"
    );
    if consumer.has_target() {
        let _ = writeln!(text, "      - {up}{}", consumer.target("{{ .Environment.Name }}"));
    }
    if consumer.wiring == Wiring::Annotated {
        let _ = write!(
            text,
            "    postRenderer: helmsum
    postRendererArgs:
      - annotate
      - --file={{{{ exec \"pwd\" (list) | trim }}}}/{up}helmfile.yaml.gotmpl
      - --environment={{{{`{{{{ .Environment.Name }}}}`}}}}
      - --release={{{{`{{{{ .Release.Namespace }}}}/{{{{ .Release.Name }}}}`}}}}
"
        );
    }
    text
}

/// `helmsum.yaml`, with what is held or without.
pub(super) fn configuration(model: &Model, with_holds: bool) -> String {
    let mut text = String::from("targets: ['*.checksum.yaml']\n");
    let mut entries = String::new();
    for consumer in &model.consumers {
        let mut keys = String::new();
        if consumer.wiring == Wiring::PodAnnotations {
            keys.push_str("    format: pod-annotations\n");
        }
        if let Some(reason) = consumer.hold.as_ref().filter(|_| with_holds) {
            let _ = writeln!(keys, "    hold: {reason}");
        }
        if consumer.in_configuration && !consumer.sources.is_empty() {
            keys.push_str("    sources:\n");
            for source in &consumer.sources {
                let _ = writeln!(keys, "      - {}", directive(consumer, source));
            }
        }
        if !keys.is_empty() {
            let _ = write!(entries, "  - release: {}\n{keys}", consumer.id());
        }
    }
    if !entries.is_empty() {
        let _ = write!(text, "releases:\n{entries}");
    }
    if let Some(folder) = &model.entry {
        let _ = write!(
            text,
            "checksums:\n  - name: entry\n    sources: [./{folder}]\n    target: {ENTRY_TARGET}\n"
        );
    }
    text
}

/// The name of a path from where the sources of a release are declared.
pub(super) fn label(consumer: &Consumer, path: &str) -> String {
    format!("{}/{path}", if consumer.in_configuration { "." } else { ".." })
}

fn directive(consumer: &Consumer, source: &Source) -> String {
    let on = if consumer.wiring == Wiring::Annotated { " on=*" } else { "" };
    match source {
        Source::Folder { path, without_pages } => {
            let exclude = if *without_pages { " exclude=*.md" } else { "" };
            format!("{}{exclude}{on}", label(consumer, path))
        }
        Source::File(path) => format!("{}{on}", label(consumer, path)),
        Source::Object(object, maker) => {
            let on = if consumer.reads(object) { "" } else { on };
            format!("{}:{} from={maker}{on}", object.kind.to_lowercase(), object.name)
        }
        Source::Release(id) => format!("release:{id}{on}"),
        Source::Auto => "auto".to_owned(),
    }
}

fn consumer_values(model: &Model, consumer: &Consumer) -> String {
    let mut text = String::new();
    if !consumer.in_configuration {
        for source in &consumer.sources {
            let _ = writeln!(text, "# helmsum: {}", directive(consumer, source));
        }
    }
    for object in &consumer.accepted {
        let _ =
            writeln!(text, "# helmsum: accept {}:{} reloads itself", object.kind.to_lowercase(), object.name);
    }
    if model.notes % 3 == 1 {
        text.push_str("# a comment\n");
    }
    let image = consumer.image;
    let colour = if consumer.is_template { "{{ .Values.colour }}" } else { "plain" };
    let _ = write!(text, "image: app:{image}\nown:\n  data: \"{}\"\n  colour: {colour}\n", consumer.own_data);
    text
}

fn values(producer: &Producer) -> String {
    let mut text = String::from("settings:\n");
    let pairs = |data: &BTreeMap<String, String>| -> String {
        data.iter().flat_map(|(key, value)| ["  ", key, ": ", value, "\n"]).collect()
    };
    text.push_str(&pairs(&producer.settings));
    if producer.is_coloured {
        text.push_str("  colour: {{ .Values.colour }}\n");
    }
    let _ = write!(text, "secret:\n{}label: \"{}\"\n", pairs(&producer.secret), producer.label);
    if let Some(folder) = &producer.folder {
        let _ = write!(
            text,
            "apis:\n{{{{- range (readDir \"../{folder}\") }}}}\n  {{{{ base . }}}}: {{{{ readFile . | quote }}}}\n{{{{- end }}}}\n"
        );
    }
    text
}

/// What a producer's chart has.
fn objects(producer: &Producer) -> String {
    let secret = if producer.is_encoded {
        "data:\n  {{- range $key, $value := .Values.secret }}\n  {{ $key }}: {{ $value | b64enc }}\n  {{- end }}"
    } else {
        "stringData:\n  {{- toYaml .Values.secret | nindent 2 }}"
    };
    let object = |kind: &str, end: &str, data: &str| {
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {{{{ .Release.Name }}}}-{end}\n  namespace: {{{{ .Release.Namespace }}}}\n  \
             labels: {{of: {{{{ .Release.Name }}}}, label: {{{{ .Values.label | quote }}}}}}\n{data}\n---\n"
        )
    };
    let mut text = object("ConfigMap", "settings", "data:\n  {{- toYaml .Values.settings | nindent 2 }}");
    text.push_str(&object("Secret", "auth", secret));
    text.push_str(&object(
        "ConfigMap",
        "files",
        "data:\n  {{- (.Files.Glob \"files/*\").AsConfig | nindent 2 }}",
    ));
    text.push_str("{{- with .Values.apis }}\n{{- $apis := . }}\n{{- with $ }}\n");
    text.push_str(&object("ConfigMap", "apis", "data:\n  {{- toYaml $apis | nindent 2 }}"));
    text.push_str("{{- end }}\n{{- end }}\n");
    text
}

fn own() -> String {
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-own, namespace: {{ .Release.Namespace }}, labels: {of: {{ .Release.Name }}}}\n\
     data:\n  {{- toYaml .Values.own | nindent 2 }}\n"
        .to_owned()
}

/// The manifest of a workload.
fn pods(consumer: &Consumer, workload: &Workload) -> String {
    let Workload { name, kind, replicas, .. } = workload;
    let mut spec = String::new();
    if matches!(*kind, "Deployment" | "StatefulSet") {
        let _ = writeln!(spec, "  replicas: {replicas}");
    }
    if workload.stays {
        spec.push_str("  updateStrategy: {type: OnDelete}\n");
    } else if *kind == "Deployment" && *replicas == 1 {
        spec.push_str("  strategy: {type: Recreate}\n");
    }
    let (group, template) = if *kind == "CronJob" {
        spec.push_str("  schedule: '0 * * * *'\n  jobTemplate:\n    spec:\n      template:\n");
        ("batch/v1", indented(&template(consumer, workload), 8))
    } else {
        let _ = write!(spec, "  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n");
        ("apps/v1", indented(&template(consumer, workload), 4))
    };
    format!(
        "apiVersion: {group}\nkind: {kind}\nmetadata: {{name: {name}, namespace: {{{{ .Release.Namespace }}}}, labels: {{of: {{{{ .Release.Name }}}}}}}}\nspec:\n{spec}{template}"
    )
}

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines()
        .flat_map(|line| {
            [
                &indent, line, "
",
            ]
        })
        .collect()
}

fn template(consumer: &Consumer, workload: &Workload) -> String {
    let mut text =
        format!("metadata:\n  labels: {{app: {}}}\n  annotations:\n    kept: yes-it-is\n", workload.name);
    if workload.takes_checksum {
        // Directives do not count in a chart, so no template is hidden in a comment.
        text.push_str(match consumer.wiring {
            Wiring::Value => "    checksum/config: {{ .Values.configChecksum | default \"none\" | quote }}\n",
            Wiring::PodAnnotations => {
                "    {{- with .Values.podAnnotations }}\n    {{- toYaml . | nindent INDENT }}\n    {{- end }}\n"
            }
            Wiring::Annotated | Wiring::None => "",
        });
    }
    if consumer.own == Own::Hashed {
        text.push_str(
            "    checksum/own: {{ include (print $.Template.BasePath \"/own.yaml\") . | sha256sum }}\n",
        );
    }
    let indent = if workload.kind == "CronJob" { 12 } else { 8 };
    text = text.replace("INDENT", &indent.to_string());
    let mut reads = Reads::default();
    for (at, read) in workload.reads.iter().enumerate() {
        reads.add(at, read);
    }
    let Reads { env, mut from, mounts, volumes } = reads;
    if consumer.own != Own::None {
        from.push_str("        - configMapRef: {name: {{ .Release.Name }}-own}\n");
    }
    text.push_str("spec:\n  containers:\n    - name: app\n      image: {{ .Values.image }}\n");
    for (key, items, by) in
        [("env", env, 6), ("envFrom", from, 6), ("volumeMounts", mounts, 6), ("volumes", volumes, 2)]
    {
        if !items.is_empty() {
            let _ = write!(text, "{}{key}:\n{items}", " ".repeat(by));
        }
    }
    text
}

/// The parts of a pod that name what it reads.
#[derive(Default)]
struct Reads {
    env: String,
    from: String,
    mounts: String,
    volumes: String,
}

impl Reads {
    fn add(&mut self, at: usize, read: &Read) {
        let (name, is_secret) = (&read.object.name, read.object.kind == "Secret");
        let of = |map: &'static str, secret: &'static str| if is_secret { secret } else { map };
        let part = match &read.form {
            Form::Key(key) => {
                let kind = of("configMapKeyRef", "secretKeyRef");
                let _ = writeln!(
                    self.env,
                    "        - name: V{at}\n          valueFrom: {{{kind}: {{name: {name}, key: {key}}}}}"
                );
                return;
            }
            Form::Variables => {
                let _ =
                    writeln!(self.from, "        - {}: {{name: {name}}}", of("configMapRef", "secretRef"));
                return;
            }
            Form::Volume => String::new(),
            Form::Part(key) => format!(", subPath: {key}"),
        };
        let (kind, key) = (of("configMap", "secret"), of("name", "secretName"));
        let _ = writeln!(self.volumes, "    - name: v{at}\n      {kind}: {{{key}: {name}}}");
        let _ = writeln!(self.mounts, "        - {{name: v{at}, mountPath: /v{at}{part}}}");
    }
}
