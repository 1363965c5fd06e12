//! What a release gets in its state file.

use super::draft::Insertion;
use super::sheet::{Frame, Sheet, Unsafe};
use crate::yaml::{Kind, Written};

/// What a release is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Additions {
    /// An entry of its `values`, as YAML.
    pub(super) target: Option<String>,
    /// More of its `needs`, as YAML.
    pub(super) needs: Vec<String>,
    /// More keys, each with its lines.
    pub(super) block: Vec<String>,
}

impl Additions {
    /// The lists that get an item.
    fn items(&self) -> Vec<(&'static str, &str)> {
        let targets = self.target.iter().map(|target| ("values", target.as_str()));
        targets.chain(self.needs.iter().map(|need| ("needs", need.as_str()))).collect()
    }
}

/// Where a release is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// The line that it begins on, from 1.
    pub(super) line: usize,
    /// Whether other releases come from the same line.
    pub(super) is_shared: bool,
}

/// Adds to a release of a state file.
///
/// # Errors
///
/// Where that is not safe.
pub(super) fn add(sheet: &Sheet<'_>, spot: Spot, additions: &Additions) -> Result<Vec<Insertion>, Unsafe> {
    if spot.is_shared {
        return Err(Unsafe::Several(spot.line));
    }
    let release = release(sheet, spot.line).ok_or(Unsafe::Elsewhere(spot.line))?;
    let frame = sheet.frame(release.span().start);
    let mut found = Vec::new();
    // Keys that are not there yet come after all that are, together.
    let (mut lines, mut flow) = (Vec::new(), Vec::new());
    for name in ["values", "needs"] {
        let items: Vec<&str> =
            additions.items().into_iter().filter(|(list, _)| *list == name).map(|(_, item)| item).collect();
        if items.is_empty() {
            continue;
        }
        if let Some((key, list)) = sheet.entry(&release, name) {
            found.push(to_list(sheet, (&key, &list), &frame, &items)?);
            continue;
        }
        check_unmerged(&release)?;
        lines.push(format!("{name}:"));
        lines.extend(items.iter().map(|item| format!("  - {item}")));
        flow.push(format!("{name}: [{}]", items.join(", ")));
    }
    if !additions.block.is_empty() {
        if release.is_flow() {
            return Err(Unsafe::Flow(release.line()));
        }
        lines.extend(additions.block.iter().cloned());
    }
    if !lines.is_empty() {
        found.push(sheet.add_keys(&release, &frame, (&lines, &flow.join(", ")))?);
    }
    Ok(found)
}

/// Adds items to a list of a release.
fn to_list(
    sheet: &Sheet<'_>,
    (key, list): (&Written, &Written),
    frame: &Frame,
    items: &[&str],
) -> Result<Insertion, Unsafe> {
    if sheet.frame(key.span().start) != *frame {
        return Err(Unsafe::Conditional(key.line()));
    }
    if list.span().is_empty() && list.aliased().is_none() {
        let lines: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
        return sheet.fill(key, frame, &lines);
    }
    let mut found = Vec::new();
    for item in items {
        found.push(sheet.add_item(list, frame, (&[(*item).to_owned()], item))?);
    }
    // All of them come at one place.
    let at = found.first().map_or(0, |one| one.at);
    Ok(Insertion { at, text: found.into_iter().map(|one| one.text).collect() })
}

/// Refuses a release that takes over keys from an anchor: a list of its own would replace the one from there.
fn check_unmerged(release: &Written) -> Result<(), Unsafe> {
    match release.pairs().iter().find(|(key, _)| key.is_merge_key()) {
        Some((key, _)) => Err(Unsafe::Merged(key.line())),
        None => Ok(()),
    }
}

/// The release that begins on a line.
fn release(sheet: &Sheet<'_>, line: usize) -> Option<Written> {
    let lists = sheet.documents().iter().flat_map(Written::pairs);
    let mut lists = lists.filter(|(key, _)| sheet.literal(key).as_deref() == Some("releases"));
    lists.find_map(|(_, list)| {
        list.items().find(|item| {
            item.line() == line && item.node().kind() == Kind::Mapping && item.aliased().is_none()
        })
    })
}

/// Adds a base to those of a state file.
///
/// # Errors
///
/// Where that is not safe.
pub(super) fn add_base(sheet: &Sheet<'_>, base: &str) -> Result<Insertion, Unsafe> {
    for document in sheet.documents() {
        if let Some((key, list)) = sheet.entry(document, "bases") {
            return to_list(sheet, (&key, &list), &Frame::new(), &[base]);
        }
    }
    sheet.comment("bases:", &["bases:".to_owned(), format!("  - {base}")])
}

/// Adds a hook to a state file or a base. `lines` are those of the item of `hooks`.
///
/// # Errors
///
/// Where that is not safe.
pub(super) fn add_hook(sheet: &Sheet<'_>, lines: &[String]) -> Result<Insertion, Unsafe> {
    let frame = Frame::new();
    for document in sheet.documents() {
        let Some((key, list)) = sheet.entry(document, "hooks") else { continue };
        if sheet.frame(key.span().start) != frame {
            return Err(Unsafe::Conditional(key.line()));
        }
        if list.span().is_empty() && list.aliased().is_none() {
            return sheet.fill(&key, &frame, &super::item(lines));
        }
        if list.is_flow() {
            return Err(Unsafe::Flow(list.line()));
        }
        return sheet.add_item(&list, &frame, (lines, ""));
    }
    let last = sheet.documents().last();
    if let Some(root) = last.filter(|root| !root.node().is_null()) {
        let is_block = root.node().kind() == Kind::Mapping && !root.is_flow() && root.aliased().is_none();
        if !is_block || root.column() != 1 {
            return Err(Unsafe::Flow(root.line()));
        }
    }
    // A line is left free, but at the beginning of a new file.
    let gap = last.map(|_| String::new());
    let block: Vec<String> =
        gap.into_iter().chain(["hooks:".to_owned()]).chain(super::listed(lines)).collect();
    sheet.append(&block)
}
