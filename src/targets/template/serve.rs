//! The process that templates are rendered in, seen from within.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::engine::{Compiled, STACK};
use super::fault::Fault;
use super::worker::{Answer, MEMORY, Order};
use crate::program::Program;

/// Renders the templates that are ordered on standard input, until it ends.
///
/// # Errors
///
/// Where memory cannot be limited, and where an order cannot be read or an answer written.
pub(crate) fn serve_templates() -> io::Result<()> {
    limit()?;
    let too_much: fn() -> bool = if cfg!(target_os = "macos") { has_too_much } else { || false };
    serve(io::stdin().lock(), io::stdout().lock(), too_much)
}

fn serve(mut orders: impl BufRead, mut answers: impl Write, too_much: fn() -> bool) -> io::Result<()> {
    let mut known: Option<(String, Compiled)> = None;
    let mut line = String::new();
    while orders.read_line(&mut line)? > 0 {
        let order: Order = serde_json::from_str(&line)?;
        line.clear();
        if known.as_ref().is_none_or(|(source, _)| *source != order.source) {
            known = Compiled::new(&order.source).ok().map(|compiled| (order.source.clone(), compiled));
        }
        let answer: Answer = match &known {
            Some((source, compiled)) => {
                compiled.render(source, &order.data, Duration::from_millis(order.patience), too_much)
            }
            None => Err(Fault::Broken("the template compiles in one process and not in another".into())),
        };
        let mut text = serde_json::to_vec(&answer)?;
        text.push(b'\n');
        answers.write_all(&text)?;
        answers.flush()?;
        if matches!(answer, Err(Fault::Endless | Fault::Memory)) {
            // The thread that renders cannot be ended otherwise.
            return Ok(());
        }
    }
    Ok(())
}

/// Limits the memory of this process, and that it leaves an image of it behind. Linux keeps a process to it; macOS takes the
/// number and does nothing, so the memory is looked at there while a template is rendered.
fn limit() -> io::Result<()> {
    let most = |resource, most: u64| {
        let before = getrlimit(resource);
        let most = before.maximum.map_or(most, |hard| hard.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: before.maximum })
    };
    most(Resource::Core, 0)?;
    match most(Resource::As, MEMORY + STACK as u64) {
        Err(_) if cfg!(target_os = "macos") => Ok(()),
        other => other.map_err(io::Error::from),
    }
}

/// Whether this process has more memory than a template may take, as `ps` says.
fn has_too_much() -> bool {
    let ps = Program::at("/bin/ps".into(), "ps".as_ref());
    let output = ps.arguments(["-o", "rss=", "-p", &std::process::id().to_string()]).run();
    let kibibytes =
        output.ok().and_then(|output| String::from_utf8(output.output).ok()?.trim().parse::<u64>().ok());
    kibibytes.is_some_and(|kibibytes| kibibytes << 10 > MEMORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(source: &str, patience: u64) -> String {
        let data = serde_json::json!({ "checksum": "5f1d" });
        let order = Order { source: source.to_owned(), data, patience };
        serde_json::to_string(&order).expect("an order") + "\n"
    }

    fn answers(orders: &str, too_much: fn() -> bool) -> Vec<Answer> {
        let mut text = Vec::new();
        serve(orders.as_bytes(), &mut text, too_much).expect("orders that can be read");
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("an answer")).collect()
    }

    #[test]
    fn each_order_has_its_answer() {
        let orders = [order("a: {{ checksum }}", 5_000), order("{{ b }}", 5_000), order("c", 5_000)].concat();
        let [Ok(first), Err(Fault::Tera(message, Some(_))), Ok(third)] = &answers(&orders, || false)[..]
        else {
            panic!("three answers");
        };
        assert_eq!((first.as_str(), third.as_str()), ("a: 5f1d", "c"));
        assert_eq!(message, "variable `b` is not defined");
    }

    #[test]
    fn nothing_is_taken_on_while_a_rendering_goes_on() {
        let loops = "{% for a in range(end=90000) %}{% for b in range(end=90000) %}{% endfor %}{% endfor %}";
        let orders = |patience| [order(loops, patience), order("c", 5_000)].concat();
        assert_eq!(answers(&orders(20), || false), [Err(Fault::Endless)]);
        assert_eq!(answers(&orders(600_000), || true), [Err(Fault::Memory)]);
    }

    #[test]
    fn the_memory_of_this_process_can_be_told_without_limits() {
        assert!(!has_too_much(), "the tests take less");
    }
}
