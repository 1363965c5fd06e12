//! Options of helm that are written as texts: `helmDefaults.args`, `--args` and their like.
//!
//! helmfile gives them to whatever command of helm it calls. helmsum calls `helm template` alone, so what that does not know
//! is left out, by a table that `tests/tools/helm-options` makes from helm itself.

use std::sync::LazyLock;

use super::producer::Producer;
use crate::cli::Purpose;

/// Name, letter or `-`, `value` or `switch`, and the commands that know it: `template3`, `upgrade4`.
const TABLE: &str = include_str!("helm_options.tsv");

/// Options that decide what is rendered. All others are about waiting, connections and output.
const RENDERING: [&str; 26] = [
    "api-versions",
    "dependency-update",
    "devel",
    "dry-run",
    "enable-dns",
    "generate-name",
    "is-upgrade",
    "kube-version",
    "name-template",
    "namespace",
    "post-renderer",
    "post-renderer-args",
    "render-subchart-notes",
    "repo",
    "reset-then-reuse-values",
    "reset-values",
    "reuse-values",
    "set",
    "set-file",
    "set-json",
    "set-literal",
    "set-string",
    "skip-crds",
    "validate",
    "values",
    "version",
];

/// Options that change where manifests go, or how many of them are shown, and not what they are.
const SHOWING: [&str; 4] = ["help", "output-dir", "show-only", "release-name"];

/// An option in the table.
struct Known {
    name: &'static str,
    letter: Option<char>,
    takes_value: bool,
    commands: Vec<&'static str>,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let read = |line: &'static str| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (name, letter, takes, commands) = (field(), field(), field(), field());
        let letter = letter.chars().next().filter(|letter| *letter != '-');
        Known { name, letter, takes_value: takes == "value", commands: commands.split(' ').collect() }
    };
    TABLE.lines().filter(|line| !line.starts_with('#')).map(read).collect()
});

/// The versions of helm that the table knows.
static VERSIONS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut versions: Vec<&str> = KNOWN
        .iter()
        .flat_map(|known| &known.commands)
        .filter_map(|command| command.strip_prefix("template"))
        .collect();
    versions.sort_unstable();
    versions.dedup();
    versions
});

impl Known {
    /// The option of a name. Where two commands disagree about it, options are written for `helm upgrade`.
    fn of(name: &str) -> Option<&'static Self> {
        let mut all = KNOWN.iter().filter(|known| known.name == name);
        let first = all.next()?;
        Some(
            all.find(|known| known.commands.iter().any(|command| command.starts_with("upgrade")))
                .unwrap_or(first),
        )
    }

    /// Whether every version of a command of helm knows it.
    fn is_of(&self, command: &str) -> bool {
        VERSIONS
            .iter()
            .all(|version| self.commands.iter().any(|known| *known == format!("{command}{version}")))
    }
}

/// An option as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// Its long name; what is not an option has none.
    pub(super) name: String,
    /// Its value, where it has one.
    pub(super) value: Option<String>,
    /// The words that helm gets for it.
    pub(super) words: Vec<String>,
}

impl Given {
    fn known(&self) -> Option<&'static Known> {
        Known::of(&self.name)
    }

    /// Whether it decides what is rendered.
    pub(super) fn renders(&self) -> bool {
        RENDERING.contains(&self.name.as_str())
    }

    /// Whether `helm template` is to get it.
    fn is_for_template(&self) -> bool {
        // What is not an option makes every command of helm fail.
        let no_option = self.name.is_empty();
        let known = self.known().is_some_and(|known| known.is_of("template"));
        // Dependencies are packed before helm is called.
        no_option || (known && !SHOWING.contains(&self.name.as_str()) && self.name != "dependency-update")
    }

    /// Whether `helm upgrade` knows it.
    fn is_for_upgrade(&self) -> bool {
        self.known().is_some_and(|known| known.is_of("upgrade"))
    }
}

