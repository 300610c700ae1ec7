"""What travels through Temporal: one small dataclass for each input and result.

Plain values only, and never data: payloads stay small whatever the amount of work. The sandbox of workflows
imports this module, so it imports the standard library alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

PASSED = "passed"
"""Among outcomes: the indices that are settled without a label, since their function is of another split."""


@dataclass(frozen=True)
class LabelJob:
    """Label a range of functions with one method.

    Attributes:
        recipe: settings of the recipe, as JSON in the order that it has.
        method: name of the method.
        cpu_seconds: CPU time of one call.
        memory_mib: memory of one call, in MiB.
        first: first index.
        last: index after the last one.
        sample: digest of the first functions of the recipe, as the one who submitted the run makes them.
        split: train, valid or test, to label the functions of that split alone; by default all.
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
    """Write a range of examples to a folder that all workers see.

    Attributes:
        recipe: settings of the recipe, as JSON in the order that it has.
        out: absolute path, or URL of an object store.
        shard: indices of a shard.
        extend: whether a data set that was begun with another range may be extended.
        first: first index.
        last: index after the last one.
        sample: digest of the first problems of the recipe, as the one who submitted the run makes them.
        pyarrow: version that writes the files.
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
    """A part of a job that one worker does at a time: indices from ``first`` up to, without, ``last``."""

    job: LabelJob
    first: int
    last: int


@dataclass(frozen=True)
class GenerateSlice:
    """As :class:`LabelSlice`."""

    job: GenerateJob
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """What is left to do.

    Attributes:
        missing: ranges that are not done, in order, perhaps not all of them.
        left: number of indices that are not done.
        counts: number of indices that are done, by outcome.
    """

    missing: list[tuple[int, int]]
    left: int
    counts: dict[str, int]


@dataclass(frozen=True)
class SliceResult:
    """What came of a slice.

    Attributes:
        counts: number of indices by outcome.
        seconds: time it took its worker.
    """

    counts: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class Walk:
    """How far a run has come; a run that begins a new history takes it along.

    Attributes:
        concurrency: slices that are open at a time.
        slices: slices of one history.
        paused: whether nothing is to be begun.
        todo: ranges that are to be done next.
        left: indices that were not done when the last plan was made.
        counts: number of indices that are done, by outcome.
        size: indices of the next slice, in units of the job; 0 before the first.
        pace: seconds for each unit, as measured last; 0 before the first slice.
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
    """What a run says of itself.

    Attributes:
        total: indices of the run.
        counts: number of indices that are done, by outcome.
        paused: whether nothing is begun.
        open: slices that are open.
        concurrency: slices that may be open at a time.
        size: indices of the next slice.
        rate: indices a second over the last slices.
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
        """Indices that are done."""
        return sum(self.counts.values())
