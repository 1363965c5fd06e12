//! The kinds of sources.

use super::*;

#[test]
fn paths_are_relative_and_may_leave_their_directory() {
    assert_eq!(one("/etc/x"), Err(Fault::Absolute("/etc/x".to_owned())));
    assert_eq!(one("../../x").expect("good").path().expect("a path"), "/x");
    assert_eq!(one("a\\b"), Err(Fault::Character(NameError::Backslash, Cure::Slashes("a/b".to_owned()))));
    assert_eq!(one("a\u{1b}b"), Err(Fault::Character(NameError::Control('\u{1b}'), Cure::Remove)));
    assert_eq!(one("./a/../b").expect("good").label(), "./a/../b", "labels keep their dots");
    assert_eq!(one("~/x").expect("good").path().expect("a path"), "/repo/~/x");
}

#[test]
fn globs_are_checked_at_once() {
    assert_eq!(one("./nginx/*.conf").expect("good").label(), "./nginx/*.conf");
    for words in ["a**", "*.{a,b}", "[!a]", "[a", "*/"] {
        assert!(matches!(one(words), Err(Fault::BadGlob(_))), "{words}");
    }
}

#[test]
fn digests_are_checked_and_take_no_options() {
    let digest = "0123456789abcdef".repeat(4);
    let source = one(&format!("sha256:{} as db", digest.to_uppercase())).expect("good");
    assert_eq!(source.what, What::Digest(digest.clone()));
    assert_eq!((source.kind(), source.label().as_str()), ("sha256", "db"));
    assert_eq!(source.path(), None);
    for words in ["sha256:", "sha256:abc", &format!("sha256:{digest}0"), &format!("sha256:{}g", &digest[1..])]
    {
        assert!(matches!(one(words), Err(Fault::BadDigest(_))), "{words}");
    }
    for option in
        ["exclude=x", "eol=lf", "parse=yaml", "optional=true", "from=x", "decrypt=sops", "secret=true"]
    {
        assert!(
            matches!(one(&format!("sha256:{digest} {option}")), Err(Fault::OptionOfOtherKind(..))),
            "{option}"
        );
    }
}

#[test]
fn a_release_is_named_with_or_without_its_namespace() {
    let producer = |namespace: Option<&str>, release: &str| ProducerName {
        namespace: namespace.map(str::to_owned),
        release: release.to_owned(),
    };
    let source = one("release:edge/gateway-apis as apis").expect("good");
    assert_eq!(source.what, What::Release(producer(Some("edge"), "gateway-apis")));
    assert_eq!((source.kind(), source.label().as_str()), ("release", "apis"));
    assert_eq!(source.producer(), Some(&producer(Some("edge"), "gateway-apis")));
    let source = one("release:gateway-apis").expect("good");
    assert_eq!(source.what, What::Release(producer(None, "gateway-apis")));
    assert_eq!(source.label(), "release:gateway-apis");
    assert!(source.path().is_none() && !source.is_secret());
    for name in ["", "/a", "a/", "a/b/c", "\\"] {
        assert!(matches!(one(&format!("release:{name}")), Err(Fault::BadRelease(_))), "{name}");
    }
    for option in
        ["exclude=x", "eol=lf", "parse=yaml", "optional=true", "from=x", "decrypt=sops", "secret=true"]
    {
        let fault = one(&format!("release:a {option}"));
        assert!(matches!(fault, Err(Fault::OptionOfOtherKind(_, "release"))), "{option}");
    }
}

#[test]
fn an_object_is_named_as_kubernetes_names_it() {
    let source = one("configmap:gateway-apis from=edge/gateway-apis").expect("good");
    assert_eq!(source.what, What::Object(ObjectKind::ConfigMap, "gateway-apis".to_owned()));
    assert_eq!((source.kind(), source.label().as_str()), ("configmap", "configmap:gateway-apis"));
    assert_eq!(source.producer().expect("named").to_string(), "edge/gateway-apis");
    assert!(!source.is_secret());
    let source = one("secret:db.credentials-1 as db").expect("good");
    assert_eq!(source.what, What::Object(ObjectKind::Secret, "db.credentials-1".to_owned()));
    assert_eq!((source.kind(), source.label().as_str(), source.producer()), ("secret", "db", None));
    assert!(source.is_secret());
    let (longest, longer) = ("a".repeat(253), "a".repeat(254));
    assert!(one(&format!("configmap:{longest}")).is_ok());
    for name in ["", "A", "a_b", "-a", "a-", "a..b", ".a", "a.-b", "edge/a", "a:b", "ü", &longer] {
        let fault = one(&format!("configmap:{name}"));
        assert_eq!(fault, Err(Fault::BadObject(ObjectKind::ConfigMap, name.to_owned())), "{name}");
    }
    for option in ["exclude=x", "eol=lf", "parse=yaml", "optional=true", "decrypt=sops", "secret=true"] {
        for kind in ["configmap", "secret"] {
            let fault = one(&format!("{kind}:a {option}"));
            assert!(matches!(fault, Err(Fault::OptionOfOtherKind(_, of)) if of == kind), "{kind} {option}");
        }
    }
}

