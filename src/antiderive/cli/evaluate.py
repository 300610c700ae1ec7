"""``antiderive evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.datasets import Recipe
    from antiderive.evaluation import Report


@click.command()
@click.option(
    "--model", type=click.Path(path_type=Path), required=True, help="Folder of a model or of a run."
)
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="Recipe of the problems.  [default: the model's own]"
)
@click.option("--count", type=click.IntRange(min=1), default=500, show_default=True, help="Test problems.")
@click.option("--beam", default="1,10", show_default=True, help="Beam sizes, separated by commas.")
@click.option(
    "--json", "json_path", type=click.Path(path_type=Path), help="Write the report to this file too."
)
def command(model: Path, recipe: Path | None, count: int, beam: str, json_path: Path | None) -> None:
    """Decode test problems and verify every answer; print accuracy by beam and by size."""
    from antiderive.datasets import Recipe

    require(model)
    try:
        beams = tuple(int(size) for size in beam.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{beam!r} is not a list of numbers such as 1,10", param_hint="--beam"
        ) from None
    show(run_evaluation(model, Recipe.load(recipe) if recipe is not None else None, count, beams), json_path)


def run_evaluation(model: Path, recipe: Recipe | None, count: int, beams: tuple[int, ...]) -> Report:
    """Evaluates with a progress bar; without a recipe, on the one that the model was trained by."""
    from antiderive.cli.progress import progress_bar
    from antiderive.evaluation import evaluate
    from antiderive.training import find_checkpoint, load_model

    loaded = load_model(model)
    if recipe is None:
        recipe = find_checkpoint(model).config().data
    with progress_bar() as bar:
        rows = {size: bar.add_task(f"beam {size}", total=count, rate="") for size in beams}

        def report(size: int, done: int, _: int) -> None:
            bar.update(rows[size], completed=done)

        return evaluate(loaded, recipe, count=count, beams=beams, report=report)


def show(report: Report, json_path: Path | None) -> None:
    """Prints the tables and writes the JSON file."""
    click.echo(f"{'beam':>6} {'problems':>9} {'exact':>8} {'verified':>9} {'unknown':>8} {'malformed':>10}")
    for beam, tally in report.beams.items():
        n = tally.problems
        click.echo(
            f"{beam:>6} {n:>9} {tally.exact / n:>8.1%} {tally.solved / n:>9.1%} {tally.unknown / n:>8.1%} "
            f"{tally.malformed / max(1, tally.hypotheses):>10.1%}"
        )
    click.echo(f"by operators of the solution, beam {max(report.beams)}:")
    for operators, tally in report.by_operators.items():
        bar = "#" * round(30 * tally.solved / tally.problems)
        click.echo(f"{operators:>6} {tally.problems:>9} {tally.solved / tally.problems:>18.1%}  {bar}")
    click.echo(f"{report.seconds:.1f} s, {report.seconds_per_problem:.3f} s a problem")
    if json_path is not None:
        json_path.parent.mkdir(parents=True, exist_ok=True)
        json_path.write_text(json.dumps(report.to_dict(), indent=1), encoding="utf-8")
