//! The folders of helm and helmfile, as both find them: `helm env` (`pkg/helmpath/lazypath.go`, `pkg/cli/environment.go`, the same in
//! version 3 and 4) and helmfile's `pkg/remote/remote.go: CacheDir`, which asks Go's `os.UserCacheDir`.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

/// A system that has places of its own for programs' files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Folders as the XDG base directory specification names them.
    Linux,
    /// Folders in `~/Library`.
    MacOs,
}

impl Platform {
    /// The system that this runs on.
    #[must_use]
    pub const fn own() -> Self {
        if cfg!(target_os = "macos") { Self::MacOs } else { Self::Linux }
    }
}

/// Knows the folders for an environment. An empty variable counts as absent. Paths may be relative, as the variables are.
#[derive(Clone, Copy, Debug)]
pub struct Homes<'a> {
    variables: &'a BTreeMap<String, String>,
    platform: Platform,
}

impl<'a> Homes<'a> {
    /// For programs of this system that get these environment variables.
    #[must_use]
    pub fn new(variables: &'a BTreeMap<String, String>) -> Self {
        Self { variables, platform: Platform::own() }
    }

    /// As [`Homes::new`], on another system.
    #[must_use]
    pub fn on(self, platform: Platform) -> Self {
        Self { platform, ..self }
    }

    fn variable(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn home(&self) -> Option<&'a Utf8Path> {
        self.variable("HOME").map(Utf8Path::new)
    }

    /// Where helm keeps indexes of repositories and the packages that Helm 3 downloads: `HELM_REPOSITORY_CACHE` of `helm env`.
    #[must_use]
    pub fn helm_repository_cache(&self) -> Option<Utf8PathBuf> {
        self.or_below("HELM_REPOSITORY_CACHE", self.helm_cache(), "repository")
    }

    /// Where Helm 4 keeps the packages that it downloads: `HELM_CONTENT_CACHE` of `helm env`.
    #[must_use]
    pub fn helm_content_cache(&self) -> Option<Utf8PathBuf> {
        self.or_below("HELM_CONTENT_CACHE", self.helm_cache(), "content")
    }

    /// Where helm looks for plugins: `HELM_PLUGINS` of `helm env`, which may be a list.
    #[must_use]
    pub fn helm_plugins(&self) -> Vec<Utf8PathBuf> {
        if let Some(list) = self.variable("HELM_PLUGINS") {
            return list.split(':').filter(|part| !part.is_empty()).map(Into::into).collect();
        }
        let data = self.helm("HELM_DATA_HOME", "XDG_DATA_HOME", [".local/share", "Library"]);
        data.map(|data| data.join("plugins")).into_iter().collect()
    }

    /// Where helmfile keeps what it downloads. Without any variable to find it by, helmfile uses `.helmfile` in the working
    /// directory, so this is always a path.
    #[must_use]
    pub fn helmfile_cache(&self) -> Utf8PathBuf {
        if let Some(own) = self.variable("HELMFILE_CACHE_HOME") {
            return own.into();
        }
        let user = match self.platform {
            // Go refuses a relative one.
            Platform::Linux => match self.variable("XDG_CACHE_HOME") {
                Some(cache) => Some(Utf8PathBuf::from(cache)).filter(|cache| cache.is_absolute()),
                None => self.home().map(|home| home.join(".cache")),
            },
            Platform::MacOs => self.home().map(|home| home.join("Library/Caches")),
        };
        user.map_or_else(|| ".helmfile".into(), |user| user.join("helmfile"))
    }

    /// The files with the clusters that kubectl and helm know: the list in `KUBECONFIG`, else that of the home (client-go's
    /// `tools/clientcmd/loader.go`).
    #[must_use]
    pub fn kube_configs(&self) -> Vec<Utf8PathBuf> {
        match self.variable("KUBECONFIG") {
            Some(list) => list.split(':').filter(|part| !part.is_empty()).map(Into::into).collect(),
            None => self.home().map(|home| home.join(".kube/config")).into_iter().collect(),
        }
    }

    /// Where programs keep what they can make anew, a folder for each: Go's `os.UserCacheDir`, and `XDG_CACHE_HOME` on every system.
    #[must_use]
    pub fn user_cache(&self) -> Option<Utf8PathBuf> {
        let named = self.variable("XDG_CACHE_HOME").map(Utf8PathBuf::from);
        let below = if self.platform == Platform::MacOs { "Library/Caches" } else { ".cache" };
        named.or_else(|| Some(self.home()?.join(below))).filter(|folder| folder.is_absolute())
    }

