"""``antiderive scoreboard``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import require, require_finite

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@click.command()
@click.option(
    "--set",
    "path",
    type=click.Path(path_type=Path),
    required=True,
    help="Text file of tab-separated columns: topic, integrand and, if known, an antiderivative.",
)
@click.option(
    "--methods",
    default="own,fricas,giac,maxima,sympy,portfolio",
    show_default=True,
    help="Methods of 'antiderive cas list', 'portfolio' or 'model', separated by commas.",
)
@click.option("--timeout", default=10.0, show_default=True, help="CPU seconds for each problem.")
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the model for 'model'.")
@click.option(
    "--beam", type=click.IntRange(min=1), default=10, show_default=True, help="Beam size of the model."
)
@click.option("--count", type=click.IntRange(min=1), help="Use only this many problems, evenly spaced.")
@click.option("--workers", type=click.IntRange(min=1), help="Concurrent calls.  [default: all cores]")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/scoreboard"),
    show_default=True,
    help="Folder for answers and figures; an interrupted run continues there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(
    path: Path,
    methods: str,
    timeout: float,
    model: Path | None,
    beam: int,
    count: int | None,
    workers: int | None,
    out: Path,
    *,
    as_json: bool,
) -> None:
    """Compare integration methods on a set of problems: one hard limit for all, every answer verified."""
    require(path)
    require_finite("--timeout", timeout)
    if model is not None:
        from antiderive.cli.evaluate import require_model

        require_model(model)
    import json
    from functools import partial

    from antiderive.cas import open_pool
    from antiderive.cli.evaluate import print_tables
    from antiderive.cli.progress import keeping, progress_bar
    from antiderive.evaluation import (
        Answers,
        Contestants,
        Scoreboard,
        read_integrals,
        scoreboard_tables,
        standings_of,
        write_scoreboard,
    )
    from antiderive.files import claim_folder
    from antiderive.workers import Limits

    problems = read_integrals(path)
    if count is not None and count < len(problems):
        problems = [problems[index * len(problems) // count] for index in range(count)]
    integrands = [problem.integrand.to_prefix() for problem in problems]
    names = list(dict.fromkeys(methods.split(",")))
    limits = Limits(timeout)
    claim_folder(out, "scoreboard", signs=("answers.jsonl",))
    kept = f"{out}: the answers so far are kept; run the same command to continue"
    calls = workers or os.cpu_count() or 1
    with open_pool(calls, limits=limits) as pool, progress_bar() as bar, keeping(kept):
        contestants = Contestants(pool, model, beam)
        for name in names:
            contestants.require(name)
        answers = Answers(out / "answers.jsonl")
        for name in names:
            row = bar.add_task(name, total=len(set(integrands)), rate="")
            answers.ask(
                contestants.title(name),
                partial(contestants, name),
                integrands,
                timeout,
                report=partial(_advance, bar, row),
            )
        row = bar.add_task("verification", total=None, rate="")
        titles = [contestants.title(name) for name in names]
        standings = standings_of(
            problems,
            titles,
            timeout,
            answers,
            pool,
            report=partial(_advance, bar, row),
        )
    board = Scoreboard(path.name, timeout, standings)
    write_scoreboard(board, out)
    print_tables(scoreboard_tables(board))
    click.echo(f"figures and plot: {out}")
    if as_json:
        figures = board.to_dict()
        click.echo(json.dumps({name: figures[name] for name in figures if name != "results"}))


def _advance(bar: Progress, row: TaskID, done: int, total: int | None = None) -> None:
    bar.update(row, completed=done, total=total)
