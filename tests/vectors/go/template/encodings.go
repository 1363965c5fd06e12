package main

import (
	"bytes"
	"encoding/json"
	"math"
	"time"
)

// An encoding is a value and its three forms as JSON.
type encoding struct {
	Value    any `json:"value"`
	Compact  any `json:"compact,omitempty"`
	Indented any `json:"indented,omitempty"`
	Raw      any `json:"raw,omitempty"`
	Error    any `json:"error,omitempty"`
}

func encodings() []encoding {
	values := data()
	var list []any
	for _, name := range names() {
		if name != "struct" && name != "version" {
			list = append(list, values[name])
		}
	}
	for _, number := range []float64{
		0, math.Copysign(0, -1), 1, -1, 0.1, 1.0 / 3, 100, 1e5, 1e6, 1e20, 1e21, 1.5e21, 1e-5, 1e-6, 9.9e-7, 1e-7, 1.5e-9, 1e-10, 1e100, 1e-100, 5e-324, math.MaxFloat64, 123456789.125, 2.5e-8,
	} {
		list = append(list, number, []any{number}, map[string]any{"k": number})
	}
	for code := range 0x250 {
		list = append(list, string(rune(code)))
	}
	list = append(list,
		"\u2028\u2029\ufeff\ufffd\U0001F600", "\xff", "a\xe2\x82b", "\xed\xa0\x80", "</script>&amp;", "key: \"v\"\n",
		[]any{[]any{}, map[string]any{}, nil, []string{}, []string(nil), map[string]any(nil), map[string]string{}},
		map[string]any{"b": 1, "a": map[string]any{"z": []any{1, 2}, "y": map[string]any{}}, "<": "&", "é": nil, "A": true, "": 0, "a b": 1.0, "10": 10, "9": 9},
		map[any]any{}, []any{map[any]any{1: 2}}, []byte{}, []byte{0, 255}, []any{math.NaN()}, map[string]any{"k": math.Inf(-1)},
		time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2024, 1, 2, 3, 4, 5, 6, time.FixedZone("", -5400)), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("x", 3600)),
		[]map[string]any{nil, {"k": []byte("x")}}, []time.Duration(nil) == nil, []int{}, []any{1, int64(2), uint64(3), "4", 5.5, true},
	)
	var encoded []encoding
	for _, value := range list {
		e := encoding{Value: tagged(value)}
		compact, err := json.Marshal(value)
		if err != nil {
			e.Error = text(err.Error())
			encoded = append(encoded, e)
			continue
		}
		indented, _ := json.MarshalIndent(value, "", "  ")
		var raw bytes.Buffer
		encoder := json.NewEncoder(&raw)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(value); err != nil {
			panic(err)
		}
		e.Compact = text(string(compact))
		if string(indented) != string(compact) {
			e.Indented = text(string(indented))
		}
		if text := bytes.TrimSuffix(raw.Bytes(), []byte("\n")); !bytes.Equal(text, compact) {
			e.Raw = string(text)
		}
		encoded = append(encoded, e)
	}
	return encoded
}
