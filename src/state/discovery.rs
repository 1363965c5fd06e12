//! Which state files there are (`pkg/app/app.go: findDesiredStateFiles, visitStatesWithContext`).

use camino::{Utf8Path, Utf8PathBuf};

use super::error::unreadable;
use super::location::Base;
use super::remote::{Cache, Use, is_remote};
use crate::diagnostic::Diagnostic;
use crate::go::filepath::{clean, join_clean, matches};
use crate::tree::{Kind, Tree};

/// What a state is called where nobody names one, in a directory.
pub(crate) const DEFAULT_NAMES: [&str; 3] = ["helmfile.yaml", "helmfile.yaml.gotmpl", "helmfile.d"];

/// State files found for one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The files with the bases their paths are relative to, sorted by their bytes.
    pub(super) files: Vec<(Utf8PathBuf, Base)>,
    /// The directory that was searched, where the argument named or meant one.
    pub(super) directory: Option<Utf8PathBuf>,
}

/// Finds the state files that `argument` means, seen from the directory `from`: a file, a directory whose `*.y*ml` and
/// `*.y*ml.gotmpl` are taken, `-` for standard input, something remote that lies in the cache, or nothing at all for the
/// default names.
///
/// # Errors
///
/// Where the argument names nothing or something that would have to be downloaded, and where more than one of the default
/// names exists.
pub(super) fn find(
    tree: &dyn Tree,
    from: &Utf8Path,
    argument: Option<&str>,
    cache: &Cache,
    used: Use,
) -> Result<Found, Diagnostic> {
    let Some(argument) = argument.filter(|argument| !argument.is_empty()) else {
        return find_default(tree, from);
    };
    if argument == "-" {
        return Ok(Found { files: vec![single(tree, from.join("-"))?], directory: None });
    }
    let mut path = absolute(tree, from, argument);
    let mut stat = tree.stat(&path);
    if !matches!(&stat, Ok(stat) if matches!(stat.kind, Kind::File | Kind::Directory))
        && (is_remote(argument) || argument.contains("://"))
    {
        path = cache.locate(tree, argument, used)?;
        stat = tree.stat(&path);
    }
    match stat.map(|stat| stat.kind) {
        Ok(Kind::File) => Ok(Found { files: vec![single(tree, path)?], directory: None }),
        Ok(Kind::Directory) => find_in(tree, path),
        Ok(_) => Err(Diagnostic::error(format!("`{path}` is neither a file nor a directory"))),
        Err(error) => {
            let problem = Diagnostic::error(format!("there is no state file `{path}`: {error}"));
            Err(match path.file_name().filter(|name| tree.stat(&from.join(name)).is_ok()) {
                Some(name) => problem.hint(format!(
                    "paths are relative to the working directory, which in a hook is the folder of its state file; did you mean `--file={name}`?"
                )),
                None => problem,
            })
        }
    }
}

fn find_default(tree: &dyn Tree, from: &Utf8Path) -> Result<Found, Diagnostic> {
    let is = |name: &str, kind| tree.stat(&from.join(name)).is_ok_and(|stat| stat.kind == kind);
    let [one, other, directory] = DEFAULT_NAMES;
    let mut found: Vec<&str> = [one, other].into_iter().filter(|name| is(name, Kind::File)).collect();
    if is(directory, Kind::Directory) {
        found.push(directory);
    }
    match found[..] {
        [] => Err(Diagnostic::error(format!(
            "no state file in `{from}`: helmfile looks for `helmfile.yaml`, `helmfile.yaml.gotmpl` and `helmfile.d`"
        ))
        .hint("name one with `--file`")),
        ["helmfile.d"] => find_in(tree, from.join("helmfile.d")),
        [file] => Ok(Found { files: vec![single(tree, from.join(file))?], directory: None }),
        [one, other, ..] => Err(Diagnostic::error(format!(
            "both `{one}` and `{other}` exist in `{from}`, and helmfile refuses to choose"
        ))
        .hint("name one with `--file`, or remove the other")),
    }
}

fn find_in(tree: &dyn Tree, directory: Utf8PathBuf) -> Result<Found, Diagnostic> {
    let mut paths = Vec::new();
    for pattern in ["*.y*ml", "*.y*ml.gotmpl"] {
        // The directory becomes part of the pattern, as in helmfile.
        let pattern = directory.join(pattern);
        let matched = crate::tree::glob(tree, &pattern)
            .map_err(|error| Diagnostic::error(format!("`{pattern}`: {error}")))?;
        paths.extend(matched);
    }
    paths.sort_unstable();
    if let Some(path) =
        paths.iter().find(|path| tree.stat(path).is_ok_and(|stat| stat.kind == Kind::Directory))
    {
        return Err(Diagnostic::error(format!(
            "`{path}` is a directory, but helmfile takes it for a state file"
        ))
        .hint("rename it: its name matches `*.y*ml`"));
    }
    let files = match <[Utf8PathBuf; 1]>::try_from(paths) {
        Ok([path]) => vec![single(tree, path)?],
        Err(paths) => paths.into_iter().map(|path| (path, Base::prefix(directory.clone()))).collect(),
    };
    Ok(Found { files, directory: Some(directory) })
}

