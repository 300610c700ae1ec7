"""Changes of the variable, and how an answer in the new variable is carried back."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.continuity import unwound
from antiderive.integration.expressions import top
from antiderive.integration.problem import Problem, fresh
from antiderive.integration.quotients import number
from antiderive.integration.steps import Step
from antiderive.integration.tower import Kind, Tower, X
from antiderive.integration.univariate import univariate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from antiderive.integration.quotients import Quotient
    from antiderive.integration.search import Search


@dataclass(frozen=True)
class Change:
    """``variable = inner``.

    Attributes:
        variable: the new variable.
        inner: the new variable by the old one.
        integrand: the integrand in the new variable, the old differential written by the new one.
        restored: what symbols in the new integrand stand for besides.
    """

    variable: str
    inner: Expr
    integrand: Expr
    restored: Mapping[str, Expr] = field(default_factory=dict)


def carried_back(search: Search, problem: Problem, change: Change, rule: str) -> Step | None:
    """The step that integrates after a change of the variable."""
    inner = search.first(Problem(change.integrand, change.variable, problem.depth + 1))
    if inner is None:
        return None
    replacements: dict[str, Expr] = {change.variable: change.inner, **change.restored}
    kind, arguments = top(change.inner)
    before = unwound(inner.after, change.variable, arguments[0]) if kind == "tan" else inner.after
    after = before.subs(replacements)
    facts = ((change.variable, str(change.inner)),)
    return Step(rule, problem.integrand, after, problem.variable, facts, (inner,))


class Rewriting:
    """Elements of a tower with generators replaced by expressions in a new variable.

    Opaque constants that depend on the old variable become symbols, and are restored in the end.
    """

    def __init__(self, tower: Tower, taken: Expr) -> None:
        self.tower = tower
        opaque = [
            slot
            for slot, generator in enumerate(tower.generators)
            if generator.kind is Kind.CONSTANT and tower.variable in generator.expression.free_symbols
        ]
        names = fresh([taken], len(opaque) + 1)
        self.variable = names[0]
        self.symbols = {slot: Expr(name) for slot, name in zip(opaque, names[1:], strict=True)}
        self.restored = {str(self.symbols[slot]): tower.generators[slot].expression for slot in opaque}

    @property
    def new(self) -> Expr:
        """The new variable."""
        return Expr(self.variable)

    def written(self, element: Quotient, replaced: Mapping[int, Expr]) -> Expr:
        """An element in the new variable."""
        return self.tower.expression(element, {**self.symbols, **replaced})

    def everything(self, element: Quotient, x: Expr, replaced: dict[int, Expr]) -> Expr:
        """An element by ``x`` in the new variable: roots by their radicands, other generators by their texts.

        Args:
            element: what is written.
            x: the old variable by the new one.
            replaced: generators whose expression is known.
        """
        tower = self.tower
        known = {X: x, **replaced}
        for slot in sorted(tower.closure(element)):
            if slot in known:
                continue
            generator = tower.generators[slot]
            if generator.kind is Kind.ROOT:
                known[slot] = self.written(generator.power, known).together() ** Fraction(1, generator.order)
                continue
            text = generator.expression
            texts = {tower.generators[one].expression: known[one] for one in replaced}
            known[slot] = text.subs(texts).subs({tower.variable: x})
        return self.written(element, known)

    def change(self, integrand: Expr, inner: Expr) -> Change:
        """The change with this new integrand."""
        return Change(self.variable, inner, integrand, self.restored)


def carried(search: Search, problem: Problem, changes: Iterator[Change], rule: str) -> Iterator[Step]:
    """The steps of those changes whose new integral is found."""
    for change in changes:
        step = carried_back(search, problem, change, rule)
        if step is not None:
            yield step


def derivative_divides(search: Search, problem: Problem) -> Iterator[Step]:
    """``integral of f(g(x))*g'(x) = F(g(x))``: some part of the integrand whose derivative divides it."""
    yield from carried(search, problem, dividing_changes(problem), "substitution")


def dividing_changes(problem: Problem) -> Iterator[Change]:
    """Parts of the integrand whose derivatives divide it, as new variables."""
    name = fresh([problem.integrand])[0]
    for part, quotient in problem.divided:
        changed = quotient.subs({part: Expr(name)})
        if problem.variable not in changed.free_symbols:
            yield Change(name, part, changed)


def simplified_divides(search: Search, problem: Problem) -> Iterator[Step]:
    """As :func:`derivative_divides`, after simplification, and powers of the variable."""
    if problem.depth > 2:
        return
    x = problem.variable
    name = fresh([problem.integrand])[0]
    if problem.depth == 0:
        for part, quotient in problem.divided:
            changed = quotient.simplify().subs({part: Expr(name)})
            if x not in changed.free_symbols:
                step = carried_back(search, problem, Change(name, part, changed), "substitution")
                if step is not None:
                    yield step
    if problem.depth > 1:
        return
    for power in (2, 3, 4, Fraction(1, 2), Fraction(1, 3), -1):
        change = power_change(problem.integrand, x, name, Fraction(power))
        if change.integrand.operators <= problem.integrand.operators:
            step = carried_back(search, problem, change, "power substitution")
            if step is not None:
                yield step


