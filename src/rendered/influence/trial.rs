//! Rendering a release with other answers, and comparing the data.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::thread;

use super::super::arguments::Argument;
use super::super::object::{Object, unstable};
use super::super::run::template;
use super::super::template::Templating;
use super::chart::Chart;
use super::cluster::{Objects, Offer, StandIn};
use super::data::{values_in, without_kube_version};
use super::given::Given;
use super::offer::{NEW, offer};
use super::parts::{Asked, Question};
use super::reach::{Graph, Reach};
use super::rewrite::{HELPERS, HELPERS_FILE, World, rewritten};
use super::{Decider, Influence, Moved, STACK, Wanted, Way, moved};

/// A version of Kubernetes that is older than any.
const OLD: &str = "v1.10.0";

/// See [`influences`](super::influences).
pub(in crate::rendered) fn judge(
    templating: &Templating,
    objects: &[Object],
    wanted: &Wanted,
) -> (Vec<Influence>, usize) {
    let meant: Vec<&Object> =
        objects.iter().filter(|object| wanted.contains(&(object.kind, object.name.clone()))).collect();
    if meant.is_empty() {
        return (Vec::new(), 0);
    }
    let read = || Judging::read(templating, objects, &meant).map(Judging::judge);
    let judged = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read)?;
        thread.join().map_err(|_| io::Error::other("its templates cannot be read"))?
    });
    judged.unwrap_or_else(|error| {
        let untold = |object: &&Object| {
            let moved = Moved::Untold(format!("its chart cannot be read: {error}"));
            influence(object.kind, &object.name, Decider::Cluster, Vec::new(), moved)
        };
        (meant.iter().map(untold).collect(), 0)
    })
}

fn influence(
    kind: super::ObjectKind,
    name: &str,
    decider: Decider,
    ways: Vec<Way>,
    moved: Moved,
) -> Influence {
    Influence { kind, name: name.to_owned(), decider, ways, moved }
}

/// An object with what it reaches.
#[derive(Debug)]
struct Judged {
    kind: super::ObjectKind,
    name: String,
    reach: Reach,
}

impl Judged {
    fn asks(&self, decider: Decider) -> impl Iterator<Item = &Asked> {
        let of_cluster = decider == Decider::Cluster;
        self.reach.asked.iter().filter(move |asked| asked.question.is_of_cluster() == of_cluster)
    }
}

struct Judging<'a> {
    templating: &'a Templating,
    objects: &'a [Object],
    chart: Chart,
    given: Given,
    judged: Vec<Judged>,
    calls: usize,
}

impl<'a> Judging<'a> {
    fn read(templating: &'a Templating, objects: &'a [Object], meant: &[&Object]) -> io::Result<Self> {
        let mut chart = Chart::read(&templating.chart, &templating.directory)?;
        let graph = Graph::of(&mut chart, templating, &BTreeSet::new());
        let given = Given::of(templating);
        let mut judged: BTreeMap<(super::ObjectKind, String), Reach> = BTreeMap::new();
        for object in meant {
            // What a post renderer makes of it has no file.
            let source = object.source.as_deref().filter(|_| !given.post_renderer);
            let mut reach = graph.reach(source);
            reach.asked.retain(|asked| !given.settles(asked));
            if given.post_renderer {
                let (question, spelled) = (Question::Program, "--post-renderer".to_owned());
                reach.asked.insert(Asked { question, spelled, literal: None, place: None });
            }
            let known = judged.entry((object.kind, object.name.clone())).or_default();
            known.asked.extend(reach.asked);
            known.reads_values |= reach.reads_values;
            known.compares |= reach.compares;
            known.unreadable = known.unreadable.take().or(reach.unreadable);
        }
        let judged = judged.into_iter().map(|((kind, name), reach)| Judged { kind, name, reach }).collect();
        Ok(Self { templating, objects, chart, given, judged, calls: 0 })
    }

