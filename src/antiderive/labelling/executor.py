"""Executors, which run a labeling job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from antiderive.cas import open_pool
from antiderive.labelling.pipeline import LabelingProgress, label_range

if TYPE_CHECKING:
    from antiderive.labelling.job import Job
    from antiderive.labelling.store import Store


class Executor(Protocol):
    """A way to label a range of a job; in the end, :func:`label_range` does the work."""

    def run(
        self, job: Job, start: int, count: int, *, report: Callable[[LabelingProgress], None] = lambda _: None
    ) -> LabelingProgress:
        """Label functions ``start`` to ``start + count``; return when they are in the store."""


@dataclass(frozen=True)
class LocalExecutor:
    """Worker processes of this machine.

    Attributes:
        store: store of the rows.
        workers: concurrent calls.
    """

    store: Store
    workers: int

    def run(
        self, job: Job, start: int, count: int, *, report: Callable[[LabelingProgress], None] = lambda _: None
    ) -> LabelingProgress:
        """Label functions ``start`` to ``start + count`` in a new pool."""
        with open_pool(self.workers, limits=job.limits) as pool:
            return label_range(job, start, count, store=self.store, pool=pool, report=report)
