//! Forms, levels, sizes and hostile manifests.

use super::*;
use crate::diagnostic::Level;
use crate::rendered::Marker;

fn all(text: &str) -> Manifests {
    read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests")
}

/// The references of all workloads: kind and name of the object, keys, how it is read, level.
fn listed(text: &str) -> Vec<String> {
    let manifests = all(text);
    let reference = |reference: &Reference| {
        let keys: Vec<&str> = reference.keys.iter().map(String::as_str).collect();
        let level = match reference.need.level() {
            Level::Allow => "fine".to_owned(),
            Level::Deny => "deny".to_owned(),
            level => level.to_string(),
        };
        let keys = if keys.is_empty() { String::new() } else { format!("[{}]", keys.join(",")) };
        format!("{} {}{keys}: {}: {level}", reference.kind.name(), reference.name, reference.how())
    };
    manifests.workloads.iter().flat_map(Workload::references).map(reference).collect()
}

fn deployment(pod_spec: &str) -> String {
    of("apps/v1", "Deployment", "", pod_spec)
}

/// A workload with a template, `spec` and the pod spec indented as they are.
fn of(version: &str, kind: &str, spec: &str, pod_spec: &str) -> String {
    let indented = |text: &str, width: usize| {
        let lines: Vec<String> = text.lines().map(|line| format!("{:width$}{line}\n", "")).collect();
        lines.concat()
    };
    format!(
        "---\n# Source: web/templates/workload.yaml\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: web\nspec:\n{}  template:\n    spec:\n{}",
        indented(spec, 2),
        indented(pod_spec, 6)
    )
}

#[test]
fn variables_are_read_at_start() {
    let text = deployment(
        "initContainers:
- name: migrate
  env:
  - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password, optional: true}}}
containers:
- name: web
  envFrom:
  - configMapRef: {name: settings}
  - secretRef: {name: keys}
  env:
  - {name: PLAIN, value: x}
  - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
  - {name: LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: level}}}",
    );
    assert_eq!(
        listed(&text),
        [
            "Secret db[password]: env PASSWORD of container migrate: deny",
            "ConfigMap settings[level]: env LEVEL of container web: deny",
            "ConfigMap settings: envFrom of container web: deny",
            "Secret keys: envFrom of container web: deny",
        ]
    );
    let manifests = all(&text);
    let references: Vec<&Reference> = manifests.workloads[0].references().collect();
    assert_eq!(references.iter().filter(|reference| reference.is_optional).count(), 1);
    assert_eq!(references[1].path, "spec.template.spec.containers[0].env[2]");
    let line = text.lines().position(|line| line.contains("LEVEL")).expect("the line") + 1;
    assert_eq!(references[1].line, line);
    assert_eq!(references[1].namespace, "edge");
}

#[test]
fn mounts_are_told_apart() {
    let text = deployment(
        "initContainers:
- name: render
  volumeMounts: [{name: templates, mountPath: /t}, {name: both, mountPath: /b}]
- name: beside
  restartPolicy: Always
  volumeMounts: [{name: beside, mountPath: /s}]
containers:
- name: web
  volumeMounts:
  - {name: one, mountPath: /etc/web.conf, subPath: web.conf}
  - {name: whole, mountPath: /etc/web}
  - {name: parts, mountPath: /p}
  - {name: both, mountPath: /b}
- name: log
  volumeMounts: [{name: whole, mountPath: /w}, {name: expr, mountPath: /e, subPathExpr: $(POD)}]
volumes:
- {name: templates, configMap: {name: templates}}
- {name: beside, configMap: {name: beside}}
- {name: one, configMap: {name: conf, items: [{key: web.conf, path: web.conf}]}}
- {name: whole, secret: {secretName: tls, optional: true}}
- {name: expr, secret: {secretName: expr}}
- {name: both, configMap: {name: both}}
- name: parts
  projected:
    sources:
    - serviceAccountToken: {path: token}
    - downwardAPI: {items: []}
    - configMap: {name: ca, items: [{key: ca.crt, path: ca.crt}]}
    - secret: {name: client}
- {name: nobody, secret: {secretName: nobody}}
- {name: scratch, emptyDir: {}}",
    );
    assert_eq!(
        listed(&text),
        [
            "ConfigMap templates: volume templates of container render: deny",
            "ConfigMap beside: volume beside of container beside: warn",
            "ConfigMap conf[web.conf]: volume one with subPath of container web: deny",
            "Secret tls: volume whole of containers web, log: warn",
            "Secret expr: volume expr with subPath of container log: deny",
            "ConfigMap both: volume both of containers render, web: warn",
            "ConfigMap ca[ca.crt]: projected volume parts of container web: warn",
            "Secret client: projected volume parts of container web: warn",
            "Secret nobody: volume nobody: fine",
        ]
    );
}