    fn judge(mut self) -> (Vec<Influence>, usize) {
        let mut found = self.without_rendering();
        for decider in [Decider::Cluster, Decider::Chance] {
            let asked: BTreeSet<Question> =
                self.judged.iter().flat_map(|one| one.asks(decider)).map(|asked| asked.question).collect();
            if !asked.is_empty() {
                found.extend(self.tried(decider, &asked));
            }
        }
        (found, self.calls)
    }

    /// What can be told at once: helm would be given other values than we know, or a template could not be read.
    fn without_rendering(&self) -> Vec<Influence> {
        let mut found = Vec::new();
        for one in &self.judged {
            let untold = |way: Option<&str>, why: String| {
                let ways = way.map(|what| Way { what: what.to_owned(), place: None }).into_iter().collect();
                influence(one.kind, &one.name, Decider::Cluster, ways, Moved::Untold(why))
            };
            if let Some(file) = &one.reach.unreadable {
                found.push(untold(None, format!("`{file}` cannot be read as a template")));
            }
            if self.templating.reuses_values && one.reach.reads_values {
                let why = "an upgrade adds the values that the cluster has of the release".to_owned();
                found.push(untold(Some("reuseValues"), why));
            }
        }
        found
    }

    fn tried(&mut self, decider: Decider, asked: &BTreeSet<Question>) -> Vec<Influence> {
        let compared = match decider {
            Decider::Cluster => self.other_clusters(asked),
            Decider::Chance => self.other_times(asked),
        };
        let mut found = Vec::new();
        for one in &self.judged {
            let ways: BTreeSet<Way> = one
                .asks(decider)
                .map(|asked| Way { what: asked.spelled.clone(), place: asked.place.clone() })
                .collect();
            if ways.is_empty() {
                continue;
            }
            let moved = match &compared {
                Ok(unstable) => moved(unstable, one.kind, &one.name),
                Err(why) => Some(Moved::Untold(why.clone())),
            };
            // The stand-in has no object of the very content that is asked for.
            let undecided = decider == Decider::Cluster && one.reach.compares;
            let moved = moved.or_else(|| {
                undecided.then(|| Moved::Untold("it compares what it looks up with something".to_owned()))
            });
            let ways = ways.into_iter().collect();
            found.extend(moved.map(|moved| influence(one.kind, &one.name, decider, ways, moved)));
        }
        found
    }

    /// What moves with another clock and other random results.
    fn other_times(&mut self, asked: &BTreeSet<Question>) -> Result<Vec<super::Unstable>, String> {
        let reversed = match self.rendered(World::Chance { reverse: true }, &[]) {
            Ok(objects) => objects,
            Err(why) => {
                // A template that cannot do with such an answer may still show that it moves.
                self.calls += 1;
                let again = template(self.templating).map_err(|problem| problem.message.clone())?;
                let differing = unstable(self.objects, &again);
                let moves = self.judged.iter().any(|one| moved(&differing, one.kind, &one.name).is_some());
                return if moves { Ok(differing) } else { Err(why) };
            }
        };
        let mut found = unstable(self.objects, &reversed);
        if asked.contains(&Question::Order) {
            // By chance the order could have been the reverse one.
            let sorted = self.rendered(World::Chance { reverse: false }, &[])?;
            found.extend(unstable(&sorted, &reversed));
        }
        Ok(found)
    }

