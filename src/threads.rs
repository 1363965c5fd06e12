//! The threads that share the work of a run: one pool, which is made when there is something to share.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

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
}
