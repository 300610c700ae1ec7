"""What benches share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from antiderive._core import Expr


def sample_functions(count: int) -> list[Expr]:
    """Solutions of the default bwd recipe: the functions that every engine is timed on."""
    from antiderive._core import Expr
    from antiderive.datasets import Examples
    from antiderive.tasks import Recipe

    examples = Examples.generate(Recipe(), 0, count)
    return [Expr.from_tokens(examples.solution(place)) for place in range(count)]


def rate_of(work: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """Calls a second, over inputs that are all different."""
    started = time.perf_counter()
    for value in inputs:
        work(value)
    return len(inputs) / (time.perf_counter() - started)


def print_rates(title: str, rates: dict[str, float], unit: str) -> None:
    """A table of rates with the ratio of ours to each."""
    ours = rates["antiderive"]
    click.echo(title)
    for name, rate in rates.items():
        click.echo(f"  {name:<12} {rate:>12,.1f} {unit}   antiderive is {ours / rate:,.1f} times as fast")
