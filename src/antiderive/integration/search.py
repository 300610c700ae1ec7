"""The search: methods in order, each on the integral itself and on the integrals it leads back to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.integration.algebraic import integrate_algebraic, radical_substitution
from antiderive.integration.budget import Budget, BudgetError, GiveUpError, spending
from antiderive.integration.embedding import Circular, embed
from antiderive.integration.half_angles import half_angle_substitution
from antiderive.integration.linear_powers import linear_powers
from antiderive.integration.nonelementary import decided
from antiderive.integration.parallel_risch import Solved, explained, integrate_parallel
from antiderive.integration.parts import parts_with_primitive, terms_apart
from antiderive.integration.problem import Problem
from antiderive.integration.quotients import degree, slots
from antiderive.integration.rational import function_factors, integrate_rational, reduction_explained
from antiderive.integration.steps import Step
from antiderive.integration.substitution import (
    derivative_divides,
    generator_substitution,
    inverse_function_substitution,
    simplified_divides,
)
from antiderive.integration.superelliptic import integrate_superelliptic
from antiderive.integration.textbook import textbook
from antiderive.integration.tower import Kind, X
from antiderive.integration.trigonometric import CIRCULAR, trigonometric_substitution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from antiderive.integration.proof import Proof
    from antiderive.integration.quotients import Quotient
    from antiderive.integration.tower import Tower

_DEEPEST = 5
_LONGEST = 3000
"""Characters of an integrand that is still tried below the top."""

_SHARE = 0.9
"""CPU seconds that one method may use on the integral itself."""


class Search:
    """One search, with the integrals it has met.

    Attributes:
        whole: what the search may still use; it may be lowered between two answers.
        budget: what the method at work may still use.
        prove: whether a proof that there is nothing to find ends the search.
        proof: that proof.
        notes: what methods said when they gave up, for those who look into a failure.
    """

    def __init__(self, budget: Budget, *, prove: bool = False) -> None:
        self.whole = budget
        self.budget = budget
        self.prove = prove
        self.proof: Proof | None = None
        self.seen: set[str] = set()
        self.notes: list[str] = []

    def first(self, problem: Problem) -> Step | None:
        """The first derivation found."""
        return next(self.steps(problem), None)

    def steps(self, problem: Problem) -> Iterator[Step]:
        """Derivations, one after the other; their answers are not verified."""
        x = problem.variable
        if x not in problem.integrand.free_symbols:
            yield Step("constant", problem.integrand, problem.integrand * Expr(x), x)
            return
        if problem.key in self.seen or problem.depth > _DEEPEST or len(problem.key) > _LONGEST:
            return
        self.seen.add(problem.key)
        for method in METHODS:
            if method is derivative_divides and problem.depth > 1:
                continue
            if method is field_methods and self.prove and self._hopeless(problem):
                return
            if problem.depth:
                yield from self._inside(method, problem)
            else:
                yield from self._on_top(method, problem)

    def _hopeless(self, problem: Problem) -> bool:
        """Whether there is a proof that an integral is not elementary."""
        try:
            proof = decided(problem)
        except BudgetError:
            raise
        except AntideriveError:
            return False
        if proof is not None and not problem.depth:
            self.proof = proof
        return proof is not None

    def _inside(
        self, method: Callable[[Search, Problem], Iterator[Step]], problem: Problem
    ) -> Iterator[Step]:
        self.budget.check()
        try:
            yield from method(self, problem)
        except BudgetError:
            raise
        except AntideriveError as error:
            self.notes.append(f"{problem.depth} {method.__name__}: {error}")

    def _on_top(
        self, method: Callable[[Search, Problem], Iterator[Step]], problem: Problem
    ) -> Iterator[Step]:
        """A method on the integral itself, with a share of the budget."""
        left = _SHARE
        found = method(self, problem)
        while left > 0:
            self.whole.check()
            self.budget = self.whole.share(left)
            try:
                with spending(self.budget):
                    step = next(found, None)
            except BudgetError:
                self.whole.check()
                self.notes.append(f"0 {method.__name__}: budget")
                self.seen = {problem.key}
                return
            except AntideriveError as error:
                self.notes.append(f"0 {method.__name__}: {error}")
                return
            finally:
                left = self.budget.left
                self.budget = self.whole
            if step is None:
                return
            yield step


def field_methods(search: Search, problem: Problem) -> Iterator[Step]:
    """What the kinds of the generators call for: rational, algebraic or parallel Risch."""
    tower, f = problem.field
    x = problem.variable
    if f.is_zero:
        yield Step("constant", problem.integrand, Expr(0), x)
        return
    kinds = problem.kinds
    if kinds <= {Kind.VARIABLE}:
        explain = partial(reduction_explained, tower, f)
        yield Step("rational function", problem.integrand, integrate_rational(tower, f), x, explain=explain)
        return
    if kinds <= {Kind.VARIABLE, Kind.ROOT}:
        yield from _algebraic(search, problem)
        return
    yield from _parallel(search, problem, (0, 2))


def tangent_fields(search: Search, problem: Problem) -> Iterator[Step]:
    """Circular functions mixed with others: parallel Risch with a tangent instead of exponentials."""
    if not any(kind in CIRCULAR for kind, _ in problem.integrand.nodes()):
        return
    tower, f = problem.field
    if all(
        len(factor) == 1 or Kind.HYPEREXPONENTIAL not in {tower.kind(slot) for slot in slots(factor)}
        for factor, _ in function_factors(tower, f.denominator)
    ):
        return
    for circular in (Circular.TANGENT, Circular.HALF_TANGENT):
        tower, f = embed(problem.integrand, problem.variable, circular)
        if Kind.ROOT in {tower.kind(slot) for slot in tower.functions(f)}:
            continue
        try:
            after = integrate_parallel(tower, f)
        except GiveUpError as error:
            search.notes.append(f"{problem.depth} tangents: {error}")
            continue
        if after is not None:
            yield _parallel_step(problem, tower, f, *after)
            return


def _parallel_step(problem: Problem, tower: Tower, f: Quotient, after: Expr, solved: Solved) -> Step:
    explain = partial(explained, tower, f, solved)
    return Step("parallel Risch", problem.integrand, after, problem.variable, explain=explain)


def _algebraic(search: Search, problem: Problem) -> Iterator[Step]:
    tower, f = problem.field
    present = [tower.generators[slot] for slot in tower.closure(f) if tower.kind(slot) is Kind.ROOT]
    large = any(
        degree(one.power.numerator, X) > 2 or (one.order > 2 and degree(one.power.numerator, X) > 1)
        for one in present
    )
    if large:
        yield from _parallel(search, problem, (0,))
    if large or len(present) > 1:
        yield from _noted(search, problem, integrate_superelliptic)
    yield from integrate_algebraic(search, problem)
    if not large and (problem.depth == 0 or len(present) < 3):
        yield from _parallel(search, problem, (0,))


def _noted(
    search: Search, problem: Problem, method: Callable[[Search, Problem], Iterator[Step]]
) -> Iterator[Step]:
    try:
        yield from method(search, problem)
    except GiveUpError as error:
        search.notes.append(f"{problem.depth} {method.__name__}: {error}")


def _parallel(search: Search, problem: Problem, extras: tuple[int, ...]) -> Iterator[Step]:
    tower, f = problem.field
    for extra in extras:
        try:
            after = integrate_parallel(tower, f, extra)
        except GiveUpError as error:
            search.notes.append(f"{problem.depth} parallel Risch: {error}")
            continue
        if after is not None:
            yield _parallel_step(problem, tower, f, *after)
            return


METHODS: tuple[Callable[[Search, Problem], Iterator[Step]], ...] = (
    textbook,
    derivative_divides,
    half_angle_substitution,
    trigonometric_substitution,
    linear_powers,
    tangent_fields,
    field_methods,
    generator_substitution,
    simplified_divides,
    parts_with_primitive,
    terms_apart,
    radical_substitution,
    inverse_function_substitution,
)
