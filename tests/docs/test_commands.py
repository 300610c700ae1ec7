"""Every command line that the docs tell people to type is one that there is."""

import re
import shlex
import tomllib

import click
import pytest
from helpers.command_lines import parse
from helpers.pages import ROOT, blocks, code, command_lines, name, pages, shell_lines

from antiderive.cli import group
from antiderive.errors import DataError
from antiderive.training import TrainingConfig

LINES = [(name(page), line) for page in pages() for line in command_lines(page)]
SHELL = [(name(page), line) for page in pages() for line in shell_lines(page)]
SETTING = re.compile(r"(?:data|model|training|mixture)\.[\w.]+=\S+")


def options(command):
    """The options of a command and of everything below it."""
    found = {text for parameter in command.params for text in (*parameter.opts, *parameter.secondary_opts)}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found |= options(command.get_command(context, child))
    return found


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_line_is_accepted(page, line, tmp_path, monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:7233")
    command, parameters = parse(line)
    if command.name == "run" and "overrides" in parameters:  # antiderive train
        monkeypatch.chdir(tmp_path)
        for block in blocks(ROOT / page):
            if block.title.endswith(".toml"):
                # A task that the page itself defines is known only where the page is followed.
                (tmp_path / block.title).write_text(block.text.replace('task = "sums"', 'task = "bwd"'))
        tasks = tuple(filter(None, parameters["task"].split(",")))
        try:
            TrainingConfig.load(parameters["recipe"], parameters["overrides"], tasks=tasks)
        except DataError:  # the reader's files are not here
            assert "shards" in line or "text" in line


def test_lines_are_found_and_wrong_ones_refused():
    assert len(LINES) > 60
    for line in (
        "antiderive integrate x",
        "antiderive dataset check",
        "antiderive generate bwd --start-at 3 -o out",
        "antiderive dataset convert a --to csv -o out",
    ):
        with pytest.raises(click.UsageError):
            parse(line)


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_command_in_the_prose_is_there(page):
    """``antiderive dataset check`` and the like, without arguments; words in capitals are the reader's."""
    for piece in code(page):
        words = piece.split()
        if words[0] != "antiderive" or "-" in piece:
            continue
        command = group
        for word in words[1:]:
            if not isinstance(command, click.Group) or word.isupper():
                break
            command = command.get_command(click.Context(command), word)
            assert command is not None, piece


@pytest.mark.parametrize("page", pages(), ids=name)
def test_an_option_in_the_prose_is_one_of_some_command(page):
    known = options(group) | {"--help"}
    # Of other programs, on the page that says so.
    known |= {"--workers"} | ({"--profile"} if page.name == "cluster.md" else set())
    for piece in code(page):
        if piece.startswith("--"):
            assert piece.split()[0].split("=")[0] in known, piece


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_training_setting_in_the_prose_is_accepted(page):
    for piece in code(page):
        for setting in SETTING.findall(piece):
            if not setting.startswith("mixture"):
                TrainingConfig.load("tiny", (setting,))


@pytest.mark.parametrize(("page", "line"), SHELL)
def test_what_else_is_typed_is_there(page, line):
    """Targets of make, programs of this repository, and extras of the package."""
    words = shlex.split(line, comments=True)
    if words[:1] == ["make"]:
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(words[1:]) <= set(targets)
    if words[:1] == ["python"]:
        assert (ROOT / words[1]).exists()
    if words[:2] == ["pip", "install"]:
        with (ROOT / "pyproject.toml").open("rb") as file:
            extras = tomllib.load(file)["project"]["optional-dependencies"]
        for group_of_extras in re.findall(r"antiderive\[([\w,]+)\]", line):
            assert set(group_of_extras.split(",")) <= set(extras)
