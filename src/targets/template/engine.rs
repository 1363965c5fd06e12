//! tera, held to what gives the same text every time and to a limit of work.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use super::data::Data;
use super::fault::Fault;
use super::worker::Renderer;

/// The name of the template inside tera, which reaches messages only where ours do not replace it.
const NAME: &str = "template";

/// The longest template, in bytes. tera's parser goes down into nested expressions, so the length bounds how deep.
pub(super) const LONGEST: usize = 64 << 10;

/// The longest text that a template may render to, in bytes.
pub(super) const MOST: usize = 16 << 20;

/// How long a template may take in a run, for all releases and all the renderings that prove something about it. A real one needs less than
/// a millisecond; loops within loops need not end.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The memory for tera's calls, reserved and not used.
pub(super) const STACK: usize = 256 << 20;

/// How often a rendering is looked after.
const GLANCE: Duration = Duration::from_millis(20);

/// A template that compiles, and where it is rendered.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    source: Arc<str>,
    renderer: Renderer,
    /// What is left of [`PATIENCE`], or why it is rendered no more, in common for all copies.
    left: Arc<Mutex<Result<Duration, Fault>>>,
}

/// A template as tera keeps it.
pub(super) struct Compiled(Arc<Tera>);

impl Compiled {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// Where tera does not take it, and for what gives another text every time or need not end.
    pub(super) fn new(source: &str) -> Result<Self, Fault> {
        if source.len() > LONGEST {
            return Err(Fault::Long);
        }
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("group_by", without_order);
        tera.add_raw_template(NAME, source).map_err(|error| Fault::of(&error, source))?;
        // A component may call itself without end.
        if tera.get_component_names().next().is_some() {
            return Err(Fault::refused("components", "component"));
        }
        // It contains all variables in the order of a hash map.
        if source.contains("__tera_context") {
            return Err(Fault::refused("`__tera_context`", "__tera_context"));
        }
        Ok(Self(Arc::new(tera)))
    }

    /// Renders the template in a thread of its own. `too_much` is asked now and then whether the process has more memory than it
    /// should; the thread cannot be ended, so a process that is to go on must not be one where that or the time matters.
    ///
    /// # Errors
    ///
    /// Where the template fails, does not end in time or takes too much, and where there is no thread to be had.
    pub(super) fn render(
        &self,
        source: &str,
        data: &serde_json::Value,
        patience: Duration,
        too_much: impl Fn() -> bool,
    ) -> Result<String, Fault> {
        let context = Context::from_serialize(data).map_err(|error| Fault::of(&error, source))?;
        let deadline = Instant::now() + patience;
        let tera = Arc::clone(&self.0);
        let (sender, receiver) = mpsc::channel();
        let render = move || {
            let mut text = Bounded(Vec::new());
            let result = tera.render_to(NAME, &context, &mut text).map(|()| text.0);
            // Nobody waits any more where it took too long.
            let _ = sender.send(result);
        };
        let thread = thread::Builder::new().name("template".into()).stack_size(STACK).spawn(render);
        let thread =
            thread.map_err(|error| Fault::NotStarted(format!("no thread can be started: {error}")))?;
        let text = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match receiver.recv_timeout(left.min(GLANCE)) {
                Ok(result) => {
                    // The stack of the next one is taken from the same memory.
                    let _ = thread.join();
                    break result.map_err(|error| Fault::of(&error, source))?;
                }
                Err(mpsc::RecvTimeoutError::Timeout) if left.is_zero() => return Err(Fault::Endless),
                Err(mpsc::RecvTimeoutError::Timeout) if too_much() => return Err(Fault::Memory),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    let said = thread.join().err().map(|payload| words(&*payload)).unwrap_or_default();
                    return Err(Fault::Broken(format!("the template engine has a defect: {said}")));
                }
            }
        };
        String::from_utf8(text)
            .map_err(|_| Fault::Broken("the template renders to something that is not UTF-8".into()))
    }
}

/// What a panic says.
fn words(payload: &dyn std::any::Any) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

impl Engine {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// As [`Compiled::new`].
    pub(super) fn new(source: &Arc<str>, renderer: Renderer) -> Result<Self, Fault> {
        Compiled::new(source)?;
        Ok(Self { source: Arc::clone(source), renderer, left: Arc::new(Mutex::new(Ok(PATIENCE))) })
    }

    /// Another template, which is rendered in the same place and takes from the same time.
    ///
    /// # Errors
    ///
    /// As [`Compiled::new`].
    pub(super) fn with_source(&self, source: &Arc<str>) -> Result<Self, Fault> {
        Compiled::new(source)?;
        Ok(Self { source: Arc::clone(source), ..self.clone() })
    }

    /// Renders the template.
    ///
    /// # Errors
    ///
    /// Where it fails, or takes more time or memory than there is for it.
    pub(super) fn render(&self, data: &Data<'_>) -> Result<String, Fault> {
        let data = serde_json::to_value(data).map_err(|error| Fault::Broken(error.to_string()))?;
        // Held meanwhile, so that renderings at the same time do not each wait for all of it.
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = left.clone()?;
        let since = Instant::now();
        let outcome = match &self.renderer {
            Renderer::Process(worker) => worker.render(&self.source, data, patience),
            #[cfg(test)]
            Renderer::Thread => Compiled::new(&self.source)
                .and_then(|compiled| compiled.render(&self.source, &data, patience, || false)),
        };
        *left = match &outcome {
            Err(fault @ (Fault::Endless | Fault::Memory)) => Err(fault.clone()),
            _ => Ok(patience.saturating_sub(since.elapsed())),
        };
        outcome
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::Digest;
    use crate::targets::Subject;

    #[test]
    fn loops_within_loops_are_given_up() {
        let loops = "{% for a in range(end=90000) %}{% for b in range(end=90000) %}{% endfor %}{% endfor %}";
        let left = Arc::new(Mutex::new(Ok(Duration::from_millis(20))));
        let engine = Engine { left, ..Engine::new(&loops.into(), Renderer::Thread).expect("it compiles") };
        let subject = Subject::default();
        let data = Data::new(&[], Digest::of(b""), &subject);
        let fault = engine.render(&data).expect_err("it does not end");
        assert!(matches!(fault, Fault::Endless), "{fault:?}");
        // What is left is common to all copies, and nothing is: the second rendering is not begun.
        let since = Instant::now();
        let fault = engine.clone().render(&data).expect_err("it is given up");
        assert!(matches!(fault, Fault::Endless), "{fault:?}");
        assert_eq!(*engine.left.lock().expect("nobody panics"), Err(Fault::Endless));
        assert!(since.elapsed() < PATIENCE, "it does not wait again");
    }
}
