"""What stands on a scoreboard: each method of computer algebra, the portfolio of them, and a model."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive._core import Expr
from antiderive.cas import Outcome, Request, ask_all, method_named
from antiderive.classification.ordering import shipped_search
from antiderive.errors import SettingError
from antiderive.solving import answer_by_model
from antiderive.workers import Call, Limits

if TYPE_CHECKING:
    from antiderive.verification.portfolio import Search
    from antiderive.workers import Pool, Result

MODEL, PORTFOLIO = "model", "portfolio"

_LOADING_SECONDS = 120.0
"""CPU time for the libraries and the weights of a model, which each worker loads once."""

_MODEL_MIB = 16_384
"""Address space that libraries, weights and a beam may take."""


@dataclass(frozen=True)
class Contestants:
    """Gives the answers of methods by name.

    Attributes:
        pool: where they run.
        model: folder of the model.
        beam: hypotheses asked of the model.
    """

    pool: Pool
    model: Path | None = None
    beam: int = 10

    def require(self, name: str) -> None:
        """Refuses what is unknown or cannot run here.

        Raises:
            SettingError: if there is no such method, it is not installed, or there is no model for it.
        """
        if name == MODEL:
            if self.model is None:
                raise SettingError("which model? give --model, or leave 'model' out of --methods")
        elif name != PORTFOLIO:
            method = method_named(name)
            if method.version is None:
                raise SettingError(f"{name} is not installed; {method.install} installs it")

    def title(self, name: str) -> str:
        """A name that tells models and beams apart."""
        return f"{MODEL} {self.model}, beam {self.beam}" if name == MODEL else name

    def __call__(self, name: str, integrands: list[str], timeout: float) -> Iterator[tuple[str, Outcome]]:
        """Integrands in prefix form with their outcomes, in order of completion."""
        if name == MODEL:
            return self._by_model(integrands, timeout)
        if name == PORTFOLIO:
            return self._by_portfolio(integrands, timeout)
        requests = ((integrand, Request(name, integrand)) for integrand in integrands)
        return ask_all(self.pool, requests, limits=Limits(timeout))

    def _by_model(self, integrands: list[str], timeout: float) -> Iterator[tuple[str, Outcome]]:
        calls = ((one, Call(answer_by_model, (str(self.model), self.beam, one))) for one in integrands)
        limits = Limits(timeout + _LOADING_SECONDS, memory_mib=_MODEL_MIB)
        for integrand, result in self.pool.map(calls, limits=limits):
            yield integrand, _of_model(result, timeout)

    def _by_portfolio(self, integrands: list[str], timeout: float) -> Iterator[tuple[str, Outcome]]:
        """What ``antiderive solve`` without a model would answer."""

        def ask(integrand: str) -> tuple[str, Outcome]:
            expression = Expr.from_prefix(integrand)
            return integrand, _outcome_of(shipped_search(self.pool, expression, cpu_seconds=timeout))

        with ThreadPoolExecutor(self.pool.workers) as threads:
            asked = [threads.submit(ask, integrand) for integrand in integrands]
            try:
                for future in as_completed(asked):
                    yield future.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)


def _of_model(result: Result, timeout: float) -> Outcome:
    """The outcome of a model's answer; loading is none of the problem's time."""
    if result.status != "returned":
        return Outcome.stopped(result)
    seconds, answer, reason = result.value
    if seconds > timeout:
        found = Outcome("timeout", reason=f"{seconds:.1f} CPU seconds")
    elif answer is None:
        found = Outcome("gave_up", reason=reason)
    else:
        found = Outcome("solved", answer)
    return replace(found, cpu_seconds=seconds, memory_mib=result.memory_mib)


def _outcome_of(found: Search) -> Outcome:
    """One outcome of all attempts; refuted answers are none."""
    last = found.answer or found.proof
    if last is not None:
        outcome = replace(last.outcome, reason=last.method)
    else:
        late = [one.method for one in found.attempts if one.outcome.status == "timeout"]
        reason = ", ".join(f"{one.method}: {one.judgement.status}" for one in found.attempts)
        outcome = Outcome("timeout" if late else "gave_up", reason=reason)
    return replace(
        outcome,
        cpu_seconds=found.cpu_seconds,
        seconds=sum(one.outcome.seconds for one in found.attempts),
        memory_mib=max(one.outcome.memory_mib for one in found.attempts),
    )
