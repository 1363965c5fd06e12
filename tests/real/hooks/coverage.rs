//! Whether a hook comes in time for a consumer: what helmfile deploys, beside what helmsum says of it.

use std::path::PathBuf;

use fs_err as fs;

use crate::support::programs;
use crate::support::repo::HOOK_OF_README as HOOK;
use crate::support::sandbox::Sandbox;

/// State files with a consumer each. After every change of a source, helmfile deploys the old checksum of a consumer or the new one.
struct Family {
    sandbox: Sandbox,
    root: PathBuf,
}

impl Family {
    fn new() -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git"])?;
        let sandbox = Sandbox::new(&programs, &[]);
        let root = sandbox.project("family");
        let family = Self { sandbox, root };
        fs::create_dir_all(family.root.join(".git")).expect("a folder");
        family.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n  annotations:\n    checksum/config: {{ .Values.configChecksum }}\n";
        family.write("chart/templates/pod.yaml", pod);
        Some(family)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A state file with a consumer that is called like its folder.
    fn state(&self, folder: &str, file: &str, before: &str) {
        let release = |up: &str, name: &str| {
            format!(
                "releases:\n  - {{name: {name}, namespace: edge, chart: {up}chart, values: [{up}{name}/values.yaml, {up}{name}/checksum.yaml]}}\n"
            )
        };
        let up = "../".repeat(file.matches('/').count());
        let up = if up.is_empty() { "./".to_owned() } else { up };
        self.write(file, &format!("{before}{}", release(&up, folder)));
        self.write(&format!("{folder}/values.yaml"), "# helmsum: ./conf\n");
        self.write(&format!("{folder}/conf/a"), "1");
    }

    /// The consumers that helmfile deploys with an old checksum after all sources have changed.
    fn deployed_late(&self, names: &[&str]) -> Vec<String> {
        self.sandbox.run(&self.root, "helmsum", ["generate"]).succeeds();
        let old: Vec<String> = names.iter().map(|name| self.checksum(name)).collect();
        for name in names {
            let file = format!("{name}/conf/a");
            let text = fs::read_to_string(self.root.join(&file)).expect("a file");
            self.write(&file, &format!("{text}2"));
        }
        let manifests = self.sandbox.run(&self.root, "helmfile", ["template"]).succeeds();
        let late = |(name, old): (&&str, &String)| {
            (super::annotation(&manifests, name) == *old).then(|| (*name).to_owned())
        };
        let late: Vec<String> = names.iter().zip(&old).filter_map(late).collect();
        let told = self.sandbox.run(&self.root, "helmsum", ["generate", "--strict"]);
        let told = if late.is_empty() { told.succeeds() } else { told.fails() };
        for name in names {
            let is_found = told.contains("[hook-misuse]") && told.contains(&format!("`edge/{name}`"));
            assert_eq!(is_found, late.iter().any(|late| late == name), "{name}: {told}");
        }
        late
    }

    fn checksum(&self, name: &str) -> String {
        let text = fs::read_to_string(self.root.join(name).join("checksum.yaml")).expect("a target");
        let line = text.lines().find_map(|line| line.strip_prefix("configChecksum: "));
        line.expect("a checksum").trim_matches('"').to_owned()
    }
}

#[test]
fn a_consumer_is_named_where_helmfile_deploys_its_old_checksum_and_nowhere_else() {
    let parent = HOOK.replace("helmfile.yaml", "../helmfile.yaml");
    for (of_root, of_sub, expected) in
        [(HOOK, "", &["sub"][..]), ("", HOOK, &["root"]), (HOOK, HOOK, &[]), ("", parent.as_str(), &[])]
    {
        let Some(family) = Family::new() else { return };
        family.state("root", "helmfile.yaml", &format!("helmfiles: [sub/helmfile.yaml]\n{of_root}"));
        family.state("sub", "sub/helmfile.yaml", of_sub);
        assert_eq!(family.deployed_late(&["root", "sub"]), expected, "{of_root}---\n{of_sub}");
    }
}

#[test]
fn a_base_with_the_hook_serves_every_state_file_that_lists_it() {
    let Some(family) = Family::new() else { return };
    family.write("hooks.yaml", HOOK);
    family.write("helmfile.yaml", "bases: [hooks.yaml]\nhelmfiles: [sub/helmfile.yaml]\n");
    family.state("sub", "sub/helmfile.yaml", "bases: [../hooks.yaml]\n");
    assert_eq!(family.deployed_late(&["sub"]), [""; 0]);
}

#[test]
fn a_hook_that_names_the_parent_serves_what_comes_later() {
    let parent = HOOK.replace("helmfile.yaml", "../helmfile.yaml");
    for (helmfiles, expected) in [
        ("[one/helmfile.yaml, two/helmfile.yaml]", &[][..]),
        ("[two/helmfile.yaml, one/helmfile.yaml]", &["two"]),
    ] {
        let Some(family) = Family::new() else { return };
        family.state("root", "helmfile.yaml", &format!("helmfiles: {helmfiles}\n"));
        family.state("one", "one/helmfile.yaml", &parent);
        family.state("two", "two/helmfile.yaml", "");
        assert_eq!(family.deployed_late(&["root", "one", "two"]), expected, "{helmfiles}");
    }
}

#[test]
fn every_file_of_a_helmfile_d_needs_a_hook() {
    let Some(family) = Family::new() else { return };
    family.state("one", "helmfile.d/one.yaml", &HOOK.replace("helmfile.yaml", "one.yaml"));
    family.state("two", "helmfile.d/two.yaml", "");
    assert_eq!(family.deployed_late(&["one", "two"]), ["two"]);
    family.state("two", "helmfile.d/two.yaml", &HOOK.replace("helmfile.yaml", "two.yaml"));
    assert_eq!(family.deployed_late(&["one", "two"]), [""; 0]);
}
