#!/usr/bin/env python3
"""What PyYAML (YAML 1.1) and ruamel.yaml (1.1 and 1.2) make of plain scalars.

usage: plain.py DIRECTORY

Reads DIRECTORY/plain-texts.json and writes DIRECTORY/plain-python.json. The versions of both stand in requirements.txt.
"""

import json
import os
import sys
import warnings

import ruamel.yaml
import yaml


def told(read, document):
    """The value of the key `a` with its type, or that it cannot be read."""
    try:
        result = read(document)
    except Exception:
        return "error"
    if not isinstance(result, dict) or "a" not in result:
        return "nothing"
    value = result["a"]
    if value is None:
        return "null"
    kind = {"int": "int", "str": "string", "bool": "bool", "float": "float"}.get(type(value).__name__)
    if kind in ("bool", "string"):
        return [kind, value if kind == "string" else str(value).lower()]
    return [kind or type(value).__name__, repr(value) if kind == "float" else str(value)]


def ruamel_reader(version):
    def read(document):
        reader = ruamel.yaml.YAML(typ="safe", pure=True)
        reader.version = version
        return reader.load(document)

    return read


def main():
    warnings.simplefilter("ignore")
    directory = sys.argv[1]
    with open(os.path.join(directory, "plain-texts.json"), encoding="utf-8") as file:
        texts = json.load(file)
    readers = {
        "PyYAML": yaml.safe_load,
        "PyYAML, strings": lambda document: yaml.load(document, yaml.BaseLoader),
        "ruamel.yaml 1.1": ruamel_reader((1, 1)),
        "ruamel.yaml 1.2": ruamel_reader((1, 2)),
    }
    lines = []
    for text in texts:
        document = f"a: {text}\n"
        vector = {"text": text, "readers": {name: told(read, document) for name, read in readers.items()}}
        lines.append(json.dumps(vector, ensure_ascii=False))
    with open(os.path.join(directory, "plain-python.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


main()
