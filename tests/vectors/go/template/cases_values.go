package main

import "fmt"

var verbs = []string{
	"v", "+v", "#v", "T", "t", "d", "b", "o", "O", "c", "q", "x", "X", "U", "e", "E", "f", "F", "g", "G", "s", "w", "z",
}

var flags = []string{
	"5d", "-5d|", "05d", "+d", " d", "#x", "#X", "x", " x", "# x", "#o", "#b", ".2f", "8.3f", "-8.3f|", "08.3f", "+.2e",
	"+08.2f", "#g", "#.3g", ".3g", "+q", "#q", "-8q|", "8s", "-8s|", ".2s", "8.1s", "08s", "#U", "8U", "6.3v", "8v",
	"-8v|", "08v", "#8v", "5t", "5c", ".0d", ".3d", "8.3d", "#08x", "+x", "#e", "+v", "#+v", ".1q", "5.2q", "X", "+s",
	".3x", "8x", "-12x|", "012x",
}

// printing covers every value under every verb, and values in actions.
func printing(s *set) {
	for _, name := range names() {
		value := "." + name
		s.add(
			"{{"+value+"}}",
			"[{{- "+value+" -}}]",
			"{{print "+value+"}}",
			"{{print "+value+" "+value+"}}",
			"{{print \"a\" "+value+" 1 2 \"b\"}}",
			"{{println "+value+" 1}}",
			"{{"+value+" | print}}",
			"{{html "+value+"}}|{{js "+value+"}}|{{urlquery "+value+"}}",
			"{{html "+value+" \"<\" "+value+"}}",
			"{{$x := "+value+"}}{{$x}}|{{$x | printf \"%v\"}}",
			"{{"+value+" | typed}}|{{typed "+value+"}}|{{types "+value+" .one}}",
			"{{same "+value+"}}|{{(same "+value+")}}",
		)
		for _, verb := range verbs {
			s.add(fmt.Sprintf("{{printf \"%%%s\" %s}}", verb, value))
		}
	}
	s.add("{{.}}")
	s.add("{{printf \"%s\" .map}}", "{{printf \"%d\" .list}}", "{{print .list .map}}", "{{print}}", "{{println}}", "{{html}}", "{{js}}", "{{urlquery}}")
}

// formats covers flags, widths, precisions and what is wrong with a format.
func formats(s *set) {
	shown := []string{
		"zero", "answer", "minus", "small", "half", "neg", "million", "tiny", "nan", "ninf", "text", "wide", "raw", "empty",
		"bytes", "list", "map", "strings", "yes", "nil", "wait", "e21", "fnull", "third", "huge", "version",
	}
	for _, name := range shown {
		for _, flag := range flags {
			s.add(fmt.Sprintf("{{printf \"%%%s\" .%s}}", flag, name))
		}
	}
	for _, format := range []string{
		"%", "%%", "%!", "a%", "%5", "%-", "%.", "%.5", "%d %d", "%d%%", "%[2]d %[1]d", "%[2]d %d", "%[1]d %d %d", "%[3]d", "%[0]d", "%[-1]d",
		"%[x]d", "%[1", "%[]d", "%[1]", "%*d|", "%-*d|", "%.*d|", "%*.*d|", "%[2]*[1]d|", "%[2]*.[1]*d|", "%.[2]*[1]d", "%[1]2d", "%[1].2d",
		"%5%", "%-5%|", "%é", "é%dé", "%d", "%100000001d", "%.100000001d", "%+-#05d", "% 05d", "%v %v %v %v", "%s", "%q", "%!d", "%d %s %v",
		"%06[1]d", "%[1]*d", "%[5]*d", "%.[3]d", "%[1]d %[1]v", "%z %d", "%#!", "%5.d|", "%.d|", "%5.0f|",
	} {
		s.add(fmt.Sprintf("{{printf %q 42 7}}", format))
		s.add(fmt.Sprintf("{{printf %q}}", format))
		s.add(fmt.Sprintf("{{printf %q \"a\" nil 1.5}}", format))
		s.add(fmt.Sprintf("{{printf %q .minus .answer}}", format))
	}
	for _, number := range []string{
		"0.1", "1.0", "100000.0", "999999.0", "1000000.0", "1234567.0", "123456.7", "0.0001", "0.00001", "1e100", "1.7976931348623157e308", "5e-324",
		"2.2250738585072014e-308", "0.30000000000000004", "123456789012345680.0", "9007199254740993.0", "-0.0", "1e22", "12345678.9", "2.5", "3.5", "0.5", "1.25", "1.35",
	} {
		for _, verb := range []string{
			"v", "e", "f", "g", "G", "E", "x", "X", "b", ".0e", ".0f", ".1f", ".3e", ".10f", ".0g", ".1g", ".17g", ".20g", ".2x", ".0x", ".20x", "#v", "#g", "#.0f", "#x", "#.3x", "#.4g",
			"+f", "012.4f", "-12.4f|", "020x", "#.0e", "#b",
		} {
			s.add(fmt.Sprintf("{{printf \"%%%s\" %s}}", verb, number))
		}
		s.add("{{"+number+"}}", "{{print "+number+" | js}}")
	}
	for _, number := range []string{"0", "1", "-1", "65", "0x1F600", "127", "128", "255", "1114111", "1114112", "55296", "173", "8203", "-9223372036854775808", "9223372036854775807"} {
		for _, verb := range []string{"c", "q", "+q", "#q", "U", "#U", "x", "#x", "X", "o", "O", "#o", "b", "#b", "010d", "+d", "10c|", "-10q|", "#.8U", "20U", "-20d|"} {
			s.add(fmt.Sprintf("{{printf \"%%%s\" %s}}", verb, number))
		}
	}
}

