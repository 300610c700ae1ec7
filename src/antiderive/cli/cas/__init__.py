"""``antiderive cas``: the computer algebra systems."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

COMMANDS = {
    "list": "Methods of integration, their versions, and the order they are tried in.",
}


@click.group(cls=LazyGroup, package=__name__, commands=COMMANDS)
def command() -> None:
    """Computer algebra systems that integrate."""
