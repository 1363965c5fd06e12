//! What helmfile's command line adds to every release reaches sources that are rendered, as it reaches helm.

use std::path::PathBuf;

use crate::support::programs;
use crate::support::sandbox::{Run, Sandbox};
use fs_err as fs;

/// A hook that runs `COMMAND` with `ARGUMENTS`, and a release that depends on what another one renders.
const STATE: &str = "\
hooks:
  - name: helmsum
    events: [prepare]
    showlogs: true
    command: COMMAND
    args: ARGUMENTS
releases:
  - name: producer
    chart: ROOT/charts/producer
    values: [{x: none}]
  - name: consumer
    chart: ROOT/charts/consumer
    needs: [producer]
    values: [BESIDEvalues.yaml, BESIDENAME.checksum.yaml]
";

const GENERATE: [&str; 7] = [
    "generate",
    "--strict",
    "--file=STATE",
    "--environment={{`{{ .Environment.Name }}`}}",
    "--namespace={{`{{ .Namespace }}`}}",
    "--expect-environment={{`{{ .Environment | toJson | sha256sum }}`}}",
    "--helmfile-command={{`{{ .HelmfileCommand }}`}}",
];

struct Project {
    sandbox: Sandbox,
    root: PathBuf,
}

impl Project {
    fn new() -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["bash", "timeout"])?;
        let sandbox = Sandbox::new(&programs, &[]);
        let root = sandbox.project("shop");
        let project = Self { sandbox, root };
        fs::create_dir_all(project.root.join(".git")).expect("a folder");
        for name in ["producer", "consumer"] {
            project.file(
                &format!("charts/{name}/Chart.yaml"),
                &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"),
            );
        }
        project.file(
            "charts/producer/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  x: {{ .Values.x | quote }}\n",
        );
        project.file(
            "charts/consumer/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  sum: {{ .Values.configChecksum | quote }}\n",
        );
        Some(project)
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Writes a state file whose hook runs helmsum through `before`.
    fn state(&self, file: &str, before: &[&str]) -> &Self {
        let name = file.rsplit('/').next().expect("a name");
        let words: Vec<String> = before
            .iter()
            .copied()
            .chain(["helmsum"])
            .chain(GENERATE)
            .map(|word| word.replace("STATE", name))
            .collect();
        let arguments: Vec<String> = words[1..].iter().map(|word| format!("{word:?}")).collect();
        let state = STATE
            .replace("COMMAND", &words[0])
            .replace("ARGUMENTS", &format!("[{}]", arguments.join(", ")))
            .replace("ROOT", self.root.to_str().expect("UTF-8"))
            .replace("NAME", name.split('.').next().expect("a name"));
        // helmfile would take what lies in `helmfile.d` for state files.
        let (folder, _) = file.rsplit_once('/').unwrap_or_default();
        let beside = if folder == "helmfile.d" { "../" } else { "" };
        self.file(file, &state.replace("BESIDE", beside));
        self.file(
            format!("{folder}/{beside}values.yaml").trim_start_matches('/'),
            "# helmsum: configmap:conf\n",
        );
        self
    }

    fn helmfile(&self, arguments: &[&str]) -> Run {
        self.sandbox.run(&self.root, "helmfile", arguments)
    }

    fn shell(&self, script: &str) -> Run {
        self.sandbox.run(&self.root, "bash", ["-c", script])
    }

    /// What a checksum of `conf` is with this value of `x`, by coreutils.
    fn checksum(&self, x: &str) -> String {
        let script = format!(
            "d=$(printf %s '{x}' | sha256sum | cut -d' ' -f1); printf '%s  data/x\\n' $d | sha256sum | cut -d' ' -f1"
        );
        self.shell(&script).succeeds().trim().to_owned()
    }

    /// Checks that what was rendered has this value of `x`, and a checksum of it.
    #[track_caller]
    fn agree(&self, rendered: &str, x: &str, with: &str) {
        assert!(rendered.contains(&format!("x: \"{x}\"")), "{with}: {rendered}");
        assert!(rendered.contains(&self.checksum(x)), "{with}: not of `{x}`: {rendered}");
    }
}

