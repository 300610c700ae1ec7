"""Labeling of a range of indices, the unit of work wherever it runs.

:func:`label_range` may be killed at any moment and called again with the same arguments: work that is in the
store is not repeated. Its memory does not grow with the range. It does not know which machine it runs on.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from antiderive.cas import ask_all
from antiderive.errors import StoreError
from antiderive.expressions import Expr
from antiderive.labelling.functions import functions_to_label
from antiderive.labelling.job import Label, steps_of, versions_of
from antiderive.labelling.store import Slice
from antiderive.portfolio import Attempt, Turns, request_of

if TYPE_CHECKING:
    from antiderive.cas import Outcome, Request
    from antiderive.labelling.functions import Function
    from antiderive.labelling.job import Job
    from antiderive.labelling.store import Store
    from antiderive.portfolio import Search
    from antiderive.workers import Caller

SLICE = 100
"""Indices per row of the ledger."""

_ROWS = 500
"""Rows that are written in one batch, unless ..."""
_SECONDS = 1.0
"""... this much time has passed since the last write."""


@dataclass
class LabelingProgress:
    """Progress of a run.

    Attributes:
        total: indices of the run.
        done: settled indices: the outcome of the function is in the store, or the function is passed over.
        passed: settled indices whose function is in another split than the job's.
        repeated: settled indices that took no call: the function was in the store already, or occurs twice.
        counts: number of functions by outcome.
    """

    total: int
    done: int = 0
    passed: int = 0
    repeated: int = 0
    counts: Counter[str] = field(default_factory=Counter)


def label_range(
    job: Job,
    start: int,
    count: int,
    *,
    store: Store,
    pool: Caller,
    slice_size: int = SLICE,
    run: tuple[int, int] | None = None,
    report: Callable[[LabelingProgress], None] = lambda _: None,
) -> LabelingProgress:
    """Label functions ``start`` to ``start + count`` of a job.

    Outcomes are written in batches, with a row of the ledger for each finished slice. A function whose worker
    crashed is tried once more. On an exception, Ctrl-C included, the outcomes so far are written first.

    Args:
        job: the job.
        start: first index.
        count: number of indices.
        store: store of the rows.
        pool: pool for the calls.
        slice_size: indices per row of the ledger.
        run: start and count of the run that this range is part of; by default the range itself.
        report: called after each write and about once a second, however long the calls take. All progress
            that it receives is in the store. It may raise to stop.

    Raises:
        StoreError: if the store cannot be used.
    """
    work = _Run(job, start, count, run or (start, count), store, report)
    requests = work.requests(slice_size)
    try:
        while True:
            for key, outcome in ask_all(pool, requests, limits=job.limits, idle=work.flush_if_due):
                work.take(key, outcome)
            if not work.again:
                break
            requests = work.retries()
    except StoreError:
        raise
    except BaseException:
        work.write()
        raise
    work.flush()
    return work.progress


def _evidence(found: Search, *, several: bool) -> str | None:
    """Return the column ``verdict``: the verdict, and for several methods the outcome of each."""
    best = found.best
    values: dict[str, object] = {}
    if best.judgment.verdict is not None:
        verdict = best.judgment.verdict
        values["status"] = verdict.status
        if verdict.digits is not None:
            values["digits"] = verdict.digits
        if not best.judgment.solved:
            values["candidate"] = best.outcome.value
        if verdict.status == "refuted":
            values["counter_example"] = verdict.points[0]
    if several:
        values["method"] = best.method
        values["attempts"] = [
            [one.method, one.judgment.status, round(one.outcome.cpu_seconds, 3)] for one in found.attempts
        ]
    return json.dumps(values) if values else None


@dataclass
class _OpenSlice:
    """A slice with functions that are not yet settled."""

    start: int
    count: int
    left: int
    counts: Counter[str] = field(default_factory=Counter)


class _Run:
    """The state of one call of :func:`label_range`."""

    def __init__(
        self,
        job: Job,
        start: int,
        count: int,
        run: tuple[int, int],
        store: Store,
        report: Callable[[LabelingProgress], None],
    ) -> None:
        self.progress = LabelingProgress(count)
        self.again: deque[Function] = deque()
        self._job, self._start, self._count, self._store, self._report = job, start, count, store, report
        self._whole = run
        self._key = job.run_key(*run)
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._versions = versions_of(job.method)
        self._steps = steps_of(job.method)
        self._turns: dict[bytes, Turns] = {}  # of calls in flight, by content key
        # Calls in flight by content key, with the slices and indices that wait for them.
        self._asked: dict[bytes, list[tuple[_OpenSlice, Function]]] = {}
        self._tried_twice: set[bytes] = set()
        # Rows of the next write.
        self._labels: dict[bytes, Label] = {}
        self._functions: list[Function] = []
        self._finished: list[_OpenSlice] = []
        self._pending = LabelingProgress(count)
        self._last_write = time.monotonic()

    def requests(self, slice_size: int) -> Iterator[tuple[bytes, Request]]:
        """Yield the calls to make; functions that the store knows are settled on the way."""
        finished = {
            (part.start, part.count): part
            for part in self._store.start_run(self._job, *self._whole, within=(self._start, self._count))
        }
        end = self._start + self._count
        for first in range(self._start, end, slice_size):
            size = min(slice_size, end - first)
            if part := finished.get((first, size)):
                known = sum(part.counts.values())
                self._pending.done += size
                self._pending.passed += size - known
                self._pending.repeated += known
                self._pending.counts.update(part.counts)
            else:
                yield from self._requests_of(first, size)
            yield from self.retries()
            self.flush_if_due()

    def retries(self) -> Iterator[tuple[bytes, Request]]:
        """Yield the calls to repeat, or to make with the next method."""
        while self.again:
            yield self._request(self.again.popleft())

    def _request(self, function: Function) -> tuple[bytes, Request]:
        """Return the next call for a function."""
        if function.key not in self._turns:
            self._turns[function.key] = Turns(self._steps, self._job.limits.cpu_seconds)
        step = self._turns[function.key].step()
        return function.key, request_of(step, function.prefix, "x", self._job.limits)

    def _requests_of(self, first: int, size: int) -> Iterator[tuple[bytes, Request]]:
        functions = functions_to_label(self._job.recipe, first, size)
        if self._job.split is not None:
            functions = [function for function in functions if function.split == self._job.split]
        part = _OpenSlice(first, size, left=len(functions))
        self._pending.done += size - len(functions)
        self._pending.passed += size - len(functions)
        if not functions:
            self._finished.append(part)
        known = self._store.known(self._job.method, functions)
        fresh = []  # all are sorted before the first call, since ``known`` becomes outdated
        for function in functions:
            label = self._labels.get(function.key) or known.get(function.key)
            if label and not self._job.may_improve(label):
                self._pending.repeated += 1
                self._settle(part, function, label.outcome)
            elif function.key in self._asked:
                self._asked[function.key].append((part, function))
            else:
                self._asked[function.key] = [(part, function)]
                fresh.append(function)
        for function in fresh:
            yield self._request(function)
            yield from self.retries()

    def take(self, key: bytes, outcome: Outcome) -> None:
        """Record the outcome of one call."""
        function = self._asked[key][0][1]
        if outcome.status == "crashed" and key not in self._tried_twice:
            self._tried_twice.add(key)
            self.again.append(function)
            return
        self._tried_twice.discard(key)
        turns = self._turns[key]
        turns.take(Attempt.judged(turns.step().method, Expr.from_prefix(function.prefix), outcome))
        if turns.next:
            self.again.append(function)
            return
        waiting = self._asked.pop(key)
        label = self._label_of(function, self._turns.pop(key).result())
        self._labels[key] = label
        self._pending.repeated += len(waiting) - 1
        for part, function in waiting:
            self._settle(part, function, label.outcome)
        self.flush_if_due()

    def flush(self) -> None:
        """Write, and report."""
        self.write()
        self._report(self.progress)

    def write(self) -> None:
        """Write the functions settled since the last write."""
        slices = [Slice(part.start, part.count, dict(part.counts)) for part in self._finished]
        if self._functions or slices:
            self._store.write(self._job, self._key, self._functions, list(self._labels.values()), slices)
        self._labels, self._functions, self._finished = {}, [], []
        self.progress.done += self._pending.done
        self.progress.passed += self._pending.passed
        self.progress.repeated += self._pending.repeated
        self.progress.counts.update(self._pending.counts)
        self._pending = LabelingProgress(self._count)
        self._last_write = time.monotonic()

    def flush_if_due(self) -> None:
        """Write and report if a batch is full, or some time has passed."""
        if len(self._functions) >= _ROWS or time.monotonic() - self._last_write > _SECONDS:
            self.flush()

    def _settle(self, part: _OpenSlice, function: Function, outcome: str) -> None:
        self._functions.append(function)
        self._pending.done += 1
        self._pending.counts[outcome] += 1
        part.counts[outcome] += 1
        part.left -= 1
        if part.left == 0:
            self._finished.append(part)

    def _label_of(self, function: Function, found: Search) -> Label:
        best, outcomes = found.best, [attempt.outcome for attempt in found.attempts]
        judgment = best.judgment
        return Label(
            function=function.key,
            method=self._job.method,
            limit_seconds=self._job.limits.cpu_seconds,
            limit_mib=self._job.limits.memory_mib,
            outcome=judgment.status,
            integral=best.outcome.value if judgment.solved else None,
            reason=judgment.reason,
            verdict=_evidence(found, several=len(self._steps) > 1),
            seconds=sum(outcome.seconds for outcome in outcomes),
            cpu_seconds=found.cpu_seconds,
            memory_mib=max(outcome.memory_mib for outcome in outcomes),
            worker=self._worker,
            versions=self._versions,
        )
