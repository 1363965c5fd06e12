//! What moves `release:` where charts come from repositories or depend on others, and where values are encrypted.

use std::os::unix::fs::PermissionsExt as _;

use super::pieces::{STATE, moved, state, web};
use super::project::Project;
use super::stand_in::with_secrets_plugin;

fn remote(version: &str) -> String {
    STATE.replace("chart: ./chart", &format!("chart: stable/web\n  version: '{version}'"))
}

#[test]
fn a_chart_in_a_repository_is_its_name_its_version_and_the_url_without_credentials() {
    let project = web().with("helmfile.yaml", remote("1.2.3"));
    let contents = project.contents();
    assert_eq!(
        String::from_utf8_lossy(&contents["chart"]),
        "{\"name\":\"stable/web\",\"repository\":\"https://charts.example.org/stable\",\"version\":\"1.2.3\"}\n"
    );
    assert!(!contents.keys().any(|name| name.starts_with("chart/")));
    let edit = |project: Project| {
        project.with("helmfile.yaml", remote("1.2.3").replace("user:secret", "user:changed"))
    };
    assert_eq!(moved(project, edit), [""; 0]);
}

#[test]
fn the_version_of_a_chart_in_a_repository_moves_it() {
    let project = || web().with("helmfile.yaml", remote("1.2.3"));
    assert_eq!(moved(project(), |project| project.with("helmfile.yaml", remote("1.2.4"))), ["chart"]);
    let other = |text: String| text.replace("charts.example.org", "mirror.example.org");
    assert_eq!(moved(project(), |project| project.with("helmfile.yaml", other(remote("1.2.3")))), ["chart"]);
}

const LOCK: &str =
    "dependencies:\n- {name: web, repository: 'https://charts.example.org/stable', version: 1.4.0}\n";

#[test]
fn a_locked_version_counts_and_not_the_constraint() {
    let project =
        || web().with("helmfile.yaml", remote("~1.2")).with("helmfile.lock", LOCK.replace("1.4", "1.2"));
    assert!(String::from_utf8_lossy(&project().contents()["chart"]).contains("\"1.2.0\""));
    let edit = |project: Project| project.with("helmfile.lock", LOCK.replace("1.4.0", "1.2.5"));
    assert_eq!(moved(project(), edit), ["chart"]);
    assert_eq!(moved(project(), |project| project.with("helmfile.yaml", remote(">=1.2"))), [""; 0]);
}