    fn helm_cache(&self) -> Option<Utf8PathBuf> {
        self.helm("HELM_CACHE_HOME", "XDG_CACHE_HOME", [".cache", "Library/Caches"])
    }

    /// helm's `lazypath`: its own variable, else that of XDG on every system, else a folder of the home, which differs between Linux
    /// and macOS.
    fn helm(&self, own: &str, xdg: &str, in_home: [&str; 2]) -> Option<Utf8PathBuf> {
        if let Some(own) = self.variable(own) {
            return Some(own.into());
        }
        let [linux, macos] = in_home;
        let below = if self.platform == Platform::MacOs { macos } else { linux };
        let base = self.variable(xdg).map(Utf8PathBuf::from).or_else(|| Some(self.home()?.join(below)))?;
        Some(base.join("helm"))
    }

    fn or_below(&self, own: &str, base: Option<Utf8PathBuf>, name: &str) -> Option<Utf8PathBuf> {
        self.variable(own).map(Utf8PathBuf::from).or_else(|| Some(base?.join(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repository cache, content cache, plugins and helmfile's cache.
    fn folders(variables: &[(&str, &str)], platform: Platform) -> [String; 4] {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let homes = Homes::new(&variables).on(platform);
        let plugins: Vec<&str> =
            homes.helm_plugins().iter().map(|path| path.as_str().to_owned().leak() as &str).collect();
        let text = |path: Option<Utf8PathBuf>| path.map(Utf8PathBuf::into_string).unwrap_or_default();
        [
            text(homes.helm_repository_cache()),
            text(homes.helm_content_cache()),
            plugins.join(":"),
            homes.helmfile_cache().into_string(),
        ]
    }

    #[test]
    fn each_system_has_its_folders_in_the_home() {
        let home = [("HOME", "/h")];
        assert_eq!(
            folders(&home, Platform::Linux),
            [
                "/h/.cache/helm/repository",
                "/h/.cache/helm/content",
                "/h/.local/share/helm/plugins",
                "/h/.cache/helmfile"
            ]
        );
        assert_eq!(
            folders(&home, Platform::MacOs),
            [
                "/h/Library/Caches/helm/repository",
                "/h/Library/Caches/helm/content",
                "/h/Library/helm/plugins",
                "/h/Library/Caches/helmfile"
            ]
        );
        assert_eq!(folders(&[], Platform::Linux), ["", "", "", ".helmfile"]);
    }

    #[test]
    fn variables_of_xdg_count_for_helm_on_every_system_and_for_helmfile_on_linux() {
        let xdg = [("HOME", "/h"), ("XDG_CACHE_HOME", "/c"), ("XDG_DATA_HOME", "/d")];
        let of_helm = ["/c/helm/repository", "/c/helm/content", "/d/helm/plugins"].map(str::to_owned);
        assert_eq!(folders(&xdg, Platform::Linux)[..3], of_helm);
        assert_eq!(folders(&xdg, Platform::MacOs)[..3], of_helm);
        assert_eq!(folders(&xdg, Platform::Linux)[3], "/c/helmfile");
        assert_eq!(folders(&xdg, Platform::MacOs)[3], "/h/Library/Caches/helmfile");
        assert_eq!(folders(&[("XDG_CACHE_HOME", "c")], Platform::Linux)[3], ".helmfile");
    }

    #[test]
    fn variables_of_their_own_count_first() {
        let own = [
            ("HOME", "/h"),
            ("XDG_CACHE_HOME", "/c"),
            ("HELM_CACHE_HOME", "/hc"),
            ("HELM_CONTENT_CACHE", "/hcc"),
            ("HELM_DATA_HOME", "/hd"),
            ("HELMFILE_CACHE_HOME", "/fc"),
        ];
        assert_eq!(folders(&own, Platform::Linux), ["/hc/repository", "/hcc", "/hd/plugins", "/fc"]);
        let lists = [("HELM_PLUGINS", "/p::/q"), ("HELM_REPOSITORY_CACHE", "/r"), ("HELM_DATA_HOME", "")];
        assert_eq!(
            folders(&lists, Platform::MacOs)[..3],
            ["/r".to_owned(), String::new(), "/p:/q".to_owned()]
        );
    }
}
