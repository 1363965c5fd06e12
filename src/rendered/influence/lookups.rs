//! What helm renders where a cluster answers `lookup`.

use std::collections::BTreeSet;
use std::io;
use std::thread;

use super::super::arguments::Argument;
use super::super::run::manifests;
use super::super::template::Templating;
use super::STACK;
use super::chart::Chart;
use super::cluster::{Objects, Offer, StandIn};
use super::given::Given;
use super::offer::offer;
use super::parts::Question;
use super::reach::Graph;
use crate::diagnostic::Diagnostic;

/// A cluster that answers.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    /// What is in it.
    pub(crate) objects: Objects,
    /// The files of the chart whose questions it answers, as helm names them in `# Source:`.
    pub(crate) sources: BTreeSet<String>,
}

/// What helm renders of a release that is in a cluster already. Where no template of these files can reach a `lookup`, there is none to
/// ask.
///
/// # Errors
///
/// As [`manifests`], and where the stand-in for the cluster cannot be started.
pub(crate) fn manifests_in(templating: &Templating, cluster: &Cluster) -> Result<Vec<u8>, Diagnostic> {
    let mut call = templating.clone();
    call.arguments.push(Argument::Text("--is-upgrade".to_owned()));
    let Some(offer) = offered(templating, cluster).ok().flatten() else { return manifests(&call) };
    let server = StandIn::start(offer).map_err(|error| {
        Diagnostic::error(format!("a stand-in for the cluster cannot be started: {error}"))
    })?;
    server.answers(&mut call);
    manifests(&call)
}

/// What the cluster knows, where a template can ask it.
fn offered(templating: &Templating, cluster: &Cluster) -> io::Result<Option<Offer>> {
    let read = || {
        let mut chart = Chart::read(&templating.chart, &templating.directory)?;
        if !could_ask(&mut chart, templating) {
            return Ok(None);
        }
        let graph = Graph::of(&mut chart, templating, &BTreeSet::new());
        let asks = |source: &String| {
            graph.reach(Some(source)).asked.iter().any(|asked| asked.question == Question::Lookup)
        };
        if !cluster.sources.iter().any(asks) {
            return Ok(None);
        }
        Ok(Some(offer(&chart, templating, &Given::of(templating), cluster.objects.clone())))
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read)?;
        thread.join().map_err(|_| io::Error::other("its templates cannot be read"))?
    })
}

/// Whether the word stands anywhere that a template could come from.
fn could_ask(chart: &mut Chart, templating: &Templating) -> bool {
    const WORD: &[u8] = b"lookup";
    let has = |bytes: &[u8]| bytes.windows(WORD.len()).any(|window| window == WORD);
    let mut found = templating.values.iter().any(|text| has(text))
        || templating.texts().iter().any(|text| has(text.as_bytes()));
    chart.each(&mut |file| found = found || has(file.content));
    found
}
