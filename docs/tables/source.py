"""What the tables of the code say: methods, events, filters, limits, and what is Lua's own.

Lua's own functions are described beside their code: in the prelude by comments of three dashes above a function, in C by a
comment with `@lua NAME`. Both have sentences first, then `@param NAME[?] TYPE TEXT`, `@return TYPE TEXT`, `@error
CODE... TEXT` (expected failure: nil and an error), `@raise TEXT` (a mistake of the author) and `@needs PERMISSION`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^MR_(?:METHOD|EVENT|FILTER|PERMISSION)\((.*?)\)\s*$", re.M | re.S)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
LIMIT = re.compile(r'^MR_LIMIT\((\w+),\s*(\d+),\s*"([^"]*)",\s*"([^"]*)"\)$', re.M)
ERROR = re.compile(r'X\(MR_\w+, -\d+, "(\w+)", "([^"]*)"\)')
LUA_COMMENT = re.compile(r"((?:^---(?!-).*\n)+)(?:^.*?function (?:env\.)?([\w.]+)\()?", re.M)
C_COMMENT = re.compile(r"/\*((?:[^*]|\*(?!/))*?@lua (?:[^*]|\*(?!/))*)\*/")

# Rows that Lua has under friendlier names only (core/lua/prelude): they are for JSON-RPC.
RPC_ONLY = {
    "event.subscribe", "event.unsubscribe", "event.emit", "filter.register", "filter.remove", "command.register",
    "command.remove", "complete.register", "complete.remove", "complete.answer", "complete.ask", "timer.start",
    "timer.stop", "script.source", "log.write", "ui.unbind",
}  # fmt: skip


@dataclass
class Param:
    name: str
    type: str
    optional: bool = False
    text: str = ""


@dataclass
class Function:
    """A function, or a field when `value` is its type. `returns` holds (type, text)."""

    name: str
    help: str
    params: list = field(default_factory=list)
    returns: list = field(default_factory=list)
    needs: str = ""
    errors: list = field(default_factory=list)
    error_text: str = ""
    raises: str = ""
    value: str = ""
    plugin: str = ""  # which brings it; "": the client itself

    @property
    def space(self):
        return re.split(r"[.:]", self.name)[0]

    @property
    def fails(self):
        """Codes of expected failure: then the function returns nil and an error."""
        return (["denied"] if self.needs else []) + [code for code in self.errors if code != "denied"]


def read(path):
    return (TOP / path).read_text(encoding="utf-8")


def rows(name, folder="include/moonroom"):
    """The strings of each row of a .def file."""
    for inside in ROW.findall(read(Path(folder) / name)):
        yield [text.replace('\\"', '"') for text in STRING.findall(inside)]


def lua_type(spec):
    """A type of a row as lua-language-server writes it: [string] is string[], {a:b} is { a: b }."""
    rest, result = take_type(spec)
    assert not rest, f"{spec!r} is no type: {rest!r} is left"
    return result


def take_type(spec):
    if spec.startswith("["):
        rest, inner = take_type(spec[1:])
        assert rest.startswith("]"), f"a list is not closed: {spec!r}"
        rest, result = rest[1:], f"{inner}[]"
    elif spec.startswith("{"):
        fields, rest = [], spec[1:]
        while not rest.startswith("}"):
            found = re.match(r" *(\w+\??):", rest)
            assert found, f"no field of an object: {rest!r}"
            rest, inner = take_type(rest[found.end() :])
            fields.append(f"{found[1]}: {inner}")
        rest, result = rest[1:], "{ " + ", ".join(fields) + " }"
    else:
        found = re.match(r"\w+", spec)
        assert found, f"no type: {spec!r}"
        rest, result = spec[found.end() :], "any[]" if found[0] == "array" else found[0]
    if rest.startswith("?"):
        rest, result = rest[1:], f"{result}?"
    return rest, result


def fields(spec):
    """"user:string n?:integer" as a list of Param."""
    for word in spec.split():
        name, _, kind = word.partition(":")
        yield Param(name.rstrip("?"), lua_type(kind), name.endswith("?"))


def methods():
    """The rows of methods.def, and of the files of that name with which the shipped plugins add to them."""
    tables = [("", "include/moonroom")]
    tables += [(path.relative_to(TOP).parts[1], path.parent) for path in sorted(TOP.glob("plugins/**/methods.def"))]
    for plugin, folder in tables:
        for name, permission, parameters, returns, text in rows("methods.def", folder):
            what, _, failures = returns.partition("!")
            result = [(lua_type(what.strip()), "")]
            params = list(fields(parameters))
            yield Function(name, text, params, result, permission, failures.split(), plugin=plugin)


def take_tag(function, line):
    """One @line of a comment."""
    tag, _, rest = line.partition(" ")
    if tag == "param":
        name, rest = rest.split(" ", 1)
        kind, text = split_type(rest)
        function.params.append(Param(name.rstrip("?"), kind, name.endswith("?"), text))
    elif tag == "return":
        function.returns.append(split_type(rest))
    elif tag == "field":
        function.value = rest
    elif tag == "error":
        known = {name for name, _ in errors()}
        words = rest.split()
        codes = [word for word in words if word in known]
        assert words[: len(codes)] == codes, f"{function.name}: codes come first: {rest}"
        function.errors += codes
        function.error_text = " ".join(words[len(codes) :])
    elif tag == "raise":
        function.raises = rest
    elif tag == "needs":
        function.needs = rest
    else:
        raise ValueError(f"{function.name}: there is no @{tag}")


def split_type(text):
    """A type, which may hold blanks inside of brackets, behind commas, colons and bars; and what follows it."""
    depth = 0
    for i, letter in enumerate(text):
        depth += (letter in "({[") - (letter in ")}]")
        if letter == " " and depth == 0 and text[i - 1] not in ",:|" and text[i + 1] != "|":
            return text[:i], text[i + 1 :]
    return text, ""


def described(comment, name):
    """The functions of one comment: several names may share it."""
    sentences, tags = [], []
    for line in comment:
        if line.startswith("@lua "):
            name = line[5:]
        elif line.startswith("@"):
            tags.append(line[1:])
        elif tags:
            tags[-1] += f" {line}"
        else:
            sentences.append(line)
    for one in (name or "").split():
        function = Function(one, " ".join(sentences))
        for tag in tags:
            take_tag(function, tag)
        yield function


def own():
    """What is Lua's own."""
    for path in sorted((TOP / "core/lua/prelude").glob("*.lua")):
        for comment, name in LUA_COMMENT.findall(path.read_text(encoding="utf-8")):
            lines = [line[3:].strip() for line in comment.splitlines()]
            if not any(line.startswith("@class") for line in lines):
                yield from described(lines, name)
    for path in sorted((TOP / "core/lua").glob("*.c")):
        for comment in C_COMMENT.findall(path.read_text(encoding="utf-8")):
            yield from described([line.strip(" *") for line in comment.splitlines() if line.strip(" *")], None)


def functions():
    """All that a script sees, in the order of their names. What a row says of permission and failure holds for the
    function of the same name that Lua describes."""
    found = {function.name: function for function in methods() if function.name not in RPC_ONLY}
    for function in own():
        row = found.get(function.name)
        if row:
            function.needs = function.needs or row.needs
            function.errors = function.errors or row.errors
        found[function.name] = function
    return [found[name] for name in sorted(found)]


def errors():
    """(name, text) of each error."""
    return ERROR.findall(read("include/moonroom/errors.h"))


def limits():
    """(name, value, unit, text) of each limit."""
    return LIMIT.findall(read("core/base/limits.def"))


def examples():
    """The example of each function: docs/examples/SPACE.lua holds them behind lines `--: NAME`."""
    found = {}
    for path in sorted((TOP / "docs/examples").glob("*.lua")):
        for part in re.split(r"^--: ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            name, _, text = part.partition("\n")
            assert name not in found, f"{name} has two examples"
            found[name] = text.strip("\n")
    return found
