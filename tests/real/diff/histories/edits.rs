//! What people do to a project between two commits.

#![expect(clippy::unnecessary_wraps, reason = "some edits find nothing to edit, and all have one form")]

use super::model::{Consumer, ENVIRONMENTS, FOLDERS, Model, NAMES, Object, Own, Source, Wiring, is_page};
use crate::support::choices::Choices;

/// One edit; nothing where there is nothing to edit in this way.
type Edit = fn(&mut Model, &mut Choices) -> Option<String>;

const EDITS: [Edit; 28] = [
    edit_file,
    edit_file,
    add_file,
    remove_file,
    rename_file,
    move_folder,
    setting,
    setting,
    secret,
    carried,
    label,
    encoding,
    colour,
    image,
    replicas,
    reads,
    own,
    source,
    source,
    hold,
    hold,
    hold,
    accept,
    come,
    go,
    wiring,
    notes,
    below,
];

/// Some edits, in words.
pub(super) fn edit(model: &mut Model, choices: &mut Choices) -> Vec<String> {
    let count = 1 + choices.below(3);
    let mut told = Vec::new();
    while told.len() < count {
        let edit = choices.of(&EDITS);
        told.extend(edit(model, choices));
    }
    told
}

fn file(model: &Model, choices: &mut Choices) -> String {
    model.files.keys().nth(choices.below(model.files.len())).cloned().expect("there are files")
}

fn edit_file(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let file = file(model, choices);
    // An earlier text may come back.
    let text = if choices.percent(20) { "again".to_owned() } else { model.fresh("text") };
    model.files.insert(file.clone(), text);
    Some(format!("edit {file}"))
}

fn add_file(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let folders = model.folders();
    let folder = &folders[choices.below(folders.len())];
    let end = choices.of(&["yaml", "yaml", "md"]);
    let path = format!("{folder}/{}.{end}", model.fresh("new"));
    let text = if choices.percent(20) { "again".to_owned() } else { model.fresh("text") };
    model.files.insert(path.clone(), text);
    Some(format!("add {path}"))
}

/// The other files of its folder.
fn beside(model: &Model, file: &str) -> usize {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    model.files.keys().filter(|path| folder(path) == folder(file)).count() - 1
}

fn is_source(model: &Model, file: &str) -> bool {
    let sources = model.consumers.iter().flat_map(|consumer| &consumer.sources);
    sources.into_iter().any(|source| *source == Source::File(file.to_owned()))
}

/// Whether it is the one page that a source leaves out: without it, that is refused.
fn is_left_out_alone(model: &Model, file: &str) -> bool {
    let is_in = |path: &str, file: &str| is_page(file) && file.starts_with(&format!("{path}/"));
    let is_alone = |path: &str| model.files.keys().filter(|other| is_in(path, other)).count() == 1;
    let mut sources = model.consumers.iter().flat_map(|consumer| &consumer.sources);
    sources.any(|source| match source {
        Source::Folder { path, without_pages: true } => is_in(path, file) && is_alone(path),
        _ => false,
    })
}

fn remove_file(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let file = file(model, choices);
    let only_page = is_page(&file);
    if beside(model, &file) < 2 && !only_page || is_source(model, &file) || is_left_out_alone(model, &file) {
        return None;
    }
    model.files.remove(&file);
    Some(format!("remove {file}"))
}

fn rename_file(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let file = file(model, choices);
    let (folder, name) = file.rsplit_once('/')?;
    let end = name.rsplit_once('.')?.1;
    let renamed = format!("{folder}/{}.{end}", model.fresh("renamed"));
    let text = model.files.remove(&file)?;
    model.files.insert(renamed.clone(), text);
    for source in model.consumers.iter_mut().flat_map(|consumer| &mut consumer.sources) {
        if *source == Source::File(file.clone()) {
            *source = Source::File(renamed.clone());
        }
    }
    Some(format!("rename {file} to {renamed}"))
}

