"""``antiderive cluster submit``: start runs."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

_COMMANDS = {
    "generate": "Write a data set to a folder that all workers see.",
    "label": "Integrate functions by computer algebra and keep every outcome.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS)
def command() -> None:
    """Start a run. The same run submitted again is the same run: it does what is left."""
