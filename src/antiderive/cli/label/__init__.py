"""``antiderive label``: integrate functions by computer algebra and record every outcome."""

from __future__ import annotations

import dataclasses
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.label.options import IntegralTask, functions_recipe, job_options
from antiderive.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from antiderive.labelling import Job, LabelingProgress, Store

_COMMANDS = {
    "export": "Write integrated pairs or labeled functions as files.",
    "report": "Report outcomes by method and size.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS, invoke_without_command=True)
@click.option("--count", type=click.IntRange(min=1), help="Number of functions.")
@click.option(
    "--task",
    type=IntegralTask(),
    default="fwd",
    show_default=True,
    help="Task of the functions: fwd (random trees), textbook (integrands of textbook families), ...",
)
@job_options
@click.option(
    "--method",
    "methods",
    multiple=True,
    default=("sympy",),
    show_default=True,
    help="Method of integration; may be repeated. 'portfolio' asks every installed method in turn.",
)
@click.option("--store", "url", default="sqlite:///labels.db", show_default=True, help="URL of the store.")
@click.option("--workers", type=click.IntRange(min=1), help="Concurrent calls.  [default: all cores]")
@click.option(
    "--known-integrable",
    type=click.IntRange(min=1),
    help="Also label this many derivatives of random functions, which are known to be integrable.",
)
@click.pass_context
def command(
    ctx: click.Context,
    count: int | None,
    start: int,
    ops: tuple[int, int] | None,
    task: str,
    coefficients: int | None,
    seed: int | None,
    recipe: Path | None,
    split: str | None,
    methods: tuple[str, ...],
    timeout: float,
    memory: int,
    url: str,
    workers: int | None,
    known_integrable: int | None,
) -> None:
    """Integrate COUNT random functions by computer algebra and record every outcome.

    Rows go to a SQLite file or a PostgreSQL database. Functions in the store are not integrated again: run
    the same command to continue after an interruption.
    """
    if ctx.invoked_subcommand is not None:
        return
    if count is None and known_integrable is None:
        raise click.UsageError("how many functions? give --count, --known-integrable or both", ctx)
    from antiderive.cas import method_named
    from antiderive.cli.progress import keeping
    from antiderive.labelling import PORTFOLIO, Job, Store
    from antiderive.workers import Limits

    for method in methods:
        # The pool also takes functions of this installation as methods; those are for tests alone.
        if method != PORTFOLIO:
            method_named(method)

    limits = Limits(cpu_seconds=timeout, memory_mib=memory)
    settings = functions_recipe(recipe, ops, seed, coefficients)
    parts = [(task, count), ("bwd", known_integrable)]
    jobs = [
        (Job(dataclasses.replace(settings, task=name), method, limits, split), number)
        for name, number in parts
        if number is not None
        for method in dict.fromkeys(methods)
    ]
    waiting = partial(click.echo, err=True)
    kept = "every outcome so far is in the store; run the same command to continue"
    with Store(url, waiting=waiting) as store, keeping(kept):
        for job, number in jobs:
            _label(job, start, number, store, workers or os.cpu_count() or 1)


def _label(job: Job, start: int, count: int, store: Store, workers: int) -> None:
    """Run one job with a progress bar and print its summary."""
    from antiderive.cli.progress import progress_bar
    from antiderive.labelling import LocalExecutor
    from antiderive.tasks import task_named

    solvable = not task_named(job.recipe.task).needs_solver  # an antiderivative is known to exist
    what = f"{job.method} on {'derivatives' if solvable else 'functions'}"
    started = time.monotonic()
    with progress_bar() as bar:
        row = bar.add_task(what, total=count, rate="")

        def report(progress: LabelingProgress) -> None:
            calls = progress.done - progress.passed - progress.repeated
            rate = calls / (time.monotonic() - started)
            bar.update(row, completed=progress.done, rate=f"{rate:,.1f}/s, {_shares(progress)}")

        store.waiting = lambda line: bar.console.print(line, highlight=False)
        progress = LocalExecutor(store, workers).run(job, start, count, report=report)
    known = f" ({progress.repeated:,} known before)" if progress.repeated else ""
    seconds = time.monotonic() - started
    labeled = progress.done - progress.passed
    click.echo(f"{what}: {labeled:,} in {store.name}{known}, {seconds:.1f} s")
    for outcome, number in progress.counts.most_common():
        click.echo(f"  {outcome:<14} {number:>10,}  {number / labeled:6.1%}")


def _shares(progress: LabelingProgress) -> str:
    done = max(progress.done - progress.passed, 1)
    return f"{progress.counts['solved'] / done:.0%} solved, {progress.counts['timeout'] / done:.0%} timed out"
