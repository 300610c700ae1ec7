"""Disguised right answers and wrong answers, to test a verifier with, and an independent judge of both.

:func:`disguised` rewrites an antiderivative by identities; :func:`mutated` breaks it in one place. A mutant
can be right by accident (another additive constant), and a disguise wrong where an identity crosses a branch
cut. :func:`differs` decides by numerical differentiation in mpmath with 50 digits; it shares nothing with the
package's own arithmetic.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from antiderive._core import operators
from antiderive.expressions import Expr

if TYPE_CHECKING:
    from collections.abc import Callable

_ARITY = {row["name"]: row["arity"] for row in operators()}
_SIGNS = ("INT+", "INT-")

IDENTITIES = {
    "sin": ("mul INT+ 2 mul sin div u INT+ 2 cos div u INT+ 2", "mul INT- 1 cos add u div pi INT+ 2"),
    "cos": ("sub INT+ 1 mul INT+ 2 pow sin div u INT+ 2 INT+ 2", "sin add u div pi INT+ 2"),
    "tan": ("div sin u cos u", "div sin mul INT+ 2 u add INT+ 1 cos mul INT+ 2 u"),
    "exp": ("pow exp div u INT+ 2 INT+ 2", "add sinh u cosh u"),
    "sinh": ("div sub exp u exp mul INT- 1 u INT+ 2",),
    "cosh": ("div add exp u exp mul INT- 1 u INT+ 2",),
    "tanh": ("div sinh u cosh u", "div sub exp mul INT+ 2 u INT+ 1 add exp mul INT+ 2 u INT+ 1"),
    "ln": ("mul INT+ 2 ln sqrt u",),
    "asin": ("sub div pi INT+ 2 acos u",),
    "acos": ("sub div pi INT+ 2 asin u",),
    "atan": ("mul INT+ 2 atan div u add INT+ 1 sqrt add INT+ 1 pow u INT+ 2",),
    "asinh": ("ln add u sqrt add pow u INT+ 2 INT+ 1",),
    "acosh": ("ln add u mul sqrt sub u INT+ 1 sqrt add u INT+ 1",),
    "atanh": ("div sub ln add INT+ 1 u ln sub INT+ 1 u INT+ 2",),
}
"""Equal values on principal branches, in prefix form with ``u`` for the argument."""

UP_TO_CONSTANTS = {
    "ln": ("ln mul INT- 1 u", "ln mul INT+ 3 u", "mul INT- 1 ln div INT+ 1 u", "div ln pow u INT+ 2 INT+ 2"),
    "atan": ("mul INT- 1 atan div INT+ 1 u",),
    "asin": ("mul INT- 1 acos u",),
    "asinh": ("ln sub sqrt add pow u INT+ 2 INT+ 1 mul INT- 1 u",),
}
"""Equal up to a constant, so only for the terms of a sum."""

CONSTANTS = ("INT+ 7", "INT- 1", "pi", "ln INT+ 2", "div INT+ 3 INT+ 4", "exp INT+ 2")


@dataclass(frozen=True)
class Tree:
    """A prefix form as a tree, with its arguments in the order written."""

    name: str
    arguments: tuple[Tree, ...] = ()

    @classmethod
    def read(cls, text: str) -> Tree:
        """The tree of a well-formed prefix form."""
        stack: list[Tree] = []
        digits: list[str] = []
        # From the right, so that arguments come before their operator.
        for token in reversed(text.split()):
            if token.isdigit():
                digits.append(token)
            elif token in _SIGNS:
                stack.append(cls(f"{token} {' '.join(reversed(digits))}"))
                digits = []
            else:
                stack.append(cls(token, tuple(stack.pop() for _ in range(_ARITY.get(token, 0)))))
        (tree,) = stack
        return tree

    @property
    def text(self) -> str:
        """The prefix form."""
        return " ".join([self.name, *(argument.text for argument in self.arguments)])

    def paths(self) -> list[tuple[int, ...]]:
        """Paths to all sub-trees; the root's, which is empty, comes first."""
        found: list[tuple[int, ...]] = [()]
        for number, argument in enumerate(self.arguments):
            found += [(number, *path) for path in argument.paths()]
        return found

    def at(self, path: tuple[int, ...]) -> Tree:
        """The sub-tree at a path."""
        tree = self
        for number in path:
            tree = tree.arguments[number]
        return tree

    def put(self, path: tuple[int, ...], part: Tree) -> Tree:
        """The tree with the sub-tree at a path replaced."""
        if not path:
            return part
        first, *rest = path
        arguments = list(self.arguments)
        arguments[first] = arguments[first].put(tuple(rest), part)
        return Tree(self.name, tuple(arguments))


def disguised(solution: Expr, rng: random.Random) -> Expr:
    """The same antiderivative in another form: one to three rewrites, and perhaps another constant.

    Raises:
        AntideriveError: if the form is undefined or too large.
    """
    expr = solution
    for _ in range(rng.randint(1, 3)):
        rewrite = rng.choice((_reordered, _by_identity, _by_identity, _up_to_constants, _regrouped))
        expr = rewrite(expr, rng)
    if rng.random() < 0.3:
        expr = expr + Expr.from_prefix(rng.choice(CONSTANTS))
    return expr


def _reordered(expr: Expr, rng: random.Random) -> Expr:
    tree = Tree.read(expr.to_prefix())
    # Inner ones first: a swap changes the paths to what is inside.
    for path in reversed(tree.paths()):
        part = tree.at(path)
        if part.name in ("add", "mul") and rng.random() < 0.5:
            tree = tree.put(path, Tree(part.name, part.arguments[::-1]))
    return Expr.from_prefix(tree.text)


