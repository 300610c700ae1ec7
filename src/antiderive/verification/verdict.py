"""What a verification found, with its evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from antiderive.errors import AntideriveError

Status = Literal["proved", "agrees", "refuted", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """The judgement on a candidate.

    Attributes:
        status: ``proved`` (the residual is zero symbolically), ``agrees`` (ball arithmetic encloses zero in
            every cell of the real line), ``refuted`` (it provably is not zero at a point), ``unknown``.
        reason: one line on how it was decided, or why it could not be.
        digits: for ``agrees``, decimal digits to which the residual is enclosed, relative to the problem.
        points: for ``agrees`` the points, for ``refuted`` the one counter-example: values by symbol.
        valid_on: for ``refuted``, intervals of the variable on which the candidate is right all the same
            (the wrong branch of a root, for instance), within the range that was looked at
            (:data:`antiderive.verification.validity.REACH` on either side of zero); empty if there are none.
        conditions: what the parameters must satisfy for an accepted candidate to be right, such as ``a > 0``;
            empty if they may have any values at which both sides are defined.
        jumps: places at which an accepted antiderivative jumps although the integrand is bounded; it is right
            between them. They are named for the periods that were looked at.
    """

    status: Status
    reason: str
    digits: int | None = None
    points: tuple[dict[str, str], ...] = ()
    valid_on: tuple[tuple[float, float], ...] = ()
    conditions: tuple[str, ...] = ()
    jumps: tuple[float, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the candidate counts as an answer: only ``proved`` and ``agrees`` do."""
        return self.status in ("proved", "agrees")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def undecided(cls, error: AntideriveError) -> Verdict:
        """The verdict where verification itself failed."""
        return cls("unknown", f"the answer cannot be verified: {error}")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Verdict:
        """The inverse of :meth:`to_dict`; what was written before a field existed has none."""
        lists = {name: tuple(values.get(name, ())) for name in ("points", "conditions", "jumps")}
        intervals = tuple((low, high) for low, high in values["valid_on"])
        return cls(**{**values, **lists, "valid_on": intervals})