#[test]
fn what_is_read_live_needs_no_restart() {
    let text = deployment("imagePullSecrets: [{name: registry}, {}, null]\ncontainers: [{name: web}]");
    assert_eq!(listed(&text), ["Secret registry: imagePullSecrets: fine"]);
}

#[test]
fn what_mounts_a_volume_counts_where_it_is_mounted() {
    let text = deployment(
        "containers: [{name: web, volumeMounts: [{name: store, mountPath: /s}]}]
volumes:
- {name: store, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: vault}, nodePublishSecretRef: {name: login}}}
- {name: share, azureFile: {secretName: share}}
- {name: model, image: {reference: registry.example.org/model:1}}",
    );
    assert_eq!(
        listed(&text),
        [
            "SecretProviderClass vault: secretProviderClass of volume store of container web: warn",
            "Secret login: credentials of volume store of container web: warn",
            "Secret share: credentials of volume share: warn",
            "Image registry.example.org/model:1: image of volume model: fine",
        ]
    );
}

const READS: &str = "containers: [{name: web, envFrom: [{secretRef: {name: keys}}]}]";

#[test]
fn the_next_run_of_a_job_reads_anew() {
    for (version, kind) in [("batch/v1", "Job"), ("batch/v1", "CronJob")] {
        let text = of(version, kind, "", READS);
        let text = if kind == "CronJob" {
            let template = text.split_once("  template:").expect("a template").1.replace('\n', "\n    ");
            format!(
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: web}}\nspec:\n  jobTemplate:\n    spec:\n      template:{template}"
            )
        } else {
            text
        };
        assert_eq!(listed(&text), ["Secret keys: envFrom of container web: fine"], "{text}");
        assert_eq!(all(&text).workloads[0].moves, Moves::NextRun);
    }
    let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{{READS}}}\n");
    assert_eq!(listed(&pod), ["Secret keys: envFrom of container web: fine"]);
    let hook = deployment(READS)
        .replace("  name: web\nspec", "  name: web\n  annotations: {helm.sh/hook: test}\nspec");
    assert_eq!(listed(&hook), ["Secret keys: envFrom of container web: fine"]);
    assert!(all(&hook).workloads[0].is_hook);
}

#[test]
fn a_workload_that_its_template_does_not_move_says_why() {
    for (kind, spec, moves) in [
        ("Deployment", "paused: true", "`paused: true`"),
        ("StatefulSet", "updateStrategy: {type: OnDelete}", "`updateStrategy.type: OnDelete`"),
        ("DaemonSet", "updateStrategy: {type: OnDelete}", "`updateStrategy.type: OnDelete`"),
        (
            "StatefulSet",
            "replicas: 3\nupdateStrategy: {rollingUpdate: {partition: 3}}",
            "`updateStrategy.rollingUpdate.partition` leaves out every pod",
        ),
        ("ReplicaSet", "replicas: 3", "it does not replace the pods that it has"),
    ] {
        let manifests = all(&of("apps/v1", kind, spec, READS));
        assert_eq!(manifests.workloads[0].moves, Moves::Inert(moves.to_owned()), "{kind} {spec}");
        assert_eq!(manifests.workloads[0].pods[0].references[0].need, Need::Start);
    }
    for (kind, spec) in [
        ("Deployment", "paused: false"),
        ("Deployment", "updateStrategy: {type: OnDelete}"),
        ("StatefulSet", "replicas: 3\nupdateStrategy: {rollingUpdate: {partition: 2}}"),
        ("StatefulSet", "replicas: 0"),
    ] {
        assert_eq!(
            all(&of("apps/v1", kind, spec, READS)).workloads[0].moves,
            Moves::Restarts,
            "{kind} {spec}"
        );
    }
}

