//! Lists of values: of an environment, at the top level, of a sub-helmfile, on the command line
//! (`pkg/state/envvals_loader.go`).

use camino::{Utf8Path, Utf8PathBuf};

use super::data::values_data;
use super::decode::{Lines, Source};
use super::error::WITHOUT_STATE;
use super::located::Located;
use super::location::Base;
use super::merge::{Lists, Slices, cast_value, merge_maps, override_map};
use super::reader::{Reader, Trace};
use super::remote::{Cache, is_remote};
use super::resolved::EnvironmentObject;
use crate::diagnostic::{Diagnostic, Refusal};
use crate::template::effects::Effects;
use crate::text::Place;
use crate::tree::Tree;
use crate::value::{Map, Value};
use crate::yaml::{self, Limits};

/// Whether a file is HCL. The name counts, with small letters only.
pub(super) fn is_hcl(file: &Utf8Path) -> bool {
    file.as_str().strip_suffix(".hcl").is_some()
}

/// Which of two entries of a list wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    Override,
    Fallback,
}

/// A list of values and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValuesList<'a> {
    /// The entries: paths, patterns and maps.
    pub(super) entries: &'a [Located<Value>],
    /// What relative paths are relative to.
    pub(super) base: &'a Base,
    /// `missingFileHandler`, where one applies.
    pub(super) handler: Option<&'a str>,
    /// `mergeStrategy`, else empty.
    pub(super) strategy: &'a Located<String>,
}

/// The files that an entry means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Matches {
    /// At least one file.
    Files(Vec<Utf8PathBuf>),
    /// None, and the handler lets that pass.
    Hidden,
}

/// Finds the files of an entry (`Storage.resolveFile`).
///
/// # Errors
///
/// For a malformed pattern, for no match unless the handler lets that pass, and then for a handler that does not exist; for
/// what is remote and not in the cache.
pub(super) fn find_files(
    tree: &dyn Tree,
    cache: &Cache,
    base: &Base,
    handler: Option<&str>,
    title: &str,
    path: &str,
) -> Result<Matches, Diagnostic> {
    let remote = is_remote(path);
    cache.note_credentials(path);
    let files = if remote { cache.files(tree, path)? } else { base.expand(tree, path)? };
    if !files.is_empty() {
        return Ok(Matches::Files(files));
    }
    match handler.unwrap_or("Error") {
        "Error" => {
            let error = Diagnostic::error(format!("there is no {title} file `{path}`"));
            Err(if remote { error } else { error.hint(format!("helmfile looks for `{}`", base.join(path))) })
        }
        "Warn" | "Info" | "Debug" => Ok(Matches::Hidden),
        other => Err(Diagnostic::error(format!(
            "`missingFileHandler` is `{other}`, and the {title} file `{path}` is missing"
        ))
        .hint("`missingFileHandler` is one of `Error`, `Warn`, `Info` and `Debug`")),
    }
}

