package main

func expressions() *topic {
	t := newTopic("regex")
	patterns := []string{``, `a`, `a*`, `a+`, `a?`, `(a)(b)?`, `^a`, `a$`, `^$`, `\d+`, `\D+`, `\w+`, `\W+`, `\s+`, `\S+`, `\bfoo\b`, `\Boo`, `[a-c]+`, `[^a-c]+`, `[]a]`, `[a-]`, `[-a]`, `[[:alpha:]]+`,
		`[[:^alpha:]]+`, `[[:word:][:space:]]`, `[\d\-x]+`, `[^\W]+`, `[\s\S]`, `.`, `.+`, `(?s).+`, `(?i)FOO`, `(?i:f)oo`, `(?m)^.`, `(?m).$`, `(?U)a+`, `(?U)a+?`, `(?-i)a`, `(?i-s:A.)`, `a{2}`, `a{2,}`,
		`a{1,2}`, `a{,2}`, `a{`, `a{x}`, `{2}`, `a{2`, `a{0}`, `a{1001}`, `a{2,1}`, `(a{100}){11}`, `(a{30}){30}`, `a**`, `a*+`, `a*?`, `a+?`, `a??`, `a???`, `*a`, `+`, `?`, `|`, `a|b`, `|a`, `a|`, `()`, `(|a)*`, `(|a)+`,
		`(a|ab)(c|bcd)`, `(a*)*`, `(a*)+`, `(a+)*b`, `(?:ab)+`, `(?P<x>a)`, `(?<x>a)`, `(?P<1x>a)`, `(?P<>a)`, `(?P<x`, `(?P=x)`, `(?=a)`, `(?!a)`, `(?<=a)`, `(?x)a`, `(?i`, `(?`, `(?i)`, `(?i)*`, `a(?i)*`, `(`, `)`, `(a`, `a)`,
		`[`, `[a`, `]`, `[]`, `[^]`, `[z-a]`, `[a-\d]`, `[[:foo:]]`, `[[:alpha:]`, `\`, `\q`, `\_`, `\-`, `\/`, `\"`, `\1`, `\01`, `\12`, `\x41`, `\x{41}`, `\x{1F600}`, `\x{110000}`, `\x4`, `\x{}`, `\x{d800}`, `[\x{d000}-\x{e000}]`,
		`\a\f\t\n\r\v`, `\A`, `\z`, `\Z`, `\C`, `\Qa.b\E`, `\Qa.b`, `\Q\E*`, `a\Q*\E+`, `\pL+`, `\p{L}`, `\PL`, `\p{Greek}`, `\p{^Greek}`, `\P{Lu}+`, `\p{Nope}`, `\p{lu}`, `\p`, `\pN`, `[\pL\d]+`, `[^\pL]+`, `(?i)\p{Lu}+`, `\u0041`, `\e`,
		`\h`, `a&&b`, `[a&&b]`, `[a--b]`, `[a~~b]`, `[[a]b]`, `[a[b]]`, `#a`, `a b`, `é`, `[é-ü]+`, `(?i)É`, `(?i)[é]`, `(?i)k`, `(?i)ſ`, `(?i)\w+`, `(?i)[^k]`, `😀`, `[😀-😂]`, `.\b`, `\b`, `\B`, `^`, `$`, `^*`, `(^)*`, `\b+`, `(?:)`, `x*`,
		`[0-9]{4}-[0-9]{2}`, `^v?(\d+)\.(\d+)`, `(\w+)@(\w+)\.com`, `https?://[^/]+`, `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, `\.git$`, `/+`, `[,;\s]+`, `a.c`, `(foo|bar)-(\d+)`, `([a-z]+)(\d*)`, `(?i)error|warn`, `\$\{(\w+)\}`, `[^[:space:]]+`,
		`.{3}`, `(.)(.)`, `(..)*`, `(a(b(c)))`, `\pZ`, `[[:punct:]]`, `(?s)a.b`, `a.b`, `[^a]`, `[^\n]`, `\[x\]`, `a|b|cd|ef`, `(?:a|b)*c`}
	haystacks := []string{"", "a", "aaa", "abab", "foo bar", "foo\nbar\n", "Foo-12 bar-345", "é ü K ſ É", "me@x.com you@y.com", "v1.22.3", "http://a.b/c//d", "a\tb c", "😀x😁", "a-b_c]d[e", "Αθήνα ſK", "${x} $y", "abc", "a.b"}
	for i, pattern := range patterns {
		for j, haystack := range haystacks {
			if j < 2 || (i+j)%4 == 0 {
				t.show("regexFindAll " + q(pattern) + " " + q(haystack) + " -1")
			}
			if (i+j)%6 == 0 {
				t.show("regexReplaceAll "+q(pattern)+" "+q(haystack)+" \"<$0|${1}>\"", "regexSplit "+q(pattern)+" "+q(haystack)+" -1")
			}
			if (i+j)%9 == 0 {
				t.show("regexMatch "+q(pattern)+" "+q(haystack), "regexFind "+q(pattern)+" "+q(haystack), "mustRegexFind "+q(pattern)+" "+q(haystack),
					"regexReplaceAllLiteral "+q(pattern)+" "+q(haystack)+" \"$1\"")
			}
		}
		t.show("mustRegexMatch "+q(pattern)+" \"abc\"", "regexFind "+q(pattern)+" \"xabc\"")
	}
	for _, replacement := range []string{"$1", "${1}x", "$1x", "$x", "${x}", "$2", "$", "$$", "$$1", "${", "${1", "$-", "a$", "$0$0", "${0}", "$01", "${x", "$é", "$1é", "$name_1", "${name}", "\\1", "&", "$ 1", "$10", "${10}", "$999999999"} {
		t.show("regexReplaceAll \"(?P<x>f)(?P<name>o+)\" \"foo fo\" "+q(replacement), "regexReplaceAllLiteral \"f(o+)\" \"foo fo\" "+q(replacement),
			"regexReplaceAll \"(f)|(b)\" \"fab\" "+q(replacement))
	}
	for _, limit := range []string{"-1", "0", "1", "2", "3", "10"} {
		for _, pair := range []string{`"," "a,b,c"`, `"" "abc"`, `"a*" "baac"`, `"x" "abc"`, `"," ""`, `"" ""`, `"," ",a,"`, `"\\s+" " a  b "`, `"b" "b"`, `"a|" "aba"`, `"$" "ab"`, `"^" "ab"`} {
			t.show("regexSplit "+pair+" "+limit, "regexFindAll "+pair+" "+limit, "mustRegexSplit "+pair+" "+limit)
		}
	}
	t.show(`regexMatch "[" "a"`, `mustRegexMatch "[" "a"`, `regexFind "(" "a"`, `regexReplaceAll "a" "" "b"`, `regexReplaceAll "" "abc" "-"`, `regexReplaceAll "b*" "abbc" "-"`, `regexReplaceAll "\\b" "a b" "|"`,
		`regexReplaceAll "^|$" "ab" "x"`, `regexReplaceAll "(?m)^" "a\nb" "# "`, `regexFind "a+?" "aaa"`, `regexFindAll "a" "aaa" 2`, `regexReplaceAll "(a)(b)?" "ab a" "[$2]"`, "regexFind \"`(\" \"a\"", `regexReplaceAll "é" "été" "e"`)
	return t
}

func dates() *topic {
	t := newTopic("dates")
	layouts := []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.999999999Z07:00", "Mon Jan _2 15:04:05 2006", "Mon, 02 Jan 2006 15:04:05 MST", "Monday, 02-Jan-06 15:04:05 MST", "02 Jan 06 15:04 -0700", "3:04PM", "03:04:05 pm",
		"Jan _2 15:04:05.000", "15:04:05.000000", "2006-002", "__2 2006", "January 2, 2006", "1/2/06 3:4:5", "2006-01-02", "", "literal", "2006_01_02", "_2006", "Z0700", "Z07", "-07", "-07:00:00", "-070000", "Z07:00:00", "Z070000",
		"20060102150405", ".00", ".99", ",999", "05.000", "05,00", "05.0000000000", "Janua", "Mond", "MonDay", "Monday Mond", "PMpm", "15h04m", "2006-01-02 15:04:05 -0700 MST", "%Y-%m-%d", "Mon Monday Jan January", "006 06 6", "é 2006", "MST-0700", "JanJanuary", "01022006", "1504", "Z", "Zulu 2006", ".0 .9"}
	zones := []string{"UTC", "", "Local", "Test/North", "Test/Half", "Test/West", "Nowhere/City", "../etc/passwd", "/etc/localtime", "Test"}
	instants := []string{".time", ".east", "0", "1000000000", "(int64 1719835200)", "-1", "1743296400", "1743296399", "1792893600", "-62135596800", "(int64 -2100000000)", "1111795200"}
	for i, layout := range layouts {
		for j, zone := range zones {
			if (i+j)%2 == 0 {
				t.show("dateInZone " + q(layout) + " " + instants[(i+j)%len(instants)] + " " + q(zone))
			}
		}
		t.show("date "+q(layout)+" "+instants[i%len(instants)], "dateInZone "+q(layout)+" .time \"UTC\"", "dateInZone "+q(layout)+" 1719835200 \"Test/North\"", "date "+q(layout)+" .east", "date_in_zone "+q(layout)+" 5 \"Test/West\"")
		t.raw("{{ .east.Format " + q(layout) + " }}")
	}
	for _, instant := range instants {
		for _, zone := range zones {
			t.show("htmlDateInZone "+instant+" "+q(zone), "dateInZone \"2006-01-02 15:04:05 -0700 MST\" "+instant+" "+q(zone))
		}
		t.show("htmlDate " + instant)
		t.plain("toString " + instant)
	}
	for _, span := range []string{"1h", "-1.5h", "24h", "90m", "0", "bad", "", "1h30m5s", "100ms", "1d", "-0.5s", "5000h"} {
		for _, instant := range []string{".time", ".east", `(toDate "2006-01-02 15:04" "2024-03-31 01:30")`, `(toDate "2006-01-02 15:04 MST" "2024-07-01 12:00 UTC")`} {
			t.plain("dateModify "+q(span)+" "+instant, "mustDateModify "+q(span)+" "+instant, "date_modify "+q(span)+" "+instant, "unixEpoch (dateModify "+q(span)+" "+instant+")")
		}
	}
	parse := [][2]string{{"2006-01-02", "2024-02-29"}, {"2006-01-02", "2023-02-29"}, {"2006-01-02", "2024-13-01"}, {"2006-01-02", "2024-1-01"}, {"2006-1-2", "2024-1-1"}, {"2006-1-2", "2024-12-31"}, {"2006-01-02", "bad"}, {"2006-01-02", ""}, {"", ""}, {"", "x"},
		{"2006-01-02 15:04:05", "2024-06-01 12:30:45"}, {"2006-01-02 15:04:05", "2024-06-01 24:00:00"}, {"2006-01-02 15:04:05", "2024-06-01 12:60:00"}, {"2006-01-02 15:04:05", "2024-06-01 12:30:45.678"}, {"2006-01-02 15:04:05", "2024-06-01 12:30:45,6"},
		{"15:04:05.000", "12:30:45.678"}, {"15:04:05.000", "12:30:45.67"}, {"15:04:05.999", "12:30:45.67891"}, {"15:04:05.999", "12:30:45"}, {"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45Z"}, {"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45+02:00"},
		{"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45+05:30"}, {"2006-01-02T15:04:05Z07:00", "2024-01-01T12:30:45+01:00"}, {"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45"}, {"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45+25:00"}, {"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45+24:60"},
		{"2006-01-02T15:04:05Z07:00", "2024-06-01T12:30:45.5Z"}, {"2006-01-02T15:04:05Z07:00", "2024-06-01t12:30:45Z"}, {"2006-01-02 MST", "2024-06-01 NDT"}, {"2006-01-02 MST", "2024-06-01 NST"}, {"2006-01-02 MST", "2024-06-01 LMT"}, {"2006-01-02 MST", "2024-06-01 XYZ"}, {"2006-01-02 MST", "2024-06-01 UTC"},
		{"2006-01-02 MST", "2024-06-01 GMT"}, {"2006-01-02 MST", "2024-06-01 GMT+3"}, {"2006-01-02 MST", "2024-06-01 GMT-11"}, {"2006-01-02 MST", "2024-06-01 GMT+30"}, {"2006-01-02 MST", "2024-06-01 +03"}, {"2006-01-02 MST", "2024-06-01 -0330"}, {"2006-01-02 MST", "2024-06-01 ab"},
		{"2006-01-02 MST", "2024-06-01 CHEST"}, {"2006-01-02 MST", "2024-06-01 ABCDE"}, {"2006-01-02 MST", "2024-06-01 WITA"}, {"2006-01-02 MST", "2024-06-01 ChST"}, {"2006-01-02 -0700 MST", "2024-06-01 +0300 EAT"}, {"2006-01-02 -0700 MST", "2024-06-01 +0200 NDT"}, {"2006-01-02 -0700 MST", "2024-06-01 +0200 CEST"},
		{"Jan 2 2006", "feb 3 2024"}, {"Jan 2 2006", "FEBRUARY 3 2024"}, {"January 2 2006", "February 3 2024"}, {"January 2 2006", "Feb 3 2024"}, {"Mon Jan 2 2006", "Fri Feb 3 2024"}, {"Monday 2006", "tuesday 2024"}, {"Mon 2006", "Xyz 2024"}, {"_2 Jan 2006", " 3 Feb 2024"}, {"_2 Jan 2006", "13 Feb 2024"},
		{"3:04PM", "1:05PM"}, {"3:04PM", "12:05AM"}, {"3:04PM", "13:05PM"}, {"3:04pm", "1:05pm"}, {"3:04PM", "1:05pm"}, {"03:04 PM", "1:05 PM"}, {"06-01-02", "69-01-02"}, {"06-01-02", "68-01-02"}, {"06-01-02", "-1-01-02"}, {"2006-002", "2024-060"}, {"2006-002", "2023-366"}, {"2006-002", "2024-366"}, {"2006-002", "2024-000"},
		{"2006-002", "2024-6"}, {"2006-__2", "2024-  6"}, {"2006-01-002", "2024-02-060"}, {"2006-01-002", "2024-03-060"}, {"2006  01", "2024 05"}, {"2006 01", "2024   05"}, {"2006-01-02 ", "2024-05-06"}, {"2006", "02024"}, {"2006", "abcd"}, {"2006", "2024x"}, {"02", "31"}, {"02", "32"}, {"2006-02", "2023-31"},
		{"2006-01-02 15:04", "2024-03-31 02:30"}, {"2006-01-02 15:04", "2024-10-27 02:30"}, {"2006-01-02 15:04", "2024-03-31 01:59"}, {"2006-01-02 15:04", "2003-03-25 02:30"}, {"2006-01-02 15:04", "1900-01-01 00:00"}, {"-0700", "+0000"}, {"-07", "+02"}, {"-07:00:00", "+02:00:30"}, {"-070000", "-010203"}, {"Z07", "Z"}, {"Z0700", "+1"}, {"-0700", "x0700"},
		{"-07:00", "+0700"}, {"-07:00", "+ab:cd"}, {"1", "0"}, {"1", "13"}, {"2006-01-02", "2024-01-02é"}, {"é2006", "é2024"}, {"é2006", "e2024"}, {"2006\"", "2024"}, {"5", "61"}, {"5.0", "6.1"}, {"5.00", "6.1"}, {"4", "75"}, {"15", "x"}, {"2006-01-02T15:04:05.999999999Z07:00", "2024-06-01T12:30:45.123456789123Z"}, {"20060102", "20240305"}, {"0102", "0305"}, {".000", ".12x"}}
	for _, pair := range parse {
		t.plain("toDate "+q(pair[0])+" "+q(pair[1]), "mustToDate "+q(pair[0])+" "+q(pair[1]))
		t.raw("{{ (toDate " + q(pair[0]) + " " + q(pair[1]) + ") | date \"2006-01-02 15:04:05.999 -0700 MST\" }}")
	}
	t.plain(`unixEpoch .time`, `unixEpoch .east`, `unixEpoch (toDate "2006" "bad")`, `.time.Unix`, `.time.Year`, `.time.YearDay`, `.time.Day`, `.time.Hour`, `.time.Minute`, `.time.Second`, `.time.Nanosecond`, `.time.IsZero`,
		`(toDate "2006" "bad").IsZero`, `.east.UTC`, `.east.Local`, `.time.Local`, `.time.After .east`, `.time.Before .east`, `.time.Equal .time`, `.time.UnixMilli`, `.east.String`, `.time.Format "2006"`, `.time.Format`, `.time.Nope`,
		`date "2006" .time.UTC`, `dateModify "1h" nil`, `dateModify "1h" "x"`, `unixEpoch 5`, `unixEpoch "x"`, `deepCopy .time`, `deepCopy (dict "t" .time)`, `list .time .east`, `dateInZone "2006" 99999999999 "UTC"`)
	return t
}

