//! Every refusal: what leads to it, and that it comes with its code, its place and what to do.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use crate::support::gallery::Gallery;
use crate::support::repo::Repo;
use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::diagnostic::{Diagnostic, Refusal};
use helmsum::internals::report;
use helmsum::internals::state::{self, Request};
use helmsum::internals::tree::{Entry, OpenFile, Stat, Tree, WorkTree};

thread_local! {
    static TRIED: RefCell<BTreeSet<Refusal>> = const { RefCell::new(BTreeSet::new()) };
    static GALLERY: RefCell<Gallery> = RefCell::default();
}

/// Puts a refusal that no command prints here into the gallery, drawn as one would.
fn shown(repo: &Repo, refusal: Refusal, problem: &Diagnostic) {
    let root = Utf8PathBuf::from_path_buf(repo.path("")).expect("temporary folders are UTF-8");
    let layout = report::Layout { directory: &root, width: None };
    let drawn = anstream::adapter::strip_str(&report::draw(problem, layout)).to_string();
    GALLERY.with_borrow_mut(|gallery| gallery.text(refusal.name(), &repo.shown(drawn.as_bytes())));
}

/// A state with one release, whose name is a template.
fn named(template: &str) -> Repo {
    state(&format!("releases:\n- chart: r/a\n  name: {template}\n"))
}

fn state(text: &str) -> Repo {
    Repo::new().file("helmfile.yaml.gotmpl", text)
}

fn plain(text: &str) -> Repo {
    Repo::new().file("helmfile.yaml", text)
}

/// A state whose environment has a secrets file, and a plugin that would decrypt it.
fn encrypted() -> Repo {
    let repo = plain("environments:\n  default:\n    secrets: [s.yaml]\n---\nreleases: []\n")
        .file("s.yaml", "cipher\n")
        .file("plugins/secrets/plugin.yaml", "name: secrets\nversion: 4.0.0\n");
    let plugins = repo.path("plugins").display().to_string();
    repo.variable("HELM_PLUGINS", &plugins)
}

/// `helmsum state` refuses with this code, at this place, for people and for programs.
#[track_caller]
fn refuses<const N: usize>(repo: &Repo, arguments: [&str; N], refusal: Refusal, place: &str) {
    TRIED.with_borrow_mut(|tried| tried.insert(refusal));
    let arguments = ["state"].into_iter().chain(arguments);
    let output = repo.command("").args(arguments.clone()).output().expect("helmsum runs");
    let root = repo.path("").display().to_string();
    let text = String::from_utf8_lossy(&output.stderr).replace(root.trim_end_matches('/'), "[REPO]");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with(&format!("error[{refusal}]: ")), "{refusal} in {text}");
    assert!(text.contains("help: "), "what to do is in {text}");
    assert!(text.contains(place), "{place:?} is in {text}");
    GALLERY.with_borrow_mut(|gallery| gallery.text(refusal.name(), &text));
    let output = repo.command("").args(arguments).args(["--output", "json"]).output().expect("helmsum runs");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one document");
    let error = &document["errors"][0];
    assert_eq!(error["code"], refusal.name(), "{document:#}");
    assert!(error["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{document:#}");
}

#[test]
fn every_refusal_has_its_code_its_place_and_what_to_do() {
    remote();
    around_files();
    in_templates();
    without_end();
    of_another_revision();
    of_charts();
    let tried = TRIED.take();
    let left: Vec<&Refusal> = Refusal::ALL.iter().filter(|refusal| !tried.contains(refusal)).collect();
    // Nothing is known that leads to a defect; whoever finds something mends it.
    assert_eq!(left, [&Refusal::Defect]);
    GALLERY.take().matches_snapshot("refusals");
}

