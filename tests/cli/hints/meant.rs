//! The hints about names: what was meant, and what has to come first.

use super::directives::directive;
use super::{after, edit, hint, is_gone, is_well, quoted};
use crate::support::repo::{GATEWAY, Repo, gateway};

#[test]
fn what_was_meant_is_what_is_there() {
    let two = format!("{GATEWAY}  - {{ name: routes, namespace: edge, chart: ./c }}\n");
    for (repo, arguments, about, file, from) in [
        (directive("# helmsum: ./api"), &["generate"][..], "missing-source", "gateway/values.yaml", "./api"),
        (
            directive("# helmsum: ./mroe/*"),
            &["generate"],
            "missing-source",
            "gateway/values.yaml",
            "./mroe/*",
        ),
        (
            directive("# helmsum: ./apis from=edge/rotes").file("helmfile.yaml", two.as_str()),
            &["generate"],
            "there is no such release",
            "gateway/values.yaml",
            "from=edge/rotes",
        ),
        (
            directive("# helmsum: release:edge/rotes")
                .file("helmfile.yaml", two.as_str())
                .file("c/Chart.yaml", "name: c\nversion: 1.0.0\n"),
            &["generate"],
            "there is no release `edge/rotes`",
            "gateway/values.yaml",
            "edge/rotes",
        ),
        (
            directive("# helmsum: ./apis")
                .file("helmsum.yaml", "releases: [{ release: edge/gatewai, sources: [gateway/apis] }]\n"),
            &["generate"],
            "unmatched-entry",
            "helmsum.yaml",
            "edge/gatewai",
        ),
        (
            directive("# helmsum: ./apis").file("helmsum.yaml", "kye: x\n"),
            &["generate"],
            "config-syntax",
            "helmsum.yaml",
            "kye",
        ),
        (
            directive("# helmsum: ./apis").file("helmsum.yaml", "levels: { clrf: allow }\n"),
            &["generate"],
            "config-syntax",
            "helmsum.yaml",
            "clrf",
        ),
        (
            directive("# helmsum: ./apis").file("helmsum.yaml", "levels: { crlf: dney }\n"),
            &["generate"],
            "config-syntax",
            "helmsum.yaml",
            "dney",
        ),
    ] {
        let meant = after(&hint(&repo, arguments, about), "did you mean");
        is_gone(&edit(repo, file, from, &meant), arguments, about);
    }
}

#[test]
fn an_object_is_written_with_a_colon() {
    let repo =
        directive("# helmsum: release/edge/gateway").file("chart/Chart.yaml", "name: c\nversion: 1.0.0\n");
    let meant = after(&hint(&repo, &["generate"], "missing-source"), "did you mean");
    is_gone(
        &edit(repo, "gateway/values.yaml", "release/edge/gateway", &meant),
        &["generate"],
        "missing-source",
    );
}

#[test]
fn an_option_on_the_command_line_is_given_as_its_hint_has_it() {
    let state = format!("environments: {{ dev: {{}}, production: {{}} }}\n---\n{GATEWAY}");
    let repo = || gateway().file("helmfile.yaml", state.as_str());
    let about = "no state file defines the environment";
    let meant = after(&hint(&repo(), &["generate", "-e", "prodution"], about), "did you mean");
    is_well(&repo(), &["generate", &meant], about);
    for name in quoted(&hint(&repo(), &["generate", "-e", "x"], about)).into_iter().skip(1) {
        is_well(&repo(), &["generate", "-e", &name], about);
    }
    let about = "none of 1 release is selected";
    let arguments = ["generate", "-e", "dev", "--release"];
    let with = |name: &str| {
        arguments.iter().map(|&word| word.to_owned()).chain([name.to_owned()]).collect::<Vec<_>>()
    };
    let wrong = with("gatewy");
    let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
    let right = with(&after(&hint(&repo(), &wrong, about), "did you mean"));
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    is_well(&repo(), &right, about);
    let about = "malformed label";
    let meant = after(&hint(&repo(), &["generate", "-e", "dev", "-l", "gateway"], about), "did you mean");
    is_well(&repo(), &["generate", "-e", "dev", "-l", &meant], about);
}

