//! What the template of an object can reach: the call graph of a chart.
//!
//! It starts at the file that helm names in the object's `# Source:` and follows `include` and `template` by their static names.
//! A name that is made when a template runs leads everywhere; `tpl` leads to every text that could be a template:
//! values, literals and files of the chart that have `{{`. A definition counts under its name wherever it stands, since
//! which one helm takes depends on the order of files. A template that changes what the others see (`set .Values …`) brings
//! its questions into all of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::template::Templating;
use super::chart::{Chart, below_subcharts};
use super::parts::{Asked, Callee, Part, parts};
use crate::value::Value;
use crate::yaml::{self, Limits};

/// What an object can reach.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    pub(super) asked: BTreeSet<Asked>,
    /// Whether values are looked at.
    pub(super) reads_values: bool,
    /// Whether what is looked up is compared with something.
    pub(super) compares: bool,
    /// Whether something was reached that is not a template to us.
    pub(super) unreadable: Option<String>,
}

/// The templates of a chart and the texts that it may take for templates.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Part>,
    /// Files that are rendered or parsed: how many charts are around theirs, and their name below it.
    files: BTreeMap<(usize, String), Vec<usize>>,
    /// Which of them helm renders by itself.
    rendered: Vec<usize>,
    defined: BTreeMap<Rc<str>, Vec<usize>>,
    /// Texts for `tpl`.
    texts: Vec<usize>,
    /// Templates that cannot be parsed, and texts with `{{` that could only be parts of some.
    unreadable: Option<String>,
    fragments: bool,
}

impl Graph {
    /// The graph of the chart that helm is called for, with everything that may be a template among what helm is given. `keys` are those of
    /// the values that it is asked about. A file of the arguments that cannot be read has none.
    pub(super) fn of(chart: &mut Chart, templating: &Templating, keys: &BTreeSet<String>) -> Self {
        let files: Vec<Vec<u8>> = templating.argument_files().into_iter().flatten().collect();
        let values: Vec<&[u8]> = templating.values.iter().chain(&files).map(Vec::as_slice).collect();
        let contents = files.iter().map(|file| String::from_utf8_lossy(file));
        let texts: Vec<Cow<'_, str>> =
            templating.texts().into_iter().map(Cow::Borrowed).chain(contents).collect();
        Self::new(chart, &values, &texts, keys)
    }

