package main

import (
	"fmt"
	"strings"
)

func topics() []*topic {
	return []*topic{matrix(), types(), texts(), names(), numbers(), collections(), merging(), encodings(), jsons(), yamls(), expressions(),
		versions(), dates(), spans(), urls(), stateValues(), outsides(), programs()}
}

// Every function over every text.
func each(t *topic, formats, texts []string) {
	for _, format := range formats {
		for _, text := range texts {
			t.show(strings.ReplaceAll(format, "@", text))
		}
	}
}

func quoted(texts ...string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, q(text))
	}
	return all
}

func texts() *topic {
	t := newTopic("strings")
	each(t, []string{"upper @", "lower @", "title @", "untitle @", "swapcase @", "nospace @", "initials @", "trim @", "quote @",
		"squote @", "cat @ 1 nil @", "toString @", "toStrings @", "indent 2 @", "nindent 3 @", "sha1sum @", "sha256sum @",
		"adler32sum @", "b64enc @", "b32enc @", "trunc 5 @", "trunc -5 @", "abbrev 8 @", "abbrevboth 5 10 @", "wrap 6 @",
		"wrapWith 6 \"|\" @", "splitList \"\" @", "split \" \" @", "substr 1 6 @", "replace \"\" \"-\" @", "repeat 2 @",
		"regexQuoteMeta @", "trimAll \" aé\" @", "splitn \"\" 3 @"},
		quoted("", " ", "hello", "hello world", "  Hello  big   World ", "Ünïcödé straße ŉ ǆ ǅ", "İstanbul ıi", "ᾳ ΑΣΣ ς", "a\tb\nc\r\nd",
			"日本語 テスト", "😀 emoji 😀", "a_b-c d.e", "ქართული ა", "x\u00a0y\u0085z\u2003w", "it's \"quoted\" \\ back", "\a\b\f\v\x00\x7f",
			"\u200b\ufeff\ufffd", "very long word andanotherverylongwordhere end", "-- __", "ß", "\u1c89\u1c8a \ua7db"))
	t.show(`upper .bytes`, `lower .bytes`, `title .bytes`, `trim .bytes`, `nospace .bytes`, `quote .bytes`, `trunc 2 .bytes`,
		`trunc -2 .bytes`, `substr 1 2 .bytes`, `splitList "" .bytes`, `splitList "\xff" .bytes`, `replace "\xff" "x" .bytes`,
		`replace "" "." .bytes`, `trimAll "\xff" "\xffa\xfe"`, `trimAll "a" .bytes`, `contains "\xff" .bytes`, `initials .bytes`,
		`swapcase .bytes`, `untitle .bytes`, `indent 1 .bytes`, `b64enc .bytes`, `repeat 2 .bytes`, `join "\xff" (list 1 2)`)
	for _, start := range []int{-1, 0, 2, 5, 6} {
		for _, end := range []int{-1, 0, 2, 5, 6} {
			t.show(fmt.Sprintf(`substr %d %d "hello"`, start, end))
		}
	}
	for _, width := range []int{-5, 0, 1, 3, 4, 5, 7, 11, 12, 100} {
		text := `"hello world"`
		t.show(fmt.Sprintf(`abbrev %d %s`, width, text), fmt.Sprintf(`trunc %d %s`, width, text),
			fmt.Sprintf(`wrap %d "aa bbb c dddddd e f"`, width), fmt.Sprintf(`wrapWith %d "" "aa bbb c dddddd e f"`, width),
			fmt.Sprintf(`repeat %d "ab"`, width), fmt.Sprintf(`indent %d "a\nb\n"`, width), fmt.Sprintf(`splitn "," %d "a,b,c,d"`, width),
			fmt.Sprintf(`plural "one" "many" %d`, width))
		for _, left := range []int{-1, 0, 1, 4, 5, 6, 9, 20} {
			t.show(fmt.Sprintf(`abbrevboth %d %d "the quick brown fox"`, left, width))
		}
	}
	t.show(`hello`, `trimSuffix "-" "a--"`, `trimSuffix "" "a"`, `trimPrefix "v" "vv1"`, `trimall "$" "$5$"`, `trimAll "" " a "`,
		`contains "" "a"`, `contains "a" ""`, `hasPrefix "ab" "a"`, `hasSuffix "" ""`, `replace "a" "b" "banana"`,
		`replace "aa" "b" "aaaaa"`, `replace "x" "" ""`, `split "," "a,b"`, `(split "," "a,b")._1`, `splitn "," 2 "a,b,c"`,
		`splitList "," ""`, `splitList ",," "a,,,b"`, `quote 1 nil "a" true 2.0`, `squote 1 nil "a'b" .list`, `quote`, `squote nil`,
		`quote .map`, `quote .strings`, `quote .time`, `cat`, `cat nil`, `cat 1 "%d" .list .map`, `cat "a" .time`, `join "," .list`,
		`join "-" .strings`, `join "-" .ints`, `join "," nil`, `join "," 5`, `join "," .map`, `join "," (list "a" (list 1 2))`,
		`toStrings .ints`, `toStrings .list`, `toStrings nil`, `toString .time`, `toString .list`, `toString .map`, `toString nil`,
		`toString .uint64`, `toString .huge`, `toString 1e6`, `toString 1e21`, `toString 0.1`, `toString (list 1.0 1.5 nil)`,
		`repeat 0 "a"`, `repeat 3 ""`, `"abc" | trunc 2 | upper | quote`)
	return t
}

