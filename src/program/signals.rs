//! Signals that end a process, held back as long as something has to be put in order first.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};

/// Signals that end a process are held back while any of these lives, so that no temporary file and no program stays behind. The
/// first one that came does its work when the last of them is dropped; so drop it after the files are gone. Programs that run are
/// ended at once.
#[derive(Debug)]
pub(crate) struct Unfinished(());

struct Signals {
    /// Whether a signal does what it does by default.
    ends: Arc<AtomicBool>,
    /// The signal that came while it did not, or 0.
    pending: Arc<AtomicUsize>,
    /// Has something to read once a signal came, and is never read, so that everybody who waits for it is woken.
    woken: Option<UnixStream>,
    /// How much is unfinished.
    open: Mutex<usize>,
}

static SIGNALS: LazyLock<Signals> = LazyLock::new(|| {
    let (ends, pending) = (Arc::new(AtomicBool::new(true)), Arc::default());
    let pipe = UnixStream::pair().ok();
    let ignored = ignored();
    for (signal, number) in [(SIGHUP, 1), (SIGINT, 2), (SIGQUIT, 3), (SIGTERM, 15)] {
        if ignored & (1 << (number - 1)) != 0 {
            continue;
        }
        // Where a handler cannot be had, the signal ends the process as it always did.
        let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&ends))
            .and_then(|_| signal_hook::flag::register_usize(signal, Arc::clone(&pending), number));
        if let Some((_, end)) = &pipe {
            let _ = end.try_clone().and_then(|end| signal_hook::low_level::pipe::register(signal, end));
        }
    }
    // A limit on file sizes is an error to report, and not the end of the process.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    Signals { ends, pending, woken: pipe.map(|(end, _)| end), open: Mutex::default() }
});

/// The signals that this process was started to ignore, as `nohup` and shells do it, one bit for each. Only Linux tells.
fn ignored() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

impl Unfinished {
    /// Holds signals back from now on.
    #[must_use]
    pub(crate) fn begin() -> Self {
        let mut open = SIGNALS.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open += 1;
        SIGNALS.ends.store(false, Ordering::SeqCst);
        Self(())
    }

    /// The signal that is held back, so that nothing long should be begun.
    #[must_use]
    #[expect(
        clippy::unused_self,
        reason = "a signal is held back for whoever has one of these, and for nobody else"
    )]
    pub(crate) fn pending(&self) -> Option<i32> {
        i32::try_from(SIGNALS.pending.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }

    /// What can be read once a signal is held back.
    pub(super) fn wakes() -> Option<BorrowedFd<'static>> {
        SIGNALS.woken.as_ref().map(|stream| stream.as_fd())
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
