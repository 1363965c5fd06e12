#!/usr/bin/env python3
"""Lists what the pods in a stream of manifests read: a second reader, to compare helmsum's with.

usage: references.py KINDS NAMESPACE < MANIFESTS
       references.py KINDS --batch < LIST        LIST has a line `NAMESPACE<tab>FILE` for each stream

KINDS is the table of custom resources, src/reference/kinds.toml, of which it takes where pods are described and how. For each stream a JSON
document comes out: a sorted list of rows [kind, namespace, name, key, form, workload, container], or null where the stream cannot be read.
The key and the container are empty where none is named. It was written from the table of forms in docs/references.md and shares no
code with the other reader: standard library and PyYAML only.
"""

import json
import re
import sys

import tomllib
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(LOADER):
    """Reads as helm does: YAML 1.1, in which dates and `=` are text, `y` and `n` are booleans, and the last of two equal keys counts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float", "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:value")]
    for first, resolvers in LOADER.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$"), list("yYnNtTfFoO")
)
# What is a number is of no interest here, but that it is no text.
Loader.add_implicit_resolver(
    "!number",
    re.compile(
        r"""^(?:[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)
        |[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?
        |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$""",
        re.X,
    ),
    list("-+.0123456789"),
)
Loader.add_constructor("tag:yaml.org,2002:bool", lambda loader, node: node.value.lower() in ("y", "yes", "true", "on"))
Loader.add_constructor("!number", lambda loader, node: Number(node.value))
Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: Number(node.value))
Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Number(node.value))
Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)


class Number:
    """Some number."""

    def __init__(self, text):
        self.text = text

    def __hash__(self):
        return hash(self.text)

    def __eq__(self, other):
        return isinstance(other, Number) and self.text == other.text


def text(value):
    """A text that is not empty, else nothing."""
    return value if isinstance(value, str) and value else None


def get(value, *keys):
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def each(value):
    return value if isinstance(value, list) else []


def follow(value, path):
    """What a path of the table leads to."""
    found = [value]
    for step in path.split("."):
        many = step.endswith("[]")
        found = [get(one, step.removesuffix("[]")) for one in found]
        if many:
            found = [item for one in found for item in each(one)]
    return found


def resources(document, version="", kind=""):
    """The resources of a document, those in lists too."""
    if not isinstance(document, dict):
        return
    kind = text(document.get("kind")) or kind
    version = text(document.get("apiVersion")) or version
    if kind.endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from resources(item, version, kind.removesuffix("List"))
    elif kind:
        group, slash, _ = version.partition("/")
        # The core group has one version.
        yield group if slash else "" if version == "v1" else "?", kind, document


TEMPLATES = {
    ("apps", "Deployment"): ["spec", "template"],
    ("apps", "StatefulSet"): ["spec", "template"],
    ("apps", "DaemonSet"): ["spec", "template"],
    ("apps", "ReplicaSet"): ["spec", "template"],
    ("", "ReplicationController"): ["spec", "template"],
    ("batch", "Job"): ["spec", "template"],
    ("batch", "CronJob"): ["spec", "jobTemplate", "spec", "template"],
    ("", "Pod"): [],
}


class Pod:
    """The parts of a pod, however it is described."""

    def __init__(self, spec, containers, annotations=None, mounts_unknown=False, lists=False):
        self.spec, self.containers, self.annotations = spec, containers, annotations
        self.mounts_unknown, self.lists = mounts_unknown, lists


def named(spec, *keys):
    found = []
    for key in keys:
        found += [(text(one.get("name")) or "", one) for one in each(get(spec, key)) if isinstance(one, dict)]
    return found


def of_spec(spec, annotations):
    return Pod(spec, named(spec, "initContainers", "containers"), annotations)


def pods(group, kind, document, table):
    """The pods of a resource."""
    keys = TEMPLATES.get((group, kind))
    if keys is not None:
        template = get(document, *keys)
        return [of_spec(get(template, "spec"), get(template, "metadata", "annotations"))]
    if kind in ("CustomResourceDefinition", "ConfigMap", "Secret"):
        return []
    found, seen = [], []
    for row in table["kind"]:
        if (row["group"], row["kind"]) != (group, kind):
            continue
        for path in row["pods"]:
            around, _, last = path.rpartition(".")
            for parent in follow(document, around) if around else [document]:
                for pod in follow(parent, last):
                    if not isinstance(pod, dict):
                        continue
                    annotations = follow(pod, row["annotations"])[0]
                    if row["layout"] == "template":
                        found.append(of_spec(pod.get("spec"), annotations))
                        seen.append(pod.get("spec"))
                    elif row["layout"] == "flat":
                        containers = named(pod, "initContainers", "containers", "additionalContainers") + [("", pod)]
                        found.append(Pod(pod, containers, annotations, True, True))
                        seen.append(pod)
                    else:
                        beside = [(name, one) for name, one in parent.items() if isinstance(one, dict) and one is not pod]
                        found.append(Pod(pod, beside, annotations, True))
                        seen.append(pod)
    known = {id(spec) for spec in seen if spec is not None}
    waiting = [(None, None, value) for key, value in document.items() if key not in ("metadata", "status")]
    while waiting:
        parent, key, value = waiting.pop()
        if id(value) in known and isinstance(value, (dict, list)):
            continue
        if isinstance(value, dict):
            if any(text(get(one, "image")) for one in each(value.get("containers"))):
                annotations = get(parent, "metadata", "annotations") if key == "spec" else None
                found.append(of_spec(value, annotations))
                continue
            waiting += [(value, inner_key, inner) for inner_key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(None, None, inner) for inner in value]
    return found


DRIVERS = [
    ("SecretProviderClass", "class", ["csi", "volumeAttributes", "secretProviderClass"]),
    ("Secret", "driver", ["csi", "nodePublishSecretRef", "name"]),
    ("Secret", "driver", ["azureFile", "secretName"]),
    ("Image", "image", ["image", "reference"]),
] + [("Secret", "driver", [kind, "secretRef", "name"]) for kind in ("cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos")]


def read(pod, table):
    """What a pod reads: rows of kind, name, key, form, container."""
    rows = []

    def add(kind, name, form, keys=(), containers=()):
        if text(name):
            rows.extend((kind, name, key, form, one) for key in (keys or [""]) for one in (containers or [""]))

    mounts = {}
    for name, container in pod.containers:
        for variable in each(container.get("env")) + each(container.get("extraEnvs")):
            for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                reference = get(variable, "valueFrom", field)
                add(kind, get(reference, "name"), "env", [key for key in [text(get(reference, "key"))] if key], [name])
        for source in each(container.get("envFrom")) + each(container.get("extraEnvsFrom")):
            for kind, field in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                add(kind, get(source, field, "name"), "envFrom", (), [name])
        for mount in each(container.get("volumeMounts")):
            volume = text(get(mount, "name"))
            if volume:
                users, parts = mounts.setdefault(volume, ([], []))
                if users[-1:] != [name]:
                    users.append(name)
                parts += [True for field in ("subPath", "subPathExpr") if text(get(mount, field))]
    for volume in each(get(pod.spec, "volumes")):
        users, parts = mounts.get(text(get(volume, "name")) or "", ([], []))

        def keys(source):
            return [key for key in dict.fromkeys(text(get(item, "key")) for item in each(get(source, "items"))) if key]

        for kind, field, name in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
            source = get(volume, field)
            add(kind, get(source, name), "subPath" if parts else "whole", keys(source), users)
        for source in each(get(volume, "projected", "sources")):
            for kind, field in (("ConfigMap", "configMap"), ("Secret", "secret")):
                add(kind, get(source, field, "name"), "subPath" if parts else "projected", keys(get(source, field)), users)
        for kind, form, path in DRIVERS:
            add(kind, get(volume, *path), form, (), users)
    if pod.lists:
        for kind, names in (
            ("ConfigMap", each(get(pod.spec, "configMaps")) + [get(one, "name") for one in each(get(pod.spec, "configmaps"))]),
            ("Secret", each(get(pod.spec, "secrets"))),
        ):
            for name in names:
                add(kind, name, "whole")
    for secret in each(get(pod.spec, "imagePullSecrets")):
        add("Secret", get(secret, "name"), "pull")
    account = text(get(pod.spec, "serviceAccountName")) or text(get(pod.spec, "serviceAccount"))
    add("ServiceAccount", account, "account")
    for row in table["annotation"]:
        add(row["object"], get(pod.annotations, row["key"]), "annotation")
    return rows, account or "default"


def words(value):
    """The words of a text that may be names, with the namespace before them, where one is written."""
    label = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
    pattern = re.compile(rf"(?:(?P<variable>\$\([^/]*\))/|(?P<namespace>{label})/)?(?P<name>{label}(?:\.{label})*)")
    for word in re.split(r"[\s=,;\"'`]", value):
        found = pattern.fullmatch(word)
        if found and len(found["name"]) <= 253 and re.search("[a-z]", found["name"]):
            yield found["namespace"], found["name"]


def spoken(pod):
    """The texts in which a container may name an object: form, container, text."""
    for name, container in pod.containers:
        for form, key in (("args", "args"), ("command", "command")):
            yield from ((form, name, item) for item in each(container.get(key)) if text(item))
        for variable in each(container.get("env")):
            if text(get(variable, "value")):
                yield "value", name, variable["value"]


CERTIFICATES = {
    ("networking.k8s.io", "Ingress"): "spec.tls[].secretName",
    ("extensions", "Ingress"): "spec.tls[].secretName",
    ("networking.istio.io", "Gateway"): "spec.servers[].tls.credentialName",
    ("route.openshift.io", "Route"): "spec.tls.externalCertificate.name",
    ("traefik.io", "IngressRoute"): "spec.tls.secretName",
    ("traefik.containo.us", "IngressRoute"): "spec.tls.secretName",
    ("projectcontour.io", "HTTPProxy"): "spec.virtualhost.tls.secretName",
    ("networking.x-k8s.io", "Gateway"): "spec.listeners[].tls.certificateRef.name",
}


def elsewhere(group, kind, document):
    """What a resource without pods reads."""
    path = CERTIFICATES.get((group, kind))
    found = [("Secret", name, "certificate") for name in (follow(document, path) if path else [])]
    if (group, kind) == ("gateway.networking.k8s.io", "Gateway"):
        for certificate in follow(document, "spec.listeners[].tls.certificateRefs[]"):
            if text(get(certificate, "name")) and (text(get(certificate, "kind")) or "Secret") == "Secret":
                of = text(get(certificate, "namespace"))
                found.append(("Secret", f"{of}/{certificate['name']}" if of else certificate["name"], "certificate"))
    if kind == "Ingress":
        annotations = get(document, "metadata", "annotations")
        for key, value in (annotations if isinstance(annotations, dict) else {}).items():
            last = key.rpartition("/")[2].lower() if isinstance(key, str) else ""
            if last.endswith("secret"):
                found.append(("Secret", value, "annotation"))
            elif last.endswith("configmap") or last == "auth-proxy-set-headers":
                found.append(("ConfigMap", value, "annotation"))
    if (group, kind) == ("", "ServiceAccount"):
        found += [("Secret", get(one, "name"), "ofAccount") for one in each(document.get("secrets"))]
        found += [("Secret", get(one, "name"), "pull") for one in each(document.get("imagePullSecrets"))]
    return [row for row in found if text(row[1])]


def said_kind(key, endings):
    """The kind of object that a key says, before one of these endings."""
    key = key.lower()
    stem = next(key.removesuffix(ending) for ending in endings if key.endswith(ending)).rstrip("-_")
    return "Secret" if stem.endswith("secret") else "ConfigMap" if stem.endswith("configmap") else None


def operated(group, kind, document, own, table):
    """The fields of a custom resource that may name objects for its operator: kind, namespace, name."""
    if "." not in group:
        return []
    made = set()
    for row in table["maker"]:
        if (row["group"], row["kind"]) == (group, kind):
            names = ([text(name) for name in follow(document, path) if text(name)] for path in row["name"])
            made |= {(row["object"], name) for name in next((some for some in names if some), [])}
    found = []
    waiting = [(key, value) for key, value in document.items() if key != "status"]
    while waiting:
        key, value = waiting.pop()
        if key in ("metadata", "annotations", "labels"):
            continue
        key = key if isinstance(key, str) else ""
        what = said_kind(key, ("name", ""))
        if text(value) and what:
            found.append((what, own, value))
        what = said_kind(key, ("keyselector", "keyref", "selector", "reference", "ref", ""))
        if text(get(value, "name")) and what:
            found.append((what, text(get(value, "namespace")) or own, value["name"]))
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(key.removesuffix("s"), item) for item in value]
    return [row for row in found if (row[0], row[2]) not in made]


def references(stream, namespace, table):
    """All rows of a stream."""
    found = [one for document in yaml.load_all(stream, Loader) for one in resources(document)]
    rows, objects, accounts = [], set(), {}
    for group, kind, document in found:
        own = text(get(document, "metadata", "namespace")) or namespace
        name = text(get(document, "metadata", "name")) or ""
        if group == "" and kind in ("ConfigMap", "Secret") and name:
            objects.add((kind, own, name))
        outside = elsewhere(group, kind, document)
        if (group, kind) == ("", "ServiceAccount") and outside:
            accounts[(own, name)] = outside
        for what, target, form in outside:
            before, slash, after = target.partition("/")
            rows.append([what, before if slash else own, after if slash else target, "", form, f"{kind}/{name}", ""])
    for group, kind, document in found:
        own = text(get(document, "metadata", "namespace")) or namespace
        workload = f"{kind}/{text(get(document, 'metadata', 'name')) or ''}"
        for target in operated(group, kind, document, own, table):
            if target in objects:
                rows.append([*target, "", "operator", workload, ""])
        for pod in pods(group, kind, document, table):
            of_pod, account = read(pod, table)
            of_pod += [(what, target, "", "ofAccount", "") for what, target, _ in accounts.get((own, account), [])]
            rows += [[what, own, target, key, form, workload, container] for what, target, key, form, container in of_pod]
            known = {(what, own, target) for what, target, *_ in of_pod}
            for form, container, value in spoken(pod):
                for of, word in words(value):
                    for what in ("ConfigMap", "Secret"):
                        target = (what, of or own, word)
                        if target in objects and target not in known:
                            rows.append([*target, "", form, workload, container])
    return sorted(rows)


def listed(stream, namespace, table):
    try:
        return references(stream, namespace, table)
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        print(f"references.py: {type(error).__name__}", file=sys.stderr)
        return None


def main():
    with open(sys.argv[1], "rb") as file:
        table = tomllib.load(file)
    if sys.argv[2] == "--batch":
        for line in sys.stdin:
            namespace, path = line.rstrip("\n").split("\t")
            with open(path, "rb") as file:
                print(json.dumps(listed(file.read(), namespace, table)), flush=True)
    else:
        print(json.dumps(listed(sys.stdin.buffer.read(), sys.argv[2], table)))


if __name__ == "__main__":
    sys.setrecursionlimit(20_000)
    main()
