"""``antiderive dataset plot``."""

from __future__ import annotations

from pathlib import Path

import click

from antiderive.cli.progress import require


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), required=True, help="Plot to write: .png, .pdf or .svg."
)
def command(folder: Path, out: Path) -> None:
    """Plot the lengths and operators of the data set in FOLDER."""
    require(folder)
    from antiderive.datasets import DataSet, plot_dataset
    from antiderive.files import writing_to

    if out.suffix not in {".png", ".pdf", ".svg"}:
        raise click.BadParameter(f"{out.name!r} does not end in .png, .pdf or .svg", param_hint="--out")
    data = DataSet(folder)
    with writing_to(out):
        plot_dataset(data, out)
    click.echo(f"{out}")
