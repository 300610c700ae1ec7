"""``antiderive dataset``: what can be done with a data set on disk."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

COMMANDS = {
    "check": "Prove on the files that a data set is whole, split and right.",
    "convert": "To and from the classic text files.",
    "dedup": "Leave out duplicates, exact or by skeleton.",
    "head": "Show the first examples.",
    "info": "Where a data set comes from, its sizes and lengths.",
    "plot": "Draw lengths and operators.",
}


@click.group(cls=LazyGroup, package=__name__, commands=COMMANDS)
def command() -> None:
    """Check, convert, deduplicate, describe and draw data sets."""