/// What is only read of releases that others depend on.
fn of_charts() {
    use helmsum::internals::rendered::{Producer, Templates, templating};
    let chart = "apiVersion: v2\nname: a\nversion: 1.0.0\n";
    for (release, refusal) in [
        ("chart: 'oci://r.example.org/a', version: 1.0.0", Refusal::RemoteChart),
        ("chart: r/a", Refusal::RemoteChart),
        ("chart: ./a, forceNamespace: b", Refusal::UnsupportedChart),
        ("chart: ./a}]\nhelmDefaults: {templateArgs: [--validate]}\nhooks: [{name: x", Refusal::NeedsCluster),
        ("chart: ./a}]\nhelmDefaults: {syncArgs: [--set a=b]}\nhooks: [{name: x", Refusal::AmbiguousCommand),
    ] {
        let repo = plain(&format!("releases: [{{name: a, {release}}}]\n")).file("a/Chart.yaml", chart);
        let root = Utf8PathBuf::from_path_buf(repo.path("")).expect("temporary folders are UTF-8");
        let request = Request::new(Arc::new(WorkTree), root, [("HOME".into(), "/nowhere".into())].into());
        let resolved = state::read(&request).expect("the state is read");
        let visit = &resolved.visits[0];
        let producer = Producer { request: &request, visit, release: &visit.releases[0] };
        let registry = helmsum::internals::template::functions::registry();
        let problem = templating(&producer, &mut Templates::new(&registry)).expect_err("it is refused");
        assert_eq!(problem.refusal(), Some(refusal), "{problem}");
        assert!(problem.hint.is_some() && problem.place.is_some(), "{problem}");
        TRIED.with_borrow_mut(|tried| tried.insert(refusal));
        shown(&repo, refusal, &problem);
    }
}

fn remote() {
    let url = "git::https://example.org/r.git@x.yaml";
    refuses(&Repo::new(), ["-f", url], Refusal::RemoteState, "not in helmfile's cache");
    refuses(&plain(&format!("bases:\n- {url}\n")), [], Refusal::RemoteBase, "--> helmfile.yaml:2");
    refuses(
        &plain(&format!("helmfiles:\n- path: {url}\n")),
        [],
        Refusal::RemoteHelmfile,
        "--> helmfile.yaml:2",
    );
    refuses(&plain(&format!("values:\n- {url}\n")), [], Refusal::RemoteValues, "--> helmfile.yaml:2");
    refuses(
        &plain("values:\n- https://example.org/v.yaml?cache=false\n"),
        [],
        Refusal::RemoteValues,
        "leave `cache=false` out",
    );
    refuses(
        &plain(&format!("environments:\n  default:\n    secrets:\n    - {url}\n")),
        [],
        Refusal::RemoteValues,
        "--> helmfile.yaml:4",
    );
}

fn around_files() {
    refuses(&plain("values:\n- v.hcl\n").file("v.hcl", ""), [], Refusal::HclValues, "--> helmfile.yaml:2");
    let old = plain("releases: []\n").variable("HELMFILE_GO_YAML_V3", "false");
    refuses(&old, [], Refusal::OldYaml, "HELMFILE_GO_YAML_V3");
    refuses(&plain("bases: ['-']\n"), [], Refusal::StandardInput, "`-`");
    refuses(&plain("values: ['-']\n").file("-", "a: 1\n"), [], Refusal::StandardInput, "-->");
    refuses(&named("{{ readFile \"-\" }}"), [], Refusal::StandardInput, "helmfile.yaml.gotmpl:3:12");
    refuses(&named("{{ exec \"true\" list }}"), ["--no-exec"], Refusal::NoExec, "helmfile.yaml.gotmpl:3:12");
    refuses(&encrypted(), ["--no-exec"], Refusal::NoExec, "--> helmfile.yaml:3");
    let circle = plain("helmfiles: [b.yaml]\n").file("b.yaml", "helmfiles: [helmfile.yaml]\n");
    refuses(&circle, [], Refusal::HelmfileCircle, "--> b.yaml:1");
    refuses(&plain("values: [{a: !!null [1]}]\n"), [], Refusal::UnsupportedYaml, "helmfile.yaml:1");
    let pipe = plain("values: [pipe]\n");
    let made = std::process::Command::new("mkfifo").arg(pipe.path("pipe")).status().expect("mkfifo runs");
    assert!(made.success());
    refuses(&pipe, [], Refusal::SpecialFile, "--> pipe");
}

