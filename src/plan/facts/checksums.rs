//! Entries of `checksums:` in `helmsum.yaml`, which need no state.

use std::collections::BTreeMap;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Scope;
use crate::go::filepath::join_clean;
use crate::plan::Context;
use crate::plan::facts::consumer::{Consumer, Wiring};
use crate::plan::facts::locations::Locations;
use crate::plan::facts::settings::{Configurations, Settings};
use crate::plan::reading::Reading;
use crate::plan::{Found, Plan};
use crate::source::{self, config::ChecksumRule};
use crate::targets::Subject;
use crate::tree::{Kind, Tree};

/// Drafts the checksums that are asked for. Selectors are about releases and leave none of them.
pub(crate) fn consumers(
    tree: &dyn Tree,
    context: &Context,
    reading: &Reading,
    configurations: &Configurations<'_>,
    targets: &mut Found<'_>,
    plan: &mut Plan,
) -> Vec<Consumer> {
    if !reading.options.selector.is_empty() {
        return Vec::new();
    }
    let directory = directory_of_state(tree, reading, &context.directory);
    let settings = match configurations.near(&directory) {
        Ok(settings) => settings,
        Err(problem) => {
            plan.sink.take(problem, Scope { levels: &context.levels, environment: None });
            return Vec::new();
        }
    };
    targets.known.add_patterns(&settings.targets);
    let rules = settings.config.as_ref().map(|config| config.checksums.as_slice()).unwrap_or_default();
    let filters = &reading.options.release;
    rules
        .iter()
        .filter(|rule| filters.is_empty() || filters.iter().any(|filter| filter.matches("", &rule.name)))
        .map(|rule| consumer(rule, &settings, targets.locations))
        .collect()
}

/// Whether a state has to be read as well: not where everything asked for by `--release` is found already, and not where
/// there is no state and none was asked for.
pub(crate) fn reads_state(
    tree: &dyn Tree,
    reading: &Reading,
    consumers: &[Consumer],
    directory: &Utf8Path,
) -> bool {
    let filters = &reading.options.release;
    if consumers.is_empty() {
        return true;
    }
    if !filters.is_empty() {
        return !filters
            .iter()
            .all(|filter| consumers.iter().any(|consumer| filter.matches("", &consumer.name)));
    }
    let names = ["helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.d"];
    reading.file().is_some() || names.iter().any(|name| tree.stat_link(&directory.join(name)).is_ok())
}

/// The directory whose configuration counts: that of the state file, or the working directory.
fn directory_of_state(tree: &dyn Tree, reading: &Reading, directory: &Utf8Path) -> Utf8PathBuf {
    let Some(file) = reading.file() else { return directory.to_owned() };
    let path = join_clean(directory, file);
    match tree.stat(&path) {
        Ok(stat) if stat.kind == Kind::Directory => path,
        _ => path.parent().map_or_else(|| directory.to_owned(), Utf8Path::to_owned),
    }
}

fn consumer(rule: &ChecksumRule, settings: &Settings, locations: &Locations) -> Consumer {
    let mut diagnostics = Vec::new();
    let sources = source::collect(rule.sources.clone()).unwrap_or_else(|clash| {
        diagnostics.push(clash.diagnostic());
        Vec::new()
    });
    let file = rule.place.file.clone();
    let format = settings.format_of_rule(rule).unwrap_or_else(|problem| {
        diagnostics.push(problem);
        Settings::plain_format()
    });
    Consumer {
        name: rule.name.clone(),
        namespace: String::new(),
        environment: String::new(),
        kube_context: String::new(),
        file: file.clone(),
        target: Some(rule.target.clone()),
        selected: true,
        is_asked: true,
        owner: format!("checksum `{}`", rule.name),
        at: None,
        producers: BTreeMap::new(),
        same: Some(locations.same(&rule.target)),
        sources,
        auto: None,
        format,
        subject: Subject { name: rule.name.clone(), ..Subject::default() },
        secret_names: Vec::new(),
        root: settings.root.clone(),
        state: file.parent().map_or_else(|| settings.root.clone(), Utf8Path::to_owned),
        levels: settings.levels.clone(),
        secret_key: Rc::clone(&settings.secret_key),
        blocked: false,
        hold: None,
        wiring: Wiring::default(),
        diagnostics,
    }
}
