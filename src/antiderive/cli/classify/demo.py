"""``antiderive classify demo``: every step once, from labels to a report on a classifier."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from antiderive.labelling import LabelingProgress, Store

_SHARES = (("train", 0.7), ("valid", 0.1), ("test", 0.2))
_ONE_IN = {"train": 25 / 24, "valid": 50.0, "test": 50.0}
"""Indices per function of a split: valid and test are one skeleton in 50 each."""

_METHODS = ("fricas", "sympy-risch", "giac", "maxima")
"""Methods that can prove nonelementarity come first."""

_CPU_SECONDS = 1.0


@click.command()
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("out/classify"), show_default=True)
@click.option(
    "--functions", type=click.IntRange(min=100), default=5_000, show_default=True, help="Functions to label."
)
@click.option("--method", help="One of 'antiderive cas list'.  [default: fricas, or an installed one]")
@click.option("--ops", nargs=2, type=int, default=(1, 15), show_default=True, help="Operators of a function.")
@click.option("--workers", type=click.IntRange(min=1), help="Concurrent calls.  [default: all cores]")
@click.option("--heuristics", type=click.IntRange(min=0), default=150, show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), default=40, show_default=True)
def command(
    out: Path,
    functions: int,
    method: str | None,
    ops: tuple[int, int],
    workers: int | None,
    heuristics: int,
    epochs: int,
) -> None:
    """Label random functions, train a classifier, evaluate it and plot the results.

    Labels stay in the store OUT/labels.db: run the command again to continue after an interruption. Seven
    functions in ten are for training, two for testing, split by skeleton.
    """
    from antiderive.classification import FitConfig, train_classifier
    from antiderive.cli.classify.evaluate import run_evaluation
    from antiderive.cli.classify.train import read_checked, show_epoch
    from antiderive.labelling import Store, export_labels

    name = method or _first_installed()
    click.secho(f"1. Labels by {name}", bold=True)
    out.mkdir(parents=True, exist_ok=True)
    with Store(f"sqlite:///{out / 'labels.db'}") as store:
        for split, share in _SHARES:
            _label(store, split, round(functions * share * _ONE_IN[split]), name, ops, workers)
        export_labels(store, out / "labels")

    click.secho("\n2. Training", bold=True)
    sets = read_checked(out / "labels", (name,), "censored", ("train", "valid"))
    train_classifier(sets, out / "model", config=FitConfig(epochs=epochs), report=show_epoch)

    click.secho("\n3. Evaluation", bold=True)
    run_evaluation(out / "model", out / "labels", out / "report", (name,), "censored", heuristics)
    click.echo(f'next: antiderive classify predict "x*cos(x)" "exp(x)/x" --classifier {out / "model"}')


def _first_installed() -> str:
    from antiderive.cas import method_named
    from antiderive.errors import SettingError

    for name in _METHODS:
        if method_named(name).installed:
            return name
    raise SettingError(
        "no computer algebra system is installed; run 'antiderive cas list' to see how to install one"
    )


def _label(
    store: Store, split: str, count: int, method: str, ops: tuple[int, int], workers: int | None
) -> None:
    from antiderive.cli.progress import progress_bar
    from antiderive.labelling import Job, LocalExecutor
    from antiderive.tasks import Recipe
    from antiderive.workers import Limits

    recipe = Recipe(task="fwd", min_operators=ops[0], max_operators=ops[1])
    job = Job(recipe, method, Limits(_CPU_SECONDS), split)
    with progress_bar() as bar:
        row = bar.add_task(split, total=count, rate="")

        def report(progress: LabelingProgress) -> None:
            labeled = progress.done - progress.passed
            bar.update(row, completed=progress.done, rate=f"{labeled:,} labeled")

        progress = LocalExecutor(store, workers or os.cpu_count() or 1).run(job, 0, count, report=report)
    outcomes = ", ".join(f"{name} {number:,}" for name, number in progress.counts.most_common())
    click.echo(f"{split:<6} {progress.done - progress.passed:>6,} functions: {outcomes}")
