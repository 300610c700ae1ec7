"""What the front page and the tutorial show is what the commands print."""

import re
import sys

import pytest
from helpers.command_lines import words_of
from helpers.pages import ROOT, blocks, name

from antiderive.cli import main

SHOWN = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]
QUICK = {"dataset", "generate", "solve", "verify"}


def sessions(page):
    """Command lines with what is shown below them."""
    for block in blocks(page):
        if block.language == "console":
            for piece in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                line, _, output = piece.partition("\n")
                yield line, output


def comparable(output):
    """The output without times, and without which of several programs was the first."""
    return re.sub(r"\[.*\]|in [\d.]+ s", "", output).rstrip()


@pytest.mark.parametrize("page", SHOWN, ids=name)
def test_the_output_is_real(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANTIDERIVE_MODEL", raising=False)
    for block in blocks(page):
        if block.title:
            (tmp_path / block.title).write_text(block.text)
    compared = 0
    for line, output in sessions(page):
        words = words_of(line)
        if words is None or words[0] not in QUICK or "--model" in words or "1000000" in words:
            continue
        monkeypatch.setattr(sys, "argv", ["antiderive", *words])
        with pytest.raises(SystemExit):
            main()
        assert comparable(capsys.readouterr().out) == comparable(output), line
        compared += 1
    assert compared > 2
