// Writes which keys a state file may have: the fields of helmfile's own structs, as its YAML library names them.
//
//	go run ./keys ../vectors/state-keys.json
//
// Two forms are written by hand in helmfile: an entry of `helmfiles:` has its `values` beside its other keys, and `inherit`
// may be a list or a single map. Both are looked at through the types they are decoded into.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/helmfile/helmfile/pkg/state"
)

// All structs that were come upon, by the name of their type.
type structs map[string][]string

func main() {
	found := structs{}
	found.add(reflect.TypeFor[state.HelmState]())
	text, err := json.MarshalIndent(found, "", "  ")
	check(err)
	check(os.WriteFile(os.Args[1], append(text, '\n'), 0o644))
}

// Adds a type with all that it is made of.
func (s structs) add(kind reflect.Type) {
	switch kind.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		s.add(kind.Elem())
	case reflect.Struct:
		if _, known := s[kind.Name()]; !known {
			s[kind.Name()] = []string{}
			keys := s.keys(kind)
			slices.Sort(keys)
			s[kind.Name()] = keys
		}
	}
}

// The keys of a struct, as go-yaml finds them: fields without a tag are named in lower case, inlined ones are part of
// the struct around them.
func (s structs) keys(kind reflect.Type) []string {
	keys := []string{}
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case !field.IsExported() && !field.Anonymous || name == "-":
			continue
		case options == "inline" || kind == reflect.TypeFor[state.SubHelmfileSpec]() && field.Name == "Environment":
			keys = append(keys, s.keys(field.Type)...)
			continue
		case name == "":
			name = strings.ToLower(field.Name)
		}
		keys = append(keys, name)
		s.add(field.Type)
	}
	return keys
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
