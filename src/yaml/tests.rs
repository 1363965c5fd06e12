use super::*;
use crate::value::Value;

fn first(source: &str) -> Node {
    parse(source.as_bytes(), &Limits::default()).expect("the text is YAML").remove(0)
}

#[test]
fn a_block_scalar_at_the_end_of_a_text_without_a_line_break_keeps_none() {
    for (source, text) in [
        ("a: |\n  x", "x"),
        ("a: |\n  x\n", "x\n"),
        ("a: |+\n  x", "x"),
        ("a: |-\n  x", "x"),
        ("a: |\n  x\n  ", "x\n"),
        ("a: |+\n  x\n  ", "x\n"),
        ("a: |\n  x\n    ", "x\n  "),
        ("a: >\n  x\n  y", "x y"),
        ("a: |", ""),
    ] {
        let pairs = first(source).pairs();
        assert_eq!(pairs[0].1.text(), Some(text), "{source:?}");
    }
}

#[test]
fn a_tag_before_a_comma_is_refused_and_text_with_such_a_comma_is_kept() {
    for source in ["[!a, b]", "[!, b]", "{a: !<b>, c: d}", "[!!str, a]", "['x'!a, b]", "- [a,\n  !b,\n c]\n"]
    {
        let error = parse(source.as_bytes(), &Limits::default()).expect_err("a tag ends in a comma");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{source}");
    }
    for (source, text) in [
        ("hello!, world", "hello!, world"),
        ("'x !y, z'", "x !y, z"),
        ("|\n  [!a, b\n  !<c>, d\n", "[!a, b\n!<c>, d\n"),
        ("'[ !a, b'", "[ !a, b"),
        ("\"[ !a, b\"", "[ !a, b"),
        ("x # [ !a, b", "x"),
    ] {
        assert_eq!(first(source).text(), Some(text));
    }
}

#[test]
fn a_mistake_before_a_tag_and_a_comma_ends_the_search_for_it() {
    for source in ["a: !1'\n[!a,b]", "- &a b\n- *a\n[!<a>, 1b]\n", "'x\n[!a,b]"] {
        assert!(parse(source.as_bytes(), &Limits::default()).is_err(), "{source}");
    }
}

#[test]
fn anchors_are_seen_by_later_documents() {
    let documents = parse(b"a: &x 1\n---\nb: *x\n", &Limits::default()).expect("the text is YAML");
    let map = documents[1].decode_map().expect("the document decodes").expect("it is a map");
    assert!(matches!(map.get("b"), Some(Value::Int(1))));
}

#[test]
fn an_error_knows_its_place() {
    let error = parse("ä: 1\nb: [".as_bytes(), &Limits::default()).expect_err("a bracket is open");
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert!(error.line().is_some() && error.column().is_some());
    let node = first("a: 1\nb: 2\na: 3\n");
    let error = node.decode().expect_err("a key comes twice");
    assert_eq!((error.line(), error.column()), (Some(3), Some(1)));
    assert_eq!(
        error.as_go(),
        "yaml: unmarshal errors:\n  line 3: mapping key \"a\" already defined at line 1"
    );
}

#[test]
fn merged_entries_come_after_own_ones_and_never_replace_them() {
    let node = first("base: &b {x: 1, y: 2}\nuse:\n  y: 3\n  <<: *b\n");
    let entries = node.pairs()[1].1.struct_entries("T").expect("it decodes").expect("it is a map");
    let keys: Vec<_> = entries.iter().map(|entry| (&*entry.key, entry.value.text().unwrap_or(""))).collect();
    assert_eq!(keys, [("y", "3"), ("x", "1")]);
}

/// A thread whose stack contains no recursion over nested values.
fn on_a_small_stack(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(work).expect("the thread starts");
    thread.join().expect("the work is done");
}

#[test]
fn ten_thousand_levels_are_read_and_written_without_recursion() {
    on_a_small_stack(|| {
        for source in ["- ".repeat(10_000) + "1\n", "[".repeat(3_000) + "1" + &"]".repeat(3_000)] {
            let documents = parse(source.as_bytes(), &Limits::default()).expect("go-yaml allows as many");
            let value = documents[0].decode().expect("it decodes");
            assert!(encode(&value).is_ok_and(|text| text.ends_with("1\n")));
        }
    });
}