#[test]
fn a_need_is_added_as_its_hint_has_it() {
    let routes = "  - { name: routes, namespace: edge, chart: ./c }\n";
    let repo = |state: String| directive("# helmsum: ./apis from=routes").file("helmfile.yaml", state);
    let bare = repo(format!("{GATEWAY}{routes}"));
    let line = after(&hint(&bare, &["generate"], "missing-need"), "add ");
    let mended =
        edit(bare, "helmfile.yaml", "    chart: ./chart\n", &format!("    chart: ./chart\n    {line}\n"));
    is_well(&mended, &["generate", "--strict"], "missing-need");
    let some = repo(format!(
        "{GATEWAY}    needs: [edge/other]\n{routes}  - {{ name: other, namespace: edge, chart: ./c }}\n"
    ));
    let need = after(&hint(&some, &["generate"], "missing-need"), "add ");
    let mended = edit(some, "helmfile.yaml", "[edge/other]", &format!("[edge/other, {need}]"));
    is_well(&mended, &["generate", "--strict"], "missing-need");
    let overridden = repo(format!("{GATEWAY}{routes}"));
    let arguments = ["generate", "--strict", "-n", "elsewhere"];
    let line = after(&hint(&overridden, &arguments, "missing-need"), "add ");
    let mended = edit(
        overridden,
        "helmfile.yaml",
        "    chart: ./chart\n",
        &format!("    chart: ./chart\n    {line}\n"),
    );
    is_well(&mended, &arguments, "missing-need");
}

#[test]
fn a_release_that_reads_the_files_is_named_as_its_hint_has_it() {
    let routes = "  - { name: routes, namespace: edge, chart: ./c, values: [gateway/apis/orders.yaml] }\n";
    let repo = directive("# helmsum: ./apis").file("helmfile.yaml", format!("{GATEWAY}{routes}"));
    let hint = hint(&repo, &["generate"], "missing-need");
    let names = quoted(&hint);
    let [from, needs, release] = &names[..] else { panic!("{hint}") };
    assert_eq!(release, "edge/gateway", "{hint}");
    let mended = edit(repo, "gateway/values.yaml", "./apis", &format!("./apis {from}"));
    let mended =
        edit(mended, "helmfile.yaml", "    chart: ./chart\n", &format!("    chart: ./chart\n    {needs}\n"));
    is_well(&mended, &["generate", "--strict"], "missing-need");
}

#[test]
fn a_producer_in_the_parent_is_moved_before_its_consumer() {
    let routes = "releases: [{ name: routes, namespace: edge, chart: ./c }]\n";
    let repo = directive("# helmsum: ./apis from=edge/routes")
        .file("main.yaml", format!("helmfiles:\n- helmfile.yaml\n{routes}"));
    let arguments = ["generate", "-f", "main.yaml", "--strict"];
    let hint = hint(&repo, &arguments, "missing-need");
    let names = quoted(&hint);
    let [release, parent, key, before] = &names[..] else { panic!("{hint}") };
    assert_eq!([release.as_str(), key], ["edge/routes", "helmfiles"], "{hint}");
    let moved = edit(repo, parent, routes, "").file("routes.yaml", routes);
    let moved = edit(moved, parent, &format!("- {before}"), &format!("- routes.yaml\n- {before}"));
    is_well(&moved, &arguments, "missing-need");
}

#[test]
fn a_producer_that_comes_later_is_listed_earlier() {
    let repo = directive("# helmsum: ./apis from=edge/routes")
        .file("main.yaml", "helmfiles:\n- nested.yaml\n- routes/main.yaml\n")
        .file("nested.yaml", "helmfiles:\n- helmfile.yaml\n")
        .file("routes/main.yaml", "helmfiles: [helmfile.yaml]\n")
        .file("routes/helmfile.yaml", "releases: [{ name: routes, namespace: edge, chart: ./c }]\n");
    let arguments = ["generate", "-f", "main.yaml", "--strict"];
    let hint = hint(&repo, &arguments, "missing-need");
    let names = quoted(&hint);
    let [late, early, key, file] = &names[..] else { panic!("{hint}") };
    assert_eq!(key, "helmfiles", "{hint}");
    let text = repo.read(file);
    assert!(text.contains(&format!("- {early}\n- {late}\n")), "{hint}\n{text}");
    let mended =
        repo.file(file, text.replace(&format!("- {early}\n- {late}\n"), &format!("- {late}\n- {early}\n")));
    is_well(&mended, &arguments, "missing-need");
}

#[test]
fn a_producer_beside_is_listed_in_one_state_file() {
    let repo = Repo::new()
        .file("helmfile.d/routes.yaml", "releases: [{ name: routes, namespace: edge, chart: ./c }]\n")
        .file("helmfile.d/gateway.yaml", GATEWAY.replace("gateway/", "../gateway/"))
        .file("gateway/values.yaml", "# helmsum: ./apis from=edge/routes\n")
        .file("gateway/apis/a", "1");
    let hint = hint(&repo, &["generate"], "missing-need");
    let names = quoted(&hint);
    let [_, first, second] = &names[..] else { panic!("{hint}") };
    let listed = repo.file("main.yaml", format!("helmfiles:\n- {first}\n- {second}\n"));
    is_well(&listed, &["generate", "-f", "main.yaml", "--strict"], "missing-need");
}
