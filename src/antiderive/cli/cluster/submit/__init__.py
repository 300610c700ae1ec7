"""``antiderive cluster submit``: start runs."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

_COMMANDS = {
    "generate": "Write a data set to a folder that all workers share.",
    "label": "Integrate functions by computer algebra and record every outcome.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS)
def command() -> None:
    """Start a run. Submitting the same run again does the work that is left."""
