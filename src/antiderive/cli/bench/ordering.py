"""``antiderive bench ordering``."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from antiderive.classification import Ordering
    from antiderive.evaluation import Play
    from antiderive.expressions import Expr
    from antiderive.portfolio import Replays, Step
    from antiderive.workers import Pool


_FRESH: dict[str, Any] = {"fwd": {"max_operators": 15}, "textbook": {"max_operators": 30, "coefficients": 6}}
"""Tasks that give fresh functions, with the settings of their recipes."""


@click.command()
@click.option(
    "--set",
    "path",
    type=click.Path(path_type=Path),
    help="Text file of tab-separated columns: topic, integrand.",
)
@click.option(
    "--count", type=click.IntRange(min=1), help="Use only this many of its problems, evenly spaced."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="CPU seconds for an integral, all methods together, as in 'antiderive solve'.",
)
@click.option(
    "--classifier",
    type=click.Path(path_type=Path),
    help="Folder of a classifier.  [default: the one that ships]",
)
@click.option(
    "--threshold",
    type=float,
    help="Skip a call that promises fewer answers per CPU second.  [default: as in 'antiderive solve']",
)
@click.option(
    "--real",
    is_flag=True,
    help="With --set: also make every call of the best fixed order and of the classifier's order.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/ordering"),
    show_default=True,
    help="Folder for answers; an interrupted run continues there.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Calls at a time.  [default: all cores]")
@click.option(
    "--budget",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    help="CPU seconds of each side for fresh functions.",
)
@click.option("--task", type=click.Choice(list(_FRESH)), default="textbook", show_default=True)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the fresh functions."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(
    path: Path | None,
    count: int | None,
    timeout: float,
    classifier: Path | None,
    threshold: float | None,
    out: Path,
    workers: int | None,
    budget: float,
    task: str,
    seed: int,
    *,
    real: bool,
    as_json: bool,
) -> None:
    """Compare a classifier's order of methods with fixed orders.

    With --set, every method is asked every problem once, with all the time; the results of all orders follow
    from these answers: every fixed order, which shares the time in proportion to the budgets of 'antiderive
    cas list', every fixed order of the calls that the classifier chooses from, and the classifier's order.
    Without --set, the classifier's order and the default order get --budget CPU seconds each for fresh
    functions, and labels and integrals are counted.
    """
    from antiderive.cas import open_pool
    from antiderive.classification import SHIPPED, FeatureClassifier, Ordering
    from antiderive.solving import threshold_for

    if path is not None:
        require(path)
    if classifier is None:
        loaded: Any = FeatureClassifier.load(SHIPPED)
    else:
        require(classifier)
        from antiderive.classification import load_classifier

        loaded = load_classifier(classifier)
    ordering = Ordering(loaded, threshold=threshold_for(timeout) if threshold is None else threshold)
    with open_pool(workers or os.cpu_count() or 1) as pool:
        if path is None:
            figures = _race(ordering, pool, budget, timeout, task, seed)
        else:
            figures = _on_set(ordering, pool, _problems(path, count), timeout, out, real=real)
    if as_json:
        click.echo(json.dumps({"threshold": ordering.threshold, "timeout": timeout, **figures}))


def _problems(path: Path, count: int | None) -> dict[str, Expr]:
    """Read the integrands of a file, by their prefix form."""
    from antiderive.evaluation import read_integrals

    problems = read_integrals(path)
    if count is not None and count < len(problems):
        problems = [problems[index * len(problems) // count] for index in range(count)]
    return {problem.integrand.to_prefix(): problem.integrand for problem in problems}


def _on_set(
    ordering: Ordering, pool: Pool, integrands: dict[str, Expr], timeout: float, out: Path, *, real: bool
) -> dict[str, Any]:
    from antiderive.evaluation import fixed_plays, frontier, play
    from antiderive.portfolio import DEFAULT_ORDER

    replays = _replays(ordering, pool, list(integrands), timeout, out)
    default = [step for step in DEFAULT_ORDER if step.method in ordering.methods]
    shared = fixed_plays(default, list(integrands), replays)
    staged = fixed_plays(ordering.steps, list(integrands), replays)
    orders, thinking = _orders(ordering, integrands)
    ours = play("classifier", orders, replays)
    click.echo(f"{len(integrands):,} problems, {timeout:g} CPU seconds each; solved, CPU seconds, calls:")
    for one in frontier(shared):
        _show(one, f"fixed, shared time: {one.name}")
    for one in frontier(staged)[:3]:
        _show(one, f"fixed, the classifier's calls: {one.name}")
    _show(ours, f"classifier, plus {thinking:.1f} s of its own")
    figures = {
        "problems": len(integrands),
        "fixed": [_figures(one) for one in frontier(shared)],
        "fixed_with_short_calls": [_figures(one) for one in frontier(staged)],
        "classifier": {**_figures(ours), "own_cpu_seconds": thinking},
        "cpu_ratio": _compared("the best fixed order", ours, thinking, shared[0]),
        "cpu_ratio_with_short_calls": _compared("the best with its calls", ours, thinking, staged[0]),
    }
    if real:
        figures["real"] = _real(ordering, pool, orders, shared[0], timeout)
    return figures


def _real(
    ordering: Ordering, pool: Pool, orders: dict[str, tuple[Step, ...]], best: Play, timeout: float
) -> dict[str, Any]:
    """Run the best fixed order, the classifier's, and the default order of all methods, by real calls."""
    from antiderive.portfolio import installed

    click.echo("the same by real calls (the total includes program starts and verification):")
    sides = {f"fixed: {best.name}": dict.fromkeys(orders, best.order), "classifier": orders}
    if len(installed()) > len(ordering.methods):
        names = ", ".join(step.method for step in installed())
        sides[f"default order of all: {names}"] = dict.fromkeys(orders, installed())
    return {name: _made(pool, name, side, timeout) for name, side in sides.items()}