func names() *topic {
	t := newTopic("names")
	each(t, []string{"camelcase @", "snakecase @", "kebabcase @"},
		quoted("", "a", "A", "_", "-", "--", " _-", "http_server", "HTTPServer", "no_https", "NoHTTPS", "_complex__case_", "some words",
			"GOLANG_IS_GREAT", "FirstName", "GO_PATH", "GO PATH", "GO-PATH", "http2xx", "HTTP20xOK", "Duration2m3s", "Bld4Floor3rd",
			"Bld4Floor", "foo bar.baz", "a1B2c3", "1a2b", "123", "12 34", "x--y__z", "ÄpfelBirne", "straßeÜber", "中文Name", "name中文", "ǅungla",
			"trailing_", "_leading", "tab\tsep", "new\nline", "dot.name.Is", "foo/barBaz", "a+b=c", "😀Face", "faceID😀", "ABc", "ABC", "aB",
			"Ab", "AbC", "aBC1d", "A1", "A1B", "AB1", "AB1c", "A1b2C", "x1", "X-1", "v1.2.3", "IDs", "userIDs4You", "SQL2JSON", "IPv6Address",
			"a.b-C_d e", "--a--b--", "__A__", "ŉa", "\ufffdAb", "a\ufffdB", "Ωmega", "ĲsVogel", "½cup", "٣abc", "no  double"))
	return t
}

