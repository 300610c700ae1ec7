"""Report on the labels of a store: shares by outcome and size, per method, and errors of the methods.

The functions of a ``bwd`` recipe are derivatives, so an elementary antiderivative exists: the outcomes of a
method on them measure its errors.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from antiderive.errors import StoreError
from antiderive.labelling import schema
from antiderive.labelling.job import PORTFOLIO, decided_by, task_of
from antiderive.tasks import task_named

if TYPE_CHECKING:
    from antiderive.labelling.store import Store


@dataclass
class OutcomeCounts:
    """Counts of functions by outcome.

    Attributes:
        counts: number of functions by outcome.
        cpu_seconds: CPU time of their calls, in seconds.
        by_operators: numbers by outcome, by the number of operators.
    """

    counts: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    by_operators: dict[int, Counter[str]] = field(default_factory=dict)

    @property
    def functions(self) -> int:
        """Total number of functions."""
        return self.counts.total()

    def share(self, *outcomes: str) -> float:
        """Return the share of the functions with one of these outcomes."""
        return sum(self.counts[outcome] for outcome in outcomes) / self.functions

    def add(self, operators: int, outcome: str, functions: int, cpu_seconds: float) -> None:
        """Count functions of one size and outcome."""
        self.counts[outcome] += functions
        self.cpu_seconds += cpu_seconds
        self.by_operators.setdefault(operators, Counter())[outcome] += functions

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "functions": self.functions,
            "counts": dict(self.counts.most_common()),
            "shares": {outcome: number / self.functions for outcome, number in self.counts.most_common()},
            "cpu_seconds_per_function": self.cpu_seconds / self.functions,
            "by_operators": {str(size): dict(self.by_operators[size]) for size in sorted(self.by_operators)},
        }


@dataclass
class LabelReport:
    """The labels of a store, by method.

    Attributes:
        sampled: counts for random functions.
        known_integrable: counts for functions that have an elementary antiderivative.
        contradictions: number of functions that one method solved and another called nonelementary.
        deciders: for the portfolio, number of functions by outcome and deciding method.
    """

    sampled: dict[str, OutcomeCounts]
    known_integrable: dict[str, OutcomeCounts]
    contradictions: int
    deciders: dict[str, Counter[str]] = field(default_factory=dict)

    def noise(self, method: str) -> dict[str, float]:
        """Return shares of the functions known to be integrable: found, wrong, denied and missed by a method.

        ``found`` is a confirmed answer, ``wrong`` a refuted one, ``denied`` the label "not integrable" (the
        noise of negative labels), ``missed`` everything else.
        """
        tally = self.known_integrable[method]
        shares = {
            "found": tally.share("solved"),
            "wrong": tally.share("wrong"),
            "denied": tally.share("nonelementary"),
        }
        missed = tally.functions - sum(tally.counts[name] for name in ("solved", "wrong", "nonelementary"))
        return {**shares, "missed": missed / tally.functions}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "methods": {method: tally.to_dict() for method, tally in sorted(self.sampled.items())},
            "known_integrable": {
                method: {**self.noise(method), **tally.to_dict()}
                for method, tally in sorted(self.known_integrable.items())
            },
            "contradictions": self.contradictions,
            "portfolio": {outcome: dict(one.most_common()) for outcome, one in sorted(self.deciders.items())},
        }


def report_on(store: Store) -> LabelReport:
    """Count the current labels of a store.

    Raises:
        SettingError: if it holds functions of an unknown task.
        StoreError: if it cannot be read.
    """
    store.require_sound()
    # Other tasks derive their functions from the integrals.
    sampled = {
        row.key: task_named(task_of(row.settings)).needs_solver
        for row in store.rows(select(schema.recipes.c.key, schema.recipes.c.settings))
    }
    functions, current = schema.functions, schema.current_labels()
    group = (functions.c.recipe, current.c.method, functions.c.operators, current.c.outcome)
    query = (
        select(*group, func.count().label("number"), func.sum(current.c.cpu_seconds).label("cpu_seconds"))
        .select_from(functions.join(current, current.c.function == functions.c.key))
        .group_by(*group)
    )
    report = LabelReport({}, {}, _contradictions(store), _deciders(store))
    for row in store.rows(query):
        if row.recipe not in sampled:
            raise StoreError(
                f"the store is damaged: it has functions of a recipe {row.recipe!r} and not the recipe"
            )
        tallies = report.sampled if sampled[row.recipe] else report.known_integrable
        tallies.setdefault(row.method, OutcomeCounts()).add(
            row.operators, row.outcome, row.number, row.cpu_seconds
        )
    return report


def _deciders(store: Store) -> dict[str, Counter[str]]:
    current = schema.current_labels(schema.labels.c.method == PORTFOLIO)
    found: dict[str, Counter[str]] = {}
    for row in store.rows(select(current.c.outcome, current.c.verdict)):
        found.setdefault(row.outcome, Counter())[decided_by(PORTFOLIO, row.verdict)] += 1
    return found


def _contradictions(store: Store) -> int:
    table = schema.labels
    denied = select(table.c.function).where(table.c.outcome == "nonelementary")
    query = select(func.count(func.distinct(table.c.function))).where(
        table.c.outcome == "solved", table.c.function.in_(denied)
    )
    ((number,),) = store.rows(query)
    return int(number)
