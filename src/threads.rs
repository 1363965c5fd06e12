//! The threads that share the work of a run: one pool, which is made when there is something to share, and what is done beside all else.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The stack of each, in bytes: nested data needs a deeper one than hashing does. It is reserved, not used.
const STACK: usize = 64 << 20;

/// How many light items one thread does by itself.
const FEW: usize = 16;

/// The most threads that are wanted; zero where nobody said.
static MOST: AtomicUsize = AtomicUsize::new(0);

/// Bounds the pool, as long as nothing was shared yet.
pub(crate) fn at_most(threads: usize) {
    MOST.store(threads, Ordering::Relaxed);
}

/// Nothing where not even one more thread can be had (`ulimit -u`).
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let all = match MOST.load(Ordering::Relaxed) {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        most => most,
    };
    let mut counts = std::iter::successors(Some(all), |count| Some(count / 2).filter(|count| *count > 0));
    counts.find_map(|count| ThreadPoolBuilder::new().num_threads(count).stack_size(STACK).build().ok())
});

/// Does something with each item, side by side where there are threads for it, and returns the results in the order of the items.
pub(crate) fn map<I: Send, R: Send>(items: Vec<I>, work: impl Fn(I) -> R + Send + Sync) -> Vec<R> {
    let pool = if items.len() > 1 { POOL.as_ref() } else { None };
    match pool {
        Some(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        None => items.into_iter().map(work).collect(),
    }
}

/// As [`map`], where items take little time unless their results are heavy: a few of them are done on this thread, since it takes longer
/// to start others, and the rest is shared once the results together weigh more than `most`.
pub(crate) fn map_light<I: Send, R: Send>(
    items: Vec<I>,
    work: impl Fn(I) -> R + Send + Sync,
    (most, weight): (u64, impl Fn(&R) -> u64),
) -> Vec<R> {
    if items.len() > FEW {
        return map(items, work);
    }
    let mut results = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    let mut all = 0;
    while all <= most {
        let Some(item) = items.next() else { break };
        let result = work(item);
        all += weight(&result);
        results.push(result);
    }
    results.extend(map(items.collect(), work));
    results
}

/// Something that is done beside what its owner does.
#[derive(Debug)]
pub(crate) enum Begun<'scope, T> {
    Going(ScopedJoinHandle<'scope, ()>, Receiver<T>),
    Done(T),
}

/// Begins something on a thread of its own. Where there is none to be had, or only one is wanted, it is done at once.
pub(crate) fn begin<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Begun<'scope, T> {
    if MOST.load(Ordering::Relaxed) == 1 {
        return Begun::Done(work());
    }
    // Who starts no thread does not give the work back, so it is handed over afterwards.
    let (hand, take) = mpsc::sync_channel(1);
    let (tell, told) = mpsc::sync_channel(1);
    let go = move || {
        if let Ok(work) = take.recv() {
            let work: Box<dyn FnOnce() -> T + Send> = work;
            // Nobody may want to know.
            let _ = tell.send(work());
        }
    };
    let Ok(thread) = Builder::new().name("helmsum".into()).stack_size(STACK).spawn_scoped(scope, go) else {
        return Begun::Done(work());
    };
    match hand.send(Box::new(work)) {
        Ok(()) => Begun::Going(thread, told),
        Err(mpsc::SendError(work)) => Begun::Done(work()),
    }
}

impl<T> Begun<'_, T> {
    /// Waits for it.
    ///
    /// # Panics
    ///
    /// Where it did.
    pub(crate) fn end(self) -> T {
        match self {
            Self::Done(result) => result,
            Self::Going(thread, told) => match (told.recv(), thread.join()) {
                (Ok(result), _) => result,
                (Err(_), Err(panic)) => std::panic::resume_unwind(panic),
                (Err(missing), Ok(())) => std::panic::panic_any(missing),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_items_are_shared_once_they_are_heavy() {
        for count in [0, 1, 5, 16, 17, 100_u64] {
            let squares =
                map_light((0..count).collect(), |number| number * number, (8, |square: &u64| *square));
            assert_eq!(squares, (0..count).map(|number| number * number).collect::<Vec<u64>>());
        }
        let own = std::thread::current().id();
        let here = |most| map_light(vec![0; 5], |_| std::thread::current().id() == own, (most, |_: &bool| 1));
        assert_eq!(here(10), [true; 5]);
        assert_eq!(here(1), [true, true, false, false, false]);
    }

    #[test]
    fn results_come_in_the_order_of_the_items_however_deep_it_goes() {
        let squares = map((0..100_u64).collect(), |number| {
            map((0..number).collect(), |_| number).into_iter().sum::<u64>()
        });
        assert_eq!(squares, (0..100).map(|number| number * number).collect::<Vec<u64>>());
    }

    #[test]
    fn what_is_begun_goes_on_beside_and_its_panic_arrives() {
        let (tell, told) = mpsc::channel();
        let answer = std::thread::scope(|scope| {
            let begun = begin(scope, move || told.recv().map(|number: u64| number * 2));
            tell.send(21).expect("it waits");
            begun.end()
        });
        assert_eq!(answer, Ok(42));
        let panics = || std::thread::scope(|scope| begin(scope, || assert_eq!(1, 2, "it ends")).end());
        assert!(std::panic::catch_unwind(panics).is_err());
    }
}
