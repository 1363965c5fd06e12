//! What people see.

use super::{STATE, WITH_KEY, project, without_key};
use crate::audit::project::{BY_KEY, BY_SECRET};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;

/// What `init` prints: words, then the patch.
fn shown(project: &Project, arguments: &[&str]) -> String {
    let run = project.helmsum(&[&["init"], arguments].concat());
    let text = format!("{}{}", run.stderr(), run.stdout());
    let text = text.replace(project.root.to_str().expect("UTF-8"), "/repo");
    format!("$ {}\n{text}exit code {}\n", [&["helmsum", "init"], arguments].concat().join(" "), run.code())
}

fn of(state: &str, values: &str, chart: &str) -> Option<Project> {
    let project = project(&[("helmfile.yaml", state), ("web.yaml", values)])?;
    project.chart("web", chart);
    project.sandbox.commit(&project.root);
    Some(project)
}

#[test]
fn what_people_see() {
    let mut gallery = Gallery::default();
    let Some(found) = of(STATE, BY_KEY, WITH_KEY) else { return };
    gallery.text("a key of the chart", &shown(&found, &[]));
    gallery.text("the same in place", &shown(&found, &["--apply"]));
    found.sandbox.commit(&found.root);
    gallery.text("once more", &shown(&found, &[]));
    let Some(secret) = of(STATE, BY_SECRET, &without_key()) else { return };
    gallery.text("a line of the chart, and a secret without a key", &shown(&secret, &["--via", "target"]));
    let anchor = STATE.replace("    values:\n      - web.yaml", "    values: &all [web.yaml]");
    let anchor = format!("{anchor}templates:\n  more:\n    values: *all\n");
    let Some(told) = of(&anchor, BY_KEY, WITH_KEY) else { return };
    gallery.text("a list that an anchor gives to others", &shown(&told, &[]));
    let Some(left) = of(STATE, BY_KEY, &without_key()) else { return };
    gallery.text("no way that is wanted", &shown(&left, &["--via", "key"]));
    gallery.text("neither a release nor a path", &shown(&left, &["web", "nowhere"]));
    gallery.matches_snapshot("init");
}
