"""Command lines of our own, parsed and not run."""

import shlex

import click
import pytest

from antiderive.cli import group

NUMBERS = {"N", "I", "J"}
"""Words that stand for a number of the reader's."""


def words_of(line):
    """The arguments of the line's ``antiderive``, whatever program starts it; None if it starts none."""
    words = shlex.split(line, comments=True)
    for end in ("|", "&&", ">"):
        words = words[: words.index(end)] if end in words else words
    if words[:2] == ["pip", "install"]:
        return None
    return words[words.index("antiderive") + 1 :] if "antiderive" in words else None


def parse(line):
    """The command of a line with its parameters, as the command line reads them.

    Raises:
        click.UsageError: for a command, option or value that there is not.
    """
    seen = []
    words = ["1" if word in NUMBERS else word for word in words_of(line)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            click.Command, "invoke", lambda command, context: seen.append((command, context.params))
        )
        group(words, standalone_mode=False)
    return seen[-1]
