"""``antiderive bench``: speed, as ratios measured in one run. The code that is timed is the public API."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

BENCHES = {
    "all": "Every bench in turn, their figures in one file.",
    "cas": "Calls in killable workers, beside a process for each call and ProcessPoolExecutor.",
    "cluster": "Labelling by workers of a Temporal server, beside the local executor.",
    "dataset": "Generate, check, convert and deduplicate: examples a second and memory.",
    "engine": "Parse, canonicalise, differentiate and print, beside SymPy and SymEngine.",
    "generate": "Accepted examples of a task a second.",
    "ordering": "Methods in the order of a classifier, beside fixed orders.",
    "portfolio": "Confirmed answers of each method for its CPU time, and wrong labels.",
}


@click.group(cls=LazyGroup, package=__name__, commands=BENCHES)
def command() -> None:
    """Measure speed; with --json the last line is one JSON object."""
