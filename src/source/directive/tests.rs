//! Every sentence of the grammar.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8Path;
use proptest::prelude::*;

use super::fault::{Cure, DirectiveError, Meant};
use super::{
    Accepted, Declared, Fault, ProducerName, Render, Source, What, in_plain, in_rendered, may_declare,
};
use crate::diagnostic::Diagnostic;
use crate::rendered::ObjectKind;
use crate::source::NameError;
use crate::source::exclusion::PatternError;
use crate::template::function::{Chance, Context, ExecPolicy, Function, Parameter, Registry, Watch};
use crate::template::{Options, render_traced};
use crate::text::Place;
use crate::tree::WorkTree;
use crate::value::{Map, Value};

const FILE: &str = "/repo/values/gateway.yaml";

fn try_plain(text: &str) -> Result<Vec<Source>, DirectiveError> {
    in_plain(FILE.into(), text.as_bytes(), &mut Render::Never).map(|declared| declared.sources)
}

fn plain(text: &str) -> Vec<Source> {
    try_plain(text).expect("the directives can be read")
}

fn fault(text: &str) -> Fault {
    try_plain(text).expect_err("a fault").fault
}

fn paths(sources: &[Source]) -> Vec<&str> {
    sources.iter().map(|source| source.text.as_str()).collect()
}

fn one(words: &str) -> Result<Source, Fault> {
    Source::parse(words, "/repo".into(), Place::file("/repo/helmsum.yaml"), &mut Render::Never)
}

// Problem directives.

#[test]
fn a_directive_is_a_comment_that_starts_its_line() {
    let sources = plain("# helmsum: ./a\na: 1\n  # helmsum: ./b\nb:\n\n#helmsum:\t./c\n#  \thelmsum: ./d");
    assert_eq!(paths(&sources), ["./a", "./b", "./c", "./d"]);
    let lines: Vec<_> = sources.iter().map(|source| source.place.line).collect();
    assert_eq!(lines, [Some(1), Some(3), Some(6), Some(7)]);
    assert_eq!(sources[0].place.file, FILE);
    assert_eq!(sources[0].directory, "/repo/values", "paths are relative to the directory of the file");
    assert_eq!(sources[0].path().expect("a path"), "/repo/values/a");
}

#[test]
fn a_byte_order_mark_and_windows_line_breaks_do_not_matter() {
    let sources = plain("\u{feff}# helmsum: ./a  \r\na: 1\r\n# helmsum: ./b\t \r\n");
    assert_eq!(paths(&sources), ["./a", "./b"]);
    assert_eq!(
        paths(&plain("# helmsum: ./a\r")),
        ["./a"],
        "a final CR is dropped at the end of the file too"
    );
}

#[test]
fn a_file_without_the_word_is_not_even_read_as_yaml() {
    assert!(plain("a: [\n").is_empty());
    assert!(in_plain(FILE.into(), b"\xff\xfe", &mut Render::Never).expect("not read").is_empty());
    assert!(!may_declare(b"a: helmsum\n"));
    assert!(may_declare(b"# helmsum: x") && may_declare(b"# HelmSum : x"));
}

#[test]
fn text_in_scalars_is_never_a_directive() {
    for text in [
        "a: |\n  # helmsum: ./a\n",
        "a: >\n\n  # helmsum: ./a\n\nb: 1\n",
        "a: '\n  # helmsum: ./a\n  '\n",
        "a: \"\n\n  # helmsum: ./a\"\n",
        "a: b\n  c#helmsum:./a\n",
        "a: b# helmsum:x\n",
        "'# helmsum: ./a': 1\n",
    ] {
        assert!(plain(text).is_empty(), "{text:?}");
    }
    assert_eq!(paths(&plain("a: |\n  # helmsum: ./a\n# helmsum: ./b\n")), ["./b"]);
    assert_eq!(paths(&plain("a: &x\n  # helmsum: ./b\n  c\n")), ["./b"]);
}

#[test]
fn every_document_of_a_file_counts() {
    assert_eq!(
        paths(&plain("# helmsum: ./a\n---\nb: 1\n# helmsum: ./c\n...\n# helmsum: ./d\n")),
        ["./a", "./c", "./d"]
    );
}