func spans() *topic {
	t := newTopic("durations")
	for _, text := range []string{"", "0", "1", "59", "60", "3600", "86400", "-90", "+5", "abc", "1.5", "1h", "9223372036854775807", "99999999999999999999", "-99999999999999999999", " 1", "0x10", "1_000"} {
		t.show("duration " + q(text))
	}
	for _, value := range []string{"0", "95", "-95", "1.5", "nil", "true", "(int64 95)", "(int64 -95)", "(int64 3661)", "(int64 9223372036854775807)", "(int64 1000000000000)", ".list", "(add 60 1)", ".time"} {
		t.show("duration " + value)
	}
	for _, text := range []string{"", "0", "1", "1s", "1m", "61s", "1h", "61m", "24h", "25h", "720h", "721h", "8760h", "8761h", "-2h", "1.5h", ".5h", "1.h", ".h", "1h1", "1x", "1us", "1µs", "1μs", "5ms", "999ms", "1001ms", "2h45m30.5s", "+3h", "--1h", "1h-1m",
		"9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "1e3s", " 1h", "1 h", "3000000h", "0.000000001s", "1.0000000000000000001s", "99999999999999999999h", "2562047h47m16.854775807s", "2562047h47m16.854775808s"} {
		t.show("durationRound " + q(text))
		t.plain("mustDateModify " + q(text) + " .time")
	}
	for _, value := range []string{"0", "95", "nil", "true", "(int64 1500000000)", "(int64 1000000000)", "(int64 -3600000000001)", "(int64 31536000000000001)", "(int64 -9223372036854775808)", "2.5", ".list"} {
		t.show("durationRound " + value)
	}
	return t
}

