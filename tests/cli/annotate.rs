//! `helmsum annotate`, without helm: a stream of manifests.

use crate::support::repo::Repo;

/// A `ConfigMap` that [`DEPLOYMENT`] reads.
pub(crate) const CONFIG: &str = "\
---
# Source: config/templates/app.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: app
data:
  colour: green
";

/// A Deployment that reads [`CONFIG`].
pub(crate) const DEPLOYMENT: &str = "\
---
# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: web
          envFrom:
            - configMapRef:
                name: app
";

/// The digest of the data of [`CONFIG`]: `printf '%s  data/colour\\n' $(printf green | sha256sum | cut -d' ' -f1) | sha256sum`
const COLOUR: &str = "e84b16af2f346766ffc53d2a6c62a537ea8dd9e441012c10b409163e5c1a23d4";

/// The lines that [`DEPLOYMENT`] gets.
fn annotated(lines: &str) -> String {
    DEPLOYMENT.replace("      labels:", &format!("      annotations:\n{lines}      labels:"))
}

fn with_colour() -> String {
    annotated(&format!("        checksum/helmsum.configmap.app: \"{COLOUR}\"\n"))
}

#[test]
fn a_workload_gets_the_digest_of_what_it_reads() {
    for stream in [format!("{CONFIG}{DEPLOYMENT}"), format!("{DEPLOYMENT}{CONFIG}")] {
        let expected = stream.replace(DEPLOYMENT, &with_colour());
        Repo::new().helmsum_on(stream.as_bytes(), ["annotate"]).exits(0).stderr("").stdout(&expected);
        Repo::new().helmsum_on(expected.as_bytes(), ["annotate"]).exits(0).stdout(&expected);
    }
}

#[test]
fn every_form_of_reading_counts() {
    let volume = "          volumeMounts: [{name: v, mountPath: /v}]\n";
    let init = "      initContainers: [{name: i, image: i, volumeMounts: [{name: v, mountPath: /v}]}]\n";
    let of = |containers: &str, more: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec:\n  template:\n    metadata: {{}}\n    spec:\n{more}      containers:\n        - name: db\n          image: db\n{containers}"
        )
    };
    let mounted = "      volumes: [{name: v, configMap: {name: app}}]\n";
    let projected = "      volumes: [{name: v, projected: {sources: [{configMap: {name: app}}]}}]\n";
    let variable = "          env: [{name: C, valueFrom: {configMapKeyRef: {name: app, key: colour}}}]\n";
    for text in [
        of(variable, ""),
        of(volume, mounted),
        of(volume, projected),
        of(&volume.replace("/v}", "/v, subPath: colour}"), mounted),
        of("", &format!("{init}{mounted}")),
        of("", "      initContainers: [{name: i, image: i, envFrom: [{configMapRef: {name: app}}]}]\n"),
    ] {
        let expected = text.replace(
            "metadata: {}\n",
            &format!("metadata: {{\"annotations\": {{\"checksum/helmsum.configmap.app\": \"{COLOUR}\"}}}}\n"),
        );
        let stream = format!("{CONFIG}{text}");
        Repo::new()
            .helmsum_on(stream.as_bytes(), ["annotate"])
            .exits(0)
            .stdout(&format!("{CONFIG}{expected}"));
    }
    // What is read live, by nobody, or not made here.
    for text in [
        of("", mounted),
        of("", "      imagePullSecrets: [{name: app}]\n"),
        of(&variable.replace("name: app", "name: other"), ""),
        of(variable, "").replace("StatefulSet", "Job").replace("apps/v1", "batch/v1"),
        of(variable, "").replace("{name: db}", "{name: db, annotations: {helm.sh/hook: post-install}}"),
        of(variable, "").replace("{name: db}", "{name: db, namespace: shop}"),
    ] {
        let stream = format!("{CONFIG}{text}");
        Repo::new().helmsum_on(stream.as_bytes(), ["annotate"]).exits(0).stdout(&stream);
    }
}

