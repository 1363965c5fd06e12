package main

import "fmt"

// endless are values that are not ranged over: numbers that nobody counts to, and a struct whose inside Go shows.
var endless = map[string]bool{"most": true, "huge": true, "wait": true, "blink": true, "version": true}

// fields covers names on every value, and where they lead nowhere.
func fields(s *set) {
	for _, name := range names() {
		value := "." + name
		s.add(
			"{{"+value+".x}}",
			"{{"+value+".x.y}}",
			"{{("+value+").x}}",
			"{{(same "+value+").x}}",
			"{{$v := "+value+"}}{{$v.x}}",
			"{{with $v := "+value+"}}{{$v.x}}{{else}}{{$v}}{{end}}",
			"{{"+value+" 1}}",
			"{{1 | "+value+"}}",
			"{{"+value+".x 1}}",
			"{{1 | "+value+".x}}",
			"{{with "+value+"}}{{.}}{{.x}}{{end}}",
			"{{template \"t\" "+value+"}}{{define \"t\"}}{{.x}}{{end}}",
			"{{if "+value+".x}}a{{else}}b{{end}}",
		)
		if !endless[name] {
			s.add("{{range " + value + "}}{{.x}}{{end}}")
		}
		s.zero("{{"+value+".x}}", "{{"+value+".x.y}}", "{{$v := "+value+"}}{{$v.x.y}}")
	}
	s.add(
		"{{.absent}}", "{{.absent.more}}", "{{.map.a}}", "{{.map.n}}", "{{.map.n.x}}", "{{.map.deep.er}}", "{{.map.deep.er.x}}", "{{.map.absent}}", "{{$.map.b}}", "{{$.absent}}",
		"{{.pointer.a}}", "{{.pointer.absent}}", "{{.texts.k}}", "{{.texts.absent}}", "{{.counts.k}}", "{{.words.k}}", "{{.words.a}}", "{{.words.absent}}", "{{.any.k}}",
		"{{.struct.X}}", "{{.struct.Label}}", "{{.struct.x}}", "{{.struct.Tags.t}}", "{{.struct.Tags.u}}", "{{.struct.Err}}", "{{.struct.X 1}}", "{{.struct.X.Y}}",
		"{{.struct.Describe 1}}", "{{.struct.Describe}}", "{{.struct.Describe 1 2 3}}", "{{1 | .struct.Describe}}", "{{1 | .struct.Describe 2}}", "{{.struct.Broken}}", "{{.struct.Describe .absent}}",
		"{{(.struct.Describe \"a\").x}}", "{{.struct.Describe.x}}", "{{printf \"%s\" (.struct.Describe nil)}}", "{{.version.absent}}",
		"{{record.k.l}}", "{{record.k}}", "{{record.absent}}", "{{record.n}}", "{{record.n.x}}", "{{(record).k.l}}", "{{nothing.x}}", "{{nothing}}", "{{(nothing).x}}",
		"{{with .map}}{{with .deep}}{{.er}}{{$.one}}{{end}}{{end}}", "{{$x := .map}}{{$x.deep.er}}", "{{$x := .map}}{{$x.absent}}", "{{(index .list 4).x}}", "{{(index .maps 0).k}}", "{{(index .list 2).x}}",
		"{{(.map).a}}", "{{((.map)).deep.er}}", "{{(.map).absent.x}}", "{{.one.x}}{{.two}}", "a\n  b {{ .map.deep.absent }} c", "é{{ .absent }}", "é\né {{ .map.absent | print }}",
		"{{ print .map.a .map.absent }}", "{{ if and .map.a .map.absent }}{{ end }}", "{{ print (print .absent) }}", "{{ .map.a.b.c }}", "{{\n.absent}}", "{{ $.map.deep.absent.x }}",
	)
	s.zero("{{.absent}}", "{{.absent.more}}", "{{.map.absent}}", "{{.texts.absent}}|", "{{.counts.absent}}", "{{.words.absent}}", "{{if .absent}}a{{else}}b{{end}}", "{{.absent | print}}", "{{$x := .absent}}{{$x.y}}", "{{range .absent}}{{else}}none{{end}}", "{{aString .absent}}", "{{.struct.absent}}", "{{eq .absent nil}}")
}