func numbers() *topic {
	t := newTopic("numbers")
	values := []string{`""`, `"1"`, `"-1"`, `"+7"`, `"1.0"`, `"1.50"`, `"8.00"`, `"100"`, `"10.0.0"`, `"007"`, `"08"`, `"0o17"`, `"0b101"`,
		`"0xFF"`, `"0XfF"`, `"1_000"`, `"_1"`, `"1__0"`, `"0x_1"`, `"1e3"`, `"1_0.5"`, `"0x1p4"`, `"0x1.8"`, `"inf"`, `"-Inf"`, `"NaN"`,
		`"infinity"`, `".5"`, `"5."`, `"."`, `"1e400"`, `"1e-400"`, `" 1"`, `"9223372036854775807"`, `"9223372036854775808"`,
		`"-9223372036854775808"`, `"18446744073709551615"`, `"true"`, `"0x"`, `"0b2"`, `"12abc"`, `nil`, `true`, `false`, `0`, `-5`, `2.5`,
		`-2.5`, `1e20`, `-1e20`, `0.1`, `9007199254740993`, `.uint64`, `.int64`, `.list`, `.map`, `.time`, `(semver "1.0.0")`, `.bytes`, `(index "abc" 1)`}
	for _, value := range values {
		t.show("int "+value, "int64 "+value, "float64 "+value, "toDecimal "+value, "add1 "+value, "ceil "+value, "floor "+value,
			"round "+value+" 1", "add1f "+value, "add "+value+" 1", "max "+value+" 2", "maxf "+value+" 2", "minf "+value+" 2")
		if strings.HasPrefix(value, `"`) {
			t.show("atoi "+value, "duration "+value)
		}
	}
	pairs := []string{"7 2", "-7 2", "7 -2", "-7 -2", "7 0", "0 7", `"9" "3"`, "2.9 2", "1.5 0.1", "0.1 0.2", "1e300 1e300", "1e-300 1e-300",
		"9223372036854775807 1", "-9223372036854775808 -1", "nil 3", "1 3", "2 3", "10 4", "-1 3", "1e15 3", "123456789.123 987.654", "1 -3",
		"0.3 0.1", "100 0.07", "4.35 100", "5e-324 2", "1.7976931348623157e308 10", "true 2"}
	for _, pair := range pairs {
		for _, function := range []string{"add", "sub", "mul", "div", "mod", "addf", "subf", "mulf", "divf", "max", "min", "maxf", "minf",
			"biggest"} {
			t.show(function + " " + pair)
		}
	}
	t.show(`add`, `addf`, `add 1 2 3 "4"`, `mul 2 3 4`, `mul 5`, `subf 10 1 2 3.5`, `divf 100 3 7`, `mulf 1.1 1.1 1.1 1.1`, `divf 1 0`, `addf "NaN"`,
		`mulf "inf" 2`, `divf 2 3 5 7 11`, `addf 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1`, `divf 1e-20 3`, `divf -1 3`, `divf 1 -6`, `divf 5e-17 1`,
		`divf -5e-17 1`, `subf 5`, `max 1 5 3`, `min 4 "2" 3.5`, `maxf "NaN" 1`, `minf 1 "NaN"`, `maxf "-inf" "inf"`, `minf 0.0 -0.0`)
	for _, value := range []string{"123.555", "123.5", "-123.5", "0.5", "1.005", "2.675", "1234567.891", "-0.05", "1e20", `"3.14159"`, "nil", "99.99"} {
		for _, places := range []string{"0", "1", "2", "3", "-1", "-2", "10", "25", "400", "-400"} {
			t.show("round " + value + " " + places)
		}
		t.show("round "+value+" 1 0.3", "round "+value+" 0 0.9", "ceil "+value, "floor "+value)
	}
	for _, count := range []string{"0", "1", "5", "-3"} {
		t.show("until "+count, "seq "+count)
	}
	t.show(`untilStep 0 10 3`, `untilStep 10 0 -4`, `untilStep 0 10 -1`, `untilStep 10 0 1`, `untilStep 3 3 1`, `untilStep 0 5 0`, `untilStep -2 2 1`,
		`seq`, `seq 0`, `seq 5 2`, `seq 2 5`, `seq 0 2 10`, `seq 10 -3 0`, `seq 10 3 0`, `seq 0 -1 5`, `seq 0 0 5`, `seq 5 0 0`, `seq 1 2 3 4`, `seq 3 3`,
		`seq 2 1 2`, `seq -1`, `seq 1 10 2`, `toDecimal "777"`, `toDecimal 755`, `toDecimal "0o7"`, `toDecimal 8`, `toDecimal -7`, `atoi "1_0"`,
		`int "1.9"`, `int 1.9`, `int -1.9`, `float64 "1_000.5"`, `int64 "0b1_01"`, `kindOf (int 5)`, `kindOf (int64 5)`, `kindOf (add 1 2)`, `kindOf (div 4 2)`)
	return t
}