/// A helm whose plugin takes base64 for encryption.
fn with_secrets(project: Project) -> Project {
    let mut project = with_secrets_plugin(project).with("bin/helm", "#!/bin/sh\nexec base64 -d \"$3\"\n");
    let helm = project.root.join("bin/helm");
    fs_err::set_permissions(&helm, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    project.helm = Some(helm.into_string());
    project
}

#[test]
fn a_secret_moves_it_and_its_encryption_does_not() {
    let project = || {
        let project = with_secrets(web()).with("secret.yaml", "cGFzc3dvcmQ6IG9uZQo=\n");
        state(project, |text| format!("{text}  secrets: [secret.yaml]\n"))
    };
    let pieces = project().pieces().expect("pieces");
    let secret = pieces.iter().find(|piece| piece.name == "secrets/0").expect("a secret");
    assert!(secret.secret && pieces.iter().filter(|piece| piece.secret).count() == 1);
    assert!(!format!("{pieces:?}").contains("one"));
    // `password: one`, in lines of another length.
    let edit = |project: Project| project.with("secret.yaml", "cGFzc3\ndvcmQ6IG\n9uZQo=\n");
    assert_eq!(moved(project(), edit), [""; 0]);
    // `password: two`
    let edit = |project: Project| project.with("secret.yaml", "cGFzc3dvcmQ6IHR3bwo=\n");
    assert_eq!(moved(project(), edit), ["secrets/0"]);
}

const DEPENDENT: &str = "\
apiVersion: v2
name: web
version: 1.0.0
dependencies:
- {name: lib, version: 1.0.0, repository: 'file://../lib'}
- {name: db, version: ~2.1, repository: 'https://charts.example.org'}
- {name: own, version: 1.0.0}
";

const CHART_LOCK: &str = "\
dependencies:
- {name: lib, repository: 'file://../lib', version: 1.0.0}
- {name: db, repository: 'https://charts.example.org', version: 2.1.4}
digest: sha256:0000
generated: \"2024-01-01T00:00:00Z\"
";

fn dependent() -> Project {
    web()
        .with("chart/Chart.yaml", DEPENDENT)
        .with("chart/Chart.lock", CHART_LOCK)
        .with("chart/charts/own/Chart.yaml", "name: own\nversion: 1.0.0\n")
        .with("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\n")
        .with("lib/.helmignore", "*.md\n")
        .with("lib/templates/a.yaml", "a: 1\n")
        .with("lib/README.md", "# lib\n")
}

#[test]
fn a_dependency_in_a_directory_counts_by_its_files() {
    let edit = |project: Project| project.with("lib/templates/a.yaml", "a: 2\n");
    assert_eq!(moved(dependent(), edit), ["chart-dependency/lib/templates/a.yaml"]);
    assert_eq!(moved(dependent(), |project| project.with("lib/README.md", "# other\n")), [""; 0]);
    let edit = |project: Project| project.with("chart/charts/own/templates/x.yaml", "x: 1\n");
    assert_eq!(moved(dependent(), edit), ["chart/charts/own/templates/x.yaml"]);
}

#[test]
fn building_dependencies_moves_nothing() {
    let edit = |project: Project| {
        project
            .with("chart/charts/lib-1.0.0.tgz", "a package with the time in it")
            .with("chart/charts/db-2.1.4.tgz", "what the repository has")
            .with("chart/Chart.lock", CHART_LOCK.replace("2024", "2025").replace("0000", "1111"))
    };
    assert_eq!(moved(dependent(), edit), [""; 0]);
    let edit =
        |project: Project| project.with("chart/charts/lib-1.0.0.tgz", "one").without("chart/Chart.lock");
    let local = DEPENDENT.lines().filter(|line| !line.contains("name: db")).collect::<Vec<_>>().join("\n");
    let lock = CHART_LOCK.lines().filter(|line| !line.contains("name: db")).collect::<Vec<_>>().join("\n");
    let project = dependent().with("chart/Chart.yaml", local).with("chart/Chart.lock", lock);
    assert_eq!(moved(project, edit), [""; 0], "a lock file of directories alone says nothing");
}

#[test]
fn a_locked_dependency_moves_it() {
    let edit = |project: Project| project.with("chart/Chart.lock", CHART_LOCK.replace("2.1.4", "2.1.5"));
    assert_eq!(moved(dependent(), edit), ["chart/Chart.lock"]);
}

#[test]
fn packages_count_where_helmfile_does_not_make_them() {
    let project = || {
        let project = dependent().with("chart/charts/db-2.1.4.tgz", "one");
        state(project, |text| text.replace("  labels:", "  skipDeps: true\n  labels:"))
    };
    let edit = |project: Project| project.with("chart/charts/db-2.1.4.tgz", "two");
    assert_eq!(moved(project(), edit), ["chart/charts/db-2.1.4.tgz"]);
}

#[test]
fn listed_files_are_found_through_links_and_in_the_folders_of_dependencies() {
    let project = || {
        dependent()
            .with("lib/values-prod.yaml", "a: 1\n")
            .with("envs/prod.yaml", "a: 1\n")
            .link("chart/prod.yaml", "../envs/prod.yaml")
            .with(
                "helmfile.yaml",
                format!(
                    "{STATE}- {{name: x, chart: ./lib, values: [lib/values-prod.yaml, envs/prod.yaml]}}\n"
                ),
            )
    };
    assert!(!project().contents().keys().any(|name| name.contains("prod.yaml")));
    for file in ["lib/values-prod.yaml", "envs/prod.yaml"] {
        assert_eq!(moved(project(), |project| project.with(file, "a: 2\n")), [""; 0], "{file}");
    }
}
