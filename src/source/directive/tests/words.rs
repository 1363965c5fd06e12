//! The words of a directive: the source, its name, the options.

use super::*;

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
