//! Projects made up from a seed: state files that lead to each other, and releases that need and declare each other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::chance::Chance;

/// The most releases of a project, each of which declares something of most others.
const MOST_RELEASES: usize = 14;

/// The namespaces of releases, which may have none.
const NAMESPACES: [&str; 4] = ["", "edge", "edge", "apps"];

/// A project, and how helmfile runs in it.
pub(super) struct Project {
    /// The files by their names.
    pub(super) files: BTreeMap<String, String>,
    /// The names of the releases that helmfile may deploy.
    pub(super) releases: Vec<String>,
    /// Options before the command.
    pub(super) options: Vec<&'static str>,
    /// The command with its options.
    pub(super) command: Vec<String>,
    chance: Chance,
    /// Whether helmfile handles the file that is being made at the same time as others. It changes its working directory for a
    /// sub-helmfile by itself, and then finds files of the others no longer; not so for a directory of several.
    is_beside: bool,
    /// The number of the next file or release.
    next: usize,
}

/// A release of the state file that is being made.
struct Own {
    name: String,
    namespace: &'static str,
    context: &'static str,
}

impl Project {
    /// The project of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut project = Self {
            files: BTreeMap::new(),
            releases: Vec::new(),
            options: Vec::new(),
            command: Vec::new(),
            chance: Chance::new(seed),
            is_beside: false,
            next: 0,
        };
        project
            .files
            .insert("chart/Chart.yaml".into(), "apiVersion: v2\nname: chart\nversion: 1.0.0\n".into());
        if project.chance.percent(40) {
            project.options.push("--sequential-helmfiles");
        }
        if project.chance.percent(55) {
            let files = project.chance.between(1, 3);
            project.directory("helmfile.d", 1, files);
        } else {
            project.state_file("helmfile.yaml", 0);
        }
        project.command = if project.chance.percent(70) {
            vec!["sync".into()]
        } else {
            vec!["apply".into(), "--skip-diff-on-install".into()]
        };
        if project.chance.percent(50) {
            project.command.push(format!("--concurrency={}", project.chance.between(1, 3)));
        }
        project.declare();
        project
    }

    /// A directory with so many state files.
    fn directory(&mut self, folder: &str, depth: usize, files: usize) {
        let was_beside = self.is_beside;
        self.is_beside |= files > 1 && self.options.is_empty();
        for _ in 0..files {
            let name = format!("{folder}/{}-{}.yaml", self.chance.pick(&["a", "b", "c"]), self.number());
            self.state_file(&name, depth);
        }
        self.is_beside = was_beside;
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    /// A state file, which lies so many folders deep, with what it lists.
    fn state_file(&mut self, name: &str, depth: usize) {
        let mut text = String::new();
        let mut listed = Vec::new();
        if depth < 3 {
            for _ in 0..self.chance.pick(&[0, 0, 1, 1, 2]).to_owned() {
                listed.push(self.sub_helmfile(name, depth));
            }
        }
        if !listed.is_empty() {
            let _ = writeln!(text, "helmfiles:\n{}", listed.join("\n"));
        }
        let mut own: Vec<Own> = Vec::new();
        let mut lines = Vec::new();
        for _ in 0..self.chance.pick(&[0, 1, 2, 3, 4, 5]).to_owned() {
            if self.next < 3 * MOST_RELEASES && self.releases.len() < MOST_RELEASES {
                let line = self.release(&mut own, name, depth);
                lines.extend(line);
            }
        }
        if lines.is_empty() && listed.is_empty() {
            lines.extend(self.release(&mut own, name, depth));
        }
        // Whatever comes first in the file does not have to be deployed first.
        if self.chance.percent(50) {
            lines.reverse();
        }
        let _ = writeln!(text, "values: [{{off: {{enabled: false}}}}]\n---\nreleases:\n{}", lines.join("\n"));
        self.files.insert(name.to_owned(), text);
    }

    /// An entry of `helmfiles`, with the files that it leads to.
    fn sub_helmfile(&mut self, parent: &str, depth: usize) -> String {
        let up = if parent.contains('/') { "../".repeat(parent.matches('/').count()) } else { String::new() };
        let folder = format!("sub{}{}", "/x".repeat(depth), self.number());
        let path = match self.chance.below(4) {
            kind if kind == 0 || self.is_beside => {
                let files = self.chance.between(if self.is_beside { 2 } else { 1 }, 3);
                self.directory(&folder, folder.matches('/').count() + 1, files);
                folder
            }
            1 => {
                for part in ["one", "two"] {
                    self.state_file(&format!("{folder}/{part}.yaml"), folder.matches('/').count() + 1);
                }
                format!("{folder}/*.yaml")
            }
            _ => {
                let file = format!("{folder}/helmfile.yaml");
                self.state_file(&file, folder.matches('/').count() + 1);
                file
            }
        };
        format!("  - {up}{path}")
    }

    /// A release with its needs, and perhaps a twin of it that is switched off.
    fn release(&mut self, own: &mut Vec<Own>, file: &str, depth: usize) -> Vec<String> {
        let name = format!("r{}", self.number());
        let release = Own {
            name: name.clone(),
            namespace: NAMESPACES[self.chance.below(NAMESPACES.len())],
            context: if self.chance.percent(15) { "elsewhere" } else { "" },
        };
        let mut needs: Vec<String> = Vec::new();
        for other in &*own {
            // With a context, both have to have one: nothing names a release without it.
            let is_nameable = release.context.is_empty() == other.context.is_empty();
            if is_nameable && self.chance.percent(35) {
                needs.push(written(&release, other, self.chance.percent(50)));
            }
        }
        let off = match self.chance.below(14) {
            0 => ", installed: false",
            1 => ", condition: off.enabled",
            _ => "",
        };
        let up = "../".repeat(depth);
        let folder = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let line = |needs: &[String], off: &str| {
            let context = if release.context.is_empty() { "" } else { ", kubeContext: elsewhere" };
            let namespace = if release.namespace.is_empty() {
                String::new()
            } else {
                format!(", namespace: {}", release.namespace)
            };
            format!(
                "  - {{name: {name}{namespace}{context}, chart: ./{up}chart, needs: [{}], values: [values/{name}.txt]{off}}}",
                needs.join(", ")
            )
        };
        let mut lines = vec![line(&needs, off)];
        if off.is_empty() {
            self.releases.push(name.clone());
            if self.chance.percent(8) {
                let all: Vec<String> = own
                    .iter()
                    .filter(|other| release.context == other.context)
                    .map(|other| written(&release, other, true))
                    .collect();
                lines.push(line(&all, ", condition: off.enabled"));
            }
        }
        self.files.insert(format!("{folder}values/{name}.txt"), String::new());
        own.push(release);
        lines
    }

    /// Has most releases declare something of most others.
    fn declare(&mut self) {
        let releases = self.releases.clone();
        let names: Vec<String> = self.files.keys().filter(|name| name.contains("values/")).cloned().collect();
        for file in names {
            let mut text = "{}\n".to_owned();
            for other in &releases {
                if !file.ends_with(&format!("/{other}.txt")) && self.chance.percent(60) {
                    let _ = writeln!(text, "# helmsum: ./of-{other} from={other}");
                }
            }
            self.files.insert(file, text);
        }
    }
}

/// How one release names another one of its state file among its needs.
fn written(release: &Own, other: &Own, short: bool) -> String {
    let Own { name, namespace, context } = other;
    match (short, release.namespace == *namespace) {
        (true, true) if release.context == *context => name.clone(),
        (true, _) if !namespace.is_empty() && release.context == *context => format!("{namespace}/{name}"),
        _ if context.is_empty() && namespace.is_empty() => format!("/{name}"),
        _ if context.is_empty() => format!("{namespace}/{name}"),
        _ => format!("{context}/{namespace}/{name}"),
    }
}
