//! What the templates of a chart tell of renderings that nobody has made.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::thread;

use super::super::template::Templating;
use super::STACK;
use super::chart::{Chart, below_subcharts};
use super::given::Given;
use super::hashes::Hashes;
use super::parts::{Asked, Question};
use super::reach::{Graph, Reach};

/// What is known of every rendering of a chart, whatever the values at some keys are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    /// Whether helm prints the same each time: no template that it renders asks for the time, random numbers, the order of a map, the
    /// address of a host or another program. What is in a cluster is not such a question: `helm template` asks none.
    pub(crate) is_repeatable: bool,
    /// Whether all templates only print the values at these keys, and nothing else looks at them, so that helm renders the chart
    /// with any others of the same form too.
    pub(crate) only_prints: bool,
    /// What stands in the chart that looks like a digest.
    pub(crate) hashes: Hashes,
    /// What each file of templates can reach, by how many charts are around its own and its name below that.
    files: BTreeMap<(usize, String), Reaching>,
}

/// What the templates of a file can reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reaching {
    /// Whether each rendering may give something else.
    differs: bool,
    /// Whether it may look something up in the cluster.
    looks_up: bool,
    /// Whether it has the values at the keys.
    has: bool,
}

impl Judged {
    /// Judges the chart that helm is called for, and everything that may be a template among what helm is given. `keys` are names of
    /// keys among the values.
    ///
    /// # Errors
    ///
    /// Where something cannot be read: it may be anything.
    pub(in crate::rendered) fn of(templating: &Templating, keys: &BTreeSet<String>) -> io::Result<Self> {
        for file in templating.argument_files() {
            file?;
        }
        thread::scope(|scope| {
            let judge = || {
                let mut chart = Chart::read(&templating.chart, &templating.directory)?;
                Ok(Self::of_chart(templating, &mut chart, keys))
            };
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, judge)?;
            thread.join().map_err(|_| io::Error::other("its templates cannot be read"))?
        })
    }

    fn of_chart(templating: &Templating, chart: &mut Chart, keys: &BTreeSet<String>) -> Self {
        let given = Given::of(templating);
        let mut hashes = Hashes::default();
        let (mut refers_elsewhere, mut looks_at_values) = (false, false);
        chart.each(&mut |file| {
            hashes.add(file.content);
            let text = String::from_utf8_lossy(file.content);
            match file.name.as_str() {
                "values.schema.json" => {
                    refers_elsewhere |= leads_elsewhere(&text);
                    looks_at_values |= LOOKING.iter().any(|word| text.contains(word));
                }
                // Values of a subchart that its parent has under another key.
                "Chart.yaml" | "requirements.yaml" => looks_at_values |= text.contains("import-values"),
                _ => {}
            }
        });
        let graph = Graph::of(chart, templating, keys);
        let differs = |reach: &Reach| {
            given.post_renderer
                || reach.unreadable.is_some()
                || reach.asked.iter().any(|asked| is_another_each_time(asked, &given))
        };
        let reaching = |(reach, has): &(Reach, bool)| Reaching {
            differs: differs(reach),
            looks_up: reach.asked.iter().any(|asked| asked.question == Question::Lookup),
            has: *has,
        };
        Self {
            is_repeatable: !refers_elsewhere && !differs(&graph.reach_of_all()),
            only_prints: !looks_at_values && !given.post_renderer && graph.only_prints(),
            hashes,
            files: graph
                .reach_of_each()
                .iter()
                .map(|(file, reach)| (file.clone(), reaching(reach)))
                .collect(),
        }
    }

    /// Whether what comes from this file of the chart, as helm names it in `# Source:`, is the same each time.
    pub(crate) fn is_settled(&self, source: &str) -> bool {
        self.reaching(source).is_some_and(|reaching| !reaching.differs)
    }

    /// Whether that is so whatever is in the cluster.
    pub(crate) fn is_settled_in_clusters(&self, source: &str) -> bool {
        self.reaching(source).is_some_and(|reaching| !reaching.differs && !reaching.looks_up)
    }

    /// Whether what comes from this file can have the values at the keys.
    pub(crate) fn has_values(&self, source: &str) -> bool {
        self.reaching(source).is_some_and(|reaching| reaching.has)
    }

    fn reaching(&self, source: &str) -> Option<Reaching> {
        let below = source.split_once('/').map_or(source, |(_, rest)| rest);
        let (depth, name) = below_subcharts(below, 0);
        self.files.get(&(depth, name.to_owned())).copied()
    }
}

/// Whether a question has another answer in two calls with the same arguments.
const fn is_another_each_time(asked: &Asked, given: &Given) -> bool {
    match asked.question {
        Question::Clock | Question::Random | Question::Order | Question::Program => true,
        Question::Host => given.hosts,
        Question::Lookup | Question::Release | Question::KubeVersion | Question::ApiVersions => false,
    }
}

/// What a schema tells one text of a form from another with, or may do so.
const LOOKING: [&str; 8] =
    ["\"pattern", "\"enum\"", "\"const\"", "\"format\"", "\"content", "\"uniqueItems\"", "ref\"", "Ref\""];

/// Whether a schema leads to another file, which may be anywhere.
fn leads_elsewhere(schema: &str) -> bool {
    schema.match_indices("\"$ref\"").any(|(at, word)| {
        let rest = schema[at + word.len()..].trim_start().trim_start_matches(':').trim_start();
        !rest.starts_with("\"#")
    })
}
