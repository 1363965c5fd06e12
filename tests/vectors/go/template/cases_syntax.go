package main

import "fmt"

// arguments covers what may stand where a parameter of each type is expected.
func arguments(s *set) {
	forms := []string{
		"1", "-1", "1.5", "1.0", "1e3", "0x10", "'a'", "9223372036854775807", "9223372036854775808", "18446744073709551615", "\"s\"", "`s`", "true", "nil", "(1)", "(\"s\")", "(nothing)", "nothing", "(print 1)", "(index .list 2)", "record", "$x", "$.one",
	}
	for _, name := range names() {
		forms = append(forms, "."+name)
	}
	for _, function := range []string{"aString", "aBool", "anInt", "aLong", "aFloat", "aMap", "aList", "strings", "aTime", "typed"} {
		for _, form := range forms {
			s.add(fmt.Sprintf("{{$x := .nil}}{{%s %s}}", function, form))
			s.add(fmt.Sprintf("{{$x := .nil}}{{%s | %s}}", form, function))
		}
		s.add("{{"+function+"}}", "{{"+function+" 1 2}}", "{{1 | "+function+" 2}}", "{{("+function+")}}", "{{"+function+".x}}")
	}
	for _, form := range forms {
		s.add(fmt.Sprintf("{{$x := .nil}}{{joined %s}}", form), fmt.Sprintf("{{$x := .nil}}{{joined \"a\" \"b\" %s}}", form), fmt.Sprintf("{{$x := .nil}}{{sum 1 %s}}", form), fmt.Sprintf("{{$x := .nil}}{{%s | sum 1 2}}", form), fmt.Sprintf("{{$x := .nil}}{{two \"k\" %s}}", form), fmt.Sprintf("{{$x := .nil}}{{types %s %s}}", form, form))
	}
	s.add(
		"{{joined}}", "{{joined \"a\"}}", "{{\"a\" | joined}}", "{{\"b\" | joined \"a\"}}", "{{1 | joined}}", "{{1 | joined \"a\"}}", "{{joined \"a\" \"b\" 1}}", "{{sum}}", "{{sum 1}}", "{{sum 1 2 3}}", "{{1 | sum}}", "{{two}}", "{{two \"a\"}}", "{{1 | two \"a\"}}", "{{1 | two \"a\" 2}}", "{{two \"a\" 1 2}}",
		"{{nothing 1}}", "{{1 | nothing}}", "{{fails \"a b\"}}", "{{fails .text}}", "{{\"x\" | fails}}", "{{fails (print 1 \"%d\")}}", "{{print (fails \"in\")}}", "{{print 1 | fails}}", "{{fails 1}}", "{{fails}}", "{{fails \"%s%d\" | print}}", "a\nb\n  {{ if fails \"deep\" }}{{ end }}",
		"{{printf}}", "{{printf 1}}", "{{printf .one}}", "{{.one | printf}}", "{{printf \"%d\" .one | aString}}", "{{aString (printf \"%d\" 1)}}", "{{anInt (anInt 1)}}", "{{1 | anInt | anInt}}", "{{anInt (aLong 1)}}", "{{aLong 1 | anInt}}", "{{1.0 | anInt}}", "{{aFloat 1 | aFloat}}", "{{1 | aFloat}}",
		"{{\"s\" | .text}}", "{{.text \"s\"}}", "{{1 2}}", "{{1 | 2}}", "{{\"a\" \"b\"}}", "{{true false}}", "{{nil}}", "{{nil 1}}", "{{1 | nil}}", "{{(1) 2}}", "{{1 | (print)}}", "{{(print) 1}}", "{{. 1}}", "{{1 | .}}", "{{$ 1}}", "{{1 | $}}", "{{nil.x}}", "{{true.x}}", "{{1.x}}", "{{\"a\".x}}", "{{..x}}", "{{. .x}}",
	)
}

