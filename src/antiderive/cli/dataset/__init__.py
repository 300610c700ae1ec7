"""``antiderive dataset``: commands on a data set on disk."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

COMMANDS = {
    "check": "Check on the files that a data set is complete, split and correct.",
    "convert": "Convert to and from the classic text files.",
    "dedup": "Drop duplicates, exact or by skeleton.",
    "head": "Show the first examples.",
    "info": "Show the origin, sizes and lengths of a data set.",
    "plot": "Plot lengths and operators.",
}


@click.group(cls=LazyGroup, package=__name__, commands=COMMANDS)
def command() -> None:
    """Check, convert, deduplicate, describe and plot data sets."""
