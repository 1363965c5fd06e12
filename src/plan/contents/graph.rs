//! In which order consumers are computed: a producer that is itself a consumer comes before those that depend on it.

use std::collections::BTreeSet;

/// Consumers in the order in which they can be computed. Each is named by its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    /// Those of one wave depend on earlier waves only.
    pub(crate) waves: Vec<Vec<usize>>,
    /// Those that can never be computed.
    pub(crate) stuck: Vec<Stuck>,
}

/// A consumer that depends on a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stuck {
    pub(crate) index: usize,
    /// The cycle, each consumer followed by one that it depends on, the last by the first. It starts with this consumer if this
    /// one is a part of it.
    pub(crate) cycle: Vec<usize>,
}

/// Orders consumers. `edges` has for each of them those that it depends on.
pub(crate) fn order(edges: &[BTreeSet<usize>]) -> Order {
    let mut order = Order::default();
    let mut open: BTreeSet<usize> = (0..edges.len()).collect();
    loop {
        let ready = |index: &usize| edges[*index].is_disjoint(&open);
        let wave: Vec<usize> = open.iter().copied().filter(ready).collect();
        if wave.is_empty() {
            break;
        }
        for index in &wave {
            open.remove(index);
        }
        order.waves.push(wave);
    }
    order.stuck =
        open.iter().map(|index| Stuck { index: *index, cycle: cycle_from(*index, edges, &open) }).collect();
    order
}

/// The cycle that is reached from a consumer by way of those that are left open. Each of them depends on another one.
fn cycle_from(start: usize, edges: &[BTreeSet<usize>], open: &BTreeSet<usize>) -> Vec<usize> {
    if let Some(back) = shortest_back(start, edges, open) {
        return back;
    }
    let mut path = vec![start];
    loop {
        let last = path[path.len() - 1];
        let Some(next) = edges[last].iter().find(|next| open.contains(next)) else { return path };
        if let Some(at) = path.iter().position(|passed| passed == next) {
            return path.split_off(at);
        }
        path.push(*next);
    }
}

/// The shortest way from a consumer back to itself.
fn shortest_back(start: usize, edges: &[BTreeSet<usize>], open: &BTreeSet<usize>) -> Option<Vec<usize>> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let last = way[way.len() - 1];
        for next in edges[last].iter().filter(|next| open.contains(next)) {
            if *next == start {
                return Some(way);
            }
            if seen.insert(*next) {
                ways.push_back([way.as_slice(), &[*next]].concat());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edges(lists: &[&[usize]]) -> Vec<BTreeSet<usize>> {
        lists.iter().map(|list| list.iter().copied().collect()).collect()
    }

    #[test]
    fn what_others_depend_on_comes_first() {
        let order = order(&edges(&[&[1, 2], &[3], &[3], &[], &[]]));
        assert_eq!(order.waves, [vec![3, 4], vec![1, 2], vec![0]]);
        assert!(order.stuck.is_empty());
    }

    #[test]
    fn a_cycle_is_shown_from_each_of_its_parts() {
        let order = order(&edges(&[&[1], &[2], &[0], &[0, 4], &[], &[5]]));
        assert_eq!(order.waves, [vec![4]]);
        let cycles: Vec<(usize, Vec<usize>)> =
            order.stuck.into_iter().map(|stuck| (stuck.index, stuck.cycle)).collect();
        assert_eq!(
            cycles,
            [(0, vec![0, 1, 2]), (1, vec![1, 2, 0]), (2, vec![2, 0, 1]), (3, vec![0, 1, 2]), (5, vec![5]),]
        );
    }

    proptest! {
        #[test]
        fn everybody_is_ordered_or_leads_to_a_cycle(lists in prop::collection::vec(prop::collection::vec(0_usize..12, 0..3), 12)) {
            let edges: Vec<BTreeSet<usize>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let Order { waves, stuck } = order(&edges);
            let mut done = BTreeSet::new();
            for wave in waves {
                for index in &wave {
                    prop_assert!(edges[*index].is_subset(&done));
                }
                done.extend(wave);
            }
            for Stuck { index, cycle } in stuck {
                prop_assert!(done.insert(index));
                for (at, node) in cycle.iter().enumerate() {
                    prop_assert!(edges[*node].contains(&cycle[(at + 1) % cycle.len()]));
                }
                prop_assert!(!cycle.contains(&index) || cycle[0] == index);
            }
            prop_assert_eq!(done.len(), 12);
        }
    }
}
