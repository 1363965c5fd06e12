//! The hook recipes with the real helmfile, in the ways a state can be laid out. No cluster is needed.

mod command_line;
mod coverage;

use std::io::Write as _;
use std::path::PathBuf;

use crate::support::programs;
use crate::support::sandbox::{Run, Sandbox};
use fs_err as fs;

/// Both kinds of hook: one for the whole state file, and one of each release.
const RECIPES: [&str; 2] = ["global", "release"];

/// A copy of all layouts, in which helmfile can run helmsum.
struct Layouts {
    sandbox: Sandbox,
    root: PathBuf,
}

impl Layouts {
    fn new() -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
        let sandbox = Sandbox::new(&programs, &[]);
        let root = sandbox.import("tests/real/hooks/layouts", "layouts");
        Some(Self { sandbox, root })
    }

    fn helmfile(&self, folder: &str, arguments: &[&str]) -> Run {
        self.sandbox.run(&self.root.join(folder), "helmfile", arguments)
    }

    /// Runs helmfile under a name by which helmsum does not find it.
    fn renamed(&self, folder: &str, arguments: &[&str]) -> Run {
        let script = "cp \"$(readlink -f \"$(command -v helmfile)\")\" ../deploy && exec ../deploy \"$@\"";
        self.sandbox.run(&self.root.join(folder), "sh", [&["-c", script, "sh"], arguments].concat())
    }

    /// The manifests that helmfile renders in a folder.
    fn template(&self, folder: &str, arguments: &[&str]) -> String {
        self.helmfile(folder, &[arguments, &["template"]].concat()).succeeds()
    }

    /// What coreutils make of the files below a folder whose names match a pattern.
    fn checksum(&self, folder: &str, pattern: &str) -> String {
        let pipeline = format!(
            "find -L . -type f -name '{pattern}' | LC_ALL=C sort | xargs -r -d '\\n' sha256sum | sha256sum"
        );
        let printed = self.sandbox.run(&self.root.join(folder), "sh", ["-c", &pipeline]).succeeds();
        printed.split(' ').next().expect("a digest").to_owned()
    }

    /// Replaces something in a file.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(self.root.join(file), text.replace(from, to)).expect("a file");
    }

    fn append(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        let mut file = fs::OpenOptions::new().append(true).open(path).expect("a file");
        file.write_all(text.as_bytes()).expect("a longer file");
    }

    fn exists(&self, file: &str) -> bool {
        self.root.join(file).exists()
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).expect("a file")
    }
}

/// The checksum on the pod template of the Deployment `name` among rendered manifests.
fn annotation(manifests: &str, name: &str) -> String {
    let own = manifests.split("---\n").find(|manifest| manifest.contains(&format!("\n  name: {name}\n")));
    let own = own.unwrap_or_else(|| panic!("no `{name}` in {manifests}"));
    let line = own.lines().find_map(|line| line.trim().strip_prefix("checksum/config: "));
    line.expect("an annotation").trim_matches('"').to_owned()
}

#[test]
fn one_state_file_gets_its_checksums_in_every_environment() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let state = format!("--file={recipe}.yaml.gotmpl");
        let manifests = layouts.template("one", &[&state]);
        assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/web", "*"), "{recipe}");
        assert_eq!(
            annotation(&manifests, "api"),
            layouts.checksum("one/values/api", "default.json"),
            "{recipe}"
        );

        let manifests = layouts.template("one", &[&state, "--environment=production"]);
        assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/web", "*"), "{recipe}");
        let production = layouts.checksum("one/values/api", "production.json");
        assert_eq!(annotation(&manifests, "api"), production, "{recipe}");
    }
}

#[test]
fn a_checkout_or_a_state_file_that_is_reached_through_a_link_is_the_same_one() {
    let Some(layouts) = Layouts::new() else { return };
    std::os::unix::fs::symlink("one", layouts.root.join("current")).expect("a link");
    for recipe in RECIPES {
        let link = format!("{recipe}-link.yaml.gotmpl");
        std::os::unix::fs::symlink(format!("{recipe}.yaml.gotmpl"), layouts.root.join("one").join(&link))
            .expect("a link");
        for (folder, file) in [("current", format!("{recipe}.yaml.gotmpl")), ("one", link)] {
            let state = format!("--file={file}");
            // As a shell has it: `PWD` is the link.
            let script = format!("cd ../{folder} && exec helmfile {state} template");
            let told = layouts.sandbox.run(&layouts.root.join("one"), "sh", ["-c", &script]).succeeds();
            assert_eq!(annotation(&told, "web"), layouts.checksum("one/values/web", "*"), "{folder}/{file}");
            assert!(!told.contains("another state file") && !told.contains("../one/"), "{told}");
        }
    }
}