#[test]
fn sizes_are_told() {
    let size = |kind: &str, spec: &str| all(&of("apps/v1", kind, spec, READS)).workloads[0].size.clone();
    assert_eq!(size("Deployment", ""), Size::Count(1));
    assert_eq!(size("Deployment", "replicas: 3"), Size::Count(3));
    assert_eq!(size("StatefulSet", "replicas: 0"), Size::Count(0));
    let below = |partition: u64| {
        format!("replicas: 3\nupdateStrategy: {{rollingUpdate: {{partition: {partition}}}}}")
    };
    assert_eq!([0, 2, 3].map(|partition| size("StatefulSet", &below(partition))), [3, 1, 3].map(Size::Count));
    assert_eq!(size("DaemonSet", "replicas: 3"), Size::EveryNode);
    assert_eq!(size("Deployment", "replicas: -1"), Size::Unknown);
    assert_eq!(size("Deployment", "replicas: many"), Size::Unknown);
    let scaled = |replicas: &str, name: &str, limits: &str| {
        let scaler = format!(
            "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: x}}\nspec: {{scaleTargetRef: {{kind: Deployment, name: {name}}}, {limits}}}\n"
        );
        all(&(of("apps/v1", "Deployment", replicas, READS) + &scaler)).workloads[0].size.clone()
    };
    assert_eq!(scaled("", "web", "minReplicas: 2, maxReplicas: 10"), Size::Range(2, 10));
    assert_eq!(scaled("", "web", "maxReplicas: 10"), Size::Range(1, 10));
    assert_eq!(scaled("", "other", "maxReplicas: 10"), Size::Count(1));
    assert_eq!(scaled("replicas: 0", "web", "maxReplicas: 10"), Size::Count(0));
    assert!(all(&of("apps/v1", "Deployment", "strategy: {type: Recreate}", READS)).workloads[0].is_recreated);
}

#[test]
fn the_bare_digest_of_a_template_does_not_depend_on_checksums_of_helmsum() {
    let digests = |annotations: &str| {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{metadata: {annotations}, spec: {{containers: []}}}}}}\n"
        );
        let pod = all(&text).workloads[0].pods[0].clone();
        (pod.digest, pod.bare_digest)
    };
    let (without, bare) = digests("{annotations: null}");
    for own in ["checksum/helmsum: a", "checksum/helmsum: b, checksum/helmsum.tls: c"] {
        let (digest, same) = digests(&format!("{{annotations: {{{own}}}}}"));
        assert!(digest != without && same == bare, "{own}");
    }
    for other in ["checksum/helmsumma: a", "checksum/config: a", "checksum/helmsum: a, b: c"] {
        assert_ne!(digests(&format!("{{annotations: {{{other}}}}}")).1, bare, "{other}");
    }
}

#[test]
fn the_digest_of_a_template_does_not_depend_on_the_order_of_keys() {
    let digest = |text: &str| all(text).workloads[0].pods[0].digest.clone();
    let one = deployment("containers: [{name: web, image: x}]\nhostNetwork: true\nnodeSelector: null");
    let other = deployment("hostNetwork: yes\ncontainers:\n- image: \"x\"\n  name: web");
    assert_eq!(digest(&one), digest(&other));
    let moved = deployment("containers: [{name: web, image: y}]\nhostNetwork: true");
    assert_ne!(digest(&one), digest(&moved));
    let nested = |text: &str| digest(&deployment(text));
    assert_ne!(nested("x: [a, b]"), nested("x: [ab]"));
    assert_ne!(nested("x: [[a], b]"), nested("x: [a, [b]]"));
    assert_ne!(nested("x: '1'"), nested("x: 1"));
    assert_ne!(nested("x: []"), nested("x: {}"));
}