#[test]
fn namespaces_are_told_apart() {
    let own = CONFIG.replace("  name: app", "  name: app\n  namespace: edge");
    let other = own.replace("edge", "shop").replace("green", "red");
    let stream = format!("{own}{other}{DEPLOYMENT}");
    Repo::new().helmsum_on(stream.as_bytes(), ["annotate"]).exits(0).stdout(&stream);
    Repo::new()
        .helmsum_on(stream.as_bytes(), ["annotate", "--namespace", "edge"])
        .exits(0)
        .stdout(&stream.replace(DEPLOYMENT, &with_colour()));
}

#[test]
fn an_object_that_comes_twice_has_the_same_data() {
    let same = format!("{CONFIG}{CONFIG}{DEPLOYMENT}");
    Repo::new()
        .helmsum_on(same.as_bytes(), ["annotate"])
        .exits(0)
        .stdout(&same.replace(DEPLOYMENT, &with_colour()));
    let other = format!("{CONFIG}{}{DEPLOYMENT}", CONFIG.replace("green", "red"));
    Repo::new().helmsum_on(other.as_bytes(), ["annotate"]).exits(1).stdout("").complains(
        "ConfigMap `app` is in the input with different data, in line 3 and line 11; Deployment `web` reads it",
    );
    // Nobody reads it.
    let unread = format!("{CONFIG}{}", CONFIG.replace("green", "red"));
    Repo::new().helmsum_on(unread.as_bytes(), ["annotate"]).exits(0).stdout(&unread);
}

#[test]
fn secrets_are_hashed_with_the_key_where_there_is_one() {
    let secret = CONFIG.replace("ConfigMap", "Secret").replace("colour: green", "colour: Z3JlZW4=");
    let reader = DEPLOYMENT.replace("configMapRef", "secretRef");
    let stream = format!("{secret}{reader}");
    let with = |digest: &str| {
        let line =
            format!("      annotations:\n        checksum/helmsum.secret.app: \"{digest}\"\n      labels:");
        format!("{secret}{}", reader.replace("      labels:", &line))
    };
    Repo::new()
        .helmsum_on(stream.as_bytes(), ["annotate"])
        .exits(0)
        .stdout(&with(COLOUR))
        .complains("warning[guessable-secret]: Secret `app` is hashed without a key");
    Repo::new().helmsum_on(stream.as_bytes(), ["annotate", "--strict"]).exits(1).stdout("");
    let keyed = |mode: &str| {
        let repo = Repo::new().file("key", "0123456789abcdef").variable("HELMSUM_KEY_FILE", "key");
        let status = std::process::Command::new("chmod").arg(mode).arg(repo.path("key")).status();
        assert!(status.expect("chmod runs").success());
        repo
    };
    keyed("600")
        .helmsum_on(stream.as_bytes(), ["annotate", "--strict"])
        .exits(0)
        .stderr("")
        .stdout(&with("3ffcde8d03ca87e2206524c86a49e211a8f1914ac8171245d692ff8aa8eb3887"));
    keyed("644")
        .helmsum_on(stream.as_bytes(), ["annotate"])
        .exits(0)
        .complains("every user of this machine can read the key file");
    Repo::new()
        .variable("HELMSUM_KEY_FILE", "gone")
        .helmsum_on(stream.as_bytes(), ["annotate"])
        .exits(1)
        .stdout("")
        .complains("gone` cannot be read")
        // It has no meaning without secrets.
        .helmsum_on(CONFIG.as_bytes(), ["annotate"])
        .exits(0)
        .stdout(CONFIG);
}

#[test]
fn lists_are_looked_into() {
    let item = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: app}, data: {colour: green}}\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n  spec:\n    template:\n      spec:\n        containers: [{name: a, image: a, envFrom: [{configMapRef: {name: app}}]}]\n";
    let metadata = format!(
        "      metadata:\n        annotations:\n          checksum/helmsum.configmap.app: \"{COLOUR}\"\n      spec:\n        containers"
    );
    let metadata = metadata.trim_start();
    Repo::new()
        .helmsum_on(item.as_bytes(), ["annotate"])
        .exits(0)
        .stdout(&item.replace("spec:\n        containers", metadata));
}