func collections() *topic {
	t := newTopic("collections")
	functions := []string{"first @", "last @", "rest @", "initial @", "reverse @", "uniq @", "compact @", "sortAlpha @", "has \"a\" @", "has nil @",
		"has 1 @", "append @ \"z\"", "prepend @ nil", "without @ \"a\" 1", "slice @", "slice @ 1", "slice @ 1 2", "slice @ 0 0", "slice @ 2 1",
		"slice @ -1", "concat @ @", "chunk 2 @", "empty @", "default \"d\" @", "coalesce nil @ 1", "ternary @ 1 true", "deepCopy @", "kindOf @", "typeOf @",
		"kindIs \"slice\" @", "typeIs \"[]interface {}\" @", "typeIsLike \"*semver.Version\" @", "toStrings @", "join \",\" @", "all @ 1", "any @ nil",
		"toJson @", "toYaml @", "mustFirst @", "mustHas 1 @", "mustUniq @", "mustRest @", "list @ @", "tuple @", "deepEqual @ @", "required \"need\" @"}
	values := []string{".list", ".strings", ".ints", ".nothing", "(list 1 1 2)", "(list nil nil)", "(list \"a\")", "nil", ".map", "\"text\"", "5", "true",
		"(splitList \",\" \"b,a,b\")", "(until 3)", "(list (dict \"a\" 1) (dict \"a\" 1))", "(list (list 1) (list 1))", "(chunk 1 (list 1 2))", ".texts",
		"(keys .none)", ".anymap", "(regexFindAll \"x\" \"a\" 1)"}
	each(t, functions, values)
	for _, size := range []string{"1", "2", "3", "4", "10", "0", "-1", "-2", "-3", "-4", "-9"} {
		t.show("chunk "+size+" (list)", "chunk "+size+" (list 1)", "chunk "+size+" (list 1 2)", "chunk "+size+" (list 1 2 3 4 5)", "chunk "+size+" (list 1 2 3 4)", "chunk "+size+" (splitList \"\" \"abc\")")
	}
	t.show(`list`, `tuple`, `list nil`, `concat`, `concat (list) (list)`, `concat (list 1) .strings (until 2)`, `concat 1`, `dict`, `dict "a"`, `dict "a" 1 "a" 2`,
		`dict 1 2 nil 3 true 4`, `dict "b" 1 "a" (list)`, `get "a" (dict "a" 1)`, `sprigGet (dict "a" 1) "b"`, `sprigGet .map "s"`, `sprigGet nil "a"`,
		`hasKey .map "z"`, `hasKey .map "y"`, `hasKey nil "a"`, `hasKey .texts "k"`, `pluck "a" .map (dict "a" 1) .none`, `pluck "a"`, `pick .map "s" "n" "y"`,
		`pick .map`, `omit .map "a" "s"`, `omit .map`, `omit nil "a"`, `pick nil "a"`, `keys .none`, `keys`, `keys (dict "a" 1)`, `values (dict "a" 1)`,
		`values .none`, `keys (dict "b" 1 "a" 2) | sortAlpha`, `keys .map (dict "q" 1) | sortAlpha`, `dig "a" "b" "c" "d" .map`, `dig "a" "x" "d" .map`,
		`dig "a" "y" "d" .map`, `dig "s" "t" "d" .map`, `dig "a" .map`, `dig "a" "d"`, `dig`, `dig 1 "d" .map`, `dig "a" "d" nil`, `dig "a" "d" .texts`,
		`dig "a" "x" "q" "d" .map`, `dig "nope" "s" "d" .map`, `dig "a" "b" "c" "d" "default" .map`, `default 1`, `default nil nil`, `default "d" 0`, `default "d" 1 2`,
		`default "d" ""`, `default "d" .none`, `default "d" .nothing`, `default "d" false`, `default "d" .time`, `empty .time`, `coalesce`, `coalesce "" 0 false`,
		`coalesce .none .map`, `ternary 1 2 true`, `ternary 1 2 false`, `true | ternary "y" "n"`, `ternary 1 2 "x"`, `ternary 1 2 nil`, `all`, `any`, `all 1 "a" true`,
		`any 0 "" nil`, `fail "no"`, `fail ""`, `required "need" ""`, `required "need" 0`, `required "need" nil`, `required "need" false`, `has 1 nil`,
		`has 1 (list 1 2)`, `has (int64 1) (list 1 2)`, `has "1" (list 1)`, `has (list 1) (list (list 1))`, `has (dict "a" 1) (list (dict "a" 1))`,
		`uniq (list 1 (int64 1) 1.0 "1" 1)`, `without .strings "a"`, `without (list 1 2 nil) nil`, `sortAlpha (list 3 10 2)`, `sortAlpha (list "b" nil "a")`,
		`sortAlpha "x"`, `sortAlpha nil`, `sortAlpha .map`, `reverse .strings`, `slice .strings 1`, `slice .ints 0 2`, `slice (list 1 2 3) "1" 2.9`,
		`slice (list 1 2) nil`, `slice "abc" 1`, `deepEqual 1 (int64 1)`, `deepEqual .map .map`, `deepEqual (dict "a" (list 1)) (dict "a" (list 1))`,
		`deepEqual nil nil`, `deepEqual (list) .nothing`, `deepEqual (float64 "NaN") (float64 "NaN")`, `typeOf nil`, `kindOf nil`, `typeOf 1`, `typeOf 1.0`,
		`typeOf "a"`, `typeOf (dict)`, `typeOf (split "," "a")`, `typeOf (chunk 1 (list 1))`, `typeOf (until 1)`, `typeOf (add 1)`, `typeOf .uint64`, `typeIsLike "int" 1`,
		`kindIs "map" .map`, `kindIs "struct" .time`, `kindIs "invalid" nil`, `kindOf (semver "1.2.3")`, `typeOf (semver "1.2.3")`, `typeIsLike "semver.Version" (semver "1.0.0")`)
	t.raw(`{{ $l := splitList "," "c,b,a" }}{{ $s := sortAlpha $l }}{{ $l }} {{ $s }}`,
		`{{ $l := list "c" "b" "a" }}{{ $s := sortAlpha $l }}{{ $l }} {{ $s }}`,
		`{{ $l := .strings }}{{ $s := sortAlpha .strings }}{{ $l }} {{ $s }} {{ .strings }}`,
		`{{ $s := toStrings .strings }}{{ $x := sortAlpha $s }}{{ .strings }}`,
		`{{ $r := reverse .strings }}{{ $x := sortAlpha .strings }}{{ $r }}`,
		`{{ $d := dict "a" 1 }}{{ $e := set $d "b" 2 }}{{ $d }} {{ $e }} {{ unset $d "a" }} {{ $e }}`,
		`{{ $d := dict "a" (dict "b" 1) }}{{ $c := deepCopy $d }}{{ $x := set $c.a "b" 2 }}{{ $d }} {{ $c }}`,
		`{{ $d := dict "a" (dict "b" 1) }}{{ $c := pick $d "a" }}{{ $x := set $c.a "b" 2 }}{{ $d }} {{ $c }}`,
		`{{ set .map "new" 1 | len }} {{ .map.new }}`, `{{ $x := set nil "a" 1 }}`, `{{ unset nil "a" }}`, `{{ set .texts "a" "b" }}`,
		`{{ $x := set .map.a.b "c" "deep" }}{{ .map.a.b.c }}`, `{{ range $i, $c := chunk 2 (list 1 2 3) }}{{ $i }}:{{ $c }};{{ end }}`,
		`{{ range $k, $v := split "-" "a-b-c" }}{{ $k }}={{ $v }} {{ end }}`, `{{ (list 1 2) | append 3 }}`, `{{ append (list 1 2) 3 | toJson }}`,
		`{{ index (chunk 2 (list 1 2 3)) 1 0 }}`, `{{ first (chunk 2 (list 1 2 3)) }}`, `{{ with rest (list 1) }}yes{{ else }}no{{ end }}`,
		`{{ len (rest (list)) }}{{ toJson (rest (list)) }}{{ toJson (rest (list 1)) }}`, `{{ toJson (initial (list)) }}`, `{{ toJson (concat) }}`,
		`{{ toJson (without (list) 1) }}{{ toJson (compact (list)) }}{{ toJson (uniq (list)) }}`)
	return t
}