/// Everything that names the folder follows it.
fn move_folder(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let folders = model.folders();
    let folder = folders[choices.below(folders.len())].clone();
    let free = FOLDERS.iter().filter(|one| !folders.iter().any(|used| used == *one)).copied();
    let moved = free
        .map(str::to_owned)
        .next()
        .filter(|_| choices.percent(50))
        .unwrap_or_else(|| model.fresh("moved/"));
    let renamed = |path: &str| path.strip_prefix(&format!("{folder}/")).map(|name| format!("{moved}/{name}"));
    let files = std::mem::take(&mut model.files);
    model.files = files.into_iter().map(|(path, text)| (renamed(&path).unwrap_or(path), text)).collect();
    for source in model.consumers.iter_mut().flat_map(|consumer| &mut consumer.sources) {
        match source {
            Source::Folder { path, .. } if *path == folder => path.clone_from(&moved),
            Source::File(path) => *path = renamed(path).unwrap_or_else(|| path.clone()),
            _ => {}
        }
    }
    let of_producers = model.producers.iter_mut().flat_map(|producer| &mut producer.folder);
    for path in of_producers.chain(&mut model.entry).filter(|path| **path == folder) {
        path.clone_from(&moved);
    }
    Some(format!("move {folder} to {moved}"))
}

fn setting(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let (value, key) = (model.fresh("value"), model.fresh("key"));
    let at = choices.below(model.producers.len());
    let producer = &mut model.producers[at];
    let known = producer.settings.keys().nth(choices.below(producer.settings.len())).cloned()?;
    let did = match choices.below(5) {
        0 => {
            producer.settings.insert(key.clone(), value);
            format!("add {key}")
        }
        1 if producer.settings.len() > 1 => {
            producer.settings.remove(&known);
            format!("remove {known}")
        }
        2 => {
            producer.is_coloured = !producer.is_coloured;
            format!("colour {}", producer.is_coloured)
        }
        _ => {
            producer.settings.insert(known.clone(), value);
            format!("change {known}")
        }
    };
    Some(format!("{did} of {}", producer.name))
}

fn secret(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let value = model.fresh("secret");
    let at = choices.below(model.producers.len());
    let producer = &mut model.producers[at];
    let key = producer.secret.keys().nth(choices.below(producer.secret.len())).cloned()?;
    producer.secret.insert(key.clone(), value);
    Some(format!("change {key} of {}", producer.name))
}

fn carried(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let (name, value) = (model.fresh("file"), model.fresh("value"));
    let at = choices.below(model.producers.len());
    let producer = &mut model.producers[at];
    let known = producer.carried.keys().nth(choices.below(producer.carried.len())).cloned()?;
    let text = producer.carried.get(&known).cloned()?;
    let did = match choices.below(4) {
        0 => {
            producer.carried.insert(name.clone(), value);
            format!("add {name}")
        }
        1 => {
            producer.carried.remove(&known);
            producer.carried.insert(name.clone(), text);
            format!("rename {known} to {name}")
        }
        _ => {
            producer.carried.insert(known.clone(), value);
            format!("edit {known}")
        }
    };
    Some(format!("{did} in the chart of {}", producer.name))
}

fn label(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = choices.below(model.producers.len());
    model.producers[at].label += 1;
    Some(format!("another label in {}", model.producers[at].name))
}

fn encoding(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = choices.below(model.producers.len());
    let producer = &mut model.producers[at];
    producer.is_encoded = !producer.is_encoded;
    Some(format!("another form of the Secret of {}", producer.name))
}

fn colour(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let environment = choices.of(&ENVIRONMENTS);
    let colour = model.fresh("colour");
    model.colours.insert(environment, colour);
    Some(format!("another colour in {environment}"))
}

/// One of the releases that read.
fn some(model: &Model, choices: &mut Choices) -> Option<usize> {
    (!model.consumers.is_empty()).then(|| choices.below(model.consumers.len()))
}

fn image(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices)?;
    let consumer = &mut model.consumers[at];
    if choices.percent(50) {
        consumer.image += 1;
        return Some(format!("another image of {}", consumer.name));
    }
    consumer.own_data += 1;
    Some(format!("another value of {}", consumer.name))
}

fn replicas(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices)?;
    let consumer = &mut model.consumers[at];
    let workload = choices.below(consumer.workloads.len());
    let workload = &mut consumer.workloads[workload];
    match choices.below(3) {
        0 => workload.takes_checksum = !workload.takes_checksum,
        1 if matches!(workload.kind, "StatefulSet" | "DaemonSet") => workload.stays = !workload.stays,
        _ => workload.replicas = (workload.replicas + 1) % 4,
    }
    Some(format!("another {} {}", workload.kind, workload.name))
}

fn reads(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices)?;
    let read = model.read(model.consumers[at].namespace, choices)?;
    let consumer = &mut model.consumers[at];
    let workload = choices.below(consumer.workloads.len());
    let workload = &mut consumer.workloads[workload];
    if workload.reads.len() > 1 && choices.percent(50) {
        workload.reads.remove(0);
    } else if !workload.reads.contains(&read) {
        workload.reads.push(read);
    }
    Some(format!("{} reads something else", workload.name))
}

