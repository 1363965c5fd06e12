// Writes the vectors that helmsum's template functions are compared with. Every vector is a template, rendered by
// helmfile's own package with sprig behind it, and its result or error.
//
//	go run . ../../functions
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/helmfile/helmfile/pkg/filesystem"
	"github.com/helmfile/helmfile/pkg/tmpl"
)

// A vector: what was rendered, and the result, the result in base 64 where it is no text, or the error. An expression is
// rendered inside of a template that shows its type and value, with Go's syntax or plainly.
type vector struct {
	Template string  `json:"template,omitempty"`
	Show     string  `json:"show,omitempty"`
	Plain    string  `json:"plain,omitempty"`
	Output   *string `json:"output,omitempty"`
	Base64   *string `json:"base64,omitempty"`
	Error    *string `json:"error,omitempty"`
}

// What is rendered for a vector.
func (v vector) text() string {
	switch {
	case v.Show != "":
		return `{{ $r := ` + v.Show + ` }}{{ printf "%T %#v" $r $r }}`
	case v.Plain != "":
		return `{{ $r := ` + v.Plain + ` }}{{ printf "%T %v" $r $r }}`
	}
	return v.Template
}

// A topic is a file of vectors. What it adds twice is written once.
type topic struct {
	name    string
	vectors []vector
	seen    map[string]bool
}

func newTopic(name string) *topic {
	return &topic{name: name, seen: map[string]bool{}}
}

func (t *topic) add(v vector) {
	if !t.seen[v.text()] {
		t.seen[v.text()] = true
		t.vectors = append(t.vectors, v)
	}
}

// Whole templates.
func (t *topic) raw(templates ...string) {
	for _, template := range templates {
		t.add(vector{Template: template})
	}
}

// Expressions, whose type and value are shown.
func (t *topic) show(expressions ...string) {
	for _, expression := range expressions {
		t.add(vector{Show: expression})
	}
}

// Expressions whose values hold something that has no Go syntax, such as a point in time.
func (t *topic) plain(expressions ...string) {
	for _, expression := range expressions {
		t.add(vector{Plain: expression})
	}
}

// A Go string literal as a template argument.
func q(text string) string {
	return fmt.Sprintf("%q", text)
}

// The data of all templates. It is made anew for every one, since templates may change it.
func data() map[string]any {
	return map[string]any{
		"nil":     nil,
		"int64":   int64(-7),
		"uint64":  uint64(18446744073709551615),
		"float":   2.5,
		"huge":    1e300,
		"empty":   "",
		"bytes":   "a\xffb",
		"unicode": "grüße ΑΣ 日本 😀",
		"time":    time.Date(2024, 2, 29, 23, 59, 58, 123456789, time.UTC),
		"east":    time.Date(2024, 2, 29, 23, 59, 58, 0, time.FixedZone("", 5*3600+1800)),
		"list":    []any{"b", 1, nil, "a", 2.5, true, map[string]any{"k": "v"}},
		"strings": []string{"b", "c", "a"},
		"ints":    []int{3, 1, 2},
		"nothing": []any{},
		"map": map[string]any{
			"a": map[string]any{"b": map[string]any{"c": 1}, "x": nil, "l": []any{1, 2}},
			"s": "text", "n": 0, "f": false, "z": nil, "e": map[string]any{}, "el": []any{},
		},
		"texts":  map[string]string{"k": "v", "w": ""},
		"anymap": map[any]any{1: "one"},
		"mixed":  map[string]any{"m": map[any]any{"k": map[any]any{"l": 1}}},
		"none":   map[string]any{},
	}
}

func render(base string, v vector) vector {
	renderer := tmpl.NewFileRenderer(filesystem.DefaultFileSystem(), base, data())
	buffer, err := renderer.Context.RenderTemplateToBuffer(v.text(), renderer.Data)
	if err != nil {
		message := strings.ReplaceAll(err.Error(), base, "BASE")
		v.Error = &message
		return v
	}
	output := strings.ReplaceAll(buffer.String(), base, "BASE")
	if utf8.ValidString(output) {
		v.Output = &output
	} else {
		encoded := base64.StdEncoding.EncodeToString([]byte(output))
		v.Base64 = &encoded
	}
	return v
}

func (t *topic) write(base, folder string) {
	var lines []string
	for _, v := range t.vectors {
		var line strings.Builder
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		check(encoder.Encode(render(base, v)))
		lines = append(lines, strings.TrimSuffix(line.String(), "\n"))
	}
	text := "[\n" + strings.Join(lines, ",\n") + "\n]\n"
	check(os.WriteFile(filepath.Join(folder, t.name+".json"), []byte(text), 0o644))
	fmt.Printf("%6d %s\n", len(lines), t.name)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// The environment that templates see; Go reads the time zone from it once, so the program starts itself again with it.
func environment(folder string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HELMSUM_VECTORS=1",
		"TZ=" + filepath.Join(folder, "zoneinfo", "Test", "North"),
		"ZONEINFO=" + filepath.Join(folder, "zoneinfo"),
		"GREETING=hello $USER",
		"EMPTY=",
		"USER_1=me",
	}
}

func main() {
	folder, err := filepath.Abs(os.Args[1])
	check(err)
	writeZones(folder)
	if os.Getenv("HELMSUM_VECTORS") == "" {
		program, err := os.Executable()
		check(err)
		check(syscall.Exec(program, append([]string{program}, os.Args[1:]...), environment(folder)))
	}
	base, err := os.MkdirTemp("", "vectors")
	check(err)
	defer os.RemoveAll(base)
	writeFiles(base)
	writeSignatures(folder)
	for _, topic := range topics() {
		topic.write(base, folder)
	}
}
