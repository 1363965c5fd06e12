//! Where the repository starts, and which configuration counts.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Config, ConfigError, FILE_NAME};
use crate::tree::{Kind, Stat, Tree};

/// What a configuration may be called by mistake.
const MISNAMED: [&str; 3] = ["helmsum.yml", ".helmsum.yaml", ".helmsum.yml"];

/// How large a configuration may be.
const LARGEST: u64 = 1 << 20;

/// The repository around a state file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The root of the repository, absolute.
    pub root: Utf8PathBuf,
    /// The configuration that counts: the nearest one between the state file and the root.
    pub config: Option<Config>,
}

/// Finds the root of the repository and the configuration for a state file in `directory`, which is absolute and clean.
///
/// The root is the nearest folder with `.git`, else the nearest with a `helmsum.yaml` that says `root: true`, else
/// `directory`. Configurations are not merged.
///
/// # Errors
///
/// Where a configuration that counts, or one that has to be asked whether its folder is the root, cannot be read.
pub(crate) fn locate(tree: &dyn Tree, directory: &Utf8Path) -> Result<Home, ConfigError> {
    let mut git = None;
    for folder in directory.ancestors() {
        if look(tree.stat_link(&folder.join(".git")), &folder.join(".git"))?.is_some() {
            git = Some(folder);
            break;
        }
    }
    let mut nearest = None;
    let mut misnamed = None;
    for folder in directory.ancestors() {
        for name in MISNAMED {
            if misnamed.is_none() && look(tree.stat(&folder.join(name)), &folder.join(name))?.is_some() {
                misnamed = Some(folder.join(name));
            }
        }
        if let Some(config) = read(tree, &folder.join(FILE_NAME))? {
            let is_root = config.root && git.is_none();
            // Without a root above, only the folder of the state file counts.
            if nearest.is_none() {
                nearest = Some((folder, config));
            }
            if is_root {
                refuse(misnamed, folder)?;
                return Ok(Home { root: folder.to_owned(), config: nearest.map(|(_, config)| config) });
            }
            if git.is_some() {
                break;
            }
        }
        if git == Some(folder) {
            break;
        }
    }
    let root = git.unwrap_or(directory);
    refuse(misnamed, root)?;
    let config = nearest.filter(|(folder, _)| folder.starts_with(root)).map(|(_, config)| config);
    Ok(Home { root: root.to_owned(), config })
}

/// How the repository can be made larger, so that it has what is at `path` too, where its root is nothing but the folder of the state
/// file: what a state reads does not choose a root, for then a state could choose what is written.
pub(crate) fn way_to_enlarge(tree: &dyn Tree, root: &Utf8Path, path: &Utf8Path) -> Option<String> {
    let has_git = tree.stat_link(&root.join(".git")).is_ok();
    let is_root = || matches!(read(tree, &root.join(FILE_NAME)), Ok(Some(config)) if config.root);
    let both = root
        .ancestors()
        .find(|folder| path.starts_with(folder))
        .filter(|folder| folder.parent().is_some())?;
    (!has_git && !is_root()).then(|| {
        format!(
            "there is no `.git` above, so the repository is the folder of the state file, `{root}`; a `{FILE_NAME}` with `root: true` in `{both}` \
             makes it that one"
        )
    })
}

/// Refuses a file that was meant for a configuration, where it lies in the repository.
fn refuse(misnamed: Option<Utf8PathBuf>, root: &Utf8Path) -> Result<(), ConfigError> {
    match misnamed.filter(|path| path.starts_with(root)) {
        Some(path) => Err(ConfigError::Misnamed(path)),
        None => Ok(()),
    }
}

/// Reads the configuration at this path, if there is one.
fn read(tree: &dyn Tree, path: &Utf8Path) -> Result<Option<Config>, ConfigError> {
    let Some(stat) = look(tree.stat(path), path)? else {
        // A link that leads nowhere was meant to lead to a configuration.
        return match look(tree.stat_link(path), path)? {
            Some(_) => Err(ConfigError::NotAFile(path.to_owned())),
            None => Ok(None),
        };
    };
    if stat.kind != Kind::File {
        return Err(ConfigError::NotAFile(path.to_owned()));
    }
    if stat.size > LARGEST {
        return Err(ConfigError::TooLarge(path.to_owned()));
    }
    let unreadable = |error| ConfigError::Unreadable { path: path.to_owned(), error };
    let bytes = tree.read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| unreadable(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8")))?;
    Config::parse(path, &text).map(Some)
}

/// What is at a path, or nothing where nothing is.
fn look(stat: io::Result<Stat>, path: &Utf8Path) -> Result<Option<Stat>, ConfigError> {
    match stat {
        Ok(stat) => Ok(Some(stat)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(ConfigError::Unreadable { path: path.to_owned(), error }),
    }
}
