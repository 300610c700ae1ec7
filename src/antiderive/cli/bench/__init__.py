"""``antiderive bench``: speed of the public API, as ratios measured in one run."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

BENCHES = {
    "all": "Run every bench in turn and collect the figures in one file.",
    "cas": "Calls in killable workers, against a process per call and ProcessPoolExecutor.",
    "cluster": "Labeling by workers of a Temporal server, against the local executor.",
    "dataset": "Generate, check, convert and deduplicate: examples per second and memory.",
    "engine": "Parse, canonicalize, differentiate and print, against SymPy and SymEngine.",
    "generate": "Accepted examples of a task per second.",
    "ordering": "Methods in a classifier's order, against fixed orders.",
    "portfolio": "Confirmed answers of each method for its CPU time, and wrong labels.",
}


@click.group(cls=LazyGroup, package=__name__, commands=BENCHES)
def command() -> None:
    """Measure speed; with --json the last line is one JSON object."""
