//! Values files and entries that nobody reads.

use super::*;

#[test]
pub(super) fn unread_directive() {
    let in_state = gateway().file("helmfile.yaml", format!("# helmsum: ./apis\n{GATEWAY}"));
    has(in_state, "unread-directive", 1)
        .says("a directive in a state file is never read")
        .says("--> helmfile.yaml:1");
    let base = gateway()
        .file("helmfile.yaml", format!("bases: [base.yaml]\n{GATEWAY}"))
        .file("base.yaml", "helmDefaults: { wait: true }\n# helmsum: ./apis\n");
    has(base, "unread-directive", 1).says("--> base.yaml:2");
    let environment = gateway()
        .file(
            "helmfile.yaml",
            format!("environments: {{ default: {{ values: [env.yaml] }} }}\n---\n{GATEWAY}"),
        )
        .file("env.yaml", "a: 1\n  # helmsum: ./apis\n");
    has(environment, "unread-directive", 1).says("a directive in state values").says("--> env.yaml:2");
    let chart = gateway().file("chart/values.yaml", "# helmsum: ./apis\n");
    has(chart, "unread-directive", 1).says("--> chart/values.yaml:1");
    let secrets = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    secrets: [secrets.yaml]\n"))
        .file("secrets.yaml", "# helmsum: ./apis\na: 1\n");
    has(secrets, "unread-directive", 1).says("a directive in `secrets`").says("--> secrets.yaml:1");
    let comment = gateway()
        .file("helmfile.yaml", state("gateway/values.yaml", "gateway/values.yaml.gotmpl"))
        .file("gateway/values.yaml.gotmpl", "{{/*\n# helmsum: ./gone\n*/}}\n# helmsum: ./apis\n");
    has(comment, "unread-directive", 1)
        .says("a directive in a template comment")
        .says("--> gateway/values.yaml.gotmpl:2");
    let patch = gateway()
        .file("helmfile.yaml", format!("{GATEWAY}    strategicMergePatches: [patch.yaml]\n"))
        .file("patch.yaml", "# helmsum: ./apis\nkind: Deployment\n");
    has(patch, "unread-directive", 1).says("a directive in a patch").says("--> patch.yaml:1");
    let helper = |values: &str| {
        gateway()
            .file("helmfile.yaml", format!("{}      - more.yaml.gotmpl\n", state("gateway/values.yaml", "values.yaml")))
            .file("values.yaml", "# helmsum: ./gateway/apis\n")
            .file("more.yaml.gotmpl", values)
            .file(
                "_deps.tpl",
                "# helmsum: ./outside\n{{ define \"deps\" }}\n# helmsum: ./gateway/apis\n{{ end }}{{ define \"by\" }}{{ template \"deps\" }}{{ end }}\n",
            )
    };
    has(helper("a: {{ 1 }}\n"), "unread-directive", 1)
        .says("a directive in a helper that no values file includes")
        .says("--> _deps.tpl:1")
        .says("--> _deps.tpl:3");
    for values in [
        "{{ include \"by\" . }}",
        "{{ if false }}{{ include \"deps\" . }}{{ end }}",
        "{{ include (printf \"de%s\" \"ps\") . }}",
    ] {
        has(helper(values), "unread-directive", 1).says("--> _deps.tpl:1");
    }
    has_not(
        gateway().file("helmfile.yaml", format!("# helmsum writes the checksums\n{GATEWAY}")),
        "unread-directive",
    );
}

/// More about it in `unmatched.rs`.
#[test]
pub(super) fn unmatched_entry() {
    let entry = |release: &str| {
        gateway()
            .file("helmsum.yaml", format!("releases: [{{ release: {release}, sources: [gateway/apis] }}]\n"))
    };
    has(entry("edge/gatewai"), "unmatched-entry", 0)
        .says("there is no release `edge/gatewai`, which this entry is about")
        .says("did you mean `edge/gateway`?");
    has_not(entry("edge/gateway"), "unmatched-entry");
}

#[test]
pub(super) fn unsearched_values() {
    let with = |values: &str| {
        gateway()
            .file(
                "helmfile.yaml",
                state(
                    "      - gateway/values.yaml\n",
                    "      - gateway/values.yaml\n      - pw.yaml.gotmpl\n",
                ),
            )
            .file("pw.yaml.gotmpl", values)
    };
    let strict = with("password: {{ requiredEnv \"DB_PASSWORD\" }}\n");
    let strict = has(strict, "unsearched-values", 0)
        .says("release `edge/gateway`: `pw.yaml.gotmpl` may contain directives")
        .says("DB_PASSWORD")
        .says("--> pw.yaml.gotmpl:1");
    strict.helmsum(["check", "--strict"]).exits(0).says("warning[unsearched-values]");
    has_not(with("password: {{ requiredEnv \"DB_PASSWORD\" | quote }}\n"), "unsearched-values");
    has_not(with("password: {{ env \"DB_PASSWORD\" }}\n"), "unsearched-values");
}

#[test]
pub(super) fn hidden_missing_file() {
    let handler = |line: &str| gateway().file("helmfile.yaml", format!("{line}{GATEWAY}"));
    let missing = handler("missingFileHandler: Warn\n").file("gateway/values.yaml", "# helmsum: ./api\n");
    shown("hidden-missing-file", missing.helmsum(["generate"]).exits(1))
        .says("`gateway/checksum.yaml` is missing, and with `missingFileHandler: Warn` helmfile deploys it without its checksum")
        .says("correct what keeps it from being written");
    let own = gateway().file("helmfile.yaml", format!("{GATEWAY}    missingFileHandler: Debug\n"));
    let own = own
        .helmsum(["check"])
        .exits(2)
        .says("hidden-missing-file")
        .says("write it with `helmsum generate` before helmfile runs");
    let own = own.helmsum(["generate", "--dry-run", "--strict"]).exits(1).says("hidden-missing-file");
    // What a run writes is there afterwards, and optional files may stay optional.
    let own = own.helmsum(["generate", "--strict"]).exits(0).does_not_say("hidden-missing-file");
    own.helmsum(["check", "--strict"]).exits(0).does_not_say("hidden-missing-file");
    let back = format!("missingFileHandler: Warn\n{GATEWAY}    missingFileHandler: Error\n");
    let back = gateway().file("helmfile.yaml", back).file("gateway/values.yaml", "# helmsum: ./api\n");
    back.helmsum(["generate"]).exits(1).does_not_say("hidden-missing-file");
    has_not(handler("missingFileHandler: Warn\n"), "hidden-missing-file");
}
