"""Arctangents without jumps where a tangent was the new variable.

``atan(a*tan(w) + b)`` jumps where the tangent has poles; with ``w`` taken out it does not, because the rest
is the argument of a complex number that stays off the negative real line (Jeffrey and Rich, *The evaluation
of trigonometric integrals avoiding spurious discontinuities*).
"""

from __future__ import annotations

from antiderive.expressions import Expr
from antiderive.integration.collecting import collected
from antiderive.integration.expressions import arctangent, linear_of, sign, subexpressions


def unwound(antiderivative: Expr, tangent: str, angle: Expr) -> Expr:
    """An antiderivative in ``tangent = tan(angle)`` with its arctangents of linear functions made continuous.

    Args:
        antiderivative: in the new variable.
        tangent: the new variable.
        angle: what it is the tangent of.
    """
    replacements = {}
    for (kind, value), part in zip(antiderivative.nodes(), subexpressions(antiderivative), strict=True):
        if kind != "atan":
            continue
        argument = subexpressions(antiderivative)[value[0]]
        found = linear_of(argument, tangent)
        if found is not None:
            continuous = _continuous(*found, angle)
            if continuous is not None:
                replacements[part] = continuous
    return antiderivative.subs(replacements) if replacements else antiderivative


def _continuous(a: Expr, b: Expr, w: Expr) -> Expr | None:
    if sign(a) < 0:
        opposite = _continuous(-a, -b, w)
        return None if opposite is None else -opposite
    if a == 1 and b == 0:
        return w
    if sign(a) == 0 or sign(4 * a - b**2) <= 0:
        return None
    s, c = Expr.apply("sin", 2 * w), Expr.apply("cos", 2 * w)
    if b == 0:
        ratio = _plain((1 + a) / (1 - a))
        return w - arctangent(s / (ratio + c))
    top = (a - 1) * s + b * c + b
    return w + arctangent(top / ((1 + a) + (1 - a) * c + b * s))


def _plain(ratio: Expr) -> Expr:
    """A constant without a root in its denominator, if that is shorter."""
    forms = [ratio, *collected(ratio)]
    return min(forms, key=lambda form: len(str(form)))
