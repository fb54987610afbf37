"""docs/api.md: every function with its signature, types, permission, failures and an example; events and filters."""

from .source import Path, examples, fields, functions, methods, RPC_ONLY, rows

HEAD = """# The API

Everything that a Lua script of moonroom can call, made of the tables of the code (`docs/make_tables.py`). To learn it, read
the [scripting guide](scripting.md). Programs in other languages find the same methods [over JSON-RPC](rpc.md).

- **Calling.** Arguments go by place, or by name in one table: `chat.whisper("bob", "hi")` is
  `chat.whisper { user = "bob", text = "hi" }`. Optional ones, marked `?`, may also be named in a table at the end:
  `ui.print("done", { style = "title" })`.
- **Failure.** What may fail in the course of things returns `nil` and an error with `err.code`, a short name, and
  `err.message`, a sentence. "May fail with" lists the codes to expect. A mistake in the script (a wrong type, a missing
  argument) raises a Lua error at its line.
- **Waiting.** Any call may wait; the script's other handlers go on meanwhile.
- **Handles.** What registers something returns a *handle* with `:remove()`, `:disable()` and `:enable()`.
- **Permissions.** "Needs" names what has to stand in the manifest's `needs`; without it the call fails with `denied`.
- **Times** are numbers of seconds, or texts such as `"500ms"`, `"5s"`, `"10m"`, `"1h"`, `"2d"`.
"""

SPACES = {
    "script": "The script itself: manifest, state, the others",
    "chat": "Talk, events and filters",
    "command": "Commands",
    "complete": "Words for Tab",
    "timer": "Timers",
    "task": "Waiting, and doing things at the same time",
    "settings": "Settings",
    "store": "What is kept on disk",
    "ui": "What the user sees, and is asked",
    "client": "The connection",
    "account": "The account",
    "wallet": "Coins",
    "shop": "The shop",
    "admin": "For admins",
    "mine": "Mining",
    "http": "The web",
    "fs": "Files of the script's own",
    "process": "Other programs",
    "record": "Recordings",
    "plugin": "Native plugins",
    "crypto": "Hashes, random text and encodings",
    "re": "Regular expressions",
    "json": "JSON",
    "log": "The log",
    "print": "Lua's own print and require",
    "handle": "Handles",
}


def code(text):
    return f"`{text}`" if text else ""


def cell(text):
    return text.replace("|", "\\|")


def signature(function):
    if function.value:
        return f"{function.name}: {function.value}"
    inside = ", ".join(
        "..." if p.name == "..." else f"{p.name}{'?' if p.optional else ''}: {p.type}" for p in function.params
    )
    if function.name in ("script", "command"):
        call = f"{function.name} {inside.split(': ', 1)[1]}"
    else:
        call = f"{function.name}({inside})"
    returns = ", ".join(kind for kind, _ in function.returns)
    return f"{call}: {returns}" if returns else call


def sentences(function):
    yield function.help
    for param in function.params:
        if param.text:
            yield f"`{param.name}`: {param.text}."
    for _, text in function.returns:
        if text:
            name, _, rest = text.partition(" ")
            yield f"Returns {name}: {rest}." if rest else ""
    if function.needs:
        yield f"Needs `{function.needs}`."
    if function.plugin:
        yield f"Comes with the plugin {function.plugin}, which is always shipped."
    if function.fails:
        yield f"May fail with {', '.join(code(c) for c in function.fails)}" + (
            f": {function.error_text}." if function.error_text else "."
        )
    if function.raises:
        yield f"Raises an error for {function.raises}." if not function.raises.startswith("outside") else (
            f"Raises an error {function.raises}."
        )


def chapter(space, members, shown):
    title = SPACES.get(space, "")
    yield f"## {title}" if space == "print" else f"## {space}: {title}" if title else f"## {space}"
    for function in members:
        yield ""
        yield f"### {function.name}"
        yield ""
        yield f"```text\n{signature(function)}\n```"
        yield ""
        yield " ".join(text for text in sentences(function) if text)
        if function.name in shown:
            yield ""
            yield f"```lua\n{shown[function.name]}\n```"
    yield ""


def events():
    yield "| Event | Needs | Its table holds | When |"
    yield "|---|---|---|---|"
    for name, permission, spec, text in rows("events.def"):
        holds = ", ".join(code(f"{p.name}: {p.type}") for p in fields(spec))
        yield f"| {code(name)} | {code(permission)} | {holds} | {cell(text)} |"


def filters():
    yield "| Kind | Needs | Its table holds | May be changed | What passes |"
    yield "|---|---|---|---|---|"
    for name, permission, spec, changes, text in rows("filters.def"):
        holds = ", ".join(code(f"{p.name}{'?' if p.optional else ''}: {p.type}") for p in fields(spec))
        changed = ", ".join(code(p.name) for p in fields(changes))
        yield f"| {code(name)} | {code(permission)} | {holds} | {changed} | {cell(text)} |"


def other_rows():
    yield "| Method | Needs | What it does |"
    yield "|---|---|---|"
    for function in methods():
        if function.name in RPC_ONLY:
            yield f"| {code(signature(function))} | {code(function.needs)} | {cell(function.help)} |"


def groups():
    """The chapters in their order: {space: functions}."""
    found = {space: [] for space in SPACES}
    for function in functions():
        space = "print" if function.name in ("print", "require") else function.space
        found.setdefault(space, []).append(function)
    return {space: members for space, members in found.items() if members}


def page():
    shown = examples()
    yield HEAD
    for space, members in groups().items():
        yield f"- **{space}**: " + " ".join(f"[{f.name}](#{anchor(f.name)})" for f in members)
    yield "- [all events](#all-events), [all filters](#all-filters), [methods for JSON-RPC alone](#methods-for-json-rpc-alone)"
    yield ""
    for space, members in groups().items():
        yield from chapter(space, members, shown)
    yield "## All events\n"
    yield "Each table also holds `time: integer`, seconds since 1970. An event of another script is called `NAME.event`.\n"
    yield from events()
    yield "\n## All filters\n"
    yield "`handle:disable()` lets everything pass, `handle:remove()` takes the filter away.\n"
    yield from filters()
    yield "\n## Methods for JSON-RPC alone\n"
    yield "Lua has these under the friendlier names above; [rpc.md](rpc.md) shows them at work.\n"
    yield from other_rows()


def anchor(name):
    """As forges spell the anchor of a heading."""
    return "".join(letter for letter in name.lower() if letter.isalnum() or letter in "-_")


def pages():
    return {Path("docs/api.md"): "\n".join(page()) + "\n"}