func merging() *topic {
	t := newTopic("merging")
	maps := []string{`(dict)`, `(dict "a" 1)`, `(dict "a" 2 "b" 3)`, `(dict "a" nil)`, `(dict "a" 0)`, `(dict "a" "")`, `(dict "a" false "b" true)`,
		`(dict "a" (dict))`, `(dict "a" (dict "x" 1))`, `(dict "a" (dict "x" 2 "y" (dict "z" 1)))`, `(dict "a" (list))`, `(dict "a" (list 1 2))`,
		`(dict "a" (list "q"))`, `(dict "a" "text")`, `(dict "a" .time)`, `(dict "a" .strings)`, `(dict "a" (dict "x" nil "y" 0 "z" ""))`}
	for _, function := range []string{"merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"} {
		for _, a := range maps {
			for _, b := range maps {
				if strings.HasPrefix(function, "must") && a != maps[8] {
					continue
				}
				t.plain(function + " " + a + " " + b)
			}
		}
	}
	t.show(`merge (dict)`, `merge nil (dict "a" 1)`, `merge nil`, `merge (dict "a" 1) nil`, `mergeOverwrite nil nil`, `merge (dict "a" 1) (dict "b" 2) (dict "a" 3 "c" 4)`,
		`mergeOverwrite (dict "a" 1) (dict "b" 2) (dict "a" 3 "c" 4)`, `merge .map (dict "s" "other" "new" 1)`, `mergeOverwrite .map (dict "s" "other" "a" (dict "b" 1))`,
		`merge (dict "a" .texts) (dict "a" (dict "q" 1))`, `merge (dict "a" (dict "q" 1)) (dict "a" .texts)`)
	t.raw(`{{ $a := dict "x" (dict "p" 1) }}{{ $b := dict }}{{ $m := merge $b $a }}{{ $x := set $b.x "p" 2 }}{{ $a }} {{ $b }} {{ $m }}`,
		`{{ $a := dict "x" (dict "p" 1) }}{{ $b := dict "x" (dict) }}{{ $m := merge $b $a }}{{ $x := set $b.x "p" 2 }}{{ $a }} {{ $b }}`,
		`{{ $a := dict "x" (dict) }}{{ $b := dict "x" (dict) }}{{ $m := merge $b $a }}{{ $x := set $b.x "p" 2 }}{{ $a }} {{ $b }}`,
		`{{ $a := dict "x" (dict "p" 1) }}{{ $b := dict "x" (dict "q" 1) }}{{ $m := merge $b $a (dict "x" (dict "r" 1)) }}{{ $a }} {{ $b }}`,
		`{{ $a := dict "x" (dict "p" 1) }}{{ $b := dict }}{{ $m := merge $b $a (dict "x" (dict "r" 1)) }}{{ $a }} {{ $b }}`,
		`{{ $a := dict "x" (dict "p" 1) }}{{ $b := dict }}{{ $m := mergeOverwrite $b $a (dict "x" (dict "p" 9)) }}{{ $a }} {{ $b }}`,
		`{{ $m := mergeOverwrite .map (dict "a" (dict "b" (dict "c" 2))) }}{{ .map.a.b.c }} {{ $m.a.x }}`,
		`{{ $m := mergeOverwrite (deepCopy .map) (dict "a" 1) }}{{ .map.a.b.c }} {{ $m.a }}`,
		`{{ $a := dict "x" 1 }}{{ $m := merge $a $a }}{{ $m }}`)
	return t
}

