"""Activities, which workers run. Each may be killed at any time and repeated on any worker."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import activity
from temporalio import exceptions as temporal
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from antiderive.datasets import (
    DataSetWriter,
    Manifest,
    Pace,
    Shard,
    absolute,
    cut_ranges,
    joined_ranges,
    make_shard,
    missing_ranges,
    split_of_name,
    storage_at,
)
from antiderive.distributed.bounds import require_sane, require_within
from antiderive.distributed.heartbeat import Heartbeat, StoppedError
from antiderive.distributed.messages import (
    PASSED,
    GenerateJob,
    GenerateSlice,
    LabelJob,
    LabelSlice,
    Plan,
    SliceResult,
)
from antiderive.distributed.versions import recipe_of, refusal
from antiderive.distributed.workflow import BAD_INPUT
from antiderive.errors import AntideriveError, DataError, ParseError, SettingError
from antiderive.labelling import Job, Store, label_range
from antiderive.workers import Limits, Pool, Share

if TYPE_CHECKING:
    from antiderive.datasets import Range

_MOST_RANGES = 500
"""Largest number of ranges in a plan, to keep it small; the rest comes with the next plan."""

_HOLD_SECONDS = 5.0
"""Seconds that a worker holds a slice it cannot do, so as not to take slice after slice from others."""

_POLL_SECONDS = 0.2
"""Seconds between checks whether a slice that waits for its turn must stop."""


class RefusedError(AntideriveError):
    """This worker cannot take part in a job, but another one may be able to."""


class Activities:
    """The activities of one worker process.

    Args:
        pool: runs the calls of all slices.
        store: URL of the store of labels, if this worker has one.
        say: prints a line for the person who runs this worker.
        roots: folders and object stores that data sets may be written to.
        functions: whether methods may be functions of this installation; only for tests and benchmarks.
    """

    def __init__(
        self,
        pool: Pool,
        store: str | None,
        *,
        say: Callable[[str], None],
        roots: Sequence[str] = (),
        functions: bool = False,
    ) -> None:
        self._pool, self._url, self._say = pool, store, say
        self._roots, self._functions = roots, functions
        self._fit: set[str] = set()
        self._turns = threading.Semaphore(pool.workers)
        self._of_thread = threading.local()

    def all(self) -> list[Callable[..., object]]:
        """The activities to register."""
        return [
            self.plan_label,
            self.label_slice,
            self.plan_generate,
            self.generate_slice,
            self.finish_generate,
        ]

    # The heartbeat notices a cancellation; an exception thrown into the thread could interrupt anything.

    @activity.defn(no_thread_cancel_exception=True)
    def plan_label(self, job: LabelJob) -> Plan:
        """Record the run in the store and return what is missing."""
        with self._working(job) as heartbeat:
            slices = self._store(heartbeat).start_run(_job(job), job.first, job.last - job.first)
            counts: Counter[str] = Counter()
            end = 0
            for part in sorted(slices, key=lambda part: part.start):
                # A slice that was begun before a pause and ended after it may overlap others.
                if part.start >= end:
                    counts.update(_outcomes(part.counts, part.count))
                    end = part.start + part.count
            covered = joined_ranges([(part.start, part.start + part.count) for part in slices])
            return _plan(missing_ranges((job.first, job.last), covered), counts)

    @activity.defn(no_thread_cancel_exception=True)
    def label_slice(self, part: LabelSlice) -> SliceResult:
        """Label a slice, except for functions that have labels in the store."""
        began = time.monotonic()
        with self._working(part.job) as heartbeat:
            job, whole = _job(part.job), (part.job.first, part.job.last - part.job.first)
            store = self._store(heartbeat)
            if not store.knows(job.run_key(*whole)):
                raise RefusedError(
                    f"the store {store.name} does not have this run; "
                    "start this worker with the same store as the others"
                )
            share = Share(self._pool)
            heartbeat.on_stop(share.stop)
            count = part.last - part.first
            progress = label_range(
                job,
                part.first,
                count,
                store=store,
                pool=share,
                slice_size=count,
                run=whole,
                report=lambda progress: heartbeat.report(progress.done),
            )
            return SliceResult(_outcomes(progress.counts, count), time.monotonic() - began)

    @activity.defn(no_thread_cancel_exception=True)
    def plan_generate(self, job: GenerateJob) -> Plan:
        """Prepare the folder and return what is missing."""
        with self._working(job):
            try:
                manifest = _writer(job).open(extend=job.extend)
            except DataError as error:
                raise _bad_input(error) from error
            missing = missing_ranges((job.first, job.last), manifest.covered)
            return _plan(missing, _counts_of(manifest, (job.first, job.last)))

    @activity.defn(no_thread_cancel_exception=True)
    def generate_slice(self, part: GenerateSlice) -> SliceResult:
        """Write the shards of a slice, except for those that are there."""
        began = time.monotonic()
        with self._working(part.job) as heartbeat:
            recipe, writer = recipe_of(part.job), _writer(part.job)
            share = Share(self._pool)
            heartbeat.on_stop(share.stop)
            counts: Counter[str] = Counter()
            done, pace = 0, Pace()

            def report(made: int) -> None:
                nonlocal done
                done += made
                heartbeat.report(done)

            for first, last in cut_ranges([(part.first, part.last)], part.job.shard):
                shard = writer.shard(first, last)
                if shard is None:
                    with self._turn(heartbeat):
                        start = time.monotonic()
                        parts, rejects = make_shard(recipe, first, last, pace=pace, report=report, pool=share)
                    shard = writer.write(first, last, parts, rejects, time.monotonic() - start)
                counts.update(_examples(shard, last - first))
            return SliceResult(dict(counts), time.monotonic() - began)

    @activity.defn(no_thread_cancel_exception=True)
    def finish_generate(self, job: GenerateJob) -> None:
        """Write the manifest."""
        with self._working(job):
            _writer(job).finish()

    def _store(self, heartbeat: Heartbeat) -> Store:
        """The store of this thread; waiting for it ends when the activity must stop."""
        if self._url is None:
            raise RefusedError("this worker has no store; start it with --store URL")
        store: Store | None = getattr(self._of_thread, "store", None)
        if store is None:
            store = self._of_thread.store = Store(self._url)

        def waiting(line: str) -> None:
            self._say(line)
            heartbeat.check()

        store.waiting = waiting
        return store

    @contextmanager
    def _turn(self, heartbeat: Heartbeat) -> Iterator[None]:
        """Hold one of the slots for making a shard; meanwhile other slices may write theirs."""
        while not self._turns.acquire(timeout=_POLL_SECONDS):
            heartbeat.check()
        try:
            yield
        finally:
            self._turns.release()

    def _require_fitness(self, job: LabelJob | GenerateJob) -> None:
        key = repr(job)
        if key in self._fit:
            return
        require_sane(job)
        if isinstance(job, GenerateJob):
            try:
                require_within(job.out, self._roots)
            except SettingError as error:
                raise RefusedError(str(error)) from error
        if reason := refusal(job, functions=self._functions):
            raise RefusedError(reason)
        self._fit.add(key)

    @contextmanager
    def _working(self, job: LabelJob | GenerateJob) -> Iterator[Heartbeat]:
        """Check that this worker can do a job, and turn errors into failures with the right retry policy.

        Bad input is bad on every worker, so it is not retried. Any other error may concern this worker alone,
        so another worker retries the slice.
        """
        with Heartbeat() as heartbeat:
            try:
                self._require_fitness(job)
                yield heartbeat
            except (CancelledError, StoppedError) as error:
                raise _stopped(heartbeat) from error
            except (ParseError, SettingError) as error:
                raise _bad_input(error) from error
            except (AntideriveError, OSError) as error:
                if heartbeat.stopped:
                    raise _stopped(heartbeat) from error
                line = f"{'refused' if isinstance(error, RefusedError) else 'cannot go on'}: {error}"
                self._say(line)
                heartbeat.hold(_HOLD_SECONDS)
                raise ApplicationError(line, type=type(error).__name__) from error


def _stopped(heartbeat: Heartbeat) -> temporal.FailureError:
    if heartbeat.stopped == "leaving":
        return ApplicationError(
            "the worker is leaving",
            type="Leaving",
            next_retry_delay=timedelta(milliseconds=100),
            category=ApplicationErrorCategory.BENIGN,
        )
    return temporal.CancelledError("cancelled")


def _bad_input(error: AntideriveError) -> ApplicationError:
    return ApplicationError(str(error), type=BAD_INPUT, non_retryable=True)


def _job(job: LabelJob) -> Job:
    return Job(recipe_of(job), job.method, Limits(job.cpu_seconds, memory_mib=job.memory_mib), job.split)


def _outcomes(counts: Mapping[str, int], indices: int) -> dict[str, int]:
    """Number of functions by outcome, and number of indices whose function is in another split."""
    passed = indices - sum(counts.values())
    return {**counts, PASSED: passed} if passed else dict(counts)


def _writer(job: GenerateJob) -> DataSetWriter:
    recipe = recipe_of(job)
    manifest = Manifest(recipe.task, "generate", recipe.text(), ranges=[(job.first, job.last)])
    return DataSetWriter(storage_at(absolute(job.out)), manifest, recipe)


def _plan(missing: list[Range], counts: Counter[str]) -> Plan:
    return Plan(missing[:_MOST_RANGES], sum(last - first for first, last in missing), dict(counts))


def _counts_of(manifest: Manifest, wanted: Range) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (first, last), key in zip(manifest.covered, sorted(manifest.shards), strict=True):
        if wanted[0] <= first and last <= wanted[1]:
            counts.update(_examples(manifest.shards[key], last - first))
    return counts


def _examples(shard: Shard, indices: int) -> dict[str, int]:
    """Number of examples by split, and number of indices without an example."""
    counts = {split_of_name(name).name.lower(): file.examples for name, file in shard.files.items()}
    return {**counts, "no_example": indices - sum(counts.values())}
