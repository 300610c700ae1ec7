"""Messages through Temporal: one small dataclass for each input and result.

They hold plain values and never data, so payloads stay small whatever the amount of work. Temporal's sandbox
imports this module, so it imports only the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PASSED = "passed"
"""Pseudo-outcome of indices that need no label, since their function is in another split."""


@dataclass(frozen=True)
class LabelJob:
    """Label a range of functions with one method.

    Attributes:
        recipe: settings of the recipe as JSON, in its order.
        method: name of the method.
        cpu_seconds: CPU time of one call.
        memory_mib: memory of one call, in MiB.
        first: first index.
        last: index after the last one.
        sample: digest of the first functions of the recipe, as made by the submitter.
        split: train, valid or test, to label only functions of that split; by default all.
    """

    recipe: str
    method: str
    cpu_seconds: float
    memory_mib: int
    first: int
    last: int
    sample: str
    split: str | None = None


@dataclass(frozen=True)
class GenerateJob:
    """Write a range of examples to a folder that all workers share.

    Attributes:
        recipe: settings of the recipe as JSON, in its order.
        out: absolute path, or URL of an object store.
        shard: number of indices in a shard.
        extend: whether to extend a data set that was begun with another range.
        first: first index.
        last: index after the last one.
        sample: digest of the first problems of the recipe, as made by the submitter.
        pyarrow: version of pyarrow that must write the files.
    """

    recipe: str
    out: str
    shard: int
    extend: bool
    first: int
    last: int
    sample: str
    pyarrow: str


@dataclass(frozen=True)
class LabelSlice:
    """A part of a job for one worker: the indices from ``first`` up to but not including ``last``."""

    job: LabelJob
    first: int
    last: int


@dataclass(frozen=True)
class GenerateSlice:
    """Like :class:`LabelSlice`, for generation."""

    job: GenerateJob
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """The remaining work of a run.

    Attributes:
        missing: ranges that are not done, in order; perhaps not all of them.
        left: number of indices that are not done.
        counts: number of indices that are done, by outcome.
    """

    missing: list[tuple[int, int]]
    left: int
    counts: dict[str, int]


@dataclass(frozen=True)
class SliceResult:
    """The result of a slice.

    Attributes:
        counts: number of indices by outcome.
        seconds: time that its worker took.
    """

    counts: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class Walk:
    """The state of a run, carried over when the run begins a new history.

    Attributes:
        concurrency: number of open slices.
        slices: number of slices in one history.
        paused: whether the run is paused.
        todo: ranges to do next.
        left: number of indices that were not done at the last plan.
        counts: number of indices that are done, by outcome.
        size: size of the next slice, in units of the job; 0 before the first slice.
        pace: measured seconds per unit; 0 before the first slice.
    """

    concurrency: int = 32
    slices: int = 500
    paused: bool = False
    todo: list[tuple[int, int]] = field(default_factory=list)
    left: int = -1
    counts: dict[str, int] = field(default_factory=dict)
    size: int = 0
    pace: float = 0.0


@dataclass(frozen=True)
class LabelRun:
    """Input of the workflow ``label``."""

    job: LabelJob
    walk: Walk = field(default_factory=Walk)


@dataclass(frozen=True)
class GenerateRun:
    """Input of the workflow ``generate``."""

    job: GenerateJob
    walk: Walk = field(default_factory=Walk)


@dataclass(frozen=True)
class RunStatus:
    """The status of a run.

    Attributes:
        total: number of indices of the run.
        counts: number of indices that are done, by outcome.
        paused: whether the run is paused.
        open: number of open slices.
        concurrency: largest number of open slices.
        size: number of indices of the next slice.
        rate: indices per second over the last slices.
    """

    total: int
    counts: dict[str, int]
    paused: bool
    open: int
    concurrency: int
    size: int
    rate: float

    @property
    def done(self) -> int:
        """Number of indices that are done."""
        return sum(self.counts.values())