#[test]
fn any_object_is_named_by_its_kind_and_its_name() {
    let source = one("object:ExternalSecret/db from=edge/vault").expect("good");
    assert_eq!(source.what, What::Object(ObjectKind::Other, "ExternalSecret/db".to_owned()));
    assert_eq!((source.kind(), source.label().as_str()), ("object", "object:ExternalSecret/db"));
    assert_eq!(source.producer().expect("named").to_string(), "edge/vault");
    assert!(!source.is_secret());
    assert_eq!(one("object:Certificate/web.Web_1:a as tls").expect("good").label(), "tls");
    for name in
        ["", "db", "/db", "ExternalSecret/", "a/b/c", "1a/b", "A-b/c", "A/..", "A/.", "A/b%c", "\"A/b c\""]
    {
        let fault = one(&format!("object:{name}"));
        assert_eq!(fault, Err(Fault::BadKindAndName(name.replace('"', ""))), "{name}");
    }
    for option in ["exclude=x", "eol=lf", "parse=yaml", "optional=true", "decrypt=sops", "secret=true"] {
        let fault = one(&format!("object:A/b {option}"));
        assert!(matches!(fault, Err(Fault::OptionOfOtherKind(_, "object"))), "{option}");
    }
    assert_eq!(one("Object:A/b"), Err(Fault::UnknownKind("Object".to_owned(), Some("object"))));
}

#[test]
fn unknown_kinds_name_the_nearest() {
    assert_eq!(one("configMap:x"), Err(Fault::UnknownKind("configMap".to_owned(), Some("configmap"))));
    assert_eq!(one("sha265:x"), Err(Fault::UnknownKind("sha265".to_owned(), Some("sha256"))));
    assert_eq!(one("https://x"), Err(Fault::UnknownKind("https".to_owned(), None)));
    assert_eq!(one("C:\\x"), Err(Fault::UnknownKind("C".to_owned(), None)));
    assert_eq!(one("./a:b").expect("good").what, What::Path("./a:b".to_owned()));
}

#[test]
fn every_fault_says_what_to_do() {
    for text in [
        "## helmsum: a",
        "a: 1 # helmsum: a",
        "# helmsum:a",
        "# helmsum:",
        "# helmsum: \"a",
        "# helmsum: {{ a",
        "# helmsum: {{ a }}",
        "# helmsum: a b",
        "# helmsum: a #",
        "# helmsum: a as",
        "# helmsum: a x=y as b",
        "# helmsum: a as -",
        "# helmsum: a eol=lf as b",
        "# helmsum: a exlude=b",
        "# helmsum: a q=b",
        "# helmsum: a eol=lf eol=lf",
        "# helmsum: a eol=x",
        "# helmsum: a parse=x",
        "# helmsum: a optional=x",
        "# helmsum: a from=",
        "# helmsum: a exclude=",
        "# helmsum: a decrypt=x",
        "# helmsum: a exclude=[",
        "# helmsum: release:",
        "# helmsum: object:db",
        "# helmsum: release:x from=y",
        "# helmsum: secret:X",
        "# helmsum: secret:x decrypt=sops",
        "# helmsum: configmap:x/y",
        "# helmsum: relase:x",
        "# helmsum: x:y",
        "# helmsum: /a",
        "# helmsum: sha256:x",
        "# helmsum: a\\b",
        "# helmsum: a\n[",
        "# helmsum: sha256:0123456789012345678901234567890123456789012345678901234567890123 eol=lf",
        "# helmsum: sha256:0123456789012345678901234567890123456789012345678901234567890123 exclude=x",
    ] {
        let problem = try_plain(text).expect_err(text).diagnostic();
        assert!(problem.hint.as_deref().is_some_and(|hint| !hint.ends_with('.')), "{text}");
        assert!(!problem.message.ends_with('.') && problem.excerpt.is_some(), "{text}");
        assert!(problem.message.starts_with(|character: char| !character.is_uppercase()), "{text}");
    }
}