func urls() *topic {
	t := newTopic("urls")
	list := []string{"", "http://host", "http://host/", "https://user:pass@host:8080/a/b?q=1&r=2#frag", "//host/path", "///path", "/path/only", "relative/path", "a:b", "mailto:me@x.com", "http:opaque?x=1", "http://", "http:///x", "HTTP://Host/Path", "http://h/%41%2f%zz", "http://h/a b",
		"http://h/a%20b?c d#e f", "http://h?", "http://h?x?y", "http://h#", "http://h#a#b", "http://h/#%41", "http://h/#%zz", "http://[::1]:80/x", "http://[::1", "http://[fe80::1%25en0]/", "http://[1.2.3.4]/", "http://[x]/", "http://a[b]/", "http://h:port/", "http://h:80:90/", "tcp://a:1,b:2/db",
		"http://h:/", "http://user@h", "http://user:@h", "http://:pass@h", "http://@h", "http://u:p@q@h", "http://us%40er@h", "http://u ser@h", "http://h%41/", "http://h%80/", "http://h<>/", "http://h^/", "http://hé/ü?ß#ö", "1http://x", "-x:y", "a.b+c-d:e", "*", "x:*", ":x", "%zz", "http://h/\x7f", "http://h/\n",
		"first:seg/x", "./first:seg", "git@github.com:org/repo.git", "oci://registry.example.com/charts/app:1.2.3", "s3://bucket/key", "file:///etc/passwd", "http://h/a;b,c=d@e:f!$'()*+", "http://h/[x]", "http://h/?a=%zz", "http://h/a%2Fb", "data:text/plain,hi", "http://h/a//b/../c", "?q", "#f", "http://H%C3%A9/", "ssh://git@h:22/x"}
	for _, text := range list {
		t.show("urlParse "+q(text), "urlParse "+q(text)+" | urlJoin")
	}
	t.show(`urlJoin (dict)`, `urlJoin nil`, `urlJoin (dict "scheme" "http" "host" "h")`, `urlJoin (dict "host" "h" "path" "p")`, `urlJoin (dict "path" "a:b/c")`, `urlJoin (dict "path" "/a b" "query" "x=1" "fragment" "f g")`, `urlJoin (dict "scheme" "http" "opaque" "o" "query" "q")`,
		`urlJoin (dict "scheme" 1)`, `urlJoin (dict "host" nil)`, `urlJoin (dict "host" (list))`, `urlJoin (dict "scheme" "s" "path" "p")`, `urlJoin (dict "scheme" "s" "path" "/p")`, `urlJoin (dict "userinfo" "a:b" "host" "h")`, `urlJoin (dict "userinfo" "a b" "host" "h")`, `urlJoin (dict "userinfo" "a" )`,
		`urlJoin (dict "scheme" "http" "host" "h" "path" "/%41")`, `urlJoin (dict "path" "*")`, `urlJoin (dict "host" "[::1]:80")`, `urlJoin (dict "host" "h é")`, `urlJoin (dict "scheme" "HTTP" "host" "h")`, `urlJoin (dict "hostname" "x")`)
	return t
}

