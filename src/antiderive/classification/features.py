"""Features of an integrand, computed in one walk over its nodes, for models that do not read tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from antiderive._core import operators
from antiderive.expressions import Expr

_GROUPS = {
    "trigonometric": ("sin", "cos", "tan", "cot", "sec", "csc"),
    "hyperbolic": ("sinh", "cosh", "tanh", "coth", "sech", "csch"),
    "arc": ("asin", "acos", "atan", "acot", "asec", "acsc"),
    "area": ("asinh", "acosh", "atanh", "acoth", "asech", "acsch"),
    "exponential": ("exp",),
    "logarithm": ("ln",),
}
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}
_FUNCTIONS = sorted(row["name"] for row in operators() if row["power"] is None and row["arity"] == 1)
_KINDS = ("add", "mul", "power", "root", "x_exponent", *_GROUPS, "other")
"""Kinds of nodes that contain ``x``; powers are split by exponent: integer, fraction, or one with ``x``."""

_EXPONENTS = ("-1", "-int", "2", "int", "-1/2", "1/2", "halves", "fraction", "symbol", "function")
_DEGREES = ("0", "1", "2", "3", "4", "more", "none")

COUNTS = (
    *(f"count {name}" for name in ("add", "mul", "pow", *_FUNCTIONS)),
    "operators",
    "depth",
    "tokens",
    "x",
    "numbers",
    "parameters",
)
"""The simple features: counts of operators, and sizes."""

FEATURES = (
    *COUNTS,
    *(f"{outer} of {inner}" for outer in _KINDS for inner in _KINDS),
    *(f"exponent {kind}" for kind in _EXPONENTS),
    *(f"root of degree {degree}" for degree in _DEGREES),
    *(f"divisor of degree {degree}" for degree in _DEGREES),
    *(f"{group} of degree {degree}" for group in _GROUPS for degree in ("1", "2", "more", "none")),
    *(f"arguments of {group}" for group in _GROUPS),
    "terms",
    "factors",
    "roots",
    "polynomial",
    "rational",
)
"""Names of all features, in order."""

_INDEX = {name: index for index, name in enumerate(FEATURES)}


def features_of(integrands: Sequence[Expr]) -> NDArray[np.float32]:
    """One row of :data:`FEATURES` for each integrand, [N, F]."""
    rows = np.zeros((len(integrands), len(FEATURES)), dtype=np.float32)
    for row, integrand in zip(rows, integrands, strict=True):
        for name, value in _counted(integrand).items():
            row[_INDEX[name]] = value
    return rows


class _Walk:
    """Nodes of an expression, children first, with their properties.

    Attributes:
        nodes: kind and content of each.
        degree: degree in ``x`` of each node that is a polynomial; ``None`` for other nodes.
        kinds: one of :data:`_KINDS`; ``None`` for ``x`` itself and for nodes without ``x``.
    """

    def __init__(self, integrand: Expr) -> None:
        self.nodes = integrand.nodes()
        self.degree: list[int | None] = []
        self.kinds: list[str | None] = []
        for kind, content in self.nodes:
            degree, name = self._describe(kind, content)
            self.degree.append(degree)
            self.kinds.append(name)

    def number(self, index: int) -> Fraction | None:
        """The value of a node, or ``None`` if it is not a number."""
        kind, content = self.nodes[index]
        return Fraction(*content) if kind == "number" else None

    def _describe(self, kind: str, content: object) -> tuple[int | None, str | None]:
        if kind == "number":
            return 0, None
        if kind == "symbol":
            return int(content == "x"), None
        children = content if isinstance(content, list) else []
        degrees = [self.degree[child] for child in children]
        if all(degree == 0 for degree in degrees):
            return 0, None
        known = [degree for degree in degrees if degree is not None]
        polynomial = len(known) == len(degrees)
        if kind in ("add", "mul"):
            joined = max if kind == "add" else sum
            return (joined(known) if polynomial else None), kind
        if kind == "pow":
            return self._power(children[0], children[1])
        return None, _GROUP_OF.get(kind, "other")

    def _power(self, base: int, exponent: int) -> tuple[int | None, str]:
        if self.degree[exponent] != 0:
            return None, "x_exponent"
        value = self.number(exponent)
        if value is None or value.denominator > 1:
            return None, "root"
        degree = self.degree[base]
        return (degree * int(value) if degree is not None and value > 0 else None), "power"


def _counted(integrand: Expr) -> Counter[str]:
    walk = _Walk(integrand)
    counts: Counter[str] = Counter()
    arguments: dict[str, set[int]] = {}
    roots = set()
    for index, (kind, content) in enumerate(walk.nodes):
        if kind in ("number", "symbol"):
            continue
        counts[f"count {kind}"] += 1
        outer = walk.kinds[index]
        if outer is None:
            continue
        for inner in {walk.kinds[child] for child in content} - {None}:
            counts[f"{outer} of {inner}"] += 1
        if kind == "pow":
            _count_power(walk, content[0], content[1], counts)
            if outer == "root":
                roots.add(content[0])
        elif outer in _GROUPS:
            arguments.setdefault(outer, set()).add(content[0])
            degree = walk.degree[content[0]]
            name = "none" if degree is None else str(degree) if degree < 3 else "more"
            counts[f"{outer} of degree {name}"] += 1
    for group, found in arguments.items():
        counts[f"arguments of {group}"] = len(found)
    counts["roots"] = len(roots)
    _count_sizes(integrand, walk, counts)
    return counts


def _count_power(walk: _Walk, base: int, exponent: int, counts: Counter[str]) -> None:
    value = walk.number(exponent)
    counts[f"exponent {_exponent(value, function=walk.degree[exponent] != 0)}"] += 1
    if value is None or (value.denominator == 1 and value > 0):
        return
    degree = walk.degree[base]
    name = "none" if degree is None else str(degree) if degree < 5 else "more"
    what = "root" if value.denominator > 1 else "divisor"
    counts[f"{what} of degree {name}"] += 1


def _exponent(value: Fraction | None, *, function: bool) -> str:
    if value is None:
        return "function" if function else "symbol"
    if str(value) in _EXPONENTS:
        return str(value)
    if value.denominator == 1:
        return "int" if value > 0 else "-int"
    return "halves" if value.denominator == 2 else "fraction"


def _count_sizes(integrand: Expr, walk: _Walk, counts: Counter[str]) -> None:
    kind, content = walk.nodes[-1]
    counts["terms"] = len(content) if kind == "add" else 1
    counts["factors"] = sum(walk.degree[child] != 0 for child in content) if kind == "mul" else 1
    counts["polynomial"] = walk.degree[-1] is not None
    used = {name for name in walk.kinds if name is not None}
    counts["rational"] = not used - {"add", "mul", "power"}
    prefix = integrand.to_prefix().split()
    counts["operators"], counts["depth"] = integrand.operators, integrand.depth
    counts["tokens"], counts["x"] = len(prefix), prefix.count("x")
    counts["numbers"] = sum(token in ("INT+", "INT-") for token in prefix)
    counts["parameters"] = len(integrand.parameters())
