package main

import (
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/ignore"
)

// entry is a path below a chart. A directory ends in a slash.
type entry string

func (e entry) Name() string       { return filepath.Base(string(e)) }
func (e entry) Size() int64        { return 0 }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return strings.HasSuffix(string(e), "/") }
func (e entry) Sys() any           { return nil }
func (e entry) Mode() fs.FileMode {
	if e.IsDir() {
		return fs.ModeDir
	}
	return 0
}

var paths = []entry{
	"a.txt", "b.txt", "c.md", "Chart.yaml", "README.md", ".helmignore", ".git/", ".gitignore", ".hidden", "templates/", "templates/a.yaml", "templates/.a.yaml",
	"templates/.dir/", "templates/_helpers.tpl", "templates/tests/", "templates/tests/.x", "templates/tests/a.yaml", "charts/", "charts/lib/", "charts/lib/Chart.yaml", "charts/lib/README.md",
	"docs/", "docs/a.txt", "docs/deep/", "docs/deep/a.txt", "foo", "foo/", "foo/foo", "a/foo", "a/foo/", "[x]", "x", "*", "a b", "ä.txt", "OWNERS", "ci/", "ci/values.yaml", "..data/",
}

var rules = []string{
	"", "# comment", "a.txt", "*.txt", "*.md\n*.txt", "/a.txt", "/docs/a.txt", "docs/a.txt", "docs/*", "docs/*/*", "docs/", "docs", "foo", "foo/", "/foo", "/foo/", "a/foo", "a/foo/", "*/foo", "?oo", "[ab].txt", "[^a].txt",
	"[!a].txt", "!a.txt", "!*.txt", "*.txt\n!a.txt", "!a.txt\n*.txt", "!docs/", "!templates/", "!/docs", "*", ".*", ".?*", "/*", "*/", "*/*", "\\*", "\\[x\\]", "[[]x]", "  a.txt  ", "\ta.txt", "a b", "a\\ b", "#a", "\\#a", " # a", "a.txt # comment",
	"**", "docs/**", "**/a.txt", "a[", "a\\", "[]a]", "[-]", "![", "!", "/", "//a.txt", "!/", "\ufeffa.txt", "a.txt\r\nb.txt\r\n", "a.txt\n\n\nb.txt", ".git/\n.gitignore\n*.md\nci/\nOWNERS", "templates/tests", "templates/tests/", "templates/*.yaml", "charts/lib/README.md", "README.md", "/README.md", "ä.txt", "?.txt", "..*", "..?*",
	".", "./", "./a.txt", "docs/./a.txt", "docs//a.txt", "*.txt/", "\xff", "!*.md\n!*.txt", "templates/\n!templates/a.yaml",
}

// ignoreVectors are what the rules of a .helmignore leave out, with the one that the loader adds.
func ignoreVectors() (vectors []any) {
	log.SetOutput(io.Discard)
	for _, text := range rules {
		// A rule that starts with two slashes changes each time that it is asked.
		if strings.HasPrefix(text, "//") {
			continue
		}
		parsed, err := ignore.Parse(strings.NewReader(text))
		if err != nil {
			vectors = append(vectors, vector{In: text, Err: err.Error()})
			continue
		}
		parsed.AddDefaults()
		out := []string{}
		for _, path := range paths {
			if parsed.Ignore(strings.TrimSuffix(string(path), "/"), path) {
				out = append(out, string(path))
			}
		}
		vectors = append(vectors, vector{In: text, Out: out})
	}
	return append(vectors, vector{In: "paths", Out: paths})
}

// tree is a chart's directory: contents, links as "-> TARGET", directories with a slash at the end.
type tree map[string]string

var trees = []tree{
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "templates/b.yaml": "", "templates/a.yaml": "", "README.md": "", "crds/x.yaml": "", ".hidden": "", "templates/.hidden": "", "files/deep/er/x": ""},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "*.md\nfiles/\n!templates/\n", "templates/b.yaml": "", "README.md": "", "files/a": ""},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "README.md\n.helmignore\ncharts/lib/ignored\n", "README.md": "", "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\n", "charts/lib/README.md": "", "charts/lib/ignored": "", "charts/lib/.helmignore": "kept\n", "charts/lib/kept": ""},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "real/x": "1", "linked": "-> real", "file": "-> real/x", "templates/t.yaml": "-> ../real/x"},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "dangling": "-> nowhere"},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "dangling\n", "dangling": "-> nowhere"},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "linked\n", "real/x": "1", "linked": "-> real"},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "linked/\n", "real/x": "1", "linked": "-> real"},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "a/**\n"},
	{"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", ".helmignore": "!*.yaml\n", "values.yaml": "a: 1\n", "templates/a.yaml": "", "templates/b.txt": ""},
}

// filesVectors are the files that helm loads from a directory.
func filesVectors() (vectors []any) {
	for _, tree := range trees {
		directory, err := os.MkdirTemp("", "vectors")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(directory)
		for name, content := range tree {
			path := filepath.Join(directory, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				panic(err)
			}
			if target, ok := strings.CutPrefix(content, "-> "); ok {
				err = os.Symlink(target, path)
			} else {
				err = os.WriteFile(path, []byte(content), 0o644)
			}
			if err != nil {
				panic(err)
			}
		}
		loaded, err := loader.LoadDir(directory)
		if err != nil {
			vectors = append(vectors, vector{In: tree, Err: strings.ReplaceAll(err.Error(), directory, "CHART")})
			continue
		}
		names := []string{}
		for _, file := range loaded.Raw {
			names = append(names, file.Name)
		}
		sort.Strings(names)
		vectors = append(vectors, vector{In: tree, Out: names})
	}
	return vectors
}
