// Writes the tables of letter case that `src/go/unicode` maps characters by, from Go's own package.
//
//	go run . | rustfmt --edition 2024 > ../../../../src/go/unicode/case_tables.rs
package main

import (
	"fmt"
	"unicode"
)

// Characters at equal distances that move by the same distance.
type run struct {
	first, last, step, delta rune
}

// The characters beyond ASCII that a mapping changes, in runs.
func runs(mapping func(rune) rune) []run {
	var found []run
	for r := rune(unicode.MaxASCII + 1); r <= unicode.MaxRune; r++ {
		delta := mapping(r) - r
		if delta == 0 {
			continue
		}
		if len(found) > 0 {
			last := &found[len(found)-1]
			gap := r - last.last
			if last.delta == delta && (last.first == last.last && gap <= 2 || gap == last.step) {
				last.last, last.step = r, gap
				continue
			}
		}
		found = append(found, run{r, r, 1, delta})
	}
	return found
}

// A code point in decimal, as Rust's linter wants large numbers.
func code(r rune) string {
	if r < 100_000 {
		return fmt.Sprint(r)
	}
	return fmt.Sprintf("%d_%03d", r/1000, r%1000)
}

func write(name, doc string, found []run) {
	fmt.Printf("\n/// %s\npub(super) const %s: &[Run] = &[\n", doc, name)
	for _, r := range found {
		fmt.Printf("run(%s, %s, %d, %d),\n", code(r.first), code(r.last), r.step, r.delta)
	}
	fmt.Println("];")
}

func main() {
	fmt.Printf("//! Letter case by Unicode %s, the version of Go's `unicode` package. Generated:\n", unicode.Version)
	fmt.Println("//! `cd tests/vectors/go/unicode && go run . | rustfmt --edition 2024 > ../../../../src/go/unicode/case_tables.rs`.")
	fmt.Println("\nuse super::case::{Run, run};")
	write("UPPER", "The characters beyond ASCII that have an upper case, sorted.", runs(unicode.ToUpper))
	write("LOWER", "The characters beyond ASCII that have a lower case, sorted.", runs(unicode.ToLower))
}