impl Reader<'_> {
    /// Loads a list of values in the context of `environment`, or of an empty one.
    ///
    /// # Errors
    ///
    /// Where an entry is not a path or map, a file is missing, remote, no template or no map.
    pub(super) fn load_values(
        &self,
        list: ValuesList<'_>,
        environment: Option<&EnvironmentObject>,
        trace: &mut Trace,
    ) -> Result<Map, Diagnostic> {
        let strategy = match list.strategy.as_str() {
            "" | "override" => Strategy::Override,
            "fallback" => Strategy::Fallback,
            other => {
                return Err(list
                    .strategy
                    .blame(Diagnostic::error(format!("`mergeStrategy` is `{other}`")))
                    .hint("`mergeStrategy` is `override` or `fallback`"));
            }
        };
        let mut values = Map::new();
        for entry in list.entries {
            values = self
                .add_entry(list, entry, values, strategy, environment, trace)
                .map_err(|error| entry.blame(error))?;
        }
        Ok(values)
    }

    fn add_entry(
        &self,
        list: ValuesList<'_>,
        entry: &Located<Value>,
        mut values: Map,
        strategy: Strategy,
        environment: Option<&EnvironmentObject>,
        trace: &mut Trace,
    ) -> Result<Map, Diagnostic> {
        match &entry.value {
            Value::Str(path) => {
                for file in self.values_files(list, path)? {
                    let loaded =
                        self.load_values_file(&file, environment, strategy, (&values, &mut trace.effects))?;
                    values = add(values, &loaded, strategy)?;
                    trace.values_files.push(file);
                }
            }
            Value::Map(_) | Value::AnyMap(_) => {
                if let Value::Map(map) = cast_value(entry)? {
                    values = add(values, &map, strategy)?;
                }
            }
            other => {
                return Err(Diagnostic::error(format!(
                    "an entry of `values` is a {} and neither a path nor a map",
                    other.type_name()
                )));
            }
        }
        Ok(values)
    }

    /// The files that an entry means, local or in the cache.
    ///
    /// # Errors
    ///
    /// As [`find_files`].
    pub(super) fn find_files(
        &self,
        base: &Base,
        handler: Option<&str>,
        title: &str,
        path: &str,
    ) -> Result<Matches, Diagnostic> {
        find_files(&*self.request.tree, &self.cache, base, handler, title, path)
    }

    fn values_files(&self, list: ValuesList<'_>, path: &str) -> Result<Vec<Utf8PathBuf>, Diagnostic> {
        let files = match self.find_files(list.base, list.handler, "values", path)? {
            Matches::Files(files) => files,
            Matches::Hidden => Vec::new(),
        };
        match files.iter().find(|file| is_hcl(file)) {
            Some(file) => Err(Diagnostic::refused(
                Refusal::HclValues,
                format!("`{file}` is HCL, which helmsum does not read"),
            )
            .hint(format!("write the values as YAML, which helmfile takes as well; {WITHOUT_STATE}"))),
            None => Ok(files),
        }
    }

    fn load_values_file(
        &self,
        file: &Utf8Path,
        environment: Option<&EnvironmentObject>,
        strategy: Strategy,
        (earlier, effects): (&Map, &mut Effects),
    ) -> Result<Map, Diagnostic> {
        let is_template = file.as_str().ends_with(".gotmpl");
        // For a plain file nobody sees the enriched values, but earlier entries take them over all the same.
        let enriches = strategy == Strategy::Fallback && !earlier.is_empty();
        let fresh = EnvironmentObject::new(self.environment);
        let environment = environment.unwrap_or(&fresh);
        let mut values = Map::new();
        if is_template || enriches {
            values = environment.merged_values()?;
        }
        if enriches {
            values = enrich(earlier, &values)?;
        }
        let source = if is_template {
            self.render_file(file, &values_data(environment, &values), effects)?
        } else {
            Source { file: file.to_owned(), text: self.read_text(file)?.into(), lines: Lines::From(1) }
        };
        let node = yaml::parse_first(source.text.as_bytes(), &Limits::default());
        let Some(node) = node.map_err(|error| source.error(error))? else { return Ok(Map::new()) };
        let map = node.decode_map().map_err(|error| source.error(error))?.unwrap_or_default();
        super::merge::cast_keys(&map).map_err(|error| error.or_at(Place::file(file)))
    }
}

fn add(values: Map, loaded: &Map, strategy: Strategy) -> Result<Map, Diagnostic> {
    match strategy {
        Strategy::Override => {
            override_map(&values, loaded, Slices::Replace)?;
            Ok(values)
        }
        Strategy::Fallback => Ok(merge_maps(loaded, &values, Lists::Sparse)),
    }
}

/// What a template of a fallback list sees: earlier entries under the values of its environment. The maps of the earlier
/// entries take these values over for good, as in helmfile.
fn enrich(earlier: &Map, values: &Map) -> Result<Map, Diagnostic> {
    let enriched = Map::new();
    for (key, value) in earlier.entries() {
        if !value.is_nil() {
            enriched.insert(key, value);
        }
    }
    override_map(&enriched, values, Slices::Replace)?;
    Ok(enriched)
}
