"""Figures from the records of an evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from antiderive.evaluation.checking import ProblemRecord


@dataclass
class ProblemCounts:
    """Counts over some problems at one beam.

    Attributes:
        problems: problems decoded.
        exact: problems whose first hypothesis is the reference solution.
        solved: problems with a verified hypothesis (``proved`` or ``agrees``).
        unknown: problems with no verified hypothesis and some undecided ones; neither right nor wrong.
        malformed: hypotheses that are not an expression, or undefined.
        hypotheses: total number of hypotheses.
        first_rank: problems by the rank of their first verified hypothesis.
        statuses: hypotheses by the status of their verdict.
        seconds_per_problem: mean time of decoding and verification.
        verify_seconds_per_problem: mean time of verification.
    """

    problems: int = 0
    exact: int = 0
    solved: int = 0
    unknown: int = 0
    malformed: int = 0
    hypotheses: int = 0
    first_rank: dict[int, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    seconds_per_problem: float = 0.0
    verify_seconds_per_problem: float = 0.0

    @property
    def accuracy(self) -> float:
        """Share of problems solved."""
        return self.solved / max(1, self.problems)

    def accuracy_at(self, rank: int) -> float:
        """Share of problems with a verified hypothesis among the first ``rank``."""
        return sum(n for index, n in self.first_rank.items() if index <= rank) / max(1, self.problems)

    @classmethod
    def of(cls, records: Iterable[ProblemRecord]) -> ProblemCounts:
        """Counts over some records."""
        counts = cls()
        ranks: Counter[int] = Counter()
        statuses: Counter[str] = Counter()
        for record in records:
            counts.problems += 1
            counts.exact += record.exact
            counts.solved += record.rank is not None
            counts.unknown += record.unknown
            counts.hypotheses += len(record.hypotheses)
            counts.seconds_per_problem += record.decode_seconds + record.verify_seconds
            counts.verify_seconds_per_problem += record.verify_seconds
            statuses.update(h.status for h in record.hypotheses)
            if record.rank is not None:
                ranks[record.rank] += 1
        counts.malformed = statuses["malformed"]
        counts.first_rank, counts.statuses = dict(sorted(ranks.items())), dict(sorted(statuses.items()))
        counts.seconds_per_problem /= max(1, counts.problems)
        counts.verify_seconds_per_problem /= max(1, counts.problems)
        return counts


@dataclass
class AccuracyReport:
    """The result of an evaluation.

    Attributes:
        title: title of the report.
        settings: settings of the evaluation.
        beams: counts for each beam size.
        by_operators: for the largest beam, counts by number of operators of the solution.
        by_topic: for the largest beam, counts by topic, if the problems have topics.
        records: every problem with its hypotheses.
        published: published accuracy by topic.
    """

    title: str
    settings: dict[str, Any]
    beams: dict[int, ProblemCounts]
    by_operators: dict[int, ProblemCounts]
    by_topic: dict[str, ProblemCounts]
    records: list[ProblemRecord]
    published: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, title: str, settings: dict[str, Any], records: list[ProblemRecord]) -> AccuracyReport:
        """A report on some records."""
        beams = sorted({record.beam for record in records})
        largest = [record for record in records if record.beam == beams[-1]]
        return cls(
            title=title,
            settings=settings,
            beams={beam: ProblemCounts.of(r for r in records if r.beam == beam) for beam in beams},
            by_operators={
                n: ProblemCounts.of(r for r in largest if r.operators == n)
                for n in sorted({r.operators for r in largest})
            },
            by_topic={
                topic: ProblemCounts.of(r for r in largest if r.topic == topic)
                for topic in dict.fromkeys(r.topic for r in largest)
                if topic
            },
            records=records,
        )

    def to_dict(self) -> dict[str, Any]:
        """The figures for JSON, without the records."""
        values = asdict(self)
        del values["records"]
        return values
