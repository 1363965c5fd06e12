package main

import (
	"math"
	"math/rand"
	"strings"
	"time"
)

type sample struct {
	Name         string
	KubeContext  string
	Values       map[string]any
	CLIOverrides map[string]any
	Inner        inner
	Labels       map[string]string
}

type inner struct {
	URLPath string
	On      bool
}

// strangeStrings are ones that need care when written.
func strangeStrings() []string {
	strange := append([]string{}, words...)
	strange = append(strange,
		"", " ", "  ", " a", "a ", "a  b", "\ta", "a\t", "a\tb", "\t", "a: b", "a:", ":a", ": a", "a :b", "a #b", "a# b", "# a", "#a", "- a", "-", "-a", "--", "---", "--- a", "---a", "...", "...a", ".. .", "? a", "?", "?a", "a?", "!a", "! a", "&a", "*a", "%a", "@a", "`a`", "|", "| a", ">", "> a", ">-", "'", "''", "'a'", "it's", "\"", "\"a\"", "a\"b", "\\", "a\\b", "\\n", "[", "]", "[a]", "{", "}", "{a}", "{a: b}", ",", "a,b", ", a", "a, b", "=", "<<", "<", "a=b", "key=value,other", "a{b", "a[b", "{{ a }}", "${a}", "a:b", "a:b:c", "http://x/y?z=1#f", "C:\\x", "a/b", "*.yaml", "**", "@", "%", "!", "&", "*", "|-", "~a", "~", "nullx", "truex", "yesno",
		"\n", "\n\n", "a\n", "a\n\n", "\na", "\n\na", "a\nb", "a\nb\n", "a\nb\n\n", "a\n\nb\n", " a\nb", " a\nb\n", "a\n b\n", "a \nb", "a \nb\n", "a\nb ", "a\nb \n", "a\n ", "a\n \n", "a\n\tb\n", "\ta\nb\n", "a\tb\nc\n", "# a\nb\n", "- a\n- b\n", "a: b\nc: d\n", "a\r\nb\r\n", "a\rb", "\r", "\r\n", "a\n\r", "---\na\n", "a\n---\nb\n", "a\n...\n", "\n a\n", "  \na\n", "\n\n", " \n", "\n ", "\t\n", "x\n  y\n    z\n", "é\nü\n", "😀\nb\n", "a\x01\nb", "%a\nb\n", "'a'\n\"b\"\n", "a\\\nb\n",
		"\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "a\x00b", "\u0080", "\u0085", "\u009f", "\u00a0", "a\u00a0b", "\u00ad", "\u200b", "\u2028", "\u2029", "a\u2028b", "a\u2029b", "a \u2028b", "a\u2028 b", "a\u2028\nb", "a\n\u2028b\n", "\u2028a", "a\u2028", "a\u2028\u2028b", "a: b\u2028c", "a\u0085b", "a\u0085\nb", "\ufeff", "\ufeffa", "a\ufeff", "\ufeffa\nb", "\ufffd", "\ufffe", "\uffff", "\ud7ff", "\ue000", "\U00010000", "😀", "a😀b", "\U0010ffff", "日本語", "日本語\n文\n", "é", "ÿ", "Ā", "א", "ا", "\u0301", "a\u0301",
		"\xff", "\xff\xfe", "a\x80b", strings.Repeat("\xff", 40), strings.Repeat("\xff", 52), strings.Repeat("\xff", 53), strings.Repeat("\xff", 200), "a\n\xff\n", "\xc3", "\xed\xa0\x80",
		strings.Repeat("a", 127), strings.Repeat("a", 128), strings.Repeat("a", 129), strings.Repeat("é", 64), strings.Repeat("é", 65), strings.Repeat("a ", 100), strings.Repeat("a: ", 60), strings.Repeat("a b\n", 30), strings.Repeat("'", 90),
		"1:30", "12:30:45", "-1:20", "+1:20", "1:2:3.5", "1_0:20", "_1:20", "1:60", "1:99", "60:59", "1:", "1:2:", "1:2.", "1:2._5", "1:2.5.6", "0:0", "00:00", "1:02:03", "1.5:20", ":20", "a1:20",
	)
	return strange
}

