package main

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"time"
)

// functions are simple ones with parameters of every type that real ones have. The test on the other side has the same.
func functions(parsed *template.Template) template.FuncMap {
	return template.FuncMap{
		"aString": func(s string) string { return "<" + s + ">" },
		"aBool":   func(b bool) bool { return !b },
		"anInt":   func(i int) int { return i + 1 },
		"aLong":   func(i int64) int64 { return i + 1 },
		"aFloat":  func(f float64) float64 { return f * 2 },
		"aMap":    func(m map[string]any) int { return len(m) },
		"aList":   func(l []any) int { return len(l) },
		"strings": func(l []string) string { return strings.Join(l, "+") },
		"aTime":   func(t time.Time) int64 { return t.Unix() },
		"typed":   func(v any) string { return fmt.Sprintf("%T", v) },
		"types": func(vs ...any) string {
			names := make([]string, len(vs))
			for i, v := range vs {
				names[i] = fmt.Sprintf("%T", v)
			}
			return strings.Join(names, " ")
		},
		"joined": func(first string, rest ...string) string { return first + ":" + strings.Join(rest, ",") },
		"sum": func(first int, rest ...int) int {
			for _, n := range rest {
				first += n
			}
			return first
		},
		"two":     func(s string, v any) string { return fmt.Sprintf("%s=%v", s, v) },
		"same":    func(v any) any { return v },
		"nothing": func() any { return nil },
		"record":  func() map[string]any { return map[string]any{"k": map[string]any{"l": "deep"}, "n": nil} },
		"fails":   func(s string) (string, error) { return "", errors.New(s) },
		"include": func(name string, data any) (string, error) {
			var out strings.Builder
			err := parsed.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
	}
}