#[test]
fn what_looks_like_a_directive_is_an_error() {
    for text in [
        "## helmsum: ./a\n",
        "# Helmsum: ./a\n",
        "# HELMSUM: ./a\n",
        "# helmsum : ./a\n",
        "#helmsum\t: ./a\n",
        "a: 1\n  ### helmsum: ./a\n",
        "# # helmsum: ./a\n",
        "# write # helmsum: ./a\n",
    ] {
        assert_eq!(fault(text), Fault::LooksLike, "{text:?}");
    }
    for text in [
        "a: 1 # helmsum: ./a\n",
        "a: | # helmsum: ./a\n  b\n",
        "- # Helmsum: x\n",
        "a: [1, # helmsum: x\n 2]\n",
    ] {
        assert_eq!(fault(text), Fault::NotAlone, "{text:?}");
    }
    assert_eq!(fault("# helmsum:./a\n"), Fault::NoSpace);
    for text in ["# helmsum:\n", "# helmsum:  \t\n", "# helmsum:", "# helmsum: \r\n"] {
        assert_eq!(fault(text), Fault::NoSource, "{text:?}");
    }
}

#[test]
fn prose_about_helmsum_is_no_directive() {
    assert!(plain("# helmsum reads this file\n# see helmsum: the manual\n# run `helmsum: list`\n# helmsum.yaml: no\na: 1\n").is_empty());
}

#[test]
fn an_error_points_at_its_place() {
    let error = try_plain("a: 1\nbc: 2 # helmsum: ./a\n").expect_err("behind a value");
    assert_eq!(
        error.to_string(),
        format!("{FILE}:2:7: a directive must stand on a separate line, not at the end of another one")
    );
    assert_eq!(error.excerpt.span, 11..21);
    let problem = error.diagnostic();
    assert_eq!(problem.place, Some(Place { file: FILE.into(), line: Some(2), column: Some(7) }));
    assert!(problem.hint.is_some());
    let error = try_plain("# helmsum: ./a exlude=x\n").expect_err("an unknown option");
    assert_eq!(&error.excerpt.source[error.excerpt.span.clone()], "exlude=x");
    assert_eq!(error.diagnostic().hint.as_deref(), Some("did you mean `exclude=`?"));
    let error = try_plain("# ünder\n  # helmsum: ./a as b ñ\n").expect_err("a stray word");
    assert_eq!(&error.excerpt.source[error.excerpt.span.clone()], "ñ");
}

#[test]
fn a_file_that_is_no_yaml_is_an_error_where_it_has_directives() {
    let error = try_plain("# helmsum: ./a\nb: [\n").expect_err("no YAML");
    assert!(matches!(error.fault, Fault::NotYaml(_)), "{error}");
    assert_eq!(error.diagnostic().place.as_ref().and_then(|place| place.line), Some(3));
    let error =
        in_plain(FILE.into(), b"# helmsum: ./a\nb: \xff\n", &mut Render::Never).expect_err("not UTF-8");
    assert!(matches!(error.fault, Fault::NotYaml(_)), "{error}");
}

#[test]
fn characters_that_end_a_line_for_some_are_errors() {
    for (character, error) in [
        ('\u{2028}', NameError::Break('\u{2028}')),
        ('\u{85}', NameError::Control('\u{85}')),
        ('\r', NameError::Control('\r')),
    ] {
        assert_eq!(fault(&format!("# helmsum: ./a{character}b: 1\n")), Fault::Character(error, Cure::Remove));
    }
    assert_eq!(fault("a: 1\u{2028}# helmsum: ./a\n"), Fault::NotAlone);
    assert_eq!(fault("a: 1\r# helmsum: ./a\r"), Fault::NotAlone);
}

// The words.

#[test]
fn first_the_source_then_the_name_then_the_options() {
    let source =
        one("./apis as my-apis exclude=*.md eol=lf exclude=!a.md parse=yaml optional=true from=edge/apis")
            .expect("good");
    assert_eq!(source.what, What::Path("./apis".to_owned()));
    assert_eq!(source.name.as_deref(), Some("my-apis"));
    assert_eq!(source.options.exclude, ["*.md", "!a.md"]);
    assert!(source.options.line_feeds && source.options.yaml && source.options.optional);
    assert_eq!(
        source.options.from,
        Some(ProducerName { namespace: Some("edge".to_owned()), release: "apis".to_owned() })
    );
    assert_eq!(one("a exclude=x as b"), Err(Fault::MisplacedName));
    assert_eq!(one("a as b as c"), Err(Fault::MisplacedName));
    assert_eq!(one("a as"), Err(Fault::NoName));
    assert_eq!(
        one("as"),
        one("./as").map(|source| Source { text: "as".into(), what: What::Path("as".into()), ..source })
    );
}

