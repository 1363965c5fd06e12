//! Temporary files that must not outlive a process that is told to end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};

/// Signals that end a process are held back while any of these lives, so that no temporary file stays behind. The first one
/// that came does its work when the last of them is dropped; so drop it after the files are gone.
#[derive(Debug)]
pub struct Unfinished(());

struct Signals {
    /// Whether a signal does what it does by default.
    ends: Arc<AtomicBool>,
    /// The signal that came while it did not, or 0.
    pending: Arc<AtomicUsize>,
    /// How much is unfinished.
    open: Mutex<usize>,
}

static SIGNALS: LazyLock<Signals> = LazyLock::new(|| {
    let signals =
        Signals { ends: Arc::new(AtomicBool::new(true)), pending: Arc::default(), open: Mutex::default() };
    for (signal, number) in [(SIGHUP, 1), (SIGINT, 2), (SIGQUIT, 3), (SIGTERM, 15)] {
        // Where a handler cannot be had, the signal ends the process as it always did.
        let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&signals.ends))
            .and_then(|_| signal_hook::flag::register_usize(signal, Arc::clone(&signals.pending), number));
    }
    // A limit on file sizes is an error to report, and not the end of the process.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    signals
});

impl Unfinished {
    /// Holds signals back from now on.
    #[must_use]
    pub fn begin() -> Self {
        let mut open = SIGNALS.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open += 1;
        SIGNALS.ends.store(false, Ordering::SeqCst);
        Self(())
    }

    /// Whether a signal is held back, so that nothing long should be begun any more.
    #[must_use]
    pub fn is_told_to_end(&self) -> bool {
        SIGNALS.pending.load(Ordering::SeqCst) != 0
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut open = SIGNALS.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open -= 1;
        if *open > 0 {
            return;
        }
        SIGNALS.ends.store(true, Ordering::SeqCst);
        let signal = SIGNALS.pending.swap(0, Ordering::SeqCst);
        if let Ok(signal @ 1..) = i32::try_from(signal) {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}