fn own(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices)?;
    model.consumers[at].own = choices.of(&[Own::None, Own::Hashed, Own::Unhashed]);
    Some(format!("another own ConfigMap of {}", model.consumers[at].name))
}

fn source(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices).filter(|at| model.consumers[*at].wiring != Wiring::None)?;
    let new = model.source(&model.consumers[at], choices);
    let consumer = &mut model.consumers[at];
    match choices.below(4) {
        0 if !consumer.sources.is_empty() => drop(consumer.sources.remove(0)),
        1 => consumer.in_configuration = !consumer.in_configuration,
        _ if !consumer.sources.contains(&new) => consumer.sources.push(new),
        _ => return None,
    }
    Some(format!("other sources of {}", consumer.name))
}

fn hold(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let reason = model.fresh("reason ");
    let may = |one: &&mut Consumer| {
        one.hold.is_some() || one.has_target() && one.is_recorded && !one.sources.is_empty()
    };
    let mut may: Vec<&mut Consumer> = model.consumers.iter_mut().filter(may).collect();
    let at = choices.below(may.len());
    let consumer = may.get_mut(at)?;
    if consumer.hold.take().is_none() {
        consumer.hold = Some(reason);
    }
    Some(format!("{:?} holds {}", consumer.hold, consumer.name))
}

fn accept(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices)?;
    let consumer = &mut model.consumers[at];
    if consumer.accepted.pop().is_none() {
        let read: Vec<&Object> =
            consumer.workloads.iter().flat_map(|one| &one.reads).map(|read| &read.object).collect();
        consumer.accepted = vec![(*read.get(choices.below(read.len()))?).clone()];
    }
    Some(format!("{} accepts {:?}", consumer.name, consumer.accepted))
}

fn come(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let name = NAMES.iter().find(|name| model.consumers.iter().all(|one| one.name != **name))?;
    let wiring =
        choices.of(&[Wiring::Value, Wiring::Value, Wiring::PodAnnotations, Wiring::Annotated, Wiring::None]);
    let consumer = model.consumer(name, wiring, choices);
    model.consumers.push(consumer);
    Some(format!("new release {name}"))
}

fn go(model: &mut Model, choices: &mut Choices) -> Option<String> {
    // One producer stays, and so do some consumers.
    if choices.percent(20) && model.producers.len() > 2 {
        let gone = model.producers.pop()?;
        for consumer in &mut model.consumers {
            let stays = |source: &Source| match source {
                Source::Object(_, maker) | Source::Release(maker) => *maker != gone.id(),
                _ => true,
            };
            consumer.sources.retain(stays);
            consumer.accepted.retain(|object| !gone.objects().contains(object));
        }
        return Some(format!("{} goes", gone.name));
    }
    let at = some(model, choices).filter(|_| model.consumers.len() > 3)?;
    Some(format!("{} goes", model.consumers.remove(at).name))
}

fn wiring(model: &mut Model, choices: &mut Choices) -> Option<String> {
    let at = some(model, choices)?;
    let consumer = &mut model.consumers[at];
    match consumer.wiring {
        Wiring::Value => consumer.wiring = choices.of(&[Wiring::PodAnnotations, Wiring::Annotated]),
        Wiring::PodAnnotations => consumer.wiring = choices.of(&[Wiring::Value, Wiring::Annotated]),
        Wiring::Annotated | Wiring::None => {
            consumer.wiring = choices.of(&[Wiring::Value, Wiring::PodAnnotations]);
        }
    }
    consumer.hold = None;
    Some(format!("{} is wired as {:?}", consumer.name, consumer.wiring))
}

fn notes(model: &mut Model, _: &mut Choices) -> Option<String> {
    model.notes += 1;
    Some("a note".to_owned())
}

/// Another state file has the release, or another environment.
fn below(model: &mut Model, choices: &mut Choices) -> Option<String> {
    if choices.percent(50) {
        let at = choices.below(model.producers.len());
        model.producers[at].is_below = !model.producers[at].is_below;
        return Some(format!("{} is in another state file", model.producers[at].name));
    }
    let at = some(model, choices)?;
    let consumer = &mut model.consumers[at];
    if choices.percent(50) {
        consumer.is_below = !consumer.is_below;
    } else if consumer.hold.is_none() {
        consumer.only_in = if consumer.only_in.is_some() { None } else { Some(choices.of(&ENVIRONMENTS)) };
        consumer.is_recorded = false;
    }
    Some(format!("{} is elsewhere", consumer.name))
}
