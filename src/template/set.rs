//! Templates that may call each other, and the `_*.tpl` files that helmfile adds to every one it renders.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::execute::is_builtin;
use super::function::{Context, Registry};
use super::syntax::{self, Known, SyntaxError, TemplateText, Tree};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::program;
use crate::text::Excerpt;
use crate::tree::{self, Tree as Files};

#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    trees: BTreeMap<Rc<str>, Rc<Tree>>,
}

impl Set {
    /// Adds the templates of one text. One that is empty replaces none, any other replaces the one of its name.
    fn add(&mut self, trees: Vec<Tree>) {
        for tree in trees {
            if !tree.is_empty() || !self.trees.contains_key(&tree.name) {
                self.trees.insert(Rc::clone(&tree.name), Rc::new(tree));
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Rc<Tree>> {
        self.trees.get(name)
    }
}

/// The parsed `_*.tpl` files of each directory, kept between renderings. They are read again after a program was started, which may
/// write some, and parsed again where they differ.
#[derive(Debug, Default)]
pub(super) struct Helpers(RefCell<BTreeMap<String, Kept>>);

impl Helpers {
    /// Whether a directory has such files, as far as a template was rendered there and no program was started since.
    pub(super) fn are_in(&self, directory: &str) -> Option<bool> {
        let all = self.0.borrow();
        let kept = all.get(directory).filter(|kept| kept.started == program::started())?;
        Some(!kept.texts.is_empty())
    }
}

#[derive(Debug)]
struct Kept {
    files: Arc<dyn Files>,
    /// How many programs had been started when they were read.
    started: u64,
    texts: Vec<(Utf8PathBuf, Arc<str>)>,
    set: Rc<Set>,
}

/// Parses `text` into a set that has the helpers of the context's directory: helmfile's `pkg/tmpl/context_tmpl.go:
/// newTemplate` and `Parse`.
pub(super) fn load(
    name: &Utf8Path,
    text: &Arc<str>,
    context: &Context,
    registry: &Registry,
) -> Result<(Set, Rc<TemplateText>), Diagnostic> {
    let mut set = (*helpers(context, registry)?).clone();
    let source = Rc::new(TemplateText { name: name.to_owned(), text: Arc::clone(text) });
    set.add(parse(&source, registry).map_err(|error| syntax_error(&source, error, None))?);
    Ok((set, source))
}

fn helpers(context: &Context, registry: &Registry) -> Result<Rc<Set>, Diagnostic> {
    let started = program::started();
    let mut all = registry.helpers.0.borrow_mut();
    let mut kept = all.get_mut(context.base.as_str()).filter(|kept| Arc::ptr_eq(&kept.files, &context.tree));
    if let Some(kept) = &kept
        && kept.started == started
    {
        return Ok(Rc::clone(&kept.set));
    }
    let texts = read_helpers(context)?;
    if let Some(kept) = &mut kept
        && kept.texts == texts
    {
        kept.started = started;
        return Ok(Rc::clone(&kept.set));
    }
    let mut set = Set::default();
    for (path, text) in &texts {
        let source = Rc::new(TemplateText { name: path.clone(), text: Arc::clone(text) });
        let trees = parse(&source, registry).map_err(|error| syntax_error(&source, error, Some(path)))?;
        set.add(trees);
    }
    let set = Rc::new(set);
    let kept = Kept { files: Arc::clone(&context.tree), started, texts, set: Rc::clone(&set) };
    all.insert(context.base.to_string(), kept);
    Ok(set)
}

fn read_helpers(context: &Context) -> Result<Vec<(Utf8PathBuf, Arc<str>)>, Diagnostic> {
    let paths = tree::glob(&*context.tree, &context.base.join("_*.tpl"))
        .map_err(|error| Diagnostic::error(format!("failed to glob helper templates: {error}")))?;
    let mut texts = Vec::with_capacity(paths.len());
    for path in paths {
        let bytes = context
            .tree
            .read(&path)
            .map_err(|error| Diagnostic::error(format!("failed to read helper template {path}: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let message = format!("the helper template `{path}` is not UTF-8");
            Diagnostic::refused(Refusal::NotUtf8, message).hint("helmsum takes templates that are text")
        })?;
        texts.push((path, text.into()));
    }
    Ok(texts)
}

fn parse(source: &Rc<TemplateText>, registry: &Registry) -> Result<Vec<Tree>, SyntaxError> {
    syntax::parse(source, &|name| known(name, registry))
}

fn known(name: &str, registry: &Registry) -> Known {
    // What helmsum does not do is refused where it is called: many a helper file has a function that nobody calls.
    let is_known = registry.get(name).is_some() || registry.unsupported(name).is_some() || is_builtin(name);
    if is_known { Known::Yes } else { Known::No }
}

fn syntax_error(source: &TemplateText, error: SyntaxError, helper: Option<&Utf8Path>) -> Diagnostic {
    let message = match helper {
        Some(path) => format!("failed to parse helper template {path}: {}", error.message),
        None => error.message,
    };
    let mut failed = match error.refusal {
        Some(refusal) => Diagnostic::refused(refusal, message),
        None => Diagnostic::error(message),
    };
    if let Some(hint) = error.hint {
        failed = failed.hint(hint);
    }
    if source.name.as_str().is_empty() {
        return failed;
    }
    failed.excerpt(Excerpt {
        file: source.name.clone(),
        source: Arc::clone(&source.text),
        span: error.offset..error.offset + 1,
        label: String::new(),
    })
}
