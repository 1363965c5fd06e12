//! tera, held to what gives the same text every time and to a limit of work.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use tera::{Context, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

use super::data::{Data, VARIABLES};
use super::offset;
use crate::diagnostic::{Diagnostic, Mistake};
use crate::text::{Excerpt, Place, nearest};

/// The name of the template inside tera, which reaches messages only where ours do not replace it.
const NAME: &str = "template";

/// The longest template. tera's parser goes down into nested expressions, so the length bounds how deep.
const LONGEST: usize = 64 << 10;

/// The longest text that a template may render to.
const MOST: usize = 16 << 20;

/// How long a template may take in a run, for all releases and all the renderings that prove something about it. A real one needs less than
/// a millisecond; loops within loops need not end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The memory for tera's calls, reserved and not used.
const STACK: usize = 64 << 20;

/// A compiled template.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    tera: Arc<Compiled>,
    /// What is left of [`PATIENCE`], in common for all copies.
    patience: Arc<Mutex<Duration>>,
}

struct Compiled(Tera);

impl std::fmt::Debug for Compiled {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Compiled")
    }
}

/// Why a template cannot be used.
#[derive(Debug)]
pub(super) enum Fault {
    /// tera says so.
    Tera(tera::Error),
    /// A part of tera that is not for targets, with the text to look for.
    Refused(&'static str, &'static str),
    /// The source is longer than any template of values.
    Long,
    /// It does not end.
    Endless,
    /// tera has a defect, or there is no thread to be had.
    Broken(String),
}

impl From<tera::Error> for Fault {
    fn from(error: tera::Error) -> Self {
        Self::Tera(error)
    }
}

impl Engine {
    /// Compiles a template.
    pub(super) fn new(source: &str) -> Result<Self, Fault> {
        if source.len() > LONGEST {
            return Err(Fault::Long);
        }
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("group_by", without_order);
        tera.add_raw_template(NAME, source)?;
        // A component may call itself without end.
        if tera.get_component_names().next().is_some() {
            return Err(Fault::Refused("components", "component"));
        }
        // It holds all variables in the order of a hash map.
        if source.contains("__tera_context") {
            return Err(Fault::Refused("`__tera_context`", "__tera_context"));
        }
        Ok(Self { tera: Arc::new(Compiled(tera)), patience: Arc::new(Mutex::new(PATIENCE)) })
    }

    /// Renders the template.
    pub(super) fn render(&self, data: &Data<'_>) -> Result<String, Fault> {
        let context = Context::from_serialize(data)?;
        // Held meanwhile, so that renderings at the same time do not each wait for all of it.
        let mut patience = self.patience.lock().unwrap_or_else(PoisonError::into_inner);
        if patience.is_zero() {
            return Err(Fault::Endless);
        }
        let since = Instant::now();
        let tera = Arc::clone(&self.tera);
        let (sender, receiver) = mpsc::channel();
        let render = move || {
            let mut text = Bounded(Vec::new());
            let result = tera.0.render_to(NAME, &context, &mut text).map(|()| text.0);
            // Nobody waits any more where it took too long.
            let _ = sender.send(result);
        };
        let thread = thread::Builder::new().name("template".into()).stack_size(STACK).spawn(render);
        let _ = thread.map_err(|error| Fault::Broken(format!("no thread can be started: {error}")))?;
        let outcome = receiver.recv_timeout(*patience);
        *patience = match outcome {
            Err(mpsc::RecvTimeoutError::Timeout) => Duration::ZERO,
            _ => patience.saturating_sub(since.elapsed()),
        };
        let text = match outcome {
            Ok(result) => result?,
            Err(mpsc::RecvTimeoutError::Timeout) => return Err(Fault::Endless),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(Fault::Broken("the template engine has a defect, see above".into()));
            }
        };
        String::from_utf8(text)
            .map_err(|_| Fault::Broken("the template renders to something that is not UTF-8".into()))
    }
}

/// tera groups into a hash map, whose order is another one each time.
fn without_order(_: Value, _: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    Err(tera::Error::message("`group_by` gives its groups in no fixed order, and pods would roll for it"))
}