#[test]
fn there_are_no_trailing_comments() {
    assert_eq!(fault("# helmsum: ./a # the apis\n"), Fault::Unexpected("#".to_owned(), Meant::Comment));
    assert_eq!(paths(&plain("# helmsum: ./a#b\n")), ["./a#b"]);
    assert_eq!(paths(&plain("# helmsum: #a\n")), ["#a"]);
    assert_eq!(paths(&plain("# helmsum: it's\n")), ["it's"]);
}

#[test]
fn a_word_that_fits_nowhere_is_taken_for_what_it_looks_like() {
    let path = |text: &str| Meant::Path(format!("# helmsum: {text}"));
    let source = |text: &str| Meant::Source(format!("# helmsum: {text}"));
    let option = |text: &str| Meant::Option(text.to_owned());
    for (words, word, meant) in [
        ("a b", "b", path("\"a b\"")),
        ("./my certs as certs", "certs", path("\"./my certs\"")),
        ("./my old certs eol=lf", "old", path("\"./my old certs\"")),
        ("./a ./b", "./b", source("./b")),
        ("./a ../b as b", "../b", source("../b as b")),
        ("./a as a configmap:b", "configmap:b", source("configmap:b")),
        ("./a optional", "optional", option("optional=true")),
        ("./a eol lf", "eol", option("eol=lf")),
        ("./a exclude *.md", "exclude", option("exclude=*.md")),
        ("./a exclude", "exclude", option("exclude=PATTERN")),
        ("./a from edge/apis", "from", option("from=edge/apis")),
        ("./a as=b", "as=b", Meant::Name("as b".to_owned())),
    ] {
        assert_eq!(one(words), Err(Fault::Unexpected(word.to_owned(), meant)), "{words}");
    }
}

#[test]
fn single_quotes_quote_nothing() {
    let closed = |text: &str| Err(Fault::SingleQuote(Some(format!("# helmsum: {text}")), String::new()));
    assert_eq!(one("'./my certs'"), closed("\"./my certs\""));
    assert_eq!(one("'./apis' as a"), closed("./apis"));
    assert_eq!(one("'./apis as a"), Err(Fault::SingleQuote(None, "# helmsum: ./apis".to_owned())));
    assert_eq!(one("./'apis'").expect("good").label(), "./'apis'");
    assert_eq!(one("\"'apis'\"").expect("good").label(), "./'apis'");
}

#[test]
fn quotes_keep_spaces() {
    assert_eq!(paths(&plain("# helmsum: \"../shared/my certs\"\n")), ["../shared/my certs"]);
    assert_eq!(one("a exclude=\"my file\"").expect("good").options.exclude, ["my file"]);
    assert_eq!(
        one("a exclude=\\#x").expect("good").options.exclude,
        ["\\#x"],
        "a backslash has its place there"
    );
    assert_eq!(one("\"a"), Err(Fault::UnclosedQuote));
    assert_eq!(one("\"\""), Err(Fault::NoSource));
}

#[test]
fn names_have_letters_digits_and_characters_between_them() {
    let long = "a".repeat(63);
    for name in ["a", "A-b_c.d", "0", "a..b", &long] {
        assert_eq!(one(&format!("./x as {name}")).expect("good").name.as_deref(), Some(name));
    }
    let longer = "a".repeat(64);
    for name in ["-a", "a-", ".", "a/b", "ü", "\"\"", "\"a b\"", "exclude=x", &longer] {
        assert!(matches!(one(&format!("./x as {name}")), Err(Fault::BadName(_))), "{name}");
    }
}

#[test]
fn unknown_options_name_the_nearest() {
    assert_eq!(one("a exlude=x"), Err(Fault::UnknownOption("exlude".to_owned(), Some("exclude"))));
    assert_eq!(one("a EOL=lf"), Err(Fault::UnknownOption("EOL".to_owned(), Some("eol"))));
    assert_eq!(one("a recursive=true"), Err(Fault::UnknownOption("recursive".to_owned(), None)));
    assert_eq!(one("a =x"), Err(Fault::UnknownOption(String::new(), None)));
}