#[test]
fn an_edited_file_reaches_the_manifests_in_the_same_run() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let state = format!("--file={recipe}.yaml.gotmpl");
        let before = layouts.template("one", &[&state]);
        assert_eq!(layouts.template("one", &[&state]), before, "{recipe}: nothing was edited");

        layouts.append("one/values/web/errors/404.html", "<p>Try the search.</p>\n");
        let after = layouts.template("one", &[&state]);
        assert_ne!(annotation(&after, "web"), annotation(&before, "web"), "{recipe}");
        assert_eq!(annotation(&after, "web"), layouts.checksum("one/values/web", "*"), "{recipe}");
        assert_eq!(annotation(&after, "api"), annotation(&before, "api"), "{recipe}");
    }
}

#[test]
fn every_file_of_a_helmfile_d_gets_its_own_checksums() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let manifests = layouts.template(&format!("directory/{recipe}"), &[]);
        assert_eq!(annotation(&manifests, "web"), layouts.checksum("directory/values/web", "*"), "{recipe}");
        assert_eq!(
            annotation(&manifests, "api"),
            layouts.checksum("directory/values/api", "*.json"),
            "{recipe}"
        );
    }
}

#[test]
fn a_child_that_is_read_twice_with_different_values_gets_a_checksum_for_each_reading() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let manifests = layouts.template("parent", &[&format!("--file={recipe}.yaml.gotmpl")]);
        for region in ["eu", "us"] {
            let expected = layouts.checksum(&format!("parent/region/values/{region}"), "*");
            assert_eq!(annotation(&manifests, &format!("web-{region}")), expected, "{recipe}");
            let target = layouts.read(&format!("parent/region/values/{region}.checksum.yaml"));
            assert!(target.contains(&expected) && target.contains("prices"), "{recipe}: {target}");
        }
    }
}

#[test]
fn a_child_gets_the_same_checksum_on_its_own_and_from_its_parent() {
    for recipe in RECIPES {
        for environment in ["default", "production"] {
            let expected =
                |layouts: &Layouts| layouts.checksum(&format!("alone/shop/values/web/{environment}"), "*");
            let target = format!("alone/shop/values/{environment}.checksum.yaml");
            for folder in ["alone", "alone/shop"] {
                let Some(layouts) = Layouts::new() else { return };
                let arguments =
                    [format!("--file={recipe}.yaml.gotmpl"), format!("--environment={environment}")];
                let manifests = layouts.template(folder, &arguments.each_ref().map(String::as_str));
                assert_eq!(annotation(&manifests, "web"), expected(&layouts), "{recipe} in {folder}");
                assert!(layouts.read(&target).contains("pages"), "{recipe} in {folder}");
            }
        }
    }
}

#[test]
fn releases_that_inherit_their_values_list_get_a_checksum_if_they_declare_sources() {
    for (recipe, state) in [("global", "global.yaml.gotmpl"), ("release", "release.yaml")] {
        let Some(layouts) = Layouts::new() else { return };
        let manifests = layouts.template("templates", &[&format!("--file={state}")]);
        for name in ["web", "api"] {
            let expected = layouts.checksum(&format!("templates/values/{name}/content"), "*");
            assert_eq!(annotation(&manifests, name), expected, "{recipe}");
        }
        assert_eq!(annotation(&manifests, "static"), "none", "{recipe}");
        let empty = layouts.read("templates/values/static/checksum.yaml");
        assert!(empty.starts_with("# Generated by helmsum."), "{recipe}: {empty}");
        assert!(empty.lines().all(|line| line.starts_with('#')), "{recipe}: {empty}");
    }
}

#[test]
fn a_global_hook_serves_all_releases_and_a_release_hook_the_selected_ones() {
    const UNSELECTED: &str = "one/values/default/api-checksum.yaml";
    let Some(layouts) = Layouts::new() else { return };
    layouts.template("one", &["--file=release.yaml.gotmpl", "--selector=name=web"]);
    assert!(layouts.exists("one/values/default/web-checksum.yaml"));
    assert!(!layouts.exists(UNSELECTED));
    layouts.template("one", &["--file=global.yaml.gotmpl", "--selector=name=web"]);
    assert!(layouts.exists("one/values/web-checksum.yaml"));
    assert!(layouts.exists("one/values/default/api-checksum.yaml"));
}

#[test]
fn a_missing_directory_stops_helmfile_before_it_renders_anything() {
    let states = [
        ("one", "global.yaml.gotmpl", "one/values/web"),
        ("one", "release.yaml.gotmpl", "one/values/web"),
        ("directory/global", "helmfile.d", "directory/values/web"),
        ("directory/release", "helmfile.d", "directory/values/web"),
        ("parent", "global.yaml.gotmpl", "parent/region/values/eu"),
        ("parent", "release.yaml.gotmpl", "parent/region/values/eu"),
        ("templates", "global.yaml.gotmpl", "templates/values/web/content"),
        ("templates", "release.yaml", "templates/values/web/content"),
    ];
    for (folder, state, source) in states {
        let Some(layouts) = Layouts::new() else { return };
        fs::rename(layouts.root.join(source), layouts.root.join("elsewhere")).expect("a source");
        let told = layouts.helmfile(folder, &[&format!("--file={state}"), "template"]).fails();
        assert!(
            told.contains("hook[helmsum]") && told.contains("missing-source"),
            "{folder}/{state}: {told}"
        );
        assert!(!told.contains("\n  name: web"), "{folder}/{state}: {told}");
    }
}

