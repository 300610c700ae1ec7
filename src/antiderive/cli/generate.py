"""``antiderive generate``."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click


@click.command()
@click.argument("task")
@click.option("--count", type=click.IntRange(min=1), required=True, help="Number of examples.")
@click.option(
    "--start", type=click.IntRange(min=0), default=0, show_default=True, help="Index of the first example."
)
@click.option("--seed", type=int, default=None, help="Another seed gives other examples.  [default: 0]")
@click.option("--recipe", type=click.Path(path_type=Path), help="Recipe file (TOML) for the other settings.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Threads.  [default: all cores]")
def command(
    task: str, count: int, start: int, seed: int | None, recipe: Path | None, out: Path, workers: int | None
) -> None:
    """Write COUNT examples of TASK (bwd) to a folder, as Parquet shards by split.

    The same recipe and index give the same example on any machine, with any number of workers. An interrupted
    run is continued by the same command.
    """
    from antiderive.cli.progress import progress_bar
    from antiderive.datasets import Recipe
    from antiderive.datasets.shards import Progress, write_dataset
    from antiderive.tasks import task_named

    values = Recipe.load(recipe).to_dict() if recipe is not None else {}
    settings = Recipe.from_dict(
        {**values, "task": task_named(task).name, **({} if seed is None else {"seed": seed})}
    )
    started = time.monotonic()
    with progress_bar() as bar:
        row = bar.add_task(f"generating {task}", total=count, rate="", visible=False)

        def report(progress: Progress) -> None:
            rate = progress.done / (time.monotonic() - started)
            bar.update(row, visible=True, completed=progress.done, rate=f"{rate:,.0f}/s")

        threads = workers or os.cpu_count() or 1
        manifest = write_dataset(settings, out, count, start=start, threads=threads, report=report)
    seconds = time.monotonic() - started
    shards = manifest["shards"].values()
    files = [file for entry in shards for file in entry["files"].items()]
    total = sum(content["examples"] for _, content in files)
    rejects: dict[str, int] = {}
    for entry in shards:
        for reason, number in entry["rejects"].items():
            rejects[reason] = rejects.get(reason, 0) + number
    click.echo(f"{out}: {total:,} examples in {len(files)} files, {seconds:.1f} s")
    for split in ("train", "valid", "test"):
        number = sum(content["examples"] for name, content in files if name.startswith(split))
        click.echo(f"  {split:<6} {number:>12,}")
    click.echo(
        "rejected candidates: " + ", ".join(f"{reason} {number:,}" for reason, number in rejects.items())
    )
