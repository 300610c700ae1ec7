"""``antiderive classify``: classifiers that say what computer algebra will make of an integrand."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

_COMMANDS = {
    "demo": "From nothing to a report: label, train, evaluate, plot.",
    "evaluate": "Judge a classifier beside baselines, with plots.",
    "predict": "Say of integrands whether, by what and how fast they integrate.",
    "train": "Train a classifier on a labelled set.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS)
def command() -> None:
    """Will it integrate? Train classifiers on labelled functions and ask them first."""
