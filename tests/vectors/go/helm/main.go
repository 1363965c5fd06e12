// Writes what helm v3.22.0 reads from values files, which files of a chart its rules leave out, and which files it loads from a
// directory. Run it in its own folder. The texts are those of the vectors of YAML, which lie beside the directory:
//
//	go run . ../../helm
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . DIRECTORY")
		os.Exit(1)
	}
	directory := os.Args[1]
	var values []any
	for _, text := range texts(filepath.Join(directory, "..", "yaml")) {
		values = append(values, valuesVector(text))
	}
	write(directory, "values", values)
	write(directory, "ignore", ignoreVectors())
	write(directory, "files", filesVectors())
}

// texts are those of the decoding vectors, without the damaged ones, each once.
func texts(directory string) (texts []string) {
	paths, err := filepath.Glob(filepath.Join(directory, "decode-*.json"))
	if err != nil {
		panic(err)
	}
	sort.Strings(paths)
	seen := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "decode-mutated.json") {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		var vectors []struct {
			In any `json:"in"`
		}
		if err := json.Unmarshal(content, &vectors); err != nil {
			panic(err)
		}
		for _, vector := range vectors {
			// What is no text is written in another way there, and is no YAML.
			if text, ok := vector.In.(string); ok && utf8.ValidString(text) && !seen[text] {
				seen[text] = true
				texts = append(texts, text)
			}
		}
	}
	return append(texts, ownTexts...)
}

// ownTexts are about what helm reads differently than helmfile.
var ownTexts = []string{
	"y: yes\nn: no\non: off\n", "a: [y, n, on, off, Yes, NO, \"yes\", 'no']\n", "{yes: 1, true: 2}", "{'true': 1, yes: 2}", "1: a\n\"1\": b\n", "1: a\n0x1: b\n", "1.0: a\n1: b\n",
	"1.5: a\n", "1e3: a\n", "1e21: a\n", "0.1: a\n", "123456789.25: a\n", "1e-7: a\n", ".inf: a\n", "-.inf: a\n", ".nan: a\n", "18446744073709551615: a\n", "~: a\n", "2024-01-01: a\n", "[a]: b\n", "!!binary YQ==: b\n",
	"a: 1\na: 2\n", "a: {b: 1}\na: {c: 2}\n", "x: &x {a: 1, b: 2}\ny: {a: 3, <<: *x}\n", "x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\n", "<<: [{a: 1}, {a: 2, b: 2}]\na: 3\n", "a: 0\n<<: [{a: 1}, {a: 2, b: 2}]\n",
	"a: 9007199254740991\nb: 9007199254740992\nc: 1e15\nd: 1e300\ne: -0.0\nf: 1.0\n", "a: !!binary aGVsbG8=\n", "a: !!binary //8=\n", "a: !!bool yes\nb: !!bool 'no'\nc: !!str yes\nd: !x yes\n", "a: 1\n---\nb: [\n", "a: .nan\n", "- 1\n", "text\n", "a: !!timestamp 2024-01-01\n",
}

type vector struct {
	In  any `json:"in"`
	Out any `json:"out,omitempty"`
	Err any `json:"err,omitempty"`
}

// valuesVector reads a text as helm does. Where keys of different types become one, or a key does not equal itself, the order
// in which Go walks a map decides; such a text has no result.
func valuesVector(text string) vector {
	result := valuesOnce(text)
	if strings.Count(text, ":") < 2 {
		return result
	}
	for range 400 {
		if !reflect.DeepEqual(valuesOnce(text), result) {
			return vector{In: text, Err: "differs from run to run"}
		}
	}
	return result
}

// valuesOnce reads a text as helm's pkg/cli/values/options.go does.
func valuesOnce(text string) (result vector) {
	result.In = text
	// A panic of the library ends helm; it is an error here.
	defer func() {
		if problem := recover(); problem != nil {
			result.Err = "panic"
		}
	}()
	values := map[string]interface{}{}
	if err := yaml.Unmarshal([]byte(text), &values); err != nil {
		result.Err = strings.SplitN(err.Error(), "\n", 2)[0]
		return result
	}
	result.Out = values
	return result
}

// write puts one vector on each line, so that changes can be read.
func write(directory, name string, vectors []any) {
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, vector := range vectors {
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(vector); err != nil {
			panic(err)
		}
		out.Write(bytes.TrimRight(line.Bytes(), "\n"))
		if i+1 < len(vectors) {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("]\n")
	path := filepath.Join(directory, name+".json")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		panic(err)
	}
	fmt.Println(path, len(vectors))
}
