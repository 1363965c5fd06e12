package main

import (
	"math/rand"
	"strings"
)

// pieces are what a mutation puts in.
var pieces = []string{
	" ", "  ", "\n", "\n\n", "\t", "\r", "\r\n", "-", "- ", "? ", "?", ": ", ":", ",", "[", "]", "{", "}", "#", " #", "&a ", "*a", "*a ", "!", "!!str ", "!!int ", "!x ", "|", ">", "|\n", ">-\n", "'", "\"", "''", "\\", "%", "@", "`",
	"---", "\n---\n", "...", "\n...\n", "<<", "<<: ", "a", "a: b", "1", "0", ".", "~", "true", "null", "é", "\u2028", "\u0085", "\ufeff", "\u00a0", "😀", "\x00", "\xff", "# c\n", "\n# c\n", "  - ", "\n  ", "\n ", "= ", "$", ";", "(", ")", "_", "+",
}

func mutatedTexts() (texts []string) {
	random := rand.New(rand.NewSource(2))
	bases := []string{}
	for _, base := range append(append([]string{}, realistic...), documentTexts()[:300]...) {
		if len(base) > 0 && len(base) < 400 {
			bases = append(bases, base)
		}
	}
	for len(texts) < 2500 {
		text := bases[random.Intn(len(bases))]
		for range 1 + random.Intn(3) {
			text = mutate(random, text, bases)
		}
		if len(text) < 450 {
			texts = append(texts, text)
		}
	}
	return texts
}

func mutate(random *rand.Rand, text string, bases []string) string {
	at := random.Intn(len(text) + 1)
	end := at + random.Intn(min(8, len(text)-at)+1)
	piece := pieces[random.Intn(len(pieces))]
	switch random.Intn(8) {
	case 0, 1, 2:
		return text[:at] + piece + text[at:]
	case 3:
		return text[:at] + text[end:]
	case 4:
		return text[:at] + piece + text[end:]
	case 5:
		lines := strings.SplitAfter(text, "\n")
		i, j := random.Intn(len(lines)), random.Intn(len(lines))
		lines[i], lines[j] = lines[j], lines[i]
		return strings.Join(lines, "")
	case 6:
		lines := strings.SplitAfter(text, "\n")
		i := random.Intn(len(lines))
		if random.Intn(2) == 0 {
			lines[i] = " " + lines[i]
		} else {
			lines[i] = strings.TrimPrefix(lines[i], " ")
		}
		return strings.Join(lines, "")
	default:
		other := bases[random.Intn(len(bases))]
		from := random.Intn(len(other) + 1)
		return text[:at] + other[from:min(len(other), from+random.Intn(20))] + text[at:]
	}
}
