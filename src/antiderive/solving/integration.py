"""Integration: the own integrator, then a model, then computer algebra; verification decides."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.cas import method_named, shared_pool
from antiderive.errors import DataError, SettingError, UnsupportedError
from antiderive.expressions import Expr
from antiderive.integration import Integral
from antiderive.integration import Step as Derivation
from antiderive.integration import integrate as integrate_exactly
from antiderive.portfolio import OWN, OWN_SECONDS, Attempt, Step, mended, search, with_mended
from antiderive.solving.shipped import installed_systems, shipped_search
from antiderive.solving.solution import Candidate, Solution
from antiderive.tasks import INTEGRALS
from antiderive.verification import Verdict, verify
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive.models import Seq2Seq

MODEL_VARIABLE = "ANTIDERIVE_MODEL"
"""Environment variable with the folder of the default model."""

_DEMO_MODEL = Path("out/demo/model")

_MAX_TOKENS = 128

Order = Sequence[Step] | Callable[[Expr], Sequence[Step]]
"""Steps to take in turn, or a function that chooses them for an integrand."""


def default_model_path() -> Path | None:
    """The model named by ``ANTIDERIVE_MODEL``, else the demo's in the working folder, if there is one."""
    named = os.environ.get(MODEL_VARIABLE)
    if named:
        return Path(named)
    return _DEMO_MODEL if _DEMO_MODEL.is_dir() else None


def integrate(
    integrand: str | Expr,
    *,
    variable: str = "x",
    model: Path | None = None,
    beam: int = 10,
    timeout: float = 10.0,
    order: Order | None = None,
) -> Solution:
    """Find a verified antiderivative.

    The own integrator comes first, then the model's hypotheses, best first, then the installed computer
    algebra systems in turn, in child processes that are killed at their limits. A model that is given comes
    before all others; an ``order`` leaves the integrator out. Only an answer that is ``proved`` or ``agrees``
    counts. A proof that there is no elementary antiderivative also ends the search.
    If there is neither, a wrong answer that lacks only a factor constant on every interval is mended
    (:func:`antiderive.portfolio.mended`).

    Args:
        integrand: a formula or an expression.
        variable: the variable of integration.
        model: folder of a model; by default the one of :func:`default_model_path`, if there is one.
        beam: number of hypotheses of the model.
        timeout: CPU seconds for all computer algebra together, shared out by
            :func:`antiderive.portfolio.share`; the integrator takes at most 3 s of its own.
        order: methods with their budgets, or a function that chooses them for an integrand; by default the
            order of :func:`antiderive.solving.shipped_search`.

    Raises:
        ParseError: if the text is not a formula.
        SettingError: for an equation, an unknown variable, or settings out of range.

    >>> solution = integrate("x*cos(x)")
    >>> str(solution.expression), solution.method, solution.verdict.status
    ('x*sin(x) + cos(x)', 'own', 'proved')
    >>> print(solution.steps.to_text().splitlines()[1].strip())
    Integration by parts: ∫ u dv = u*v - ∫ v du
    """
    started = time.monotonic()
    integrand = Expr(integrand) if isinstance(integrand, str) else integrand
    if integrand.is_equation:
        raise SettingError("this is a differential equation, not an integrand; write the integrand alone")
    if timeout <= 0 or beam < 1:
        raise SettingError(f"timeout {timeout} must be positive and beam {beam} at least 1")
    Expr.from_prefix(variable).diff(variable)
    found = _Candidates(integrand, variable)
    if not found.trivial():
        if model is not None:
            found.ask_model(model, beam)
        if order is None and not found.decided:
            found.ask_integrator(min(timeout, OWN_SECONDS))
        if model is None and not found.decided:
            found.ask_default_model(beam)
        if not found.decided:
            found.ask_methods(order, timeout)
    return found.solution(time.monotonic() - started)


