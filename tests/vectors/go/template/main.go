// Writes what Go's own text/template makes of templates, for the executor of helmsum to be compared with.
//
//	go run . FOLDER
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"unicode/utf8"
)

// A vector is a template and what became of it.
type vector struct {
	Template any `json:"template"`
	// Zero says that a missing key gives a zero value and not an error.
	Zero bool `json:"zero,omitempty"`
	// Helpers are texts that were parsed before, as helmfile does with `_*.tpl` files.
	Helpers []string `json:"helpers,omitempty"`
	Output  any      `json:"output,omitempty"`
	Error   any      `json:"error,omitempty"`
}

// text keeps bytes that JSON cannot hold.
func text(text string) any {
	if utf8.ValidString(text) {
		return text
	}
	return map[string]any{"bytes": base64.StdEncoding.EncodeToString([]byte(text))}
}

// set is a list of templates, each of which comes once.
type set struct {
	vectors []vector
	seen    map[string]bool
}

func (s *set) add(templates ...string) {
	for _, template := range templates {
		s.run(vector{Template: template}, template)
	}
}

func (s *set) zero(templates ...string) {
	for _, template := range templates {
		s.run(vector{Template: template, Zero: true}, template)
	}
}

func (s *set) helped(template string, helpers ...string) {
	s.run(vector{Template: template, Helpers: helpers}, template)
}

func (s *set) run(v vector, source string) {
	key := fmt.Sprint(v)
	if s.seen[key] {
		return
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[key] = true
	v.Template = text(source)
	output, err := render(v, source)
	if err != nil {
		v.Error = text(err.Error())
	} else {
		v.Output = text(output)
	}
	again, errAgain := render(v, source)
	if again != output || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		return // It holds a machine address.
	}
	s.vectors = append(s.vectors, v)
}

func render(v vector, source string) (string, error) {
	parsed := template.New("stringTemplate").Option("missingkey=error")
	if v.Zero {
		parsed = parsed.Option("missingkey=zero")
	}
	parsed.Funcs(functions(parsed))
	for _, helper := range v.Helpers {
		if _, err := parsed.Parse(helper); err != nil {
			return "", err
		}
	}
	if _, err := parsed.Parse(source); err != nil {
		return "", err
	}
	var output bytes.Buffer
	if err := parsed.Execute(&output, data()); err != nil {
		return "", err
	}
	return output.String(), nil
}

func write(folder, name string, content any) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		panic(err)
	}
	lines := strings.ReplaceAll(out.String(), `},{"template"`, "},\n{\"template\"")
	lines = strings.ReplaceAll(lines, `},{"value"`, "},\n{\"value\"")
	if err := os.WriteFile(filepath.Join(folder, name+".json"), []byte(lines), 0o644); err != nil {
		panic(err)
	}
}

func main() {
	folder := os.Args[1]
	if err := os.MkdirAll(folder, 0o755); err != nil {
		panic(err)
	}
	total := 0
	for name, fill := range map[string]func(*set){
		"arguments":   arguments,
		"comparison":  comparison,
		"control":     control,
		"definitions": definitions,
		"fields":      fields,
		"formats":     formats,
		"functions":   builtins,
		"printing":    printing,
		"syntax":      syntax,
	} {
		s := &set{}
		fill(s)
		total += len(s.vectors)
		write(folder, name, map[string]any{"vectors": s.vectors})
	}
	write(folder, "data", map[string]any{"data": tagged(data())})
	encoded := encodings()
	write(folder, "json", map[string]any{"vectors": encoded})
	fmt.Println(total, "templates,", len(encoded), "values as JSON")
}