// syntax covers what is a template and what is not.
func syntax(s *set) {
	s.add(
		"", "text", "{", "{{", "}}", "{{}}", "{{ }}", "{{-}}", "{{- }}", "{{- -}}", "{{/**/}}", "{{/* a */}}", "{{- /* a */ -}}", "a {{- /* x */ -}} b", "{{ /* a */}}", "{{/* a */ }}", "{{/* a", "{{/* a */", "{{/* a */x}}", "{{/* a */ -}}", "{{- /* a */}}", "{{-/* a */}}", "{{/* a */-}}", "{{/* a }} */}}b", "{{/* */ */}}", "a{{/* \n */}}b{{.absent}}",
		"a {{- 1 -}} b", "a \n\t\r {{- 1 -}} \n\t\r b", "a {{-1}} b", "{{-1 -}} b", "{{- 1-}}", "{{1 -}}\n\n{{- 2}}", "a\u00a0{{- 1 -}}\u00a0b", "a\v{{- 1 -}}\fb", "{{- 1 -}}", " {{- 1 -}} ", "{{-\n1\n-}} x", "{{-\t1\t-}} x", "{{1 - }}", "{{ - 1 }}", "{{ 1 -}} {{- 2 }}", "{{print 1 -1}}", "{{print 1 - 1}}", "{{3 -}}  {{-4}}",
		"{{1}}}}", "{{{1}}}", "{{{{1}}", "{{\"}}\"}}", "{{`}}`}}", "{{'}'}}", "{{\"a}}", "{{`a}}", "{{'a}}", "{{\"a\nb\"}}", "{{`a\nb`}}", "{{`a\r\nb`}}", "{{\"\\n\\t\\\"\\\\\\x41\\u00e9\\U0001F600\\101\"}}", "{{\"\\xff\"}}", "{{\"\\377\"}}", "{{\"\\400\"}}", "{{\"\\'\"}}", "{{\"\\q\"}}", "{{\"\\x4\"}}", "{{\"\\ud800\"}}", "{{\"\\U00110000\"}}", "{{\"\\\n\"}}", "{{\"\\0\"}}",
		"{{'a'}}", "{{'\\n'}}", "{{'\\''}}", "{{'\"'}}", "{{'\\\"'}}", "{{'é'}}", "{{'😀'}}", "{{'\\xff'}}", "{{'\\u00e9'}}", "{{'ab'}}", "{{''}}", "{{'}}", "{{'\\x'}}", "{{'\\101'}}", "{{''' }}",
		"{{1}}{{1.}}{{.5}}{{1.5e3}}{{1E2}}{{0x1F}}{{0X1f}}{{0o17}}{{0O17}}{{017}}{{0b101}}{{0B1}}{{1_000}}{{0x_1F}}{{0x1p4}}{{0x1.8p1}}{{1e-3}}{{+1}}{{-1}}{{-0}}{{00}}{{0}}",
		"{{1_}}", "{{1__0}}", "{{_1}}", "{{0_1}}", "{{08}}", "{{09.5}}", "{{0x}}", "{{0xg}}", "{{0b2}}", "{{0o8}}", "{{1e}}", "{{1e+}}", "{{0x1.8}}", "{{0x1p}}", "{{1x}}", "{{1.2.3}}", "{{1..2}}", "{{--1}}", "{{+-1}}", "{{+}}", "{{-}}", "{{1e400}}", "{{99999999999999999999}}", "{{9223372036854775807}}", "{{9223372036854775808}}", "{{-9223372036854775808}}", "{{-9223372036854775809}}", "{{18446744073709551615}}", "{{18446744073709551616}}",
		"{{1e18 | anInt}}", "{{anInt 1e3}}", "{{anInt 1e18}}", "{{anInt 1e19}}", "{{anInt 1.0}}", "{{anInt 1.5}}", "{{anInt 'a'}}", "{{aFloat 'a'}}", "{{aFloat 1}}", "{{aFloat 0x10}}", "{{aLong 0x7fffffffffffffff}}", "{{aLong 0x8000000000000000}}", "{{+0x1e}}", "{{-0x1e}}", "{{0x1e}}", "{{0x1E}}", "{{-0x1E | typed}}", "{{1e3 | typed}}", "{{'e' | typed}}", "{{1.0 | typed}}", "{{0x1p4 | typed}}", "{{1_0.5}}", "{{1_0e1_0}}", "{{0b1e1}}", "{{0o1.5}}", "{{0.}}", "{{.0}}", "{{.}}", "{{. }}", "{{.1.x}}",
		"{{.one}}{{ .one }}{{\t.one\n}}{{.one|print}}{{.one | print}}{{print .one .one}}", "{{.one.}}", "{{.one .}}", "{{..}}", "{{...}}", "{{.a-b}}", "{{.a+b}}", "{{.a$}}", "{{.a\"b\"}}", "{{.1}}", "{{._}}", "{{.é}}", "{{.日本}}", "{{.a·b}}", "{{.a\u0301}}", "{{.ⅷ}}", "{{.٣}}", "{{$é := 1}}{{$é}}", "{{$1 := 1}}{{$1}}", "{{$x.y := 1}}", "{{$-x}}", "{{$x$y}}", "{{$ x}}", "{{ $.one }}", "{{$.one.x}}", "{{$}}{{$x := 1}}{{$x}}{{$}}",
		"{{print(1)}}", "{{print (1)}}", "{{print (1) (2)}}", "{{print(1)(2)}}", "{{(print 1)(2)}}", "{{(1)}}", "{{((1))}}", "{{()}}", "{{( )}}", "{{(}}", "{{)}}", "{{(1}}", "{{1)}}", "{{(1))}}", "{{(1 | print)}}", "{{(print 1).x}}", "{{(print 1) .x}}", "{{print (print 1) | print}}", "{{print \"a\"\"b\"}}", "{{print \"a\"1}}", "{{print 1\"a\"}}", "{{print`a`}}", "{{print\"a\"}}", "{{print.one}}", "{{print .one.two}}", "{{print $x}}", "{{print$}}",
		"{{|}}", "{{1|}}", "{{|1}}", "{{1||2}}", "{{print|print}}", "{{print | print | print}}", "{{print 1 | }}", "{{| print}}", "{{1 | print | 2}}", "{{print | \"a\"}}", "{{print | .one}}", "{{1 | print | .text}}", "{{print | true}}", "{{print | nil}}", "{{print | .}}", "{{print | $}}", "{{print | (print)}}",
		"{{,}}", "{{1,2}}", "{{print 1, 2}}", "{{;}}", "{{:}}", "{{:=}}", "{{=}}", "{{= 1}}", "{{:= 1}}", "{{x := 1}}", "{{.x := 1}}", "{{$x :=}}", "{{$x := }}", "{{$x := 1 2}}", "{{$x, $y := 1}}", "{{$x, $y := .list}}", "{{$x,}}", "{{$x, y}}", "{{$x : = 1}}", "{{$x:=1}}{{$x}}", "{{$x =1}}", "{{$x:= 1}}{{$x=2}}{{$x}}", "{{$x := $y := 1}}", "{{($x := 1)}}{{$x}}", "{{print ($x := 1) $x}}", "{{$x := ($y := 1)}}{{$y}}",
		"{{range $x}}{{end}}", "{{range $x := .ints}}{{$x}}{{end}}", "{{range $x,$y := .ints}}{{$x}}{{$y}}{{end}}", "{{range $x $y := .ints}}{{end}}", "{{range $x, := .ints}}{{end}}", "{{range , $y := .ints}}{{end}}", "{{range $x, $y, $z := .ints}}{{end}}", "{{range $x, 1}}{{end}}", "{{range $x, $y}}{{end}}", "{{range $x,}}{{end}}", "{{range := 1}}{{end}}", "{{range $x := }}{{end}}", "{{range}}{{end}}", "{{if $x, $y := 1}}{{end}}", "{{with $x, $y := .list}}{{end}}", "{{range $x, $y = .ints}}{{end}}",
		"{{if}}{{end}}", "{{if }}{{end}}", "{{with}}{{end}}", "{{if 1}}", "{{if 1}}{{else}}", "{{if 1}}{{else if 1}}", "{{if 1}}{{else if 1}}{{end}}{{end}}", "{{range 1}}", "{{with 1}}", "{{if 1}}{{end 1}}", "{{if 1}}{{else 1}}{{end}}", "{{if 1}}{{ end }}", "{{if 1}}{{else}}{{ end}}", "{{if 1 }}a{{ else }}b{{end }}", "{{if 1}}{{end}}{{else}}", "{{end}}", "{{else}}", "{{if end}}{{end}}", "{{if else}}{{end}}", "{{print if}}", "{{print end}}", "{{print range}}", "{{print nil}}", "{{print define}}", "{{print template}}", "{{print break}}",
		"{{if1}}{{end}}", "{{if(1)}}a{{end}}", "{{if.one}}a{{end}}", "{{if\"a\"}}a{{end}}", "{{if$}}a{{end}}", "{{if 1}}a{{else if(0)}}b{{end}}", "{{range(3)}}{{.}}{{end}}", "{{if\n1\n}}a{{\nend\n}}", "{{if 1}}a{{else\n}}b{{end}}", "{{if 1}}a{{else  if 0}}b{{end}}", "{{if 1}}{{elseif 1}}{{end}}", "{{if 1}}{{endif}}",
		"{{break 1}}", "{{range 1}}{{break 1}}{{end}}", "{{range 1}}{{ break }}{{end}}", "{{range 1}}{{continue x}}{{end}}", "{{true}}{{false}}", "{{True}}", "{{nil}}", "{{null}}", "{{nosuch}}", "{{nosuch 1}}", "{{print (nosuch)}}", "{{if nosuch}}{{end}}", "{{print | nosuch}}", "{{nosuch.x}}", "{{print .one | printf \"%d\"}}",
		"{{!}}", "{{@}}", "{{#}}", "{{%}}", "{{&}}", "{{*}}", "{{?}}", "{{[}}", "{{]}}", "{{^}}", "{{~}}", "{{\\}}", "{{é}}", "{{→}}", "{{\u00a0}}", "{{1\u00a0}}", "{{\x00}}", "{{\x7f}}", "{{😀}}", "{{\u200b}}", "{{print 1 # c}}", "{{1 > 2}}", "{{1 + 2}}", "{{.one!}}", "{{<}}", "{{/}}", "{{//}}", "{{/* */ 1}}",
		"line\n{{ .absent }}", "line\n\n   {{ print\n  .absent }}", "{{ print\n\"a\n", "a\n{{ print \"x\ny\" }}", "a\n{{\n\nprint 1", "{{ if true }}\n{{ print (1 }}\n{{ end }}", "{{ if true }}\n\n{{ nosuch }}\n{{ end }}", "a\n{{ define \"x\" }}\n{{ nosuch }}{{ end }}", "a\n{{ block \"x\" . }}\n\n{{ nosuch }}{{ end }}", "a\n{{ block \"x\" . }}\n\n{{ else }}{{ end }}", "{{ if true }}\n{{ else }}\n{{ else }}\n{{ end }}", "{{/* \n\n */}}{{ nosuch }}", "a {{- \n\n nosuch }}", "{{ 1 \n -}}\n\n{{ nosuch }}", "{{ print 1 \n\n |\n 2 }}",
		"\ufeff{{.one}}", "a\r\nb {{ .one }}\r\n{{- .one }}", "é{{ .absent }}", "{{\"é\" | fails}}", "{{ \"%d\" | fails }}", "{{ index .map \"%\" \"x\" }}", "100%{{ .absent }}%", "{{ printf \"%d%%\" .absent }}", "{{ (index .list 2).x }}", "{{ template \"%s\" }}", "{{ .absent | printf \"%d\" | print }}", "{{ $x := .absent }}", "{{ if (print .absent) }}{{ end }}", "{{ range $i, $e := .absent }}{{ end }}", "{{ with .map }}{{ .absent }}{{ end }}",
		"{{ print \"a very long string that goes on and on\" .absent }}", "{{ nosuch \"a very long\" }}", "{{ \"a very long string that goes on\" 1 }}", "{{ verylongidentifiername := 1 }}", "{{ print verylongunknownidentifier }}", "{{ .verylongfieldname! }}", "{{ 12345678901234567890123 }}",
	)
	for _, left := range []string{"", " ", "\n", " \n ", "x", "x ", "\r\n", "\t", "\u2003"} {
		for _, action := range []string{"{{1}}", "{{- 1}}", "{{1 -}}", "{{- 1 -}}", "{{-  1  -}}", "{{/* c */}}", "{{- /* c */ -}}"} {
			for _, right := range []string{"", " ", "\n", " \n y", "y", "\r\n\r\n"} {
				s.add(left+action+right, left+action+right+action)
			}
		}
	}
}
