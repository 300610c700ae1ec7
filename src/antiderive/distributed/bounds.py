"""What a job may ask of workers: sane numbers, and folders that they offer.

Jobs come from whoever may submit runs, so everything in them is checked where it is used. Whether a worker
has the same methods and generators is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.datasets import absolute
from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.distributed.messages import GenerateJob, LabelJob

_MOST = {"cpu_seconds": 86_400, "memory_mib": 1 << 20, "first": 1 << 62, "last": 1 << 62, "shard": 10_000_000}
"""Largest values that anyone could mean: a day, a tebibyte, a shard of some gigabytes."""

_LEAST = {"cpu_seconds": 1e-3, "memory_mib": 1, "first": 0, "last": 1, "shard": 1}


def require_sane(job: LabelJob | GenerateJob) -> None:
    """Refuses limits and ranges that nobody can mean.

    Raises:
        SettingError: for a number that is none, negative, or too large.
    """
    values = vars(job)
    for name in _MOST.keys() & values.keys():
        value, least, most = values[name], _LEAST[name], _MOST[name]
        # A comparison with NaN is false.
        if not (isinstance(value, int | float) and least <= value <= most):
            raise SettingError(f"job: {name} = {value!r} must be a number from {least} to {most}")
    if job.first >= job.last:
        raise SettingError(f"job: the range {job.first} to {job.last} is empty")


def require_within(place: str, roots: Sequence[str]) -> None:
    """Refuses a place for data sets that is in none of the folders and object stores offered.

    Args:
        place: as a job names it.
        roots: folders, and URLs in object stores; all that is below them may be written to.

    Raises:
        SettingError: if it is outside, also by way of links or ``..``.
    """
    wanted = absolute(place)
    if not any(_is_within(wanted, absolute(root)) for root in roots):
        raise SettingError(
            f"this worker does not write to {place}; its roots are {', '.join(roots)}"
            " (start it with --root PLACE to allow more)"
        )


def _is_within(place: str, root: str) -> bool:
    if ("://" in place) != ("://" in root):
        return False
    if "://" in place:
        parts = place.split("/")
        return ".." not in parts and (place == root or place.startswith(root + "/"))
    return Path(place).resolve().is_relative_to(Path(root).resolve())
