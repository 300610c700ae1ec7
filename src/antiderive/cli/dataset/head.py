"""``antiderive dataset head``."""

from __future__ import annotations

from pathlib import Path

import click

from antiderive.cli.progress import require


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-n", "--count", type=click.IntRange(min=1), default=10, show_default=True, help="Examples.")
@click.option("--prefix", is_flag=True, help="Show the tokens instead of formulas.")
def command(folder: Path, count: int, prefix: bool) -> None:
    """Show the first examples of the data set in FOLDER: index, split, problem, solution."""
    require(folder)
    from antiderive import Expr
    from antiderive.datasets import DataSet, problem_infix, rows_of
    from antiderive.expressions import Split, Vocabulary

    vocabulary = Vocabulary()
    for data in DataSet.open_all(folder):
        left = count
        for _, table in data.shards():
            rows = table.slice(0, left)
            left -= len(rows)
            columns = (rows["index"].to_pylist(), rows["split"].to_pylist())
            tokens = (rows_of(rows["problem"]), rows_of(rows["solution"]))
            for index, split, problem, solution in zip(*columns, *tokens, strict=True):
                if prefix:
                    texts = vocabulary.decode(problem), vocabulary.decode(solution)
                else:
                    texts = (
                        problem_infix(data.manifest.task, problem),
                        Expr.from_tokens(solution).to_infix(),
                    )
                click.echo("\t".join((str(index), Split(split).name.lower(), *texts)))
            if left == 0:
                break
