//! Laws, over trees that nobody would make by hand.

use std::collections::BTreeSet;
use std::process::Command;

use helmsum::internals::checksum::Transform;
use helmsum::internals::source::{HEADER, Patterns};
use proptest::prelude::*;

use super::folder::{Folder, Item, agree, hashed, listed};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]{1,2}(\\.(md|yaml|conf))?",
        1 => "\\.[a-c]{1,2}",
        2 => prop::sample::select(vec![
            " ", "a b", " a", "a ", "it's", "say \"hi\"", "$(a)", "`a`", "-n", "--", "*", "[a]", "{a}", "a&b;c|d", "%s",
            "!a", "größe", "日本.yaml", "🙂", "\u{10000}", "\u{ffe6}", "\u{feff}", "\u{200b}", "e\u{301}", "#", "a~b", "~a",
            "=", "@", "^a$", "a,b", "<a>", "(a)+", "A", "B.md",
        ]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            ".git", ".gitkeep", ".keep", ".DS_Store", "Thumbs.db", "desktop.ini", "a~", ".a.swp", "#a#", ".#a", ".helmsum-a", "checksum.yaml",
        ]).prop_map(str::to_owned),
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(name(), 1..4).prop_map(|parts| parts.join("/"))
}

fn content() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab\\r\\n\u{0}\u{ff}]{0,12}",
        1 => Just(format!("{HEADER}\n# checksum v1\n")),
        1 => Just(format!(" {HEADER}\n")),
        1 => Just(String::new()),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    prop_oneof![
        "!?/?[ab*?]{1,3}(/[ab*]{1,2})?/?",
        prop::sample::select(vec![
            "*.md",
            "!*.md",
            "**/a",
            "a/**",
            "a/**/b",
            "[ab].yaml",
            "[^a]*",
            "/b",
            "*/",
            "!.a",
            "{a}"
        ])
        .prop_map(str::to_owned),
    ]
}

fn patterns() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(pattern(), 0..3)
        .prop_filter("a pattern that is refused has no meaning to compare", |patterns| {
            Patterns::from_options(patterns).is_ok()
        })
}

fn file(name: String, text: String) -> Item {
    Item { name, text: Some(text), repeat: None, link: None }
}

/// A file that contains these lines as UTF-8, spelled byte for byte as trees have it.
fn lines_file(name: String, lines: &[String]) -> Item {
    file(name, lines.join("\n").bytes().map(char::from).collect())
}