    /// What moves with another cluster.
    fn other_clusters(&mut self, asked: &BTreeSet<Question>) -> Result<Vec<super::Unstable>, String> {
        let looks = asked.contains(&Question::Lookup);
        let versions = asked.contains(&Question::KubeVersion) || asked.contains(&Question::ApiVersions);
        let given = self.given.kube_version.clone();
        let kube_version = |other: &str| -> Vec<String> {
            if given.is_some() { Vec::new() } else { vec![format!("--kube-version={other}")] }
        };
        let hosts = self.given.hosts;
        let mut found = Vec::new();
        let mut new = if versions { kube_version(NEW) } else { Vec::new() };
        if versions {
            new.extend(
                self.versions_in_templates().iter().map(|version| format!("--api-versions={version}")),
            );
        }
        new.push("--is-upgrade".to_owned());
        let all = World::Cluster { offered: None, hosts };
        if looks {
            for objects in [Objects::None, Objects::All] {
                // Without any object it is what helm renders alone, unless something else moves it.
                let objects = self.rendered_with_objects(all, &new, objects)?;
                found.extend(unstable(self.objects, &objects));
                if !found.is_empty() {
                    break;
                }
            }
        } else {
            found.extend(unstable(self.objects, &self.rendered(all, &new)?));
        }
        if versions {
            let offered = self.given.offered();
            let some = World::Cluster { offered: Some(&offered), hosts };
            found.extend(unstable(self.objects, &self.rendered(some, &kube_version(OLD))?));
        }
        Ok(found)
    }

    fn rendered(&mut self, world: World<'_>, arguments: &[String]) -> Result<Vec<Object>, String> {
        let copy = self.copy(world, arguments).map_err(|error| error.to_string())?;
        self.calls += 1;
        template(&copy).map_err(|problem| self.said(&problem.message))
    }

    fn rendered_with_objects(
        &mut self,
        world: World<'_>,
        arguments: &[String],
        objects: Objects,
    ) -> Result<Vec<Object>, String> {
        let mut copy = self.copy(world, arguments).map_err(|error| error.to_string())?;
        let offer = self.offer(objects);
        let server = StandIn::start(offer)
            .map_err(|error| format!("a stand-in for the cluster cannot be started: {error}"))?;
        server.answers(&mut copy);
        self.calls += 1;
        template(&copy).map_err(|problem| self.said(&problem.message))
    }

    /// A message about the release, without its name.
    fn said(&self, message: &str) -> String {
        let name = format!("release `{}`: ", self.templating.release);
        message.strip_prefix(&name).unwrap_or(message).to_owned()
    }

    /// The call of helm with a copy of the chart and the values in which questions get other answers.
    fn copy(&self, world: World<'_>, arguments: &[String]) -> io::Result<Templating> {
        let mut chart = self.chart.clone();
        let of_cluster = matches!(world, World::Cluster { .. });
        chart.each(&mut |file| {
            if file.name == "values.yaml" {
                if let Some(data) = values_in(file.content, world) {
                    *file.content = data;
                }
                return;
            }
            if file.name == "Chart.yaml" {
                if let Some(data) = without_kube_version(file.content).filter(|_| of_cluster) {
                    *file.content = data;
                }
                return;
            }
            let text = String::from_utf8_lossy(file.content).into_owned();
            let changed = if text.contains("{{") { rewritten(&text, world) } else { None };
            if of_cluster && file.is_template() && !file.is_partial() {
                let text = changed.unwrap_or(text);
                // Prints nothing, and runs before anything else of the file.
                *file.content = format!("{{{{ $_ := set .Release \"Revision\" 7 }}}}{text}").into_bytes();
            } else if let Some(changed) = changed {
                *file.content = changed.into_bytes();
            }
        });
        chart.add_template(HELPERS_FILE, HELPERS);
        let mut copy = self.templating.clone();
        copy.chart = chart.staged()?;
        for text in &mut copy.values {
            if let Some(data) = values_in(text, world) {
                *text = data;
            }
        }
        for argument in &mut copy.arguments {
            if let Argument::Text(text) = argument
                && text.contains("{{")
                && let Some(changed) = rewritten(text, world)
            {
                *text = changed;
            }
        }
        copy.arguments.extend(arguments.iter().cloned().map(Argument::Text));
        Ok(copy)
    }

    fn offer(&self, objects: Objects) -> Offer {
        offer(&self.chart, self.templating, &self.given, objects)
    }

    /// The versions that templates name, such as `monitoring.coreos.com/v1`.
    fn versions_in_templates(&self) -> BTreeSet<String> {
        self.offer(Objects::None).versions
    }
}
