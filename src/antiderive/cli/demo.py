"""``antiderive demo``: every step once, from data to verified answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.tasks import Recipe

TEXTBOOK = (
    "x*cos(x)",
    "x^2 exp(x)",
    "log(x)",
    "1/(1 + x^2)",
    "sin(x)^2",
    "x/(x^2 + 1)",
    "exp(x) sin(x)",
    "1/(x^2 - 1)",
    "sqrt(1 - x^2)",
    "x sqrt(1 + x)",
    "tan(x)",
    "1/sqrt(x^2 + 1)",
)
"""A dozen textbook integrands."""

IMPOSSIBLE = "exp(-x^2)"
"""An integrand without an elementary antiderivative (Liouville)."""


@click.command()
@click.option(
    "--recipe",
    default="demo",
    show_default=True,
    help="Configuration of data, model and training: a TOML file, or the name of one that ships.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("out/demo"), show_default=True)
@click.option(
    "--examples", type=click.IntRange(min=1), default=100_000, show_default=True, help="Size of the data set."
)
@click.option("--problems", type=click.IntRange(min=1), default=300, show_default=True, help="Test problems.")
@click.argument("overrides", nargs=-1)
def command(recipe: str, out: Path, examples: int, problems: int, overrides: tuple[str, ...]) -> None:
    """Generate data, train a small model, evaluate it, and solve textbook integrals.

    Finished steps are kept: run the command again to continue after an interruption. OVERRIDES such as
    training.steps=500 change the configuration.
    """
    if recipe.endswith(".toml"):
        require(Path(recipe))
    from antiderive.cli.evaluate import run_evaluation, show
    from antiderive.cli.train.run import run_training
    from antiderive.datasets import write_dataset
    from antiderive.solving import integrate
    from antiderive.training import TrainingConfig

    config = TrainingConfig.load(recipe, overrides)
    click.secho("1. Data", bold=True)
    click.echo(f"recipe: {config.data.text()}")
    manifest = write_dataset(config.data, out / "data", examples, threads=os.cpu_count() or 1)
    click.echo(
        f"{manifest.examples():,} examples in {out / 'data'} (for inspection; training generates its own)"
    )
    _show_examples(config.data)

    click.secho("\n2. Training", bold=True)
    run_training(config, out / "model")

    click.secho("\n3. Evaluation on the test split", bold=True)
    evaluation = out / "evaluation"
    show(run_evaluation(out / "model", config.data, problems, (1, 10), out=evaluation), evaluation)

    click.secho("\n4. Textbook integrals", bold=True)
    solved = 0
    for integrand in TEXTBOOK:
        solution = integrate(integrand, model=out / "model", timeout=30)
        solved += solution.solved
        click.echo(f"  {integrand:<16} -> {solution}")
    click.echo(f"{solved} of {len(TEXTBOOK)} solved and verified")

    click.secho("\n5. An integral that is not elementary", bold=True)
    click.echo(f"  {IMPOSSIBLE:<16} -> {integrate(IMPOSSIBLE, model=out / 'model', timeout=30)}")

    click.secho("\nFiles", bold=True)
    for name, meaning in (
        ("data", "the data set: Parquet shards, recipe, manifest"),
        ("model", "checkpoints and log.jsonl"),
        ("evaluation/report.html", "the evaluation, with every hypothesis"),
    ):
        click.echo(f"  {out / name}: {meaning}")
    click.echo(f'next: antiderive solve "x*cos(x)" --model {out / "model"}')


def _show_examples(recipe: Recipe) -> None:
    from antiderive.expressions import Expr
    from antiderive.generation import generate
    from antiderive.tasks import task_named

    examples = generate(recipe, 0, 3)
    for index in range(len(examples)):
        problem = task_named(recipe.task).decode(examples.problems[index])
        click.echo(f"  integrate {problem}  ->  {Expr.from_tokens(examples.solutions[index])}")
