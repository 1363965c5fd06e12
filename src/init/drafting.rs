//! The edits of one way to wire a release.

use camino::{Utf8Path, Utf8PathBuf};

use super::around::Around;
use super::draft::{Draft, Insertion};
use super::hook::{self, Form};
use super::outcome::Step;
use super::proof::Readers;
use super::sheet::{Sheet, Unsafe};
use super::state_file::{self, Additions};
use super::ways::{Way, readers};
use super::{chart, configuration};
use crate::audit::{Gap, Missing};
use crate::plan::rules::missing_need::Order;
use crate::source::config::FILE_NAME;
use crate::text::relative;
use crate::tree::Tree;

/// What is drafted, and for whom.
#[derive(Clone, Copy)]
pub(super) struct Subject<'w> {
    pub(super) gap: &'w Gap,
    pub(super) tree: &'w dyn Tree,
    /// Paths that the release is to declare, absolute.
    pub(super) paths: &'w [Utf8PathBuf],
    /// The base that the hook goes to, absolute.
    pub(super) hook_in: Option<&'w Utf8Path>,
    /// Whether helmfile renders state files without `.gotmpl` too.
    pub(super) renders_all: bool,
    /// Whether sources are declared in the configuration even where there is a values file.
    pub(super) in_configuration: bool,
}

/// Edits of one way.
#[derive(Clone, Debug, Default)]
pub(super) struct Drafting {
    pub(super) draft: Draft,
    /// All of them, in words.
    pub(super) steps: Vec<Step>,
    /// Why one of them is not made.
    pub(super) unsafe_one: Option<String>,
}

impl Drafting {
    /// Nothing on top of a draft yet.
    pub(super) const fn over(draft: Draft) -> Self {
        Self { draft, steps: Vec::new(), unsafe_one: None }
    }

    /// Edits a file, or notes why that is not safe.
    fn edit(
        &mut self,
        tree: &dyn Tree,
        file: &Utf8Path,
        steps: Vec<Step>,
        edit: impl FnOnce(&[u8]) -> Result<Vec<Insertion>, Unsafe>,
    ) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("`{file}` cannot be read: {error}");
        self.steps.extend(steps);
        let text = self.draft.read(tree, file).map_err(failed)?;
        match edit(text.as_deref().unwrap_or_default()) {
            Ok(texts) => self.draft.insert(tree, file, texts).map_err(failed)?,
            Err(why) => {
                let name = file.file_name().unwrap_or_default();
                self.unsafe_one.get_or_insert(format!("`{name}` is not edited: {why}"));
            }
        }
        Ok(())
    }
}

/// An edit in words, of no line that is known.
fn step(file: &Utf8Path, place: impl Into<String>, lines: Vec<String>) -> Step {
    Step { file: file.to_owned(), line: None, place: place.into(), lines }
}