// comparison covers each comparison between each two values.
func comparison(s *set) {
	values := []string{
		".nil", ".yes", ".no", ".zero", ".one", ".minus", ".answer", ".long", ".huge", ".small", ".half", ".nan", ".empty", ".text", ".number",
		".raw", ".time", ".wait", ".list", ".nolist", ".nostrs", ".strings", ".map", ".nomap", ".texts", ".any", ".struct", "1", "1.5", "\"text\"", "true", "nil",
	}
	for _, a := range values {
		for _, b := range values {
			s.add(fmt.Sprintf("{{eq %s %s}}", a, b))
			if a != "nil" && b != "nil" {
				s.add(fmt.Sprintf("{{ne %s %s}}|{{lt %s %s}}", a, b, a, b))
				s.add(fmt.Sprintf("{{lt %s %s}}|{{le %s %s}}|{{gt %s %s}}|{{ge %s %s}}", a, b, a, b, a, b, a, b))
			}
		}
		s.add(
			fmt.Sprintf("{{eq %s}}", a),
			fmt.Sprintf("{{%s | eq}}", a),
			fmt.Sprintf("{{ne %s}}", a),
			fmt.Sprintf("{{eq %s 0 1 \"text\"}}", a),
			fmt.Sprintf("{{eq 3 2 1 %s}}", a),
			fmt.Sprintf("{{%s | eq 1 2}}", a),
			fmt.Sprintf("{{$x := %s}}{{eq $x 1}}|{{eq 1 $x}}|{{lt $x 2}}", a),
			fmt.Sprintf("{{not %s}}|{{and %s 1}}|{{or %s \"other\"}}", a, a, a),
		)
	}
	s.add("{{eq .pointer .pointer}}", "{{eq .pointer .map}}", "{{eq .map .pointer}}", "{{eq .zoned .time}}", "{{eq .time .time}}", "{{eq .version .version}}", "{{eq .version .struct}}",
		"{{eq 1 1 2}}", "{{eq 1 2 3}}", "{{eq}}", "{{ne 1 2 3}}", "{{lt 1}}", "{{lt 1 2 3}}", "{{gt .nan .nan}}", "{{ge .nan 1.0}}", "{{eq .huge -1}}", "{{lt -1 .huge}}", "{{lt .huge -1}}",
		"{{eq (index .list 2) nil}}", "{{eq .most .huge}}", "{{lt .least .small}}")
}