#[test]
fn options_take_one_value_and_come_once() {
    for (words, option) in [
        ("a eol=crlf", "eol"),
        ("a eol=", "eol"),
        ("a parse=json", "parse"),
        ("a optional=false", "optional"),
        ("a optional=True", "optional"),
        ("a from=", "from"),
        ("a from=/x", "from"),
        ("a from=a/b/c", "from"),
        ("a from=a/", "from"),
        ("a exclude=", "exclude"),
        ("a decrypt=gpg", "decrypt"),
    ] {
        assert!(matches!(one(words), Err(Fault::BadValue(key, _)) if key == option), "{words}");
    }
    for option in ["eol=lf", "parse=yaml", "optional=true", "from=x", "decrypt=sops", "secret=true"] {
        assert!(matches!(one(&format!("a {option} {option}")), Err(Fault::RepeatedOption(_))), "{option}");
    }
    assert!(matches!(one("a exclude=[x"), Err(Fault::BadPattern(PatternError { .. }))));
    let decrypted = one("a decrypt=sops").expect("good");
    assert!(decrypted.options.decrypt && decrypted.is_secret());
    let secret = one("a secret=true").expect("good");
    assert!(secret.options.secret && secret.is_secret());
    assert!(!one("a").expect("good").is_secret());
}

// The sources.

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

// Words that are rendered one by one.

fn rendered_words(text: &str) -> Result<Vec<Source>, Fault> {
    let mut render = |word: &str, _: usize| match word {
        "./{{ .Env }}" => Ok("./prod env".to_owned()),
        "./{{ .Glob }}" => Ok("./*.conf".to_owned()),
        "{{ .Empty }}" => Ok(String::new()),
        "{{ .Break }}" => Ok("a\nb".to_owned()),
        "sha256:{{ .Line }}" | "sha256:{{- .Line -}}" | "{{ .Line }}/x" => {
            Ok(word.replace("{{ .Line }}", "a\n").replace("{{- .Line -}}", "a\n"))
        }
        "{{ .More }}" => Ok("{{ .x }}".to_owned()),
        "exclude={{ .Md }}" => Ok("exclude=*.md".to_owned()),
        "{{ env \"A B\" }}" => Ok("env".to_owned()),
        word => Err(Diagnostic::error(format!("cannot render {word}")).hint("try something else")),
    };
    in_plain(FILE.into(), text.as_bytes(), &mut Render::Words(&mut render))
        .map(|declared| declared.sources)
        .map_err(|error| error.fault)
}

#[test]
fn words_with_templates_are_rendered_after_splitting() {
    let sources = rendered_words(
        "# helmsum: ./{{ .Env }} as x exclude={{ .Md }}\n# helmsum: ./{{ .Glob }}\n# helmsum: \"{{ env \\\"A B\\\" }}\"\n# helmsum: {{ env \"A B\" }}\n",
    )
    .expect("good");
    assert_eq!(
        paths(&sources),
        ["./prod env", "./*.conf", "env", "env"],
        "a blank that comes out splits nothing"
    );
    assert_eq!(sources[0].options.exclude, ["*.md"]);
    assert_eq!(paths(&rendered_words("# helmsum: ./plain\n").expect("good")), ["./plain"]);
}

#[test]
fn a_word_that_renders_to_nothing_or_to_more_is_an_error() {
    assert_eq!(
        rendered_words("# helmsum: {{ .Empty }}\n"),
        Err(Fault::EmptyResult("{{ .Empty }}".to_owned()))
    );
    let broken = |cure: Cure| Err(Fault::Character(NameError::Control('\n'), cure));
    assert_eq!(rendered_words("# helmsum: {{ .Break }}\n"), broken(Cure::OneLine));
    let trimmed = Cure::Trim("sha256:{{ .Line | trim }}".to_owned());
    assert_eq!(rendered_words("# helmsum: sha256:{{ .Line }} as a\n"), broken(trimmed));
    let trimmed = Cure::Trim("sha256:{{- .Line | trim -}}".to_owned());
    assert_eq!(rendered_words("# helmsum: sha256:{{- .Line -}} as a\n"), broken(trimmed));
    assert_eq!(rendered_words("# helmsum: {{ .Line }}/x\n"), broken(Cure::OneLine));
    assert_eq!(rendered_words("# helmsum: {{ .More }}\n"), Err(Fault::LeftTemplate));
    assert_eq!(rendered_words("# helmsum: {{ .More\n"), Err(Fault::UnclosedTemplate));
    let Err(Fault::Template(failed)) = rendered_words("# helmsum: {{ nope }}\n") else {
        panic!("it renders")
    };
    assert_eq!(failed.message, "cannot render {{ nope }}");
}

#[test]
fn without_a_release_nothing_is_rendered() {
    assert_eq!(one("./{{ .Env }}"), Err(Fault::NoTemplate));
    assert_eq!(
        Source::parse("./{{ .x }}", "/".into(), Place::file("/x"), &mut Render::Done),
        Err(Fault::LeftTemplate)
    );
}