#[test]
fn a_command_that_deploys_nothing_goes_on_with_a_missing_directory() {
    let Some(layouts) = Layouts::new() else { return };
    fs::rename(layouts.root.join("one/values/web"), layouts.root.join("elsewhere")).expect("a source");
    let listed = layouts.helmfile("one", &["--file=global.yaml.gotmpl", "list"]);
    let told = listed.told();
    assert!(told.contains("missing-source"), "{told}");
    assert!(listed.succeeds().contains("web"));
}

#[test]
fn write_values_has_the_checksum_with_a_global_hook() {
    let Some(layouts) = Layouts::new() else { return };
    let arguments =
        ["--file=global.yaml.gotmpl", "write-values", "--output-file-template=out/{{ .Release.Name }}.yaml"];
    let _ = layouts.helmfile("one", &arguments).succeeds();
    let written = layouts.read("one/out/web.yaml");
    assert!(written.contains(&layouts.checksum("one/values/web", "*")), "{written}");
}

#[test]
fn what_the_hook_reports_is_shown_by_helmfile() {
    let Some(layouts) = Layouts::new() else { return };
    let run = layouts.helmfile("one", &["--file=global.yaml.gotmpl", "template"]);
    let told = run.told();
    let _ = run.succeeds();
    let shown: Vec<&str> = told.lines().filter(|line| line.starts_with("hook[prepare] logs |")).collect();
    assert!(shown.iter().any(|line| line.contains("web") && line.contains("2 files")), "{told}");
}

/// The argument that hands the namespace over, as it stands in the state files.
const NAMESPACE: &str = "- --namespace={{`{{ .Namespace }}`}}\n";

#[test]
fn the_namespace_that_helmfile_is_given_reaches_the_directives() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let state = format!("--file={recipe}.yaml.gotmpl");
        layouts.edit("one/values/web.yaml", "./web", "./{{ .Release.Namespace }}");
        fs::rename(layouts.root.join("one/values/web"), layouts.root.join("one/values/shop"))
            .expect("a source");
        fs::create_dir(layouts.root.join("one/values/other")).expect("another source");
        fs::write(layouts.root.join("one/values/other/index.html"), "<p>Other.</p>\n").expect("a file");

        let manifests = layouts.template("one", &[&state]);
        assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/shop", "*"), "{recipe}");
        let manifests = layouts.template("one", &[&state, "--namespace=other"]);
        assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/other", "*"), "{recipe}");

        // The top-level key, which helmfile lets nobody override.
        let file = format!("one/{recipe}.yaml.gotmpl");
        layouts.edit(&file, "\nreleases:", "\nnamespace: other\nreleases:");
        let manifests = layouts.template("one", &[&state]);
        assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/other", "*"), "{recipe}");
    }
}

#[test]
fn a_namespace_that_no_hook_hands_over_is_read_from_the_command_line_or_missed() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let file = format!("one/{recipe}.yaml.gotmpl");
        let state = format!("--file={recipe}.yaml.gotmpl");
        layouts.edit(&file, NAMESPACE, "- --output=human\n");
        let before = layouts.template("one", &[&state]);
        assert_eq!(annotation(&before, "web"), layouts.checksum("one/values/web", "*"), "{recipe}");

        layouts.edit("one/values/web.yaml", "./web", "./web/{{ .Namespace }}");
        let given = annotation(&layouts.template("one", &[&state, "--namespace=errors"]), "web");
        assert_eq!(given, layouts.checksum("one/values/web/errors", "*"), "{recipe}");
        let none = annotation(&layouts.template("one", &[&state]), "web");
        assert_eq!(none, layouts.checksum("one/values/web", "*"), "{recipe}");

        for arguments in [&[&state[..], "template"][..], &[&state, "--namespace=errors", "template"]] {
            let told = layouts.renamed("one", arguments).fails();
            // A hook of one release asks for it by its namespace, where none is known.
            let refused = told.contains("unverified-state") || told.contains("`errors/web`");
            assert!(refused && told.contains("--namespace="), "{recipe}: {told}");
        }
    }
}

