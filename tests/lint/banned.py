"""Functions that do not belong in the product, and functions too long to read.

Comments and strings are taken out first, so that a page may speak of strcpy. Run by itself it prints every use
of a banned function (an error) and every function of more than 80 lines (a warning).
"""

import re
import sys
from pathlib import Path

# What is banned and what to call in its place.
BANNED = {
    "strcpy": "mr_buf, or snprintf with its size",
    "strncpy": "mr_buf, or memcpy with a length that was checked",
    "strcat": "mr_buf",
    "strncat": "mr_buf",
    "stpcpy": "mr_buf",
    "sprintf": "snprintf",
    "vsprintf": "vsnprintf",
    "gets": "fgets",
    "scanf": "a parser that checks its range",
    "sscanf": "a parser that checks its range",
    "fscanf": "a parser that checks its range",
    "strtok": "strtok_r, or a span",
    "atoi": "strtol, with errno and the end checked",
    "atol": "strtol, with errno and the end checked",
    "atoll": "strtoll, with errno and the end checked",
    "atof": "strtod, with errno and the end checked",
    "localtime": "localtime_r",
    "gmtime": "gmtime_r",
    "ctime": "strftime",
    "asctime": "strftime",
    "tmpnam": "mkstemp",
    "tempnam": "mkstemp",
    "mktemp": "mkstemp",
    "rand": "getrandom",
    "srand": "getrandom",
    "random": "getrandom",
    "system": "posix_spawn, without a shell",
    "popen": "posix_spawn, without a shell",
    "alloca": "a buffer with a maximum",
    "gethostbyname": "getaddrinfo",
    "inet_ntoa": "inet_ntop",
    "readdir_r": "readdir",
    "vfork": "posix_spawn",
}

LONG = 80

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
USE = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
FUNCTION = re.compile(r"^(?!static const|struct|enum|union|typedef)[a-zA-Z][^;{}()=]*\([^;{}]*\)\n\{\n", re.MULTILINE)


def code_only(text):
    """The text with comments and literals blanked, line numbers kept."""
    return NOISE.sub(lambda m: "\n" * m[0].count("\n"), text)


def banned_uses(path, text):
    found = []
    for number, line in enumerate(code_only(text).split("\n"), 1):
        for name in USE.findall(line):
            found.append(f"{path}:{number}: {name} is banned; use {BANNED[name]}")
    return found


def long_functions(path, text):
    """Functions of more than LONG lines, by the layout that clang-format gives them."""
    found = []
    for match in FUNCTION.finditer(text):
        end = text.find("\n}\n", match.end() - 1)
        lines = text.count("\n", match.end(), end if end >= 0 else len(text)) + 4
        if lines > LONG:
            name = match[0].split("(")[0].split()[-1].lstrip("*")
            found.append(f"{path}: {name} has {lines} lines")
    return found


def product_files(top):
    for folder in ("include", "core", "plugins"):
        for pattern in ("*.c", "*.h"):
            for file in sorted((top / folder).rglob(pattern)):
                yield file.relative_to(top).as_posix(), file.read_text(encoding="utf-8")


def main():
    errors = []
    for path, text in product_files(Path(__file__).resolve().parents[2]):
        errors += banned_uses(path, text)
        for warning in long_functions(path, text):
            print(f"warning: {warning}")
    print("\n".join(errors))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
