"""clang-tidy over the product's C files (core, plugins), several at a time.

Usage: tidy.py BUILD JOBS. BUILD holds compile_commands.json. Prints the findings and, last, the line that
./dev counts: one case a file.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def product_files(build):
    top = os.getcwd()
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
        files = {os.path.normpath(os.path.join(c["directory"], c["file"])) for c in json.load(commands)}
    inside = (os.path.relpath(path, top) for path in files)
    return sorted(path for path in inside if path.startswith(("core/", "plugins/")))


def check(build, path):
    run = subprocess.run(
        ["clang-tidy", "--quiet", "-p", build, path], capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout


def main():
    build, jobs = sys.argv[1], int(sys.argv[2])
    files = product_files(build)
    failed, heads = 0, {}
    with ThreadPoolExecutor(jobs) as pool:
        for status, output in pool.map(lambda path: check(build, path), files):
            if status != 0:
                failed += 1
                print(output)
                heads.update((line, True) for line in output.splitlines() if ": error: " in line)
    print("\n".join(os.path.relpath(line, os.getcwd()) for line in heads))
    print(f"counts: {len(files) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
