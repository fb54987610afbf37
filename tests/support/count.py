"""Prints "PASSED FAILED" for a finished step of ./dev test.

Usage: count.py STEM STATUS. STEM.xml is pytest's report, STEM.log what ctest --verbose, `moonroom test --tap` or any
other command printed, STATUS its exit status. A command that is no test runner counts as one case.
"""

import os
import re
import sys
import xml.etree.ElementTree as ET


def from_pytest(path):
    """Cases of a JUnit report; skipped ones count on neither side."""
    total = bad = skipped = 0
    for suite in ET.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        bad += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return total - bad - skipped, bad


def from_ctest(text):
    """Cases of cmocka programs run by ctest --verbose; a program that died counts as one failure."""
    good, bad = {}, {}
    for number, what, count in re.findall(
        r"^(\d+): \[  (PASSED|FAILED)  \] (\d+) test\(s\)", text, re.M
    ):
        side = good if what == "PASSED" else bad
        side[number] = side.get(number, 0) + int(count)
    passed = failed = 0
    for number, verdict in re.findall(r"Test +#(\d+): \S+ \.*\s*(\**[A-Z][a-zA-Z]*)", text):
        if verdict == "Passed":
            passed += good.get(number, 1)
        else:
            passed += good.get(number, 0)
            failed += max(1, bad.get(number, 0))
    return passed, failed


def from_tap(text):
    """Cases of `moonroom test --tap`."""
    verdicts = re.findall(r"^(not )?ok \d+ - ", text, re.M)
    return verdicts.count(""), verdicts.count("not ")


def main():
    stem, status = sys.argv[1], int(sys.argv[2])
    if os.path.exists(stem + ".xml"):
        passed, failed = from_pytest(stem + ".xml")
    else:
        with open(stem + ".log", encoding="utf-8", errors="replace") as log:
            text = log.read()
        passed, failed = from_tap(text) if text.startswith("TAP version") else from_ctest(text)
        counts = re.search(r"^counts: (\d+) passed, (\d+) failed$", text, re.M)
        if counts:
            passed, failed = int(counts[1]), int(counts[2])
        elif "No tests were found" in text:
            passed = failed = 0
        elif passed + failed == 0:
            passed, failed = (1, 0) if status == 0 else (0, 1)
    print(passed, failed)


if __name__ == "__main__":
    main()
