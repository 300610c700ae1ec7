"""Workflows: all workers of a queue go through a range of indices in slices.

A workflow does not know what is done; only the store or the folder does. A run begins and ends with a plan,
which looks there for what is missing. So a run that was cancelled, lost or submitted twice does exactly the
remaining work.

Temporal's sandbox imports this module again, and its code is replayed from recorded histories
(``tests/distributed/histories``): its decisions depend only on its input, signals and results.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, is_cancelled_exception

from antiderive.distributed.messages import (
    GenerateRun,
    GenerateSlice,
    LabelRun,
    LabelSlice,
    Plan,
    RunStatus,
    SliceResult,
    Walk,
)

BAD_INPUT = "BadInput"
"""Type of the error of work that no worker can do; after any other error, another worker retries."""

MAX_CONCURRENCY = 1000
"""Half of the 2,000 open activities at which the server fails a run."""

_HEARTBEAT = timedelta(seconds=30)
_SLICE_SECONDS = 10.0
"""Target duration of a slice: far above its overhead (some 30 ms), yet so short that machines can come and go
freely."""
_WINDOW = 32
"""Number of slices over which the rate is measured."""

Range = tuple[int, int]


class _Walker:
    """Common part of both kinds of runs. Subclasses name their activities and inputs."""

    kind: str
    unit = 1
    """Slices begin and end at multiples of it."""
    least = 1
    """Size of the first slice, in units; later ones are smaller if a unit takes long, not near the end."""
    most = 5000
    """Largest slice, in units; if only one split is labelled, that may be one function in 50."""

    def __init__(self, run: LabelRun | GenerateRun) -> None:
        walk = run.walk
        self._run, self._job, self._walk = run, run.job, walk
        self._counts, self._todo, self._left = dict(walk.counts), deque(walk.todo), walk.left
        self._paused, self._concurrency = walk.paused, walk.concurrency
        self._size, self._pace = walk.size or self.least, walk.pace
        self._open: dict[Range, workflow.ActivityHandle[SliceResult]] = {}
        self._cancelled: set[Range] = set()
        self._begun = 0
        self._failure: BaseException | None = None
        self._recent: deque[tuple[float, int]] = deque(maxlen=_WINDOW)

    @workflow.signal
    def pause(self) -> None:
        """Stop at once; open slices are cancelled and come first afterwards, and what they wrote is kept."""
        self._paused = True

    @workflow.signal
    def resume(self) -> None:
        """Continue after a pause."""
        self._paused = False
        self._recent.clear()

    @workflow.signal
    def set_concurrency(self, number: int) -> None:
        """Change the number of open slices; those that are open are finished."""
        self._concurrency = max(1, min(number, MAX_CONCURRENCY))

    @workflow.query
    def status(self) -> RunStatus:
        """The status of the run."""
        return RunStatus(
            self._job.last - self._job.first,
            dict(self._counts),
            self._paused,
            len(self._open),
            self._concurrency,
            self._size * self.unit,
            self._rate(),
        )

    def slice_of(self, part: Range) -> LabelSlice | GenerateSlice:
        """Input of the activity of a slice."""
        raise NotImplementedError

    def slice_timeout(self, units: int) -> timedelta:
        """Time after which a slice counts as stuck, even if its worker still sends heartbeats."""
        raise NotImplementedError

    async def finish(self) -> None:
        """Do what remains when no index is missing."""

    async def walk(self) -> RunStatus:
        """Do what is missing, until nothing is."""
        try:
            while True:
                if not self._todo:
                    plan = await self._plan()
                    if plan.left == 0:
                        break
                    self._require_progress(plan.left)
                    self._left, self._todo = plan.left, deque(plan.missing)
                await self._slices()
                if not self._room_in_history():
                    workflow.continue_as_new(replace(self._run, walk=self._carried()))
            await self.finish()
        except asyncio.CancelledError:
            await self._give_up()
            raise
        return self.status()

    async def _plan(self) -> Plan:
        plan: Plan = await self.do("plan", Plan)
        self._counts = dict(plan.counts)
        return plan

    def _require_progress(self, left: int) -> None:
        if 0 <= self._left <= left:
            raise ApplicationError(
                f"{left} indices were done but are still missing; do all workers share one store or folder?",
                type=BAD_INPUT,
                non_retryable=True,
            )

    def _carried(self) -> Walk:
        return replace(
            self._walk,
            concurrency=self._concurrency,
            paused=self._paused,
            todo=list(self._todo),
            left=self._left,
            counts=self._counts,
            size=self._size,
            pace=self._pace,
        )

    async def do(self, what: str, result: type | None = None) -> Any:  # noqa: ANN401
        """Run an activity of the job other than a slice."""
        return await workflow.execute_activity(
            f"{what}_{self.kind}",
            self._job,
            result_type=result,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
        )

    async def _slices(self) -> None:
        """Do the ranges of ``todo``, or as many as fit in one history."""
        while self._open or (self._todo and self._room_in_history()):
            if self._paused:
                self._cancel_open()
            elif not self._failure:
                self._begin()
            seen = (len(self._open), self._paused, self._concurrency)
            await workflow.wait_condition(
                lambda seen=seen: (len(self._open), self._paused, self._concurrency) != seen  # type: ignore[misc]
            )
            if self._failure and not self._open:
                raise self._failure

    def _begin(self) -> None:
        """Open as many slices as allowed."""
        while self._todo and len(self._open) < self._concurrency and self._room_in_history():
            part = self._next_part()
            handle = workflow.start_activity(
                f"{self.kind}_slice",
                self.slice_of(part),
                result_type=SliceResult,
                summary=f"{part[0]} to {part[1]}",
                start_to_close_timeout=self.slice_timeout(self._units(part)),
                heartbeat_timeout=_HEARTBEAT,
                retry_policy=_RETRY,
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            )
            self._open[part] = handle
            self._begun += 1
            handle.add_done_callback(lambda done, part=part: self._closed(part, done))  # type: ignore[misc]

    def _next_part(self) -> Range:
        """Take the next slice; slices get smaller near the end, so that all workers finish together."""
        first, last = self._todo.popleft()
        waiting = last - first + sum(end - start for start, end in self._todo)
        share = math.ceil(waiting / self.unit / self._concurrency)
        size = max(min(self._size, self.least), min(self._size, share))
        end = min(last, (first // self.unit + size) * self.unit)
        if end < last:
            self._todo.appendleft((end, last))
        return first, end

    def _closed(self, part: Range, done: asyncio.Future[SliceResult]) -> None:
        del self._open[part]
        given_up = part in self._cancelled
        self._cancelled.discard(part)
        error = None if done.cancelled() else done.exception()
        if not done.cancelled() and error is None:
            self._learn(part, done.result())
        elif given_up or error is None or is_cancelled_exception(error):
            # A cancelled slice may also end by a time-out, if its worker was dead.
            self._todo.appendleft(part)
        else:
            self._failure = self._failure or error
            self._cancel_open()

    def _learn(self, part: Range, result: SliceResult) -> None:
        """Record the result of a slice, and choose the size of the next ones by its duration."""
        for outcome, number in result.counts.items():
            self._counts[outcome] = self._counts.get(outcome, 0) + number
        self._recent.append((workflow.time(), part[1] - part[0]))
        pace = max(result.seconds, 1e-3) / self._units(part)
        self._pace = pace if self._pace == 0 else 0.7 * self._pace + 0.3 * pace
        # A slice that found much of its work done was fast for that reason, so sizes at most double.
        self._size = max(1, min(int(_SLICE_SECONDS / self._pace), 2 * self._size, self.most))

    def _cancel_open(self) -> None:
        for part, handle in self._open.items():
            if part not in self._cancelled:
                self._cancelled.add(part)
                handle.cancel()

    def _room_in_history(self) -> bool:
        return self._begun < self._walk.slices and not workflow.info().is_continue_as_new_suggested()

    def _units(self, part: Range) -> int:
        return max(1, math.ceil((part[1] - part[0]) / self.unit))

    def _rate(self) -> float:
        if len(self._recent) < 2:
            return 0.0
        seconds = self._recent[-1][0] - self._recent[0][0]
        return sum(number for _, number in list(self._recent)[1:]) / max(seconds, 1e-3)

    async def _give_up(self) -> None:
        """Cancel the open slices and wait until the workers have stopped."""
        self._cancel_open()
        await workflow.wait_condition(lambda: not self._open)


_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(seconds=20),
    non_retryable_error_types=[BAD_INPUT],
)


@workflow.defn(name="label")
class LabelWorkflow(_Walker):
    """Labels a range of functions."""

    kind = "label"
    least = 10

    @workflow.init
    def __init__(self, run: LabelRun) -> None:
        super().__init__(run)
        self._labels = run.job

    @workflow.run
    async def run(self, run: LabelRun) -> RunStatus:  # noqa: ARG002  (the SDK gives it twice)
        """Run the workflow."""
        return await self.walk()

    def slice_of(self, part: Range) -> LabelSlice:
        """Input of the activity of a slice."""
        return LabelSlice(self._labels, *part)

    def slice_timeout(self, units: int) -> timedelta:
        """Time for two tries of each function up to its wall-clock limit, and for an outage of the store."""
        return timedelta(seconds=1200 + units * 2 * (5 * self._labels.cpu_seconds + 30))


@workflow.defn(name="generate")
class GenerateWorkflow(_Walker):
    """Writes a range of examples; slices are whole shards."""

    kind = "generate"
    most = 50

    @workflow.init
    def __init__(self, run: GenerateRun) -> None:
        super().__init__(run)
        self._examples = run.job
        self.unit = run.job.shard

    @workflow.run
    async def run(self, run: GenerateRun) -> RunStatus:  # noqa: ARG002
        """Run the workflow."""
        return await self.walk()

    def slice_of(self, part: Range) -> GenerateSlice:
        """Input of the activity of a slice."""
        return GenerateSlice(self._examples, *part)

    def slice_timeout(self, units: int) -> timedelta:
        """Ample time: a shard takes seconds to minutes."""
        return timedelta(hours=2 * units)

    async def finish(self) -> None:
        """Write the manifest."""
        await self.do("finish")
