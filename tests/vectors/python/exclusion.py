#!/usr/bin/env python3
"""What git leaves out for lines of an ignore file, and for patterns on its command line.

usage: exclusion.py FILE

Writes FILE with groups of cases. Each group has the names that lie in a folder (`/` at the end of a directory) and, for each
text of an ignore file in that folder or each list of options, those of them that git ignores.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile

# One line each: written as a file of its own that ends in a line break.
NAMES = [
    "a", "b", "A", "a.md", "b.md", ".md", "A.MD", "x.txt", "keep.md", "a b", "a b ", "x ", "x", "#x", "#x#", "!x", "!", "*", "?",
    "[a]", "a]", "]x", "{a}", "{a,b}", "a,b", "x.{md,txt}", "x.md", "{x", "}", "-", "^", "^a", "ü", "ü.md", "é", "e\u0301", "日本",
    "日", "a\\b", "\\a", "a\tb", "x\t", "a5c", "a-c", "a[b", "docs/", "docs/a.md", "docs/deep/", "docs/deep/a.md", "docs/deep/docs",
    "src/", "src/a.md", "src/b.yaml", "src/docs/", "src/docs/b.md", "src/x/", "src/x/y/", "src/x/y/z.md", "src/x/y/a",
    "target", "my dir/", "my dir/f", "build/", "build/keep.md", "build/out/", "build/out/keep.md", "ab/", "ab/c", "ab/cd", "x/",
]
NAMES.remove("x")  # it is a directory below

LINES = [
    # names at any depth, and from the folder of the file
    "a.md", "/a.md", "docs", "/docs", "docs/a.md", "/docs/a.md", "deep/a.md", "docs/deep", "x/y", "src/x/y/z.md",
    # directories only
    "docs/", "/docs/", "deep/", "docs/deep/", "target/", "a.md/", "src/x/", "x/y/", "*/", "**/", "/*/", "my dir/",
    # stars
    "*", "*.md", "a*", "*a", "*a*", "/*.md", "docs/*", "docs/*.md", "*/a.md", "*/*/a.md", "src/*/y", "src/*", "*.MD", "*.",
    "*.md*", "a*b", "a*b*", "*b*c", "?", "??", "???", "a?b", "?.md", "docs/?.md", "docs?a.md", "/?", "*?", "?*", "a5?", "\\*", "\\?",
    # two stars
    "**", "/**", "**/", "**/a.md", "/**/a.md", "docs/**", "docs/**/", "src/**/a", "src/**/z.md", "src/**/y/**", "**/docs/**", "**/x/y",
    "**/docs", "**/docs/", "src/**/**/a", "**/**", "**/*", "**/*.md", "**/**/a.md", "a**", "**a", "a**b", "*.**", "d**s", "d**/a.md",
    "docs/a**", "/a**", "docs/**.md", "**.md", "docs**", "/docs**", "**b", "**/a**", "**docs/a.md", "src/**y", "src/x**/z.md",
    "src/**x/y", "\\**", "docs/\\**", "**/**/", "/**/", "/**/**", "src/**/", "**/src/**/a.md", "**/?", "**/[a-b].md",
    # three
    "***", "/***/a.md", "***/a.md", "docs/***", "docs/***/a.md", "a***", "***a", "****", "d***/a.md", "/***",
    # kept again
    "!a.md", "*.md\n!keep.md", "!keep.md\n*.md", "*\n!a.md", "*\n!*/\n!*.md", "build/\n!build/keep.md", "build/*\n!build/keep.md",
    "docs/**\n!docs/deep/a.md", "/*\n!/src", "!!x", "!#x", "!\\#x", "!\\!x", "*\n!\\#x", "*\n!/ab**", "*\n!ab/**", "*\n!/a**",
    "docs\n!/docs", "/docs\n!docs", "docs\n!docs/", "docs/\n!docs", "*\n!x/", "a.md\n!a.md\na.md", "/**\n!*.md", "/**\n!**/", "!", "!/",
    "*.md\n!/a.md", "*.md\n!a.md/", "*.md\n!**/a.md",
    # what starts a line
    "#x", "\\#x", "\\#x#", "\\!x", "\\!", "#", "!x", "\\a", "\\\\a", "a\\\\b", "\\[a]", "\\{a}", "\\ x", " x", " ", "", "  ", "\\x", "/",
    "//", "//a.md", "docs//a.md", "docs//", "./a.md", "../a.md", "docs/./a.md", "docs/../a.md", ".", "..",
    # what ends one
    "a ", "a.md ", "a.md   ", "x\\ ", "x\\  ", "a b\\ ", "x \\ ", "a\\", "a\\\\", "a.md\\ ", "\\", "x\t", "x\\\t", "a.md\t", "a\tb", "docs/ ",
    "docs\\/", "docs\\/a.md", "a.md\r", "a.md \r", "a.md\r ", "x\\ \r", "docs/\r", "a.md\r\r", "a.md\u00a0", "a.md\u2028", "a b", "a\\ b",
    "my dir", "my dir/f", "a.md\x00b", "\x00", "\x0ca", "a.md\x0b",
    # whole files
    "\ufeff*.md\n", "\ufeff# x\n*.md", "*.md\r\n\r\n# *.txt\r\n*.txt  \r\nx\\ \r", "a.md\n\n\nx.txt", "# a.md\nb.md", "\r\na.md\r\n", "a.md\r",
    "a.md\n\ufeffx.txt",
    # brackets
    "[ab].md", "[!a].md", "[^a].md", "[a-c].md", "[a-c]", "[A-Z].md", "[a-", "[a", "a[", "a[b", "[", "]", "[]", "[!]", "[^]", "[]a", "[]-]",
    "[a-]", "[-a]", "[!-a]", "[!]]x", "[]]x", "[^]]x", "[z-a]", "[b--b]", "[%--]", "[--0]", "[+--]", "[a-b-c]", "[a-a-z]", "[a-c-]", "[---]",
    "[!a-c]", "[*]", "[?]", "[{]a}", "[{]x", "[,]", "[[]a]", "[[a]", "a[[]b", "[a\\]b]", "[\\]]", "[\\]]x", "[\\\\]a", "[\\a]", "[a/b]",
    "docs[/]a.md", "docs[!x]a.md", "docs[^x]a.md", "/a[+-9]c", "a[+-9]c", "docs[.-0]a.md", "[ü].md", "[é]", "[à-ü]", "[!ü]", "[a-ü].md",
    "[ü-a]", "[日]", "[日本][日本][日本]", "?.md", "??.md", "???", "[[:alpha:]]", "[[:alpha:]]x", "[[:digit:]]", "[[:foo:]]", "[[.a.]]", "[[=a=]]",
    "[:alpha:]", "[[:a]", "[a[:]", "[!!]", "[^^]", "[!^]a", "[a^]", "[a!]", "[ ]", "a[ ]b", "docs/[a-b].md", "[a][.]md", "[a]*", "**/[x]/y",
    "[a-b", "[b-]a", "[]", "[]]", "[^-a]", "[A-z]", "[Z-a]", "[.-a]*",
    # characters that other globs know
    "{a,b}", "{a}", "*.{md,txt}", "x.{md,txt}", "{", "}", "{x", "a,b", "{a,b", "a,b}", "\\{a,b\\}", "{{a}}", "{*}", "{a,*}", "[{]a[}]", "(a)",
    "a|b", "a+", "^a", "^", "$", "a$", "~", "@(a)", "+(a)", "!(a)", "{a.md,b.md}", "{\\a}", ",",
    # beyond ASCII, and case
    "ü", "ü*", "*ü", "é", "e\u0301", "日本", "日*", "日?", "日???", "?本", "\\ü", "A", "a", "A.md", "a.MD", "DOCS/", "Docs", "*.Md",
]

# As arguments: a space at the end is one, and `#` begins no comment.
OPTIONS = [
    ["*.md"], ["a.md"], ["/a.md"], ["docs"], ["docs/"], ["docs/a.md"], ["**/a.md"], ["src/**"], ["x "], ["x  "], ["a.md "], ["x\\ "], ["\\#x"],
    ["#x"], ["\\!x"], ["*.md", "!keep.md"], ["!keep.md", "*.md"], ["!a.md"], ["a b"], ["a b "], ["{a,b}"], ["*.{md,txt}"], ["[a-b].md"],
    ["[!a].md"], ["*", "!*.md"], ["*", "!*/", "!*.md"], ["?"], ["ü"], [" "], ["  "], ["a\\ b"], ["a[ ]b"], ["[ ]"], ["x[ ]"], ["docs/ "], ["*\\ "],
    ["* "], ["!"], ["/"], ["a\t"], ["x\t"], ["x\\\t"], ["**"], ["*/"], ["a\\"], ["docs/**", "!docs/deep/"],
]

# Every short text of these: what brackets, stars and slashes mean beside each other.
BRACKETS = ("-", "]", "!", "a", "b")
STARS = ("a", "*", "?", "/")


def texts(pieces, longest):
    for length in range(1, longest + 1):
        for parts in itertools.product(pieces, repeat=length):
            yield "".join(parts)


def groups():
    yield NAMES, [line if line.startswith("\ufeff") or "\n" in line or line.endswith("\r") else line + "\n" for line in LINES]
    characters = ["-", "]", "!", "^", "a", "b", "c", "ab", "!]", "a]", "b]", "-]", "d/", "d/a", "d/b"]
    yield characters, ["[" + body + "]\n" for body in texts(BRACKETS, 4)]
    characters = ["a", "b", "aa", "ba", "a/", "d/", "d/a", "d/b", "d/ba", "d/d/", "d/d/a", "d/d/b", "a/a", "a/b", "a/d/", "a/d/a"]
    characters.remove("a")
    yield characters, [text + "\n" for text in texts(STARS, 4)]
    # What a line keeps again shows matches that lie below a directory that matches too.
    yield characters, ["*\n!" + text + "\n" for text in texts(STARS, 4)]


def environment():
    return {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": os.devnull}


def git(folder, arguments, text=b"", good=(0,)):
    done = subprocess.run(["git", *arguments], cwd=folder, input=text, capture_output=True, env=environment(), check=False)
    if done.returncode not in good:
        sys.exit(f"git {arguments}: {done.returncode}: {done.stderr.decode()}")
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def lay_out(folder, names, files=True):
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith("/"):
            os.makedirs(path, exist_ok=True)
        elif files:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "x", encoding="utf-8"):
                pass


def ignored(names, files):
    """For each text of an ignore file, the names that git ignores: each in a folder of its own, git asked once."""
    with tempfile.TemporaryDirectory() as root:
        git(root, ["init", "--quiet", "--template="])
        asked = []
        for number, text in enumerate(files):
            folder = os.path.join(root, str(number))
            # What is not there is a file to git, which is much quicker than making it.
            os.makedirs(folder)
            lay_out(folder, names, files=False)
            with open(os.path.join(folder, ".gitignore"), "wb") as file:
                file.write(text.encode())
            asked += [f"{number}/{name.rstrip('/')}" for name in names]
        question = b"".join(os.fsencode(name) + b"\0" for name in asked)
        answers = git(root, ["check-ignore", "--no-index", "-z", "--stdin"], question, good=(0, 1))
    found = [set() for _ in files]
    for answer in answers:
        number, name = answer.split("/", 1)
        found[int(number)].add(name)
    return [[name for name in names if name.rstrip("/") in out] for out in found]


def left_out(names, options):
    """The files that git does not list with these options."""
    with tempfile.TemporaryDirectory() as root:
        git(root, ["init", "--quiet", "--template="])
        lay_out(root, names)
        for patterns in options:
            arguments = [part for pattern in patterns for part in ("-x", pattern)]
            listed = set(git(root, ["ls-files", "-z", "--others", *arguments]))
            yield [name for name in names if not name.endswith("/") and name not in listed]


def short(text):
    return json.dumps(text, ensure_ascii=True)


def written(key, names, cases):
    yield "  {\n"
    yield f'    "names": {short(names)},\n'
    yield f'    "{key}": [\n'
    yield ",\n".join(f'      {short({"given": given, "left_out": out})}' for given, out in cases)
    yield "\n    ]\n  }"


def main():
    parts = ["".join(written("files", names, zip(files, ignored(names, files)))) for names, files in groups()]
    parts.append("".join(written("options", NAMES, zip(OPTIONS, left_out(NAMES, OPTIONS)))))
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(parts) + "\n]\n")


main()
