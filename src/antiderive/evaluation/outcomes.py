"""A file of answers to a list of integrals, appended as they arrive. Nothing is verified here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from antiderive.cas import Outcome
from antiderive.errors import DataError
from antiderive.files import writing_to

Contestant = Callable[[list[str], float], Iterable[tuple[str, Outcome]]]
"""Takes integrands in prefix form and CPU seconds for each; yields each with its outcome, in any order."""


@dataclass(frozen=True)
class Answer:
    """The outcome of one method on one integral.

    Attributes:
        integrand: prefix form.
        method: name of the method.
        timeout: its CPU limit in seconds.
        outcome: how the call ended, with its answer, which is not verified.
    """

    integrand: str
    method: str
    timeout: float
    outcome: Outcome


class Answers:
    """A file of answers, one JSON object per line, from which an interrupted run resumes.

    Args:
        path: the file; created with the first answer.

    Raises:
        DataError: if the file has a line that is not an answer.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = {(one.integrand, one.method, one.timeout): one for one in self._read()}

    def get(self, integrand: str, method: str, timeout: float) -> Answer | None:
        """The answer of a method, if the file has it."""
        return self._known.get((integrand, method, timeout))

    def ask(
        self,
        name: str,
        method: Contestant,
        integrands: Iterable[str],
        timeout: float,
        *,
        report: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Get the answers of a method to all integrands that the file lacks.

        Args:
            name: name of the method.
            method: the method.
            integrands: functions of ``x`` in prefix form.
            timeout: CPU seconds for each.
            report: called after each answer with the number of answers.

        Raises:
            DataError: if the file cannot be written.
        """
        wanted = dict.fromkeys(integrands)
        missing = [one for one in wanted if (one, name, timeout) not in self._known]
        done = len(wanted) - len(missing)
        report(done)
        with writing_to(self.path.parent), self.path.open("a", encoding="utf-8") as file:
            for integrand, outcome in method(missing, timeout):
                answer = Answer(integrand, name, timeout, outcome)
                self._known[integrand, name, timeout] = answer
                file.write(json.dumps(asdict(answer)) + "\n")
                file.flush()
                done += 1
                report(done)

    def _read(self) -> Iterator[Answer]:
        if not self.path.exists():
            return
        try:
            *lines, cut = self.path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"cannot read {self.path}: {error}") from error
        if cut:  # a run was killed while writing this line
            self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        for number, line in enumerate(lines, 1):
            try:
                values = json.loads(line)
                outcome = {**values["outcome"]}
                outcome["evidence"] = tuple(tuple(part) for part in outcome.get("evidence", ()))
                yield Answer(**{**values, "outcome": Outcome(**outcome)})
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise DataError(f"{self.path}:{number}: not an answer: {error}") from error
