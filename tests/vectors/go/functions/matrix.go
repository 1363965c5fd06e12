package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	"github.com/helmfile/helmfile/pkg/filesystem"
	"github.com/helmfile/helmfile/pkg/tmpl"
)

// Functions that helmsum refuses by name.
var refused = words(`bcrypt buildCustomCert decryptAES encryptAES genCA genCAWithKey genPrivateKey
	genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey getHostByName htpasswd`)

// Functions whose results differ between runs or machines, or are long: of these only the type of the result is shown.
var outside = words(`ago keys now randAlpha randAlphaNum randAscii randBytes randInt randNumeric readDir
	readDirEntries readFile isFile isDir shuffle uuidv4 values date dateInZone date_in_zone htmlDate htmlDateInZone
	durationRound repeat until untilStep tpl`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

func functions() map[string]any {
	renderer := tmpl.NewFileRenderer(filesystem.DefaultFileSystem(), ".", nil)
	functions := map[string]any{}
	for name, function := range renderer.Context.CreateFuncMap() {
		functions[name] = function
	}
	// Added where a template is made, so it is not in the map.
	functions["include"] = func(string, any) (string, error) { return "", nil }
	return functions
}

// Writes the types of all functions.
func writeSignatures(folder string) {
	type signature struct {
		Name       string   `json:"name"`
		Parameters []string `json:"parameters"`
		Variadic   string   `json:"variadic,omitempty"`
		Refused    bool     `json:"refused,omitempty"`
	}
	var all []signature
	for name, function := range functions() {
		kind := reflect.TypeOf(function)
		s := signature{Name: name, Parameters: []string{}, Refused: refused[name]}
		for i := range kind.NumIn() {
			if kind.IsVariadic() && i == kind.NumIn()-1 {
				s.Variadic = kind.In(i).Elem().String()
			} else {
				s.Parameters = append(s.Parameters, kind.In(i).String())
			}
		}
		all = append(all, s)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	var lines []string
	for _, s := range all {
		line, err := json.Marshal(s)
		check(err)
		lines = append(lines, string(line))
	}
	text := "[\n" + strings.Join(lines, ",\n") + "\n]\n"
	check(os.WriteFile(filepath.Join(folder, "signatures.json"), []byte(text), 0o644))
}

// Values of all types, as template expressions.
var (
	strs = []string{`""`, `"a"`, `"Hello World"`, `"a,b,,c"`, `"42"`, `"-3.5"`, `"1.2.3"`, `"  x\ty\n"`, `.unicode`,
		`"0x1F"`, `"true"`, `"a.b.c"`, `.bytes`, `"{\"a\":1}"`, `"k: [1, x]"`, `"aGk="`}
	ints = []string{`0`, `1`, `3`, `-1`, `7`}
	// The last does not fit into 32 bits.
	unsigned = []string{`1`, `0`, `4294967297`}
	floats   = []string{`0.5`, `-1.5`, `0.0`}
	bools    = []string{`true`, `false`}
	maps     = []string{`.map`, `.none`, `(dict "a" 1 "b" "x")`, `(dict "a" (dict "y" 2) "k" (list 1))`, `nil`}
	lists    = []string{`.list`, `.nothing`, `(list "x" "y")`, `nil`}
	times    = []string{`.time`, `.east`}
	anys     = []string{`nil`, `true`, `false`, `0`, `42`, `-7`, `.int64`, `.uint64`, `2.5`, `.huge`, `""`, `"abc"`,
		`"12"`, `"1.9"`, `"0b11"`, `.bytes`, `.unicode`, `.list`, `.strings`, `.ints`, `.nothing`, `.map`, `.texts`,
		`.anymap`, `.none`, `.time`, `(list "a" "b" "a")`, `(dict "k" (list 1 "2"))`, `(until 3)`, `(semver "1.2.3")`}
)

func pool(kind reflect.Type) []string {
	switch kind.String() {
	case "string":
		return strs
	case "int":
		return ints
	case "uint32":
		return unsigned
	case "float64":
		return floats
	case "bool":
		return bools
	case "map[string]interface {}":
		return maps
	case "[]interface {}":
		return lists
	case "time.Time":
		return times
	case "interface {}":
		return anys
	}
	panic(kind.String())
}

// The most combinations of arguments for one function.
const most = 55

// These have no matrix: what programs are called with is chosen by hand, and the rest needs a template or a vault.
var apart = words(`envExec exec expandSecretRefs fetchSecretValue include`)

// Calls each with functions and arguments: values of the types they take, one of another type, too few and too many. It is
// those with a result to show, or those with a type only.
func calls(typeOnly bool, each func(name, expression string)) {
	all := functions()
	names := []string{}
	for name := range all {
		if !refused[name] && outside[name] == typeOnly && !apart[name] {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		kind := reflect.TypeOf(all[name])
		for _, count := range counts(kind) {
			combinations(kind, count, func(arguments []string) {
				each(name, strings.Join(append([]string{name}, arguments...), " "))
			})
		}
	}
}

// The functions whose results cannot be compared: whether they fail, and the type of what they give.
func types() *topic {
	t := newTopic("types")
	calls(true, func(_, expression string) { t.raw("{{ typeOf (" + expression + ") }}") })
	return t
}

// All other functions, with what they give.
func matrix() *topic {
	t := newTopic("matrix")
	calls(false, func(name, expression string) {
		// A map that holds itself ends Go's stack when it is printed.
		if (strings.Count(expression, ".map") > 1 || strings.Count(expression, ".none") > 1) && strings.HasPrefix(name, "set") {
			return
		}
		if strings.Contains(expression, ".time") || strings.Contains(expression, ".east") ||
			strings.Contains(expression, "semver") || strings.Contains(strings.ToLower(name), "date") {
			t.plain(expression)
		} else {
			t.show(expression)
		}
	})
	return t
}

// The numbers of arguments to try: one too few, those that fit, one too many.
func counts(kind reflect.Type) []int {
	fixed := kind.NumIn()
	if !kind.IsVariadic() {
		return []int{fixed - 1, fixed, fixed + 1}
	}
	return []int{fixed - 2, fixed - 1, fixed, fixed + 1}
}

func combinations(kind reflect.Type, count int, each func([]string)) {
	if count < 0 {
		return
	}
	pools := make([][]string, count)
	total := 1
	for i := range count {
		pools[i] = pool(parameter(kind, i))
		total *= len(pools[i])
	}
	fits := count == kind.NumIn() || kind.IsVariadic() && count >= kind.NumIn()-1
	wanted := min(total, most)
	if !fits {
		wanted = min(total, 2)
	}
	// Steps that share no factor with the total visit different combinations, spread over all of them.
	step := max(total/wanted, 1)
	for gcd(step, total) != 1 {
		step++
	}
	at := 0
	for range wanted {
		arguments := make([]string, count)
		rest := at
		for i := range count {
			arguments[i] = pools[i][rest%len(pools[i])]
			rest /= len(pools[i])
		}
		each(arguments)
		at = (at + step) % total
	}
	if !fits || count == 0 {
		return
	}
	// One argument of a wrong type in every place.
	for i := range count {
		arguments := make([]string, count)
		for j := range count {
			arguments[j] = pools[j][len(pools[j])/2]
		}
		for _, wrong := range []string{"1", `"text"`, ".strings", "nil"} {
			arguments[i] = wrong
			each(arguments)
		}
	}
}

func parameter(kind reflect.Type, i int) reflect.Type {
	if kind.IsVariadic() && i >= kind.NumIn()-1 {
		return kind.In(kind.NumIn() - 1).Elem()
	}
	if i >= kind.NumIn() {
		return reflect.TypeOf("")
	}
	return kind.In(i)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
