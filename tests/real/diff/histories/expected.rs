//! What a comparison has to say of two sides that are known from checkouts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use yaml_serde::Value;

use super::brute::{Id, ObjectId, Rendered, Workload};
use super::model::{Consumer, Model, Source, Wiring, is_page};
use super::writing::label;

/// One side: what is known of the project, and what was rendered of it.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) model: &'k Model,
    pub(super) rendered: &'k Rendered,
}

/// Files of a folder, with what they contain.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What a comparison says, in the order of texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `dev apps/web Deployment web restarts`, with `first` or `gone` before it.
    pods: BTreeSet<String>,
    unnoticed: BTreeSet<String>,
    held: BTreeSet<String>,
    new: BTreeSet<String>,
    gone: BTreeSet<String>,
    entry: Option<&'static str>,
    stale: BTreeSet<String>,
    unchanged: u64,
    /// Whether something else than the checksum moves the pods of a release that restarts.
    own: BTreeMap<String, bool>,
    /// The files of sources that are no secret, by release and label.
    files: BTreeMap<String, BTreeSet<String>>,
}

impl Said {
    /// What a document says.
    pub(super) fn of(document: &Json) -> Self {
        let word =
            |one: &Json, key: &str| one[key].as_str().unwrap_or_else(|| panic!("{key} of {one}")).to_owned();
        let named = |one: &Json| format!("{} {}", word(one, "environment"), word(one, "release"));
        let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
        let mut said =
            Self { unchanged: document["unchanged"].as_u64().expect("a number"), ..Self::default() };
        for group in ["restarts", "first", "gone"] {
            for one in list(&document[group]) {
                if one["environment"] == "" {
                    said.entry = Some(if group == "restarts" { "restarts" } else { "comes or goes" });
                    continue;
                }
                if one["what"] == "release" {
                    said.gone.insert(named(&one));
                    continue;
                }
                assert!(one["workloads"].is_array(), "no workloads are known: {one}");
                for workload in list(&one["workloads"]) {
                    let does = if workload["restarts"] == true { "restarts" } else { "stays" };
                    let text = format!(
                        "{group} {} {} {} {does}",
                        named(&one),
                        word(&workload, "kind"),
                        word(&workload, "name")
                    );
                    said.pods.insert(text);
                }
                if group == "restarts" {
                    said.own.insert(named(&one), !one["own"].is_null());
                    for source in list(&one["sources"]) {
                        let file = |file: &Json| {
                            format!("{} {} {}", word(file, "how"), file["from"], word(file, "name"))
                        };
                        let files = list(&source["files"]).iter().map(file).collect();
                        said.files.insert(format!("{} {}", named(&one), word(&source, "label")), files);
                    }
                }
            }
        }
        said.unnoticed.extend(list(&document["unnoticed"]).iter().map(|one| {
            let of = |one: &Json| format!("{} {}", word(one, "kind"), word(one, "name"));
            format!(
                "{} {} reads {} {}",
                named(one),
                of(&one["workload"]),
                of(&one["object"]),
                word(one, "change")
            )
        }));
        said.stale =
            list(&document["stale"]).iter().map(|one| one.as_str().expect("a name").to_owned()).collect();
        said.held.extend(list(&document["held"]).iter().map(named));
        said.new.extend(list(&document["new"]).iter().map(named));
        said
    }

    /// What it has to say.
    pub(super) fn expected(base: Known<'_>, head: Known<'_>) -> Self {
        let mut said = Self { stale: head.rendered.stale.clone(), ..Self::default() };
        let text = |(environment, release): &(String, String)| format!("{environment} {release}");
        let (before, after) = (&base.rendered.releases, &head.rendered.releases);
        said.new = after.difference(before).map(text).collect();
        said.gone = before.difference(after).map(text).collect();
        for release in after.intersection(before) {
            let moved = said.add_pods(release, base, head);
            let is_held = head.rendered.held.contains(release);
            if is_held {
                said.held.insert(text(release));
            }
            let unnoticed = if is_held { BTreeSet::new() } else { unnoticed(release, base, head) };
            if !moved && !is_held && unnoticed.is_empty() {
                said.unchanged += 1;
            }
            said.unnoticed.extend(unnoticed);
        }
        match (&base.model.entry, &head.model.entry) {
            (Some(_), Some(_)) if base.rendered.entry == head.rendered.entry => said.unchanged += 1,
            (Some(_), Some(_)) => said.entry = Some("restarts"),
            (None, None) => {}
            _ => said.entry = Some("comes or goes"),
        }
        said
    }

