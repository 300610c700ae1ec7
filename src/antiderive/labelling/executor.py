"""Where a job runs."""

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
    """A way to get a range of a job labelled; what is called in the end is :func:`label_range`."""

    def run(
        self, job: Job, start: int, count: int, *, report: Callable[[LabelingProgress], None] = lambda _: None
    ) -> LabelingProgress:
        """Label functions ``start`` to ``start + count``; return when they are in the store."""


@dataclass(frozen=True)
class LocalExecutor:
    """Worker processes of this machine.

    Attributes:
        store: where the rows go.
        workers: calls at a time.
    """

    store: Store
    workers: int

    def run(
        self, job: Job, start: int, count: int, *, report: Callable[[LabelingProgress], None] = lambda _: None
    ) -> LabelingProgress:
        """Label functions ``start`` to ``start + count`` in a pool of its own."""
        with open_pool(self.workers, limits=job.limits) as pool:
            return label_range(job, start, count, store=self.store, pool=pool, report=report)
