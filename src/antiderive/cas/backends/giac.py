"""Giac (Debian package ``xcas``). Its unevaluated integrals prove nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from antiderive.cas.backends.program import QUIET_ENVIRONMENT, Program, marked, without_answer
from antiderive.cas.backends.syntax import Dialect
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Request
from antiderive.expressions import Expr


def _halves(mark: str) -> str:
    """Return a string as a sum of two: Giac echoes its input, and the echo must not look like an answer."""
    half = len(mark) // 2
    return f'"{mark[:half]}"+"{mark[half:]}"'


_ANSWER, _ANSWER_WITH_ABS = "ANSWER", "WITHABS"
"""Marks of answers; the second is for integrands that contain an absolute value."""

_PRELUDE = f"threads:=1\n{_halves('ready')}\n"

_ERROR = r"[^\n]*Error: [^\n\"]*"

_SPECIAL = """
erf erfc Ei Li Si Ci Gamma igamma ugamma Beta Psi Zeta polylog dilog BesselJ BesselY Airy_Ai Airy_Bi
LambertW
"""
"""Functions in answers that are not elementary."""

_DIALECT = Dialect(
    constants={"pi": "pi", "E": "e", "I": "i"},
    names={"ln": "log", "pi": "pi", "e": "E", "i": "I"},
    special=frozenset(_SPECIAL.split()),
    integrals=frozenset({"integrate", "int", "integration"}),
)


@dataclass(frozen=True)
class GiacBackend(Program):
    """Integration by Giac's ``integrate``."""

    name: str = "giac"

    def command(self) -> list[str]:
        """Return the command line."""
        return [str(self.find() or self.name)]

    def environment(self) -> dict[str, str]:
        """Return environment variables to add for the child."""
        return {**QUIET_ENVIRONMENT, "LANG": "C"}

    def prelude(self) -> str:
        """Return the setting of one thread, since the CPU seconds of a limit are those of one core."""
        return _PRELUDE

    def statement(self, request: Request) -> str:
        """Return text that prints the answer.

        Raises:
            UnsupportedError: if Giac cannot express the integrand.
        """
        integrand = Expr.from_prefix(request.expression)
        formula = _DIALECT.write(integrand)
        has_abs = any(kind in ("abs", "sign") for kind, _ in integrand.nodes())
        mark = _ANSWER_WITH_ABS if has_abs else _ANSWER
        return f"{_halves(mark + ' ')}+string(integrate({formula},{_DIALECT.symbol(request.variable)}))\n"

    def question(self, content: str, tag: str) -> str:
        """Return the statement, then one that prints ``tag``."""
        return f"{content}{_halves(tag)}\n"

    def finished(self, output: bytes, tag: str) -> bool:
        """Tell whether the output so far holds the whole answer to the question with this tag."""
        return b'"%s"\n' % tag.encode() in output

    def outcome(self, request: Request, output: str) -> Outcome:  # noqa: ARG002  (one signature for all)
        """Return the outcome in the output, unverified.

        ``ln(abs(u))`` is correct on the reals only. If the integrand contains no absolute value, it is read
        as ``ln(u)``, which has the same derivative there and is correct off the real line too.
        """
        for mark in (_ANSWER, _ANSWER_WITH_ABS):
            for text in marked(output, f'"{mark}'):
                outcome = _DIALECT.read(text.removesuffix('"'))
                return _without_abs(outcome) if outcome.status == "solved" and mark == _ANSWER else outcome
        return without_answer(output, _ERROR)


def _without_abs(outcome: Outcome) -> Outcome:
    """Return the answer with ``ln(u)`` for every ``ln(abs(u))``."""
    made: list[Expr] = []
    nodes = Expr.from_prefix(outcome.value or "").nodes()
    for kind, value in nodes:
        if kind == "number":
            made.append(Expr(value[0]) / value[1])
        elif kind == "symbol":
            made.append(Expr.from_prefix(value))
        elif kind == "ln" and nodes[value[0]][0] == "abs":
            made.append(Expr.apply("ln", made[nodes[value[0]][1][0]]))
        else:
            made.append(Expr.apply(kind, *(made[index] for index in value)))
    return replace(outcome, value=made[-1].to_prefix())


BACKEND = GiacBackend()
