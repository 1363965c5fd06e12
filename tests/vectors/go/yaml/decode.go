package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// decodeGroups are texts for untyped decoding, by the file that they go to.
func decodeGroups() map[string][]string {
	return map[string][]string{
		"decode-plain":    plainTexts(),
		"decode-time":     timeTexts(),
		"decode-styles":   styleTexts(),
		"decode-block":    blockTexts(),
		"decode-document": documentTexts(),
		"decode-mutated":  mutatedTexts(),
	}
}

// words are scalars of which some are more than text, unquoted.
var words = []string{
	"a", "abc", "true", "True", "TRUE", "tRue", "false", "False", "FALSE", "fALSE", "null", "Null", "NULL", "nULL", "~", "~~",
	"y", "Y", "yes", "Yes", "YES", "yEs", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "nil", "none",
	"0", "1", "-1", "+1", "00", "007", "010", "-010", "+010", "08", "09", "018", "0o10", "0o8", "0O17", "-0o17", "+0o17", "0o-17", "0o", "0o_7",
	"0x", "0x1F", "0X1f", "-0x1F", "+0x1F", "0xG", "0x_1", "0x-1", "0b", "0b11", "0B11", "-0b11", "+0b11", "0b12", "0b-101", "-0b-1", "0b+1", "0b_1",
	"1_000", "1__000", "_1", "1_", "-_1", "+_1", "0_1", "0x_", "1_000.5", "1e1_0", "1_e3",
	"123456789", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
	"18446744073709551615", "18446744073709551616", "+18446744073709551615", "-18446744073709551615", "0xFFFFFFFFFFFFFFFF", "0x10000000000000000",
	"0x7FFFFFFFFFFFFFFF", "-0x8000000000000000", "0xffffffffffffffffff", "01777777777777777777777", "0b1111111111111111111111111111111111111111111111111111111111111111",
	"123456789012345678901234567890", "-123456789012345678901234567890",
	"1.0", "1.", ".5", "-.5", "+.5", ".", "-", "+", "--", "+-1", "-+1", "- 1", "1.5", "1.10", "0.1", "00.1", "-0", "-0.0", "+0.0", "1e3", "1E3", "1e+3", "1e-3", "1e", "1e+", "e3",
	".e3", ".5e3", "1.5e3", "1.e3", "1e400", "-1e400", "1e-400", "1.7976931348623157e308", "1.7976931348623159e308", "5e-324", "1e23", "0.30000000000000004",
	"100000000000000000000000.0", "1.2.3", "1.2.3.4", "1,000", "1 000", "0.0.0", "..5", "5..", "1e5.5", "0x1.8p1", "0x1p4", "1f", "1d", "0e0", "00e1", "1e05", "123e0",
	".inf", ".Inf", ".INF", ".iNF", "-.inf", "+.inf", "-.Inf", "+.INF", "inf", "+inf", "-inf", "Infinity", ".nan", ".NaN", ".NAN", ".Nan", "nan", "-.nan", "+.nan", ".infinity",
	"12:30", "1:30:45", "190:20:30", "12:30:45.5", "-1:20", "1:", "60:60", "1:2:3:4",
	"2024-01-01", "2024-1-1", "2024-01-01 10:20:30", "2024-01-01T10:20:30Z", "2024-13-01", "20240101", "2024-01", "2024-", "202-01-01", "20245-01-01",
	"<<", "=", "<", "<<<", "...x", "---x", "-x", "?x", ":x", "x:y", "x#y", "a:b:c", "::", "#", "a #b", "@x", "`x", "%x", "!x", "&x", "*x", "|x", ">x",
	"v1.2.3", "1.2.3-rc1", "0755", "0644", "1Gi", "100m", "1k", "0.5.0", "12e03", "2e1x", "10.0.0.1", "10.0.0.0/8", "::1", "a=b", "{{ x }}", "$(X)", "${X}",
	"é", "日本語", "😀", "\u00a0x", "x\u00a0", "\u2028", "a\u2028b", "\u0085", "a\u0085b", "\u200b", "\ufeff", "a\ufeffb", "\ufffd", "\ue000",
	"O", "o", "F", "f", "T", "t", "Nn", "Of", "0.", "+0", "+1.5", "+0b1_0", "1_0e2", "-1_000", "-1e3", "0777_7", "0_8", "08.5", "1:30:", "::30", ".1_0", "0x1_F",
}

