"""Native plugins, built at test time with the system's compiler, as an author would."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FLAGS = "-std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -shared -fPIC -O1"


def compile_plugin(source, out, *options):
    """Builds SOURCE as the shared object OUT; nobody but its owner may change it."""
    out.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    cc = shlex.split(os.environ.get("CC", "cc"))
    subprocess.run([*cc, *FLAGS.split(), *options, str(source), "-o", str(out), "-lcjson"], check=True)
    out.chmod(0o755)
    return out


@pytest.fixture(scope="session")
def keeper(tmp_path_factory):
    """keeper(*OPTIONS, abi=1): tests/abi/keeper.c built against a frozen interface, each kind once."""
    built = {}

    def build(*options, abi=1):
        key = (abi, options)
        if key not in built:
            out = tmp_path_factory.mktemp("keeper") / "keeper.so"
            built[key] = compile_plugin(HERE / "keeper.c", out, f"-I{HERE / str(abi)}", *options)
        return built[key]

    return build