/// Bytes up to a limit.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Fault {
    /// The fault as the report shows it, with its place in the template.
    pub(super) fn problem(&self, file: &Utf8Path, source: &Arc<str>) -> Diagnostic {
        const HINT: &str = "docs/targets.md lists what a template can use";
        let excerpt =
            |span| Excerpt { file: file.to_owned(), source: Arc::clone(source), span, label: String::new() };
        let whole =
            |message: String| Diagnostic::mistake(Mistake::TargetTemplate, message).at(Place::file(file));
        match self {
            Self::Tera(error) => match error.kind() {
                ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                    let message = in_our_style(report.message());
                    let meant = meant(&message).map(|name| format!("did you mean `{name}`?"));
                    Diagnostic::mistake(Mistake::TargetTemplate, message)
                        .hint(meant.unwrap_or_else(|| HINT.to_owned()))
                        .excerpt(excerpt(report.span().range.clone()))
                }
                ErrorKind::Io(_) => whole(format!("the template renders to more than {} MiB", MOST >> 20))
                    .hint("end its loops earlier"),
                kind => {
                    let (message, span) = report(&kind.to_string(), source);
                    let problem = Diagnostic::mistake(Mistake::TargetTemplate, message).hint(HINT);
                    match span {
                        Some(span) => problem.excerpt(excerpt(span)),
                        None => problem.at(Place::file(file)),
                    }
                }
            },
            Self::Refused(what, text) => {
                let problem = Diagnostic::mistake(
                    Mistake::TargetTemplate,
                    format!("{what} cannot be used in the template of a target"),
                )
                .hint(HINT);
                match source.find(text) {
                    Some(at) => problem.excerpt(excerpt(at..at + text.len())),
                    None => problem.at(Place::file(file)),
                }
            }
            Self::Long => whole(format!("the template has more than {} KiB", LONGEST >> 10))
                .hint("a target holds a few digests; keep other values in other files"),
            Self::Endless => whole(format!("the template takes more than {} s", PATIENCE.as_secs()))
                .hint("it has loops within loops; a target has one line for each source"),
            Self::Broken(message) => whole(message.clone()).hint("simplify the template, or run it again"),
        }
    }
}

/// Message and span out of the report that tera makes of a mistake it finds after parsing:
/// `error: MESSAGE`, then ` --> NAME:LINE:COLUMN`.
fn report(text: &str, source: &str) -> (String, Option<std::ops::Range<usize>>) {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let message = in_our_style(first.strip_prefix("error: ").unwrap_or(first));
    let numbers = lines.next().and_then(|line| line.trim().strip_prefix("--> ")).and_then(|place| {
        let mut parts = place.rsplitn(3, ':');
        let column: usize = parts.next()?.parse().ok()?;
        let line: usize = parts.next()?.parse().ok()?;
        Some((line, column))
    });
    (message, numbers.map(|(line, column)| offset(source, Some(line), Some(column))))
}

/// The variable that a message about an unknown one may be about.
fn meant(message: &str) -> Option<&'static str> {
    let name = message.strip_prefix("variable `")?.strip_suffix("` is not defined")?;
    nearest(name, VARIABLES)
}

/// The first sentence, without the capital letter that it starts with.
fn in_our_style(message: &str) -> String {
    let message = message.split(". Available ").next().unwrap_or_default();
    let first_line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut signs = first_line.chars();
    match signs.next() {
        Some(first) => first.to_lowercase().chain(signs).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::Digest;
    use crate::target::Subject;

    #[test]
    fn loops_within_loops_are_given_up() {
        let loops = "{% for a in range(end=90000) %}{% for b in range(end=90000) %}{% endfor %}{% endfor %}";
        let patience = Arc::new(Mutex::new(Duration::from_millis(20)));
        let engine = Engine { patience, ..Engine::new(loops).expect("it compiles") };
        let subject = Subject::default();
        let data = Data::new(&[], Digest::of(b""), &subject);
        let fault = engine.render(&data).expect_err("it does not end");
        assert!(matches!(fault, Fault::Endless), "{fault:?}");
        // What is left is common to all copies, and nothing is: the second rendering is not begun.
        let since = Instant::now();
        let fault = engine.clone().render(&data).expect_err("it is given up");
        assert!(matches!(fault, Fault::Endless), "{fault:?}");
        assert!(*engine.patience.lock().expect("nobody panics") == Duration::ZERO);
        assert!(since.elapsed() < PATIENCE, "it does not wait again");
    }
}
