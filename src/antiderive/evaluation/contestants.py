"""What stands on a scoreboard: each method of computer algebra, the portfolio of them, and a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.cas import Limits, Outcome, Request
from antiderive.cas.methods import method_named
from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.cas import Pool

MODEL, PORTFOLIO = "model", "portfolio"

_LOADING_SECONDS = 120.0
"""CPU time for the libraries and weights of a model, which each worker loads once."""

_MODEL_MIB = 16_384


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
            SettingError: if there is no such method, or no model for it.
            MissingExtraError: if it is not installed.
        """
        if name == MODEL:
            if self.model is None:
                raise SettingError("which model? give --model, or leave 'model' out of --methods")
        elif name != PORTFOLIO:
            method = method_named(name)
            if method.version is None:
                raise SettingError(f"{name} is not installed; {method.install} installs it")

    def __call__(self, name: str, integrands: list[str], timeout: float) -> Iterator[tuple[str, Outcome]]:
        """Integrands in prefix form with their outcomes, in order of completion."""
        if name == MODEL:
            return self._by_model(integrands, timeout)
        if name == PORTFOLIO:
            return self._by_portfolio(integrands, timeout)
        requests = ((integrand, Request(name, integrand)) for integrand in integrands)
        return self.pool.map(requests, limits=Limits(timeout))

    def title(self, name: str) -> str:
        """A name that tells models and beams apart."""
        return f"{MODEL} {self.model}, beam {self.beam}" if name == MODEL else name
