package main

import (
	"os"
	"path/filepath"
)

// The files that templates read.
func writeFiles(base string) {
	check(os.MkdirAll(filepath.Join(base, "dir", "sub", "deep"), 0o755))
	check(os.MkdirAll(filepath.Join(base, "empty"), 0o755))
	for name, content := range map[string]string{
		"a.txt":          "text of a\n",
		"binary":         "\xff\x00\x01",
		"dir/b.yaml":     "b: 1\n",
		"dir/.hidden":    "",
		"dir/a b":        "blank",
		"dir/sub/c":      "c",
		"_helper.tpl":    "{{ define \"helper\" }}<{{ . }}>{{ end }}",
		"nested.tpl":     "{{ include \"helper\" . }}",
		"dir/sub/deep/d": "d",
	} {
		check(os.WriteFile(filepath.Join(base, name), []byte(content), 0o644))
	}
	for name, target := range map[string]string{
		"dir/link":     "../a.txt",
		"dir/linkdir":  "sub",
		"dir/dangling": "nowhere",
	} {
		check(os.Symlink(target, filepath.Join(base, name)))
	}
}
