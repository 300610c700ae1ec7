"""The reference is what the code says, and says all of it."""

import importlib.util
import re

import click
import pytest
from helpers.pages import REFERENCE, ROOT

from antiderive.cli import group


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sections(page):
    """The text below each heading of a page of the reference."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    pieces = re.split(r"^##+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_it_is_up_to_date(script):
    for page, text in script.pages().items():
        assert (REFERENCE / page).read_text(encoding="utf-8") == text, f"{page}: run scripts/reference.py"


def test_every_command_and_option_is_in_it(script):
    found = sections("commands.md")
    commands = dict(script.walk(group, "antiderive"))
    assert len(commands) > 40
    for path, command in commands.items():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert f"`{', '.join(parameter.opts)}" in found[path], (path, parameter.opts)


def test_every_public_name_is_in_it(script):
    found = sections("python.md")
    rooms = script.rooms()
    assert {"antiderive", "antiderive.tasks", "antiderive.verification"} <= {room.__name__ for room in rooms}
    for room in rooms:
        for name in script.public_names(room):
            assert f"{room.__name__}.{name}" in found