func plainTexts() (texts []string) {
	for _, word := range words {
		texts = append(texts, word, "k: "+word+"\n")
	}
	for _, word := range words {
		texts = append(texts, word+": 1\n")
	}
	for _, word := range []string{"1", "true", "null", "~", "1.5", "2024-01-01", "<<", "y", "0x1", "''", "[a]", "{a: b}"} {
		texts = append(texts, "? "+word+"\n: 1\n", "{"+word+": 1}", "a: {"+word+": 1}", "["+word+", x]", "[? "+word+" : 1]", "- "+word+"\n- "+word+"\n")
	}
	return texts
}

func timeTexts() (texts []string) {
	dates := []string{"2024-01-01", "2024-1-1", "2024-02-29", "2023-02-29", "2024-12-31", "0000-01-01", "0001-01-01", "9999-12-31", "9999-12-30", "2024-00-01", "2024-01-00", "2024-01-32", "2024-4-31", "1969-12-31", "2024-001-01", "2024-01-001", "2024-01-1x", "+2024-01-01", "-2024-01-01", "2024_01_01", "2024-0a-01"}
	separators := []string{"T", "t", " ", "   ", "\t", "x", "T ", ""}
	times := []string{"10:20:30", "1:2:3", "00:00:00", "23:59:59", "24:00:00", "10:60:00", "10:20:60", "10:20", "10", "010:20:30", "10:020:30", "10:20:030", "-1:20:30"}
	fractions := []string{"", ".5", ".123456789", ".1234567899", ",5", ".", ".000", ".x", ".100000000000000000000"}
	zones := []string{"", "Z", "z", "+02:00", "-05:30", "+00:00", "-00:00", "+24:00", "+25:00", "+02:60", "+02:61", "+0200", "+02", "+2:00", " +02:00", " Z", "+23:59", "Z ", "UTC"}
	for _, date := range dates {
		texts = append(texts, "- "+date+"\n", "- "+date+"T10:20:30Z\n", "- "+date+"T23:59:59+02:00\n", "- "+date+"T00:00:00-02:00\n", "- !!timestamp '"+date+"'\n", "- '"+date+"'\n", date+": 1\n")
	}
	for _, separator := range separators {
		for _, zone := range zones {
			texts = append(texts, "- 2024-01-01"+separator+"10:20:30"+zone+"\n")
		}
	}
	for _, time := range times {
		for _, fraction := range fractions {
			texts = append(texts, "- 2024-01-01T"+time+fraction+"Z\n", "- 2024-01-01 "+time+fraction+"\n")
		}
	}
	return texts
}

