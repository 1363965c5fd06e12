// Writes what vals makes of references, as helmfile calls it for the values of a release.
//
//	go run ./references ../vectors/references.json
//
// A vector is a values file with the text that helmfile hands to helm for it, or an entry of `set` with the value that
// follows its name; or an error. Files and variables are written down with them.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/helmfile/helmfile/pkg/yaml"
	"github.com/helmfile/vals"
	"github.com/helmfile/vals/pkg/providers/registry"
)

type vector struct {
	Values  *string `json:"values,omitempty"`
	Set     *string `json:"set,omitempty"`
	Strict  bool    `json:"strict,omitempty"`
	Output  *string `json:"output,omitempty"`
	Base64  *string `json:"base64,omitempty"`
	Error   *string `json:"error,omitempty"`
	Crashes bool    `json:"crashes,omitempty"`
}

type vectors struct {
	Files     map[string]string `json:"files"`
	Variables map[string]string `json:"variables"`
	Providers []string          `json:"providers"`
	Vectors   []vector          `json:"vectors"`
}

var files = map[string]string{
	"plain.txt":      "a text",
	"line.txt":       "a line\n",
	"lines.txt":      "two\nlines: 1\n",
	"number.txt":     "0123",
	"empty":          "",
	"comma,.txt":     "with, a comma",
	"dir/in.txt":     "in a folder",
	"dir/a@b.txt":    "at",
	"sp ace.txt":     "in spaces",
	"per%cent.txt":   "per cent",
	"Upper.TXT":      "upper",
	"ref.txt":        "ref+echo://again",
	"half.txt":       "ref+ech",
	"other.txt":      "plain.txt",
	"doc.yaml":       document,
	"doc.json":       "{\"a\": {\"b\": [1, \"2\"]}, \"big\": 12345678901234567890, \"exp\": 1e3}\n",
	"two.yaml":       "a: first\n---\na: second\n",
	"list.yaml":      "- 1\n- 2\n",
	"null.yaml":      "~\n",
	"comment.yaml":   "# nothing\n",
	"broken.yaml":    "a: [\n",
	"tabs.yaml":      "a:\n\tb: 1\n",
	"int.yaml":       "1: one\n2: two\n",
	"nested.yaml":    "a: ref+echo://inner\nm: {b: ref+echo://deep}\n",
	"twice.yaml":     "a: 1\na: 2\n",
	"template.yaml":  "new: {x: 1}\nother: y\n",
	"scalar.yaml":    "just text\n",
	"trailing.txt/x": "below a name that ends like a file",
}

const document = `text: words
quoted: "012"
int: 7
octal: 010
hex: 0x1F
neg: -3
float: 1.50
exp: 1e3
inf: .inf
"yes": yes
on: on
truth: true
nothing: ~
empty: ""
date: 2024-01-01
time: 2024-01-01T10:11:12.5+02:00
binary: !!binary aGVsbG8=
tagged: !!str 12
list: [1, two, {three: 3}]
map: {a: 1, b: {c: deep, d: [x]}}
numbers: {1: one, true: truth, 1.5: float, ~: none}
anchor: &a {x: 1}
alias: *a
merged: {<<: *a, y: 2}
multi: |
  first
  second
"with space": s
"with.dot": d
"a/b": slash
"#hash": h
é: accent
big: 12345678901234567890
`

var variables = map[string]string{
	"PLAIN":     "a value",
	"EMPTY":     "",
	"NUMBER":    "12",
	"NAME":      "doc",
	"YAML":      "{a: {b: 1}, c: [x]}",
	"REFERENCE": "ref+echo://x",
	"DOLLAR":    "$PLAIN",
	"_":         "underscore",
	"É":         "letter",
	"A1":        "digits",
}

func main() {
	folder, err := os.MkdirTemp("", "references-")
	check(err)
	defer os.RemoveAll(folder)
	output, err := filepath.Abs(os.Args[1])
	check(err)
	for name, text := range files {
		path := filepath.Join(folder, name)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.WriteFile(path, []byte(text), 0o644))
	}
	check(os.WriteFile(filepath.Join(folder, "bytes.bin"), []byte{0xff, 0xfe, 'x'}, 0o644))
	check(os.Chdir(folder))
	os.Clearenv()
	for name, value := range variables {
		check(os.Setenv(name, value))
	}
	all := vectors{Files: files, Variables: variables, Providers: providers()}
	for _, text := range values() {
		for _, strict := range []bool{false, true} {
			v := vector{Values: &text, Strict: strict}
			v.record(folder, func() ([]byte, error) { return inValues(text, strict) })
			all.add(v)
		}
	}
	for _, text := range sets {
		for _, strict := range []bool{false, true} {
			v := vector{Set: &text, Strict: strict}
			v.record(folder, func() ([]byte, error) { return inSet(text, strict) })
			all.add(v)
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	check(encoder.Encode(all))
	check(os.WriteFile(output, text.Bytes(), 0o644))
}

// Strictness is written down where it matters.
func (all *vectors) add(v vector) {
	if v.Strict {
		last := all.Vectors[len(all.Vectors)-1]
		last.Strict = true
		if fmt.Sprint(last.shown()) == fmt.Sprint(v.shown()) {
			return
		}
	}
	all.Vectors = append(all.Vectors, v)
}

func (v vector) shown() []string {
	shown := []string{fmt.Sprint(v.Crashes)}
	for _, part := range []*string{v.Output, v.Base64, v.Error} {
		if part == nil {
			shown = append(shown, "none")
		} else {
			shown = append(shown, "some "+*part)
		}
	}
	return shown
}

func (v *vector) record(folder string, run func() ([]byte, error)) {
	defer func() {
		if problem := recover(); problem != nil {
			v.Crashes = true
		}
	}()
	text, err := run()
	switch {
	case err != nil:
		message := strings.ReplaceAll(err.Error(), folder, "FOLDER")
		v.Error = &message
	case utf8.Valid(text):
		shown := string(text)
		v.Output = &shown
	default:
		shown := base64.StdEncoding.EncodeToString(text)
		v.Base64 = &shown
	}
}

// The kinds of references that vals has, of those that its source names.
func providers() []string {
	known := []string{vals.ProviderEcho, vals.ProviderEnvSubst, vals.ProviderExec, vals.ProviderFile}
	for _, name := range named {
		if _, found := registry.GetProvider(name); found {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	return known
}

func runtime(strict bool) *vals.Runtime {
	made, err := vals.New(vals.Options{CacheSize: 512, FailOnMissingKeyInMap: strict, AWSLogLevel: "off", LogOutput: &bytes.Buffer{}})
	check(err)
	return made
}

// As `renderValuesFileToBytesWithData` does.
func inValues(text string, strict bool) ([]byte, error) {
	var raw map[string]any
	if err := yaml.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	parsed, err := runtime(strict).Eval(raw)
	if err != nil {
		return nil, err
	}
	return yaml.Marshal(parsed)
}

// As `renderValsSecrets` does.
func inSet(text string, strict bool) ([]byte, error) {
	rendered, err := runtime(strict).Eval(map[string]any{"values": []string{text}})
	if err != nil {
		return nil, err
	}
	return []byte(fmt.Sprintf("%v", rendered["values"].([]any)[0])), nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