    /// Adds what moves of a release, and says whether anything does.
    fn add_pods(&mut self, release: &(String, String), base: Known<'_>, head: Known<'_>) -> bool {
        let moved = moved(release, base, head);
        if moved.is_empty() {
            return false;
        }
        let named = format!("{} {}", release.0, release.1);
        let has = |side: Known<'_>| {
            side.model.reader(&release.1).is_some_and(Consumer::declares)
                && side.rendered.checksums.contains(release)
        };
        let restarts = moved.iter().any(|(_, workload)| !workload.stays);
        let group = match (has(base), has(head)) {
            (false, true) if restarts => "first",
            (true, false) => "gone",
            _ => "restarts",
        };
        for (id, workload) in &moved {
            let does = if workload.stays { "stays" } else { "restarts" };
            self.pods.insert(format!("{group} {named} {} {} {does}", id.2, id.3));
        }
        if group == "restarts" {
            let differs = |(id, workload): &(&Id, &Workload)| {
                bare(&base.rendered.workloads[*id].template) != bare(&workload.template)
            };
            // With another wiring nobody says what moves them beside that, and where a chart takes a checksum from now on, that is its own.
            let takes = |side: Known<'_>| -> Option<Vec<bool>> {
                let workloads = &side.model.reader(&release.1)?.workloads;
                Some(workloads.iter().map(|workload| workload.takes_checksum).collect())
            };
            let wiring = |side: Known<'_>| side.model.reader(&release.1).map(|consumer| consumer.wiring);
            if wiring(base) == wiring(head) && takes(base) == takes(head) {
                self.own.insert(named, moved.iter().any(differs));
            }
        }
        true
    }

    /// Takes out what the other one cannot tell, and compares the files of those sources that are folders.
    pub(super) fn settle(
        &mut self,
        base: Known<'_>,
        head: Known<'_>,
        other: &mut Self,
        files: &dyn Fn(&str, bool) -> Files,
    ) {
        self.own.retain(|named, _| other.own.contains_key(named));
        let all = std::mem::take(&mut self.files);
        other.files.clear();
        for (key, said) in all {
            let mut words = key.splitn(3, ' ');
            let (Some(environment), Some(release), Some(of)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let find = |side: Known<'_>| {
                side.model.reader(release).and_then(|one| Some((one.clone(), one.folder(of)?)))
            };
            let (Some((_, before)), Some((_, after))) = (find(base), find(head)) else { continue };
            let listed =
                |(path, without_pages): &(String, bool), is_head: bool| -> BTreeMap<String, Vec<u8>> {
                    let below = files(path, is_head).into_iter();
                    below.filter(|(name, _)| !(*without_pages && is_page(name))).collect()
                };
            let place = format!("{environment} {release} {of}");
            other.files.insert(place.clone(), changes(&listed(&before, false), &listed(&after, true)));
            self.files.insert(place, said);
        }
    }
}

/// The files that differ, with those renamed that have the same bytes, in the order of names.
fn changes(base: &BTreeMap<String, Vec<u8>>, head: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut gone: Vec<(&String, &Vec<u8>)> =
        base.iter().filter(|(name, _)| !head.contains_key(*name)).collect();
    let mut found = BTreeSet::new();
    for (name, text) in head {
        match base.get(name) {
            Some(before) if before == text => {}
            Some(_) => drop(found.insert(format!("edited null {name}"))),
            None => match gone.iter().position(|(_, before)| *before == text) {
                Some(at) => drop(found.insert(format!("renamed {:?} {name}", gone.remove(at).0))),
                None => drop(found.insert(format!("added null {name}"))),
            },
        }
    }
    found.extend(gone.iter().map(|(name, _)| format!("removed null {name}")));
    found
}

