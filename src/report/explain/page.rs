//! Parts of the manual, for a terminal.

use std::fmt::Write as _;

use anstyle::Style;

use crate::explain::Page;
use crate::report::drawing::{Layout, wrapped};
use crate::report::human::WIDTH;
use crate::report::manual::{plain, row, section};

/// What the manual has on a code, in Markdown.
pub(super) fn text(page: Page) -> String {
    match page {
        Page::Finding(code) => {
            let lines = section(code.name()).lines();
            let shown: Vec<&str> = lines.filter(|line| !line.starts_with("<!--")).collect();
            shown.join("\n").trim().to_owned()
        }
        Page::Refusal(_) | Page::Mistake(_) => {
            let (why, fix) = row(page.name());
            let start = if matches!(page, Page::Refusal(_)) {
                "An error: helmsum stops because"
            } else {
                "An error:"
            };
            format!("{start} {why}.\n\n**Fix**: {fix}.")
        }
    }
}

/// The same as people read it.
pub(super) fn draw(page: Page, layout: Layout<'_>) -> String {
    let bold = Style::new().bold();
    let mut drawn = format!("{bold}{}{bold:#}\n", page.name());
    let width = layout.width.unwrap_or(WIDTH);
    for block in blocks(&text(page)) {
        match block {
            Block::Paragraph(text) => {
                let room = width.saturating_sub(2);
                let _ =
                    write!(drawn, "\n  {}\n", wrapped(&with_pages(&text), room, room).replace('\n', "\n  "));
            }
            Block::Item(text, is_first) => {
                let room = width.saturating_sub(4);
                let gap = if is_first { "\n" } else { "" };
                let _ = writeln!(
                    drawn,
                    "{gap}  - {}",
                    wrapped(&with_pages(&text), room, room).replace('\n', "\n    ")
                );
            }
            Block::Code(lines) => {
                drawn.push('\n');
                for line in lines {
                    let _ = writeln!(drawn, "{}", format!("      {line}").trim_end());
                }
            }
        }
    }
    drawn
}

/// Text in Markdown with the pages that links lead to behind them, since there is nothing to click on.
fn with_pages(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((link, after)) = after.split_once(')') else { break };
        shown.push_str(before);
        shown.push_str("](");
        shown.push_str(link);
        shown.push(')');
        let file = link.split('#').next().unwrap_or_default();
        match file.strip_prefix("../") {
            _ if file.is_empty() || file.contains("://") => {}
            Some(file) => {
                let _ = write!(shown, " ({file})");
            }
            None => {
                let _ = write!(shown, " (docs/{file})");
            }
        }
        rest = after;
    }
    shown.push_str(rest);
    plain(&shown)
}

/// A part of a text in Markdown.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Paragraph(String),
    /// An entry of a list, and whether it is the first one.
    Item(String, bool),
    /// Lines that are shown as they are.
    Code(Vec<String>),
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut is_code = false;
    let mut is_open = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            is_open = false;
            if is_code {
                found.push(Block::Code(Vec::new()));
            }
            continue;
        }
        match (found.last_mut(), line) {
            (Some(Block::Code(lines)), _) if is_code => lines.push(line.to_owned()),
            (_, "") => is_open = false,
            (last, _) if line.starts_with("- ") => {
                let is_first = !matches!(last, Some(Block::Item(..)));
                found.push(Block::Item(line[2..].to_owned(), is_first));
                is_open = true;
            }
            (Some(Block::Paragraph(text) | Block::Item(text, _)), _) if is_open => {
                text.push(' ');
                text.push_str(line.trim());
            }
            _ => {
                found.push(Block::Paragraph(line.trim().to_owned()));
                is_open = true;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: Page, width: Option<usize>) -> String {
        let drawn = draw(page, Layout { directory: "/".into(), width });
        anstream::adapter::strip_str(&drawn).to_string()
    }

    #[test]
    fn every_code_has_a_page_without_markup() {
        for page in Page::all() {
            let page_shown = shown(page, Some(80));
            assert!(page_shown.lines().count() > 3, "{page_shown}");
            for line in page_shown.lines().filter(|line| !line.starts_with("      ")) {
                for markup in ["](", "**", "<!--", "```"] {
                    assert!(!line.contains(markup), "{markup} in {line}");
                }
                assert!(!line.trim_start().starts_with('|'), "a row of a table: {line}");
            }
            assert!(page_shown.contains("Fix: "), "{page_shown}");
        }
    }

    #[test]
    fn paragraphs_and_lists_fit_the_width_and_code_stays_as_it_is() {
        let text = "one two\nthree\n\n- a\n  b\n- c\n\n```text\n x\n\n- y\n```\nend";
        assert_eq!(
            blocks(text),
            [
                Block::Paragraph("one two three".into()),
                Block::Item("a b".into(), true),
                Block::Item("c".into(), false),
                Block::Code(vec![" x".into(), String::new(), "- y".into()]),
                Block::Paragraph("end".into()),
            ]
        );
        let page = Page::of("hook-misuse").expect("a finding");
        for line in shown(page, Some(60)).lines().filter(|line| !line.starts_with("      ")) {
            assert!(line.chars().count() <= 60, "{line}");
        }
    }
}
