"""``antiderive bench all``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from antiderive.cli.bench.common import run_benches

_PLANS: dict[str, tuple[str, ...]] = {
    "engine": (),
    "generate bwd": (),
    "generate ibp": (),
    "generate ode1": (),
    "generate ode2": (),
    "generate sub": (),
    "generate liouville": (),
    "generate fwd": ("--seconds", "40"),
    "dataset": (),
    "cas": (),
    "portfolio": (),
    "ordering": (),
    "cluster": (),
}
"""Benches with their options, the quick ones first."""


@click.command()
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default="bench.json", show_default=True, help="Figures."
)
@click.option(
    "--only", multiple=True, metavar="BENCH", help="Run only this bench, such as --only 'generate bwd'."
)
def command(out: Path, only: tuple[str, ...]) -> int:
    """Run every bench in turn (about half an hour) and write the figures to one JSON file.

    Figures of earlier runs in the file are replaced one by one, so an interrupted run keeps its results.
    """
    unknown = [name for name in only if name not in _PLANS]
    if unknown:
        raise click.UsageError(f"unknown bench {unknown[0]!r}; choose from: {', '.join(_PLANS)}")
    program = [sys.executable, "-m", "antiderive", "bench"]
    plans = {
        name: [*program, *name.split(), *options, "--json"]
        for name, options in _PLANS.items()
        if not only or name in only
    }
    return run_benches(plans, out)
