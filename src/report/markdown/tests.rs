//! Rendered by a parser of GitHub-flavoured Markdown, no name is anything but text.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

use super::*;

/// What GitHub has switched on.
fn github() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options
}

/// What a page shows: the elements that are no text, in their order, and all text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::report) struct Page {
    /// By their names; of raw HTML the HTML.
    pub(in crate::report) elements: Vec<String>,
    /// Outside of code.
    pub(in crate::report) text: String,
    /// All that a reader sees, code too.
    pub(in crate::report) shown: String,
}

/// Reads a document as GitHub does.
pub(in crate::report) fn page(markdown: &str) -> Page {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &github());
    let mut page = Page::default();
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(text) => {
                page.text.push_str(text);
                page.shown.push_str(text);
            }
            NodeValue::Code(code) => page.shown.push_str(&code.literal),
            NodeValue::SoftBreak => page.shown.push(' '),
            NodeValue::Document | NodeValue::Paragraph => {}
            NodeValue::HtmlBlock(html) => page.elements.push(html.literal.clone()),
            other => {
                let name = format!("{other:?}");
                page.elements.push(name.split(['(', ' ', '{']).next().unwrap_or_default().to_owned());
            }
        }
    }
    page
}

/// Names that would be more than text, were they not escaped.
pub(in crate::report) const HOSTILE: [&str; 24] = [
    "a|b",
    "a\\|b",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "</details><h1>",
    "`a`",
    "``` \n```",
    "a\n# b",
    "a\n\n- b",
    "[a](https://example.com)",
    "![a](https://example.com/b.png)",
    "https://example.com/a",
    "www.example.com",
    "me@example.com",
    "@octocat",
    "@org/team",
    "owner/repo#12",
    "#12 GH-12 !3 :tada:",
    "invoice\u{202e}fdp",
    "**a** __b__ ~~c~~ *d*",
    "$a$ $`b`$",
    "[^1] [ ] [x] - [ ] x",
    "&lt;b&gt; &#64;octocat &copy;",
    "-->\u{0}\t\\",
];

#[test]
fn a_name_is_nothing_but_text() {
    for name in HOSTILE {
        let code = page(&Markdown::new("Deployment ").code(name).markup(" reads").into_string());
        assert_eq!(code.elements, Vec::<String>::new(), "{name:?} as code");
        assert_eq!(code.shown, format!("Deployment {} reads", Shown(name)), "{name:?} as code");

        let text = page(&Markdown::new("").text(name).into_string());
        assert_eq!(text.elements, Vec::<String>::new(), "{name:?} as text");
        assert!(!text.text.contains('@') && !text.text.contains("#1"), "{name:?} as text: {text:?}");
    }
}

#[test]
fn a_name_stays_in_its_cell() {
    for name in HOSTILE {
        let table = Markdown::new("| a | b |\n|---|---|\n| ").code(name).markup(" | ").text(name);
        let page = page(&table.markup(" |\n| c | d |\n").into_string());
        let cells = page.elements.iter().filter(|element| *element == "TableCell").count();
        assert_eq!(cells, 6, "{name:?}: {page:?}");
        assert_eq!(page.elements.len(), 10, "{name:?}: {page:?}");
        assert!(page.shown.contains(&Shown(name).to_string()), "{name:?}: {page:?}");
        assert!(page.shown.ends_with("cd"), "{name:?}: {page:?}");
    }
}

#[test]
fn a_message_keeps_its_code() {
    let message = "release `a_b` has ``{{`c`}}`` and *no* `more";
    let markdown = Markdown::new("- ").text(message).into_string();
    assert_eq!(markdown, "- release `a_b` has ``{{`c`}}`` and \\*no\\* &#96;more");
    assert_eq!(page(&markdown).shown, "release a_b has {{`c`}} and *no* `more");
}

#[test]
fn what_is_too_long_says_how_much_is_missing() {
    let items = |count: usize| -> Vec<Markdown> {
        (0..count).map(|_| Markdown::new("- ").text(&"x".repeat(998)).markup("\n")).collect()
    };
    let section = |count| Section {
        open: Markdown::new("\n### some\n\n"),
        items: items(count),
        close: "",
        what: ["thing", "things"],
    };
    let whole = Bounded::new(Markdown::new("# title\n")).section(section(60)).into_string();
    assert_eq!((whole.matches("- x").count(), whole.contains("more")), (60, false));
    let cut = Bounded::new(Markdown::new("# title\n")).section(section(70)).section(section(1)).into_string();
    assert!(cut.starts_with("# title\n") && cut.chars().count() <= LONGEST);
    assert_eq!(cut.matches("- x").count(), 64);
    assert!(cut.contains("\nand 6 more things\n") && cut.ends_with("\n1 more thing\n"), "{}", &cut[64_000..]);
}

proptest! {
    #[test]
    fn no_text_is_an_element(
        text in r"[ -~\n]{0,40}|[-*_#>|`\[\]()!<&@:/.$~^\\ a1\n]{0,24}",
        name in r"[ -~]{1,20}|[`|\\ a@#:]{1,12}",
    ) {
        let markdown = Markdown::new("- ").text(&text).markup(" ").code(&name).markup(" ").text(&text).into_string();
        let page = page(&markdown);
        let kinds: Vec<&str> = page.elements.iter().map(String::as_str).collect();
        prop_assert_eq!(kinds, ["List", "Item"], "{}", markdown);
        prop_assert!(!page.text.contains('@'), "{}", markdown);
        let squeezed = |text: &str| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        prop_assert!(squeezed(&page.shown).contains(&squeezed(&Shown(&name).to_string())), "{}", markdown);
    }
}
