"""Every relative link in the pages leads somewhere, and every ./dev command they name exists."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|<img [^>]*src=\"([^\"]+)\"")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)
COMMAND = re.compile(r"\./dev +([a-z][a-z-]*)")


def pages(top):
    skipped = {"build", ".git", "node_modules"}
    return sorted(p for p in top.rglob("*.md") if not skipped & set(p.relative_to(top).parts))


def anchors(text):
    """The anchors that a page's headings make, spelled as forges do."""
    plain = (re.sub(r"[^\w\- ]", "", h.lower()) for h in HEADING.findall(FENCE.sub("", text)))
    return {h.replace(" ", "-") for h in plain}


def broken_links(page):
    found = []
    for one, other in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        target = one or other
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists():
            found.append(target)
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            found.append(target)
    return found


def dev_commands():
    """The names in the last case statement of ./dev."""
    text = (TOP / "dev").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z][a-z |-]*)\)", text[text.rindex("case $command in") :], re.MULTILINE)
    return {name for group in names for name in re.split(r"[ |]+", group)}


@pytest.mark.parametrize("page", pages(TOP), ids=lambda p: p.relative_to(TOP).as_posix())
def test_links_of_page(page):
    assert broken_links(page) == []


@pytest.mark.parametrize("page", pages(TOP), ids=lambda p: p.relative_to(TOP).as_posix())
def test_dev_commands_of_page(page):
    assert set(COMMAND.findall(page.read_text(encoding="utf-8"))) <= dev_commands()


def test_dev_help_lists_its_commands():
    usage = (TOP / "dev").read_text(encoding="utf-8").split("<<'TEXT'")[1].split("TEXT")[0]
    listed = set(re.findall(r"^  ([a-z]+)", usage, re.MULTILINE))
    assert listed == dev_commands() - {"-h", "--help"}


def test_broken_links_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One *thing*\n[a](none.md) [b](page.md#one-thing) [c](#two) [d](https://x.example/)\n"
        "```\n[e](not-a-link.md)\n```\n"
    )
    assert broken_links(page) == ["none.md", "#two"]
