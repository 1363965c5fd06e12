package main

// typedTexts are documents for the struct `target`.
func typedTexts() (texts []string) {
	values := append(append([]string{}, words...),
		"", "[]", "{}", "[a]", "{a: b}", "''", "'true'", "\"false\"", "'yes'", "\"no\"", "'1'", "'~'", "'null'", "!!str true", "!!str 1", "!!bool 'true'", "!!bool yes", "!!int '1'", "!!int 1.0", "!!float 1", "!!binary YWI=", "!!binary eWVz", "!x yes", "!x 1", "!x true", "|\n  yes", ">-\n  no", "|-\n  12", "1.9", "-1.9", "9.3e18", "-9.3e18", "1e19", ".inf", "[1, ~, a]", "[~]", "[[a]]", "[{a: b}]", "{a: ~}", "{~: a}", "{1: a}", "{true: 1}", "{a: [b]}", "{[a]: b}", "{a: 1, a: 2}", "{1: a, '1': b}", "{1: a, 0x1: b}", "{a: 1.10, b: 010, c: 2024-01-01}", "{<<: {a: 1}, b: 2}", "{a: x, <<: {a: y, b: ~}}", "{1: x, <<: {1: y}}", "{<<: [{a: ~}, {a: 1}]}", "&a x", "!!null ''", "!!null x", "{name: x, on: yes}", "{name: x, off: 1}", "{name: x, name: y}", "{Name: x}", "{name: ~, on: ~}", "[{name: x}, ~, {on: on}]", "[{name: x}, y]", "{a: {name: x}, b: ~, c: {}}", "{a: b, c: {on: 'false'}}", "{<<: {name: x}, on: true}", "{name: a, <<: {name: b, on: y}}", "{<<: {nope: 1}}", "{~: x, name: y}", "{!!binary bmFtZQ==: x}",
	)
	fields := []string{"bool", "boolPointer", "string", "int", "intPointer", "strings", "stringMap", "any", "anyMap", "anyList", "sub", "subPointer", "subs", "subPointers", "subMap"}
	for _, field := range fields {
		for i, value := range values {
			// Words that are text everywhere are tried with every fifth field only.
			if i < len(words) && i%5 != len(field)%5 && field != "bool" && field != "int" {
				continue
			}
			texts = append(texts, field+": "+value+"\n")
		}
	}
	return append(texts,
		"", "~", "a", "[]", "{}", "nope: 1\n", "bool: true\nnope: 1\nint: x\n", "Bool: true\n", "bool: true\nbool: false\n", "bool: true\n'bool': false\n", "1: a\n", "~: a\n", "[a]: b\n",
		"string: a\n<<: {string: b, int: 1}\n", "<<: [{int: 1, string: a}, {int: 2, bool: yes}]\n", "x: &x {int: 1}\n<<: *x\n", "any: &x {a: 1}\nanyMap: *x\nstringMap: *x\n", "any: &x yes\nbool: *x\nstring: *x\nstrings: [*x, *x]\n", "any: &x bool\n*x : true\n", "any: &x bool\n*x : true\nbool: false\n",
		"string: ~\n<<: {string: b}\n", "string:\n<<: {string: b}\n", "sub: {name: a}\n<<: {sub: {name: b, on: yes}}\n", "subs:\n- name: a\n  on: x\n- name: b\n  nope: c\nint: y\n", "strings:\n- a\n- [b]\n- {c: d}\n- 1\n", "stringMap:\n  a: [1]\n  b: {c: d}\n  e: 1\n", "anyMap: {a: {1: b}, c: {d: {2: e}}, 3: f, ~: g}\n", "anyMap: {a: 1, <<: {1: x, ~: y, b: 2}}\n", "anyList: [1, ~, {a: b}, {1: b}, 2024-01-01]\n", "bool: &a\n", "int: 1\n---\nnope: 2\n", "any: {a: 1, a: 2}\nint: x\n", "<<: 1\nbool: true\n", "<<: ~\n", "sub: {<<: 1}\n", "sub: [1]\n<<: {sub: 1}\n", "string: a longer text than ten\nint: a longer text than ten\n", "int: 'é é é é é é'\n", "int: |\n  two\n  lines\n",
	)
}