#[test]
fn one_level_more_is_refused_at_its_place() {
    for source in ["[".repeat(10_001), "- ".repeat(10_001)] {
        let error = parse(source.as_bytes(), &Limits::default()).expect_err("it is too deep");
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.column().is_some_and(|column| column > 10_000), "{error}");
    }
}

#[test]
fn a_long_text_and_one_of_many_values_are_refused() {
    let limits = Limits { bytes: 1_000, nodes: 100, ..Limits::default() };
    for (source, message) in [
        ("x".repeat(1_001), "the text has 1001 bytes, more than the 1000 that are read"),
        ("- x\n".repeat(100), "the text has more than 100 values"),
    ] {
        let error = parse(source.as_bytes(), &limits).expect_err("it is too large");
        assert_eq!((error.kind(), &*error.issues()[0].message), (ErrorKind::Limit, message));
    }
}

#[test]
fn much_in_deep_flow_collections_is_refused_before_it_takes_long() {
    let source = "[".repeat(900) + &"1,".repeat(100_000);
    let limits = Limits { flow_work: 1_000_000, ..Limits::default() };
    let error = parse(source.as_bytes(), &limits).expect_err("it would take long");
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn aliases_that_multiply_or_hold_themselves_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merges = String::from("a0: &a0 {x: 1}\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        let anchor = format!("a{level}: &a{level} ");
        bomb += &[&anchor, "[", &aliases, "]\n"].concat();
        merges += &[&anchor, "{<<: [", &aliases, "]}\n"].concat();
    }
    for source in [bomb, merges] {
        let error = parse(source.as_bytes(), &Limits::default()).expect_err("it would be huge");
        assert_eq!(error.as_go(), "yaml: document contains excessive aliasing");
    }
    let error = parse(b"a: &a\n  b: [*a]\n", &Limits::default()).expect_err("it never ends");
    assert_eq!((error.line(), error.as_go()), (Some(2), "yaml: anchor 'a' value contains itself".into()));
}

#[test]
fn aliases_that_nest_ever_deeper_are_refused() {
    let level = "- ".repeat(4_000);
    let source = format!("- &a\n  {level}x\n- &b\n  {level}*a\n- {level}*b\n");
    let error = parse(source.as_bytes(), &Limits::default()).expect_err("it is 12,000 levels deep");
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn a_map_that_holds_itself_cannot_be_written() {
    let map = crate::value::Map::new();
    map.insert("self", map.clone());
    let error = encode(&Value::Map(map.clone())).expect_err("it never ends");
    assert_eq!(error.kind(), ErrorKind::Limit);
    map.remove("self");
}

#[test]
fn bytes_that_are_no_text_and_control_characters_are_named_with_their_place() {
    for (source, place, message) in [
        (&b"a: 1\nb: \xff\n"[..], (2, 4), "byte 0xff at offset 8 is not UTF-8"),
        (&b"a: \x01\n"[..], (1, 4), "control character U+0001 is not allowed in YAML"),
        ("ä: \u{feff}\n".as_bytes(), (1, 4), "a byte order mark that is not at the start of the text"),
        (&b"\xff\xfea\0"[..], (1, 1), "the text is UTF-16"),
    ] {
        let error = parse(source, &Limits::default()).expect_err("it is no YAML");
        assert_eq!((error.line(), error.column()), (Some(place.0), Some(place.1)), "{error}");
        assert_eq!(error.issues()[0].message, message);
        assert!(error.issues()[0].hint.is_some());
    }
}

#[test]
fn a_tab_gets_a_hint() {
    let error = parse(b"a:\n\tb: 1\n", &Limits::default()).expect_err("a tab is no indentation");
    assert_eq!((error.line(), error.column()), (Some(2), Some(1)));
    assert!(error.issues()[0].hint.as_ref().is_some_and(|hint| hint.contains("tabs")));
}
