"""Shared parts of the benches: the functions that are timed, rates, and running several in turn."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from antiderive.errors import DataError
from antiderive.files import write_atomically, writing_to

if TYPE_CHECKING:
    from antiderive.expressions import Expr


def sample_functions(count: int) -> list[Expr]:
    """Return solutions of the default bwd recipe: the functions that every engine is timed on."""
    from antiderive.expressions import Expr
    from antiderive.generation import generate
    from antiderive.tasks import Recipe

    examples = generate(Recipe(), 0, count)
    return [Expr.from_tokens(examples.solutions[index]) for index in range(count)]


def rate_of(work: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Return calls per second, over inputs that are all different."""
    started = time.perf_counter()
    for value in inputs:
        work(value)
    return len(inputs) / (time.perf_counter() - started)


def print_rates(title: str, rates: dict[str, float], unit: str) -> None:
    """Print a table of rates with the ratio of ours to each."""
    ours = rates["antiderive"]
    click.echo(title)
    for name, rate in rates.items():
        click.echo(f"  {name:<12} {rate:>12,.1f} {unit}   antiderive is {ours / rate:,.1f} times as fast")


def run_benches(plans: Mapping[str, Sequence[str]], out: Path) -> int:
    """Run commands that print a JSON object on the last line, and collect the objects by name in a file.

    Args:
        plans: the command of each bench, by name.
        out: the JSON file; figures of other benches in it stay.

    Returns:
        0, or 1 if a bench failed.

    Raises:
        DataError: if the file cannot be read or written.
    """
    figures, failed = _earlier(out), []
    for name, arguments in plans.items():
        click.echo(f"== {name}")
        done = subprocess.run(list(arguments), stdout=subprocess.PIPE, text=True, check=False)
        lines = done.stdout.rstrip().splitlines()
        click.echo("\n".join(lines[:-1]))
        if done.returncode or not lines:
            failed.append(name)
            continue
        figures[name] = json.loads(lines[-1])
        with writing_to(out.parent):
            write_atomically(out, json.dumps(figures, indent=1).encode())
    click.echo(f"{out}: figures of {', '.join(figures) or 'no bench'}")
    if failed:
        click.echo(f"failed: {', '.join(failed)}", err=True)
    return 1 if failed else 0


def _earlier(out: Path) -> dict[str, Any]:
    if not out.exists():
        return {}
    try:
        figures = json.loads(out.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{out} is not a file of figures: {error}; choose another file") from error
    if not isinstance(figures, dict):
        raise DataError(f"{out} is not a file of figures; choose another file")
    return figures
