//! The order of releases.

use super::*;

#[test]
pub(super) fn missing_need() {
    let producer = "  - { name: gateway-apis, namespace: edge, chart: ./c }\n";
    let consumer = |from: &str, needs: &str| {
        gateway()
            .file("helmfile.yaml", format!("{GATEWAY}    needs: [{needs}]\n{producer}"))
            .file("gateway/values.yaml", format!("# helmsum: ./apis from={from}\n"))
    };
    has(consumer("gateway-apis", ""), "missing-need", 0)
        .says("release `edge/gateway` depends on files of release `edge/gateway-apis`, but does not need it")
        .says("add `needs: [edge/gateway-apis]` to release `edge/gateway`")
        .says("--> gateway/values.yaml:1");
    has(consumer("edge/gateway-api", ""), "missing-need", 0).says("there is no such release");
    has_not(consumer("gateway-apis", "gateway-apis"), "missing-need");
    has_not(consumer("edge/gateway-apis", "edge/gateway-apis"), "missing-need");
    let indirect = gateway()
        .file(
            "helmfile.yaml",
            format!("{GATEWAY}    needs: [between]\n  - {{ name: between, namespace: edge, chart: ./c, needs: [gateway-apis] }}\n{producer}"),
        )
        .file("gateway/values.yaml", "# helmsum: ./apis from=gateway-apis\n");
    has_not(indirect, "missing-need");
}

#[test]
pub(super) fn missing_need_of_a_release_that_needs_the_consumer() {
    let producer = |needs: &str| {
        format!("  - {{ name: gateway-apis, namespace: edge, chart: ./c, needs: [{needs}] }}\n")
    };
    let state = |own: &str, other: &str| {
        gateway()
            .file("helmfile.yaml", format!("{GATEWAY}{own}{}", producer(other)))
            .file("gateway/values.yaml", "# helmsum: ./apis from=gateway-apis\n")
    };
    has(state("", "edge/gateway"), "missing-need", 0)
        .says("release `edge/gateway` depends on files of release `edge/gateway-apis`, which is deployed later: it needs this one")
        .says("take that need away, and add `needs: [edge/gateway-apis]` to release `edge/gateway`");
    has_not(state("    needs: [edge/gateway-apis]\n", ""), "missing-need");
}

#[test]
pub(super) fn missing_need_of_another_state_file_is_a_matter_of_order() {
    let producer = "releases: [{ name: apis, namespace: edge, chart: ./c }]\n";
    let first = gateway()
        .file("helmfile.yaml", format!("helmfiles: [apis/helmfile.yaml]\n{GATEWAY}"))
        .file("apis/helmfile.yaml", producer)
        .file("gateway/values.yaml", "# helmsum: ./apis from=edge/apis\n");
    has_not(first, "missing-need");
    let parallel = Repo::new()
        .file("helmfile.d/apis.yaml", producer)
        .file("helmfile.d/gateway.yaml", GATEWAY.replace("gateway/", "../gateway/"))
        .file("gateway/values.yaml", "# helmsum: ./apis from=edge/apis\n")
        .file("gateway/apis/a", "1");
    has(parallel, "missing-need", 0).says("releases of another state file cannot be needed");
}

#[test]
pub(super) fn missing_need_of_files_of_a_directory_that_is_listed() {
    let producer = "releases: [{ name: apis, namespace: edge, chart: ./c }]\n";
    let listed = |helmfiles: &str| {
        gateway()
            .file("helmfile.yaml", format!("helmfiles: {helmfiles}\n"))
            .file("state/a.yaml", producer)
            .file("state/b.yaml", GATEWAY.replace("gateway/", "../gateway/"))
            .file("gateway/values.yaml", "# helmsum: ./apis from=edge/apis\n")
    };
    has(listed("[state]"), "missing-need", 0)
        .says("depends on files of release `edge/apis`, which `state/a.yaml` deploys at the same time");
    has_not(listed("['state/*.yaml']"), "missing-need");
    has_not(listed("[state/a.yaml, state/b.yaml]"), "missing-need");
}

