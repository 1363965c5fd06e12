//! From a project that shows a defect to a small one that shows the same.

use crate::support::case::Case;

/// So many smaller projects are tried at most.
const ATTEMPTS: usize = 400;

/// The smallest project found for which `shows` still contains.
pub(crate) fn shrink(case: Case, shows: impl FnMut(&Case) -> bool) -> Case {
    let mut search = Search { best: case, left: ATTEMPTS, shows };
    loop {
        let before = search.best.text(None);
        search.command_line();
        search.files();
        search.lines();
        search.pieces();
        if search.left == 0 || search.best.text(None) == before {
            return search.best;
        }
    }
}

struct Search<S> {
    best: Case,
    left: usize,
    shows: S,
}

impl<S: FnMut(&Case) -> bool> Search<S> {
    /// Takes over the changed project if it shows the same.
    fn attempt(&mut self, change: impl FnOnce(&mut Case)) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let mut changed = self.best.clone();
        change(&mut changed);
        let better = (self.shows)(&changed);
        if better {
            self.best = changed;
        }
        better
    }

    fn command_line(&mut self) {
        let mut at = 0;
        while at < self.best.options.len() {
            if !self.attempt(|case| drop(case.options.drain(at..at + 2))) {
                at += 2;
            }
        }
        let names: Vec<String> = self.best.variables.keys().cloned().collect();
        for name in names {
            self.attempt(|case| drop(case.variables.remove(&name)));
        }
    }

    fn files(&mut self) {
        let mut at = 0;
        while at < self.best.files.len() {
            if !self.attempt(|case| drop(case.files.remove(at))) {
                at += 1;
            }
        }
    }

    /// Drops runs of lines, long ones first.
    fn lines(&mut self) {
        for file in 0..self.best.files.len() {
            let mut size = count(&self.best, file).max(1);
            while size > 0 {
                let mut at = 0;
                while at < count(&self.best, file) {
                    let dropped = self.attempt(|case| {
                        edit(case, file, |lines| {
                            let end = (at + size).min(lines.len());
                            lines.drain(at..end);
                        });
                    });
                    if !dropped {
                        at += size;
                    }
                }
                size /= 2;
            }
        }
    }

    /// Puts something plain for each bracket within a line, and less for each block of lines.
    fn pieces(&mut self) {
        for file in 0..self.best.files.len() {
            let mut at = 0;
            while at < count(&self.best, file) {
                let line = self.best.files[file].1.lines().nth(at).unwrap_or_default().to_owned();
                for shorter in simpler(&line) {
                    if self.attempt(|case| edit(case, file, |lines| lines[at].clone_from(&shorter))) {
                        break;
                    }
                }
                at += 1;
            }
        }
    }
}

fn count(case: &Case, file: usize) -> usize {
    case.files[file].1.lines().count()
}

fn edit(case: &mut Case, file: usize, change: impl FnOnce(&mut Vec<String>)) {
    let text = &mut case.files[file].1;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    *text = lines.join("\n") + "\n";
}

/// Shorter lines in its place: without a bracketed piece, with less in it, or without an item of a list.
fn simpler(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        for (start, _) in line.match_indices(open) {
            let Some(end) = closing(line, start, open, close) else { continue };
            let (before, inner, after) = (&line[..start], &line[start + 1..end], &line[end + 1..]);
            if open == '(' {
                for plain in ["\"\"", "1", "(dict)", "(list)"] {
                    all.push(format!("{before}{plain}{after}"));
                }
            } else if !inner.is_empty() && !line.contains("{{") {
                all.push(format!("{before}{open}{close}{after}"));
                all.push(format!("{before}1{after}"));
                for (comma, _) in inner.match_indices(", ") {
                    all.push(format!("{before}{open}{}{close}{after}", &inner[..comma]));
                    all.push(format!("{before}{open}{}{close}{after}", &inner[comma + 2..]));
                }
            }
        }
    }
    for (bar, _) in line.match_indices(" | ") {
        let end = line[bar + 3..].find([' ', ')']).map_or(line.len(), |end| bar + 3 + end);
        all.push(format!("{}{}", &line[..bar], &line[end..]));
    }
    all.retain(|shorter| shorter.len() < line.len());
    all.truncate(24);
    all
}

/// The bracket that closes the one at `start`.
fn closing(line: &str, start: usize, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in line[start..].char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth -= 1;
            if depth == 0 {
                return Some(start + at);
            }
        }
    }
    None
}
