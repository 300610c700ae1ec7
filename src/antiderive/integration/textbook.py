"""Derivations as people write them by hand, for what first courses treat.

A closed system of rules: table, constant factors, sums, substitution, parts, trigonometric identities,
partial fractions. It finds the short derivations and fails early on everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.integration.budget import checkpoint
from antiderive.integration.expressions import (
    factors_of,
    linear_of,
    number_of,
    subexpressions,
    terms,
    top,
)
from antiderive.integration.partial_fractions import partial_fractions
from antiderive.integration.problem import fresh
from antiderive.integration.steps import Step
from antiderive.integration.table import looked_up, split_constant
from antiderive.integration.trigonometric_identities import rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from antiderive.integration.problem import Problem
    from antiderive.integration.search import Search

_DEEPEST = 7
_MOST_OPERATORS = 40
_MOST_TERMS = 14
_MOST_INTEGRALS = 60
_LARGEST_PARTS = 8

_OSCILLATING = ("exp", "sin", "cos", "sinh", "cosh")
_BY_PARTS = (
    "ln", "asin", "acos", "atan", "acot", "asec", "acsc",
    "asinh", "acosh", "atanh", "acoth", "asech", "acsch",
)  # fmt: skip


def textbook(search: Search, problem: Problem) -> Iterator[Step]:  # noqa: ARG001  (as every method)
    """The derivation by these rules, if there is one."""
    if problem.integrand.operators > _MOST_OPERATORS:
        return
    step = _Derivation().derive(problem.integrand, problem.variable)
    if step is not None:
        yield step


class _Derivation:
    """One attempt; it counts its integrals, so that it ends soon where the rules do not lead anywhere."""

    def __init__(self) -> None:
        self.left = _MOST_INTEGRALS
        self.open: set[str] = set()

    def derive(self, integrand: Expr, variable: str, depth: int = 0) -> Step | None:
        """A derivation of one integral."""
        checkpoint()
        if variable not in integrand.free_symbols:
            return Step("constant", integrand, integrand * Expr(variable), variable)
        self.left -= 1
        key = f"{variable}|{integrand}"
        if self.left < 0 or depth > _DEEPEST or key in self.open:
            return None
        self.open.add(key)
        try:
            for rule in _RULES:
                step = rule(self, integrand, variable, depth)
                if step is not None:
                    return step
        except AntideriveError:
            return None
        finally:
            self.open.discard(key)
        return None

    # --- rules

    def table(self, integrand: Expr, variable: str, depth: int) -> Step | None:  # noqa: ARG002
        """A basic integral."""
        return looked_up(integrand, variable)

    def constant_factor(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """``c*f``."""
        constant, rest = split_constant(integrand, variable)
        if constant == 1:
            return None
        inner = self.derive(rest, variable, depth + 1)
        if inner is None:
            return None
        return Step("constant factor", integrand, constant * inner.after, variable, (), (inner,))

    def sums(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """Term by term."""
        return self._termwise("sum", integrand, integrand, variable, depth)

    def _termwise(self, rule: str, integrand: Expr, form: Expr, variable: str, depth: int) -> Step | None:
        summands = terms(form)
        if len(summands) < 2 or len(summands) > _MOST_TERMS:
            return None
        inner, total = [], Expr(0)
        for summand in summands:
            step = self.derive(summand, variable, depth + 1)
            if step is None:
                return None
            inner.append(step)
            total = total + step.after
        whole = Step("sum", form, total, variable, (), tuple(inner))
        return whole if rule == "sum" else Step(rule, integrand, total, variable, (), (whole,))

    def substitution(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """A part of the integrand whose derivative divides it."""
        name = fresh([integrand, Expr(variable)])[0]
        met: set[Expr] = set()
        for (kind, _), part in zip(integrand.nodes(), subexpressions(integrand), strict=True):
            if kind in ("number", "symbol") or variable not in part.free_symbols or part in met:
                continue
            met.add(part)
            if part == integrand or linear_of(part, variable) is not None:
                continue
            changed = (integrand / part.diff(variable)).subs({part: Expr(name)})
            if variable in changed.free_symbols:
                continue
            inner = self.derive(changed, name, depth + 1)
            if inner is not None:
                after = without_constant(inner.after.subs({name: part}), variable)
                return Step("substitution", integrand, after, variable, ((name, str(part)),), (inner,))
        return None

    def power_substitution(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """``u = x^k`` where only such powers occur beside ``x^(k - 1)``."""
        name = fresh([integrand, Expr(variable)])[0]
        for power in _POWERS:
            inner = Expr(variable) ** power
            changed = _by_power(integrand / inner.diff(variable), variable, power, Expr(name))
            if changed is None:
                continue
            step = self.derive(changed, name, depth + 1)
            if step is not None:
                after = without_constant(step.after.subs({name: inner}), variable)
                return Step("substitution", integrand, after, variable, ((name, str(inner)),), (step,))
        return None

    def linear_substitution(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """A polynomial times a high, broken or symbolic power of a linear function."""
        found = _linear_power(integrand, variable)
        if found is None:
            return None
        base, (slope, low) = found
        name = fresh([integrand, Expr(variable)])[0]
        u = Expr(name)
        rest = integrand.subs({base: u}).subs({variable: (u - low) / slope})
        changed = (rest / slope).expand()
        inner = self.derive(changed, name, depth + 1)
        if inner is None:
            return None
        after = without_constant(inner.after.subs({name: base}), variable)
        return Step("linear substitution", integrand, after, variable, ((name, str(base)),), (inner,))

    def parts(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """A polynomial times an exponential or a circular function, or anything simple times a logarithm."""
        pair = parts_of(integrand, variable)
        if pair is None:
            return None
        u, dv = pair
        first = self.derive(dv, variable, depth + 1)
        if first is None:
            return None
        rest = (first.after * u.diff(variable)).expand()
        facts = (("u", str(u)), ("dv", str(dv)), ("v", str(first.after)))
        second = self.derive(rest, variable, depth + 1)
        if second is None:
            return None
        after = (u * first.after - second.after) if rest != 0 else u * first.after
        return Step("parts", integrand, after, variable, facts, (first, second))

    def cyclic_parts(self, integrand: Expr, variable: str, depth: int) -> Step | None:  # noqa: ARG002
        """``exp(a*x)*sin(b*x + c)`` and with the cosine."""
        factors = factors_of(integrand)
        if len(factors) != 2:
            return None
        found = {top(factor)[0]: top(factor)[1] for factor in factors}
        wave = next((name for name in ("sin", "cos") if name in found), None)
        growth = next((factor for factor in factors if _is_exponential(factor, variable)), None)
        if wave is None or growth is None or linear_of(found[wave][0], variable) is None:
            return None
        a, b = (growth.diff(variable) / growth), found[wave][0].diff(variable)
        if variable in a.free_symbols:
            return None
        s, c = Expr.apply("sin", found[wave][0]), Expr.apply("cos", found[wave][0])
        inside = a * s - b * c if wave == "sin" else a * c + b * s
        after = growth * inside / (a**2 + b**2)
        u = s if wave == "sin" else c
        twice = growth * (u / a + u.diff(variable) * -1 / a**2)
        facts = (("u", str(u)), ("dv", str(growth)), ("g", str(twice)), ("c", str(-(b**2) / a**2)))
        return Step("cyclic parts", integrand, after, variable, facts)

    def identities(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """A trigonometric identity, then the integral of what it gives."""
        form = rewritten(integrand, variable)
        if form is None or form == integrand:
            return None
        inner = self.derive(form, variable, depth + 1)
        if inner is None:
            return None
        return Step("rewriting", integrand, inner.after, variable, (("identity", str(form)),), (inner,))

    def fractions(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """Partial fractions."""
        form = partial_fractions(integrand, variable)
        if form is None or form == integrand:
            return None
        return self._termwise("partial fractions", integrand, form, variable, depth)

    def expansion(self, integrand: Expr, variable: str, depth: int) -> Step | None:
        """Products multiplied out."""
        kinds = [top(factor) for factor in factors_of(integrand)]
        if all(kind not in ("add", "pow") for kind, _ in kinds):
            return None
        if any(
            kind == "pow" and top(inside[0])[0] == "add" and not _is_natural(inside[1])
            for kind, inside in kinds
        ):
            return None
        form = integrand.expand()
        if form == integrand:
            return None
        return self._termwise("expansion", integrand, form, variable, depth)


_RULES: tuple[Callable[[_Derivation, Expr, str, int], Step | None], ...] = (
    _Derivation.table,
    _Derivation.constant_factor,
    _Derivation.sums,
    _Derivation.linear_substitution,
    _Derivation.substitution,
    _Derivation.power_substitution,
    _Derivation.cyclic_parts,
    _Derivation.parts,
    _Derivation.identities,
    _Derivation.fractions,
    _Derivation.expansion,
)


_POWERS = (2, 3, 4)


def _by_power(integrand: Expr, variable: str, power: int, u: Expr) -> Expr | None:
    """An integrand in which the variable occurs in powers divisible by ``power`` only, by these."""
    x = Expr(variable)
    replacements = {}
    for (kind, value), part in zip(integrand.nodes(), subexpressions(integrand), strict=True):
        if kind != "pow" or subexpressions(integrand)[value[0]] != x:
            continue
        exponent = number_of(subexpressions(integrand)[value[1]])
        if exponent is None or (exponent / power).denominator != 1:
            return None
        replacements[part] = u ** (exponent / power)
    changed = integrand.subs(replacements)
    return None if variable in changed.free_symbols or not replacements else changed


def without_constant(antiderivative: Expr, variable: str) -> Expr:
    """A sum without its constant terms."""
    summands = terms(antiderivative)
    kept = [term for term in summands if variable in term.free_symbols]
    if len(kept) == len(summands) or not kept:
        return antiderivative
    total = Expr(0)
    for term in kept:
        total = total + term
    return total


def _linear_power(integrand: Expr, variable: str) -> tuple[Expr, tuple[Expr, Expr]] | None:
    """The linear base of the only factor that is not a polynomial of low degree."""
    base = None
    for factor in factors_of(integrand):
        if variable not in factor.free_symbols or _is_polynomial(factor, variable):
            continue
        kind, arguments = top(factor)
        if kind != "pow" or variable in arguments[1].free_symbols or base is not None:
            return None
        base = arguments[0]
    if base is None or base == Expr(variable):
        return None
    found = linear_of(base, variable)
    return None if found is None else (base, found)


def _is_polynomial(factor: Expr, variable: str) -> bool:
    """Whether a factor is a polynomial in the variable that is multiplied out without harm."""
    kind, arguments = top(factor)
    if kind == "add":
        return all(_is_polynomial(term, variable) for term in arguments)
    if kind == "mul":
        return all(_is_polynomial(one, variable) for one in arguments)
    if variable not in factor.free_symbols or factor == Expr(variable):
        return True
    if kind != "pow":
        return False
    power = number_of(arguments[1])
    if power is None or power.denominator != 1 or power < 0:
        return False
    most = 12 if arguments[0] == Expr(variable) else 3
    return power <= most and _is_polynomial(arguments[0], variable)


def _is_natural(exponent: Expr) -> bool:
    value = number_of(exponent)
    return value is not None and value.denominator == 1 and value > 0


def _is_exponential(factor: Expr, variable: str) -> bool:
    kind, arguments = top(factor)
    if kind == "exp":
        return linear_of(arguments[0], variable) is not None
    if kind == "pow" and variable not in arguments[0].free_symbols:
        return linear_of(arguments[1], variable) is not None
    return False


def parts_of(integrand: Expr, variable: str) -> tuple[Expr, Expr] | None:
    """``(u, dv)`` by the usual order: logarithms and inverse functions, then polynomials."""
    factors = factors_of(integrand)
    for factor in factors:
        kind, arguments = top(factor)
        if kind == "pow" and number_of(arguments[1]) in (2, 3):
            kind = top(arguments[0])[0]
        if kind in _BY_PARTS:
            return factor, integrand / factor
    waves = [
        factor
        for factor in factors
        if (top(factor)[0] in _OSCILLATING and linear_of(top(factor)[1][0], variable) is not None)
        or _is_exponential(factor, variable)
        or _is_known_square(factor, variable)
    ]
    if len(waves) != 1 or len(factors) < 2:
        return None
    rest = integrand / waves[0]
    if not _is_polynomial(rest, variable) or rest.operators > 4 * _LARGEST_PARTS:
        return None
    return rest, waves[0]


def _is_known_square(factor: Expr, variable: str) -> bool:
    """Squares of secants and the like, which the table integrates."""
    kind, arguments = top(factor)
    if kind != "pow" or number_of(arguments[1]) not in (2, -2) or top(arguments[0])[0] in ("symbol", "add"):
        return False
    return looked_up(factor, variable) is not None