#[test]
fn custom_resources_are_annotated_where_their_pods_are_described() {
    let prometheus = "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: a, envFrom: [{configMapRef: {name: app}}]}]\n";
    let expected = prometheus.replace(
        "  containers",
        &format!("  podMetadata:\n    annotations:\n      checksum/helmsum.configmap.app: \"{COLOUR}\"\n  containers"),
    );
    Repo::new()
        .helmsum_on(format!("{CONFIG}{prometheus}").as_bytes(), ["annotate"])
        .exits(0)
        .stdout(&format!("{CONFIG}{expected}"));
}

#[test]
fn an_empty_stream_becomes_a_comment_and_no_other_one_does() {
    Repo::new().helmsum_on(b"", ["annotate"]).exits(0).stdout("# helmsum annotate: no manifests\n");
    Repo::new().helmsum_on(b"\n", ["annotate"]).exits(0).stdout("\n# helmsum annotate: no manifests\n");
    for stream in ["# nothing\n", "---\n", "a: 1", "\u{feff}a: 1\r\n"] {
        Repo::new().helmsum_on(stream.as_bytes(), ["annotate"]).exits(0).stdout(stream);
    }
}

#[test]
fn any_error_leaves_standard_output_empty() {
    for (stream, message) in [
        (&b"a: [1\n"[..], "the manifests cannot be read, in line 2 of the input"),
        (b"a: \xff\n", "the manifests cannot be read, in line 1 of the input"),
        (b"null: 1\n", "the manifests cannot be read, in line 1 of the input"),
    ] {
        Repo::new().helmsum_on(stream, ["annotate"]).exits(1).stdout("").complains(message);
    }
}

#[test]
fn options_that_have_no_meaning_are_refused() {
    Repo::new()
        .helmsum_on(CONFIG.as_bytes(), ["annotate", "--file", "x.yaml"])
        .exits(1)
        .stdout("")
        .complains("without `--release` no state is read");
    Repo::new()
        .helmsum_on(CONFIG.as_bytes(), ["annotate", "--output", "json"])
        .exits(1)
        .stdout("")
        .complains("`--output` is not for `helmsum annotate`");
}

#[test]
fn inside_helmsum_it_passes_its_input_through() {
    let stream = format!("{CONFIG}{DEPLOYMENT}");
    Repo::new()
        .variable("HELMSUM_RUNNING", "1")
        .helmsum_on(stream.as_bytes(), ["annotate", "--release", "edge/web"])
        .exits(0)
        .stderr("")
        .stdout(&stream)
        .helmsum_on(b"", ["annotate"])
        .exits(0)
        .stdout("# helmsum annotate: no manifests\n");
}

/// A release whose sources need no helm.
fn release(directives: &str) -> Repo {
    Repo::new()
        .file(
            "helmfile.yaml",
            "releases:\n- {name: web, namespace: edge, chart: ./chart, values: [web.yaml]}\n- {name: api, namespace: edge, chart: ./chart}\n- {name: api, namespace: shop, chart: ./chart, values: [web.yaml]}\n",
        )
        .file("web.yaml", directives)
        .file("apis/a", "1")
        .file("conf/b", "2")
}