fn in_templates() {
    let at = "helmfile.yaml.gotmpl:3:12";
    let reference = "{{ fetchSecretValue \"ref+vault://a/b\" }}";
    refuses(&named(reference), [], Refusal::SecretReference, at);
    refuses(
        &named("{{ genPrivateKey \"rsa\" }}"),
        [],
        Refusal::UnsupportedFunction,
        "helmfile.yaml.gotmpl:3",
    );
    refuses(&named("{{ printf \"%v\" 1i }}"), [], Refusal::UnsupportedTemplate, "helmfile.yaml.gotmpl:3");
    refuses(&named("{{ slice (list 1 2) 0 3 }}"), [], Refusal::UnpredictableResult, at);
    refuses(&named("{{ b64dec \"/w==\" }}"), [], Refusal::NotUtf8, "helmfile.yaml.gotmpl");
}

fn without_end() {
    refuses(&named("{{ repeat 1000000000 \"abc\" }}"), [], Refusal::Limit, "helmfile.yaml.gotmpl:3:12");
    let deep = format!("values: [{}{}]\n", "[".repeat(11_000), "]".repeat(11_000));
    refuses(&plain(&deep), [], Refusal::Limit, "helmfile.yaml:1");
    let large = |repo: Repo, name: &str| {
        let file = fs_err::File::create(repo.path(name)).expect("a file");
        file.set_len(200 << 20).expect("a file of holes");
        repo
    };
    let values = large(plain("values: [v.yaml]\n"), "v.yaml");
    refuses(&values, [], Refusal::Limit, "`[REPO]/v.yaml` is longer than 64 MiB");
    refuses(&large(Repo::new(), "helmfile.yaml"), [], Refusal::Limit, "is longer than 64 MiB");
    refuses(&large(named("{{ readFile \"big\" }}"), "big"), [], Refusal::Limit, "helmfile.yaml.gotmpl:3:12");
    let mut laughs = String::from("values:\n- a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        writeln!(laughs, "  a{level}: &a{level} [{below}]").expect("a string");
    }
    // helmfile's YAML library has a limit of its own for this.
    plain(&laughs).helmsum(["state"]).exits(1).complains("error: document contains excessive aliasing");
    let mut tree = plain("helmfiles: [s0.yaml, s0.yaml, s0.yaml]\n");
    for level in 0..12 {
        let below = format!("s{}.yaml", level + 1);
        tree = tree.file(&format!("s{level}.yaml"), format!("helmfiles: [{below}, {below}, {below}]\n"));
    }
    refuses(&tree.file("s12.yaml", "releases: []\n"), [], Refusal::Limit, "more than 10000 state files");
}

/// The work tree, but for one file.
#[derive(Debug)]
struct Revision {
    name: &'static str,
}

#[derive(Debug)]
struct Other(io::Cursor<&'static [u8]>, Stat);

impl io::Read for Other {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl OpenFile for Other {
    fn stat(&self) -> io::Result<Stat> {
        Ok(self.1)
    }
}

impl Tree for Revision {
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        if path.file_name() == Some(self.name) {
            return Ok(Box::new(Other(io::Cursor::new(b"another cipher\n"), WorkTree.stat(path)?)));
        }
        WorkTree.open(path)
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        WorkTree.stat(path)
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        WorkTree.stat_link(path)
    }

    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        WorkTree.entries(directory)
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        WorkTree.resolve(path)
    }
}

fn of_another_revision() {
    let repo = encrypted();
    let directory = Utf8PathBuf::from_path_buf(repo.path("")).expect("temporary folders are UTF-8");
    let variables = [("HELM_PLUGINS".to_owned(), directory.join("plugins").into_string())].into();
    let request = Request::new(Arc::new(Revision { name: "s.yaml" }), directory, variables);
    let error = state::read(&request).expect_err("only the work tree can be decrypted");
    assert_eq!(error.refusal(), Some(Refusal::EncryptedRevision));
    assert!(error.hint.is_some() && error.place.as_ref().is_some_and(|place| place.line == Some(3)));
    TRIED.with_borrow_mut(|tried| tried.insert(Refusal::EncryptedRevision));
    shown(&repo, Refusal::EncryptedRevision, &error);
}

#[test]
fn an_error_that_helmfile_shares_has_no_code() {
    let repo = plain("releases: [{name: a}]\n").helmsum(["state", "--output", "json"]).exits(1);
    assert_eq!(repo.json()["errors"][0]["code"], serde_json::Value::Null);
    let repo = repo.helmsum(["state"]).exits(1);
    assert!(repo.err().starts_with("error: "), "{}", repo.err());
}