def power_change(integrand: Expr, variable: str, name: str, power: Fraction) -> Change:
    """``u = x^power``."""
    u = Expr(name)
    changed = integrand.subs({variable: u ** (1 / power)}) * u ** (1 / power - 1) * (1 / power)
    return Change(name, Expr(variable) ** power, changed)


def generator_substitution(search: Search, problem: Problem) -> Iterator[Step]:
    """A generator of the tower as the new variable, if the rest can be written by it."""
    yield from carried(search, problem, generator_changes(problem), "substitution")


def generator_changes(problem: Problem) -> Iterator[Change]:
    """Generators of the tower as new variables."""
    tower, f = problem.field
    for slot in range(1, len(tower.generators)):
        generator = tower.generators[slot]
        if tower.constant_slot(slot) or generator.derivative.is_zero:
            continue
        rest = tower.reduce(f / generator.derivative)
        rewriting = Rewriting(tower, problem.integrand)
        replaced = {slot: rewriting.new}
        present = tower.functions(rest)
        if X in present and generator.kind is Kind.ROOT:
            continue
        for other in present - {slot, X}:
            if tower.kind(other) is Kind.ROOT:
                radicand = rewriting.written(tower.generators[other].power, {slot: rewriting.new})
                replaced[other] = radicand ** Fraction(1, tower.generators[other].order)
            else:
                text = tower.generators[other].expression
                replaced[other] = text.subs({generator.expression: rewriting.new})
        changed = rewriting.written(rest, replaced)
        if problem.variable not in changed.free_symbols:
            yield rewriting.change(changed, generator.expression)


def inverse_function_substitution(search: Search, problem: Problem) -> Iterator[Step]:
    """``x = sin(u)`` and the like where an inverse function of the variable occurs."""
    yield from carried(search, problem, inverse_function_changes(problem), "inverse substitution")


def inverse_function_changes(problem: Problem) -> Iterator[Change]:
    """``x = sin(u)`` and the like, and ``x = exp(u)``."""
    tower, _ = problem.field
    for slot in range(1, len(tower.generators)):
        generator = tower.generators[slot]
        if generator.kind is not Kind.PRIMITIVE:
            continue
        name = "ln" if generator.key[0] == "logarithm" else str(generator.key[1])
        inside = generator.argument[0]
        solved = _solved(tower, inside, Expr(fresh([problem.integrand])[0]), _DIRECT[name])
        if solved is None:
            continue
        variable, x = solved
        inner = Expr.apply(name, tower.expression(inside))
        changed = problem.integrand.subs({generator.expression: Expr(variable)}).subs({problem.variable: x})
        for radicand, value in _companion(name, variable):
            changed = changed.subs({radicand ** Fraction(1, 2): value})
        yield Change(variable, inner, changed * x.diff(variable))


_DIRECT = {
    "asin": "sin",
    "acos": "cos",
    "asinh": "sinh",
    "acosh": "cosh",
    "atan": "tan",
    "atanh": "tanh",
    "ln": "exp",
}


def _companion(name: str, variable: str) -> list[tuple[Expr, Expr]]:
    """Square roots that the substitution turns into functions: ``sqrt(1 - sin(u)^2) = cos(u)``."""
    u = Expr(variable)

    def of(function: str) -> Expr:
        return Expr.apply(function, u)

    known = {
        "asin": [(1 - of("sin") ** 2, of("cos"))],
        "acos": [(1 - of("cos") ** 2, of("sin"))],
        "asinh": [(1 + of("sinh") ** 2, of("cosh"))],
        "acosh": [(of("cosh") ** 2 - 1, of("sinh"))],
        "atan": [(1 + of("tan") ** 2, of("sec"))],
        "atanh": [(1 - of("tanh") ** 2, of("sech"))],
    }
    return known.get(name, [])


def _solved(tower: Tower, inside: Quotient, u: Expr, direct: str) -> tuple[str, Expr] | None:
    """``(u, x(u))`` from ``inside(x) = direct(u)``, ``inside`` linear or the inverse of a linear function."""
    if tower.functions(inside) != {X}:
        return None
    wave = Expr.apply(direct, u)
    for element, value in ((inside, wave), (tower.reduce(number(1) / inside), 1 / wave)):
        if not tower.constant_poly(element.denominator):
            continue
        poly = univariate(element)
        if len(poly) == 2:
            return str(u), (value - tower.expression(poly[0])) / tower.expression(poly[1])
    return None
