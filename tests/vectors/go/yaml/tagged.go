package main

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"time"
	"unicode/utf8"
)

// bytesOrText keeps a string that JSON cannot hold.
func bytesOrText(text string) any {
	if utf8.ValidString(text) {
		return text
	}
	return map[string]any{"bytes": base64.StdEncoding.EncodeToString([]byte(text))}
}

// tagged turns a value into JSON that keeps its Go type.
func tagged(value any) any {
	switch value := value.(type) {
	case nil, bool:
		return value
	case string:
		return bytesOrText(value)
	case int:
		return map[string]any{"int": strconv.Itoa(value)}
	case uint8:
		return map[string]any{"int": strconv.Itoa(int(value))}
	case int64:
		return map[string]any{"int64": strconv.FormatInt(value, 10)}
	case uint64:
		return map[string]any{"uint64": strconv.FormatUint(value, 10)}
	case float64:
		bits := math.Float64bits(value)
		if math.IsNaN(value) {
			bits = math.Float64bits(math.NaN())
		}
		return map[string]any{"float": fmt.Sprintf("%016x", bits)}
	case time.Time:
		_, offset := value.Zone()
		return map[string]any{"time": []any{strconv.FormatInt(value.Unix(), 10), value.Nanosecond(), offset}}
	case time.Duration:
		return map[string]any{"duration": strconv.FormatInt(int64(value), 10)}
	}
	return taggedCollection(reflect.ValueOf(value))
}

func taggedCollection(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Slice:
		if value.IsNil() {
			return map[string]any{"nil": value.Type().String()}
		}
		items := []any{}
		for i := range value.Len() {
			items = append(items, tagged(value.Index(i).Interface()))
		}
		return items
	case reflect.Map:
		if value.IsNil() {
			return map[string]any{"nil": value.Type().String()}
		}
		entries := [][2]any{}
		// Not by key: NaN is found by nobody.
		for entry := value.MapRange(); entry.Next(); {
			entries = append(entries, [2]any{tagged(entry.Key().Interface()), tagged(entry.Value().Interface())})
		}
		sort.Slice(entries, func(i, j int) bool {
			a, b := fmt.Sprintf("%v", entries[i][0]), fmt.Sprintf("%v", entries[j][0])
			if a == b { // NaN again, which may be there more than once.
				a, b = fmt.Sprintf("%v", entries[i][1]), fmt.Sprintf("%v", entries[j][1])
			}
			return a < b
		})
		if value.Type().Key().Kind() == reflect.String {
			return map[string]any{"map": entries}
		}
		return map[string]any{"anyMap": entries}
	case reflect.Struct:
		fields := [][2]any{}
		for i := range value.NumField() {
			fields = append(fields, [2]any{value.Type().Field(i).Name, tagged(value.Field(i).Interface())})
		}
		return map[string]any{"struct": fields}
	case reflect.Pointer:
		return map[string]any{"pointer": tagged(value.Elem().Interface())}
	}
	panic("no form for " + value.Type().String())
}
