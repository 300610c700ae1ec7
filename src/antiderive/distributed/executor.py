"""Labelling on many machines, with the interface of the local executor."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.distributed.client import Address, Cluster
from antiderive.distributed.messages import PASSED
from antiderive.distributed.submit import CONCURRENCY, label_run
from antiderive.errors import ClusterError
from antiderive.labelling import LabelingProgress

if TYPE_CHECKING:
    from antiderive.labelling import Job


@dataclass(frozen=True)
class TemporalExecutor:
    """Labels with all workers of a queue; each writes to the store it was started with.

    Attributes:
        address: the server and the queue.
        concurrency: number of open slices.
        pause: seconds between reports.
    """

    address: Address
    concurrency: int = CONCURRENCY
    pause: float = 1.0

    def run(
        self, job: Job, start: int, count: int, *, report: Callable[[LabelingProgress], None] = lambda _: None
    ) -> LabelingProgress:
        """Submit the run, unless it is running, and wait until it has ended.

        Raises:
            ClusterError: if the server cannot be reached, or the run does not complete.
        """
        return asyncio.run(self._run(job, start, count, report))

    async def _run(
        self, job: Job, start: int, count: int, report: Callable[[LabelingProgress], None]
    ) -> LabelingProgress:
        cluster = Cluster(await self.address.connect(), self.address)
        id_, what, run = label_run(job, start, count, concurrency=self.concurrency)
        await cluster.submit(id_, what, run)
        progress = LabelingProgress(count)
        async for seen in cluster.follow(id_, pause=self.pause):
            if isinstance(seen, str) or seen.status is None:
                if not isinstance(seen, str) and seen.failure:
                    raise ClusterError(f"{id_}: {seen.failure}")
                continue
            counts = Counter(seen.status.counts)
            done, passed = counts.total(), counts.pop(PASSED, 0)
            progress = LabelingProgress(count, done=done, passed=passed, counts=counts)
            report(progress)
            if seen.state not in ("running", "paused", "completed"):
                raise ClusterError(f"{id_} was {seen.state}")
        return progress
