package main

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"time"
)

// Point is a struct with methods.
type Point struct {
	X     int
	Label string
	Tags  map[string]any
	Err   error
}

// Describe is a method with arguments.
func (p Point) Describe(prefix any, rest ...any) string {
	return fmt.Sprint(prefix, p.X, len(rest))
}

// Broken is a method that fails.
func (p Point) Broken() (string, error) {
	return "", errors.New("it is broken")
}

// Version is printed by its method.
type Version struct{ number string }

func (v *Version) String() string {
	return "v" + v.number
}

// data is the dot of every template.
func data() map[string]any {
	shared := map[string]any{"a": 1, "b": "two", "n": nil, "deep": map[string]any{"er": []any{1, map[string]any{"x": "y"}}}}
	return map[string]any{
		"nil":     nil,
		"yes":     true,
		"no":      false,
		"zero":    0,
		"one":     1,
		"minus":   -7,
		"answer":  42,
		"most":    math.MaxInt64,
		"least":   math.MinInt64,
		"long":    int64(5),
		"huge":    uint64(math.MaxUint64),
		"small":   uint64(3),
		"fnull":   0.0,
		"half":    1.5,
		"third":   1.0 / 3,
		"neg":     -2.25,
		"million": 1e6,
		"e20":     1e20,
		"e21":     1e21,
		"tiny":    1e-7,
		"digits":  123456789.0,
		"nan":     math.NaN(),
		"inf":     math.Inf(1),
		"ninf":    math.Inf(-1),
		"empty":   "",
		"text":    "text",
		"number":  "42",
		"marks":   "a<b>&'\"c\\=`",
		"lines":   "one\ntwo\r\n\tthree\x00\x07\x1f\x7f",
		"wide":    "ünï→😀\u00a0\u200b\u2028\u0301\ufeff",
		"raw":     "\xff\xfeok\xe2\x82",
		"time":    time.Date(2024, 2, 29, 13, 14, 15, 120000000, time.UTC),
		"zoned":   time.Date(1999, 12, 31, 23, 59, 59, 0, time.FixedZone("CEST", 7200)),
		"wait":    90*time.Second + 500*time.Millisecond,
		"blink":   1500 * time.Nanosecond,
		"list":    []any{1, "a", nil, 2.5, []any{true}},
		"none":    []any{},
		"nolist":  []any(nil),
		"strings": []string{"x", "", "z y"},
		"nostrs":  []string(nil),
		"ints":    []int{3, 1, 2},
		"floats":  []float64{0.5, 2},
		"bools":   []bool{true, false},
		"bytes":   []byte("hi\xff"),
		"nobytes": []byte(nil),
		"maps":    []map[string]any{{"k": 1}, {}},
		"map":     shared,
		"void":    map[string]any{},
		"nomap":   map[string]any(nil),
		"texts":   map[string]string{"k": "v", "e": ""},
		"counts":  map[string]int{"k": 3},
		"any":     map[any]any{2: "two", 1: "one"},
		"words":   map[any]any{"k": "v", "a": nil},
		"pointer": &shared,
		"struct":  Point{X: 3, Label: "p", Tags: map[string]any{"t": 1}},
		"version": &Version{number: "1.2"},
	}
}

// names are the keys of data in a fixed order.
func names() []string {
	var names []string
	for name := range data() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// tagged turns a value into JSON that keeps its Go type.
func tagged(value any) any {
	switch value := value.(type) {
	case nil, bool:
		return value
	case string:
		return text(value)
	case int:
		return map[string]any{"int": strconv.Itoa(value)}
	case int64:
		return map[string]any{"int64": strconv.FormatInt(value, 10)}
	case uint64:
		return map[string]any{"uint64": strconv.FormatUint(value, 10)}
	case uint8:
		return map[string]any{"uint8": strconv.Itoa(int(value))}
	case float64:
		return map[string]any{"float": fmt.Sprintf("%016x", math.Float64bits(value))}
	case time.Time:
		zone, offset := value.Zone()
		return map[string]any{"time": []any{strconv.FormatInt(value.Unix(), 10), value.Nanosecond(), offset, zone}}
	case time.Duration:
		return map[string]any{"duration": strconv.FormatInt(int64(value), 10)}
	case Point:
		return map[string]any{"point": []any{value.X, value.Label, tagged(value.Tags)}}
	case *Version:
		return map[string]any{"version": value.number}
	}
	return taggedCollection(reflect.ValueOf(value))
}

func taggedCollection(value reflect.Value) any {
	element := func() string { return value.Type().Elem().String() }
	switch value.Kind() {
	case reflect.Slice:
		items := []any{}
		for i := range value.Len() {
			items = append(items, tagged(value.Index(i).Interface()))
		}
		return map[string]any{"list": element(), "nil": value.IsNil(), "items": items}
	case reflect.Map:
		entries := [][2]any{}
		for entry := value.MapRange(); entry.Next(); {
			entries = append(entries, [2]any{tagged(entry.Key().Interface()), tagged(entry.Value().Interface())})
		}
		sort.Slice(entries, func(i, j int) bool {
			return fmt.Sprint(entries[i][0]) < fmt.Sprint(entries[j][0])
		})
		kind := "map"
		if value.Type().Key().Kind() != reflect.String {
			kind = "anyMap"
		}
		return map[string]any{kind: element(), "nil": value.IsNil(), "entries": entries}
	case reflect.Pointer:
		return map[string]any{"pointer": tagged(value.Elem().Interface())}
	}
	panic("no form for " + value.Type().String())
}
