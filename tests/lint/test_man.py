"""The manual pages format without a warning."""

import shutil
import subprocess
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).resolve().parents[2] / "docs" / "man").glob("*.[1-8]"))


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_formats_without_a_warning(page):
    run = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", str(page)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_there_are_pages():
    assert {page.name for page in PAGES} >= {"moonroom.1", "moonroom-lua.1"}
