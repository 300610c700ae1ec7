"""``antiderive train run``, which is ``antiderive train``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import STOPPED
from antiderive.errors import PreemptedError

if TYPE_CHECKING:
    from antiderive.training import TrainingConfig


@click.command()
@click.option(
    "--recipe",
    default="tiny",
    show_default=True,
    help="A TOML file, or the name of one that ships: tiny, small, base, paper, demo.",
)
@click.option("--task", default="", help="Tasks to learn, separated by commas.  [default: the recipe's]")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
@click.argument("overrides", nargs=-1)
def command(recipe: str, task: str, overrides: tuple[str, ...], out: Path) -> int:
    """Train from a recipe, with OVERRIDES such as training.steps=500 or mixture.ibp.weight=2.

    A folder with checkpoints of the same configuration is resumed. Ctrl-C, SIGTERM and SIGUSR1 save a
    checkpoint first; after the latter two, the exit code is 75. Use torchrun or srun to start many processes.
    """
    find = Path(recipe)
    if find.suffix == ".toml":
        from antiderive.cli.progress import require

        require(find)
    from antiderive.training import TrainingConfig

    tasks = tuple(name.strip() for name in task.split(",") if name.strip())
    try:
        checkpoint = run_training(TrainingConfig.load(recipe, overrides, tasks=tasks), out)
    except PreemptedError as error:
        click.echo(f"{error}", err=True)
        return STOPPED
    if os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0")) == "0":
        click.echo(f"{checkpoint}")
    return 0


def run_training(config: TrainingConfig, out: Path) -> Path:
    """Train with a progress bar and return the folder of the last checkpoint."""
    from antiderive.cli.progress import progress_bar
    from antiderive.training import claim_run

    first = os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0")) == "0"
    if first:
        claim_run(out)
    from antiderive.models import Seq2Seq
    from antiderive.training import TrainingProgress, train

    model = Seq2Seq(config.model)
    sources = ", ".join(f"{name} {source.weight:g}" for name, source in config.mixture.items())
    typical = config.data.max_tokens // 4
    flops = model.training_flops(1, typical, typical) / (2 * typical)
    if not first:
        return train(config, out).path
    click.echo(
        f"model: {model.parameters_count:,} parameters, {flops / 1e6:,.1f} million operations per token in "
        f"training (sequences of {typical}); {config.training.steps:,} steps; data: {sources}",
        err=True,
    )
    del model
    with progress_bar() as bar:
        row = bar.add_task("training", total=config.training.steps, rate="")

        def report(progress: TrainingProgress) -> None:
            used = "" if progress.utilization is None else f", {progress.utilization:.0%} of peak"
            rate = f"loss {progress.loss:.3f}, {progress.examples_per_second:,.0f} examples/s{used}"
            bar.update(row, completed=progress.step, rate=rate)

        def report_validation(step: int, metrics: dict[str, float]) -> None:
            found = ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())
            bar.console.print(f"step {step:,}: validation {found}", highlight=False)

        def note(line: str) -> None:
            bar.console.print(f"note: {line}", highlight=False)

        return train(config, out, report=report, report_validation=report_validation, note=note).path
