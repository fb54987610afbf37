"""scripts/types/*.lua for lua-language-server, .luarc.json, and the globals of .luacheckrc."""

import json
import textwrap

from .source import Path, fields, functions, rows

HEAD = "---@meta\n-- Made by docs/make_tables.py: what lua-language-server knows of moonroom.\n"

TYPES = """
---Seconds, or a text such as "500ms", "5s", "10m", "1h", "2d".
---@alias time number|string

---A token from ui.input{ secret = true }: only moonroom can use it.
---@alias secret string

---What stands beside nil when something expected went wrong.
---@class failure
---@field code string a short name to compare with
---@field message string a sentence to show

---What every registration returns.
---@class handle
local handle = {}
"""


def comment(text):
    return "".join(f"---{line}\n" for line in text.splitlines())


def nilable(kind):
    return kind if kind.endswith("?") or kind in ("any", "nil") else (f"({kind})?" if "|" in kind else f"{kind}?")


def parameters(function):
    for param in function.params:
        name = param.name + ("?" if param.optional and param.name != "..." else "")
        yield f"---@param {name} {param.type} {param.text}".rstrip() + "\n"


def returns(function):
    for i, (kind, text) in enumerate(function.returns):
        kind = nilable(kind) if i == 0 and function.fails else kind
        yield f"---@return {kind} {text}".rstrip() + "\n"
    if function.fails:
        if not function.returns:
            yield "---@return nil\n"
        yield f"---@return failure? err {', '.join(function.fails)}\n"


def overloads(function):
    """With the name of an event its table is known, so an editor completes its fields."""
    if function.name in ("chat.on", "chat.once"):
        for name, *_ in rows("events.def"):
            yield f'---@overload fun(event: "{name}", fn: fun(event: event.{name})): handle\n'
    elif function.name == "chat.filter":
        for name, *_ in rows("filters.def"):
            kind = f"filter.{name}"
            yield f'---@overload fun(kind: "{name}", fn: fun(item: {kind}): boolean|table|nil): handle\n'


def one(function):
    if function.value:
        return f"{comment(function.help)}---@type {function.value}\n{function.name} = nil\n"
    names = ", ".join(p.name for p in function.params)
    needs = f"\n\nNeeds the permission `{function.needs}`." if function.needs else ""
    plugin = f"\n\nComes with the plugin {function.plugin}." if function.plugin else ""
    text = comment(function.help + needs + plugin)
    return (
        text
        + "".join(parameters(function))
        + "".join(returns(function))
        + "".join(overloads(function))
        + f"function {function.name}({names}) end\n"
    )


CALLABLE = {"script", "command"}


def callable_table(function):
    """A table that is called: script{...}, command{...}."""
    result = function.returns[0][0] if function.returns else "nil"
    param = function.params[0]
    return (
        f"{comment(function.help)}---@class {function.name}lib\n"
        f"---@overload fun({param.name}: {param.type}): {result}\n{function.name} = {{}}\n"
    )


def spaces():
    """Names of the tables of functions."""
    return sorted({f.name.split(".")[0] for f in functions() if "." in f.name})


def functions_file():
    everything = functions()
    parts = [HEAD + TYPES]
    parts += [callable_table(f) for f in everything if f.name in CALLABLE]
    parts += [f"{space} = {space} or {{}}\n" if space in ("mine",) else f"{space} = {{}}\n" for space in spaces()
              if space not in CALLABLE]  # fmt: skip
    parts += [one(f) for f in everything if f.name not in CALLABLE]
    return "\n".join(parts)


def classes(name, prefix, more=()):
    """A class for each row: the fields of an event's or an item's table."""
    for row in rows(name):
        yield comment(row[-1]) + f"---@class {prefix}.{row[0]}\n" + "".join(
            f"---@field {p.name}{'?' if p.optional else ''} {p.type}\n" for p in [*fields(row[2]), *more]
        )


def luarc(library):
    """Settings of lua-language-server for a folder of scripts."""
    settings = {
        "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
        "runtime.version": "Lua 5.4",
        "runtime.builtin": {"io": "disable", "package": "disable", "ffi": "disable", "jit": "disable"},
        "runtime.path": ["?.lua", "?/init.lua", "lib/?.lua", "scripts/lib/?.lua"],
        "workspace.library": [library],
        "workspace.checkThirdParty": False,
        "diagnostics.disable": ["lowercase-global", "duplicate-set-field"],
    }
    return json.dumps(settings, indent=2) + "\n"


def fill(words, indent):
    """Lines of words."""
    return textwrap.wrap(" ".join(words), 110, initial_indent=indent, subsequent_indent=indent)


def luacheckrc():
    """luacheck's file: the globals of scripts."""
    tables = [name for name in spaces() if name not in ("script", "mine")]
    lines = [
        "-- What a script finds besides Lua itself. Made by docs/make_tables.py.",
        'std = "lua54"',
        "max_line_length = 120",
        "codes = true",
        "unused_args = true",
        'exclude_files = { "scripts/types" }',
        "read_globals = {",
        "  script = { fields = { state = { read_only = false, other_fields = true } }, other_fields = true },",
        "}",
        "for _, name in ipairs {",
        *fill((f'"{name}",' for name in tables), "  "),
        "} do",
        "  read_globals[name] = { other_fields = true }",
        "end",
        '-- The tests of scripts: docs/testing.md.',
        'files["**/*_test.lua"] = {',
        '  read_globals = { "describe", "it", "before_each", "after_each", "expect", "room", "test" },',
        "}",
        "-- What makes the globals of scripts has none of them itself.",
        'files["core/lua/prelude"] = { new_globals = {}, new_read_globals = {} }',
        "-- A strategy defines mine(client) and still calls mine.verify: the host keeps the two apart.",
        'globals = { "mine" }',
    ]
    return "\n".join(lines) + "\n"


def pages():
    types = Path("scripts/types")
    time = next(fields("time:integer"))
    return {
        types / "moonroom.lua": functions_file(),
        types / "events.lua": HEAD + "\n" + "\n".join(classes("events.def", "event", [time])),
        types / "filters.lua": HEAD + "\n" + "\n".join(classes("filters.def", "filter")),
        Path(".luarc.json"): luarc("scripts/types"),
        types / "luarc.json": luarc("@TYPES@"),
        Path(".luacheckrc"): luacheckrc(),
    }
