//! `auto`.

use super::super::settle_auto;
use super::*;
use crate::source::Auto;

fn declared(text: &str) -> Declared {
    in_plain(FILE.into(), text.as_bytes(), &mut Render::Never).expect("it can be read")
}

fn patterns(auto: &Auto) -> Vec<String> {
    auto.exclude.iter().map(ToString::to_string).collect()
}

#[test]
fn it_is_declared_with_what_it_leaves_out() {
    let text = "a: 1\n# helmsum: auto\n# helmsum: ./a\n# helmsum: \tauto exclude=secret:tls-*  exclude=configmap:* exclude=\"secret:[ab]?.x\"\n";
    let Declared { sources, automatic, .. } = declared(text);
    assert_eq!(paths(&sources), ["./a"]);
    let told: Vec<_> = automatic.iter().map(|one| (patterns(one), one.place.line)).collect();
    let all = ["secret:tls-*", "configmap:*", "secret:[ab]?.x"].map(str::to_owned);
    assert_eq!(told, [(Vec::new(), Some(2)), (all.into(), Some(4))]);
    let leaves_out = |kind, name| automatic[1].exclude.iter().any(|pattern| pattern.matches(kind, name));
    for (kind, name, expected) in [
        (ObjectKind::Secret, "tls-web", true),
        (ObjectKind::Secret, "a1.x", true),
        (ObjectKind::Secret, "web-tls", false),
        (ObjectKind::Secret, "tls", false),
        (ObjectKind::ConfigMap, "web", true),
        (ObjectKind::ConfigMap, "a.b", true),
    ] {
        assert_eq!(leaves_out(kind, name), expected, "{name}");
    }
}

#[test]
fn its_words_may_be_templates() {
    let mut render =
        |word: &str, _: usize| Ok(word.replace("{{ .x }}", "auto").replace("{{ .y }}", "secret:db"));
    let text = "# helmsum: {{ .x }} exclude={{ .y }}\n";
    let declared = in_plain(FILE.into(), text.as_bytes(), &mut Render::Words(&mut render)).expect("good");
    assert_eq!(patterns(&declared.automatic[0]), ["secret:db"]);
}

#[test]
fn nothing_else_can_be_said_with_it() {
    let fault = |words: &str| fault(&format!("# helmsum: {words}\n"));
    assert_eq!(fault("auto as x"), Fault::NamedAuto);
    assert_eq!(fault("auto exclude=secret:x as y"), Fault::NamedAuto);
    for option in ["from", "on", "optional", "eol", "parse", "decrypt", "secret"] {
        assert!(
            matches!(fault(&format!("auto {option}=x")), Fault::OptionOfAuto(one) if one == option),
            "{option}"
        );
    }
    assert_eq!(fault("auto exlude=secret:x"), Fault::UnknownOption("exlude".into(), Some("exclude")));
    for pattern in [
        "",
        "x",
        "secret:",
        "secret:A",
        "secret:a,secret:b",
        "Secret:a",
        "object:A/b",
        "configmap:[",
        "configmap:a/b",
    ] {
        assert_eq!(
            fault(&format!("auto exclude={pattern}")),
            Fault::BadObjectPattern(pattern.into()),
            "{pattern}"
        );
    }
    assert_eq!(
        fault("auto configmap:a"),
        Fault::Unexpected("configmap:a".into(), Meant::Source("# helmsum: configmap:a".into()))
    );
    assert_eq!(fault("./a auto"), Fault::Unexpected("auto".into(), Meant::Source("# helmsum: auto".into())));
    assert!(matches!(fault("auto exclude"), Fault::Unexpected(_, Meant::Option(_))));
}

#[test]
fn what_is_meant_as_auto_is_told() {
    for words in ["Auto", "AUTO", "auto:", "auto:x", "Auto: x", "AUTO exclude=secret:x"] {
        let Fault::NotAuto(_) = fault(&format!("# helmsum: {words}\n")) else { panic!("{words}") };
    }
    let hint = fault("# helmsum: Auto\n").diagnostic().hint.clone().expect("a hint");
    assert_eq!(hint, "write `# helmsum: auto`; a path of that name is written `./Auto`");
    assert_eq!(paths(&plain("# helmsum: ./auto\n# helmsum: automatic\n")), ["./auto", "automatic"]);
}

#[test]
fn it_needs_a_release() {
    assert_eq!(one("auto"), Err(Fault::AutoElsewhere));
    let place = Place::file("/repo/helmsum.yaml");
    let of_config = Declared::parse("auto exclude=secret:x", "/repo".into(), place, &mut Render::Never);
    assert_eq!(of_config.expect("good").automatic.len(), 1);
}

#[test]
fn the_same_counts_once() {
    let settled = |text: &str| settle_auto(declared(text).automatic);
    assert_eq!(settled("# helmsum: ./a\n"), Ok(None));
    let twice = "# helmsum: auto exclude=secret:a exclude=secret:b\n# helmsum: auto exclude=secret:b exclude=secret:a\n";
    assert_eq!(settled(twice).expect("good").expect("one").place.line, Some(1));
    let problem = settled("# helmsum: auto\n# helmsum: auto exclude=secret:a\n").expect_err("two");
    assert_eq!(problem.message, "`auto` leaves out other objects here than at /repo/values/gateway.yaml:1");
    assert_eq!(problem.place.as_ref().and_then(|place| place.line), Some(2));
}

#[test]
fn every_fault_says_what_to_do() {
    for words in [
        "auto as x",
        "auto from=x",
        "auto on=x",
        "auto optional=true",
        "auto eol=lf",
        "auto exclude=x",
        "Auto",
        "auto:",
    ] {
        let problem = try_plain(&format!("# helmsum: {words}")).expect_err(words).diagnostic();
        assert!(problem.hint.as_deref().is_some_and(|hint| !hint.ends_with('.')), "{words}");
        assert!(!problem.message.ends_with('.') && problem.excerpt.is_some(), "{words}");
    }
}
