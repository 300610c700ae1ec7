"""The pages that people read: their blocks, their code, and the command lines in them."""

import re
from pathlib import Path
from typing import NamedTuple

from helpers.command_lines import words_of

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
FENCE = re.compile(r'^( *)```(\w*)(?: title="([^"]+)")?\n(.*?)^ *```$', re.MULTILINE | re.DOTALL)
SHELLS = {"", "bash", "console", "sh"}


class Block(NamedTuple):
    """A fenced block: its language, the file that it is, and its text."""

    language: str
    title: str
    text: str


def pages():
    """Every page that is written by hand."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in found if REFERENCE not in page.parents]


def name(page):
    """The path of a page within the repository, to name a test by."""
    return page.relative_to(ROOT).as_posix()


def blocks(page):
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [Block(language, title, body) for _, language, title, body in FENCE.findall(text)]


def prose(page):
    """The page without its blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def code(page):
    """The pieces of code within the prose of a page."""
    return [" ".join(piece.split()) for piece in re.findall(r"`([^`]+)`", prose(page))]


def shell_lines(page):
    """Lines that a reader types into a shell: all of a plain block, after the prompt in a session."""
    for block in blocks(page):
        if block.language not in SHELLS:
            continue
        lines = block.text.replace("\\\n", " ").splitlines()
        if block.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        yield from (line.strip() for line in lines if line.strip())


def command_lines(page):
    """Our own command lines: those of blocks, and those in the prose that have an option."""
    lines = [line for line in shell_lines(page) if "antiderive" in line and words_of(line) is not None]
    return lines + [piece for piece in code(page) if re.match(r"antiderive .* -", piece)]
