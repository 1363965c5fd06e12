//! What is accepted.

use super::*;

fn accepted(text: &str) -> Vec<Accepted> {
    in_plain(FILE.into(), text.as_bytes(), &mut Render::Never).expect("it can be read").accepted
}

#[test]
fn an_object_is_accepted_with_a_reason() {
    let text = "a: 1\n# helmsum: accept configmap:rules reloads itself\n# helmsum: ./a\n# helmsum: accept \t secret:\"tls\"  it's \"fine\", {{ so }} \u{fc}ber: x=y #1 \n";
    let found = accepted(text);
    let told: Vec<_> =
        found.iter().map(|one| (one.kind, one.name.as_str(), one.reason.as_str(), one.place.line)).collect();
    assert_eq!(
        told,
        [
            (ObjectKind::ConfigMap, "rules", "reloads itself", Some(2)),
            (ObjectKind::Secret, "tls", "it's \"fine\", {{ so }} \u{fc}ber: x=y #1", Some(4)),
        ]
    );
    assert_eq!(paths(&plain(text)), ["./a"], "it is no source");
}

#[test]
fn nothing_else_is_accepted() {
    let fault = |words: &str| fault(&format!("# helmsum: {words}\n"));
    assert_eq!(fault("accept"), Fault::NothingAccepted);
    assert_eq!(fault("accept \t"), Fault::NothingAccepted);
    assert_eq!(fault("accept configmap:a"), Fault::NoReason);
    assert_eq!(fault("accept configmap:a - !"), Fault::NoReason);
    assert_eq!(fault("accept ./a reloads"), Fault::NoObject("./a".into()));
    assert_eq!(fault("accept release:a reloads"), Fault::NoObject("release:a".into()));
    assert_eq!(fault("accept object:A/b reloads"), Fault::NoObject("object:A/b".into()));
    assert_eq!(fault("accept configmaps:a reloads"), Fault::NoObject("configmaps:a".into()));
    assert_eq!(fault("accept configmap:A reloads"), Fault::BadObject(ObjectKind::ConfigMap, "A".into()));
    assert_eq!(fault("accept secret:\"a reloads"), Fault::UnclosedQuote);
    assert_eq!(fault("accept secret:{{ .x }} reloads"), Fault::NoTemplate);
    assert_eq!(one("accept configmap:a reloads"), Err(Fault::AcceptedElsewhere));
    assert_eq!(paths(&plain("# helmsum: ./accept\n# helmsum: accepted\n")), ["./accept", "accepted"]);
}

#[test]
fn the_name_of_an_accepted_object_may_be_a_template() {
    let mut render = |word: &str, at: usize| Ok(format!("secret:{}-{at}", word.len()));
    let text = "# helmsum: accept {{ .x }} because {{ .y }}\n";
    let declared =
        in_plain(FILE.into(), text.as_bytes(), &mut Render::Words(&mut render)).expect("it is read");
    let Declared { sources, accepted, .. } = declared;
    assert!(sources.is_empty());
    assert_eq!((accepted[0].name.as_str(), accepted[0].reason.as_str()), ("8-18", "because {{ .y }}"));
}
