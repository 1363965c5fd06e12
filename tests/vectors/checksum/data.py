#!/usr/bin/env python3
"""What `parse=yaml` hashes in place of a file, version 1, a second time: over PyYAML's events, with Python's own hash functions.

usage: data.py VECTORS

VECTORS is JSON: cases with `why` and `text`. Writes it anew with the `lines` of each text and their `digest`. Written from
docs/checksum.md alone, so that it does not share a mistake with the Rust code; errors are not its job.
"""

import hashlib
import json
import re
import sys

import yaml

INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
FRACTION = re.compile(r"-?(0|[1-9][0-9]*)\.([0-9]*[1-9])")
NUMERIC = re.compile(r"[0-9+\-.][0-9A-Fa-f_,.:+\- \t\nxXoOpPiInNtTzZ]*")
WORD = re.compile(r"y|yes|n|no|on|off|true|false|null", re.IGNORECASE | re.ASCII)


def string(text):
    """A string as Go's json.Encoder has it without HTML escaping."""
    text = json.dumps(text, ensure_ascii=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def plain(text):
    fraction = FRACTION.fullmatch(text)
    if text in ("null", "true", "false") or INTEGER.fullmatch(text):
        return text
    if fraction and len(fraction[1] + fraction[2]) <= 15:
        return text
    if text in ("", "~", "=", "<<") or text.startswith(":") or NUMERIC.fullmatch(text) or WORD.fullmatch(text):
        return "~" + string(text)
    return string(text)


def tree(events, anchors, event):
    """A node from its events: its spelling, and the text of a scalar."""
    if isinstance(event, yaml.AliasEvent):
        return anchors[event.anchor]
    tag = "" if event.tag is None else "!" + string(event.tag)
    if isinstance(event, yaml.ScalarEvent):
        text = event.value
        node = (tag + (string(text) if event.style else plain(text)), text)
    elif isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            items.append(tree(events, anchors, inner)[0])
        node = (f"{tag}[{','.join(items)}]", None)
    else:
        entries = []
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            key, text = tree(events, anchors, inner)
            entries.append((text.encode(), key + ":" + tree(events, anchors, next(events))[0]))
        node = (tag + "{" + ",".join(entry for _, entry in sorted(entries)) + "}", None)
    if event.anchor is not None:
        anchors[event.anchor] = node
    return node


def lines(text):
    if any(line_break in text for line_break in "\x85\u2028\u2029"):
        return "~" + string(text) + "\n"
    out, anchors = "", {}
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            out += ("%" if event.version else "") + tree(events, anchors, next(events))[0] + "\n"
    return out


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    for case in cases:
        case["lines"] = lines(case["text"])
        case["digest"] = hashlib.sha256(case["lines"].encode()).hexdigest()
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")


main()