func encodings() *topic {
	t := newTopic("encodings")
	each(t, []string{"b64dec @", "b32dec @", "b64enc @", "b32enc @", "sha1sum @", "sha256sum @", "sha512sum @", "adler32sum @"},
		quoted("", "aGVsbG8=", "aGVsbG8", "aGVsbG8==", "aGVs\nbG8=", "aGVs bG8=", "aGVsbG8=\n", "YQ==", "YQ=", "YQ", "Y", "YR==", "=", "==", "a===", "YWI=", "YWJj",
			"YWI=YWI=", "YW=I", "Y=Q=", "YQ=\n=", "\n", "_-__", "////", "*", "aGVsbG8*", "/w==", "NBSWY3DP", "MZXW6===", "MZXW6", "MY======", "MY=====", "MY",
			"MZXQ====", "mzxw6===", "MZXW6==\n=", "M=======", "MZX=====", "MZXW6YQ=", "MZXW6YTB", "MZXW6Y==", "MZXW6YTBOI======", "1ZXW6===", "MZ=W6===", "========",
			"MZXW6===MZXW6===", "é", "hello world", strings.Repeat("a", 5600)))
	kinds := quoted("maximum", "long", "medium", "short", "basic", "pin", "none", "")
	each(t, []string{`derivePassword 1 @ "password" "user" "example.com"`, `derivePassword 2 @ "" "" ""`,
		`derivePassword 4294967297 @ "pässword" "üser" "site"`, `"s" | derivePassword 7 @ "p" "u"`}, kinds)
	each(t, []string{`derivePassword @ "pin" "password" "user" "example.com"`},
		[]string{"0", "1", "-1", "1.0", "1.5", "'a'", `"1"`, "true", ".int64", ".uint64", "(add 1 2)", "nil", "18446744073709551615", "18446744073709551616"})
	return t
}

