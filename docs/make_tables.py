#!/usr/bin/python3
"""Writes what is made of the tables of the code: docs/api.md, the tables in docs/limits.md and docs/permissions.md, the types in
scripts/types, .luarc.json and .luacheckrc.

Usage: docs/make_tables.py [--check]. With --check nothing is written; what is not up to date is named, and the exit status
is 1.
"""

import sys

from tables import api_page, marked, stubs
from tables.source import TOP


def main():
    wanted = {**api_page.pages(), **marked.pages(), **stubs.pages()}
    stale = []
    for path, text in wanted.items():
        file = TOP / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(path)
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path} is not up to date; run docs/make_tables.py", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        (TOP / path).parent.mkdir(parents=True, exist_ok=True)
        (TOP / path).write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
