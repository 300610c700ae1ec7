"""``antiderive cas``: the computer algebra systems."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

COMMANDS = {
    "list": "List the methods of integration, their versions, and the order of trial.",
}


@click.group(cls=LazyGroup, package=__name__, commands=COMMANDS)
def command() -> None:
    """List the computer algebra systems that integrate."""
