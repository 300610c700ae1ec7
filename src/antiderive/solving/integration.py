"""Integration: the model proposes, computer algebra steps in, verification decides."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive._core import Expr
from antiderive.cas import integrate_sympy
from antiderive.errors import AntideriveError, DataError, SettingError, UnsupportedError
from antiderive.solving.solution import Candidate, Solution
from antiderive.tasks import task_named
from antiderive.verification import Verdict, verify

if TYPE_CHECKING:
    from antiderive.models import Seq2Seq

MODEL_VARIABLE = "ANTIDERIVE_MODEL"
"""Environment variable that names the folder of the model to use."""

_DEMO_MODEL = Path("out/demo/model")

_MAX_TOKENS = 128


def default_model_path() -> Path | None:
    """The model named by ``ANTIDERIVE_MODEL``, else the demo's in the working folder, if it is there."""
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
) -> Solution:
    """An antiderivative that has been verified, or none.

    The model's hypotheses come first, best first; where none is right, SymPy is asked in a child process that
    is killed at the limit. Only an answer that is ``proved`` or ``agrees`` counts.

    Args:
        integrand: a formula or an expression.
        variable: the variable of integration.
        model: folder of a model; by default the one of :func:`default_model_path`, if there is one.
        beam: hypotheses asked of the model.
        timeout: seconds for the computer algebra system.

    Raises:
        ParseError: if the text is not a formula.
        SettingError: for an equation, an unknown variable, or settings out of range.

    >>> solution = integrate("x*cos(x)", timeout=60)
    >>> solution.solved, solution.verdict.status
    (True, 'proved')
    """
    started = time.monotonic()
    integrand = Expr(integrand) if isinstance(integrand, str) else integrand
    if integrand.free_symbols & {"Y", "Y'", "Y''"}:
        raise SettingError("this is a differential equation, not an integrand")
    if timeout <= 0 or beam < 1:
        raise SettingError(f"timeout {timeout} must be positive and beam {beam} at least 1")
    Expr.from_prefix(variable).diff(variable)
    search = _Search(integrand, variable)
    path = model if model is not None else default_model_path()
    if not search.trivial():
        if path is not None:
            search.ask_model(path, beam)
        else:
            search.attempts.append(("model", "no model was given"))
        if search.answer is None:
            search.ask_sympy(timeout)
    answer = search.answer
    if answer is None:
        reasons = "; ".join(f"{method}: {outcome}" for method, outcome in search.attempts)
        verdict = Verdict("unknown", reasons)
    else:
        verdict = answer.verdict
    return Solution(
        problem=integrand,
        solved=answer is not None,
        expression=None if answer is None else answer.expression,
        verdict=verdict,
        method=None if answer is None else answer.method,
        candidates=tuple(search.candidates),
        attempts=tuple(search.attempts),
        seconds=time.monotonic() - started,
    )


class _Search:
    """Candidates for one integrand, until one is accepted."""

    def __init__(self, integrand: Expr, variable: str) -> None:
        self.integrand, self.variable = integrand, variable
        self.candidates: list[Candidate] = []
        self.attempts: list[tuple[str, str]] = []
        self.answer: Candidate | None = None

    def consider(self, expression: Expr, method: str, score: float | None = None) -> bool:
        """Judges a candidate; true if it is the answer."""
        verdict = verify(self.integrand, expression, variable=self.variable)
        candidate = Candidate(expression, method, verdict, score)
        self.candidates.append(candidate)
        if verdict.accepted:
            self.answer = candidate
            self.attempts.append((method, verdict.status))
        return verdict.accepted

    def trivial(self) -> bool:
        """An integrand without the variable is integrated on the spot."""
        if self.variable in self.integrand.free_symbols:
            return False
        return self.consider(self.integrand * Expr.from_prefix(self.variable), "constant")

    def ask_model(self, path: Path, beam: int) -> None:
        """Hypotheses of the model, distinct ones only, best first."""
        # The model knows x only; the answer is put back in terms of the variable.
        if self.variable != "x" and "x" in self.integrand.free_symbols:
            self.attempts.append(("model", "the model integrates in x alone"))
            return
        if not path.is_dir():
            raise DataError(f"there is no model folder {path}")
        if find_spec("torch") is None:
            self.attempts.append(("model", "torch is not installed"))
            return
        from antiderive.decoding import beam_search

        x, own = Expr.from_prefix("x"), Expr.from_prefix(self.variable)
        try:
            problem = task_named("bwd").encode(self.integrand.subs({own: x}))
        except UnsupportedError as error:
            self.attempts.append(("model", str(error)))
            return
        seen = set()
        found = beam_search(_load(path.resolve()), [problem], beam=beam, max_tokens=_MAX_TOKENS)[0]
        for hypothesis in found:
            try:
                expression = Expr.from_tokens(hypothesis.tokens).subs({x: own})
            except AntideriveError:
                continue  # well-formed but undefined, such as 1/0
            if expression in seen:
                continue
            seen.add(expression)
            if self.consider(expression, "model", hypothesis.score):
                return
        self.attempts.append(("model", f"none of {len(seen)} hypotheses is an antiderivative"))

    def ask_sympy(self, timeout: float) -> None:
        """SymPy's answer, if it has one in time."""
        if find_spec("sympy") is None:
            self.attempts.append(("cas:sympy", "SymPy is not installed"))
            return
        outcome = integrate_sympy(self.integrand, self.variable, timeout=timeout)
        if outcome.value is None:
            self.attempts.append(("cas:sympy", outcome.reason or outcome.status))
        elif not self.consider(Expr.from_prefix(outcome.value), "cas:sympy"):
            verdict = self.candidates[-1].verdict
            self.attempts.append(
                ("cas:sympy", f"its answer was not confirmed: {verdict.status}, {verdict.reason}")
            )


@lru_cache(maxsize=2)
def _load(path: Path) -> Seq2Seq:
    from antiderive.training import load_model

    return load_model(path)