#[test]
fn values_from_the_command_line_are_in_the_checksum() {
    let Some(project) = Project::new() else { return };
    project.state("helmfile.yaml.gotmpl", &[]);
    project.file("cli.yaml", "x: file\n");
    for (arguments, x) in [
        (&["template"][..], "none"),
        (&["template", "--set", "x=cli"], "cli"),
        (&["template", "--set=x=one", "--set", "x=two"], "two"),
        (&["template", "--values", "cli.yaml"], "file"),
        (&["template", "--values=cli.yaml", "--set=x=cli"], "cli"),
        (&["template", "--args", "--set=x=args --timeout 5m"], "args"),
        (&["--environment=default", "template", "--template-args=--set=x=of-template"], "of-template"),
        (&["-qe", "default", "template", "--set", "x=cli"], ""),
        (&["template", "-qe", "default", "--set", "x=quiet"], "quiet"),
        (&["template", "--", "--set", "x=cli"], "none"),
    ] {
        if x.is_empty() {
            // What helmfile itself does not take for its command is nothing to read.
            let _ = project.helmfile(arguments).fails();
            continue;
        }
        let rendered = project.helmfile(arguments).succeeds();
        project.agree(&rendered, x, &format!("{arguments:?}"));
    }
}

#[test]
fn the_report_names_what_was_taken_over_and_never_its_value() {
    let Some(project) = Project::new() else { return };
    project.state("helmfile.yaml.gotmpl", &[]);
    let told = project.helmfile(&["template", "--set", "x=hunter2hunter2"]).told();
    let report: Vec<&str> = told.lines().filter(|line| line.starts_with("hook[prepare]")).collect();
    let report = report.join("\n");
    assert!(report.contains("helmfile's command line") && report.contains("`--set`"), "{told}");
    assert!(!report.contains("hunter2"), "{told}");
}

#[test]
fn there_may_be_programs_between_helmfile_and_helmsum() {
    let Some(project) = Project::new() else { return };
    let script = project.root.join("hook.sh");
    fs::write(&script, "helmsum \"$@\"\nexit $?\n").expect("a script");
    let script = script.to_str().expect("UTF-8");
    for before in [&["timeout", "60"][..], &["sh", "-c", "\"$@\"; exit $?", "sh"], &["timeout", "60", "env"]]
    {
        project.state("helmfile.yaml.gotmpl", before);
        let rendered = project.helmfile(&["template", "--set", "x=cli"]).succeeds();
        project.agree(&rendered, "cli", &format!("{before:?}"));
    }
    // The script runs helmsum by itself.
    project.state("helmfile.yaml.gotmpl", &["bash", script]);
    let state = project.root.join("helmfile.yaml.gotmpl");
    let text = fs::read_to_string(&state).expect("a file").replace("\"helmsum\", ", "");
    fs::write(state, text).expect("a file");
    let rendered = project.helmfile(&["template", "--set", "x=cli"]).succeeds();
    project.agree(&rendered, "cli", "a script");
}

#[test]
fn a_renamed_helmfile_is_found_by_the_number_of_its_process() {
    let Some(project) = Project::new() else { return };
    project.state("helmfile.yaml.gotmpl", &[]);
    let renamed = "cp \"$(readlink -f \"$(command -v helmfile)\")\" deploy && ";
    let told = project.shell(&format!("{renamed} ./deploy template --set x=cli")).told();
    assert!(told.contains("note[unverified-state]") && told.contains("HELMSUM_HELMFILE_PID"), "{told}");
    let named = "sh -c 'HELMSUM_HELMFILE_PID=$$ exec ./deploy template --set x=cli'";
    let rendered = project.shell(&format!("{renamed} {named}")).succeeds();
    project.agree(&rendered, "cli", "a renamed program");
    // Any name that begins as it is called will do.
    let rendered = project
        .shell("cp deploy helmfile_linux_amd64 && ./helmfile_linux_amd64 template --set x=cli")
        .succeeds();
    project.agree(&rendered, "cli", "a longer name");
    let told = project.shell("HELMSUM_HELMFILE_PID=1234567890 helmfile template --set x=cli").fails();
    assert!(
        told.contains("error[unverified-state]") && told.contains("is `1234567890`, and no process"),
        "{told}"
    );
}