// control covers if, with, range and what they do with every value.
func control(s *set) {
	for _, name := range names() {
		value := "." + name
		s.add(
			"{{if "+value+"}}yes{{else}}no{{end}}",
			"{{if not "+value+"}}yes{{else if "+value+"}}no{{else}}never{{end}}",
			"{{with "+value+"}}{{.}}{{else}}none{{end}}",
			"{{with "+value+"}}{{typed .}}{{else with .one}}{{.}}{{end}}",
		)
		if endless[name] {
			continue
		}
		s.add(
			"{{range "+value+"}}[{{.}}]{{else}}none{{end}}",
			"{{range $v := "+value+"}}[{{$v}}{{typed $v}}]{{else}}none{{end}}",
			"{{range $k, $v := "+value+"}}[{{$k}}={{$v}}{{typed $k}}]{{else}}none{{end}}",
			"{{$v := 0}}{{range $v = "+value+"}}[{{$v}}]{{end}}{{$v}}",
			"{{$k := 0}}{{$v := 0}}{{range $k, $v = "+value+"}}[{{$k}}{{$v}}]{{end}}{{$k}}{{$v}}",
			"{{range $i, $v := "+value+"}}{{if $i}}{{break}}{{end}}{{$v}}{{end}}",
			"{{range "+value+"}}{{if .}}{{continue}}{{end}}<{{.}}>{{else}}none{{end}}",
			"{{range $v := (same "+value+")}}{{$v}}{{end}}",
		)
	}
	s.add(
		"{{range 3}}{{.}}{{end}}", "{{range $i := 3}}{{$i}}{{end}}", "{{range $i, $v := 3}}{{end}}", "{{range 0}}a{{else}}b{{end}}", "{{range -1}}a{{else}}b{{end}}", "{{range 1.5}}{{end}}", "{{range \"abc\"}}{{end}}",
		"{{range nil}}{{end}}", "{{if nil}}{{end}}", "{{with nil}}{{end}}", "{{range .list}}{{range .}}{{.}}{{end}}{{end}}", "{{range .ints}}{{range 2}}{{break}}{{end}}{{.}}{{end}}",
		"{{range .ints}}{{range 2}}{{.}}{{continue}}x{{end}}{{if eq . 1}}{{continue}}{{end}}!{{end}}", "{{range $i, $e := .ints}}{{if eq $i 1}}{{break}}{{end}}{{$e}}{{else}}none{{end}}",
		"{{range .ints}}{{with .}}{{if eq . 1}}{{break}}{{end}}{{.}}{{end}}{{end}}", "{{if true}}{{if false}}a{{else}}b{{end}}{{end}}", "{{if false}}a{{else if false}}b{{else if true}}c{{else}}d{{end}}",
		"{{with false}}a{{else with 0}}b{{else with \"\"}}c{{else}}d{{end}}", "{{with $x := .one}}{{$x}}{{.}}{{end}}", "{{if $x := .one}}{{$x}}{{else}}{{$x}}{{end}}", "{{if $x := .zero}}{{$x}}{{else}}{{$x}}{{end}}",
		"{{with $x := .zero}}{{$x}}{{else}}{{$x}}{{.one}}{{end}}", "{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "{{$x := 1}}{{if true}}{{$x = 2}}{{$x}}{{end}}{{$x}}",
		"{{$x := 1}}{{range .ints}}{{$x = .}}{{end}}{{$x}}", "{{$x := 1}}{{range .ints}}{{$x := .}}{{$x}}{{end}}{{$x}}", "{{$x := 1}}{{$x := 2}}{{$x}}", "{{$x := 1}}{{$y := $x}}{{$x = 3}}{{$y}}{{$x}}",
		"{{$ := 1}}{{$}}", "{{$ = 1}}{{$}}{{.one}}", "{{$x := .map}}{{$x.a}}{{$x = 5}}{{$x}}", "{{with .map}}{{$.one}}{{.a}}{{end}}", "{{range .ints}}{{$.text}}{{end}}", "{{$x := 1 | print 2}}{{$x}}",
		"{{if and true (eq .one 1) .text}}a{{end}}", "{{and}}", "{{or}}", "{{not}}", "{{and 1}}", "{{or 0}}", "{{and 0 (fails \"x\")}}", "{{or 1 (fails \"x\")}}", "{{and 1 (fails \"x\")}}", "{{or 0 (fails \"x\")}}",
		"{{1 | and 2}}", "{{0 | and 2}}", "{{1 | or 0}}", "{{fails \"x\" | or 1}}", "{{.nil | and 1}}", "{{.nil | or 0}}", "{{and .nil 1}}", "{{or .nil .zero .empty}}", "{{and nil 1}}", "{{or nil nil}}", "{{and 1 .absent}}", "{{or 1 .absent}}",
		"{{not nil}}", "{{not 0}}", "{{1 | not}}", "{{not 1 2}}", "{{range $k, $v := .map}}{{$k}}{{with $v}}{{.}}{{end}}{{end}}", "{{range $k, $v := .map.deep}}{{$k}}{{$v}}{{end}}", "{{range .map}}{{.}},{{end}}",
		"{{range $a, $b := .list}}{{$a}}{{end}}{{range $a, $b := .list}}{{$b}}{{end}}", "{{$x := 0}}{{range .ints}}{{$x = print $x .}}{{end}}{{$x}}", "{{range .ints}}{{end}}", "{{range .none}}{{end}}", "{{if .list}}{{len .list}}{{end}}",
		"{{$x}}", "{{$x = 1}}", "{{if true}}{{$y := 1}}{{end}}{{$y}}", "{{range $i, $j := .ints}}{{end}}{{$i}}", "{{with $x := 1}}{{end}}{{$x}}", "{{define \"t\"}}{{$x}}{{end}}", "{{$x := 1}}{{define \"t\"}}{{$x}}{{end}}", "{{$x := 1}}{{block \"b\" $x}}{{$x}}{{end}}",
		"{{$x := 1}}{{block \"b\" $x}}{{.}}{{$}}{{end}}", "{{break}}", "{{continue}}", "{{if true}}{{break}}{{end}}", "{{range 2}}{{define \"t\"}}{{end}}{{end}}", "{{range 2}}{{block \"b\" .}}{{break}}{{end}}{{end}}", "{{range 2}}{{else}}{{break}}{{end}}",
		"{{range 2}}{{range 2}}{{else}}{{break}}{{end}}{{.}}{{end}}", "{{with 1}}{{else if 1}}{{end}}", "{{if 1}}{{else with 1}}{{end}}", "{{range 1}}{{else range 1}}{{end}}", "{{if 1}}{{else}}{{else}}{{end}}", "{{range 1}}{{else}}{{else}}{{end}}",
	)
}

