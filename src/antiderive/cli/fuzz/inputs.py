"""Texts that people and programs might send: well-formed, damaged, long, deep, and with large numbers.

Input ``index`` of a seed is always the same text. Nothing here knows how texts are read.
"""

from __future__ import annotations

import random
from collections.abc import Callable

MAX_TEXT = 1_000_000

_FUNCTIONS = (
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "sqrt",
    "asin",
    "atan",
    "sinh",
    "abs",
    "sign",
    "acosh",
    "cosec",
)
_LETTERS = ("x", "x", "x", "y", "t", "a", "b", "a0", "pi", "e", "i")
_PIECES = (
    *_FUNCTIONS,
    *_LETTERS,
    *"+-*/^()[]|=', 0123456789.",
    "²",
    "√",
    "π",
    "·",
    "−",
    "y'",
    "y''",
    "dy/dx",
    "dx",
)


def text_of(seed: int, index: int) -> str:
    """The text of an index: at most :data:`MAX_TEXT` characters."""
    rng = _random(seed, index)
    return rng.choice(_FAMILIES)(rng)[:MAX_TEXT]


def pair_of(seed: int, index: int) -> tuple[str, str]:
    """A problem and a candidate: two short formulas, or two texts of :func:`text_of`."""
    rng = _random(seed, index)
    if rng.random() < 0.7:
        return _formula(rng), _formula(rng)
    return text_of(seed, index), rng.choice(_FAMILIES)(rng)[:MAX_TEXT]


def _random(seed: int, index: int) -> random.Random:
    return random.Random(f"{seed}:{index}")  # noqa: S311  (inputs of a test)


def _formula(rng: random.Random, operators: int | None = None) -> str:
    """A well-formed formula with about so many operators."""
    left = rng.randint(0, 16) if operators is None else operators
    if left == 0:
        return rng.choice(_LETTERS) if rng.random() < 0.7 else str(_number(rng))
    if rng.random() < 0.4:
        return f"{rng.choice(_FUNCTIONS)}({_formula(rng, left - 1)})"
    first = rng.randint(0, left - 1)
    sign = rng.choice(("+", "-", "*", "/", "^", "*", "+"))
    return f"({_formula(rng, first)}){sign}({_formula(rng, left - 1 - first)})"


def _number(rng: random.Random) -> int:
    return rng.randint(0, 10 ** rng.choice((1, 1, 1, 3, 9, 18, 40)))


def _equation(rng: random.Random) -> str:
    return f"{rng.choice(('y', chr(39).join(('y', '')), 'y^2', 'dy/dx'))} = {_formula(rng)}"


def _damaged(rng: random.Random) -> str:
    text = list(_formula(rng))
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(text) + 1)
        if rng.random() < 0.5 and text:
            del text[place % len(text)]
        else:
            text.insert(place, rng.choice(_PIECES))
    return "".join(text)


def _soup(rng: random.Random) -> str:
    return "".join(rng.choice(_PIECES) for _ in range(rng.randint(1, 60)))


def _repeated(rng: random.Random) -> str:
    piece = "".join(rng.choice(_PIECES) for _ in range(rng.randint(1, 6)))
    return piece * _many(rng, len(piece))


def _nested(rng: random.Random) -> str:
    opening = rng.choice(("(", "sin(", "sqrt(1+", "x*(x+", "x-(", "2^(", "|", "-(", "log(x+", "1/(1+"))
    closing = rng.choice((")", ")^2", ")*y", ")+x", ")^x", ")/2")) if opening != "|" else "|"
    times = _many(rng, len(opening) + len(closing))
    return opening * times + "x" + closing * times


def _indexed(rng: random.Random) -> str:
    """A sum or product of terms that differ in a number."""
    term = rng.choice(
        (
            "x^{n}",
            "sin({n}*x)",
            "(x+{n})",
            "(x+{n})^{n}",
            "exp(x^{n})",
            "sqrt({n})",
            "1/{n}",
            "{n}^x",
            "log(x+{n})",
        )
    )
    count = _many(rng, 9)
    return rng.choice("+-*/").join(term.format(n=n) for n in range(1, count + 1))


def _digits(rng: random.Random) -> str:
    number = "".join(rng.choice("0123456789") for _ in range(rng.choice((20, 300, 2400, 20_000))))
    return rng.choice("+*/-^").join([f"{number}/{rng.randint(1, 10**9)}*x"] * rng.choice((1, 3, 30)))


def _many(rng: random.Random, length: int) -> int:
    return max(1, min(rng.choice((3, 30, 300, 3000, MAX_TEXT)), MAX_TEXT // max(length, 1)))


_FAMILIES: tuple[Callable[[random.Random], str], ...] = (
    _formula, _formula, _formula, _equation, _damaged, _damaged, _soup, _repeated, _nested, _indexed, _digits
)  # fmt: skip