func stateValues() *topic {
	t := newTopic("state_values")
	paths := []string{"", "a", "a.b", "a.b.c", "a.b.c.d", "a.x", "a.x.y", "s", "s.t", "n", "z", "z.q", "nope", "nope.deep", "a.nope", ".", "a.", ".a", "a..b", "e", "e.x", "el.0", "a.l"}
	for _, path := range paths {
		t.show("get "+q(path)+" .map", "get "+q(path)+" \"d\" .map", "get "+q(path)+" nil .map", "getOrNil "+q(path)+" .map")
		t.raw("{{ $x := setValueAtPath " + q(path) + " \"new\" .map }}{{ $x }} {{ .map }}")
	}
	objects := []string{".texts", ".anymap", ".mixed", ".none", ".list", ".time", `"text"`, "5", "nil", `(semver "1.2.3")`, ".strings"}
	for _, object := range objects {
		for _, path := range []string{"k", "k.w", "m.k.l", "m.k", "m", "Name", "1", "m.k.x"} {
			t.plain("get "+q(path)+" "+object, "get "+q(path)+" \"d\" "+object, "getOrNil "+q(path)+" "+object)
		}
		t.plain("setValueAtPath \"m.k\" 1 "+object, "setValueAtPath \"m.k.l.x\" 1 "+object)
	}
	t.show(`get "a"`, `get "a" 1 2 3`, `get 1 .map`, `getOrNil "a"`, `getOrNil "a" nil .map`, `get "a.b" .map | get "c"`, `.map | get "s"`, `.map | get "q" "d"`, `setValueAtPath "a" 1`, `setValueAtPath "x" nil .none`, `setValueAtPath "a.b" 1 nil`, `setValueAtPath "a" 1 nil`,
		`setValueAtPath "a" 1 .texts`)
	return t
}