// Rendered files.

fn template(raw: &str) -> Result<Vec<Source>, DirectiveError> {
    try_template(raw).expect("it renders")
}

/// Nothing where the template does not render.
fn try_template(raw: &str) -> Option<Result<Vec<Source>, DirectiveError>> {
    let base = Utf8Path::new("/helmsum-test-without-helpers");
    let context = Context {
        tree: Arc::new(WorkTree),
        base: base.to_owned(),
        exec: ExecPolicy::Refused,
        earlier: None,
        environment: Rc::new(BTreeMap::new()),
        chance: Chance::Real,
        watch: Watch::default(),
        references: crate::vals::References::default(),
        place: None,
    };
    let list = Value::from(vec![Value::from("x"), Value::from("y")]);
    let data: Map =
        [("Env", Value::from("prod")), ("Yes", true.into()), ("List", list), ("Braces", "{{ x }}".into())]
            .into_iter()
            .collect();
    let registry = Registry::new([
        Function {
            name: "lines",
            parameters: &[Parameter::Any],
            variadic: None,
            body: |_, _| Ok(Value::from("# helmsum: ./one\n# helmsum: ./two")),
        },
        Function {
            name: "bytes",
            parameters: &[Parameter::Any],
            variadic: None,
            body: |_, _| Ok(Value::from_bytes(b"\xff\xff\xff".to_vec())),
        },
    ]);
    let rendered =
        render_traced("values.gotmpl".into(), raw, &data.into(), &context, &registry, &Options::default())
            .ok()?;
    Some(in_rendered(FILE.into(), raw, &rendered).map(|declared| declared.sources))
}

fn template_fault(raw: &str) -> (Fault, Option<usize>) {
    let error = template(raw).expect_err("a fault");
    let line = error.diagnostic().place.as_ref().and_then(|place| place.line);
    (error.fault, line)
}

#[test]
fn rendered_text_is_scanned_and_lines_are_those_of_the_file() {
    let raw = "{{- if .Yes }}\na: 1\n\n# helmsum: ./{{ .Env }} as env\n{{- else }}\n# helmsum: ./never\n{{- end }}\n{{- range .List }}\n  # helmsum: ./{{ . }}\n{{- end }}\n\n{{ lines . }}\nb: |\n  # helmsum: ./text\n";
    let sources = template(raw).expect("good");
    assert_eq!(paths(&sources), ["./prod", "./x", "./y", "./one", "./two"]);
    let lines: Vec<_> = sources.iter().filter_map(|source| source.place.line).collect();
    assert_eq!(lines, [4, 9, 9, 12, 12]);
    assert_eq!(sources[0].name.as_deref(), Some("env"));
}

#[test]
fn braces_that_are_left_are_an_error() {
    assert_eq!(template_fault("a: 1\n# helmsum: ./{{ .Braces }}\n"), (Fault::LeftTemplate, Some(2)));
    assert_eq!(template_fault("# helmsum: ./{{ \"{{ .x }}\" }}\n"), (Fault::LeftTemplate, Some(1)));
}

#[test]
fn a_line_break_that_was_swallowed_is_told() {
    assert_eq!(template_fault("# helmsum: ./a\n{{- \"foo: bar\" }}\n"), (Fault::Swallowed(1, 2), Some(1)));
    assert_eq!(
        template_fault("# helmsum: ./a\n{{- .Env }}\n"),
        (Fault::Swallowed(1, 2), Some(1)),
        "a path it could be"
    );
    assert_eq!(
        template_fault("a: {{ .Env -}}\n# helmsum: ./a\n"),
        (Fault::Swallowed(1, 2), Some(2)),
        "it became a part of the value"
    );
    assert_eq!(
        template_fault("a: {{ .Env }} {{ \"\" -}}\n# helmsum: ./a\n"),
        (Fault::Swallowed(1, 2), Some(2)),
        "it stands behind the value"
    );
    assert_eq!(
        template_fault("# note\n{{- \"\" -}}\n# helmsum: ./a\n").0,
        Fault::Swallowed(1, 3),
        "it became a part of a comment"
    );
    for text in [
        "x: 1\n# helmsum: ./a\n{{- if .Yes -}}\na:\n  - b: 2\n{{- end }}\n",
        "x: 1\n  # helmsum: ./a\n{{- range .List -}}\nk{{ . }}:\n    a: 1\n  b: 2\n{{ end }}\n",
    ] {
        let fault = template_fault(text);
        assert_eq!(fault, (Fault::Swallowed(2, 4), Some(2)), "what it swallowed is missing elsewhere");
    }
    let fine = "# helmsum: ./a\n{{- if .Yes }}\nb: 1\n{{- end }}\n# helmsum: ./c\n{{- range .List }}\n# helmsum: ./{{ . -}}\n{{ end }}\n";
    assert_eq!(paths(&template(fine).expect("good")), ["./a", "./c", "./x", "./y"]);
}

