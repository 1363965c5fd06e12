//! Links of pages lead somewhere, and the table of contents has every page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fs_err as fs;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page, relative to the root.
fn pages() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).to_vec();
    for folder in ["docs", "docs/cli"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            let path = Path::new(folder).join(entry.expect("an entry").file_name());
            found.extend((path.extension().is_some_and(|extension| extension == "md")).then_some(path));
        }
    }
    for entry in fs::read_dir(root().join("examples")).expect("a folder") {
        found.push(Path::new("examples").join(entry.expect("an entry").file_name()).join("README.md"));
    }
    found.sort();
    found
}

/// What GitHub and mdbook make of a heading.
fn slug(heading: &str) -> String {
    let plain = heading.replace(['`', '*'], "").to_lowercase();
    let kept = plain.chars().filter(|one| one.is_alphanumeric() || [' ', '-', '_'].contains(one));
    kept.map(|one| if one == ' ' { '-' } else { one }).collect()
}

/// The lines of a page that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

fn links(text: &str) -> Vec<String> {
    let pattern = regex::Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    prose(text)
        .flat_map(|line| pattern.captures_iter(line).map(|found| found[1].to_owned()).collect::<Vec<_>>())
        .collect()
}

fn anchors(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).expect("a page");
    prose(&text)
        .filter_map(|line| Some(slug(line.trim_start_matches('#').trim())).filter(|_| line.starts_with('#')))
        .collect()
}

#[test]
fn every_link_of_a_page_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let path = root().join(&page);
        let text = fs::read_to_string(&path).expect("a page");
        for link in links(&text).iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
            let has_anchor = anchor.is_empty() || (target.is_file() && anchors(&target).contains(anchor));
            if !target.exists() || !has_anchor {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 100, "{count} links");
}

#[test]
fn the_table_of_contents_has_every_page_once() {
    let contents = fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the table of contents");
    let of_root = |link: String| match link.strip_prefix("../") {
        Some(outside) => PathBuf::from(outside),
        None => Path::new("docs").join(link),
    };
    let mut listed: Vec<PathBuf> = links(&contents).into_iter().map(of_root).collect();
    listed.sort();
    let there: Vec<PathBuf> = pages().into_iter().filter(|page| !page.ends_with("SUMMARY.md")).collect();
    assert_eq!(listed, there);
}