/// The options in texts, as helmfile splits them and as helm reads what comes of it (`pflag`).
pub(super) fn given(texts: &[String]) -> Vec<Given> {
    let mut words = collected(texts).into_iter();
    let mut options = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" {
            // What follows is not an option, and no command of helm takes that much else.
            options.extend(words.map(positional));
            break;
        }
        if let Some(name) = word.strip_prefix("--") {
            options.push(long(name, &word, &mut words));
        } else if word.len() > 1 && word.starts_with('-') {
            short(&word, &mut words, &mut options);
        } else {
            options.push(positional(word));
        }
    }
    options
}

fn positional(word: String) -> Given {
    Given { name: String::new(), value: None, words: vec![word] }
}

fn long(name: &str, word: &str, rest: &mut std::vec::IntoIter<String>) -> Given {
    if let Some((name, value)) = name.split_once('=') {
        return Given { name: name.into(), value: Some(value.into()), words: vec![word.into()] };
    }
    let value = match Known::of(name) {
        Some(known) if known.takes_value => rest.next(),
        // A plugin may know it. helmfile takes a word after it for its value, too.
        None if rest.as_slice().first().is_some_and(|next| !next.starts_with('-')) => rest.next(),
        Some(_) | None => None,
    };
    let words = std::iter::once(word.to_owned()).chain(value.clone()).collect();
    Given { name: name.into(), value, words }
}

/// Letters in one word: switches, and at its end perhaps one with a value.
fn short(word: &str, rest: &mut std::vec::IntoIter<String>, options: &mut Vec<Given>) {
    let mut letters = word[1..].chars();
    while let Some(letter) = letters.next() {
        let known = KNOWN.iter().find(|known| known.letter == Some(letter));
        let name = known.map_or_else(|| format!("-{letter}"), |known| known.name.to_owned());
        let tail = letters.as_str();
        let (value, last) = match (tail.strip_prefix('='), known) {
            (Some(value), _) => (Some(value.to_owned()), true),
            (None, Some(known)) if known.takes_value && !tail.is_empty() => (Some(tail.to_owned()), true),
            (None, Some(known)) if known.takes_value => (rest.next(), true),
            (None, _) => (None, false),
        };
        let mut words = vec![format!("-{letter}")];
        words.extend(value.clone());
        if known.is_some_and(|known| !known.takes_value) && value.is_some() {
            words = vec![format!("-{letter}={tail}", tail = value.as_deref().unwrap_or_default())];
        }
        options.push(Given { name, value, words });
        if last {
            return;
        }
    }
}

/// What helm gets of `--args` and `helmDefaults.args`, which come last.
pub(super) fn args(producer: &Producer<'_>) -> Vec<Given> {
    // helmfile puts the two together after it has read each of them.
    let mut options = given(producer.request.options.args.as_slice());
    options.extend(given(&producer.release.helm.args));
    options
}

/// What helm gets of the options for the command that helmfile calls it with: `syncArgs`, or `templateArgs`.
pub(super) fn of_command(producer: &Producer<'_>) -> Vec<Given> {
    let helm = &producer.release.helm;
    match producer.request.options.purpose {
        Purpose::Template | Purpose::Unknown => given(&helm.template_args),
        Purpose::Upgrade => {
            // What only a template needs to be told stands for what an upgrade asks the cluster for.
            let told = |option: &Given| option.name == "dry-run" || !option.is_for_upgrade();
            let mut options = given(&helm.sync_args);
            options.extend(given(&helm.template_args).into_iter().filter(told));
            options
        }
    }
}

/// The words for `helm template`.
pub(super) fn for_template(options: Vec<Given>) -> impl Iterator<Item = String> {
    options.into_iter().filter(Given::is_for_template).flat_map(|option| option.words)
}

/// The namespace that helm renders a release for, else empty: the last one it is given.
pub(super) fn namespace(producer: &Producer<'_>) -> String {
    let given = args(producer).into_iter().rev().find(|option| option.name == "namespace");
    given.and_then(|option| option.value).unwrap_or_else(|| producer.release.namespace.clone())
}

/// Whether helm packs the dependencies of a chart anew, whatever helmfile does.
pub(super) fn update_dependencies(producer: &Producer<'_>) -> bool {
    args(producer).into_iter().chain(of_command(producer)).any(|option| {
        option.name == "dependency-update" && option.value.as_deref().is_none_or(|value| value == "true")
    })
}

