"""``antiderive robustness``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--model", type=click.Path(path_type=Path), required=True, help="Folder of a model or of a run."
)
@click.option(
    "--count", type=click.IntRange(min=1), default=50, show_default=True, help="Problems per topic."
)
@click.option("--beam", default="1,10", show_default=True, help="Beam sizes, separated by commas.")
@click.option(
    "--rounds", type=click.IntRange(min=0), default=2, show_default=True, help="Rounds of the search."
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Verification processes."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the report.")
def command(
    model: Path, count: int, beam: str, rounds: int, seed: int, workers: int, out: Path | None
) -> None:
    """Measure accuracy outside the training distribution: templates, large numbers, sums, near misses."""
    from antiderive.cli.evaluate import model_recipe, numbers, require_model, show
    from antiderive.cli.progress import keeping, progress_bar

    require_model(model)
    from antiderive.evaluation import evaluate_robustness, require_positive
    from antiderive.training import load_model

    beams = numbers(beam)
    require_positive(count, beams)
    recipe = model_recipe(model)
    kept = "the records of an evaluation with -o FOLDER are kept; run the same command to continue"
    with progress_bar() as bar, keeping(kept):
        row = bar.add_task("first", total=None, rate="")
        result = evaluate_robustness(
            load_model(model),
            recipe,
            per_topic=count,
            beams=beams,
            rounds=rounds,
            seed=seed,
            folder=out,
            workers=workers,
            report=lambda name, done, total: bar.update(row, description=name, completed=done, total=total),
        )
    show(result, out)
