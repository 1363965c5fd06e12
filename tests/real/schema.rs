//! A chart whose schema lists every value, with what the manual says to add to it.

use crate::kinds::project::Project;
use crate::support::page::Page;

#[test]
fn the_properties_of_the_manual_let_a_strict_schema_take_a_target() {
    let properties = Page::read("docs/targets.md")
        .tested_by("the_properties_of_the_manual_let_a_strict_schema_take_a_target");
    let Some(project) = Project::new("# helmsum: ./conf\n# helmsum: ./tls as tls\n") else { return };
    let template = |project: &Project| {
        project.sandbox.run(&project.root, "helmfile", ["-l", "name=gateway", "template", "--skip-deps"])
    };
    project.write("conf/a", "a\n");
    project.write("tls/b", "b\n");
    project.sandbox.run(&project.root, "helmsum", ["generate", "--strict"]).succeeds();
    let strict = |own: &str| format!("{{\"additionalProperties\": false, \"properties\": {{{own}}}}}");
    project.write("charts/gateway/values.schema.json", &strict(""));
    assert!(template(&project).fails().contains("configChecksum"), "helm refuses a key that is not listed");
    project.write("charts/gateway/values.schema.json", &strict(&properties));
    template(&project).succeeds();
}
