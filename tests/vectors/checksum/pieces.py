#!/usr/bin/env python3
"""The digest of what a release renders or is given, version 1, a second time: Python's own hash functions.

usage: pieces.py < CASE

CASE is JSON: `pieces`, a list of names with contents in base64, and `key`, the content of a key file in base64, or null.
Prints the lines of the source and then its digest. Written from the rules alone, so that it does not share a mistake with the
Rust code.
"""

import base64
import hashlib
import hmac
import json
import sys


def main():
    case = json.load(sys.stdin)
    key = case["key"]
    if key is not None:
        key = base64.b64decode(key)
        # One line break at the end is no part of the key.
        if key.endswith(b"\n"):
            key = key[:-1]
            if key.endswith(b"\r"):
                key = key[:-1]

    def digest(content):
        if key is None:
            return hashlib.sha256(content).hexdigest()
        return hmac.new(key, content, hashlib.sha256).hexdigest()

    pieces = sorted((name.encode(), base64.b64decode(content)) for name, content in case["pieces"])
    lines = b"".join(digest(content).encode() + b"  " + name + b"\n" for name, content in pieces)
    sys.stdout.buffer.write(lines + digest(lines).encode() + b"\n")


main()
