//! The processes that a process has started, and those that these have started.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use rustix::process::Pid;

/// The descendants of a process that still have a parent among them.
pub(super) fn descendants(of: Pid) -> Vec<Pid> {
    let pairs = if cfg!(target_os = "linux") { of_proc() } else { of_ps() };
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (number, parent) in pairs {
        children.entry(parent).or_default().push(number);
    }
    let mut found = Vec::new();
    let mut open = vec![of.as_raw_nonzero().get()];
    while let Some(parent) = open.pop() {
        let below = children.remove(&parent).unwrap_or_default();
        found.extend(below.iter().copied().filter_map(Pid::from_raw));
        open.extend(below);
    }
    found
}

/// Processes with their parents, as Linux lists them.
fn of_proc() -> Vec<(i32, i32)> {
    let entries = fs_err::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let pair = |number: i32| {
        let stat = fs_err::read(format!("/proc/{number}/stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat);
        // The name, which is in parentheses, may contain parentheses itself.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((number, parent))
    };
    numbers.filter_map(pair).collect()
}

/// Processes with their parents, as `ps` prints them.
fn of_ps() -> Vec<(i32, i32)> {
    let mut command = Command::new("/bin/ps");
    command.args(["-A", "-o", "pid=,ppid="]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&output).into_owned();
    let pair = |line: &str| {
        let mut numbers = line.split_whitespace();
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    };
    text.lines().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_are_found() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sh -c 'sleep 600; true' & wait; true"]);
        let mut child = shell.spawn().expect("a shell");
        let number = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a number");
        let begun = std::time::Instant::now();
        let found = loop {
            let found = descendants(number);
            if found.len() == 2 || begun.elapsed().as_secs() > 60 {
                break found;
            }
        };
        assert_eq!(found.len(), 2);
        let own = Pid::from_raw(i32::try_from(std::process::id()).expect("a number")).expect("a number");
        assert!(of_ps().contains(&(number.as_raw_nonzero().get(), own.as_raw_nonzero().get())));
        for one in found.into_iter().chain([number]) {
            rustix::process::kill_process(one, rustix::process::Signal::KILL).expect("it runs");
        }
        child.wait().expect("it has ended");
    }
}