class _Candidates:
    """Candidates for one integrand, until one is accepted or there are no more."""

    def __init__(self, integrand: Expr, variable: str) -> None:
        self.integrand, self.variable = integrand, variable
        self.candidates: list[Candidate] = []
        self.attempts: list[tuple[str, str]] = []
        self.answer: Candidate | None = None
        self.proof: str | None = None  # the method that proved that there is no elementary antiderivative
        self.exact: Integral | None = None  # the result of the own integrator

    def consider(self, expression: Expr, method: str, score: float | None = None) -> bool:
        """Verify a candidate; return true if it is the answer."""
        verdict = verify(self.integrand, expression, variable=self.variable)
        candidate = Candidate(expression, method, verdict, score)
        self.candidates.append(candidate)
        if verdict.accepted:
            self.answer = candidate
            self.attempts.append((method, verdict.status))
        return verdict.accepted

    def trivial(self) -> bool:
        """Integrate an integrand that does not contain the variable."""
        if self.variable in self.integrand.free_symbols:
            return False
        return self.consider(self.integrand * Expr.from_prefix(self.variable), "constant")

    @property
    def decided(self) -> bool:
        """True if there is an answer, or a proof that there is none."""
        return self.answer is not None or self.proof is not None

    def ask_integrator(self, budget: float) -> None:
        """Ask the own integrator, in this process: it keeps its budget of CPU seconds from inside."""
        self.exact = found = integrate_exactly(self.integrand, self.variable, budget, mend=mended)
        if found.expression is not None and found.verdict is not None:
            self.answer = Candidate(found.expression, OWN, found.verdict)
            self.candidates.append(self.answer)
            self.attempts.append((OWN, found.verdict.status))
        elif found.proof is not None:
            self.proof = OWN
            self.attempts.append((OWN, "no elementary antiderivative exists (proved)"))
        else:
            self.attempts.append((OWN, found.reason))

    def ask_default_model(self, beam: int) -> None:
        """Ask the model of :func:`default_model_path`, if there is one."""
        path = default_model_path()
        if path is not None:
            self.ask_model(path, beam)
        else:
            self.attempts.append(("model", "no model given"))

    def derivation(self) -> Derivation | None:
        """The steps to the answer, if the own integrator found it."""
        own = self.answer is not None and self.answer.method == OWN
        return self.exact.steps if own and self.exact is not None else None

    def ask_model(self, path: Path, beam: int) -> None:
        """Consider the distinct hypotheses of the model, best first."""
        # The model knows only x; its answer is rewritten in terms of the variable.
        if self.variable != "x" and "x" in self.integrand.free_symbols:
            self.attempts.append(("model", "the model integrates only with respect to x"))
            return
        if not path.is_dir():
            raise DataError(f"there is no model folder {path}")
        if find_spec("torch") is None:
            self.attempts.append(("model", "torch is not installed"))
            return
        from antiderive.training import require_model

        require_model(path)  # before torch is loaded
        from antiderive.decoding import Decoding, beam_search, distinct

        x, own = Expr.from_prefix("x"), Expr.from_prefix(self.variable)
        try:
            problem = INTEGRALS.encode(self.integrand.subs({own: x}))
        except UnsupportedError as error:
            self.attempts.append(("model", str(error)))
            return
        settings = Decoding(beam=beam, max_tokens=_MAX_TOKENS)
        hypotheses = beam_search(load(path.resolve()), [problem], settings)[0]
        proposed = distinct(hypotheses)
        for expression, hypothesis in proposed:
            if self.consider(expression.subs({x: own}), "model", hypothesis.score):
                return
        for wrong in tuple(self.candidates):
            if (found := mended(self.integrand, wrong.expression, self.variable)) is not None:
                self.answer = replace(wrong, expression=found[0], verdict=found[1])
                self.candidates.append(self.answer)
                self.attempts.append(("model", found[1].status))
                return
        self.attempts.append(("model", f"none of {len(proposed)} hypotheses is an antiderivative"))

    def ask_methods(self, order: Order | None, timeout: float) -> None:
        """Consider answers of computer algebra until one is right or it is proved that there is none."""
        if order is None:
            steps: Sequence[Step] = installed_systems()
        else:
            steps = order(self.integrand) if callable(order) else order
        if not steps:
            self.attempts.append(("cas", "no method is installed; 'antiderive cas list' shows how"))
            return
        pool = shared_pool()
        if order is None:
            found = shipped_search(pool, self.integrand, self.variable, cpu_seconds=timeout)
        else:
            limits = Limits(timeout)
            found = search(
                pool, self.integrand, self.variable, order=steps, cpu_seconds=timeout, limits=limits
            )
            found = with_mended(found, self.integrand, self.variable)
        for attempt in found.attempts:
            self._note(attempt)

    def _note(self, attempt: Attempt) -> None:
        method, judgment = f"cas:{attempt.method}", attempt.judgment
        verdict = judgment.verdict
        if judgment.status == "nonelementary":
            self.proof = method
            system = method_named(attempt.method).system
            self.attempts.append((method, f"no elementary antiderivative exists (proved by {system})"))
        elif verdict is None:
            self.attempts.append((method, judgment.reason or judgment.status))
        elif judgment.expression is None:
            self.attempts.append((method, verdict.reason))
        else:
            candidate = Candidate(judgment.expression, method, verdict)
            self.candidates.append(candidate)
            if judgment.solved:
                self.answer = candidate
                self.attempts.append((method, verdict.status))
            else:
                told = f"its answer was not confirmed: {verdict.status}, {verdict.reason}"
                self.attempts.append((method, told))

    def solution(self, seconds: float) -> Solution:
        """The solution, from the candidates and attempts so far."""
        if self.answer is not None:
            verdict = self.answer.verdict
        elif self.proof is not None:
            verdict = Verdict("unknown", self.attempts[-1][1])
        else:
            reasons = "; ".join(f"{method}: {outcome}" for method, outcome in self.attempts)
            verdict = Verdict("unknown", reasons)
        return Solution(
            problem=self.integrand,
            solved=self.answer is not None,
            expression=None if self.answer is None else self.answer.expression,
            verdict=verdict,
            method=self.proof if self.answer is None else self.answer.method,
            nonelementary=self.proof is not None,
            candidates=tuple(self.candidates),
            attempts=tuple(self.attempts),
            seconds=seconds,
            steps=self.derivation(),
            certificate=self.exact.proof if self.proof == OWN and self.exact is not None else None,
        )


@lru_cache(maxsize=2)
def load(path: Path) -> Seq2Seq:
    """The model in a folder; the last two loaded stay in memory."""
    from antiderive.training import load_model

    return load_model(path)
