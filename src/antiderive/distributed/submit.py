"""The input of a run, made from what a person asks for and checked before it is sent."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from antiderive.datasets import absolute, shard_size
from antiderive.distributed.bounds import require_sane
from antiderive.distributed.messages import GenerateJob, GenerateRun, LabelJob, LabelRun, Walk
from antiderive.distributed.versions import sample_of
from antiderive.errors import SettingError
from antiderive.tasks import task_named

if TYPE_CHECKING:
    from antiderive.labelling import Job
    from antiderive.tasks import Recipe

CONCURRENCY = 32


def label_run(
    job: Job, start: int, count: int, *, concurrency: int = CONCURRENCY
) -> tuple[str, str, LabelRun]:
    """Name, description and input of a run that labels the functions ``start`` to ``start + count``.

    Raises:
        SettingError: if the recipe is bad.
    """
    made = LabelJob(
        recipe=json.dumps(job.recipe.to_dict()),
        method=job.method,
        cpu_seconds=job.limits.cpu_seconds,
        memory_mib=job.limits.memory_mib,
        first=start,
        last=start + count,
        sample=sample_of(job.recipe, start),
        split=job.split,
    )
    require_sane(made)
    sampled = task_named(job.recipe.task).needs_solver
    functions = "functions" if sampled else f"problems of {job.recipe.task}"
    what = f"{job.method} on {functions} {start:,} to {start + count:,}"
    if job.split is not None:
        what += f", split {job.split}"
    return f"label-{job.run_key(start, count)}", what, LabelRun(made, Walk(concurrency=concurrency))


def generate_run(
    recipe: Recipe,
    out: str,
    start: int,
    count: int,
    *,
    shard: int | None = None,
    extend: bool = False,
    concurrency: int = CONCURRENCY,
) -> tuple[str, str, GenerateRun]:
    """Name, description and input of a run that writes the examples ``start`` to ``start + count``.

    The name depends only on folder and recipe, so no two runs write the same data set at a time.

    Raises:
        SettingError: if the recipe is bad, or leaves open a setting that must be the same on all machines.
    """
    task = task_named(recipe.task)
    if task.needs_solver and not task.settings(recipe).get("methods"):
        raise SettingError(
            f"on a cluster the task {recipe.task} must name its methods, since machines may have different "
            'ones; put options = { methods = "fricas" } in the recipe'
        )
    place = absolute(out)
    made = GenerateJob(
        recipe=json.dumps(recipe.to_dict()),
        out=place,
        shard=shard or shard_size(recipe),
        extend=extend,
        first=start,
        last=start + count,
        sample=sample_of(recipe, start),
        pyarrow=version("pyarrow"),
    )
    require_sane(made)
    name = hashlib.sha256(f"{recipe.text()}\0{place}".encode()).hexdigest()[:16]
    what = f"{recipe.task} {start:,} to {start + count:,} in {place}"
    return f"generate-{name}", what, GenerateRun(made, Walk(concurrency=concurrency))
