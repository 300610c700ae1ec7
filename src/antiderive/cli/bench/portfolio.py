"""``antiderive bench portfolio``."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from antiderive.expressions import Expr
    from antiderive.workers import Pool

_METHODS = "fricas,giac,maxima,sympy-manual,sympy-risch,sympy"


@dataclass
class _Answers:
    """Answers of one method to a list of functions."""

    outcomes: Counter[str] = field(default_factory=Counter)
    solved: set[int] = field(default_factory=set)
    cpu_seconds: float = 0.0


@click.command()
@click.option(
    "--functions", type=click.IntRange(min=1), default=100, show_default=True, help="Random functions."
)
@click.option(
    "--derivatives",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    help="Derivatives of random functions: 'nonelementary' is a wrong label for every one of them.",
)
@click.option("--methods", default=_METHODS, show_default=True, help="Methods, separated by commas.")
@click.option("--timeout", default=3.0, show_default=True, help="CPU seconds for each call.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the functions."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(
    functions: int, derivatives: int, methods: str, timeout: float, seed: int, *, as_json: bool
) -> None:
    """Measure confirmed answers and CPU time of each method.

    Random functions of 3 to 10 operators show in which order to try the methods. Wrong labels are counted on
    derivatives, which have an elementary integral.
    """
    from antiderive.cas import method_named, open_pool
    from antiderive.workers import Limits

    names = [method_named(name).name for name in methods.split(",")]
    sampled = _functions(max(functions, derivatives), seed)
    with open_pool(os.cpu_count() or 1, limits=Limits(timeout)) as pool:
        click.echo(f"{functions} random functions")
        forward = {name: _ask(pool, name, sampled[:functions]) for name in names}
        order = _greedy_order(forward)
        click.echo("  order by confirmed answers added per CPU second: " + ", ".join(order))
        click.echo(f"{derivatives} derivatives of random functions")
        backward = {name: _ask(pool, name, [f.diff("x") for f in sampled[:derivatives]]) for name in names}
    if as_json:
        figures = {
            "functions": functions,
            "derivatives": derivatives,
            "timeout_cpu_seconds": timeout,
            "seed": seed,
            "on_functions": {name: _figures(answers) for name, answers in forward.items()},
            "on_derivatives": {name: _figures(answers) for name, answers in backward.items()},
            "solved_by_any": len(set().union(*(answers.solved for answers in forward.values()))),
            "order": order,
            "wrong_labels": {name: answers.outcomes["nonelementary"] for name, answers in backward.items()},
        }
        click.echo(json.dumps(figures))


def _functions(count: int, seed: int) -> list[Expr]:
    """Return random functions: the solutions of the task ``bwd``."""
    from antiderive.expressions import Expr
    from antiderive.generation import generate
    from antiderive.tasks import Recipe

    examples = generate(Recipe(min_operators=3, max_operators=10, seed=seed), 0, count)
    return [Expr.from_tokens(examples.solutions[index]) for index in range(count)]


def _ask(pool: Pool, method: str, integrands: list[Expr]) -> _Answers:
    from antiderive.cas import Request, ask_all
    from antiderive.portfolio import judge_outcome

    answers = _Answers()
    requests = [(index, Request(method, f.to_prefix())) for index, f in enumerate(integrands)]
    for index, outcome in ask_all(pool, requests):
        answers.cpu_seconds += outcome.cpu_seconds
        status = judge_outcome(integrands[index], outcome).status
        answers.outcomes[status] += 1
        if status == "solved":
            answers.solved.add(index)
    rest = ", ".join(f"{status} {number}" for status, number in answers.outcomes.most_common())
    click.echo(f"  {method:<16}{answers.cpu_seconds:8.1f} CPU s   {rest}")
    return answers


def _greedy_order(by_method: dict[str, _Answers]) -> list[str]:
    """Take the method that adds the most confirmed answers per CPU second, while any adds one."""
    order: list[str] = []
    found: set[int] = set()
    while True:
        gains = {
            name: len(answers.solved - found) / max(answers.cpu_seconds, 1e-3)
            for name, answers in by_method.items()
            if name not in order
        }
        best = max(gains, key=lambda name: gains[name], default=None)
        if best is None or gains[best] == 0:
            return order
        order.append(best)
        found |= by_method[best].solved


def _figures(answers: _Answers) -> dict[str, Any]:
    return {"cpu_seconds": answers.cpu_seconds, "outcomes": dict(answers.outcomes)}
