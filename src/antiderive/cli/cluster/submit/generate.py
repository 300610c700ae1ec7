"""``antiderive cluster submit generate``."""

from __future__ import annotations

from pathlib import Path

import click

from antiderive.cli.cluster.common import address_of, address_options
from antiderive.cli.cluster.follow import run_options, submit


@click.command()
@click.argument("task")
@click.option("--count", type=click.IntRange(min=1), required=True, help="Number of examples.")
@click.option(
    "--start", type=click.IntRange(min=0), default=0, show_default=True, help="Index of the first example."
)
@click.option("--seed", type=int, default=None, help="Another seed gives other examples.  [default: 0]")
@click.option("--recipe", type=click.Path(path_type=Path), help="Recipe file (TOML) for the other settings.")
@click.option(
    "-o", "--out", required=True, help="Folder that all workers see under this path, or s3://BUCKET/NAME."
)
@click.option("--shard", type=click.IntRange(min=1), help="Indices per shard.  [default: as in 'generate']")
@click.option("--resume", is_flag=True, help="Extend a data set that was begun with another range.")
@run_options
@address_options
def command(
    task: str,
    count: int,
    start: int,
    seed: int | None,
    recipe: Path | None,
    out: str,
    shard: int | None,
    resume: bool,
    concurrency: int,
    wait: bool,
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
) -> None:
    """Write COUNT examples of TASK to a shared folder, as 'antiderive generate' does."""
    from antiderive.distributed import generate_run
    from antiderive.tasks import Recipe, task_named

    changes = {"task": task_named(task).name, **({} if seed is None else {"seed": seed})}
    settings = Recipe.from_dict(changes) if recipe is None else Recipe.load(recipe, changes)
    submit(
        address_of(address, namespace, profile, queue),
        generate_run(settings, out, start, count, shard=shard, extend=resume, concurrency=concurrency),
        wait=wait,
    )
