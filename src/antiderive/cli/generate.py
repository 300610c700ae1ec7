"""``antiderive generate``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from antiderive.datasets import Manifest, WritingProgress
    from antiderive.tasks import Recipe


@click.command()
@click.argument("tasks", required=False)
@click.option("--count", type=click.IntRange(min=1), help="Number of examples of each task.")
@click.option("--start", type=click.IntRange(min=0), help="Index of the first example.  [default: 0]")
@click.option(
    "--to", "last", type=click.IntRange(min=1), help="Index after the last example, instead of --count."
)
@click.option("--seed", type=int, default=None, help="Another seed gives other examples.  [default: 0]")
@click.option("--recipe", type=click.Path(path_type=Path), help="Recipe file (TOML) for the other settings.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder to write to.")
@click.option("--workers", type=click.IntRange(min=1), default=None, help="Threads.  [default: all cores]")
@click.option("--resume", is_flag=True, help="Continue or extend the data set in the folder.")
def command(
    tasks: str | None,
    count: int | None,
    start: int | None,
    last: int | None,
    seed: int | None,
    recipe: Path | None,
    out: Path,
    workers: int | None,
    resume: bool,
) -> None:
    """Write examples of TASKS (bwd, or several as bwd,ode1) to a folder, as Parquet shards by split.

    The same recipe and index give the same example on any machine, with any number of workers; --start
    and --to write a part. Each of several tasks gets a sub-folder.

    Finished shards are kept: after an interruption, the same command continues where it stopped, and so does
    --resume -o FOLDER alone. With --resume, another range can be added to a finished data set. A folder that
    holds anything else is never touched.
    """
    from antiderive.datasets import DataSet, write_card_of_tasks

    plan = _plan(tasks, seed, recipe, out, resume=resume)
    for folder, settings in plan.items():
        if resume and (count, start, last) == (None, None, None):
            spans = [(first, end - first) for first, end in DataSet(folder).manifest.ranges]
        else:
            spans = [_span(count, start, last)]
        for span in spans:
            _generate(settings, folder, span, workers or os.cpu_count() or 1, resume=resume)
    if out not in plan:
        write_card_of_tasks(out)


def _plan(
    tasks: str | None, seed: int | None, recipe: Path | None, out: Path, *, resume: bool
) -> dict[Path, Recipe]:
    """Return the recipe of each folder, after checking all of them."""
    from antiderive.datasets import MANIFEST, RECIPE, DataSet, require_folder_of_tasks
    from antiderive.errors import DataError, SettingError
    from antiderive.tasks import Recipe, task_named

    if tasks is None:
        if not resume:
            raise click.UsageError("name a task, such as bwd")
        if seed is not None or recipe is not None:
            raise click.UsageError(
                "without a task, --resume takes the recipe of the folder; leave out --seed and --recipe"
            )
        return {data.folder: Recipe.load(data.folder / RECIPE) for data in DataSet.open_all(out)}
    names = [task_named(name.strip()).name for name in tasks.split(",")]
    if len(set(names)) < len(names):
        raise SettingError(f"{tasks}: a task is named twice")
    recipes = {}
    for name in names:
        changes = {"task": name, **({} if seed is None else {"seed": seed})}
        recipes[name] = Recipe.from_dict(changes) if recipe is None else Recipe.load(recipe, changes)
    if len(names) == 1:
        plan = {out: recipes[names[0]]}
    else:
        require_folder_of_tasks(out)
        plan = {out / name: settings for name, settings in recipes.items()}
    for folder in plan:
        if resume and not (folder / MANIFEST).exists():
            raise DataError(f"{folder} holds no data set to resume; leave out --resume to begin one")
    return plan


def _span(count: int | None, start: int | None, last: int | None) -> tuple[int, int]:
    """Return the first index and the number of examples."""
    if count is not None and last is not None:
        raise click.UsageError("give --count or --to, not both")
    if count is None and last is None:
        raise click.UsageError("give the number of examples: --count N, or --start I --to J")
    start = start or 0
    size = count if count is not None else (last or 0) - start
    if size <= 0:
        raise click.UsageError(f"--start {start} --to {last} is an empty range")
    return start, size


def _generate(settings: Recipe, folder: Path, span: tuple[int, int], threads: int, *, resume: bool) -> None:
    from antiderive.cli.progress import keeping, progress_bar
    from antiderive.datasets import write_dataset

    start, count = span
    last: WritingProgress | None = None
    with progress_bar() as bar:
        row = bar.add_task(f"generating {settings.task}", total=count, rate="", visible=False)

        def report(progress: WritingProgress) -> None:
            nonlocal last
            if last is None and progress.done:
                click.echo(f"{folder}: {progress.done:,} of {count:,} examples exist already", err=True)
                # The rate counts this run alone.
                bar.reset(row, total=count, completed=progress.done, rate="")
            last = progress
            rate = progress.made / max(progress.seconds, 1e-9)
            bar.update(row, visible=True, completed=progress.done, rate=f"{rate:,.0f}/s")

        with keeping(f"{folder}: the finished shards are kept; run the same command to continue"):
            manifest = write_dataset(
                settings, folder, count, start=start, threads=threads, extend=resume, report=report
            )
    _show(folder, manifest, last)


def _show(folder: Path, manifest: Manifest, progress: WritingProgress | None) -> None:
    from antiderive.expressions import Split

    made, seconds = (progress.made, progress.seconds) if progress is not None else (0, 0.0)
    files = sum(1 for _ in manifest.files())
    click.echo(
        f"{folder}: {manifest.examples():,} examples in {files} files; {made:,} made in {seconds:.1f} s"
    )
    for split in Split:
        click.echo(f"  {split.name.lower():<6} {manifest.examples(split):>12,}")
    rejects = ", ".join(f"{reason} {number:,}" for reason, number in manifest.rejects.items() if number)
    click.echo(f"rejected candidates: {rejects or 'none'}")
