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

    from antiderive._core import Expr
    from antiderive.cas import Pool
    from antiderive.cas.portfolio import Step
    from antiderive.classification.ordering import Ordering
    from antiderive.evaluation.orders import Play


@click.command()
@click.option(
    "--set", "path", type=click.Path(path_type=Path), help="Text file: topic, integrand, with tabs between."
)
@click.option("--count", type=click.IntRange(min=1), help="Only so many of its problems, evenly spaced.")
@click.option(
    "--classifier",
    type=click.Path(path_type=Path),
    help="Folder of a classifier.  [default: the one that ships]",
)
@click.option(
    "--threshold",
    default=0.05,
    show_default=True,
    help="Answers for a CPU second below which a call is not made.",
)
@click.option("--short/--full", default=False, help="Whether methods may be asked for a short time first.")
@click.option(
    "--also",
    default="",
    help="Methods that the classifier does not know, for the fixed orders, with commas between.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/ordering"),
    show_default=True,
    help="Folder for answers; an interrupted run goes on there.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Calls at a time.  [default: all cores]")
@click.option(
    "--budget",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    help="CPU seconds that each side has for fresh functions.",
)
@click.option("--task", type=click.Choice(["fwd", "textbook"]), default="textbook", show_default=True)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the fresh functions."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(
    path: Path | None,
    count: int | None,
    classifier: Path | None,
    threshold: float,
    short: bool,
    also: str,
    out: Path,
    workers: int | None,
    budget: float,
    task: str,
    seed: int,
    *,
    as_json: bool,
) -> None:
    """Methods in the order of a classifier beside fixed orders.

    With --set: every method is asked every problem once, every fixed order is played through with the
    answers, and the classifier's order with calls of its own. Without: both sides have --budget CPU seconds
    for fresh functions, and labels and integrals are counted.
    """
    from antiderive.cas import Pool
    from antiderive.classification.ordering import SHIPPED, Ordering
    from antiderive.classification.portable import Portable

    if path is not None:
        require(path)
    if classifier is None:
        forecaster: Any = Portable.load(SHIPPED)
    else:
        require(classifier)
        from antiderive.classification.trained import load_classifier

        forecaster = load_classifier(classifier)
    ordering = Ordering(forecaster, threshold=threshold, short=short)
    with Pool(workers or os.cpu_count() or 1) as pool:
        if path is None:
            figures = _race(ordering, pool, budget, task, seed)
        else:
            figures = _on_set(ordering, pool, path, count, also, out)
    if as_json:
        click.echo(json.dumps({"threshold": ordering.threshold, **figures}))


def _on_set(
    ordering: Ordering, pool: Pool, path: Path, count: int | None, also: str, out: Path
) -> dict[str, Any]:
    from antiderive.cas.methods import method_named
    from antiderive.cas.portfolio import DEFAULT_ORDER
    from antiderive.classification.integrands import renamed
    from antiderive.cli.progress import progress_bar
    from antiderive.errors import UnsupportedError
    from antiderive.evaluation.orders import Table, fixed_plays, frontier, play
    from antiderive.evaluation.outcomes import Answers
    from antiderive.evaluation.problems import read_integrals

    problems = read_integrals(path)
    if count is not None and count < len(problems):
        problems = [problems[place * len(problems) // count] for place in range(count)]
    integrands = {problem.integrand.to_prefix(): problem.integrand for problem in problems}
    out.mkdir(parents=True, exist_ok=True)
    others = [method_named(name).name for name in also.split(",") if name]
    steps = [*ordering.full, *(step for step in DEFAULT_ORDER if step.method in others)]
    with progress_bar() as bar:
        row = bar.add_task("", total=len(integrands), rate="")
        table = Table(
            Answers(out / "answers.jsonl"),
            pool,
            lambda what, done: bar.update(row, description=what, completed=done),
        )
        fixed = fixed_plays(steps, list(integrands), table)
        started = time.process_time()
        orders: dict[str, Any] = {}
        for prefix, integrand in integrands.items():
            try:
                orders[prefix] = ordering.order_for(renamed(integrand))
            except UnsupportedError:
                orders[prefix] = ordering.full
        thinking = time.process_time() - started
        ours = play("classifier", orders, table)
    best = fixed[0]
    click.echo(f"{len(integrands):,} problems; solved, CPU seconds, calls:")
    for one in frontier(fixed):
        _show(one, f"fixed: {one.name}")
    _show(ours, f"classifier, and {thinking:.1f} s of its own")
    ratio = (ours.cpu_seconds + thinking) / best.cpu_seconds
    gain = f"{len(ours.solved) - len(best.solved):+} solved in {ratio:.1%} of its CPU time"
    click.echo(f"against the best fixed order: {gain}")
    return {
        "problems": len(integrands),
        "fixed": [_figures(one) for one in frontier(fixed)],
        "classifier": {**_figures(ours), "own_cpu_seconds": thinking},
        "cpu_ratio": ratio,
    }


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


def _race(ordering: Ordering, pool: Pool, budget: float, task: str, seed: int) -> dict[str, Any]:
    """What each side makes of the same stream of functions within the same CPU time."""
    from antiderive.cas.portfolio import DEFAULT_ORDER

    known = [step.method for step in ordering.full]
    fixed = [step for step in DEFAULT_ORDER if step.method in known]
    click.echo(f"{budget:g} CPU seconds each for {task} functions (seed {seed}):")
    figures = {}
    sides: dict[str, Callable[[Expr], Sequence[Step]]] = {
        "fixed order": lambda _: fixed,
        "classifier": ordering.order_for,
    }
    for name, order_for in sides.items():
        figures[name.replace(" ", "_")] = _run(name, order_for, pool, budget, task, seed)
    return {"budget_cpu_seconds": budget, "task": task, "seed": seed, **figures}


def _run(
    name: str,
    order_for: Callable[[Expr], Sequence[Step]],
    pool: Pool,
    budget: float,
    task: str,
    seed: int,
) -> dict[str, Any]:
    from antiderive.verification.portfolio import search

    spent, tried, solved, proved = 0.0, 0, 0, 0
    while spent < budget:
        integrand = _fresh(task, seed, tried)
        started = time.process_time()
        order = order_for(integrand)
        spent += time.process_time() - started
        found = search(pool, integrand, order=order)
        spent += found.cpu_seconds
        tried += 1
        solved += found.answer is not None
        proved += found.proof is not None
    minutes = spent / 60
    click.echo(
        f"  {name:<12} {tried:,} functions in {spent:.1f} s: {solved:,} integrals, {proved:,} proofs of no; "
        f"{(solved + proved) / minutes:.0f} labels and {solved / minutes:.0f} integrals a CPU minute"
    )
    return {
        "functions": tried,
        "cpu_seconds": round(spent, 2),
        "solved": solved,
        "proved_none": proved,
        "labels_per_cpu_minute": round((solved + proved) / minutes, 1),
        "solved_per_cpu_minute": round(solved / minutes, 1),
    }


def _fresh(task: str, seed: int, place: int) -> Expr:
    """A function that no classifier has seen: seeds from 1 on are not used for labels."""
    from antiderive._core import Expr
    from antiderive.datasets import Functions, Recipe

    parameters = 6 if task == "textbook" else 0
    most = 30 if parameters else 15
    recipe = Recipe(task=task, seed=seed, coefficients=parameters, min_operators=1, max_operators=most)
    return Expr.from_tokens(Functions.generate(recipe, place, 1).tokens(0))
