"""The contestants of a scoreboard: methods of computer algebra, their portfolio, and a model."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.cas import Outcome, OutcomeStatus, Request, ask_all, method_named
from antiderive.errors import SettingError
from antiderive.expressions import Expr
from antiderive.solving import answers_by_model, full_search
from antiderive.workers import Limits

if TYPE_CHECKING:
    from antiderive.portfolio import Search
    from antiderive.workers import Pool

MODEL, PORTFOLIO = "model", "portfolio"

_NO_MODEL = "no model given; give --model, or leave 'model' out of --methods"


@dataclass(frozen=True)
class Contestants:
    """Gives the answers of methods by name.

    Attributes:
        pool: runs the calls.
        model: folder of the model.
        beam: number of hypotheses of the model.
    """

    pool: Pool
    model: Path | None = None
    beam: int = 10

    def require(self, name: str) -> None:
        """Refuse a contestant that is unknown or cannot run here.

        Raises:
            SettingError: if there is no such method, it is not installed, or no model is given for it.
        """
        if name == MODEL:
            if self.model is None:
                raise SettingError(_NO_MODEL)
        elif name != PORTFOLIO:
            method = method_named(name)
            if method.version is None:
                raise SettingError(f"{name} is not installed; {method.install} installs it")

    def title(self, name: str) -> str:
        """Name of a contestant, with its model and beam."""
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
        if self.model is None:
            raise SettingError(_NO_MODEL)
        return answers_by_model(self.pool, self.model, integrands, beam=self.beam, cpu_seconds=timeout)

    def _by_portfolio(self, integrands: list[str], timeout: float) -> Iterator[tuple[str, Outcome]]:
        """The answers of ``antiderive solve`` without a model."""

        def ask(integrand: str) -> tuple[str, Outcome]:
            expression = Expr.from_prefix(integrand)
            return integrand, _outcome_of(full_search(self.pool, expression, cpu_seconds=timeout))

        with ThreadPoolExecutor(self.pool.workers) as threads:
            asked = [threads.submit(ask, integrand) for integrand in integrands]
            try:
                for future in as_completed(asked):
                    yield future.result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)


def _outcome_of(found: Search) -> Outcome:
    """One outcome for all attempts; refuted answers do not count as answers."""
    last = found.answer or found.proof
    if last is not None:
        status: OutcomeStatus = "nonelementary" if last.judgment.status == "nonelementary" else "solved"
        outcome = replace(last.outcome, status=status, reason=last.method, evidence=())
    else:
        late = [one.method for one in found.attempts if one.outcome.status == "timeout"]
        reason = ", ".join(f"{one.method}: {one.judgment.status}" for one in found.attempts)
        outcome = Outcome("timeout" if late else "gave_up", reason=reason)
    return replace(
        outcome,
        cpu_seconds=found.cpu_seconds,
        seconds=sum(one.outcome.seconds for one in found.attempts),
        memory_mib=max(one.outcome.memory_mib for one in found.attempts),
    )