func outsides() *topic {
	t := newTopic("outside")
	for _, name := range []string{"GREETING", "EMPTY", "UNSET", "", "USER_1"} {
		t.show("env "+q(name), "requiredEnv "+q(name), "expandenv "+q("$"+name), "expandenv "+q("<${"+name+"}>"))
	}
	t.show(`expandenv "$"`, `expandenv "a$"`, `expandenv "$$"`, `expandenv "${}x"`, `expandenv "${x"`, `expandenv "${GREETING}"`, `expandenv "$USER_1.x"`, `expandenv "$USER_1x"`, `expandenv "$1 $* ${1} ${*} $-"`, `expandenv "${a b}"`, `expandenv "$é"`, `expandenv "no"`, `expandenv "$EMPTY|"`,
		`expandenv "\\$GREETING"`, `expandenv "${GREETING:-x}"`, `env 1`, `env nil`)
	for _, path := range []string{"a.txt", "./a.txt", "dir/../a.txt", "nope", "dir", "", ".", "dir/link", "dir/dangling", "a.txt/x", "binary", "dir/sub", "dir/linkdir", "empty", "dir/", "/nope/x", "dir/./sub/../", "a.txt/", "dir//sub"} {
		t.show("readFile "+q(path), "readDir "+q(path), "isFile "+q(path), "isDir "+q(path))
		t.raw("{{ range readDirEntries " + q(path) + " }}{{ .Name }} {{ .IsDir }} {{ .Type }} {{ . }};{{ else }}none{{ end }}")
	}
	t.show(`readDir "empty" | toJson`, `readDirEntries "empty" | toJson`, `readDirEntries "empty" | len`, `typeOf (first (readDirEntries "dir"))`, `kindOf (first (readDirEntries "dir"))`)
	t.raw(`{{ range readDirEntries "dir" }}{{ if not .IsDir }}{{ .Info.Size }} {{ .Info.Name }};{{ end }}{{ end }}`, `{{ readDirEntries "dir" }}`, `{{ (first (readDirEntries "dir")).Nope }}`, `{{ range readDirEntries "dir" }}{{ .Type.IsRegular }}{{ .Type.IsDir }} {{ end }}`,
		`{{ range readDir "dir" }}{{ . }}={{ if isFile . }}{{ readFile . }}{{ end }};{{ end }}`, `{{ readFile "a.txt" | sha256sum }}`, `{{ tpl "{{ .s }}-{{ upper \"x\" }}" .map }}`, `{{ tpl "{{ include \"helper\" 1 }}" . }}`, `{{ include "helper" "x" }}`, `{{ tpl "{{ .nope }}" .map }}`, `{{ tpl "{{ bad" . }}`,
		`{{ tpl (readFile "nested.tpl") "in" }}`, `{{ include "nope" . }}`, `{{ define "own" }}own{{ end }}{{ tpl "{{ include \"own\" . }}" . }}`, `{{ define "own" }}[{{ . }}]{{ end }}{{ include "own" 1 | indent 2 }}`, `{{ tpl "x" }}`, `{{ tpl 1 . }}`, `{{ include "helper" }}`, `{{ tpl "" . }}`,
		`{{ $d := dict "a" 1 }}{{ tpl "{{ $x := set . \"b\" 2 }}" $d }}{{ $d }}`)
	for _, text := range []string{"plain", "", "ref", "ref+", "ref+x", "ref+x:", "ref+echo:/x", "xref+y z"} {
		t.show("fetchSecretValue "+q(text), "expandSecretRefs (dict \"a\" "+q(text)+")")
	}
	t.show(`expandSecretRefs (dict "l" (list "a" 1) "s" (splitList "," "a,b") "m" (dict "x" nil) "t" (split "," "a"))`, `expandSecretRefs .mixed`, `expandSecretRefs .none`, `expandSecretRefs nil`)
	t.raw(`{{ $x := expandSecretRefs .mixed }}{{ typeOf .mixed.m }} {{ typeOf $x.m }}`)
	return t
}

