//! The names of annotations.

use crate::checksum::Digest;
use crate::reference::ANNOTATION;

/// What Kubernetes takes after the slash of an annotation.
const LONGEST: usize = 63;

/// The annotation of one of several sources: `checksum/helmsum.configmap.app` for the label `configmap.app`. A label that is too long for
/// Kubernetes, or has other characters than it takes, is cut and told from others by eight digits of its SHA-256.
pub(crate) fn of_label(label: &str) -> String {
    let room = LONGEST - "helmsum.".len();
    let is_good = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
    let ends_well = label.ends_with(|last: char| last.is_ascii_alphanumeric());
    if ends_well && label.len() <= room && label.chars().all(is_good) {
        return format!("{ANNOTATION}.{label}");
    }
    let digits = &Digest::of(label.as_bytes()).to_string()[..8];
    let plain: String = label.chars().map(|one| if is_good(one) { one } else { '-' }).collect();
    let plain = plain.trim_start_matches(['.', '-', '_']);
    let plain = plain[..plain.len().min(room - digits.len() - 1)].trim_end_matches(['.', '-', '_']);
    if plain.is_empty() { format!("{ANNOTATION}.{digits}") } else { format!("{ANNOTATION}.{plain}-{digits}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_names_that_kubernetes_takes() {
        assert_eq!(of_label("configmap.app"), "checksum/helmsum.configmap.app");
        assert_eq!(of_label("secret.redis.auth-1"), "checksum/helmsum.secret.redis.auth-1");
        let longest = format!("secret.{}", "a".repeat(48));
        assert_eq!(of_label(&longest), format!("checksum/helmsum.{longest}"));
        let labels = [
            format!("{longest}a"),
            format!("{longest}b"),
            format!("secret.{}-{}", "a".repeat(38), "b".repeat(40)),
            "./apis".to_owned(),
            "./a/b".to_owned(),
            "./a-b".to_owned(),
            "../..".to_owned(),
            "\u{e4}".to_owned(),
            "configmap.a.".to_owned(),
        ];
        let names: Vec<String> = labels.iter().map(|label| of_label(label)).collect();
        for name in &names {
            let own = name.strip_prefix("checksum/").expect("the prefix");
            let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            assert!(
                own.len() <= LONGEST && ends(own.as_bytes().first()) && ends(own.as_bytes().last()),
                "{name}"
            );
            assert!(own.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)), "{name}");
        }
        let unique: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        assert!(names[3].starts_with("checksum/helmsum.apis-"), "{}", names[3]);
    }
}
