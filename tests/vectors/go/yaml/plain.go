package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	goccy "github.com/goccy/go-yaml"
	"go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// plainVectors reads every scalar of plain-texts.json, without quotes, as a value and as what a program gets that asks for a
// string or a boolean.
func plainVectors(directory string) []any {
	source, err := os.ReadFile(filepath.Join(directory, "plain-texts.json"))
	if err != nil {
		panic(err)
	}
	var texts []string
	if err := json.Unmarshal(source, &texts); err != nil {
		panic(err)
	}
	var vectors []any
	for _, text := range texts {
		document := []byte("a: " + text + "\n")
		vectors = append(vectors, map[string]any{
			"text": text,
			"readers": map[string]any{
				"go-yaml v3":            read[any](yaml.Unmarshal, document),
				"go-yaml v3, string":    read[string](yaml.Unmarshal, document),
				"go-yaml v3, bool":      read[bool](yaml.Unmarshal, document),
				"goccy/go-yaml":         read[any](goccy.Unmarshal, document),
				"goccy/go-yaml, string": read[string](goccy.Unmarshal, document),
				"sigs.k8s.io/yaml":      read[any](func(in []byte, out any) error { return sigs.Unmarshal(in, out) }, document),
			},
		})
	}
	return vectors
}

// read gives the value of the key `a`, with its type, or that it cannot be read.
func read[T any](unmarshal func([]byte, any) error, document []byte) any {
	var result map[string]T
	if err := unmarshal(document, &result); err != nil {
		return "error"
	}
	value, found := result["a"]
	if !found {
		return "nothing"
	}
	if number, is := any(value).(uint64); is && number <= 1<<63-1 {
		// goccy has no signed integers above zero.
		return []any{"int", fmt.Sprint(number)}
	}
	switch value := any(value).(type) {
	case nil:
		return "null"
	case int, int64, uint64:
		return []any{"int", fmt.Sprint(value)}
	case string:
		return []any{"string", value}
	case bool:
		return []any{"bool", fmt.Sprint(value)}
	case float64:
		return []any{"float", fmt.Sprint(value)}
	default:
		return []any{fmt.Sprintf("%T", value), fmt.Sprint(value)}
	}
}
