//! The threads that share the work of a run: one pool, which is made when there is something to share.

use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The stack of each, in bytes: nested data needs a deeper one than hashing does. It is reserved, not used.
const STACK: usize = 64 << 20;

/// Nothing where not even one more thread can be had (`ulimit -u`).
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let mut counts = std::iter::successors(Some(all), |count| Some(count / 2).filter(|count| *count > 0));
    counts.find_map(|count| ThreadPoolBuilder::new().num_threads(count).stack_size(STACK).build().ok())
});

/// Does something with each item, side by side where there are threads for it, and returns the results in the order of the items.
pub(crate) fn map<I: Send, R: Send>(items: Vec<I>, work: impl Fn(I) -> R + Send + Sync) -> Vec<R> {
    match &*POOL {
        Some(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        None => items.into_iter().map(work).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_however_deep_it_goes() {
        let squares = map((0..100_u64).collect(), |number| {
            map((0..number).collect(), |_| number).into_iter().sum::<u64>()
        });
        assert_eq!(squares, (0..100).map(|number| number * number).collect::<Vec<u64>>());
    }
}
