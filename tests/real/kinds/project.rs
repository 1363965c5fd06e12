//! A helmfile project with one release that depends on another.

use std::path::PathBuf;

use fs_err as fs;

use crate::support::programs;
use crate::support::sandbox::{Run, Sandbox};

/// A project in which the real helm and helmfile can be run.
pub(crate) struct Project {
    pub(crate) sandbox: Sandbox,
    pub(crate) root: PathBuf,
}

/// A release `gateway` that needs `gateway-apis`, whose chart makes a `ConfigMap` and a `Secret` of its values.
pub(crate) const STATE: &str = "\
releases:
  - name: gateway
    namespace: edge
    chart: ./charts/gateway
    needs: [gateway-apis]
    values: [gateway.yaml, gateway.checksum.yaml]
  - name: gateway-apis
    namespace: edge
    chart: ./charts/apis
    values: [apis.yaml]
";

/// The manifests of the chart `apis`.
pub(crate) const APIS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: gateway-apis
  labels:
    helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
data:
  {{- toYaml .Values.apis | nindent 2 }}
---
apiVersion: v1
kind: Secret
metadata:
  name: db-credentials
stringData:
  user: app
  password: {{ .Values.password | quote }}
";

impl Project {
    /// The project, with `directives` in the values file of the consumer. Nothing without the programs.
    pub(crate) fn new(directives: &str) -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
        let project = Self::with(&programs);
        project.write("gateway.yaml", directives);
        Some(project)
    }

    /// The project, with these programs at hand.
    pub(crate) fn with(programs: &[PathBuf]) -> Self {
        let sandbox = Sandbox::new(programs, &[]);
        let root = sandbox.project("edge");
        let project = Self { sandbox, root };
        fs::create_dir_all(project.root.join(".git")).expect("a folder");
        project.write("helmfile.yaml", STATE);
        project.write(
            "apis.yaml",
            "# The API definitions.\napis:\n  orders: \"v1\"\n  users: \"v1\"\npassword: s3cret\n",
        );
        project.chart("apis", APIS);
        project.chart(
            "gateway",
            "apiVersion: v1\n\
             kind: Pod\n\
             metadata:\n  \
               name: gateway\n  \
               annotations:\n    \
                 checksum/config: {{ required \"run helmsum generate\" .Values.configChecksum | quote }}\n",
        );
        project
    }

    /// Writes a chart with one template.
    pub(crate) fn chart(&self, name: &str, template: &str) {
        self.write(
            &format!("charts/{name}/Chart.yaml"),
            &format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"),
        );
        self.write(&format!("charts/{name}/templates/all.yaml"), template);
    }

    /// Writes a file, and the folders it lies in.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Writes a shell script that can be run.
    pub(crate) fn script(&self, file: &str, body: &str) {
        self.write(file, &format!("#!/bin/sh\n{body}\n"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(self.root.join(file), mode).expect("permissions");
    }

    /// Replaces a part of a file, which has to be there.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from:?} is not in {text}");
        self.write(file, &text.replace(from, to));
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).expect("a file")
    }

    pub(crate) fn helmsum(&self, arguments: &[&str]) -> Run {
        self.sandbox.run(&self.root, "helmsum", arguments)
    }

    pub(crate) fn helmfile(&self, arguments: &[&str]) -> Run {
        self.sandbox.run(&self.root, "helmfile", arguments)
    }

    /// Writes the targets and gives the checksum of the consumer.
    pub(crate) fn checksum(&self) -> String {
        self.checksum_in("gateway.checksum.yaml")
    }

    /// Writes the targets and gives the checksum in one of them.
    pub(crate) fn checksum_in(&self, target: &str) -> String {
        self.helmsum(&["generate"]).succeeds();
        let text = self.read(target);
        let line = text.lines().find_map(|line| line.strip_prefix("configChecksum: "));
        line.unwrap_or_else(|| panic!("no checksum in {text}")).trim_matches('"').to_owned()
    }

    /// What a shell command prints, without the last line break.
    pub(crate) fn shell(&self, script: &str) -> String {
        self.sandbox.run(&self.root, "bash", ["-c", script]).succeeds().trim_end().to_owned()
    }

    /// The run fails, says this, and leaves the target as it was.
    #[track_caller]
    pub(crate) fn refuses(&self, said: &str) -> String {
        let target = self.root.join("gateway.checksum.yaml");
        let before = fs::read(&target).ok();
        let told = self.helmsum(&["generate"]).fails();
        assert!(told.replace("\n  ", " ").contains(said), "{said:?} is not in {told}");
        assert_eq!(fs::read(&target).ok(), before, "the target is as it was");
        told
    }
}