    /// The graph of a chart; `values` are values files, and `arguments` further texts that helm is given.
    fn new(chart: &mut Chart, values: &[&[u8]], arguments: &[Cow<'_, str>], keys: &BTreeSet<String>) -> Self {
        let mut graph = Self::default();
        let mut texts: BTreeSet<String> = BTreeSet::new();
        chart.each(&mut |file| {
            let text = String::from_utf8_lossy(file.content);
            if file.is_template() {
                let Some(parts) = parts(&text, Some(&file.shown), keys) else {
                    graph.unreadable = Some(file.shown.clone());
                    return;
                };
                texts.extend(parts.literals);
                let body = graph.add(parts.body);
                graph.files.entry((file.depth, file.name.clone())).or_default().push(body);
                if !file.is_partial() {
                    graph.rendered.push(body);
                }
                for (name, part) in parts.defined {
                    let node = graph.add(part);
                    graph.defined.entry(name).or_default().push(node);
                }
            } else if file.name == "values.yaml" {
                scalars(file.content, &mut texts);
            } else if text.contains("{{") {
                texts.insert(text.into_owned());
            }
        });
        for text in values {
            scalars(text, &mut texts);
        }
        texts.extend(arguments.iter().filter(|text| text.contains("{{")).map(ToString::to_string));
        for text in texts {
            match parts(&text, None, keys) {
                Some(parts) => {
                    let node = graph.add(parts.body);
                    graph.texts.push(node);
                    for (name, part) in parts.defined {
                        let node = graph.add(part);
                        graph.defined.entry(name).or_default().push(node);
                    }
                }
                None => graph.fragments = true,
            }
        }
        graph
    }

    fn add(&mut self, part: Part) -> usize {
        self.nodes.push(part);
        self.nodes.len() - 1
    }

    /// What an object can reach that comes from this file, as helm names it in `# Source:`; everything where it names none.
    pub(super) fn reach(&self, source: Option<&str>) -> Reach {
        let named = source.map(|source| {
            let below = source.split_once('/').map_or(source, |(_, rest)| rest);
            let (depth, name) = below_subcharts(below, 0);
            (depth, name.to_owned())
        });
        let starts = match &named {
            // Objects of `crds` are not templates.
            Some((_, name)) if name.starts_with("crds/") => return Reach::default(),
            Some(named) => self.files.get(named),
            None => None,
        };
        let Some(starts) = starts else { return self.everything() };
        let mut reached = self.from(starts);
        reached.extend(self.changed_by_others());
        self.gather(&reached)
    }

    /// What each file can reach that helm renders or parses, by how many charts are around its own and its name below that; and whether it
    /// can reach a template with the values that the graph is asked about.
    pub(super) fn reach_of_each(&self) -> BTreeMap<(usize, String), (Reach, bool)> {
        let changed = self.changed_by_others();
        let of = |starts: &[usize]| {
            let own = self.from(starts);
            let has = own.iter().any(|node| self.nodes[*node].uses.has);
            (self.gather(&own.union(&changed).copied().collect()), has)
        };
        self.files.iter().map(|(file, starts)| (file.clone(), of(starts))).collect()
    }

    /// What a file may have changed by the time another one is rendered, with what it asks.
    fn changed_by_others(&self) -> BTreeSet<usize> {
        let reached = self.rendered.iter().map(|file| self.from(&[*file]));
        let changing = reached.filter(|reached| {
            reached.iter().any(|node| self.nodes[*node].changes)
                && reached.iter().any(|node| !self.nodes[*node].asked.is_empty())
        });
        changing.flatten().collect()
    }

    /// Whether all that helm renders only prints the values that the graph is asked about, if it has them at all.
    pub(super) fn only_prints(&self) -> bool {
        let has: BTreeSet<usize> = (0..self.nodes.len()).filter(|node| self.nodes[*node].uses.has).collect();
        let leads_there = |starts: &[usize]| !self.from(starts).is_disjoint(&has);
        let only_prints = |node: &Part| {
            let judged = &node.uses.judged;
            let does_more = judged.value
                || judged.text && leads_there(&self.texts)
                || judged.calls.iter().any(|callee| leads_there(&self.called(callee)))
                || node.renders_text && self.fragments;
            !does_more
        };
        self.unreadable.is_none()
            && self.from(&self.rendered).into_iter().all(|node| only_prints(&self.nodes[node]))
    }

    /// What all that helm renders can reach.
    pub(super) fn reach_of_all(&self) -> Reach {
        self.gather(&self.from(&self.rendered))
    }

    fn everything(&self) -> Reach {
        self.gather(&(0..self.nodes.len()).collect())
    }

    fn gather(&self, reached: &BTreeSet<usize>) -> Reach {
        let mut reach = Reach { unreadable: self.unreadable.clone(), ..Reach::default() };
        for node in reached {
            reach.asked.extend(self.nodes[*node].asked.iter().cloned());
            reach.reads_values |= self.nodes[*node].reads_values;
            reach.compares |= self.nodes[*node].compares;
        }
        reach
    }

    /// The nodes that can be reached from some.
    fn from(&self, starts: &[usize]) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open = starts.to_vec();
        while let Some(node) = open.pop() {
            if !reached.insert(node) {
                continue;
            }
            let part = &self.nodes[node];
            if part.calls.contains(&Callee::Any) || part.renders_text && self.fragments {
                return (0..self.nodes.len()).collect();
            }
            if part.renders_text {
                open.extend(&self.texts);
            }
            open.extend(part.calls.iter().flat_map(|callee| self.called(callee)));
        }
        reached
    }

    /// The nodes that a call may lead to.
    fn called(&self, callee: &Callee) -> Vec<usize> {
        match callee {
            Callee::Named(name) => self.defined.get(name).cloned().unwrap_or_else(|| {
                // A file is a template of its own name.
                let below = name.split_once('/').map_or(&**name, |(_, rest)| rest);
                let (depth, below) = below_subcharts(below, 0);
                self.files.get(&(depth, below.to_owned())).cloned().unwrap_or_default()
            }),
            // Which chart is rendered then, only the call tells.
            Callee::File(name) => {
                let files = self.files.iter().filter(|((_, own), _)| own == name);
                files.flat_map(|(_, nodes)| nodes).copied().collect()
            }
            Callee::Any => (0..self.nodes.len()).collect(),
        }
    }
}