#[test]
fn lists_and_namespaces_are_followed() {
    let item = deployment(READS).replace("  name: web\nspec", "  name: web\n  namespace: shop\nspec");
    let item = item.trim_start_matches("---\n# Source: web/templates/workload.yaml\n");
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n-\n  {}\n- null\n- 3\n",
        item.trim_end().replace('\n', "\n  ")
    );
    let manifests = all(&list);
    assert_eq!(manifests.workloads.len(), 1);
    assert_eq!(manifests.workloads[0].identity.namespace, "shop");
    assert_eq!(manifests.workloads[0].origin, Origin { source: None, line: 5 });
    assert_eq!(manifests.workloads[0].pods[0].references[0].namespace, "shop");
    let of_kind = list
        .replace("v1\nkind: List", "apps/v1\nkind: DeploymentList")
        .replace("  apiVersion: apps/v1\n  kind: Deployment\n", "");
    assert_eq!(all(&of_kind).workloads.len(), 1, "{of_kind}");
}

#[test]
fn objects_come_with_their_places() {
    let manifests = all(
        "---\n# Source: a/templates/s.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nimmutable: true\nstringData: {a: marker}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n",
    );
    let told: Vec<_> = manifests
        .objects
        .iter()
        .map(|object| (object.name.as_str(), object.line, object.is_immutable))
        .collect();
    assert_eq!(told, [("s", 3, true), ("c", 12, false)]);
    assert!(!format!("{manifests:?}").contains("marker"));
}

#[test]
fn wrong_types_are_nothing() {
    for pod_spec in [
        "containers: null",
        "containers: {a: 1}",
        "containers: [null, 3, [], {env: 3, envFrom: {}, volumeMounts: [3]}]",
        "containers: [{name: 3, env: [{valueFrom: x}, {valueFrom: {secretKeyRef: []}}, {valueFrom: {secretKeyRef: {name: 3}}}]}]",
        "volumes: [null, {configMap: x}, {secret: {secretName: null}}, {projected: {sources: [null, {secret: {name: ''}}]}}]",
    ] {
        assert_eq!(listed(&deployment(pod_spec)), [] as [&str; 0], "{pod_spec}");
    }
    assert!(all("null").workloads.is_empty());
    assert!(all("a\n---\n[]\n---\n3\n").workloads.is_empty());
    assert!(all("apiVersion: [x]\nkind: {}\n").workloads.is_empty());
    for version in ["", "apiVersion: v2\n", "apiVersion: core/v1\n"] {
        let text = format!(
            "{version}kind: Pod\nspec: {{containers: [{{envFrom: [{{secretRef: {{name: keys}}}}]}}]}}\n"
        );
        assert!(all(&text).workloads.is_empty(), "{text}");
    }
    let error = read(b"a: 1\nkey: [marker\n", "", &Marker::new(b"")).expect_err("no YAML");
    assert!(!format!("{error:?}").contains("marker"));
}

#[test]
fn ten_thousand_containers_are_read_in_time() {
    let container = |number: usize| {
        format!(
            "- {{name: c{number}, env: [{{name: A, valueFrom: {{secretKeyRef: {{name: s{number}, key: k}}}}}}], volumeMounts: [{{name: v{number}, mountPath: /x}}]}}\n"
        )
    };
    let volume = |number: usize| format!("- {{name: v{number}, configMap: {{name: m{number}}}}}\n");
    let containers: String = (0..10_000).map(container).collect();
    let volumes: String = (0..10_000).map(volume).collect();
    let started = std::time::Instant::now();
    assert_eq!(listed(&deployment(&format!("containers:\n{containers}volumes:\n{volumes}"))).len(), 20_000);
    assert!(started.elapsed().as_secs() < 60, "it is quadratic");
}

