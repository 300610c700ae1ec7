"""``antiderive classify``: classifiers that predict the outcome of computer algebra on an integrand."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

_COMMANDS = {
    "demo": "Run every step once: label, train, evaluate, plot.",
    "evaluate": "Compare a classifier with baselines, with plots.",
    "predict": "Predict whether, by which method and how fast integrands integrate.",
    "train": "Train a classifier on labeled functions.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS)
def command() -> None:
    """Predict whether a function will integrate, with classifiers trained on labeled functions."""