#[test]
fn hidden_processes_are_said_to_be_hidden() {
    let Some(project) = Project::new() else { return };
    let Some(_) = programs::find(&[], &["unshare"]) else { return };
    project.state("helmfile.yaml.gotmpl", &[]);
    let hidden = "unshare -rm sh -c 'mount -t tmpfs none /proc && exec helmfile template --set x=cli'";
    let told = project.shell(hidden).told();
    assert!(
        told.contains("note[unverified-state]") && told.contains("processes of this system are hidden"),
        "{told}"
    );
}

#[test]
fn hooks_of_several_files_at_once_read_the_same_command_line() {
    let Some(project) = Project::new() else { return };
    for file in ["helmfile.d/a.yaml.gotmpl", "helmfile.d/b.yaml.gotmpl"] {
        // The hooks overlap: each waits before it looks.
        project.state(file, &["sh", "-c", "sleep 1; \"$@\"; exit $?", "sh"]);
        let path = project.root.join(file);
        let text = fs::read_to_string(&path).expect("a file");
        let name = &file[11..12];
        let text = text.replace("name: producer", &format!("name: producer-{name}"));
        let text = text.replace("[producer]", &format!("[producer-{name}]"));
        fs::write(path, text.replace("name: consumer", &format!("name: consumer-{name}"))).expect("a file");
    }
    // Of several files, helmfile takes relative paths from where it was started.
    project.file("cli.yaml", "x: outer\n");
    let rendered = project.helmfile(&["template", "--values", "cli.yaml"]).succeeds();
    assert_eq!(rendered.matches("x: \"outer\"").count(), 2, "{rendered}");
    assert_eq!(rendered.matches(&project.checksum("outer")).count(), 2, "{rendered}");
}

#[test]
fn of_one_file_relative_values_start_from_its_folder() {
    let Some(project) = Project::new() else { return };
    project.state("deploy/helmfile.yaml.gotmpl", &[]);
    project.file("cli.yaml", "x: outer\n");
    project.file("deploy/cli.yaml", "x: inner\n");
    let rendered =
        project.helmfile(&["-fdeploy/helmfile.yaml.gotmpl", "template", "--values=cli.yaml"]).succeeds();
    project.agree(&rendered, "inner", "the folder of the state file");
}

#[test]
fn dependencies_that_are_not_packed_anew_are_rendered_as_they_lie() {
    let Some(project) = Project::new() else { return };
    project.state("helmfile.yaml.gotmpl", &[]);
    project.file("charts/lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.1.0\n");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  x: \"WHICH\"\n";
    fs::remove_file(project.root.join("charts/producer/templates/map.yaml")).expect("a file");
    project.file("charts/producer/templates/NOTES.txt", "");
    project.file(
        "charts/producer/Chart.yaml",
        "apiVersion: v2\nname: producer\nversion: 0.1.0\ndependencies:\n- {name: lib, version: 0.1.0, repository: 'file://../lib'}\n",
    );
    project.file("charts/lib/templates/map.yaml", &map.replace("WHICH", "packed"));
    let _ = project.shell("helm dependency build charts/producer").succeeds();
    project.file("charts/lib/templates/map.yaml", &map.replace("WHICH", "edited"));
    let rendered = project.helmfile(&["template", "--skip-deps"]).succeeds();
    project.agree(&rendered, "packed", "--skip-deps");
    let rendered = project.helmfile(&["template"]).succeeds();
    project.agree(&rendered, "edited", "without it");
}

#[test]
fn options_that_only_an_upgrade_knows_are_left_out() {
    let Some(project) = Project::new() else { return };
    project.state("helmfile.yaml.gotmpl", &[]);
    // A program that is called as helmfile is, and runs what its hook would run.
    project.file(
        "apply",
        "helmsum generate --file=helmfile.yaml.gotmpl --namespace= --helmfile-command=apply\nexit $?\n",
    );
    for (arguments, x) in [
        ("--args '--set=x=cli --history-max 3 --install --cleanup-on-fail'", "cli"),
        ("--sync-args '--set x=sync --reset-values' --set y=z", "sync"),
        ("--sync-args '--set x=sync' --set x=cli", "cli"),
        // Of a template's own options, an upgrade gets none.
        ("--template-args '--set x=template'", "none"),
    ] {
        let script = format!(
            "ln -sf \"$(command -v bash)\" helmfile && ./helmfile apply {arguments} && cat helmfile.checksum.yaml"
        );
        let told = project.shell(&script).succeeds();
        assert!(told.contains(&project.checksum(x)), "{arguments}: {told}");
    }
}
