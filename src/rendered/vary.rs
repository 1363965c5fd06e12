//! Whether two renderings of the same thing could differ.

use std::sync::LazyLock;

use camino::Utf8Path;
use regex::Regex;

use super::arguments::Argument;
use super::stage::Staged;
use super::template::Templating;
use crate::text::join_clean;

/// How large a file may be to be searched. No template is larger.
const LARGEST: u64 = 4 << 20;

/// The functions of helm whose results differ from call to call: by chance, by the clock, by salt, by the network, or by the
/// order in which Go walks a map (sprig 3.3, helm's `pkg/engine/funcs.go`). A word of a longer name does no harm: the chart is
/// only rendered once more than needed.
static VARYING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(rand\w*|shuffle|uuidv4|gen[A-Z]\w*|buildCustomCert|htpasswd|bcrypt|encryptAES|now|ago|date|dateInZone|date_in_zone|htmlDate|htmlDateInZone|getHostByName|lookup|keys|values)\b",
    )
    .expect("the pattern is good")
});

impl Templating {
    /// Whether a chart or its values call a function whose result differs from call to call, so that only a second rendering
    /// shows whether the data is the same each time. True, too, for what cannot be searched: packages and post renderers.
    #[must_use]
    pub fn may_vary(&self) -> bool {
        let options = self
            .arguments
            .iter()
            .any(|argument| matches!(argument, Argument::Text(text) if text.starts_with("--post-renderer")));
        options
            // Text in values is a template where the chart says `tpl`.
            || self.values.iter().any(|text| calls(text))
            || self.arguments.iter().any(|argument| matches!(argument, Argument::Text(text) if calls(text.as_bytes())))
            || match &self.chart {
                Staged::Package(_) => true,
                Staged::Copy(files) => files.iter().any(|(name, text)| is_package(name) || calls(text)),
                Staged::OnDisk(path) => directory_varies(&join_clean(&self.directory, path)),
            }
    }
}

/// Whether an action of a template calls such a function. Comments do not count.
fn calls(text: &[u8]) -> bool {
    static ACTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?s)\{\{-?(.*?)\}\}").expect("the pattern is good"));
    let text = String::from_utf8_lossy(text);
    ACTION.captures_iter(&text).any(|action| {
        let action = &action[1];
        !action.trim_start().starts_with("/*") && VARYING.is_match(action)
    })
}

fn is_package(name: &str) -> bool {
    // helm tells packages by these endings, in lower case (`pkg/chart/loader`).
    [".tgz", ".tar.gz"].iter().any(|ending| name.ends_with(ending))
}

/// Whether anything in a directory varies; true for what is no directory or cannot be read.
fn directory_varies(path: &Utf8Path) -> bool {
    let mut open = vec![(path.to_owned(), 0)];
    while let Some((directory, depth)) = open.pop() {
        // A chart has a few levels; more would be a loop of links.
        let Ok(entries) = directory
            .read_dir_utf8()
            .map_err(|_| ())
            .and_then(|entries| entries.collect::<Result<Vec<_>, _>>().map_err(|_| ()))
        else {
            return true;
        };
        for entry in entries {
            let Ok(metadata) = entry.path().metadata() else { return true };
            if metadata.is_dir() {
                if depth == 40 {
                    return true;
                }
                open.push((entry.path().to_owned(), depth + 1));
                continue;
            }
            let searched = metadata.is_file() && !is_package(entry.file_name());
            let small = metadata.len() <= LARGEST;
            if !searched || small && fs_err::read(entry.path()).map_or(true, |text| calls(&text)) {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_vary_are_found_where_they_are_called() {
        for text in [
            "a: {{ randAlphaNum 10 }}",
            "{{- $p := (genPrivateKey \"rsa\") -}}",
            "{{ .x | default (now | date \"2006\") }}",
            "{{\n  range keys .Values.a }}{{ end }}",
            "{{ values .a | first }}",
            "{{ uuidv4 }}",
            "{{ genCA \"x\" 1 }}{{/* a comment */}}",
        ] {
            assert!(calls(text.as_bytes()), "{text}");
        }
        for text in [
            "a: randAlphaNum",
            "{{/* keys and values */}}",
            "{{- /* now */ -}}",
            "{{ .Values.nowhere }}{{ .Values.keysize }}",
            "{{ include \"chart.labels\" . }} now",
            "{{ toYaml .Values | indent 2 }}",
            "# values of {{ .Release.Name }}",
        ] {
            assert!(!calls(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_directory_varies_with_any_of_its_files() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        fs_err::create_dir_all(root.join("templates/sub")).expect("a folder");
        fs_err::write(root.join("templates/sub/a.yaml"), "{{ .Values.a }}").expect("a file");
        assert!(!directory_varies(root));
        fs_err::write(root.join("templates/sub/b.yaml"), "{{ uuidv4 }}").expect("a file");
        assert!(directory_varies(root));
        fs_err::remove_file(root.join("templates/sub/b.yaml")).expect("it is there");
        fs_err::create_dir(root.join("charts")).expect("a folder");
        fs_err::write(root.join("charts/a-1.0.0.tgz"), "").expect("a file");
        assert!(directory_varies(root), "a package cannot be searched");
        assert!(directory_varies(&root.join("nowhere")));
    }
}
