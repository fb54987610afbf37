"""Tables inside of pages that are written by hand, between marks: limits and permissions."""

from .source import Path, limits, read, rows


def limits_table():
    yield "| Name | At most | What it limits |"
    yield "|---|---|---|"
    for name, value, unit, text in limits():
        yield f"| `{name}` | {int(value):,} {unit} | {text} |"


def permissions_table():
    yield "| Name | What it allows |"
    yield "|---|---|"
    for name, _, text in rows("permissions.def"):
        yield f"| `{name}` | {text} |"


def filled(page, part, lines):
    begin, end = f"<!-- {part}: begin (docs/make_tables.py) -->\n", f"<!-- {part}: end -->"
    head, rest = page.split(begin)
    return head + begin + "\n" + "\n".join(lines) + "\n\n" + end + rest.split(end, 1)[1]


def pages():
    return {
        Path(path): filled(read(path), part, lines)
        for path, part, lines in (
            ("docs/limits.md", "limits", limits_table()),
            ("docs/permissions.md", "permissions", permissions_table()),
        )
    }
