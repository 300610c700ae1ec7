"""What methods of computer algebra answer to a list of integrals, kept as it comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.cas import Limits, Outcome, Request
from antiderive.errors import DataError

if TYPE_CHECKING:
    from antiderive._core import Expr
    from antiderive.cas import Pool


@dataclass(frozen=True)
class Answer:
    """The outcome of one method on one integral.

    Attributes:
        integrand: prefix form.
        method: name of the method.
        timeout: CPU seconds that it had.
        outcome: how the call ended, with its answer, which nobody has checked yet.
    """

    integrand: str
    method: str
    timeout: float
    outcome: Outcome


class Answers:
    """A file of answers, one JSON object a line, that a run which was cut off can go on with.

    Args:
        path: the file; made when the first answer comes.

    Raises:
        DataError: if the file holds anything else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = {(one.integrand, one.method, one.timeout): one for one in self._read()}

    def get(self, integrand: Expr, method: str, timeout: float) -> Answer | None:
        """The answer of a method, if it is there."""
        return self._known.get((integrand.to_prefix(), method, timeout))

    def ask(
        self,
        pool: Pool,
        integrands: Sequence[Expr],
        method: str,
        limits: Limits,
        *,
        report: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Asks one method for all integrands whose answer is not there yet.

        Args:
            pool: where the calls are made.
            integrands: the functions of ``x``.
            method: name of the method.
            limits: of each call.
            report: called with the number of answers whenever there is one more.
        """
        prefixes = dict.fromkeys(integrand.to_prefix() for integrand in integrands)
        missing = [one for one in prefixes if (one, method, limits.cpu_seconds) not in self._known]
        done = len(prefixes) - len(missing)
        report(done)
        requests = [(prefix, Request(method, prefix)) for prefix in missing]
        with self.path.open("a", encoding="utf-8") as file:
            for prefix, outcome in pool.map(requests, limits=limits):
                answer = Answer(prefix, method, limits.cpu_seconds, outcome)
                self._known[prefix, method, limits.cpu_seconds] = answer
                file.write(json.dumps(asdict(answer)) + "\n")
                file.flush()
                done += 1
                report(done)

    def _read(self) -> Iterator[Answer]:
        if not self.path.exists():
            return
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            try:
                values = json.loads(line)
                yield Answer(**{**values, "outcome": Outcome(**values["outcome"])})
            except (ValueError, TypeError, KeyError) as error:
                raise DataError(f"{self.path}:{number}: not an answer: {error}") from error
