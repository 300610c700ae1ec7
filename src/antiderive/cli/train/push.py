"""``antiderive train push``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--folder", type=click.Path(path_type=Path), help="Write the model to this folder.")
@click.option("--repository", help="Upload it to this repository of the Hub, such as user/name.")
@click.option("--private", is_flag=True, help="If the repository is new, make it private.")
def command(run: Path, folder: Path | None, repository: str | None, private: bool) -> None:
    """Export the best model of RUN: weights, config.json and a model card."""
    if folder is None and repository is None:
        raise click.UsageError("give --folder, --repository or both")
    from antiderive.cli.evaluate import require_model

    require_model(run)
    from antiderive.training import export, push

    if folder is not None:
        click.echo(f"{export(run, folder)}")
    if repository is not None:
        click.echo(push(run, repository, private=private))