func encodeValues() (values []any) {
	for _, text := range strangeStrings() {
		values = append(values, text, map[string]any{"k": text}, map[string]any{text: 1}, []any{text}, map[string]any{"a": map[string]any{"b": []any{[]any{text}, map[string]any{text: text}}}})
	}
	for _, float := range []float64{0, math.Copysign(0, -1), 1, -1, 1.5, 0.1, 1e5, 1e6, 999999, 1234567, 123456789, 1e20, 1e21, 1e22, 1e100, 1e-4, 1e-5, 0.00012345, 0.000012345, 1.7976931348623157e308, 5e-324, 2.5e-10, 100, 12345.678, 3.0, 1e15, 123456.7, math.Inf(1), math.Inf(-1), math.NaN(), float64(1 << 53), float64(1<<53) + 2, 0.1 + 0.2} {
		values = append(values, float, map[string]any{"k": float}, map[any]any{float: "v"})
	}
	random := rand.New(rand.NewSource(4))
	// Two shortest texts are equally near to these.
	floats := []any{33125015435721.3125, 1018251300694161.25}
	for range 300 {
		floats = append(floats, random.NormFloat64()*math.Pow(2, float64(random.Intn(64))), math.Float64frombits(random.Uint64()))
	}
	values = append(values, floats)
	zone := time.FixedZone("", 2*3600)
	for _, moment := range []time.Time{
		time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 1, 1, 10, 20, 30, 500000000, time.UTC), time.Date(2024, 1, 1, 10, 20, 30, 123456789, zone), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 6, 1, 0, 0, 0, 1000, time.FixedZone("", -(5*3600+1800))),
	} {
		values = append(values, moment, map[string]any{"k": moment}, []any{moment}, map[any]any{moment: 1})
	}
	values = append(values,
		nil, true, false, 0, 1, -1, math.MaxInt64, math.MinInt64, int64(7), uint64(math.MaxUint64), time.Duration(0), time.Hour, 90*time.Second, 1500*time.Millisecond,
		[]any{}, []any(nil), map[string]any{}, map[string]any(nil), map[any]any{}, map[string]string{}, map[string]string{"b": "1", "a": "yes"}, []string{}, []string{"a", "1", "true"}, []string(nil), []int{1, 2}, []bool{true}, []byte("ab"), []map[string]any{{"a": 1}, {}, nil}, []map[string]any{{"a": 1}, {}, nil}, sample{Name: "p"}, []map[string]any{{"a": 1}, {}, nil}, map[string]any{"a": 1}, []float64{1, 1.5},
		[]any{nil, nil}, []any{[]any{}}, []any{[]any{[]any{1}, 2}, 3}, []any{map[string]any{}}, []any{map[string]any{"a": 1, "b": []any{1, map[string]any{"c": 2}}}}, map[string]any{"a": nil}, map[string]any{"a": []any{}, "b": map[string]any{}, "c": []any{nil}}, map[string]any{"a": map[string]any{"b": map[string]any{"c": map[string]any{}}}}, map[string]any{"a": []any{[]any{1, []any{2}}, map[string]any{"b": []any{3}}}},
		map[any]any{1: "a", "1": "b", true: "c", nil: "d", 1.5: "e", uint64(math.MaxUint64): "f", -1: "g", "x": "h"}, map[any]any{false: 0, true: 1, 0: 2, 1: 3, 1.0: 4, 2.0: 5, 2: 6}, map[any]any{math.Inf(-1): 1, -5: 2, 5: 3, 4.5: 4, math.Inf(1): 5}, map[any]any{"a": map[any]any{1: []any{1}}},
		sample{Name: "a", KubeContext: "yes", Values: map[string]any{"b": 1, "a": []any{1}}, Inner: inner{URLPath: "/x", On: true}}, sample{}, map[string]any{"release": sample{Name: "1", Labels: map[string]string{"b": "", "a": "x"}}}, []any{inner{}, struct{}{}},
		map[string]any{strings.Repeat("k", 200): map[string]any{"a": 1}, "b": 1}, map[string]any{strings.Repeat("k", 200): []any{1, 2}, "a\nb": []any{map[string]any{"c\nd": "e\nf"}}}, map[string]any{strings.Repeat("k", 200): []any{}, strings.Repeat("l", 200): map[string]any{}, "a\nb\n": "c\n"}, []any{map[string]any{strings.Repeat("k", 129): 1, "z": 2}}, []any{map[string]any{"a\nb": map[string]any{"c": 1}}},
	)
	return append(values, orderValues()...)
}

// orderValues are maps whose order matters.
func orderValues() (values []any) {
	keys := []string{
		"a", "b", "A", "B", "Z", "z", "aa", "ab", "a1", "a2", "a10", "a01", "a001", "a1b", "a1B", "a10b", "a-1", "a-10", "a_1", "a.1", "a/1", "a 1", "1", "2", "10", "01", "001", "1a", "1A", "1-", "1.5", "1.10", "v1", "v1.2", "v1.10", "v1.2.3", "-", "_", ".", "~", "~a", "-a", "_a", "é", "É", "ä", "z1", "zz", "日", "本", "١", "٢", "a١", "a٢", "99999999999999999999", "99999999999999999998", "a99999999999999999999", "9", "90", "900", "0", "00", "000", "a0", "a00", "0a", "a0b", "100", "1000", "10a", "1b", "x10y2", "x10y10", "x9y10", "x09y1", "foo", "foo-bar", "foobar", "foo_bar", "foo.bar", "foo1", "foo10", "foo2", "Foo", "FOO", "fooBar", "foo-1", "foo-a", "foo-1a", "foo-A", "😀", "a😀", "\t", " ", "", "a b", "a\nb", "10.0.0.1", "10.0.0.10", "10.0.0.2", "host-01", "host-1", "host-02", "host-10", "host-010",
	}
	random := rand.New(rand.NewSource(3))
	for range 250 {
		set := map[string]any{}
		for range 2 + random.Intn(5) {
			set[keys[random.Intn(len(keys))]] = len(set)
		}
		values = append(values, set)
	}
	// Pairs say most about the order, and never depend on how a sort treats an order that is not a total one.
	for range 400 {
		values = append(values, map[string]any{keys[random.Intn(len(keys))]: 1, keys[random.Intn(len(keys))]: 2})
	}
	alphabet := []rune("a1B0-_.9é")
	for range 300 {
		set := map[string]any{}
		for range 2 {
			word := ""
			for range random.Intn(6) {
				word += string(alphabet[random.Intn(len(alphabet))])
			}
			set[word] = len(set)
		}
		values = append(values, set)
	}
	return values
}
