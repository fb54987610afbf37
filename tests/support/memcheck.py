"""The unit tests under valgrind, several programs at a time.

Usage: memcheck.py BUILD JOBS. Asks ctest for the programs with the label unit. Prints the output of those that
fail and, last, the line that ./dev counts: one case a program.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

VALGRIND = [
    "valgrind",
    "--quiet",
    "--error-exitcode=99",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,possible",
    "--track-fds=no",
    "--child-silent-after-fork=yes",
]
TIMEOUT_S = 300


def unit_tests(build):
    """(name, command, folder, environment) of every test that is not labelled no-valgrind."""
    listing = subprocess.run(
        ["ctest", "--test-dir", build, "-L", "unit", "-LE", "no-valgrind", "--show-only=json-v1"],
        capture_output=True,
        text=True,
        check=True,
    )
    for test in json.loads(listing.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        if "command" in test:
            yield (
                test["name"],
                test["command"],
                properties.get("WORKING_DIRECTORY", build),
                dict(e.split("=", 1) for e in properties.get("ENVIRONMENT", [])),
            )


def check(test):
    name, command, folder, environment = test
    try:
        run = subprocess.run(
            VALGRIND + command,
            cwd=folder,
            env={**os.environ, **environment, "MOONROOM_VALGRIND": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_S,
            check=False,
        )
        return name, run.returncode, run.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return name, -1, f"no end after {TIMEOUT_S} s"


def main():
    build, jobs = sys.argv[1], int(sys.argv[2])
    passed = failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for name, status, output in pool.map(check, list(unit_tests(build))):
            if status == 0:
                passed += 1
            else:
                failed += 1
                print(f"---- {name}: exit status {status}\n{output}")
    print(f"counts: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
