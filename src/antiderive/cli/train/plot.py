"""``antiderive train plot``."""

from __future__ import annotations

from pathlib import Path

import click

from antiderive.cli.progress import require


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("curves.png"), show_default=True,
    help="Plot to write: .png, .svg or .pdf.",
)  # fmt: skip
def command(runs: tuple[Path, ...], out: Path) -> None:
    """Plot loss, accuracy, learning rate and speed of RUNS (folders)."""
    for run in runs:
        require(run)
    from antiderive.training import plot_runs

    plot_runs(list(runs), out)
    click.echo(f"{out}")