/// Options that are written as texts, as helmfile reads them (`pkg/argparser/args.go: CollectArgs`): split at spaces without
/// regard to quotes, those of one name together, and words that belong to no option dropped.
fn collected(texts: &[String]) -> Vec<String> {
    let joined = texts.join(" ");
    let words: Vec<&str> = joined.split(' ').filter(|word| !word.is_empty()).collect();
    let mut options: Vec<(&str, Vec<Vec<String>>)> = Vec::new();
    for (index, word) in words.iter().enumerate().filter(|(_, word)| word.starts_with('-')) {
        let (name, written) = match word.split_once('=') {
            Some((name, "")) => (name, vec![name.to_owned()]),
            Some((name, value)) => (name, vec![format!("{name}={value}")]),
            None => match words.get(index + 1).filter(|next| !next.starts_with('-')) {
                Some(value) => (*word, vec![(*word).to_owned(), (*value).to_owned()]),
                None => (*word, vec![(*word).to_owned()]),
            },
        };
        match options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(written),
            None => options.push((name, vec![written])),
        }
    }
    options.into_iter().flat_map(|(_, all)| all).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn options_are_collected_as_helmfile_collects_them() {
        for (given, expected) in [
            (&["--debug"][..], &["--debug"][..]),
            (&["--a=1 --b 2", "--a", "3"], &["--a=1", "--a", "3", "--b", "2"]),
            (&["word --x", "-y"], &["--x", "-y"]),
            (&["--empty="], &["--empty"]),
            (&["--q 'two words'"], &["--q", "'two"]),
            (&[], &[]),
        ] {
            assert_eq!(collected(&texts(given)), expected, "{given:?}");
        }
    }

    #[test]
    fn what_template_does_not_know_is_left_out() {
        for (written, expected) in [
            ("--set a=b --history-max 3 --install", &["--set", "a=b"][..]),
            ("--history-max=3 --set=a=b", &["--set=a=b"]),
            ("-if x.yaml", &["-f", "x.yaml"]),
            ("-ifx.yaml", &["-f", "x.yaml"]),
            ("-f=x.yaml -o json", &["-f", "x.yaml"]),
            ("--context 3 --show-secrets --set a=b", &["--set", "a=b"]),
            ("--no-such=x", &[]),
            ("-z", &[]),
            // pflag takes whatever follows for the value.
            ("--set --install", &["--set", "--install"]),
            ("--output-dir out -s templates/a.yaml --help -h", &[]),
            ("--wait --timeout 5m --atomic=false", &["--wait", "--timeout", "5m", "--atomic=false"]),
            ("--enable-dns=false", &["--enable-dns=false"]),
            ("--dependency-update", &[]),
            ("--server-side true --set a=b", &["--set", "a=b"]),
            // helm fails over these, whoever calls it.
            ("--debug word", &["--debug", "word"]),
            ("-- word", &["word"]),
        ] {
            let words: Vec<String> = for_template(given(&texts(&[written]))).collect();
            assert_eq!(words, expected, "{written}");
        }
    }

    #[test]
    fn the_table_knows_what_decides_a_rendering() {
        for name in RENDERING.iter().chain(&SHOWING) {
            assert!(KNOWN.iter().any(|known| known.name == *name), "{name}");
        }
        assert!(VERSIONS.contains(&"3"), "{:?}", *VERSIONS);
        let mut letters: Vec<char> = KNOWN.iter().filter_map(|known| known.letter).collect();
        letters.sort_unstable();
        let all = letters.len();
        letters.dedup();
        assert_eq!(all, letters.len(), "one letter means two options: {letters:?}");
    }

    #[test]
    fn options_about_waiting_and_connections_decide_no_rendering() {
        let options = given(&texts(&["--set a=b --timeout 9m --wait --kube-context c -n edge"]));
        let rendering: Vec<&str> =
            options.iter().filter(|option| option.renders()).map(|option| option.name.as_str()).collect();
        assert_eq!(rendering, ["set", "namespace"]);
    }
}