def _by_identity(expr: Expr, rng: random.Random) -> Expr:
    tree = Tree.read(expr.to_prefix())
    paths = [path for path in tree.paths() if tree.at(path).name in IDENTITIES]
    return _rewritten(tree, paths, IDENTITIES, rng) if paths else _regrouped(expr, rng)


def _up_to_constants(expr: Expr, rng: random.Random) -> Expr:
    tree = Tree.read(expr.to_prefix())
    paths = [path for path in _term_paths(tree) if tree.at(path).name in UP_TO_CONSTANTS]
    return _rewritten(tree, paths, UP_TO_CONSTANTS, rng) if paths else _by_identity(expr, rng)


def _term_paths(tree: Tree, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Paths to the terms of a sum, without their numerical factors."""
    part = tree.at(path)
    if part.name in ("add", "sub"):
        return [p for number in (0, 1) for p in _term_paths(tree, (*path, number))]
    if part.name == "mul" and part.arguments[0].name.startswith(_SIGNS):
        return _term_paths(tree, (*path, 1))
    if part.name == "div" and part.arguments[1].name.startswith(_SIGNS):
        return _term_paths(tree, (*path, 0))
    return [path]


def _rewritten(
    tree: Tree, paths: list[tuple[int, ...]], rules: dict[str, tuple[str, ...]], rng: random.Random
) -> Expr:
    path = rng.choice(paths)
    part = tree.at(path)
    pattern = rng.choice(rules[part.name])
    argument = part.arguments[0].text
    written = " ".join(argument if name == "u" else name for name in pattern.split())
    return Expr.from_prefix(tree.put(path, Tree(written)).text)


def _regrouped(expr: Expr, rng: random.Random) -> Expr:
    """Expanded, factored, over one denominator, or simplified."""
    return rng.choice((expr.expand, expr.factor, expr.together, expr.simplify))()


def mutated(solution: Expr, rng: random.Random) -> tuple[str, Expr]:
    """The name of a change, and a candidate that differs from the solution by it in one place.

    Changes: ``constant`` (a number one larger or smaller), ``sign`` (of a sub-expression), ``subtree`` (one
    replaced by another), ``near`` (a sub-expression times 1 + 1e-9).

    Raises:
        AntideriveError: if the mutant is undefined.
    """
    tree = Tree.read(solution.to_prefix())
    paths = tree.paths()
    numbers = [path for path in paths if tree.at(path).name.startswith(_SIGNS)]
    kind = rng.choice(("constant", "sign", "subtree", "near") if numbers else ("sign", "subtree", "near"))
    path = rng.choice(numbers if kind == "constant" else paths)
    part = tree.at(path)
    if kind == "constant":
        value = int(part.name.replace("INT", "").replace(" ", "")) + rng.choice((-1, 1))
        other = f"{'INT-' if value < 0 else 'INT+'} {' '.join(str(abs(value)))}"
    elif kind == "sign":
        other = f"mul INT- 1 {part.text}"
    elif kind == "subtree":
        other = tree.at(rng.choice(paths)).text
    else:
        million = " ".join(str(10**9))
        other = f"mul add INT+ 1 div INT+ 1 INT+ {million} {part.text}"
    return kind, Expr.from_prefix(tree.put(path, Tree(other)).text)


POINTS = (0.437, 1.269, -0.352, 2.183, -1.417, 0.113, 3.671, -2.739, 5.327, -4.619, 8.153, 0.029)
"""Points at which :func:`differs` compares."""

_LARGEST_ARGUMENT = 1e5


def differs(integrand: Expr, candidate: Expr, *, points: int = 2) -> bool | None:
    """Tell whether the candidate's derivative differs from the integrand, in mpmath with 50 digits.

    Args:
        integrand: a function of ``x`` alone.
        candidate: the supposed antiderivative.
        points: number of points that must agree for the answer to be ``False``.

    Returns:
        ``None`` if all usable points agree (those where the integrand is real and nothing overflows), but
        there are fewer than ``points`` of them.
    """
    import mpmath

    agreed = 0
    with mpmath.workdps(50):
        for x in POINTS:
            f = integrand.evaluate(x=x)
            if not (math.isfinite(f.real) and f.imag == 0 and 1e-30 < abs(f) < 1e30):
                continue
            try:
                slope = mpmath.diff(lambda t: _value(candidate, t), mpmath.mpf(x))
                exact = _value(integrand, mpmath.mpf(x))
            except (ArithmeticError, ValueError):
                continue
            if abs(slope - exact) > mpmath.mpf(10) ** -20 * abs(exact):
                return True
            agreed += 1
            if agreed >= points:
                return False
    return None


def _value(expr: Expr, x: Any) -> Any:  # noqa: ANN401  (mpmath is untyped)
    import mpmath

    names: dict[str, Callable[[Any], Any]] = {"ln": mpmath.log, "abs": abs}
    made: list[Any] = []
    for kind, value in expr.nodes():
        if kind == "number":
            made.append(mpmath.mpf(value[0]) / value[1])
        elif kind == "symbol":
            made.append({"x": x, "pi": mpmath.pi, "E": mpmath.e, "I": mpmath.j}[value])
        elif kind == "add":
            made.append(mpmath.fsum(made[index] for index in value))
        elif kind == "mul":
            made.append(mpmath.fprod(made[index] for index in value))
        elif kind == "pow":
            made.append(mpmath.power(*(made[index] for index in value)))
        else:
            if abs(made[value[0]]) > _LARGEST_ARGUMENT:
                raise OverflowError
            made.append(names.get(kind, getattr(mpmath, kind, None) or abs)(made[value[0]]))
    return made[-1]
