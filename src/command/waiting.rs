//! A line about how far a run is, where somebody waits for it.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::report::Stream;

/// How long work may take before a word about it, and how often the word changes then.
const PATIENCE: Duration = Duration::from_secs(1);
const REFRESH: Duration = Duration::from_millis(100);

/// Back to the start of the line, and nothing on it.
const CLEAR: &str = "\r\u{1b}[K";

/// Does the work, on this thread. Where `watcher` is a terminal and the work takes longer than a second, what `line` says is shown
/// there until it ends.
///
/// # Errors
///
/// Where the line cannot be written.
pub(super) fn watched<T>(
    watcher: &mut Stream,
    line: impl Fn() -> String + Sync,
    work: impl FnOnce() -> T,
) -> io::Result<T> {
    if !watcher.terminal {
        return Ok(work());
    }
    std::thread::scope(|scope| {
        let (done, waiting) = mpsc::channel::<()>();
        let line = &line;
        let show = move || -> io::Result<()> {
            let mut shown = false;
            let mut pause = PATIENCE;
            while waiting.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                watcher.raw(format!("{CLEAR}{}", line()).as_bytes())?;
                shown = true;
                pause = REFRESH;
            }
            if shown { watcher.raw(CLEAR.as_bytes()) } else { Ok(()) }
        };
        // Where no thread is to be had, nothing is shown, and the work is done all the same.
        let shower = std::thread::Builder::new().spawn_scoped(scope, show);
        let result = work();
        drop(done);
        match shower.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(shown)) => shown.map(|()| result),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Ok(result),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody else writes").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn waits(terminal: bool, until_shown: bool) -> String {
        let written = Written::default();
        let mut watcher = Stream::plain(written.clone());
        watcher.terminal = terminal;
        let shown = AtomicU64::new(0);
        let line = || format!("step {}", shown.fetch_add(1, Ordering::Relaxed));
        let work = || {
            while until_shown && shown.load(Ordering::Relaxed) < 2 {
                std::thread::yield_now();
            }
            7
        };
        assert_eq!(watched(&mut watcher, line, work).expect("memory takes all"), 7);
        let bytes = written.0.lock().expect("nobody writes any more").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn the_line_replaces_itself_and_leaves_nothing_behind() {
        let shown = waits(true, true);
        assert!(shown.starts_with("\r\u{1b}[Kstep 0\r\u{1b}[Kstep 1\r\u{1b}[K"), "{shown:?}");
        assert!(shown.ends_with(CLEAR), "{shown:?}");
    }

    #[test]
    fn nothing_is_shown_where_nobody_looks_or_waits() {
        assert_eq!(waits(false, false), "");
        assert_eq!(waits(true, false), "");
    }
}
