"""Formulas in the syntax of a computer algebra system, written from an ``Expr`` and read back into one.

The systems agree on ``+ - * / ^ ( )`` and on the names of most functions, so a :class:`Dialect` lists only
the differences. Functions that a system may lack or define with other branches are written with functions
that all systems share (``acot(u) = atan(1/u)``), as the operator table says. Answers are read by translating
them token by token into the project's own notation, which the project's parser reads; nothing is evaluated.
It does not know which system it talks to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from antiderive._core import operators
from antiderive.cas.outcome import Outcome
from antiderive.errors import LimitError, ParseError, UndefinedError, UnsupportedError
from antiderive.expressions import CONSTANTS, UNKNOWNS, Expr

if TYPE_CHECKING:
    from antiderive._core import OperatorRow

PREFIX = "v"
"""Prefix of every symbol, so that none has a meaning in a system (``i``, ``D``)."""

MAX_LENGTH = 4000
"""Longest formula sent, in characters; functions in data sets have a few hundred."""

MAX_ANSWER = 100_000
"""Longest answer read, in characters."""

_NEGATIVE = re.compile(r"\(-(\d+(?:/\d+)?)\)")
"""A negative rational number, as it is written."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?P<name>[%A-Za-z_][\w%]*)|(?P<sign>\S))", re.ASCII
)


_INFIX = {row["name"]: row["infix"] for row in operators()}


def _template(row: OperatorRow) -> str:
    """Return the template that writes a function of ``{0}`` with functions that all systems share."""
    match row["reciprocal"]:
        case "value", inner:
            return f"1/{_INFIX[inner]}({{0}})"
        case "argument", inner:
            return f"{_INFIX[inner]}(1/{{0}})"
        case _:
            return f"{row['infix']}({{0}})"


_TEMPLATES = {row["name"]: _template(row) for row in operators() if row["derivative"] is not None}


@dataclass(frozen=True)
class Dialect:
    """Syntax that is particular to one system.

    Attributes:
        constants: notation of ``pi``, ``E`` and ``I``.
        functions: templates of functions not written by their own name; None for those that the system cannot
            express.
        names: names in answers that differ from ours, with ours.
        special: functions in answers that are not elementary.
        integrals: names of an unevaluated integral.
    """

    constants: Mapping[str, str]
    functions: Mapping[str, str | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    special: frozenset[str] = frozenset()
    integrals: frozenset[str] = frozenset({"integral", "integrate"})

    def write(self, expr: Expr) -> str:
        """Return the expression as one line, with every operand in parentheses.

        Raises:
            UnsupportedError: for functions that the system lacks, the unknown of an ODE, and formulas that
                are too long.
        """
        texts: list[str] = []
        for kind, value in expr.nodes():
            texts.append(self._node(kind, value, texts))
            if len(texts[-1]) > MAX_LENGTH:
                raise UnsupportedError(f"the formula takes more than {MAX_LENGTH} characters")
        return texts[-1]

    def _node(self, kind: str, value: Any, texts: list[str]) -> str:  # noqa: ANN401  (as Expr.nodes gives it)
        if kind == "number":
            numerator, denominator = value
            return f"({numerator})" if denominator == 1 else f"({numerator}/{denominator})"
        if kind == "symbol":
            return self._symbol(value)
        arguments = [texts[index] for index in value]
        if kind in ("add", "mul"):
            return "(" + ("+" if kind == "add" else "*").join(arguments) + ")"
        if kind == "pow":
            base, exponent = arguments
            # Giac 1.9 integrates (1 - x^2)^(-1/2) as if it were (1 - x^2)^(1/2).
            negative = _NEGATIVE.fullmatch(exponent)
            return f"({base}^{exponent})" if negative is None else f"(1/{base}^({negative[1]}))"
        template = self.functions.get(kind, _TEMPLATES[kind])
        if template is None:
            raise UnsupportedError(f"the function {kind} has no counterpart in this system")
        return f"({template.format(*arguments)})"

    def _symbol(self, name: str) -> str:
        if name in self.constants:
            return self.constants[name]
        if name in UNKNOWNS or not name.isalnum():
            raise UnsupportedError(f"{name} is the unknown of a differential equation")
        return PREFIX + name

    def read(self, text: str) -> Outcome:
        """Return the outcome in an answer: ``solved``, ``partial``, ``special`` or ``unsupported``."""
        if len(text) > MAX_ANSWER:
            return Outcome("unsupported", reason=f"the answer takes {len(text)} characters")
        names = {match["name"] for match in _TOKEN.finditer(text)} - {None}
        if names & self.integrals:
            return Outcome("partial", reason=f"an integral is left: {_shortened(text)}")
        special = sorted(names & self.special)
        if special:
            return Outcome("special", reason=f"the answer needs {', '.join(special)}: {_shortened(text)}")
        try:
            return Outcome("solved", value=Expr(self._translated(text)).to_prefix())
        except (UnsupportedError, ParseError, LimitError, UndefinedError) as error:
            line = error.line if isinstance(error, ParseError) else str(error)
            return Outcome("unsupported", reason=f"the answer cannot be read: {line}: {_shortened(text)}")

    def _translated(self, text: str) -> str:
        """Return the text in our notation."""
        tokens = list(_TOKEN.finditer(text.strip()))
        parts = []
        for index, match in enumerate(tokens):
            if match["name"]:
                called = index + 1 < len(tokens) and tokens[index + 1]["sign"] == "("
                parts.append(self._name(match["name"], called=called))
            elif match["number"]:
                if not match["number"].isdigit():
                    raise UnsupportedError(f"the inexact number {match['number']}")
                parts.append(match["number"])
            elif match["sign"] in "+-*/^()":
                parts.append(match["sign"])
            else:
                raise UnsupportedError(f"unexpected {match['sign']!r}")
        return " ".join(parts)

    def _name(self, name: str, *, called: bool) -> str:
        known = self.names.get(name, name)
        if called:
            if known in _READ:
                return known
        elif known in CONSTANTS and name in self.names:
            return known
        elif name.startswith(PREFIX) and len(name) > 1:
            return name[len(PREFIX) :]
        raise UnsupportedError(f"the {'function' if called else 'name'} {name} is not represented")


_READ = {row["infix"] for row in operators() if row["arity"] == 1 and row["infix"]}
"""Return the functions of one argument, by their names in formulas."""


def _shortened(text: str) -> str:
    """Return the text as one line of at most 200 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:197] + "..."
