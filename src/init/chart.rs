//! An annotation on the pod template of a local chart.

use super::draft::Insertion;
use super::sheet::{Sheet, Unsafe};
use crate::reference::ANNOTATION;
use crate::source::KeyPath;
use crate::yaml::{Kind, Written};

/// Puts the value of a key on the pods of a workload, where it has a value. The template is the one that the workload is rendered from.
///
/// # Errors
///
/// Where that is not safe.
pub(super) fn add(text: &[u8], kind: &str, key: &KeyPath) -> Result<Insertion, Unsafe> {
    let sheet = Sheet::read(text, true)?;
    let of_kind = |document: &&Written| {
        sheet.at(document, &["kind"]).and_then(|value| sheet.literal(&value)).as_deref() == Some(kind)
    };
    let mut workloads = sheet.documents().iter().filter(of_kind);
    let (Some(workload), None) = (workloads.next(), workloads.next()) else {
        return Err(Unsafe::Unreadable);
    };
    let Some(template) = sheet.at(workload, &["spec", "template"]) else { return Err(Unsafe::Unreadable) };
    let frame = sheet.frame(template.span().start);
    let Some(metadata) = sheet.at(&template, &["metadata"]) else {
        return Err(Unsafe::NotAList(template.line()));
    };
    let lines = lines(key);
    let Some((key, annotations)) = sheet.entry(&metadata, "annotations") else {
        let block =
            [lines[0].clone(), "annotations:".to_owned(), format!("  {}", lines[1]), lines[2].clone()];
        return sheet.add_first_keys(&metadata, &frame, &block);
    };
    if sheet.frame(key.span().start) != frame {
        return Err(Unsafe::Conditional(key.line()));
    }
    if annotations.node().kind() != Kind::Mapping || annotations.is_flow() {
        return Err(Unsafe::NotAList(annotations.line()));
    }
    sheet.add_first_keys(&annotations, &frame, &lines)
}

/// The lines of an annotation that is there where the key has a value.
pub(super) fn lines(key: &KeyPath) -> Vec<String> {
    vec![
        format!("{{{{- with {} }}}}", value(key)),
        format!("{ANNOTATION}: {{{{ . | quote }}}}"),
        "{{- end }}".to_owned(),
    ]
}

/// The value of a key in a template, which is nothing where a key above it has none.
fn value(key: &KeyPath) -> String {
    let is_name = |part: &String| {
        part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && part.chars().next().is_some_and(|c| !c.is_ascii_digit())
    };
    let keys = key.keys();
    if !keys.iter().all(is_name) {
        let words: Vec<String> = keys.iter().map(|part| format!("{part:?}")).collect();
        return format!("(dig {} \"\" .Values.AsMap)", words.join(" "));
    }
    let mut value = ".Values".to_owned();
    for (number, part) in keys.iter().enumerate() {
        value = if number < 1 { format!("{value}.{part}") } else { format!("({value}).{part}") };
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(before: &str) -> Result<String, Unsafe> {
        let Insertion { at, text } = add(before.as_bytes(), "Deployment", &KeyPath::of(["configChecksum"]))?;
        let mut after = before.to_owned();
        after.insert_str(at, &text);
        Ok(after)
    }

    #[test]
    fn an_annotation_is_put_before_all_others() {
        let before = "\
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  template:
    metadata:
      annotations:
        checksum/own: {{ include \"a\" . | sha256sum }}
      labels: {}
";
        let lines = "        {{- with .Values.configChecksum }}\n        checksum/helmsum: {{ . | quote }}\n        {{- end }}\n";
        let after = before.replace("        checksum/own", &format!("{lines}        checksum/own"));
        assert_eq!(added(before), Ok(after));
    }

    #[test]
    fn annotations_are_made_where_there_are_none() {
        let before = "\
kind: Service
---
kind: Deployment
spec:
  {{- if .Values.x }}
  replicas: 1
  {{- end }}
  template:
    metadata:
      labels:
        {{- include \"labels\" . | nindent 8 }}
";
        let lines = "      {{- with .Values.configChecksum }}\n      annotations:\n        checksum/helmsum: {{ . | quote }}\n      {{- end }}\n";
        let after = before.replace("      labels:\n", &format!("{lines}      labels:\n"));
        assert_eq!(added(before), Ok(after));
    }

    #[test]
    fn annotations_under_a_condition_are_left_alone() {
        let before = "\
kind: Deployment
spec:
  template:
    metadata:
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      labels: {}
";
        assert_eq!(added(before), Err(Unsafe::Conditional(6)));
    }

    #[test]
    fn a_nested_key_may_be_missing_above() {
        assert_eq!(value(&KeyPath::of(["web", "configChecksum"])), "(.Values.web).configChecksum");
        assert_eq!(value(&KeyPath::of(["web-x", "sum"])), "(dig \"web-x\" \"sum\" \"\" .Values.AsMap)");
    }
}
