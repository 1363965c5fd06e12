//! A comparison as people read it: on a terminal, as a comment, and where it fails.

use super::{DIRECTIVE, committed};
use crate::audit::project::{BY_KEY, BY_SECRET, PLATFORM_VALUES, STATE, WEB};
use crate::kinds::project::Project;
use crate::support::gallery::Gallery;

/// A change that restarts one release, which another does not notice, and a third one waits for.
fn changed() -> Option<Project> {
    let project = committed(&format!("{DIRECTIVE}# helmsum: ./conf\n{BY_KEY}"))?;
    let release = |name: &str, values: &str| {
        format!(
            "  - name: {name}\n    namespace: apps\n    chart: ./charts/{name}\n    needs: [platform]\n    values: [{values}]\n"
        )
    };
    let more =
        [release("queue", "queue.yaml"), release("search", "search.yaml, search.checksum.yaml")].concat();
    project.write("helmfile.yaml", &format!("{STATE}{more}"));
    project.write("queue.yaml", BY_SECRET);
    project.write("search.yaml", &format!("{DIRECTIVE}{BY_KEY}"));
    project
        .write("helmsum.yaml", "releases:\n  - release: apps/search\n    hold: until the index is rebuilt\n");
    project.chart("queue", &WEB.replace("Deployment", "StatefulSet"));
    project.chart("search", WEB);
    for name in ["a", "b", "users"] {
        project.write(&format!("conf/{name}.yaml"), name);
    }
    project.write("helmsum.yaml", "{}\n");
    project.helmsum(&["generate"]).succeeds();
    project
        .write("helmsum.yaml", "releases:\n  - release: apps/search\n    hold: until the index is rebuilt\n");
    project.sandbox.commit(&project.root);
    project.sandbox.run(&project.root, "git", ["checkout", "--quiet", "-b", "feature"]).succeeds();
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue").replace("s3cret", "other"));
    project.sandbox.run(&project.root, "git", ["mv", "conf/users.yaml", "conf/people.yaml"]).succeeds();
    project.write("conf/a.yaml", "edited");
    project.write("NOTES", "x");
    Some(project)
}

/// What a run says, with hashes that are the same everywhere.
fn block(project: &Project, arguments: &[&str]) -> String {
    let run = project.helmsum(arguments);
    let hash = regex::Regex::new(r"\b[0-9a-f]{7,40}\b").expect("a pattern");
    let text =
        format!("{}{}", run.stdout(), run.stderr()).replace(project.root.to_str().expect("UTF-8"), "/repo");
    format!(
        "$ helmsum {}\n{}exit code {}\n",
        arguments.join(" "),
        hash.replace_all(&text, "a1b2c3d"),
        run.code()
    )
}

#[test]
fn people_and_pages_see_the_answer_first() {
    let Some(project) = changed() else { return };
    let mut gallery = Gallery::default();
    gallery.text("a change", &block(&project, &["diff"]));
    gallery.text("as a comment", &block(&project, &["diff", "--output", "markdown"]));
    gallery.text(
        "as a comment without HTML",
        &block(&project, &["diff", "--output", "markdown", "--flavour", "plain"]),
    );
    gallery.text("findings alone", &block(&project, &["diff", "--quiet"]));
    gallery.text("two revisions", &block(&project, &["diff", "main", "feature", "--detailed-exitcode"]));
    gallery.text("nothing to say", &block(&project, &["diff", "main", "feature", "--only-changes"]));
    gallery.text(
        "nothing to say as a comment",
        &block(&project, &["diff", "main", "feature", "--output", "markdown"]),
    );
    gallery.text("without helm", &block(&project, &["diff", "--no-render"]));
    gallery.text("no such commit", &block(&project, &["diff", "none"]));
    gallery.text("no such commit as a comment", &block(&project, &["diff", "none", "--output", "markdown"]));
    gallery.text("no such commit as JSON", &block(&project, &["diff", "none", "--output", "json"]));
    project.edit(
        "charts/platform/templates/all.yaml",
        "  name: settings\n",
        "  name: settings\nimmutable: true\n",
    );
    project.write("platform.yaml", PLATFORM_VALUES);
    project.sandbox.commit(&project.root);
    project.write("platform.yaml", &PLATFORM_VALUES.replace("red", "blue"));
    gallery.text("an object that cannot change", &block(&project, &["diff", "HEAD"]));
    gallery.text("the same as a comment", &block(&project, &["diff", "HEAD", "--output", "markdown"]));
    gallery.text("its finding alone", &block(&project, &["diff", "HEAD", "--quiet"]));
    project.sandbox.commit(&project.root);
    let exec = format!("colour: {{{{ exec \"cat\" (list \"platform.yaml\") | quote }}}}\n{BY_KEY}");
    project.write("web.yaml.gotmpl", &exec);
    let state = project.read("helmfile.yaml");
    project.write("helmfile.yaml", &state.replace("[web.yaml, ", "[web.yaml.gotmpl, "));
    project.sandbox.commit(&project.root);
    gallery.text("a program that would answer from the work tree", &block(&project, &["diff", "HEAD"]));
    gallery.text("the same as a finding", &block(&project, &["diff", "HEAD", "--quiet"]));
    project.write("helmfile.yaml", "releases: [{name: web, chart: ./charts/web, colour: red}]\n");
    gallery.text("a side that cannot be read", &block(&project, &["diff"]));
    project.sandbox.commit(&project.root);
    project.write("helmfile.yaml", STATE);
    gallery.text("the first side cannot be read", &block(&project, &["diff", "HEAD"]));
    gallery.matches_snapshot("diff");
}