#[test]
fn a_release_is_annotated_with_what_it_declares() {
    let repo = release("# helmsum: ./apis on=*\n").helmsum(["hash", "apis"]);
    let digest = repo.out().trim().to_owned();
    let one = annotated(&format!("        checksum/helmsum: \"{digest}\"\n"));
    let repo =
        repo.helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web"]).exits(0).stdout(&one);
    let repo = repo.helmsum_on(one.as_bytes(), ["annotate", "--release=edge/web"]).exits(0).stdout(&one);
    // Another one was there.
    let other = one.replace(&digest, COLOUR);
    repo.helmsum_on(other.as_bytes(), ["annotate", "--release=edge/web"])
        .exits(1)
        .stdout("")
        .complains("error[double-wired]");
    let repo = release("# helmsum: ./apis on=*\n# helmsum: ./conf as conf on=Deployment/web\n");
    repo.helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web"])
        .exits(0)
        .says("        checksum/helmsum.apis-")
        .says("        checksum/helmsum.conf: \"");
}

#[test]
fn a_release_without_sources_is_passed_through() {
    let crlf = DEPLOYMENT.replace('\n', "\r\n");
    // Not even read.
    for input in [DEPLOYMENT, &crlf, "a: [1\n"] {
        release("# helmsum: ./apis on=*\n")
            .helmsum_on(input.as_bytes(), ["annotate", "--release=edge/api"])
            .exits(0)
            .stderr("")
            .stdout(input);
    }
}

#[test]
fn what_the_state_says_of_a_release_is_said() {
    release("# helmsum: ./gone on=*\n")
        .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web"])
        .exits(1)
        .stdout("")
        .complains("error[missing-source]");
    release("")
        .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/wep"])
        .exits(1)
        .stdout("")
        .complains("there is no release `edge/wep` in the state");
    release("# helmsum: ./apis on=*\n")
        .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=web", "--release=shop/api"])
        .exits(1)
        .stdout("")
        .complains("names several releases: `edge/web`, `shop/api`");
    release("")
        .without("helmfile.yaml")
        .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=web", "--file=gone.yaml"])
        .exits(1)
        .stdout("")
        .complains("gone.yaml");
    release("# helmsum: ./apis on=*\n")
        .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web", "--expect-environment", COLOUR])
        .exits(1)
        .stdout("")
        .complains("[unverified-state]");
}

#[test]
fn jobs_and_hooks_of_a_release_are_left_alone() {
    let job = DEPLOYMENT.replace("apps/v1", "batch/v1").replace("Deployment", "Job");
    let hook =
        DEPLOYMENT.replace("  name: web\n", "  name: web\n  annotations: {helm.sh/hook: pre-install}\n");
    let stream = format!("{job}{hook}{DEPLOYMENT}");
    let repo = release("# helmsum: ./apis on=*\n");
    let repo = repo.helmsum_on(stream.as_bytes(), ["annotate", "--release=edge/web"]).exits(0);
    assert!(repo.out().starts_with(&format!("{job}{hook}---")), "{}", repo.out());
    assert_eq!(repo.out().matches("checksum/helmsum").count(), 1);
    release("# helmsum: ./apis on=*\n")
        .helmsum_on(job.as_bytes(), ["annotate", "--release=edge/web"])
        .exits(1)
        .stdout("")
        .complains("names no workload; the release has none");
}

#[test]
fn another_program_runs_first() {
    let stream = format!("{CONFIG}{DEPLOYMENT}");
    let expected = stream.replace(DEPLOYMENT, &with_colour()).replace("app: web", "app: api");
    Repo::new()
        .helmsum_on(stream.as_bytes(), ["annotate", "--", "sed", "s/app: web/app: api/"])
        .exits(0)
        .stderr("")
        .stdout(&expected);
    // What it says is shown, whatever comes of it.
    Repo::new()
        .helmsum_on(stream.as_bytes(), ["annotate", "--", "sh", "-c", "echo done >&2; cat"])
        .exits(0)
        .stderr("done\n")
        .says("checksum/helmsum.configmap.app");
    // An empty output is none for helm 4.
    Repo::new()
        .helmsum_on(stream.as_bytes(), ["annotate", "--", "true"])
        .exits(0)
        .stdout("# helmsum annotate: no manifests\n");
    // Before a release that declares something, or nothing.
    let repo = release("# helmsum: ./apis on=*\n");
    let of_web = ["annotate", "--release=edge/web", "--", "sed", "s/app: web/app: api/"];
    repo.helmsum_on(DEPLOYMENT.as_bytes(), of_web)
        .exits(0)
        .says("        app: api\n")
        .says("        checksum/helmsum: \"");
    let of_api = ["annotate", "--release=edge/api", "--", "sed", "s/app: web/app: api/"];
    release("")
        .helmsum_on(DEPLOYMENT.as_bytes(), of_api)
        .exits(0)
        .stdout(&DEPLOYMENT.replace("app: web", "app: api"));
    // Where helmsum renders a release itself, it runs too.
    Repo::new()
        .variable("HELMSUM_RUNNING", "1")
        .helmsum_on(stream.as_bytes(), of_web)
        .exits(0)
        .stdout(&stream.replace("app: web", "app: api"));
}