// definitions covers define, template, block, and several texts in one set.
func definitions(s *set) {
	s.add(
		"{{define \"a\"}}A{{.}}{{end}}{{template \"a\" .one}}", "{{template \"a\"}}{{define \"a\"}}A{{.}}{{end}}", "{{template \"a\" .}}{{define \"a\"}}{{.one}}{{$.text}}{{end}}", "{{template \"absent\"}}", "x{{template \"absent\" .one}}",
		"{{define \"a\"}}{{template \"b\" .}}{{end}}{{define \"b\"}}B{{.one}}{{.absent}}{{end}}\n{{template \"a\" .}}", "{{define \"a\"}}1{{end}}{{define \"a\"}}2{{end}}{{template \"a\"}}", "{{define \"a\"}} {{end}}{{define \"a\"}}2{{end}}{{template \"a\"}}",
		"{{define \"a\"}}1{{end}}{{define \"a\"}} \n{{/* c */}}{{end}}{{template \"a\"}}", "{{define \"a\"}}{{end}}{{template \"a\"}}|", "{{block \"a\" .one}}A{{.}}{{end}}", "{{block \"a\" .one}}A{{.}}{{end}}{{template \"a\" 2}}", "{{block \"a\" .}}1{{end}}{{define \"a\"}}2{{end}}",
		"{{define \"a\"}}2{{end}}{{block \"a\" .}}1{{end}}", "{{define \"a\"}}2{{end}}{{block \"a\" .}} {{end}}", "{{block \"a\"}}{{end}}", "{{block \"a\" .}}{{else}}{{end}}", "{{define \"a\"}}{{else}}{{end}}", "{{define \"stringTemplate\"}}own{{end}}",
		"{{define \"stringTemplate\"}}own{{end}}text", "{{define `raw`}}R{{end}}{{template `raw`}}{{template \"raw\"}}", "{{define \"\\x61\"}}esc{{end}}{{template \"a\"}}", "{{define a}}{{end}}", "{{define}}{{end}}", "{{define \"a\" \"b\"}}{{end}}", "{{define 1}}{{end}}",
		"{{template a}}", "{{template}}", "{{template 1}}", "{{template \"a\" 1 2}}{{define \"a\"}}{{.}}{{end}}", "{{template \"a\" (print 1 2)}}{{define \"a\"}}{{.}}{{end}}", "{{template \"a\" 1 | print 2}}{{define \"a\"}}{{.}}{{end}}", "{{template \"a\" $x := 1}}{{$x}}{{define \"a\"}}{{.}}{{end}}",
		"{{template \"a\" .absent}}{{define \"a\"}}{{end}}", "{{template \"a\" .nil}}{{define \"a\"}}{{.x}}{{end}}", "{{template \"a\"}}{{define \"a\"}}{{.x}}{{end}}", "{{template \"a\"}}{{define \"a\"}}{{$}}|{{.}}{{end}}", "{{template \"a\" nil}}{{define \"a\"}}{{.}}{{end}}",
		"{{define \"a\"}}{{if gt . 0}}{{.}}{{template \"a\" (anInt -2)}}{{end}}{{end}}{{template \"a\" 3}}", "{{include \"a\" .one}}{{define \"a\"}}A{{.}}{{end}}", "{{include \"a\" . | printf \"%q\"}}{{define \"a\"}}A\n{{.one}}{{end}}", "{{include \"absent\" .}}", "{{include \"a\"}}",
		"{{define \"a\"}}{{.absent}}{{end}}\n\n {{include \"a\" .}}", "{{define \"a\"}}{{fails \"why\"}}{{end}}{{include \"a\" . | print}}", "{{define \"a\"}}{{include \"b\" .}}{{end}}{{define \"b\"}}{{fails \"why\"}}{{end}}{{include \"a\" .}}",
		"{{define \"a\"}}{{define \"b\"}}{{end}}{{end}}", "{{if 1}}{{define \"b\"}}{{end}}{{end}}", "{{if 1}}{{block \"b\" .}}B{{end}}{{end}}{{template \"b\"}}", "{{block \"a\" .}}{{block \"b\" .}}B{{end}}A{{end}}", "{{- define \"a\" -}} x {{- end -}} {{ template \"a\" }}", "{{ define \"a\" }} x {{ end }}\n{{ template \"a\" }}",
		"{{define \"a\"}}", "{{define \"a\"}}{{end", "{{block \"a\" .}}", "{{end}}", "a{{end}}b", "a{{else}}b", "{{define \"a\"}}{{end}}{{end}}", "{{template \"a\" }}{{define \"a\"}}{{range .}}{{end}}{{end}}", "{{define \"a\"}}{{.x}}{{end}}{{range .list}}{{template \"a\" .}}{{end}}",
	)
	s.helped("{{template \"a\"}}", "{{define \"a\"}}helper{{end}}")
	s.helped("{{template \"a\"}}{{define \"a\"}}own{{end}}", "{{define \"a\"}}helper{{end}}")
	s.helped("{{template \"a\"}}{{define \"a\"}} {{end}}", "{{define \"a\"}}helper{{end}}")
	s.helped("{{template \"a\"}}", "{{define \"a\"}}first{{end}}", "{{define \"a\"}}second{{end}}")
	s.helped("{{template \"a\"}}", "{{define \"a\"}}first{{end}}", "{{define \"a\"}}\n{{end}}")
	s.helped("", "stray")
	s.helped(" \n\t", "stray {{.one}}")
	s.helped("{{/* nothing */}}", "stray")
	s.helped("{{define \"a\"}}x{{end}}", "stray")
	s.helped("{{- \"\" -}}", "stray")
	s.helped("text", "stray")
	s.helped("", "first", "second")
	s.helped("", "first", " ")
	s.helped("\u00a0\u0085\u2028", "stray")
	s.helped("\u200b", "stray")
	s.helped("{{template \"a\" .}}", "\n{{define \"a\"}}\n{{ .absent }}{{end}}")
	s.helped("{{template \"a\" .}}", "{{define \"a\"}}{{ nosuch }}{{end}}")
	s.helped("{{template \"a\" .}}", "{{define \"a\"}}")
	s.helped("{{include \"a\" .}}", "{{define \"a\"}}{{template \"b\" .}}{{end}}", "{{define \"b\"}}{{.one}}{{end}}")
	s.helped("{{define \"b\"}}main{{end}}{{include \"a\" .}}", "{{define \"a\"}}{{template \"b\" .}}{{end}}", "{{define \"b\"}}helper{{end}}")
}

