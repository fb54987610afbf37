"""The floors of docs/architecture.md, enforced from the #include lines.

A file includes its own floor and lower ones; the folders of floor 5 never include each other; every foreign
library has one home. Run by itself it checks the tree and prints one line for each violation.
"""

import re
import sys
from pathlib import Path

FLOORS = {
    "base": 0,
    "wire": 1,
    "runtime": 2,
    "session": 3,
    "api": 4,
    "script": 5,
    "plugin": 5,
    "ui": 5,
    "app": 6,
}

# What the folders outside the house may take from it.
CORE_FOR_LUA = {"base", "lua"}
CORE_FOR_PLUGINS = {"base", "wire"}

# Foreign library: (how its headers are spelled, the paths that may include them). The tests may use any.
HOMES = {
    "OpenSSL": (r"openssl/", r"core/wire/"),
    "libuv": (r"uv\.h$", r"core/runtime/|plugins/|include/moonroom/plugin\.h$"),
    "libcurl": (r"curl/", r"core/runtime/fetch[a-z_]*\.[ch]$"),
    "dlopen": (r"dlfcn\.h$", r"core/plugin/|core/runtime/fetch_curl\.c$"),
    "readline": (r"readline/", r"core/ui/prompt[a-z_]*\.[ch]$"),
    "SQLite": (r"sqlite3", r"plugins/roomhost/store[a-z_]*\.[ch]$"),
    "Lua": (r"(lua|lauxlib|lualib|luaconf)\.h$", r"core/lua/"),
    "seccomp": (r"seccomp\.h$", r"core/lua/"),
    "cJSON": (
        r"(cjson/)?cJSON",
        r"core/(runtime|session|api|script|plugin|ui|app|lua)/|plugins/|include/moonroom/",
    ),
    "cmocka": (r"cmocka", r"$^"),
}

# What comes with libc and the kernel's headers.
LIBC = re.compile(
    r"""^(
    assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|
    stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|threads|time|uchar|wchar|wctype|
    dirent|elf|endian|byteswap|fcntl|fnmatch|fts|ftw|getopt|glob|grp|iconv|ifaddrs|langinfo|libgen|link|
    malloc|net/if|netdb|netinet/(in|ip|tcp)|arpa/inet|paths|poll|pthread|pty|pwd|sched|search|semaphore|spawn|
    strings|syslog|termios|ucontext|unistd|utime|wordexp|sys/[a-z_]+|linux/[a-z0-9_]+|asm/unistd|
    immintrin|cpuid|x86intrin|arm_neon|sanitizer/[a-z_]+
    )\.h$""",
    re.VERBOSE,
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def core_allowed(path, target):
    """May the file at PATH include core/TARGET/...?"""
    parts = path.split("/")
    if parts[0] == "include":
        return False
    if parts[0] == "plugins":
        return target in CORE_FOR_PLUGINS
    if parts[0] == "core":
        return folder_allowed(parts[1], target)
    if parts[:2] == ["tests", "unit"] and len(parts) > 3 and parts[2] in FLOORS:
        return folder_allowed(parts[2], target)
    return True


def folder_allowed(mine, target):
    if mine == "lua":
        return target in CORE_FOR_LUA
    if mine == target:
        return True
    if mine not in FLOORS or target not in FLOORS:
        return False
    return FLOORS[target] < FLOORS[mine]


def check_own(path, name):
    """A header of moonroom's own, spelled "core/..." or "plugins/..." or <moonroom/...>."""
    parts = name.split("/")
    if parts[0] == "core":
        if len(parts) < 3:
            return f"{name}: headers live in a folder of core"
        if not core_allowed(path, parts[1]):
            return f"{name}: not this floor's to include"
        return None
    if parts[0] == "plugins":
        mine = path.split("/")
        if mine[0] == "tests" or mine[:2] == parts[:2]:
            return None
        return f"{name}: only the plugin itself includes its headers"
    if parts[0] == "tests":
        return None if path.startswith("tests/") else f"{name}: the product includes no test"
    if len(parts) == 1 and path.startswith("tests/"):
        return None
    return f'{name}: written as "core/base/buf.h", from the top of the tree'


def check_foreign(path, name):
    if name.startswith("moonroom/"):
        return None
    for library, (spelling, home) in HOMES.items():
        if re.match(spelling, name):
            if path.startswith("tests/") or re.match(home, path):
                return None
            return f"{name}: {library} has another home"
    if LIBC.match(name):
        return None
    return f"{name}: a library without a home; give it one in tests/lint/floors.py"


def check_file(path, text):
    """Violations of one file, PATH relative to the top of the tree."""
    found = []
    for bracket, name in INCLUDE.findall(text):
        # A generated or data header beside its user ("limits.def") is spelled from the top as well.
        problem = check_own(path, name) if bracket == '"' else check_foreign(path, name)
        if problem:
            found.append(f"{path}: {problem}")
    return found


def check_tree(top):
    found = []
    for folder in ("include", "core", "plugins", "tests"):
        for pattern in ("*.c", "*.h", "*.def"):
            for file in sorted((top / folder).rglob(pattern)):
                path = file.relative_to(top).as_posix()
                found += check_file(path, file.read_text(encoding="utf-8"))
    return found


def main():
    found = check_tree(Path(__file__).resolve().parents[2])
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