/// Files and links below `src`; links lead to `src`'s files or to another directory, so that there is no loop.
fn tree() -> impl Strategy<Value = Vec<Item>> {
    let files = prop::collection::vec((path(), content()), 0..12).prop_map(|files| {
        files.into_iter().map(|(name, text)| file(format!("src/{name}"), text)).collect::<Vec<_>>()
    });
    let ignores = prop::collection::vec((prop::option::of(name()), patterns()), 0..3).prop_map(|ignores| {
        let place = |at: Option<String>| at.map_or_else(String::new, |at| format!("{at}/"));
        let one = |(at, patterns): (_, Vec<String>)| {
            lines_file(format!("src/{}.helmsumignore", place(at)), &patterns)
        };
        ignores.into_iter().map(one).collect::<Vec<_>>()
    });
    let links = prop::collection::vec((name(), any::<bool>()), 0..3).prop_map(|links| {
        let mut items =
            vec![file("other/x.md".to_owned(), "x".to_owned()), file("other/d/y".to_owned(), "y".to_owned())];
        items.extend(links.into_iter().map(|(name, directory)| Item {
            name: format!("src/{name}"),
            text: None,
            repeat: None,
            link: Some(if directory { "../other" } else { "../other/x.md" }.to_owned()),
        }));
        items
    });
    (files, ignores, links).prop_map(|(mut files, ignores, links)| {
        files.push(Item { name: "src".to_owned(), text: None, repeat: None, link: None });
        files.extend(ignores);
        files.extend(links);
        files
    })
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just("src".to_owned()),
        1 => Just("./src/".to_owned()),
        3 => prop::sample::select(vec![
            "src/*", "src/**", "src/**/*.md", "src/*/*", "src/[ab]*", "src/[^a]*", "src/?", "*/*.yaml", "src/**/a/**", "**/[.]a",
        ]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn rust_python_and_coreutils_agree(
        tree in tree(),
        source in source(),
        exclude in patterns(),
        eol in any::<bool>(),
    ) {
        let folder = Folder::new(&tree);
        agree(&folder.root, &source, &exclude, eol);
    }

    #[test]
    fn exclusions_read_as_git_reads_them(
        names in prop::collection::vec(git_path(), 1..24),
        exclude in prop::collection::vec(git_option(), 0..4),
        ignores in prop::collection::vec(
            (prop::sample::select(vec!["", "a/", "b/", "a/b/"]), prop::collection::vec(git_line(), 1..4)), 0..3),
    ) {
        let mut items: Vec<Item> = names.into_iter().map(|name| file(name, String::new())).collect();
        items.extend(ignores.into_iter().map(|(at, lines)| lines_file(format!("{at}.helmsumignore"), &lines)));
        let folder = Folder::new(&items);
        let ours: BTreeSet<String> =
            listed(&folder.root, ".", &exclude).files.into_iter().map(|name| name[2..].to_owned()).collect();
        prop_assert_eq!(ours, listed_by_git(&folder, &exclude));
    }

    #[test]
    fn what_moves_no_byte_moves_no_digest(tree in tree(), order in any::<u64>()) {
        let first = Folder::new(&tree);
        let mut shuffled = tree;
        // Links and files may stand in each other's place, so only trees without a clash are compared.
        let unique: BTreeSet<&String> = shuffled.iter().map(|item| &item.name).collect();
        prop_assume!(unique.len() == shuffled.len());
        let length = shuffled.len();
        shuffled.rotate_left(usize::try_from(order % length as u64).unwrap_or(0));
        let second = Folder::new(&shuffled);
        let names = |folder: &Folder| listed(&folder.root, "src", &[]).files;
        prop_assume!(names(&first) == names(&second));
        let digest = |folder: &Folder| hashed(&folder.root, "src", &[], Transform::RAW).digest;
        prop_assert_eq!(digest(&first), digest(&second));
    }

    #[test]
    fn every_edit_moves_the_digest(tree in tree(), which in any::<prop::sample::Index>(), more in "[a-z]{1,3}") {
        let folder = Folder::new(&tree);
        let before = hashed(&folder.root, "src", &[], Transform::RAW);
        prop_assume!(!before.files.is_empty());
        let edited = before.listing.base.join(&which.get(&before.files).name);
        let text = fs_err::read(&edited).expect("it was hashed");
        fs_err::write(&edited, [text.as_slice(), more.as_bytes()].concat()).expect("it can be written");
        let after = hashed(&folder.root, "src", &[], Transform::RAW);
        prop_assert_ne!(before.digest, after.digest);
        fs_err::write(folder.root.join("src/one-more"), "").expect("it can be written");
        let added = hashed(&folder.root, "src", &[], Transform::RAW);
        prop_assume!(added.files.len() == after.files.len() + 1);
        prop_assert_ne!(added.digest, after.digest);
    }
}

fn git_path() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[ab]{1,2}(\\.md)?",
        1 => prop::sample::select(vec![".a", "a b", "b ", "{a}", "{a,b}", "!a", "x#a", "ü", "*", "[a]", "]", "^", "a-b", "A", ","])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
}

fn git_pattern() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "*", "?", "**", "/", "/", "**/", "/**", "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[^]a]",
        "[*]", ".md", "{", "}", ",", "\\#", "\\!", "!", "#", "\\ ", " ", "ü", "\\*", "\\a", "\\[", "A",
        "[-a]", "[a-]",
    ]);
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// A pattern for git's command line that helmsum does not refuse.
fn git_option() -> impl Strategy<Value = String> {
    git_pattern()
        .prop_filter("refused", |pattern| Patterns::from_options(std::slice::from_ref(pattern)).is_ok())
}

/// A line of an ignore file that helmsum does not refuse.
fn git_line() -> impl Strategy<Value = String> {
    git_pattern().prop_filter("refused", |line| Patterns::from_file(line).is_ok())
}

/// The files that git would list as not ignored, but for the ignore files themselves.
fn listed_by_git(folder: &Folder, exclude: &[String]) -> BTreeSet<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(&folder.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    git(&["init", "-q", "--template="]);
    let mut arguments = vec!["ls-files", "-z", "--others", "--exclude-per-directory=.helmsumignore"];
    for pattern in exclude {
        arguments.extend(["-x", pattern]);
    }
    let output = git(&arguments);
    String::from_utf8(output)
        .expect("UTF-8")
        .split('\0')
        .filter(|name| !name.is_empty() && !name.ends_with(".helmsumignore"))
        .map(str::to_owned)
        .collect()
}