#[test]
pub(super) fn missing_need_of_a_release_whose_twin_is_switched_off() {
    let state = |off: &str| {
        let between =
            "  - { name: between, namespace: edge, chart: ./c, needs: [apis], condition: off.enabled }\n";
        let releases = format!(
            "{GATEWAY}    needs: [between]\n{between}{off}  - {{ name: apis, namespace: edge, chart: ./c }}\n"
        );
        gateway()
            .file("helmfile.yaml", format!("values: [{{ off: {{ enabled: false }} }}]\n---\n{releases}"))
            .file("gateway/values.yaml", "# helmsum: ./apis from=edge/apis\n")
    };
    has_not(state(""), "missing-need");
    has(state("  - { name: between, namespace: edge, chart: ./c }\n"), "missing-need", 0)
        .says("depends on files of release `edge/apis`, but does not need it");
}

/// [`gateway`] with another release whose values template reads a file of `./apis`, and more of it in the state.
fn read_by_another(reads: &str, more: &str) -> Repo {
    let producer = "  - { name: gateway-apis, namespace: edge, chart: ./c, values: [apis.yaml.gotmpl] }\n";
    gateway()
        .file("helmfile.yaml", format!("{GATEWAY}{more}{producer}"))
        .file("apis.yaml.gotmpl", format!("orders: |\n{{{{ readFile \"{reads}\" | indent 2 }}}}\n"))
}

/// The finding is made as a note.
#[track_caller]
fn noted(repo: Repo) -> Repo {
    shown("missing-need", repo.helmsum(["generate"]).exits(0)).says("note[missing-need]: ")
}

#[test]
pub(super) fn missing_need_of_a_release_that_reads_the_files() {
    let one = noted(read_by_another("gateway/apis/orders.yaml", ""));
    one.says("note[missing-need]: release `edge/gateway-apis` reads files of `./apis`, which release `edge/gateway` depends on, and nothing says which of the releases is deployed first")
        .says("--> gateway/values.yaml:1")
        .says("add `from=edge/gateway-apis` to the source, and add `needs: [edge/gateway-apis]` to release `edge/gateway`")
        .helmsum(["generate", "--strict"])
        .exits(0);
    has_not(read_by_another("gateway/apis/orders.yaml", "    needs: [gateway-apis]\n"), "missing-need");
    has_not(read_by_another("gateway/values.yaml", ""), "missing-need");
    let by_itself = read_by_another("gateway/apis/orders.yaml", "      - own.yaml.gotmpl\n")
        .file("own.yaml.gotmpl", "{{ readFile \"gateway/apis/orders.yaml\" }}\n");
    has_not(by_itself, "missing-need");
    let left_out = read_by_another("gateway/apis/orders.yaml", "")
        .file("gateway/values.yaml", "# helmsum: ./apis exclude=orders.yaml\n");
    has_not(left_out, "missing-need");
    for source in ["./apis/*.yaml", "./apis/orders.yaml", "apis/orders.yaml"] {
        let other = read_by_another("gateway/apis/orders.yaml", "")
            .file("gateway/values.yaml", format!("# helmsum: {source}\n"));
        noted(other).says("release `edge/gateway-apis` reads files of");
    }
}

#[test]
pub(super) fn missing_need_of_several_releases_that_read_the_files() {
    let listing = |names: &[&str], files: &str| {
        let line =
            |name: &&str| format!("  - {{ name: {name}, namespace: edge, chart: ./c, values: [{files}] }}\n");
        names.iter().map(line).collect::<String>()
    };
    let among_values = |others: String| gateway().file("helmfile.yaml", format!("{GATEWAY}{others}"));
    let (one, both) = ("gateway/apis/orders.yaml", "gateway/apis/orders.yaml, gateway/apis/users.yaml");
    noted(among_values(listing(&["a", "b", "c"], both)))
        .says("releases `edge/a`, `edge/b` and `edge/c` read files of `./apis`")
        .says("add `from=RELEASE` to the source");
    noted(among_values(listing(&["a", "b", "c", "d", "e"], one)))
        .says("releases `edge/a`, `edge/b`, `edge/c` and 2 more read files of `./apis`");
    // The one that reads all of them is the one that makes the objects.
    noted(among_values(listing(&["a"], one) + &listing(&["b"], both)))
        .says("release `edge/b` reads files of `./apis`");
}