/// The scalars of a values file that could be templates. One that cannot be read, helm cannot read either.
fn scalars(bytes: &[u8], texts: &mut BTreeSet<String>) {
    if !bytes.windows(2).any(|pair| pair == b"{{") {
        return;
    }
    let Ok(Some(node)) = yaml::parse_first(bytes, &Limits::default()) else { return };
    let Ok(value) = node.decode_as_helm() else { return };
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Map(map) => {
                for (key, value) in map.entries() {
                    if key.contains("{{") {
                        texts.insert(key.to_string());
                    }
                    open.push(value);
                }
            }
            Value::List(list) => open.extend(list.iter().cloned()),
            Value::Str(text) if text.contains("{{") => {
                texts.insert(text.to_string());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::super::super::stage::Staged;
    use super::*;

    fn reach_with(files: &[(&str, &str)], values: &str, source: Option<&str>) -> Vec<String> {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let mut chart = Chart::read(&Staged::Copy(files), Utf8Path::new("/")).expect("a chart");
        let graph = Graph::new(&mut chart, &[values.as_bytes()], &[], &BTreeSet::new());
        graph.reach(source).asked.into_iter().map(|asked| asked.spelled).collect()
    }

    fn reach(files: &[(&str, &str)]) -> Vec<String> {
        reach_with(files, "", Some("web/templates/a.yaml"))
    }

    const NOTHING: [String; 0] = [];
    const LIBRARY: (&str, &str) = (
        "charts/lib/templates/_lib.tpl",
        "{{ define \"ask\" }}{{ lookup \"v1\" \"Secret\" \"\" \"\" }}{{ end }}{{ define \"name\" }}{{ .Release.Name }}{{ end }}{{ define \"far\" }}{{ include \"ask\" . }}{{ end }}",
    );

    #[test]
    fn a_library_that_could_ask_is_no_question() {
        assert_eq!(reach(&[("templates/a.yaml", "{{ include \"name\" . }}"), LIBRARY]), NOTHING);
        assert_eq!(reach(&[("templates/a.yaml", "{{ include \"far\" . }}"), LIBRARY]), ["lookup"]);
        assert_eq!(reach(&[("templates/a.yaml", "{{ template \"ask\" . }}"), LIBRARY]), ["lookup"]);
        assert_eq!(
            reach(&[("templates/a.yaml", "a"), ("templates/b.yaml", "{{ include \"far\" . }}"), LIBRARY]),
            NOTHING
        );
    }

    #[test]
    fn a_name_that_is_made_leads_everywhere() {
        assert_eq!(reach(&[("templates/a.yaml", "{{ include .x . }}"), LIBRARY]), ["lookup"]);
        assert_eq!(reach_with(&[("templates/a.yaml", "a"), LIBRARY], "", None), ["lookup"]);
        assert_eq!(
            reach_with(&[("templates/a.yaml", "a"), LIBRARY], "", Some("web/templates/z.yaml")),
            ["lookup"]
        );
        assert_eq!(reach_with(&[("templates/a.yaml", "a"), LIBRARY], "", Some("web/crds/z.yaml")), NOTHING);
    }

    #[test]
    fn tpl_leads_to_texts_that_could_be_templates() {
        let chart = [("templates/a.yaml", "{{ tpl .Values.x . }}"), LIBRARY];
        let values = |values: &str| reach_with(&chart, values, Some("web/templates/a.yaml"));
        assert_eq!(values("x: plain\n"), NOTHING);
        assert_eq!(values("x: \"{{ .Release.Name }}\"\n"), NOTHING);
        assert_eq!(values("y: {z: [\"{{ now }}\"]}\n"), ["now"]);
        assert_eq!(values("x: '{{ include \"far\" . }}'\n"), ["lookup"]);
        assert_eq!(values("x: '{{ if }'\n"), ["lookup"], "half a template could become any");
        let file = [("templates/a.yaml", "{{ tpl (.Files.Get \"f\") . }}"), ("f", "{{ uuidv4 }}")];
        assert_eq!(reach(&file), ["uuidv4"]);
        let literal = [("templates/a.yaml", "{{ tpl \"{{ uuidv4 }}\" . }}")];
        assert_eq!(reach(&literal), ["uuidv4"]);
        let own = [("templates/a.yaml", "{{ tpl .Values.x . }}"), ("values.yaml", "x: \"{{ ago . }}\"\n")];
        assert_eq!(reach(&own), ["ago"]);
    }

    #[test]
    fn what_another_template_changes_is_reached() {
        let changed = ("templates/b.yaml", "{{ $_ := set .Values \"a\" (now) }}");
        assert_eq!(reach(&[("templates/a.yaml", "{{ .Values.a }}"), changed]), ["now"]);
        let own = ("templates/b.yaml", "{{ $a := dict }}{{ $_ := set $a \"a\" (now) }}");
        assert_eq!(reach(&[("templates/a.yaml", "{{ .Values.a }}"), own]), NOTHING);
    }

    #[test]
    fn files_of_subcharts_are_found_by_their_depth_and_name() {
        let files = [
            ("templates/a.yaml", "plain"),
            ("charts/folder/templates/a.yaml", "{{ now }}"),
            ("charts/folder/charts/x/templates/a.yaml", "{{ uuidv4 }}"),
        ];
        let of = |source: &str| reach_with(&files, "", Some(source));
        assert_eq!(of("web/templates/a.yaml"), NOTHING);
        assert_eq!(of("web/charts/alias/templates/a.yaml"), ["now"]);
        assert_eq!(of("web/charts/alias/charts/x/templates/a.yaml"), ["uuidv4"]);
        let called = [
            ("templates/a.yaml", "{{ include \"web/templates/b.yaml\" . }}"),
            ("templates/b.yaml", "{{ now }}"),
        ];
        assert_eq!(reach(&called), ["now"]);
        let below = [
            ("templates/a.yaml", "{{ include (print $.Template.BasePath \"/b.yaml\") . | sha256sum }}"),
            ("templates/b.yaml", "{{ now }}"),
            ("templates/c.yaml", "{{ uuidv4 }}"),
        ];
        assert_eq!(reach(&below), ["now"]);
    }

    /// Whether templates only print the values at the key `sum`.
    fn only_prints(files: &[(&str, &str)], values: &str) -> bool {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let mut chart = Chart::read(&Staged::Copy(files), Utf8Path::new("/")).expect("a chart");
        Graph::new(&mut chart, &[values.as_bytes()], &[], &["sum".to_owned()].into()).only_prints()
    }

    #[test]
    fn what_other_templates_print_may_be_judged() {
        let prints = ("templates/_prints.tpl", "{{ define \"prints\" }}{{ .Values.sum }}{{ end }}");
        let other = ("templates/_other.tpl", "{{ define \"other\" }}{{ .Values.other }}{{ end }}");
        for (text, values, expected) in [
            ("{{ include \"prints\" . | quote }}", "", true),
            ("{{ include \"prints\" . | trunc 5 }}", "", false),
            ("{{ include \"other\" . | trunc 5 }}", "", true),
            ("{{ include .Values.name . | trunc 5 }}", "", false),
            ("{{ if .Values.sum }}{{ lower .Values.x }}{{ end }}", "", true),
            ("{{ if eq .Values.sum \"a\" }}{{ end }}", "", false),
            ("{{ tpl .Values.x . | lower }}", "x: '{{ .Values.name }}'\n", true),
            ("{{ tpl .Values.x . | lower }}", "x: '{{ .Values.sum }}'\n", false),
            ("{{ tpl .Values.x . }}", "x: '{{ .Values.sum }}'\n", true),
            ("{{ tpl .Values.x . }}", "x: '{{ lower .Values.sum }}'\n", false),
            ("{{ tpl .Values.x . }}", "x: '{{ if }'\n", false),
        ] {
            let chart = [("templates/a.yaml", text), prints, other];
            assert_eq!(only_prints(&chart, values), expected, "{text} with {values}");
        }
        let unused = ("templates/_unused.tpl", "{{ define \"unused\" }}{{ lower .Values.sum }}{{ end }}");
        assert!(only_prints(&[("templates/a.yaml", "{{ .Values.sum }}"), unused], ""));
        assert!(!only_prints(&[("templates/a.yaml", "{{ include \"unused\" . }}"), unused], ""));
    }
}