func programs() *topic {
	t := newTopic("programs")
	t.show(`exec "printf" (list "a b\n\n")`, `exec "cat" (list) "input\n"`, `exec "sh" (list "-c" "pwd")`, `exec "sh" (list "-c" "echo $PWD")`, `exec "sh" (list "-c" "echo out; echo err >&2")`, `exec "cat" (list "a.txt")`, `exec "sh" (list "-c" "printf '\\377'")`, `exec "true" nil`, `exec "cat" (list) ""`,
		`exec "sh" (list "-c" "wc -c") "12345"`, `exec "cat" (list "-") "one" "two"`, `exec "printf" (list "%s|" "a b" "" "c")`, `envExec (dict "X" "1") "sh" (list "-c" "echo $X $GREETING")`, `envExec (dict "GREETING" "bye") "sh" (list "-c" "echo $GREETING")`, `envExec nil "sh" (list "-c" "echo $PWD")`,
		`exec "echo" (list 1)`, `exec "echo" (list nil)`, `exec "echo" (list "a" (list))`, `envExec (dict "X" 1) "echo" (list)`, `exec "no-such-program-anywhere" (list)`, `exec "./nope" (list)`, `exec "" (list)`, `exec "echo" .strings`, `exec "echo" "a"`, `exec "echo"`, `exec "echo" (list) 1`,
		`exec "sh" (list "-c" "head -c 200000 /dev/zero | tr '\\0' x") | len`, `exec "wc" (list "-c") (repeat 100000 "abc") | trim`,
		`exec`, `exec 1 (list)`, `exec nil (list)`, `exec "true" .map`, `exec "true" 1`, `exec "cat" (list) nil`, `exec "cat" .nothing "a" 2`, `envExec`, `envExec nil`, `envExec nil "true"`, `envExec nil "true" nil`, `envExec nil "true" "a"`,
		`envExec nil "true" .strings`, `envExec nil "cat" (list) 1`, `envExec nil "cat" (list) "a" "b"`, `envExec nil 1 (list)`, `envExec nil nil (list)`, `envExec "a" "true" (list)`, `envExec .texts "true" (list)`, `envExec .list "true" (list)`, `envExec .none "true" (list)`, `envExec (dict "X" nil) "true" (list)`,
		`envExec (dict "X" (list)) "true" (list)`, `envExec .anymap "true" (list)`)
	t.raw(`{{ exec "sh" (list "-c" "exit 3") }}`, `{{ exec "sh" (list "-c" "echo problem >&2; exit 1") }}`, `{{ exec "sh" (list "-c" "kill -9 $$") }}`)
	return t
}
