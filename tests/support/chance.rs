//! Choices that a seed decides.

/// A stream of choices: `SplitMix64`, so that a seed means the same project wherever and whenever it is used.
///
/// Most projects are careful ones, so that helmfile reads them: nothing in them is wrong on purpose. The others are careless.
pub(crate) struct Chance {
    state: u64,
    careless: bool,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Self { state: seed.wrapping_mul(0x2545_f491_4f6c_dd1d), careless: false };
        chance.careless = chance.percent(18);
        chance
    }

    /// Whether something may be wrong on purpose.
    pub(crate) fn is_careless(&self) -> bool {
        self.careless
    }

    /// True in so many of a hundred cases, and only in careless projects.
    pub(crate) fn slip(&mut self, percent: usize) -> bool {
        self.careless && self.percent(percent)
    }

    /// One of these words, or in a careless project one of those that are wrong.
    pub(crate) fn word_or_slip(&mut self, right: &[&str], wrong: &[&str]) -> String {
        let among = right.len() + if self.careless { wrong.len() } else { 0 };
        let at = self.below(among);
        right
            .get(at)
            .or_else(|| wrong.get(at - right.len()))
            .map_or_else(String::new, |word| (*word).to_owned())
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).expect("a small number");
        usize::try_from(self.next() % bound).expect("a small number")
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of these words, as a text of its own.
    pub(crate) fn word(&mut self, all: &[&str]) -> String {
        (*self.pick(all)).to_owned()
    }
}