#[test]
fn a_program_that_fails_is_told_and_nothing_is_printed() {
    for (program, message) in [
        (
            &["sh", "-c", "cat; echo no >&2; exit 7"][..],
            "`sh`, which runs before `helmsum annotate`, failed with exit code 7",
        ),
        (&["sh", "-c", "kill -9 $$"], "was ended by signal 9"),
        (&["./gone.sh"], "`./gone.sh`, which is to run before `helmsum annotate`, cannot be started"),
        (&["no-such-program"], "cannot be started: it is not in `PATH`"),
    ] {
        let arguments: Vec<&str> = ["annotate", "--"].into_iter().chain(program.iter().copied()).collect();
        let repo =
            Repo::new().helmsum_on(CONFIG.as_bytes(), arguments).exits(1).stdout("").complains(message);
        if program.contains(&"cat; echo no >&2; exit 7") {
            repo.complains("no\nerror: ");
        }
    }
    for arguments in [
        &["annotate", "--no-exec", "--", "cat"][..],
        &["annotate", "--no-exec", "--release=edge/api", "--", "cat"],
    ] {
        release("").helmsum_on(CONFIG.as_bytes(), arguments).exits(1).stdout("").complains(
            "error[no-exec]: `cat` is to run before `helmsum annotate`, and `--no-exec` forbids running it",
        );
    }
}

#[test]
fn releases_of_one_name_are_told_apart_by_their_kube_context() {
    let state = "releases:\n- {name: web, namespace: edge, chart: ./chart, kubeContext: one, values: [web.yaml]}\n- {name: web, namespace: edge, chart: ./chart, kubeContext: two}\n";
    let repo = || release("# helmsum: ./apis on=*\n").file("helmfile.yaml", state);
    let run = |context: &str| {
        let context = format!("--kube-context={context}");
        repo().helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web", &context]).exits(0)
    };
    run("one").says("checksum/helmsum: \"");
    run("two").stdout(DEPLOYMENT);
    // A context that no release has is that of the command line.
    let plain = release("# helmsum: ./apis on=*\n");
    plain
        .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web", "--kube-context=three"])
        .exits(0)
        .says("checksum/helmsum: \"");
    for key in ["kubeContext: three\n", "helmDefaults: {kubeContext: three}\n"] {
        let state = "releases:\n- {name: web, namespace: edge, chart: ./chart, values: [web.yaml]}\n";
        release("# helmsum: ./apis on=*\n")
            .file("helmfile.yaml", format!("{key}{state}"))
            .helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web", "--kube-context=three"])
            .exits(0)
            .says("checksum/helmsum: \"");
    }
}

#[test]
fn a_state_file_that_is_not_there_is_told_with_the_folder() {
    let repo = release("# helmsum: ./apis on=*\n");
    repo.helmsum_on(DEPLOYMENT.as_bytes(), ["annotate", "--release=edge/web", "--file=sub/helmfile.yaml"])
        .exits(1)
        .stdout("")
        .complains("error: there is no state file `sub/helmfile.yaml`: `helmsum annotate` works in `[REPO]`")
        .complains("give `--file` an absolute path, or the one from there");
}