func jsons() *topic {
	t := newTopic("json")
	each(t, []string{"fromJson @", "mustFromJson @"},
		quoted("", " ", "null", "true", "false", "0", "-0", "1", "-1.5e3", "1e999", "[1,1e999,2]", "01", "1.", ".5", "-", "+1", "1e", "1e+", "\"a\"", "\"\"",
			"\"\\u00e9\\n\\/\\\"\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\u0041\"", "\"\\ude00\\ud83d\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
			"\"a", "\"a\nb\"", "\"\\", "[]", "[ ]", "[1,2]", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "{}", "{ }", "{\"a\":1}", "{\"a\":1,\"a\":2}", "{\"a\":1,}", "{a:1}",
			"{\"a\" 1}", "{\"a\":}", "{\"a\"", "{\"a\":1", "{", "}", "{\"b\":[{\"c\":null}],\"a\":{\"x\":[]}}", "tru", "truex", "nul", "nulx", "fals", "t", "n", "f",
			"1 2", "{} x", "null,", "'a'", "\x01", "é", "[1,2]]", " {\"k\" : [ 1 , \"v\" ] } ", "12345678901234567890", "1.7976931348623157e308", "0.1", "\"\u2028\"",
			"{\"\":1}", "[\"\\ufeff\"]", "\ufeff1", "\"\x7f\"", "1\x00"))
	t.show(`fromJson "\"\xff\""`, `fromJson .bytes`, `(fromJson "{\"a\":{\"b\":[1]}}").a.b`)
	each(t, []string{"toJson @", "toPrettyJson @", "toRawJson @", "mustToJson @", "mustToRawJson @", "mustToPrettyJson @"},
		[]string{"nil", "true", "1", "1.5", "1e21", "1e-7", ".huge", `""`, `"<a href=\"x\">&</a>"`, `"é\u2028\u0000\t"`, ".bytes", ".list", ".strings", ".ints", ".nothing",
			".map", ".texts", ".anymap", ".mixed", ".none", ".time", ".east", ".uint64", ".int64", `(float64 "NaN")`, `(list (float64 "inf"))`, `(semver "1.2.3-a+b")`,
			`(dict "s" (semver "v1.2"))`, `(rest (list))`, `(chunk 2 (list 1 2 3))`, `(dict "b" (list) "a" (dict))`, `(toDate "2006" "bad")`})
	return t
}

func yamls() *topic {
	t := newTopic("yaml")
	each(t, []string{"fromYaml @"},
		quoted("", "a: 1", "- 1\n- x", "x", "1", "1.5", "true", "yes", "null", "~", "a: b: c", "a: 1\na: 2", "1: x", "a:\n  1: x", "- {1: 2}", "true: 1", "null: 1", "[1, 2", "{a: 1}",
			"a: &x {b: 1}\nc: *x", "base: &b {x: 1}\nuse:\n  <<: *b\n  y: 2", "a: 2024-01-02", "a: 0o17\nb: 010\nc: 0x1F\nd: 1_000\ne: 1e3", "a: |\n  text\n  more\n", "a: >\n  folded\n  text\n",
			"---\na: 1\n---\nb: 2\n", "# only a comment\n", "---\n", "a: !!binary aGk=", "\ta: 1", "a: 'x", "x: y: z", "*unknown", "a: [1, {b: c}]", "? a\n: b", "a: \"\\u00e9\"",
			"a: 9223372036854775808", "a: .inf", "a: !custom x", "{a: 1, b}", "a: 1\n---\nb: [", "a: 1\n...\n]", "a: 1\n--- ]", "a: 1\n%YAML 3.0\n---\n", "a: 1\n--- *x", "a: 1\n---\nb: 1\nb: 2", "a: 1\n---\n\t- x", "a: 1\n]", "- 1\n---\n\"",
			"x\n--- 'y", "---\n---\n[", "# c\n---\na: 1\n--- \nb: @", "a: |\n  t\n---\nb: `x", "{a: 1}\n{", "{a: 1}\n--- {", "a: 1\t# one\n# two\n\t# three\nb: 2", "a: 1\n \t# two\nb: 2", "a:\n\t# c\n  b: 1", "- - 1\n  - 2\n- 3", "\"a\": 'b'", "a:\n- 1\n- 2"))
	each(t, []string{"toYaml @", "toYaml @ | fromYaml"},
		[]string{"nil", "true", "1", "1.5", "1e21", `""`, `"text"`, `"true"`, `"multi\nline\n"`, `"a: b"`, `"1"`, `"é😀"`, ".bytes", ".list", ".strings", ".ints", ".nothing", ".map", ".texts",
			".anymap", ".mixed", ".none", ".time", ".east", ".uint64", ".int64", `(dict "a10" 1 "a2" 2 "y" 3)`, `(list (list 1) (dict "a" (list)))`, `(semver "1.2.3")`, `(list (semver "1.2.3"))`,
			`(chunk 2 (list 1 2 3))`, `(rest (list))`})
	return t
}

