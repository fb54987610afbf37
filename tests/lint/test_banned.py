"""No banned function is called in the product, and the check would notice one."""

import warnings
from pathlib import Path

import pytest

from banned import BANNED, banned_uses, long_functions, product_files

TOP = Path(__file__).resolve().parents[2]


def test_product_calls_no_banned_function():
    found = []
    for path, text in product_files(TOP):
        found += banned_uses(path, text)
        for warning in long_functions(path, text):
            warnings.warn(warning)
    assert found == []


@pytest.mark.parametrize("name", sorted(BANNED))
def test_use_is_found_with_its_line(name):
    (found,) = banned_uses("core/x.c", f"int f(void)\n{{\n    return {name} (0);\n}}\n")
    assert found.startswith(f"core/x.c:3: {name} ")


@pytest.mark.parametrize(
    "text",
    [
        "/* strcpy(a, b) */",
        "// gets(x)",
        'puts("sprintf(");',
        "localtime_r(&t, &tm);",
        "self->random(self);",
        "mr_system(x);",
    ],
)
def test_what_is_no_use_is_left_alone(text):
    assert banned_uses("core/x.c", text) == []


def test_long_function_is_named():
    body = "    step();\n" * 100
    text = f"static int shorty(void)\n{{\n    return 0;\n}}\n\nint *too_long(int a)\n{{\n{body}}}\n"
    assert long_functions("core/x.c", text) == ["core/x.c: too_long has 103 lines"]