func styleTexts() (texts []string) {
	values := []string{"", "a", "true", "yes", "null", "~", "1", "010", "0x1F", "1.5", "1e3", ".inf", "2024-01-01", "<<", "YQ==", "YQ=", "Y Q==", "YR==", "//8=", "a b", "18446744073709551615", "-1", "9223372036854775808"}
	tags := []string{"", "! ", "!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!timestamp ", "!!binary ", "!!merge ", "!!map ", "!!seq ", "!!set ", "!local ", "!<tag:yaml.org,2002:int> ", "!<tag:yaml.org,2002:str> ", "!<x> ", "!e!x "}
	for _, tag := range tags {
		for _, value := range values {
			texts = append(texts, "a: "+tag+value+"\n", "a: "+tag+"'"+value+"'\n", tag+"\""+value+"\": 1\n")
		}
		texts = append(texts, "a: "+tag+"[1]\n", "a: "+tag+"{b: 1}\n", "a: "+tag+"\n  b: 1\n", "a: "+tag+"\n- 1\n", "a: "+tag+"|\n  12\n", "a: "+tag+">-\n  12\n", tag+"a: 1\n", "[ "+tag+"a, b ]", "{ "+tag+"a: b }", "&x "+tag+"a", tag+"&x a")
	}
	for _, text := range []string{
		`a: "\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u0041\U00000041"`, `a: "\x4"`, `a: "\u004"`, `a: "\U0000004"`, `a: "\xff"`, `a: "\ud83d\ude00"`, `a: "\U0001F600"`, `a: "\U00110000"`, `a: "\q"`,
		`a: "\`, `a: "`, `a: '`, `a: 'it''s'`, `a: 'x' y`, `a: "x" y`, `a: "x"y`, `a: 'x'#y`, `a: "x" #y`, `a: "x"#y`, `"a": "b"`, `"a":b`, `'a':b`, `{"a":b}`, `{"a":"b"}`, `{'a':'b'}`, `{"a" :b}`, `{a :b}`, `{a:b}`, `{a: b}`, `{a:}`, `{a: }`, `{a}`, `{a,b}`, `{a, b: c}`, `{,}`, `{a,,b}`, `{a: b,}`, `[a,]`, `[,]`, `[a,,b]`, `[a b]`, `[a: b]`, `[a: b, c: d]`, `[{a: b}, c]`, `[[a], [b]]`, `[a, [b, {c: d}]]`, `[]`, `{}`, `[ ]`, `{ }`, `[`, `]`, `{`, `}`, `[}`, `{]`, `[a`, `{a`, `{a:`, `[a,`, `a]`, `a}`, `a: ]`, `a: [`, `a: {`, `a: [b`, `[a]: b`, `{a: b}: c`, `[a, b]: c`, `? [a]`, `{? a : b}`, `[? a : b]`, `[a?b]`, `[a?, b]`, `{a?: b}`, `[http://x?y=z]`, `[?a]`, `{?a: b}`, `{a: ?b}`, `[a:b]`, `[a::b]`, `[::a]`, `[:a]`, `{:a: b}`, `[a:,b]`, `[a:]`, `{a:[b]}`, `{a:{b: c}}`, `[-a]`, `[- a]`, `[-]`, `[-, a]`, `{-: a}`, `[|]`, `[>a]`, `[a#b]`, `[a #b]`, "[a #b\n]", "[a, #b\n c]", "{a: b #c\n}", `[a"b]`, `["a"b]`, `['a', "b"]`, `[*a]`, `[&a b, *a]`, `[&a b,*a]`, `{&a a: b}`, `{*a: b}`, `{*a : b}`, `[!!str a]`, `[!!str, a]`, `[! a]`, `[!a,b]`, `[!a ,b]`, `[a!, b]`, `[a !b, c]`, `['x!', y]`, `[!<a>, b]`, `a: !b,c`, `a: b!, c`, `a: x !b, c`,
		"a: \"b\n  c\"", "a: \"b\nc\"", "\"b\nc\"", "a: \"b\n\n  c\"", "a: \"b \\\n  c\"", "a: \"b\\\n  \\  c\"", "a: 'b\n  c'", "a: 'b\n\n\n  c'", "a: \"b\n---\nc\"", "a: 'b\n... \nc'", "a: b\n c", "a: b\n\n c", "a: b\nc", "a: b\n  c: d", "a: b c\n  d e\n f", "a:\n  b\n  c", "a:\n  - b\n   c", "- a\n b", "- a\n  b", "- a\nb", "a\nb", "a\nb: c", "a\n\nb\n", "a: b\n# c\n d", "a: b # c\n d", "a:\n  b # c\n  d",
	} {
		texts = append(texts, text, text+"\n")
	}
	return texts
}

func blockTexts() (texts []string) {
	bodies := []string{"  x", "  x\n  y", "  x\n\n  y", "  x\n    y\n  z", "   x\n  y", "\n\n  x", "    \n  x", "  \tx", "  x \n  y", "  # x", "", " x", "x"}
	endings := []string{"", "\n", "\n\n", "\n  ", "\n   \n", "\nb: 1\n", "\n# c\n", "\n  # c\n", "\n---\n"}
	random := rand.New(rand.NewSource(1))
	for _, style := range []string{"|", ">"} {
		for _, chomping := range []string{"", "-", "+"} {
			for _, indent := range []string{"", "1", "2", "4"} {
				for _, body := range bodies {
					for _, ending := range endings {
						// All with a sign on their own; of the rest one in four is enough.
						if indent != "" && random.Intn(4) != 0 {
							continue
						}
						texts = append(texts, "a: "+style+chomping+indent+"\n"+body+ending)
					}
				}
			}
		}
	}
	for _, header := range []string{"|0", "|10", "|+-", "|-1", "|1-", "|+1", "|1+", "| #c", "|#c", "|x", "| x", "|2 x", ">\t", "|  \t #c", "&a |", "!!str |", "&a !!str |", "!x &a >", "!!binary |", "!!int |", "&a #c\n |"} {
		texts = append(texts, "a: "+header+"\n  x\n  y\n", "a: "+header+"\n  x\n  y", "- "+header+"\n x", header+"\nx\n", header+"\n x\n ")
	}
	for _, body := range []string{"- |\n a\n- |\n b\n", "- - |\n   a\n", "a:\n  b: |\n    c\n   d\n", "|\n a\n\tb\n", "|\n\ta\n", "|\n  a\n\t b\n", "a: |\n\n\n", "a: |+\n\n\n", "a: >\n\n x\n\n\n y\n", "a: >\n x\n  y\n  z\n w\n", "a: >\n x\n\ty\n", "a: |\r\n  x\r\n  y\r\n", "a: >\r\n  x\r\n  y", "a: |\n  x\u2028  y\n", "a: |\n  x\u0085  y\n", "|\n", ">", "|+", "|-\n", "--- |\n x\n...\n", "--- >\nx\n"} {
		texts = append(texts, body)
	}
	return texts
}

func documentTexts() (texts []string) {
	hand := []string{
		"", "\n", " ", "\t", "#", "# c", "# c\n", "---", "---\n", "--- ", "--- #c", "...", "...\n", "---\n...\n", "---\n---\n", "--- a", "--- a\n", "---a", "---\ta", "--- |\n x", "a\n---\nb\n", "a\n...\nb\n", "a\n...\n---\nb\n", "a\n--- b\n...\n", "a: 1\n--- # c\nb: 2\n", "a: 1\n...\n# c\n", "a: 1\n...\n...\n", "---\n# c\n---\n# d\n", "a: &x 1\n---\nb: *x\n", "a: &x [1]\n---\nb: *x\n---\nc: [*x, *x]\n", "a: &x 1\n---\na: &x 2\nb: *x\n", "a: *x\n", "a: *x\n---\nb: &x 1\n",
		"%YAML 1.1\n---\na", "%YAML 1.2\n---\na", "%YAML 1.0\n---\na", "%YAML 1.3\n---\na", "%YAML 2.0\n---\na", "%YAML 1\n---\na", "%YAML\n---\na", "%YAML 1.1\na", "%YAML 1.1\n%YAML 1.1\n---\na", "%FOO\n---\na", "%TAG ! tag:x,2000:\n---\n!a b", "%TAG !e! tag:yaml.org,2002:\n---\n!e!int 1", "%TAG !e! tag:x:\n%TAG !e! tag:y:\n---\na", "%TAG !! tag:x:\n---\n!!int 1", "%TAG !e\n---\na", "!e!a b", "%TAG !e! tag:x:\n---\na\n---\n!e!a b", "%YAML 1.1 # c\n---\na", "%\n---\na", "a\n%b\n", "a: %b\n", "a\n---\n%b\n",
		"&a b", "&a", "&a\n", "*a", "& a", "&a-b_1 x", "&a.b x", "&ä x", "- &a b\n- *a\n", "- &a b\n- *a b\n", "&a &b c", "*a : b", "- &a a\n- {*a : b}\n", "- &a a\n- *a : b\n", "&a [*a]", "&a {x: *a}", "&a\nx: *a\n", "&a {x: [*a]}", "- &a [1]\n- &b [*a, *a]\n- [*b, *b]\n", "&a a: &b b\n*b : *a\n", "a: &x\nb: *x\n", "a: &x {}\nb: *x\n", "- &a 1\n- &a 2\n- *a\n",
		"a: 1\na: 2\n", "a: 1\nb: 2\na: 3\na: 4\n", "a: 1\n'a': 2\n", "a: 1\n!!str a: 2\n", "1: a\n0x1: b\n", "1: a\n'1': b\n", "{a: 1, a: 2}", "- {a: 1, a: 2}\n- {b: 1, b: 2}\n", "a:\n  b: 1\n  b: 2\nc: 1\nc: 2\n", "? [a]\n: 1\n? [b]\n: 2\n", "? {a: 1}\n: 1\n", "[a]: b\n", "~: 1\nnull: 2\n", "true: 1\nTrue: 2\n", "1.0: a\n1: b\n", ".nan: 1\n.NaN: 2\n", "0.0: a\n-0.0: b\n", "2024-01-01: a\n2024-1-1: b\n", "- &a x\n- {*a : 1, *a : 2}\n", "- &a x\n- {*a : 1, x: 2}\n", "\"\\n\": 1\n\"\\n\": 2\n", "é: 1\né: 2\n", "\"\\u200b\": 1\n\"\\u200b\": 2\n",
		"a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", "a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}\n", "- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b]}\n", "- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*b, *a], z: 1}\n", "<<: {a: 1}\nb: 2\n", "<<: {a: 1}\na: 2\n", "<<: [{a: 1}, {a: 2, b: 3}]\n", "<<: 1\n", "<<: [1]\n", "<<: []\n", "<<: {}\n", "<<: ~\n", "<<: [~]\n", "<<: [[{a: 1}]]\n", "- &a [1]\n- {<<: *a}\n", "- &a 1\n- {<<: *a}\n", "- &a [{x: 1}]\n- {<<: *a}\n", "- &a {x: 1}\n- {<<: *a, <<: *a}\n", "'<<': {a: 1}\n", "\"<<\": {a: 1}\n", "!!str <<: {a: 1}\n", "!!merge <<: {a: 1}\n", "!!merge '<<': {a: 1}\n", "! <<: {a: 1}\n", "!x <<: {a: 1}\n", "? <<\n: {a: 1}\n", "- &m <<\n- {*m : {a: 1}}\n", "<<: {a: 1, a: 2}\n", "<<: {<<: {<<: {a: 1}, b: 2}, c: 3}\n", "a: 1\n<<: {a: 2, <<: {a: 3, b: 4}}\n", "1: a\n<<: {1: b, 2: c}\n", "a: 1\n<<: {1: b, ~: c}\n", "<<: {1: a, x: b}\n", "<<: {1: a, '1': b}\n", "<<: {[a]: b}\n", "? [a]\n: b\n<<: {c: d}\n", "<<: {a: ~}\na: 1\n", "a: ~\n<<: {a: 1}\n", "<<: !!map {a: 1}\n", "[<<: {a: 1}]", "<<\n", "- <<\n", "a: <<\n", "'1': a\n<<: {1: b}\n", "1.0: a\n<<: {1: b, 1.0: c}\n", "<<: {.nan: 1}\n.nan: 2\n", "<<: [{1: a}, {1: b}]\n", "true: x\n<<: {true: y, yes: z}\n", "- &a {b: &c {d: 1}}\n- {<<: *a, e: *c}\n",
		"a:\n\tb: 1\n", "\ta: 1\n", "a: 1\n\tb: 2\n", "a:\tb\n", "a: b\t\n", "a: b\t# c\n", "-\ta\n", "- a\t\n", "a:\n - b\n\t- c\n", "a: 1\n\t\nb: 2\n", "a: 1\n\t# c\nb: 2\n", "# c\n\t# d\na: 1\n", "a: 1 # c\n\t# d\n", "\t# c\na: 1\n", "?\ta\n", "a:\n  b\n\tc\n", "a: [\tb,\t c\t]\n", "a: {\n\tb: c\n\t}\n", "a: [\n\tb\n]\n",
		"a: b: c\n", "a: b:\n", "a b: c d\n", "a:b\n", "a :b\n", "a : b\n", ": a\n", ":\n", "?\n", "? a\n", "? a\n: b\n", "? a\nb: c\n", "?a: b\n", "? - a\n: b\n", "? a: b\n: c\n", "- a: b\n  c: d\n", "- a: b\n c: d\n", "- a: b\n   c: d\n", "a:\n- b\n- c\n", "a:\n- b\nc: d\n", "a:\n  - b\n - c\n", "- a\n - b\n", "- a\nb: c\n", "a: 1\n- b\n", "- - a\n  - b\n- c\n", "- - - a\n", "-\n", "- \n- \n", "-\n  a\n", "-a\n", "- -a\n", "--a\n", "a\n- b\n", "a: - b\n", "a: 1\n  b: 2\n", "  a: 1\nb: 2\n", "a:\n    b: 1\n  c: 2\n", "a:\n  b: 1\n c: 2\n", "a: 'b'\n  c: d\n", "a: [b]\n  c: d\n", "a: |\n b\n c: d\ne: f\n", "@a\n", "`a\n", "a: @b\n", "a: `b\n", "a: %b\n", "a: {{ b }}\n", "{{ a }}: b\n", "a: {{ b }}-c\n", "a: \"{{ b }}\"\n", "a: ${b}\n", "a: *\n", "a: &\n", "a: !\n", "a: !!\n", "a: !<\n", "a: !<>\n", "a: !< b\n", "a: !a!b c\n", "a: !%41 b\n", "a: !%zz b\n", "a: !!%69nt 1\n", "!a\n", "!!int\n", "!!str\n", "!!null\n", "a: !!int\n", "a: !!str\n", "a: !!binary\n", "- !!str\n- !!str\n",
		"a: \x01\n", "a: \x7f\n", "a: \x00\n", "\x00", "a: \xff\n", "a: \xc3\n", "a: \xc3", "\xc3\x28", "a: \xed\xa0\x80\n", "a: \xf4\x90\x80\x80\n", "a: \xe2\x82\n", "# \x01\na: 1\n", "a: '\x01'\n", "a: \u0080\n", "a: \u009f\n", "a: \uffff\n", "a: \ufffe\n", "\ufeffa: 1\n", "\ufeff", "\ufeff\n", "\ufeff# c\n", "\ufeff---\na\n", "a: 1\n\ufeffb: 2\n", "a: 1\n---\n\ufeffb: 2\n", "\xff\xfea\x00:\x00 \x001\x00\n\x00", "\xfe\xff\x00a\x00:\x00 \x001\x00\n", "\xff\xfe", "\xfe\xff",
		"a: 1\r\nb: 2\r\n", "a: 1\rb: 2\r", "a: 1\n\rb: 2\n", "a:\r\n  - b\r\n  - c\r\n", "a: 'b\r\n  c'\r\n", "a: \"b\\\r\n  c\"\r\n", "a: b\r\n c\r\n", "a: 1\u0085b: 2\u0085", "a: 1\u2028b: 2\u2028", "a: 1\u2029b: 2", "# c\u2028a: 1\n", "---\r\na\r\n...\r\n", "a: 1 # c\r\nb: 2\r\n", "# c\rb: 2\n", "a: 'b\u2028  c'\n", "a: b\u2028 c\n", "a: \"b\u0085  c\"\n",
		"a: 1\nb: [1, 2\nc: 3\n", "a: 'b\nc: d\n", "a: \"b\nc: d\n", "a: {b: c\nd: e\n", "a:\n  - b: 1\n    c\n  d: 2\n", "a: b\nc\nd: e\n", "a\nb\nc: d\n", "key: [a, b]]\n", "key: {a: b}}\n", "a: 1,\nb: 2\n", "a: 1\nb\n", "a: 1\n b\n", "a: 1\n b: 2\n", "a:\n b: 1\n  c: 2\n", "- a\n- b: c\n - d\n", "a: !!int b\n", "a: !!float b\n", "x:\n  a: !!bool b\n", "a: !!timestamp b\n", "a: !!null b\n", "a: !!binary '*'\n", "a: 1\n---\nb: 1\nb: 2\n", "a: 1\n---\nb: [\n", "a: 1\n...\nb: 1\n...\n@\n",
		"a: # c\n  b: 1\n", "a: # c\n  - b\n", "a: #c\n", "a:# c\n", "a: b#c\n", "# c\n\n# d\na: 1 # e\n# f\n\n# g\nb: 2\n# h\n", "a:\n  # c\n  b: 1\n  # d\n# e\nc: 2\n", "- # c\n  a\n", "- # c\n  a: 1\n", "- a # c\n# d\n- b\n", "[ # c\n a, # d\n b # e\n # f\n]\n", "{ # c\n a: b, # d\n # e\n c: d\n # f\n}\n", "a: [ # c\n  b\n] # d\n", "a: | # c\n  b\n# d\n", "a: &x # c\n  b: 1\n", "a: !!map # c\n  b: 1\n", "? # c\n  a\n: # d\n  b\n", "a: 1\n\n\n# c\n\n\n", "a:\n\n  # c\n\n  b: 1\n", "a: 'b' # c\n", "'a' # c\n", "a # c\n", "a # c\nb\n", "--- # c\na\n... # d\n", "a:\n  - b\n  # c\n\n  - d\n", "a:\n  - b\n# c\n  - d\n", "a:\n- b\n# c\n- d\n", "a:\n  b:\n    # c\nd: 1\n", "a:\n  - # c\n    b: 1\n  - # d\n    e: 2\n", "#\n#\n#\n", "# c\n---\n# d\na: 1\n---\n# e\n",
	}
	texts = append(texts, hand...)
	for _, text := range realistic {
		texts = append(texts, text, strings.TrimSuffix(text, "\n"), strings.ReplaceAll(text, "\n", "\r\n"), "\ufeff"+text, "---\n"+text+"...\n", text+"---\n"+text)
	}
	for _, depth := range []int{2, 10, 30} {
		texts = append(texts,
			strings.Repeat("[", depth)+strings.Repeat("]", depth),
			strings.Repeat("{a: ", depth)+"1"+strings.Repeat("}", depth),
			strings.Repeat("- ", depth)+"a\n",
			strings.Repeat("[", depth),
			strings.Repeat("? ", depth)+"a\n",
		)
	}
	for _, length := range []int{120, 128, 129, 1000, 1022, 1023, 1024, 1025, 1100} {
		key := strings.Repeat("k", length)
		texts = append(texts, key+": 1\n", "'"+key+"': 1\n", "{"+key+": 1}", "["+key+": 1]", "a: {x: "+key+"}\n")
	}
	texts = append(texts, bombs()...)
	return texts
}

// bombs are documents around the limits for aliases.
func bombs() (texts []string) {
	for _, levels := range []int{2, 3, 4, 5} {
		text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
		for level := 1; level <= levels; level++ {
			text += fmt.Sprintf("a%d: &a%d [%s]\n", level, level, strings.Repeat(fmt.Sprintf("*a%d, ", level-1), 9)+fmt.Sprintf("*a%d", level-1))
		}
		if levels < 4 {
			// The result would be large; that it is accepted shows with three levels too.
			text += "b: 1\n"
		}
		texts = append(texts, text)
	}
	return texts[len(texts)-3:]
}

var realistic = []string{
	"bases:\n  - env.yaml\nenvironments:\n  default:\n    values:\n      - a.yaml\n      - x: 1\n        y: [1, 2]\n---\nreleases:\n  - name: gateway\n    namespace: edge\n    chart: ./charts/gateway\n    version: 1.10\n    installed: yes\n    needs: [edge/apis]\n    values:\n      - values.yaml\n      - image:\n          tag: \"1.0\"\n",
	"templates:\n  default: &default\n    namespace: apps\n    missingFileHandler: Warn\n    values:\n      - \"config/{{`{{ .Release.Name }}`}}.yaml\"\nreleases:\n  - name: a\n    <<: *default\n    chart: stable/a\n  - <<: *default\n    name: b\n    chart: stable/b\n",
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: {app: x, tier: \"1\"}\ndata:\n  a.conf: |\n    server {\n      listen 80;\n    }\n\n    # c\n  b.txt: >-\n    folded\n    text\n\n    more\n  c: \"q\\tx\\u00e9\"\n  d: 'it''s'\n  e: 0644\n  f: ~\n",
	"# comment\nimage:\n  repository: nginx # which\n  tag: 1.25\n\n# another\nresources:\n  limits: {cpu: 100m, memory: 128Mi}\nenv:\n- name: A\n  value: \"true\"\n- name: B\n  valueFrom:\n    secretKeyRef: {name: s, key: k}\nports: [80, 443]\nenabled: true\nrate: 1e3\nwhen: 2024-01-01T00:00:00Z\n",
	"a: &a\n  x: 1\n  y: &y [1, 2]\nb:\n  <<: *a\n  z: *y\nc:\n  <<: [*a, {w: 1}]\n  x: 2\n1: one\ntrue: yes\n? complex\n: value\n",
}
