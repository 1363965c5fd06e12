//! Charts that helm has downloaded, from a repository that is gone by the time they are rendered.

use std::process::Command;

use camino::Utf8PathBuf;
use helmsum::internals::rendered::{ObjectKind, Templates, template, templating};
use helmsum::internals::template::functions::registry;

use super::project::Project;
use super::stand_in::{Tools, tools};
use crate::server::serve;
use crate::support::programs::helm_major;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const CONFIG: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata: {from: \"{{ .Values.from }}\"}\n";

/// Runs helm in a project.
fn helm(project: &Project, tools: &Tools, arguments: &[&str]) -> String {
    let output = Command::new(&tools.helm)
        .args(arguments)
        .current_dir(&project.root)
        .env_clear()
        .envs(&project.variables)
        .output()
        .expect("helm runs");
    assert!(output.status.success(), "helm {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A project whose chart helm has rendered once, and with that downloaded.
fn downloaded(tools: &Tools, variables: &[(&str, &str)]) -> Project {
    let state = "repositories: [{name: r, url: 'https://gone.example.org'}]\nreleases: [{name: web, chart: r/web, version: 1.0.0}]\n";
    let mut project = Project::new(&[
        ("helmfile.yaml", state),
        ("web/Chart.yaml", CHART),
        ("web/values.yaml", "from: the repository\n"),
        ("web/templates/config.yaml", CONFIG),
    ]);
    for (name, folder) in variables {
        let folder = project.root.join(folder).into_string();
        project = project.variable(name, &folder);
    }
    helm(&project, tools, &["package", "web", "--destination", "repository"]);
    helm(&project, tools, &["repo", "index", "repository"]);
    let url = serve(project.root.join("repository").into_std_path_buf());
    helm(&project, tools, &["repo", "add", "r", &url]);
    assert!(
        helm(&project, tools, &["template", "web", "r/web", "--version", "1.0.0"]).contains("the repository")
    );
    project.helm = Some(tools.helm.to_str().expect("UTF-8").to_owned());
    project
}

fn rendered(project: &Project) -> Result<String, String> {
    let reading = project.read();
    let mut objects = templating(&reading.producer("web"), &mut Templates::new(&registry()))
        .and_then(|templating| template(&templating))
        .map_err(|problem| problem.to_string())?;
    objects.retain(|object| object.kind != ObjectKind::Other);
    let [object] = objects.as_slice() else { panic!("one object") };
    Ok(String::from_utf8(object.data[0].bytes.clone()).expect("UTF-8"))
}

/// The files that end so, somewhere below a folder.
fn files(folder: Utf8PathBuf, ending: &str) -> Vec<Utf8PathBuf> {
    let mut open = vec![folder];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
            let path = entry.path().to_owned();
            if path.is_dir() {
                open.push(path);
            } else if path.as_str().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn a_chart_that_helm_has_downloaded_is_taken_from_its_cache() {
    let Some(tools) = tools() else { return };
    let ending = if helm_major() == 3 { "repository/web-1.0.0.tgz" } else { ".chart" };
    for variables in [
        &[][..],
        &[("XDG_CACHE_HOME", "caches")],
        &[("HELM_CACHE_HOME", "caches/of-helm")],
        &[("HELM_CONTENT_CACHE", "caches/content"), ("HELM_REPOSITORY_CACHE", "caches/repository")],
    ] {
        let project = downloaded(&tools, variables);
        assert_eq!(rendered(&project).as_deref(), Ok("the repository"), "{variables:?}");
        let cached: Vec<Utf8PathBuf> = [".home", "caches"]
            .into_iter()
            .flat_map(|folder| files(project.root.join(folder), ending))
            .collect();
        let [package] = &cached[..] else { panic!("one package, not {cached:?}") };
        fs_err::write(package, "another chart of that name").expect("a file");
        let said = rendered(&project).expect_err("it is another");
        assert!(said.contains(package.as_str()) && said.contains("is not the chart `r/web`"), "{said}");
        fs_err::remove_file(package).expect("it is there");
        let said = rendered(&project).expect_err("it is gone");
        assert!(said.contains("is not in helm's cache"), "{said}");
    }
}
