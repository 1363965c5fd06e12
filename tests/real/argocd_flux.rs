//! The plugin of Argo CD of the manual, in a folder like the one that it runs in: no `.git`, and nothing can be written but temporary files.

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde_json::Value;

use crate::examples::manifests::{annotation, places};
use crate::support::page::Page;
use crate::support::plugins;
use crate::support::programs;
use crate::support::sandbox::{Run, Sandbox};

/// A read-only copy of an example.
struct Checkout {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Checkout {
    fn of(example: &str) -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm()], &["git", "bash", "setpriv"])?;
        let sandbox = Sandbox::new(&programs, &[]);
        plugins::helmsum(&sandbox.helm_plugins());
        let folder = sandbox.import(&format!("examples/{example}"), example);
        fs::remove_dir_all(folder.join(".git")).expect("a folder");
        Some(Self { sandbox, folder })
    }

    /// Runs the command of the plugin as Argo CD does, with everything read-only but a folder for temporary files.
    fn generate(&self, variables: &str) -> Run {
        let page = Page::read("docs/argocd-flux.md");
        let block = page.tested_by("the_plugin_of_argo_cd_runs_where_nothing_can_be_written");
        let plugin: Value = yaml_serde::from_str(&block).expect("the block is YAML");
        let generate = &plugin["spec"]["generate"];
        let words = ["command", "args"].map(|key| generate[key].as_array().expect("a list").clone()).concat();
        let words: Vec<&str> = words.iter().map(|word| word.as_str().expect("a word")).collect();
        // Root may write anywhere, unless it gives that up.
        let script = format!(
            "chmod -R a-w . \"$HOME\"; export TMPDIR=$(mktemp -d) {variables}\n\
             as=; if [ $(id -u) = 0 ]; then as='setpriv --inh-caps=-dac_override --bounding-set=-dac_override --'; fi\n\
             $as touch probe \"$HOME/probe\" 2>/dev/null && exit 99\n\
             status=0; $as \"$@\" || status=$?\n\
             ls -A \"$TMPDIR\" >&2; chmod -R u+w . \"$HOME\" \"$TMPDIR\"; rm -r \"$TMPDIR\"; exit $status"
        );
        self.sandbox.run(&self.folder, "sh", [&["-c", &script, "sh"], &words[..]].concat())
    }
}

/// The annotations of pod templates that helmsum makes.
fn annotations(manifests: &str) -> Vec<String> {
    places(manifests).into_keys().filter(|place| place.contains("checksum/helmsum")).collect()
}

#[test]
fn the_plugin_of_argo_cd_runs_where_nothing_can_be_written() {
    let Some(checkout) = Checkout::of("gateway") else { return };
    let before = listing(&checkout.folder);
    let run = checkout.generate("ARGOCD_APP_NAMESPACE=edge ARGOCD_ENV_ENVIRONMENT=production");
    assert!(run.success(), "{}", run.told());
    // Nothing of what was made for the run is left.
    assert_eq!(run.stderr().trim(), "", "{}", run.told());
    let manifests = run.succeeds();
    let key = "checksum/helmsum.configmap.gateway-apis";
    assert_eq!(annotations(&manifests), [annotation("Deployment/gateway", key)]);
    assert!(manifests.contains("replicas: 3"), "the environment is production: {manifests}");
    assert_eq!(listing(&checkout.folder), before);
}

#[test]
fn the_plugin_of_argo_cd_fails_where_helmfile_fails() {
    let Some(checkout) = Checkout::of("gateway") else { return };
    let run = checkout.generate("ARGOCD_APP_NAMESPACE=edge ARGOCD_ENV_ENVIRONMENT=nowhere");
    assert!(!run.success(), "{}", run.told());
    assert!(!run.stdout().contains("kind:"), "{}", run.told());
}

#[test]
fn a_target_that_is_out_of_date_stops_the_plugin_of_argo_cd() {
    let Some(checkout) = Checkout::of("gateway") else { return };
    let routes = checkout.folder.join("helmfile-values/gateway/apis/orders.yaml");
    let text = fs::read_to_string(&routes).expect("a file");
    fs::write(&routes, text.replace("orders:8080", "orders:9090")).expect("a file");
    let run = checkout.generate("ARGOCD_APP_NAMESPACE=edge");
    assert!(!run.success() && run.stderr().contains("checksum.yaml"), "{}", run.told());
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(listing(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

#[test]
fn the_plugin_of_argo_cd_renders_releases_that_have_helmsum_as_their_post_renderer() {
    let Some(checkout) = Checkout::of("any-chart") else { return };
    let run = checkout.generate("ARGOCD_APP_NAMESPACE=mail HELM_PLUGINS=\"$HOME/.local/share/helm/plugins\"");
    assert!(run.success(), "{}", run.told());
    let keys = ["checksum/helmsum", "checksum/helmsum.configmap.mail-texts"];
    assert_eq!(annotations(&run.stdout()), keys.map(|key| annotation("Deployment/mail-sender", key)));
}