impl Subject<'_> {
    /// Drafts the sources, and what the configuration has to say. `from` is the release that path sources belong to.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub(super) fn declare(&self, base: &Draft, way: &Way, from: Option<&str>) -> Result<Drafting, String> {
        let gap = self.gap;
        let mut drafting = Drafting::over(base.clone());
        let annotations = match way {
            Way::Keys(keys) if *keys != gap.chosen_keys => keys.clone(),
            _ => Vec::new(),
        };
        let configuration = gap.configuration.clone().unwrap_or_else(|| gap.home.join(FILE_NAME));
        let mut entry = configuration::Entry { release: gap.id.clone(), sources: Vec::new(), annotations };
        let values = gap.own_values.as_deref().filter(|_| !self.in_configuration);
        let home = values.unwrap_or(&configuration).parent().unwrap_or(&gap.directory);
        let sources = self.sources(way, home, from);
        match values {
            Some(file) if !sources.is_empty() => {
                let lines: Vec<String> = sources.iter().map(|text| format!("# helmsum: {text}")).collect();
                let told = step(file, "a line of its own", lines.clone());
                let is_template = file.as_str().ends_with(".gotmpl");
                drafting.edit(self.tree, file, vec![told], |text| {
                    Sheet::text(text, is_template)?.comment("# helmsum:", &lines).map(|one| vec![one])
                })?;
            }
            Some(_) => {}
            None => entry.sources = sources,
        }
        if !entry.sources.is_empty() || !entry.annotations.is_empty() {
            let told = step(&configuration, "an item of `releases:`", super::listed(&entry.lines()));
            drafting.edit(self.tree, &configuration, vec![told], |text| configuration::add(text, &entry))?;
        }
        Ok(drafting)
    }

    /// The texts of the sources, after `# helmsum:`, for a file in a directory.
    fn sources(&self, way: &Way, directory: &Utf8Path, from: Option<&str>) -> Vec<String> {
        let missing = self.gap.missing.iter().filter(|one| !one.is_declared);
        let mut texts: Vec<String> = missing.flat_map(Missing::sources).collect();
        for path in self.paths {
            let path = relative(path, directory);
            let path = if path.starts_with("..") { path.to_string() } else { format!("./{path}") };
            let is_plain = !path.contains([' ', '\t', '"', '\\', '{', '*', '?', '[']);
            let word = if is_plain { path } else { super::quoted(&path) };
            let from = from.map(|from| format!(" from={from}")).unwrap_or_default();
            // Who reads files is known of a release that makes an object of them; else there may be one workload alone.
            let on = match readers(self.gap) {
                Readers::Any(all) if *way == Way::Annotate && from.is_empty() && all.len() == 1 => {
                    let names: Vec<String> =
                        all.iter().map(|one| format!(" on={}/{}", one.kind, one.name)).collect();
                    names.concat()
                }
                _ => String::new(),
            };
            texts.push(format!("{word}{from}{on}"));
        }
        texts
    }

    /// Drafts what the state file gets. A hook is strict where nothing speaks against it.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or the hook cannot go to the base.
    pub(super) fn add_to_state(
        &self,
        drafting: &mut Drafting,
        (way, around): (&Way, &Around),
        is_strict: bool,
    ) -> Result<(), String> {
        let gap = self.gap;
        let form = Form::of(&gap.state, self.renders_all);
        let is_annotated = *way == Way::Annotate;
        let needs = around.order.iter().filter_map(|order| match order {
            Order::Need(need) => Some(need.clone()),
            Order::Otherwise(_) => None,
        });
        let block = is_annotated.then(|| hook::post_renderer(&around.hook_file, form));
        let additions = Additions {
            target: around.target.clone().filter(|_| !is_annotated),
            needs: needs.collect(),
            block: block.unwrap_or_default(),
        };
        let command = if is_annotated { "check" } else { "generate" };
        let base = self.hook_in.filter(|_| !around.has_hook);
        if let Some(base) = base {
            let lines = hook::hook(command, is_strict, &around.hook_file, Form::of(base, self.renders_all));
            self.add_hook_to_base(drafting, around, (base, &lines))?;
        }
        let base = base.filter(|base| !around.bases.iter().any(|known| known == base));
        let base = base.map(|base| relative(base, &gap.directory).to_string());
        let hook = (!around.has_hook && self.hook_in.is_none())
            .then(|| hook::hook(command, is_strict, &around.hook_file, form));
        let told = self.told(around, (&additions, hook.as_deref(), base.as_deref()));
        drafting.edit(self.tree, &gap.state, told, |text| {
            let sheet = Sheet::read(text, form == Form::Template)?;
            let mut texts = Vec::new();
            if let Some(base) = &base {
                texts.push(state_file::add_base(&sheet, base)?);
            }
            if additions != Additions::default() {
                let spot = around.spot.ok_or(Unsafe::Elsewhere(1))?;
                texts.extend(state_file::add(&sheet, spot, &additions)?);
            }
            if let Some(hook) = &hook {
                texts.push(state_file::add_hook(&sheet, hook)?);
            }
            Ok(texts)
        })
    }

    /// The edits of the state file, in words.
    fn told(
        &self,
        around: &Around,
        (additions, hook, base): (&Additions, Option<&[String]>, Option<&str>),
    ) -> Vec<Step> {
        let (file, id) = (&self.gap.state, &self.gap.id);
        let of_release = |place: String, lines| Step {
            line: around.spot.map(|spot| spot.line),
            ..step(file, place, lines)
        };
        let mut steps = Vec::new();
        steps.extend(base.map(|base| step(file, "`bases:`", vec![format!("- {base}")])));
        if let Some(target) = &additions.target {
            steps.push(of_release(format!("`values:` of release `{id}`"), vec![format!("- {target}")]));
        }
        if !additions.needs.is_empty() {
            let lines = additions.needs.iter().map(|need| format!("- {need}")).collect();
            steps.push(of_release(format!("`needs:` of release `{id}`"), lines));
        }
        if !additions.block.is_empty() {
            steps.push(of_release(format!("release `{id}`"), additions.block.clone()));
        }
        steps.extend(hook.map(|hook| step(file, "`hooks:`", super::listed(hook))));
        steps
    }

    /// Drafts the hook in a base that state files of one name share.
    fn add_hook_to_base(
        &self,
        drafting: &mut Drafting,
        around: &Around,
        (base, lines): (&Utf8Path, &[String]),
    ) -> Result<(), String> {
        let shown = relative(base, &self.gap.directory);
        let mut others = around.sharing.get(base).into_iter().flatten();
        if let Some(other) = others.find(|name| **name != around.hook_file) {
            return Err(format!(
                "a hook in `{shown}` names one state file, and `{other}` has that base too, which is called otherwise"
            ));
        }
        if !base.starts_with(&self.gap.root) {
            return Err(format!("`{shown}` is outside of the repository"));
        }
        let told = step(base, "`hooks:`", super::listed(lines));
        drafting.edit(self.tree, base, vec![told], |text| {
            let sheet = Sheet::read(text, Form::of(base, self.renders_all) == Form::Template)?;
            state_file::add_hook(&sheet, lines).map(|one| vec![one])
        })
    }

    /// Drafts the lines of the chart.
    ///
    /// # Errors
    ///
    /// Where the chart is not one of the repository.
    pub(super) fn add_to_chart(&self, drafting: &mut Drafting) -> Result<(), String> {
        let gap = self.gap;
        let Some(key) = &gap.usual_key else {
            return Err("its format of targets has no single key".to_owned());
        };
        let (Readers::These(readers) | Readers::Any(readers)) = readers(gap);
        for reader in readers {
            let Some(file) = gap.templates.get(&reader) else {
                return Err("its chart is not one of the repository".to_owned());
            };
            let place = format!("`spec.template.metadata.annotations` of {} `{}`", reader.kind, reader.name);
            let told = step(file, place, chart::lines(&key.path));
            drafting.edit(self.tree, file, vec![told], |text| {
                chart::add(text, &reader.kind, &key.path).map(|one| vec![one])
            })?;
        }
        Ok(())
    }
}