/// The workloads of a release that both sides have, and whose pod templates differ. What runs to an end does not restart.
fn moved<'k>(release: &(String, String), base: Known<'k>, head: Known<'k>) -> Vec<(&'k Id, &'k Workload)> {
    let all = head
        .rendered
        .workloads
        .iter()
        .filter(|(id, _)| (&id.0, &id.1) == (&release.0, &release.1) && id.2 != "CronJob");
    let differs = |id: &Id, workload: &Workload| {
        base.rendered.workloads.get(id).is_some_and(|before| before.template != workload.template)
    };
    all.filter(|(id, workload)| differs(id, workload)).collect()
}

/// The workloads of a release that read an object whose data differ, and whose pod templates do not.
fn unnoticed(release: &(String, String), base: Known<'_>, head: Known<'_>) -> BTreeSet<String> {
    let moves: BTreeSet<&Id> = moved(release, base, head).into_iter().map(|(id, _)| id).collect();
    let mut found = BTreeSet::new();
    for (id, workload) in &head.rendered.workloads {
        let Some(before) = base.rendered.workloads.get(id) else { continue };
        if (&id.0, &id.1) != (&release.0, &release.1) || id.2 == "CronJob" || moves.contains(id) {
            continue;
        }
        let objects: BTreeSet<&ObjectId> = workload.reads.iter().map(|(object, _)| object).collect();
        for object in objects {
            let data = |side: &'_ Rendered, workload: &'_ Workload| {
                Some(read_of(side.objects.get(object)?, object, workload))
            };
            let change = match (data(base.rendered, before), data(head.rendered, workload)) {
                (Some(one), Some(other)) if one != other => "edited",
                (None, Some(_)) => "added",
                (Some(_), None) => "removed",
                _ => continue,
            };
            let accepts = |consumer: &Consumer| {
                consumer.accepted.iter().any(|one| (one.kind, &one.name) == (&*object.2, &object.3))
            };
            if !head.model.reader(&release.1).is_some_and(accepts) {
                found.insert(format!(
                    "{} {} {} {} reads {} {} {change}",
                    id.0, id.1, id.2, id.3, object.2, object.3
                ));
            }
        }
    }
    found
}

/// What a workload reads of an object.
fn read_of(
    data: &BTreeMap<String, Vec<u8>>,
    object: &ObjectId,
    workload: &Workload,
) -> BTreeMap<String, Vec<u8>> {
    let keys: Vec<&Option<String>> =
        workload.reads.iter().filter(|(one, _)| one == object).map(|(_, key)| key).collect();
    let is_read = |key: &String| keys.iter().any(|read| read.as_ref().is_none_or(|read| read == key));
    data.iter().filter(|(key, _)| is_read(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A pod template without the checksums of sources.
fn bare(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(annotations) = template["metadata"]["annotations"].as_mapping_mut() {
        annotations.retain(|key, _| {
            let key = key.as_str().unwrap_or_default();
            key != "checksum/config" && !key.starts_with("checksum/helmsum")
        });
    }
    template
}

impl Model {
    fn reader(&self, id: &str) -> Option<&Consumer> {
        self.consumers.iter().find(|consumer| consumer.id() == id)
    }
}

impl Consumer {
    /// Whether it declares something that may come to pods. An `auto` may find nothing.
    fn declares(&self) -> bool {
        !self.sources.is_empty() && self.wiring != Wiring::None
    }

    /// The folder with this label, and whether pages in it do not count.
    fn folder(&self, of: &str) -> Option<(String, bool)> {
        self.sources.iter().find_map(|source| match source {
            Source::Folder { path, without_pages } if label(self, path) == of => {
                Some((path.clone(), *without_pages))
            }
            _ => None,
        })
    }
}
