"""``antiderive evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from antiderive.cli.progress import require, require_finite

if TYPE_CHECKING:
    from collections.abc import Callable

    from antiderive.evaluation import AccuracyReport
    from antiderive.reports import Table
    from antiderive.tasks import Recipe


def numbers(text: str) -> tuple[int, ...]:
    """Parse a list of numbers such as ``1,10``."""
    try:
        return tuple(int(size) for size in text.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a list of numbers such as 1,10", param_hint="--beam"
        ) from None


@click.command()
@click.option(
    "--model", type=click.Path(path_type=Path), required=True, help="Folder of a model or of a run."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of a data set, or a recipe (TOML); their test split is used.  [default: the model's "
    "training data, each source of a mixture separately]",
)
@click.option("--count", type=click.IntRange(min=1), default=500, show_default=True, help="Test problems.")
@click.option("--beam", default="1,10", show_default=True, help="Beam sizes, separated by commas.")
@click.option(
    "--length-penalty",
    default=1.0,
    show_default=True,
    help="Exponent of the length in the score of a hypothesis.",
)
@click.option("--early-stopping", is_flag=True, help="Stop when the beam is full of finished hypotheses.")
@click.option("--no-grammar", is_flag=True, help="Do not restrict decoding to well-formed expressions.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Verification processes."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the records and the report (JSON, Markdown, HTML); an interrupted run continues there.",
)
def command(
    model: Path,
    data: Path | None,
    count: int,
    beam: str,
    length_penalty: float,
    workers: int,
    out: Path | None,
    *,
    early_stopping: bool,
    no_grammar: bool,
) -> None:
    """Decode test problems and verify every answer; print accuracy by beam, by rank and by size."""
    beams = numbers(beam)
    require_finite("--length-penalty", length_penalty)
    require_model(model)
    if data is not None:
        require(data)
    rules = {
        "length_penalty": length_penalty,
        "early_stopping": early_stopping,
        "grammar": not no_grammar,
    }
    sources = trained_on(model) if data is None else {"": data}
    for name, source in sources.items():
        folder = out / name if out is not None and len(sources) > 1 else out
        show(run_evaluation(model, source, count, beams, out=folder, workers=workers, rules=rules), folder)


def require_model(model: Path) -> None:
    """Refuses a path that holds no whole model, before torch is loaded."""
    require(model)
    from antiderive.training import require_model as require_whole_model

    require_whole_model(model)


def run_evaluation(
    model: Path,
    data: Path | Recipe,
    count: int,
    beams: tuple[int, ...],
    *,
    out: Path | None = None,
    workers: int = 1,
    rules: dict[str, Any] | None = None,
) -> AccuracyReport:
    """Evaluate with a progress bar, on a data set in a folder or a recipe.

    ``rules`` are settings of :class:`antiderive.decoding.Decoding`.
    """
    from antiderive.decoding import Decoding
    from antiderive.evaluation import evaluate_problems, held_out, problems_of_folder, require_positive
    from antiderive.tasks import Recipe, task_named
    from antiderive.training import load_model

    require_positive(count, beams)
    own = model_recipe(model)
    if isinstance(data, Path) and data.is_dir():
        task, problems = problems_of_folder(data, count)
        source = str(data)
    else:
        recipe = Recipe.load(data) if isinstance(data, Path) else data
        task, problems, source = recipe.task, held_out(recipe, count), recipe.text()
    return with_progress(
        beams,
        len(problems),
        lambda report: evaluate_problems(
            load_model(model),
            task_named(task),
            problems,
            beams,
            Decoding(max_tokens=own.max_tokens, **(rules or {})),
            title=f"{task}, {len(problems):,} problems, model {model}",
            folder=out,
            settings={"model": str(model), "data": source},
            workers=workers,
            report=report,
        ),
    )


def trained_on(model: Path) -> dict[str, Path | Recipe]:
    """Return the data sets or recipes that a model was trained on, by the name of the source.

    Raises:
        SettingError: if one is a text file, which has no test split.
    """
    from antiderive.errors import SettingError
    from antiderive.training import find_checkpoint

    config = find_checkpoint(model).config()
    texts = [name for name, source in config.mixture.items() if source.text]
    if texts:
        raise SettingError(
            f"the model was trained on a text file ({', '.join(texts)}), which has no test problems; "
            "give a data set or a recipe with --data"
        )
    return {
        name: Path(source.shards) if source.shards else config.recipes[name]
        for name, source in config.mixture.items()
    }


def model_recipe(model: Path) -> Recipe:
    """Return the recipe in a model's configuration; sources of a mixture may differ from it."""
    from antiderive.training import find_checkpoint

    return find_checkpoint(model).config().data


def with_progress(
    beams: tuple[int, ...], count: int, work: Callable[[Callable[[int, int, int], None]], AccuracyReport]
) -> AccuracyReport:
    """Run an evaluation with a bar for each beam."""
    from antiderive.cli.progress import keeping, progress_bar

    kept = "the records of an evaluation with -o FOLDER are kept; run the same command to continue"
    with progress_bar() as bar, keeping(kept):
        rows = {size: bar.add_task(f"beam {size}", total=count, rate="") for size in beams}
        return work(lambda size, done, _: bar.update(rows[size], completed=done))


def show(report: AccuracyReport, out: Path | None) -> None:
    """Print the tables and write the report."""
    from antiderive.evaluation import accuracy_tables, write_accuracy_report

    print_tables(accuracy_tables(report))
    if out is not None:
        write_accuracy_report(report, out)
        click.echo(f"report: {out / 'report.html'}")


def print_tables(tables: list[Table]) -> None:
    """Print tables with their titles."""
    for title, heads, rows in tables:
        click.echo(title)
        widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
        for row in [heads, *rows]:
            click.echo("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
