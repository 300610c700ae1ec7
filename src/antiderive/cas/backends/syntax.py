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
from antiderive.expressions import COEFFICIENTS, CONSTANTS, UNKNOWNS, Expr

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
            return self.symbol(value)
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

    def symbol(self, name: str) -> str:
        """A symbol as the system reads it: nothing but letters and digits behind the prefix.

        Raises:
            UnsupportedError: for the unknown of an equation, and for what would not be read as one name.
        """
        if name in UNKNOWNS:
            raise UnsupportedError(f"{name} is the unknown of a differential equation")
        if not (name.isascii() and name.isalnum()):
            raise UnsupportedError(f"{name!r} is no name that can be written for this system")
        return self.constants.get(name, PREFIX + name)

    def read(self, text: str) -> Outcome:
        """Return the outcome in an answer: ``solved``, ``partial``, ``special`` or ``unsupported``."""
        if len(text) > MAX_ANSWER:
            return Outcome("unsupported", reason=f"the answer takes {len(text)} characters")
        names = {match["name"] for match in _TOKEN.finditer(text)} - {None}
        if names & self.integrals:
            return Outcome("partial", reason=f"an integral is left: {_shortened(text)}")
        special = sorted(names & self.special)
        if special:
            reason = f"the answer needs {', '.join(special)}: {_shortened(text)}"
            return Outcome("special", reason=reason, evidence=self._parts(text))
        try:
            return Outcome("solved", value=self.expression(text).to_prefix())
        except (UnsupportedError, ParseError, LimitError, UndefinedError) as error:
            line = error.line if isinstance(error, ParseError) else str(error)
            return Outcome("unsupported", reason=f"the answer cannot be read: {line}: {_shortened(text)}")

    def expression(self, text: str) -> Expr:
        """The expression that a text of the system stands for.

        Raises:
            UnsupportedError, ParseError, LimitError, UndefinedError: if it cannot be read.
        """
        return Expr(self._translated(text))

    def _parts(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The evidence of an answer in special functions; empty if they cannot be taken apart."""
        free = [name for name in COEFFICIENTS if PREFIX + name not in text]
        calls: dict[tuple[str, ...], str] = {}
        kept, end = [], 0
        for match in _TOKEN.finditer(text):
            if match.start() < end or match["name"] not in self.special or not free:
                continue
            opening = text.find("(", match.end())
            closing = _matching(text, opening)
            arguments = _split(text[opening + 1 : closing])
            call = (str(match["name"]), *arguments)
            if call not in calls:
                calls[call] = free.pop()
            kept += [text[end : match.start("name")], PREFIX + calls[call]]
            end = closing + 1
        try:
            whole = self.expression("".join([*kept, text[end:]]))
            called = {
                name: (call[0], *(self.expression(part).to_prefix() for part in call[1:]))
                for call, name in calls.items()
            }
        except (UnsupportedError, ParseError, LimitError, UndefinedError):
            return ()
        return parts_of(whole, called)

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


def parts_of(whole: Expr, called: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The evidence of an answer in special functions; empty unless it is linear in them.

    Args:
        whole: the answer with a symbol for each call of a special function.
        called: name of the function and its arguments in prefix form, by symbol.
    """
    parts: list[tuple[str, ...]] = [
        ("elementary", whole.subs({Expr(name): Expr(0) for name in called}).to_prefix())
    ]
    for symbol, (name, *arguments) in called.items():
        coefficient = whole.diff(symbol)
        if coefficient.free_symbols & called.keys():
            return ()
        parts.append((name, coefficient.to_prefix(), *arguments))
    return tuple(parts)


def _matching(text: str, opening: int) -> int:
    """Where the parenthesis closes that opens there; the end of the text if it does not."""
    depth = 0
    for index in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    return len(text)


def _split(text: str) -> list[str]:
    """Arguments of a call."""
    arguments, depth = [""], 0
    for sign in text:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            arguments.append("")
        else:
            arguments[-1] += sign
    return arguments


def _shortened(text: str) -> str:
    """Return the text as one line of at most 200 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:197] + "..."
