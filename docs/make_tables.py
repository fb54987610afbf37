#!/usr/bin/python3
"""Writes the tables of methods, events, filters and permissions in docs/scripting.md from include/moonroom/*.def, and the table of
limits in docs/limits.md from core/base/limits.def.

Usage: docs/make_tables.py [--check]. With --check nothing is written, and the exit status is 1 when a page is
not up to date.
"""

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
PAGE = TOP / "docs" / "scripting.md"
LIMITS = TOP / "docs" / "limits.md"
LIMIT = re.compile(r'^MR_LIMIT\((\w+),\s*(\d+),\s*"([^"]*)",\s*"([^"]*)"\)$', re.M)
ROW = re.compile(r"^MR_(METHOD|EVENT|FILTER|PERMISSION)\((.*?)\)\s*$", re.M | re.S)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')

# Methods that Lua has under friendlier names, listed by hand in the page.
OTHERWISE = {
    "event.subscribe",
    "event.unsubscribe",
    "event.emit",
    "filter.register",
    "filter.remove",
    "command.register",
    "command.remove",
    "timer.start",
    "timer.stop",
    "script.source",
    "log.write",
    "complete.register",
    "complete.remove",
    "complete.answer",
    "complete.ask",
    "ui.bind",
    "ui.unbind",
}


def rows(name):
    """The strings of each row of a .def file."""
    text = (TOP / "include" / "moonroom" / name).read_text(encoding="utf-8")
    for _, inside in ROW.findall(text):
        yield [s.replace('\\"', '"') for s in STRING.findall(inside)]


def code(text):
    return f"`{text}`" if text else ""


def arguments(spec):
    return ", ".join(word.split(":")[0] for word in spec.split())


def cell(text):
    return text.replace("|", "\\|")


def methods():
    yield "| Function | Needs | Returns | What it does |"
    yield "|---|---|---|---|"
    for name, permission, parameters, returns, text in rows("methods.def"):
        if name not in OTHERWISE:
            call = code(f"{name}({arguments(parameters)})")
            yield f"| {call} | {code(permission)} | {returns} | {cell(text)} |"


def events():
    yield "| Event | Needs | Its table holds | When |"
    yield "|---|---|---|---|"
    for name, permission, fields, text in rows("events.def"):
        holds = ", ".join(code(field.split(":")[0]) for field in fields.split())
        yield f"| {code(name)} | {code(permission)} | {holds} | {cell(text)} |"


def filters():
    yield "| Kind | Needs | Its table holds | May be changed | What passes |"
    yield "|---|---|---|---|---|"
    for name, permission, fields, changes, text in rows("filters.def"):
        holds, changed = (
            ", ".join(code(field.split(":")[0].rstrip("?")) for field in spec.split()) for spec in (fields, changes)
        )
        yield f"| {code(name)} | {code(permission)} | {holds} | {changed} | {cell(text)} |"


def permissions():
    yield "| Name | What it allows |"
    yield "|---|---|"
    for name, _, text in rows("permissions.def"):
        yield f"| {code(name)} | {cell(text)} |"


def limits():
    yield "| Name | At most | What it limits |"
    yield "|---|---|---|"
    source = (TOP / "core" / "base" / "limits.def").read_text(encoding="utf-8")
    for name, value, unit, text in LIMIT.findall(source):
        yield f"| {code(name)} | {int(value):,} {unit} | {cell(text)} |"


def filled(page, part, lines):
    begin, end = f"<!-- {part}: begin (docs/make_tables.py) -->\n", f"<!-- {part}: end -->"
    head, rest = page.split(begin)
    return head + begin + "\n" + "\n".join(lines) + "\n\n" + end + rest.split(end, 1)[1]


def main():
    new = scripting = PAGE.read_text(encoding="utf-8")
    for part, lines in (
        ("methods", methods()),
        ("events", events()),
        ("filters", filters()),
        ("permissions", permissions()),
    ):
        new = filled(new, part, lines)
    pages = {
        PAGE: (scripting, new),
        LIMITS: (old := LIMITS.read_text(encoding="utf-8"), filled(old, "limits", limits())),
    }
    if "--check" in sys.argv[1:]:
        return 0 if all(was == new for was, new in pages.values()) else 1
    for page, (_, new) in pages.items():
        page.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