def _replays(ordering: Ordering, pool: Pool, integrands: list[str], timeout: float, out: Path) -> Replays:
    from antiderive.cli.progress import progress_bar
    from antiderive.evaluation import Answers, replays_of

    out.mkdir(parents=True, exist_ok=True)
    with progress_bar() as bar:
        row = bar.add_task("", total=len(integrands), rate="")
        return replays_of(
            Answers(out / "answers.jsonl"),
            pool,
            ordering.methods,
            integrands,
            timeout,
            lambda what, done: bar.update(row, description=what, completed=done),
        )


def _orders(ordering: Ordering, integrands: dict[str, Expr]) -> tuple[dict[str, tuple[Step, ...]], float]:
    """Return the classifier's order for each integrand, and the CPU seconds that ordering took."""
    from antiderive.errors import UnsupportedError

    started = time.process_time()
    orders = {}
    for prefix, integrand in integrands.items():
        try:
            orders[prefix] = ordering.order_for(integrand)
        except UnsupportedError:
            orders[prefix] = ordering.steps
    return orders, time.process_time() - started


def _show(one: Play, name: str) -> None:
    click.echo(f"  {len(one.solved):>6,} {one.cpu_seconds:>9.1f} {one.calls:>7,}   {name}")


def _figures(one: Play) -> dict[str, Any]:
    return {
        "order": one.name,
        "solved": len(one.solved),
        "proved_none": len(one.proved),
        "cpu_seconds": round(one.cpu_seconds, 2),
        "calls": one.calls,
    }


def _compared(name: str, ours: Play, thinking: float, best: Play) -> float:
    ratio = (ours.cpu_seconds + thinking) / best.cpu_seconds
    gain = f"{len(ours.solved) - len(best.solved):+} solved in {ratio:.1%} of its CPU time"
    click.echo(f"against {name}: {gain}")
    return ratio


def _made(pool: Pool, name: str, orders: dict[str, tuple[Step, ...]], timeout: float) -> dict[str, Any]:
    from antiderive.expressions import Expr
    from antiderive.portfolio import search
    from antiderive.workers import cpu_seconds_of_all

    before, spent, calls, solved = cpu_seconds_of_all(), 0.0, 0, 0
    for prefix, order in orders.items():
        found = search(pool, Expr.from_prefix(prefix), order=order, cpu_seconds=timeout)
        spent += found.cpu_seconds
        calls += len(found.attempts)
        solved += found.answer is not None
    total = cpu_seconds_of_all() - before
    click.echo(f"  {solved:>6,} {spent:>9.1f} {calls:>7,}   {name}; total {total:.1f} s")
    return {
        "solved": solved,
        "cpu_seconds": round(spent, 2),
        "calls": calls,
        "cpu_seconds_in_all": round(total, 2),
    }


def _race(
    ordering: Ordering, pool: Pool, budget: float, timeout: float, task: str, seed: int
) -> dict[str, Any]:
    """Run both sides on the same stream of functions within the same CPU time."""
    from antiderive.portfolio import DEFAULT_ORDER

    fixed = [step for step in DEFAULT_ORDER if step.method in ordering.methods]
    click.echo(f"{budget:g} CPU seconds each for {task} functions (seed {seed}):")
    figures = {}
    sides: dict[str, Callable[[Expr], Sequence[Step]]] = {
        "fixed order": lambda _: fixed,
        "classifier": ordering.order_for,
    }
    for name, order_for in sides.items():
        figures[name.replace(" ", "_")] = _run(name, order_for, pool, budget, timeout, task, seed)
    return {"budget_cpu_seconds": budget, "task": task, "seed": seed, **figures}


def _run(
    name: str,
    order_for: Callable[[Expr], Sequence[Step]],
    pool: Pool,
    budget: float,
    timeout: float,
    task: str,
    seed: int,
) -> dict[str, Any]:
    from antiderive.portfolio import search

    spent, tried, solved, proved = 0.0, 0, 0, 0
    while spent < budget:
        integrand = _fresh(task, seed, tried)
        started = time.process_time()
        order = order_for(integrand)
        spent += time.process_time() - started
        found = search(pool, integrand, order=order, cpu_seconds=timeout)
        spent += found.cpu_seconds
        tried += 1
        solved += found.answer is not None
        proved += found.proof is not None
    minutes = spent / 60
    click.echo(
        f"  {name:<12} {tried:,} functions in {spent:.1f} s: {solved:,} integrals, "
        f"{proved:,} proved nonelementary; "
        f"{(solved + proved) / minutes:.0f} labels and {solved / minutes:.0f} integrals per CPU minute"
    )
    return {
        "functions": tried,
        "cpu_seconds": round(spent, 2),
        "solved": solved,
        "proved_none": proved,
        "labels_per_cpu_minute": round((solved + proved) / minutes, 1),
        "solved_per_cpu_minute": round(solved / minutes, 1),
    }


def _fresh(task: str, seed: int, index: int) -> Expr:
    """Return a function that no classifier has seen: labels use only seed 0."""
    from antiderive.generation import functions_of
    from antiderive.tasks import Recipe

    recipe = Recipe(task=task, seed=seed, min_operators=1, **_FRESH[task])
    return functions_of(recipe, index, 1).integrand(0)
