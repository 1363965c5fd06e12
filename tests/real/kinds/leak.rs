//! No output, file or error contains a secret: a marker stands in every place where one can stand, and is looked for everywhere.
//! Only the state for programs contains the values of the environment, so that it can be compared with helmfile's.

use std::path::Path;

use fs_err as fs;

use super::project::Project;
use super::sops::{SOPS, encrypt};
use crate::support::sandbox::Run;
use crate::support::{plugins, programs};

/// Where a secret can stand. Each has a marker of its own.
const PLACES: [&str; 7] = ["environment", "release", "inline", "reference", "vault", "binary", "key"];

fn marker(place: &str) -> String {
    // Long enough for a key, and never a part of anything else.
    format!("zq7-{place}-6f1d0b9e4c2a8375")
}

/// Letters and digits alone, in lower case.
fn folded(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// What a marker looks like once it was put into a Secret.
fn encoded(text: &str) -> String {
    data_encoding::BASE64.encode(text.as_bytes())
}

const STATE: &str = "\
environments:
  default:
    secrets: [env.secrets.yaml]
---
releases:
  - name: gateway
    namespace: edge
    chart: ./charts/gateway
    needs: [db]
    values: [gateway.yaml, gateway.checksum.yaml]
  - name: db
    namespace: edge
    chart: ./charts/db
    values:
      - db.yaml.gotmpl
      - inline: {{ .Values.inline | quote }}
    secrets: [db.secrets.yaml]
    set:
      - {name: reference, value: ref+sops://references/db.yaml#/password}
";

const DIRECTIVES: &str = "\
# helmsum: secret:db-credentials
# helmsum: configmap:db-settings
# helmsum: release:db
# helmsum: ./vault decrypt=sops
";

const CHART: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: db-credentials}
data: {release: {{ .Values.release | b64enc }}}
stringData: {environment: {{ .Values.environment | quote }}, inline: {{ .Values.inline | quote }}, reference: {{ .Values.reference }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: db-settings}
data: {mode: fast}
";

struct Leak {
    project: Project,
    /// How often something was searched.
    searched: usize,
}

impl Leak {
    fn new() -> Option<Self> {
        let programs = programs::find(&[&programs::HELMFILE, programs::helm(), &SOPS], &["git"])?;
        let helm = programs.iter().find(|path| path.ends_with("helm")).expect("helm is among them").clone();
        let others: Vec<_> = programs.into_iter().filter(|path| !path.ends_with("helm")).collect();
        let project = Project::with(&others);
        // helm, with a note of who could read what it is given.
        project.script(
            "../../bin/helm",
            &format!(
                "for file in \"$@\"; do case $file in
                    \"$TMPDIR\"/*) stat -c %a \"$file\" \"$(dirname \"$file\")\" ;;
                    /proc/*/fd/*) readlink \"$file\" | cut -d : -f 1 ;;
                esac; done >> \"$HOME/modes\"
                exec {} \"$@\"",
                helm.display()
            ),
        );
        // It decrypts what is under `secrets:`, through the real sops.
        let plugins = project.root.join("../../home/.local/share/helm/plugins");
        plugins::secrets(&plugins, "exec sops decrypt \"$2\"");
        fs::create_dir_all(project.root.join("../../home/tmp")).expect("a folder");
        fs::remove_file(project.root.join("helmfile.yaml")).expect("it is there");
        project.shell("age-keygen -o ../../home/age.txt");
        project.write("helmfile.yaml.gotmpl", STATE);
        project.write("gateway.yaml", DIRECTIVES);
        project.write("db.yaml.gotmpl", "environment: {{ .Values.environment | quote }}\n");
        project.chart("db", CHART);
        project.write("../../home/key", &marker("key"));
        project.shell("chmod 600 ../../home/key");
        let leak = Self { project, searched: 0 };
        leak.seal(
            "env.secrets.yaml",
            &format!("environment: {}\ninline: {}\n", marker("environment"), marker("inline")),
        );
        leak.seal("db.secrets.yaml", &format!("release: {}\n", marker("release")));
        leak.seal("references/db.yaml", &format!("password: {}\n", marker("reference")));
        leak.seal("vault/db.yaml", &format!("password: {}\n", marker("vault")));
        leak.seal("vault/tls.pem", &format!("{}\n", marker("binary")));
        Some(leak)
    }

    fn seal(&self, file: &str, text: &str) {
        encrypt(&self.project, "../../home/age.txt", file, text);
    }

    fn run(&self, key: bool, arguments: &[&str]) -> Run {
        let home = self.project.root.join("../../home").canonicalize().expect("a home");
        let mut environment = vec![
            format!("SOPS_AGE_KEY_FILE={}", home.join("age.txt").display()),
            format!("TMPDIR={}", home.join("tmp").display()),
            "GITHUB_ACTIONS=true".to_owned(),
            format!("GITHUB_STEP_SUMMARY={}", home.join("summary").display()),
        ];
        if key {
            environment.push(format!("HELMSUM_KEY_FILE={}", home.join("key").display()));
        }
        let words =
            environment.iter().map(String::as_str).chain(["helmsum"]).chain(arguments.iter().copied());
        self.project.sandbox.run(&self.project.root, "env", words)
    }

    /// Every command in every way to talk. Returns what the last one said.
    fn speak(&mut self, commands: &[&str]) {
        for command in commands.iter().copied() {
            for options in [&[][..], &["--debug"], &["--output=json"], &["--output=github"], &["--quiet"]] {
                for key in [true, false] {
                    let arguments = [&[command], options].concat();
                    let told = self.run(key, &arguments).told();
                    if arguments == ["state", "--output=json"] {
                        self.shows_state_values(&told);
                    } else {
                        self.search(&format!("{arguments:?}"), &told);
                    }
                }
            }
        }
        let told = self.run(true, &["state", "--embed-values"]).told();
        self.search("state --embed-values", &told);
        let told = self.run(true, &["state", "--embed-values", "--output=json"]).told();
        self.shows_state_values(&told);
        let told = self.run(true, &["hash", "./vault", "--output=json"]).told();
        self.search("hash", &told);
        self.search_files();
    }

    /// The state for programs: it contains what the environment brought in, as helmfile's own does, and nothing else.
    fn shows_state_values(&mut self, text: &str) {
        const SHOWN: [&str; 2] = ["environment", "inline"];
        for place in SHOWN {
            assert!(text.contains(&marker(place)), "the state lacks the value of `{place}`: {text}");
        }
        self.search_for(PLACES.into_iter().filter(|place| !SHOWN.contains(place)), "the state", text);
    }

    fn search(&mut self, what: &str, text: &str) {
        self.search_for(PLACES, what, text);
    }

    fn search_for(&mut self, places: impl IntoIterator<Item = &'static str>, what: &str, text: &str) {
        self.searched += 1;
        let folded = folded(text);
        for place in places {
            let marker = marker(place);
            // In another case, with other characters between, or as hexadecimal digits.
            let hexadecimal = data_encoding::HEXLOWER.encode(marker.as_bytes());
            for form in [self::folded(&marker), hexadecimal] {
                assert!(!folded.contains(&form), "{what} holds the secret of `{place}`: {text}");
            }
            for form in [encoded(&marker), encoded(&format!("{marker}\n")), marker] {
                assert!(!text.contains(&form), "{what} holds the secret of `{place}`: {text}");
            }
        }
    }

    /// No file that helmsum wrote contains a secret, and none is left behind.
    fn search_files(&mut self) {
        let home = self.project.root.join("../../home");
        for file in ["gateway.checksum.yaml", "../../home/summary"] {
            let text = fs::read_to_string(self.project.root.join(file)).unwrap_or_default();
            self.search(file, &text);
        }
        let left: Vec<_> = fs::read_dir(home.join("tmp")).expect("a folder").collect();
        assert!(left.is_empty(), "{left:?} was left behind");
    }

    /// The run fails, and says nothing that it should not.
    fn fails(&mut self, said: &str) {
        for options in [&["--debug"], &["--output=json"]] {
            let told = self.run(true, &[&["generate"], &options[..]].concat()).fails();
            self.search(&format!("the failure over {said:?}"), &told);
            let text = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(said), "{said:?} is not in {told}");
        }
        self.search_files();
    }
}

#[test]
fn no_output_holds_a_secret() {
    let Some(mut leak) = Leak::new() else { return };
    leak.run(true, &["generate", "--strict"]).succeeds();
    leak.run(true, &["check", "--strict"]).succeeds();
    leak.speak(&["list", "check", "generate", "state"]);
    // Stale, so that reports say what moved.
    leak.seal("db.secrets.yaml", &format!("release: {}-and-more\n", marker("release")));
    leak.seal("vault/db.yaml", &format!("password: {}-and-more\n", marker("vault")));
    let told = leak.run(true, &["check"]).fails();
    assert!(told.contains("secret:db-credentials") && told.contains("./vault"), "{told}");
    leak.speak(&["check"]);
    let modes = fs::read_to_string(leak.project.root.join("../../home/modes")).expect("helm was given files");
    // A file in memory has no name, and only this user's processes open it by the descriptor.
    assert!(modes.lines().all(|mode| matches!(mode, "600" | "700" | "/memfd")), "{modes}");
    assert!(!modes.is_empty(), "helm was given no file");
    assert!(leak.searched > 50, "{} texts", leak.searched);
    // The search would find something.
    let told = leak.project.sandbox.run(Path::new("/"), "echo", [marker("vault")]).told();
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| leak.search("echo", &told))).is_err());
}

#[test]
fn no_error_holds_a_secret() {
    let Some(mut leak) = Leak::new() else { return };
    // Templates of the chart, which helm quotes.
    for (template, said) in [
        ("{{ fail .Values.release }}", "release `edge/db`"),
        ("{{ fail (b64enc .Values.release) }}", "release `edge/db`"),
        ("{{ fail .Values.reference }}", "release `edge/db`"),
        ("{{ .Values.reference }}: [\n", "release `edge/db`"),
        ("{{ .Values.release }}: [\n", "release `edge/db`"),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: db-credentials}\ndata: {a: {{ .Values.release }}, a: {{ .Values.inline }}}\n",
            "",
        ),
        ("{{ index .Values.release \"x\" }}", "release `edge/db`"),
        ("{{ template .Values.release }}", "release `edge/db`"),
        ("{{ include .Values.release . }}", "release `edge/db`"),
        ("{{ tpl (printf \"{{ %s\" .Values.release) . }}", "release `edge/db`"),
        ("{{ toDate \"2006\" .Values.release | mustToDate .Values.environment }}", ""),
        ("{{ required .Values.inline nil }}", "release `edge/db`"),
    ] {
        leak.project.chart("db", template);
        leak.fails(said);
    }
    leak.project.chart("db", CHART);
    let schema = "{\"properties\": {\"release\": {\"type\": \"integer\"}, \"inline\": {\"enum\": [\"x\"]}}}";
    leak.project.write("charts/db/values.schema.json", schema);
    leak.fails("release `edge/db`");
    fs::remove_file(leak.project.root.join("charts/db/values.schema.json")).expect("it is there");
    // Templates that helmsum renders itself.
    for template in [
        "{{ fail .Values.environment }}",
        "{{ fail (fetchSecretValue \"ref+sops://references/db.yaml#/password\") }}",
        "{{ fetchSecretValue \"ref+sops://references/db.yaml#/password\" | upper | fail }}",
        "a: [{{ fetchSecretValue \"ref+sops://references/db.yaml#/password\" }}\n",
        "{{ required .Values.environment nil }}",
        "{{ readFile .Values.environment }}",
        "{{ exec .Values.environment (list \"x\") }}",
        "{{ exec \"false\" (list .Values.environment) }}",
        "{{ fromYaml (printf \"[%s\" .Values.environment) }}",
        "{{ mustRegexMatch (printf \"(%s\" .Values.environment) \"x\" }}",
        "{{ .Values.environment.x }}",
        "{{ atoi .Values.environment | toString | get .Values }}",
        "{{ fail (b64enc .Values.environment) }}",
        "{{ fail (upper .Values.environment | camelcase) }}",
        "{{ fail (printf \"% X\" .Values.environment) }}",
        "{{ fail (.Values.environment | splitList \"\" | join \"%2D\") }}",
        "{{ fail (dict .Values.environment .Values.inline | toJson | b64enc | urlquery) }}",
        "environment: [{{ .Values.environment }}\n",
    ] {
        leak.project.write("db.yaml.gotmpl", template);
        leak.fails("");
        leak.project.write("db.yaml.gotmpl", "environment: {{ .Values.environment | quote }}\n");
        leak.project.write("gateway.yaml", &format!("{DIRECTIVES}# helmsum: ./{template}\n"));
        let told = leak.run(true, &["generate"]).told();
        leak.search("a directive", &told);
        leak.project.write("gateway.yaml", DIRECTIVES);
    }
    for words in ["./{{ .Values.environment }}", "./vault as {{ .Values.environment | upper }} decrypt=sops"]
    {
        leak.project.write("gateway.yaml", &format!("{DIRECTIVES}# helmsum: {words}\n"));
        leak.fails("are made from a secret");
    }
    leak.project.write("gateway.yaml", DIRECTIVES);
    for line in [
        "x: {{ fail .Values.environment }}\n",
        "{{ .Values.environment }}: [\n",
        "releases: {{ .Values.inline }}\n",
    ] {
        leak.project.write("helmfile.yaml.gotmpl", &STATE.replace("---\n", &format!("---\n{line}")));
        leak.fails("error");
        leak.run(true, &["state"]).fails();
        let told = leak.run(true, &["state", "--output=json"]).fails();
        leak.search("state", &told);
    }
    leak.project.write("helmfile.yaml.gotmpl", STATE);
    // Files that SOPS refuses.
    for file in ["vault/db.yaml", "db.secrets.yaml", "env.secrets.yaml"] {
        let sealed = leak.project.read(file);
        leak.project.write(file, &sealed.replace("lastmodified: \"20", "lastmodified: \"19"));
        leak.fails("error");
        leak.project.write(file, &sealed);
    }
    // A number that JSON does not have counts as it is written, and is shown as little as all others.
    leak.seal("vault/db.yaml", &format!("{}: .inf\n", marker("vault")));
    let told = leak.run(true, &["generate"]).told();
    leak.search("infinity", &told);
    leak.seal("vault/db.yaml", &format!("password: {}\n", marker("vault")));
    leak.run(true, &["generate", "--strict"]).succeeds();
}