// builtins covers index, slice, len and the escaping functions.
func builtins(s *set) {
	keys := []string{"0", "1", "2", "3", "-1", "\"a\"", "\"k\"", "\"absent\"", ".nil", "nil", ".long", ".small", ".huge", "1.5", "true", ".list", ".wait", "\"\""}
	for _, name := range names() {
		value := "." + name
		s.add("{{len "+value+"}}", "{{"+value+" | len}}", "{{index "+value+"}}", "{{$x := "+value+"}}{{len $x}}", "{{call "+value+"}}", "{{call "+value+" 1}}", "{{"+value+" | call}}", "{{slice "+value+"}}")
		for _, key := range keys {
			s.add(fmt.Sprintf("{{index %s %s}}", value, key))
			s.add(fmt.Sprintf("{{index %s %s | typed}}", value, key))
		}
		for _, bounds := range []string{"0", "1", "1 2", "0 9", "2 1", "-1", "0 1 1", "0 1 9", "1 2 3 4", "nil", "\"a\""} {
			s.add(fmt.Sprintf("{{slice %s %s}}", value, bounds))
		}
	}
	s.add(
		"{{index}}", "{{len}}", "{{slice}}", "{{call}}", "{{len 1 2}}", "{{len nil}}", "{{index nil 1}}", "{{index .map \"deep\" \"er\" 1 \"x\"}}", "{{index .map \"deep\" \"er\" 5}}", "{{index .map \"n\" \"x\"}}", "{{index .map \"absent\" \"x\"}}",
		"{{index .list 4 0}}", "{{index .list 2 0}}", "{{index .maps 0 \"k\"}}", "{{index .maps 1 \"k\"}}", "{{index .any 1}}", "{{index .any 2}}", "{{index .any \"1\"}}", "{{index .any .long}}", "{{index .pointer \"a\"}}", "{{index .pointer \"deep\" \"er\" 0}}", "{{index .texts \"absent\"}}|",
		"{{index .counts \"absent\"}}", "{{1 | index .list}}", "{{\"a\" | index .map}}", "{{.map | index}}", "{{(index .list 1)}}", "{{index .text 1}}", "{{index .text 4}}", "{{index .text 5}}", "{{index .bytes 0}}", "{{printf \"%c\" (index .text 0)}}", "{{index 1 1}}", "{{index .struct \"X\"}}",
		"{{len \"é\"}}", "{{len .struct}}", "{{len .pointer}}", "{{len .version}}", "{{slice \"hello\" 1 3}}", "{{slice \"héllo\" 1 2}}", "{{slice .text 1 2 3}}", "{{slice .list 1 3}}", "{{slice .bytes 1}}", "{{call nil}}", "{{call .absent}}", "{{call print 1}}", "{{call \"x\"}}", "{{\"x\" | call}}", "{{1 | call}}",
	)
	for _, value := range []string{"\"\"", "\"plain\"", "\"<a href='x'>\\\"&\\x00\"", "\"ünï→😀\"", "\"\\u200b\\u2028\\u00a0\\ufeff\\U000e0001\"", "\"\\xff\\xe2\\x82\"", "\"a b+c/d?e=f&g~-_.\"", "\"\\t\\r\\n\\x1f\\x7f\\\\=\"", "`a\nb`"} {
		s.add("{{html "+value+"}}", "{{js "+value+"}}", "{{urlquery "+value+"}}", "{{"+value+" | html | js | urlquery}}", "{{html "+value+" 1 2}}", "{{printf \"%q %+q %#q %x % X\" "+value+" "+value+" "+value+" "+value+" "+value+"}}", "{{"+value+"}}")
	}
}
