package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// state is one document of `helmfile build`.
type state struct {
	// Source is the file that the document says it comes from.
	Source string `json:"source"`
	// State is the document as JSON.
	State any `json:"state"`
}

var sourceLine = regexp.MustCompile(`(?m)^---\n#  Source: (.*)\n`)

// states reads the documents of `helmfile build` with the YAML library that helmfile wrote them with.
func states(text []byte) ([]state, error) {
	marks := sourceLine.FindAllSubmatchIndex(text, -1)
	all := make([]state, 0, len(marks))
	for i, mark := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		var node yaml.Node
		if err := yaml.Unmarshal(text[mark[1]:end], &node); err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		value, err := plain(&node)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		all = append(all, state{Source: string(text[mark[2]:mark[3]]), State: value})
	}
	return all, nil
}

// plain turns a node into what JSON can hold. What JSON lacks is text: points in time, bytes (base64), NaN, infinities.
func plain(node *yaml.Node) (any, error) {
	switch node.Kind {
	case 0:
		return nil, nil
	case yaml.DocumentNode:
		return plain(node.Content[0])
	case yaml.AliasNode:
		return plain(node.Alias)
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for _, item := range node.Content {
			value, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.MappingNode:
		entries := make(map[string]any, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			value, err := plain(node.Content[i+1])
			if err != nil {
				return nil, err
			}
			entries[node.Content[i].Value] = value
		}
		return entries, nil
	}
	switch node.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		var truth bool
		err := node.Decode(&truth)
		return truth, err
	case "!!int":
		if number, ok := new(big.Int).SetString(node.Value, 0); ok {
			return json.Number(number.String()), nil
		}
	case "!!float":
		var number float64
		if err := node.Decode(&number); err != nil {
			return nil, err
		}
		switch {
		case math.IsNaN(number):
			return "NaN", nil
		case math.IsInf(number, 0):
			return strconv.FormatFloat(number, 'g', -1, 64), nil
		}
		return json.Number(strconv.FormatFloat(number, 'g', -1, 64)), nil
	}
	return node.Value, nil
}