/// A file that is read alone: helmfile changes into its directory.
fn single(tree: &dyn Tree, path: Utf8PathBuf) -> Result<(Utf8PathBuf, Base), Diagnostic> {
    let directory = path.parent().unwrap_or(&path);
    let real = tree.resolve(directory).map_err(|error| unreadable(directory, &error))?;
    Ok((path, Base::inside(real)))
}

/// As helmfile's `Abs`: a path that climbs out of the working directory has its links resolved first.
fn absolute(tree: &dyn Tree, from: &Utf8Path, path: &str) -> Utf8PathBuf {
    let joined = join_clean(from, path);
    if !path.starts_with('/') && clean(path).starts_with("..") {
        let real = tree.resolve(from).unwrap_or_else(|_| from.to_owned());
        return tree.resolve(&real.join(path)).unwrap_or(joined);
    }
    joined
}

/// Whether helmfile would load a file of this name as a state file where it takes all of a directory.
#[must_use]
pub(crate) fn is_state_file_name(name: &str) -> bool {
    ["*.y*ml", "*.y*ml.gotmpl"].iter().any(|pattern| matches(pattern, name).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Request;
    use crate::tree::WorkTree;

    fn no_cache() -> Cache {
        let variables = [("HELMFILE_CACHE_HOME".to_owned(), "/nowhere".to_owned())].into();
        Cache::of(&Request::new(std::sync::Arc::new(WorkTree), "/", variables))
    }

    struct Project(tempfile::TempDir);

    impl Project {
        fn new(files: &[&str]) -> Self {
            let project = Self(tempfile::tempdir().unwrap());
            for file in files {
                let path = project.root().join(file);
                fs_err::create_dir_all(path.parent().unwrap()).unwrap();
                fs_err::File::create(path).unwrap();
            }
            project
        }

        fn root(&self) -> Utf8PathBuf {
            Utf8PathBuf::from_path_buf(self.0.path().canonicalize().unwrap()).unwrap()
        }

        fn find(&self, argument: Option<&str>) -> Result<Vec<String>, String> {
            let root = self.root();
            match find(&WorkTree, &root, argument, &no_cache(), Use::State) {
                Ok(found) => Ok(found
                    .files
                    .iter()
                    .map(|(path, _)| path.strip_prefix(&root).unwrap().to_string())
                    .collect()),
                Err(error) => Err(error.to_string().replace(root.as_str(), "ROOT")),
            }
        }
    }

    #[test]
    fn default_names_are_looked_for_in_the_working_directory_only() {
        assert_eq!(Project::new(&["helmfile.yaml"]).find(None).unwrap(), ["helmfile.yaml"]);
        assert_eq!(Project::new(&["helmfile.yaml.gotmpl"]).find(None).unwrap(), ["helmfile.yaml.gotmpl"]);
        assert_eq!(Project::new(&["helmfile.d/a.yaml"]).find(Some("")).unwrap(), ["helmfile.d/a.yaml"]);
        assert!(
            Project::new(&["helmfile.yml"]).find(None).unwrap_err().starts_with("no state file in `ROOT`")
        );
    }

    #[test]
    fn two_default_names_are_a_conflict() {
        for files in [["helmfile.yaml", "helmfile.yaml.gotmpl"], ["helmfile.yaml", "helmfile.d/a.yaml"]] {
            assert!(Project::new(&files).find(None).unwrap_err().contains("refuses to choose"));
        }
    }

    #[test]
    fn a_directory_gives_all_its_yaml_files_sorted_even_hidden_ones() {
        let project = Project::new(&[
            "d/b.yaml",
            "d/a.yml.gotmpl",
            "d/.c.yaml",
            "d/e.txt",
            "d/sub/f.yaml",
            "d/g.yaml.tpl",
        ]);
        assert_eq!(project.find(Some("d")).unwrap(), ["d/.c.yaml", "d/a.yml.gotmpl", "d/b.yaml"]);
        assert_eq!(Project::new(&["d/x.txt"]).find(Some("d")).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn several_files_are_based_on_the_directory_but_a_single_one_is_worked_in() {
        let project = Project::new(&["d/b.yaml", "d/a.yaml", "e/a.yaml"]);
        let root = project.root();
        let found = find(&WorkTree, &root, Some("d"), &no_cache(), Use::State).unwrap();
        assert!(found.files.iter().all(|(_, base)| *base == Base::prefix(root.join("d"))));
        let found = find(&WorkTree, &root, Some("e"), &no_cache(), Use::State).unwrap();
        assert_eq!(found.files, [(root.join("e/a.yaml"), Base::inside(root.join("e")))]);
    }

    #[test]
    fn a_directory_with_the_name_of_a_state_file_is_refused() {
        let error = Project::new(&["d/x.yaml/y", "d/a.yaml"]).find(Some("d")).unwrap_err();
        assert!(error.contains("`ROOT/d/x.yaml` is a directory"), "{error}");
    }

    #[test]
    fn missing_and_remote_files_are_named() {
        let project = Project::new(&[]);
        assert!(project.find(Some("x.yaml")).unwrap_err().contains("there is no state file `ROOT/x.yaml`"));
        assert!(project.find(Some("git::https://e.com/r.git@h.yaml")).unwrap_err().contains("is remote"));
    }
}