#[test]
fn look_alikes_in_rendered_text_are_errors_too() {
    assert_eq!(template_fault("x: 1\na: {{ .Env }} # helmsum: ./a\n"), (Fault::NotAlone, Some(2)));
    assert_eq!(template_fault("{{ .Env }}: 1\n## helmsum: ./a\n"), (Fault::LooksLike, Some(2)));
    assert!(matches!(template_fault("# helmsum: ./a\n{{ .Env }}: [\n"), (Fault::NotYaml(_), Some(_))));
    assert!(matches!(
        template_fault("a: {{ bytes . }} ü # ü\n# helmsum: ./ü\n"),
        (Fault::NotYaml(_), Some(1))
    ));
}

proptest! {
    #[test]
    fn nothing_that_is_written_makes_it_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "# helmsum: ", "#", "helmsum:", "Helmsum :", "./a", " as ", "b", "exclude=", "\"", "\\", "{{", "}}", "\n", "\r", " ", "\t", "|\n  ",
            "a: ", "'", "sha256:", "*", "[", "..", "/", "ü", "\u{2028}", "\u{feff}", "\u{0}", "=", "- ",
        ]), 0..24)
    ) {
        let text = pieces.concat();
        if let Ok(sources) = try_plain(&text) {
            for source in sources {
                prop_assert!(crate::source::check(&source.label()).is_ok());
                prop_assert!(!source.text.is_empty() && !source.text.starts_with('/'));
            }
        }
        let raw = text.replace(['{', '}'], "");
        let _ = template(&raw);
    }

    #[test]
    fn template_marks_never_hide_a_directive(
        lines in prop::collection::vec(prop::sample::select(vec![
            "# helmsum: ./a", "  # helmsum: ./b exclude=*.md", "#helmsum: ./{{ .Env }}", "# note", "k: {{ .Env }}", "k: {{ .Env -}}",
            "{{- \"\" }}", "{{ \"\" -}}", "{{- \"\" -}}", "{{- /* c */ -}}", "{{- .Env }}", "{{ .Env -}}", "{{ if .Yes }}", "{{- end }}", "",
            "- {{ .Env }}", "\"{{ .Env -}}", "\"", "|",
        ]), 0..10)
    ) {
        let opened = lines.iter().filter(|line| line.contains("if")).count();
        let closed = lines.iter().filter(|line| line.contains("end")).count();
        let mut raw: String = lines.iter().map(|line| [*line, "\n"].concat()).collect();
        raw.push_str(&"{{ end }}".repeat(opened.saturating_sub(closed)));
        let declared: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.trim_start().starts_with("#helmsum") || line.trim_start().starts_with("# helmsum"))
            .map(|(index, _)| index + 1)
            .collect();
        let Some(result) = try_template(&raw) else { return Ok(()) };
        if let Ok(sources) = result {
            let mut found: Vec<usize> = sources.iter().filter_map(|source| source.place.line).collect();
            found.sort_unstable();
            // Text in quotes may contain lines that look like directives and are none.
            if lines.iter().any(|line| line.contains('"') && !line.contains("\"\"") || *line == "|") {
                prop_assert!(found.iter().all(|line| declared.contains(line)), "{raw}");
            } else {
                prop_assert_eq!(found, declared, "{}", raw);
            }
        }
    }

    #[test]
    fn a_quoted_path_comes_back_as_it_was(path in "[a-z \"'#{}=]{1,12}") {
        prop_assume!(!path.contains("{{"));
        let quoted = format!("\"./{}\" as x", path.replace('\\', "\\\\").replace('"', "\\\""));
        let source = one(&quoted).expect("good");
        prop_assert_eq!(source.text, format!("./{path}"));
    }
}

// What is accepted.

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
    let Declared { sources, accepted } = declared;
    assert!(sources.is_empty());
    assert_eq!((accepted[0].name.as_str(), accepted[0].reason.as_str()), ("8-18", "because {{ .y }}"));
}
