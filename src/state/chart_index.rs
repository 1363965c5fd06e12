//! The indexes of chart repositories, as helm has fetched them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::tree::Tree;
use crate::value::Value;
use crate::yaml::{self, Limits, Node};

/// The largest index that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// The indexes that a run has looked into, by their paths. Each is parsed once: those of large repositories have many megabytes.
#[derive(Clone, Debug, Default)]
pub struct ChartIndexes(Rc<RefCell<BTreeMap<Utf8PathBuf, Known>>>);

/// The charts of an index; nothing where helm has never fetched it.
type Known = Option<Rc<BTreeMap<String, Node>>>;

/// What an index says of a chart in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Indexed {
    /// There is no index: helm has never fetched the repository.
    NoIndex,
    /// It has no such chart in that version, or without a digest.
    Unknown,
    /// The SHA-256 of the package, in hexadecimal.
    Digest(String),
}

impl ChartIndexes {
    /// What the index at a path says of a chart.
    pub(crate) fn look(&self, tree: &dyn Tree, index: &Utf8Path, chart: &str, version: &str) -> Indexed {
        let known = self.0.borrow().get(index).cloned();
        let charts = known.unwrap_or_else(|| {
            let charts = read(tree, index);
            self.0.borrow_mut().insert(index.to_owned(), charts.clone());
            charts
        });
        let Some(charts) = charts else { return Indexed::NoIndex };
        let bare = version.trim_start_matches('v');
        let digest = charts.get(chart).and_then(|versions| {
            versions.children().into_iter().find_map(|entry| {
                let Ok(Value::Map(entry)) = entry.decode_as_helm() else { return None };
                let text = |key: &str| entry.get(key).and_then(|value| value.as_str().map(str::to_owned));
                (text("version")?.trim_start_matches('v') == bare).then(|| text("digest")).flatten()
            })
        });
        digest.map_or(Indexed::Unknown, |digest| {
            Indexed::Digest(digest.trim_start_matches("sha256:").to_owned())
        })
    }
}

/// The charts of an index. One that cannot be read, or is not an index, has none.
fn read(tree: &dyn Tree, index: &Utf8Path) -> Known {
    let stat = match tree.stat(index) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        stat => stat,
    };
    let charts = || {
        if stat.ok()?.size > LARGEST {
            return None;
        }
        let document = yaml::parse_first(&tree.read(index).ok()?, &Limits::default()).ok()??;
        let (_, entries) = document.pairs().into_iter().find(|(key, _)| key.text() == Some("entries"))?;
        let charts = entries.pairs().into_iter();
        Some(charts.filter_map(|(key, value)| Some((key.text()?.to_owned(), value))).collect())
    };
    Some(Rc::new(charts().unwrap_or_default()))
}