#[test]
fn an_object_is_rendered_for_the_namespace_that_helmfile_is_given() {
    let Some(layouts) = Layouts::new() else { return };
    let object = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{ .Release.Name }}-config\ndata:\n  namespace: {{ .Release.Namespace }}\n";
    fs::write(layouts.root.join("chart/templates/config.yaml"), object).expect("a template");
    layouts.edit("one/values/web.yaml", "./web", "configmap:web-config");
    let state = "--file=global.yaml.gotmpl";
    let own = annotation(&layouts.template("one", &[state]), "web");
    let other = annotation(&layouts.template("one", &[state, "--namespace=other"]), "web");
    assert_ne!(own, other);

    layouts.edit("one/global.yaml.gotmpl", NAMESPACE, "- --output=human\n");
    assert_eq!(annotation(&layouts.template("one", &[state, "--namespace=other"]), "web"), other);
    let told = layouts.renamed("one", &[state, "--namespace=other", "template"]).fails();
    assert!(told.contains("unverified-state") && told.contains("--namespace="), "{told}");
}

#[test]
fn a_kube_context_reaches_the_directives_by_the_variable_and_from_the_command_line() {
    let Some(layouts) = Layouts::new() else { return };
    layouts.edit("one/values/web.yaml", "./web", "./web/{{ .KubeContext }}");
    let state = "--file=global.yaml.gotmpl";
    for arguments in [&[state, "template"][..], &[state, "--kube-context=errors", "template"]] {
        let told = layouts.renamed("one", arguments).fails();
        assert!(told.contains("unverified-state") && told.contains("HELMFILE_KUBE_CONTEXT"), "{told}");
    }
    let manifests = layouts.template("one", &[state, "--kube-context=errors"]);
    assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/web/errors", "*"));
    let arguments = ["HELMFILE_KUBE_CONTEXT=errors", "helmfile", state, "template"];
    let manifests = layouts.sandbox.run(&layouts.root.join("one"), "env", arguments).succeeds();
    assert_eq!(annotation(&manifests, "web"), layouts.checksum("one/values/web/errors", "*"));
}

#[test]
fn a_copied_state_file_whose_hook_names_the_original_is_refused() {
    let Some(layouts) = Layouts::new() else { return };
    fs::copy(layouts.root.join("one/global.yaml.gotmpl"), layouts.root.join("one/copy.yaml.gotmpl"))
        .expect("a copy");
    layouts.edit("one/copy.yaml.gotmpl", "name: web", "name: shopfront");
    let told = layouts.helmfile("one", &["--file=copy.yaml.gotmpl", "template"]).fails();
    assert!(told.contains("unverified-state") && told.contains("copy.yaml.gotmpl:19"), "{told}");
    layouts.edit("one/copy.yaml.gotmpl", "--file=global.yaml.gotmpl", "--file=copy.yaml.gotmpl");
    let manifests = layouts.template("one", &["--file=copy.yaml.gotmpl"]);
    assert_eq!(annotation(&manifests, "shopfront"), layouts.checksum("one/values/web", "*"));
}

#[test]
fn values_that_the_hook_is_not_told_are_refused() {
    for recipe in RECIPES {
        let Some(layouts) = Layouts::new() else { return };
        let state = format!("--file={recipe}.yaml.gotmpl");
        let told = layouts.helmfile("one", &[&state, "--state-values-set=replicas=5", "template"]).fails();
        assert!(told.contains("unverified-state"), "{recipe}: {told}");
        assert!(!layouts.exists("one/values/default/api-checksum.yaml"), "{recipe}");
    }
}

#[test]
fn the_gateway_example_is_committed_as_its_hook_leaves_it() {
    let Some(programs) = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"]) else { return };
    let sandbox = Sandbox::new(&programs, &[]);
    let project = sandbox.import("examples/gateway", "gateway");
    fs::remove_file(project.join("helmfile-values/gateway/checksum.yaml")).expect("a committed target");
    for (environment, replicas) in [("default", 1), ("production", 3)] {
        let arguments = [&format!("--environment={environment}"), "template"];
        let manifests = sandbox.run(&project, "helmfile", arguments).succeeds();
        assert!(manifests.contains(&format!("replicas: {replicas}\n")), "{manifests}");
    }
    let changed = sandbox.run(&project, "git", ["status", "--porcelain"]).succeeds();
    assert_eq!(changed, "");
    for chart in ["charts/gateway", "charts/gateway-apis"] {
        let _ = sandbox.run(&project, "helm", ["lint", "--strict", chart]).succeeds();
    }
}

#[test]
fn the_gateway_chart_refuses_to_render_without_a_checksum() {
    let Some(programs) = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"]) else { return };
    let sandbox = Sandbox::new(&programs, &[]);
    let project = sandbox.import("examples/gateway", "gateway");
    let told = sandbox.run(&project, "helm", ["template", "gateway", "charts/gateway"]).fails();
    assert!(told.contains("configChecksum is empty") && told.contains("helmsum generate"), "{told}");
}
