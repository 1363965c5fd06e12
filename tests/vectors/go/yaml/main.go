// Writes what go.yaml.in/yaml/v3 makes of YAML texts and values, in the version that helmfile v1.8.0 uses and with the
// settings of helmfile's pkg/yaml/yaml.go, and what other readers make of plain scalars. Run it in its own folder:
//
//	go run . ../../yaml
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . DIRECTORY")
		os.Exit(1)
	}
	// The zone of the machine must not reach the vectors.
	time.Local = time.UTC
	directory := os.Args[1]
	for name, texts := range decodeGroups() {
		var vectors []any
		for _, text := range texts {
			vectors = append(vectors, decodeVector(text))
		}
		write(directory, name, vectors)
	}
	write(directory, "plain-go", plainVectors(directory))
	var typed []any
	for _, text := range typedTexts() {
		typed = append(typed, typedVector(text))
	}
	write(directory, "typed", typed)
	var encoded []any
	for _, value := range encodeValues() {
		encoded = append(encoded, encodeVector(value))
	}
	write(directory, "encode", encoded)
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

type vector struct {
	In  any   `json:"in"`
	Out []any `json:"out,omitempty"`
	// Of the first document, decoded into map[string]any.
	Map any `json:"map,omitempty"`
	Err any `json:"err,omitempty"`
}

// decodeVector reads all documents of a stream, as helmfile does with state files, up to the first error.
func decodeVector(text string) (result vector) {
	result.In = bytesOrText(text)
	// A panic of the library ends helmfile; it is an error here.
	defer func() {
		if problem := recover(); problem != nil {
			result.Err = fmt.Sprintf("panic: %v", problem)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	for {
		var value any
		err := decoder.Decode(&value)
		if err != nil {
			if err.Error() != "EOF" {
				result.Err = bytesOrText(err.Error())
			}
			break
		}
		result.Out = append(result.Out, tagged(value))
	}
	if result.Err == nil {
		var value map[string]any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			result.Map = map[string]any{"err": bytesOrText(err.Error())}
		} else {
			result.Map = tagged(value)
		}
	}
	return result
}

type sub struct {
	Name string
	On   bool
}

// target has a field of each kind that helmfile's state has.
type target struct {
	Bool        bool              `yaml:"bool"`
	BoolPointer *bool             `yaml:"boolPointer"`
	String      string            `yaml:"string"`
	Int         int               `yaml:"int"`
	IntPointer  *int              `yaml:"intPointer"`
	Strings     []string          `yaml:"strings"`
	StringMap   map[string]string `yaml:"stringMap"`
	Any         any               `yaml:"any"`
	AnyMap      map[string]any    `yaml:"anyMap"`
	AnyList     []any             `yaml:"anyList"`
	Sub         sub               `yaml:"sub"`
	SubPointer  *sub              `yaml:"subPointer"`
	Subs        []sub             `yaml:"subs"`
	SubPointers []*sub            `yaml:"subPointers"`
	SubMap      map[string]sub    `yaml:"subMap"`
}

func (s sub) tagged() any { return map[string]any{"name": s.Name, "on": s.On} }

func pointer[T any](value *T, show func(T) any) any {
	if value == nil {
		return nil
	}
	return show(*value)
}

func (t target) tagged() any {
	plain := func(value sub) any { return value.tagged() }
	var subs, pointers []any
	for _, value := range t.Subs {
		subs = append(subs, value.tagged())
	}
	for _, value := range t.SubPointers {
		pointers = append(pointers, pointer(value, plain))
	}
	subMap := map[string]any{}
	for key, value := range t.SubMap {
		subMap[key] = value.tagged()
	}
	return map[string]any{
		"bool":        t.Bool,
		"boolPointer": pointer(t.BoolPointer, func(value bool) any { return value }),
		"string":      bytesOrText(t.String),
		"int":         fmt.Sprint(t.Int),
		"intPointer":  pointer(t.IntPointer, func(value int) any { return fmt.Sprint(value) }),
		"strings":     t.Strings,
		"stringMap":   t.StringMap,
		"any":         tagged(t.Any),
		"anyMap":      tagged(t.AnyMap),
		"anyList":     tagged(t.AnyList),
		"sub":         t.Sub.tagged(),
		"subPointer":  pointer(t.SubPointer, plain),
		"subs":        subs,
		"subPointers": pointers,
		"subMap":      subMap,
	}
}

// typedVector decodes the first document into a struct, refusing unknown fields.
func typedVector(text string) map[string]any {
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.KnownFields(true)
	var value target
	if err := decoder.Decode(&value); err != nil {
		return map[string]any{"in": text, "err": bytesOrText(err.Error())}
	}
	return map[string]any{"in": text, "out": value.tagged()}
}

// encodeVector writes a value as helmfile's Marshal does.
func encodeVector(value any) map[string]any {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(value); err != nil {
		return map[string]any{"in": tagged(value), "err": err.Error()}
	}
	return map[string]any{"in": tagged(value), "out": out.String()}
}