#[test]
fn words_that_may_be_names_are_kept_and_not_shown() {
    let text = deployment(
        "containers:
- name: web
  command: [sh, -c, \"kubectl get secret marker-a\"]
  args: [--config-map=$(POD_NAMESPACE)/settings, --secret=shop/keys, /etc/no-name/x, --level=3, 80]
  env: [{name: OBJECT, value: objects}, {name: X, value: a/b/c}]",
    );
    let manifests = all(&text);
    let mentions = &manifests.workloads[0].pods[0].mentions;
    let expected = [
        ("edge", "settings"),
        ("shop", "keys"),
        ("edge", "sh"),
        ("edge", "kubectl"),
        ("edge", "get"),
        ("edge", "secret"),
        ("edge", "marker-a"),
        ("edge", "objects"),
    ];
    let marker = Marker::new(b"");
    let marks = expected.map(|(namespace, name)| mention::named(&marker, namespace, name));
    assert_eq!(mentions.iter().map(|mention| mention.word).collect::<Vec<_>>(), marks);
    assert!(!format!("{manifests:?}").contains("marker-a\""), "{manifests:?}");
}

#[test]
fn pods_of_unknown_kinds_are_found_by_their_structure() {
    let reads = "containers: [{name: web, image: x, envFrom: [{secretRef: {name: keys}}], volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, configMap: {name: c}}]";
    for (spec, path, annotations) in [
        (format!("{{{reads}}}"), "spec", None),
        (
            format!("{{template: {{spec: {{{reads}}}}}}}"),
            "spec.template.spec",
            Some("spec.template.metadata.annotations"),
        ),
        (
            format!("{{groups: [{{size: 1}}, {{runner: {{spec: {{{reads}}}}}}}]}}"),
            "spec.groups[1].runner.spec",
            Some("spec.groups[1].runner.metadata.annotations"),
        ),
        (format!("{{web: {{{reads}}}}}"), "spec.web", None),
    ] {
        let text =
            format!("apiVersion: example.org/v1\nkind: Machine\nmetadata: {{name: m}}\nspec: {spec}\n");
        let manifests = all(&text);
        let pod = &manifests.workloads[0].pods[0];
        assert_eq!((pod.path.as_str(), pod.annotations_path.as_deref()), (path, annotations), "{text}");
        assert_eq!(manifests.workloads[0].moves, Moves::Unknown);
        assert_eq!(
            listed(&text),
            ["Secret keys: envFrom of container web: warn", "ConfigMap c: volume v of container web: warn"]
        );
    }
    for text in [
        "apiVersion: example.org/v1\nkind: Machine\nspec: {containers: [{name: no-image}]}\n",
        "apiVersion: example.org/v1\nkind: Machine\nspec: {containers: 3}\n",
        "apiVersion: example.org/v1\nkind: Machine\nstatus: {containers: [{image: x}]}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {containers: [{image: x}]}\n",
    ] {
        assert!(all(text).workloads.is_empty(), "{text}");
    }
}

#[test]
fn operators_reload_or_look_themselves() {
    let of = |version: &str, kind: &str, spec: &str| {
        listed(&format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n"))
    };
    assert_eq!(
        of(
            "monitoring.coreos.com/v1",
            "Prometheus",
            "{secrets: [tls], configMaps: [rules, 3], volumes: [{name: v, secret: {secretName: ca}}], volumeMounts: [{name: v, mountPath: /v}], containers: [{name: thanos, image: x, envFrom: [{secretRef: {name: keys}}]}]}"
        ),
        [
            "Secret keys: envFrom of container thanos: deny",
            "Secret ca: volume v: fine",
            "ConfigMap rules: volume rules: fine",
            "Secret tls: volume tls: fine",
        ]
    );
    assert_eq!(
        of(
            "opentelemetry.io/v1beta1",
            "OpenTelemetryCollector",
            "{configmaps: [{name: extra, mountpath: /x}], env: [{name: A, valueFrom: {secretKeyRef: {name: keys, key: k}}}]}"
        ),
        ["Secret keys[k]: env A: deny", "ConfigMap extra: volume extra: warn"]
    );
    let template = "{spec: {containers: [{name: web, image: x, envFrom: [{secretRef: {name: keys}}]}]}}";
    assert_eq!(
        of(
            "grafana.integreatly.org/v1beta1",
            "Grafana",
            &format!("{{deployment: {{spec: {{template: {template}}}}}}}")
        ),
        ["Secret keys: envFrom of container web: fine"]
    );
    assert_eq!(
        of("keda.sh/v1alpha1", "ScaledJob", &format!("{{jobTargetRef: {{template: {template}}}}}")),
        ["Secret keys: envFrom of container web: fine"]
    );
    assert_eq!(
        of(
            "kafka.strimzi.io/v1",
            "KafkaConnect",
            "{template: {pod: {volumes: [{name: v, secret: {secretName: plug}}]}, connectContainer: {volumeMounts: [{name: v, mountPath: /v}]}, initContainer: {env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}}}"
        ),
        [
            "ConfigMap c[k]: env A of container initContainer: deny",
            "Secret plug: volume v of container connectContainer: warn"
        ]
    );
}

#[test]
fn annotations_name_objects_for_injectors() {
    let text = deployment("containers: [{name: web}]").replace(
        "    spec:\n",
        "    metadata: {annotations: {vault.hashicorp.com/agent-configmap: agent, vault.hashicorp.com/role: web}}\n    spec:\n",
    );
    assert_eq!(listed(&text), ["ConfigMap agent: annotation vault.hashicorp.com/agent-configmap: warn"]);
}

#[test]
fn pods_beside_the_known_ones_are_never_denied() {
    let reads = "{spec: {containers: [{name: web, image: x, envFrom: [{secretRef: {name: keys}}]}]}}";
    for (kind, known) in [
        ("argoproj.io/v1alpha1\nkind: Rollout", "deny"),
        ("grafana.integreatly.org/v1beta1\nkind: Grafana", "fine"),
    ] {
        let place = if known == "deny" { "template" } else { "deployment: {spec: {template" };
        let close = if known == "deny" { "" } else { "}}" };
        let text = format!(
            "apiVersion: {kind}\nmetadata: {{name: x}}\nspec: {{{place}: {reads}{close}, more: {reads}}}\n"
        );
        let expected = [
            "Secret keys: envFrom of container web: ".to_owned() + known,
            "Secret keys: envFrom of container web: warn".to_owned(),
        ];
        assert_eq!(listed(&text), expected, "{text}");
        let pods: Vec<bool> = all(&text).workloads[0].pods.iter().map(|pod| pod.is_known).collect();
        assert_eq!(pods, [true, false]);
    }
}

#[test]
fn what_is_found_can_be_kept_and_read_again() {
    let mut kept = 0;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifests");
    for entry in fs_err::read_dir(folder).expect("manifests") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let found = all(&fs_err::read_to_string(&path).expect("manifests"));
        let text = serde_json::to_string(&(&found.workloads, &found.elsewhere, &found.makers, &found.grants))
            .expect("JSON");
        let again = serde_json::from_str(&text).expect("the same");
        assert_eq!(
            (found.workloads, found.elsewhere, found.makers, found.grants),
            again,
            "{}",
            path.display()
        );
        kept += text.len();
    }
    assert!(kept > 10_000, "{kept}");
}

#[test]
fn an_unreadable_document_after_others_is_an_error() {
    let error =
        read(b"a: 1\n---\na: 1\n? [x]\n: 2\n", "", &Marker::new(b"")).expect_err("a key that is a list");
    assert_eq!(error.line, Some(4));
}
