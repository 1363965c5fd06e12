//! Whether a chart renders the same each time.

use super::super::template::Templating;
use super::chart::Chart;
use super::given::Given;
use super::parts::Question;
use super::reach::Graph;

/// Whether no template that helm renders of a chart reaches a question whose answer differs between two calls with the same arguments:
/// the time, random numbers, the order of a map, the address of a host, another program. What is in a cluster is not such a question:
/// `helm template` asks none.
pub(in crate::rendered) fn is_settled(templating: &Templating, chart: &mut Chart) -> bool {
    let given = Given::of(templating);
    let reach = Graph::new(chart, &templating.values, &templating.texts()).reach_of_all();
    let differs = |question: Question| match question {
        Question::Clock | Question::Random | Question::Order | Question::Program => true,
        Question::Host => given.hosts,
        Question::Lookup | Question::Release | Question::KubeVersion | Question::ApiVersions => false,
    };
    !given.post_renderer
        && reach.unreadable.is_none()
        && !reach.asked.iter().any(|asked| differs(asked.question))
}
