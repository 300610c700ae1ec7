"""``antiderive train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from antiderive.cli.progress import require

if TYPE_CHECKING:
    from antiderive.training import TrainingConfig


@click.command()
@click.argument("configuration", type=click.Path(path_type=Path))
@click.argument("overrides", nargs=-1)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder of the run.")
def command(configuration: Path, overrides: tuple[str, ...], out: Path) -> None:
    """Train by the file CONFIGURATION (TOML), with OVERRIDES such as training.steps=500.

    A folder that holds checkpoints of the same configuration is resumed; Ctrl-C saves one first.
    """
    require(configuration)
    from antiderive.training import TrainingConfig

    checkpoint = run_training(TrainingConfig.load(configuration, overrides), out)
    click.echo(f"{checkpoint}")


def run_training(config: TrainingConfig, out: Path) -> Path:
    """Trains with a progress bar and returns the folder of the last checkpoint."""
    from antiderive.cli.progress import progress_bar
    from antiderive.models import Seq2Seq
    from antiderive.training import train
    from antiderive.training.loop import TrainingProgress

    click.echo(
        f"model: {Seq2Seq(config.model).parameters_count:,} parameters; {config.training.steps} steps",
        err=True,
    )
    with progress_bar() as bar:
        row = bar.add_task("training", total=config.training.steps, rate="")

        def report(progress: TrainingProgress) -> None:
            bar.update(
                row,
                completed=progress.step,
                rate=f"loss {progress.loss:.3f}, {progress.examples_per_second:,.0f} examples/s",
            )

        return train(config, out, report=report).path