func versions() *topic {
	t := newTopic("versions")
	list := []string{"1.2.3", "v1.2.3", "1.2", "1", "1.2.3-alpha.1", "1.2.3-alpha.2", "1.2.3-rc1+build.5", "0.0.1", "0.1.0", "0.2.3", "2.0.0", "1.3.0", "1.2.4", "10.0.0", "", "x", "1.2.3.4",
		"01.2.3", "1.02.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a_b", "V1.2.3", " 1.2.3", "99999999999999999999.0.0", "1.2.3-0a", "1.2.3-1.a.2", "v1", "0.0.0", "1.0.0-beta", "3.1.9"}
	for _, v := range list {
		t.plain("semver "+q(v), "(semver "+q(v)+").Original", "(semver "+q(v)+").Prerelease", "(semver "+q(v)+").Metadata", "(semver "+q(v)+").Minor",
			"(semver "+q(v)+").IncPatch", "(semver "+q(v)+").IncMinor", "(semver "+q(v)+").IncMajor", "(semver \"1.2.3\").Compare (semver "+q(v)+")")
	}
	constraints := []string{"", "*", "1.2.3", "=1.2.3", "!=1.2.3", ">1.2.3", ">=1.2.3", "<1.2.3", "<=1.2.3", "=>1.2.3", "=<1.2.3", "~1.2.3", "~>1.2.3", "^1.2.3", "~1.2", "~1", "^1.2", "^1", "^0.2.3", "^0.0.1",
		"^0.0", "^0", "~0", "~0.0.0", "1.2.x", "1.x", "1.X.x", "x", ">1", ">1.2", "<1.3", "<=1.2", "<=1", ">=1.2, <2", ">=1.2 <2", ">=1.2,<2", "<1 || >=2", "<1||>1.5", "1.2 - 1.4", "1.2.3 - 2", "1.2.3-alpha - 2.0.0",
		">=1.2.3-alpha", ">=1.2.3-0", "^1.2.3-alpha", "~1.2.3-alpha", "!=1.2", "!=1", "!=1.2.x", "!=*", ">*", "<*", ">=*", "<=*", "~*", "^*", "foo", ">>1", "1.2.3 4", "|| 1", "1 ||", ">= 1.2.3", " ^1 ", "v1.2", ">v1.0.0",
		"1.2.3 || 2.0.0", ">=1.2.3-rc1+build", "^1.2.*", "=1", "=1.2", "1.2.3, 1.2.4", ">= 0.1.0 < 2.0.0", "~1.2.3 || ^2", "<2.0.0-0", "1|2", ">1x", "1.2.3,", "!=1.2.3-alpha.1", "1.2.x-alpha", "> 1.2.3 < 3 !=2.0.0"}
	for i, constraint := range constraints {
		for j, v := range list {
			if (i+j)%3 == 0 || j < 12 {
				t.show("semverCompare " + q(constraint) + " " + q(v))
			}
		}
	}
	t.plain(`(semver "1.2.3").Major`, `(semver "1.2.3").Patch`, `(semver "1.2.3").String`, `(semver "1.2.3-a").IncPatch.Original`, `(semver "v1.2.3").IncMinor.String`, `(semver "1.2.3").SetPrerelease "rc.1"`,
		`(semver "1.2.3").SetPrerelease "01"`, `(semver "1.2.3").SetMetadata "x y"`, `(semver "1.2.3").SetMetadata "b.1"`, `(semver "1.2.3").LessThan (semver "1.3.0")`, `(semver "1.2.3").Nope`, `(semver "1.2.3").Equal "1.2.3"`,
		`(semver "1.2.3").Equal (semver "1.2.3+x")`, `(semver "1.2.3").GreaterThan (semver "1.2.3-a")`, `(semver "1.2.3").Compare`, `(semver "1.2.3").Major 1`, `(semver "1.2.3").GreaterThanEqual (semver "1.2.3")`,
		`list (semver "1.2.3")`, `eq (semver "1.2.3").Major 1`, `gt (semver "1.2.3").Minor 1`, `printf "%d" (semver "1.2.3").Minor`, `(semver "18446744073709551615.0.0").IncMajor`)
	return t
}
