"""The interface of a task: its problems, their notation, the judgment of answers, and their generation.

Your own task is a class that derives from :class:`Task` (or from :class:`ExprTask`, where a problem is
one expression), registered by an entry point of the group ``antiderive.tasks`` or, in a notebook, by
:func:`antiderive.tasks.register`; ``docs/how-to/own-task.md`` is a complete example. A solution is always one
expression: that is what the grammar of decoding writes.
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

from antiderive._core import arities, vocabulary
from antiderive.errors import SettingError
from antiderive.expressions import Expr
from antiderive.tasks.sampling import sample_examples

if TYPE_CHECKING:
    from antiderive.tasks.draws import Draws
    from antiderive.tasks.examples import Examples, Functions
    from antiderive.tasks.recipe import Recipe
    from antiderive.verification import Verdict

P = TypeVar("P")
Option: TypeAlias = int | float | str | bool
Solve: TypeAlias = Callable[[Expr], Expr | str]
"""A function that finds the confirmed antiderivative of an integrand, or a word that says why not."""


class Task(ABC, Generic[P]):
    """A kind of problem ``P``: an expression, or anything that can be written as tokens.

    Attributes:
        name: name on the command line and in recipes: letters, digits and ``_``.
        title: one line for readers.
        options: the task's own settings that a recipe may give, with their defaults.
        needs_solver: whether a solver, passed to :meth:`generate`, must find the integrals. Then a range of
            indices holds fewer examples than indices, each costs a call to computer algebra, and training
            reads stored examples instead of generating them.
        poses_integrals: whether a problem is an integrand in ``x``, see :class:`Integration`.
    """

    name: str
    title: str
    options: ClassVar[Mapping[str, Option]] = {}
    needs_solver: ClassVar[bool] = False
    poses_integrals: ClassVar[bool] = False

    @abstractmethod
    def encode(self, problem: P) -> list[int]:
        """Return the token ids of a problem as the model reads it."""

    @abstractmethod
    def decode(self, tokens: list[int]) -> P:
        """Return the problem that these token ids write; the inverse of :meth:`encode`.

        Raises:
            ParseError: if they write none.
        """

    @abstractmethod
    def read(self, text: str) -> P:
        """Read a problem that a person has written, in infix.

        Raises:
            ParseError: if the text is not a problem.
        """

    @abstractmethod
    def write(self, problem: P) -> str:
        """Return a problem for people to read, in infix, on one line; the inverse of :meth:`read`."""

    @abstractmethod
    def verify(self, problem: P, candidate: Expr) -> Verdict:
        """Return the verdict on a candidate. A wrong one must never be ``proved`` or ``agrees``."""

    def skeleton(self, problem: P) -> str:
        """Return the skeleton, which decides the split: all problems of one skeleton are in the same split.

        By default the tokens, with ``#`` for every number.
        """
        return skeleton_of(self.encode(problem))

    def sample(self, recipe: Recipe, random: Draws) -> tuple[P, Expr] | str:  # noqa: ARG002
        """Sample a problem with its solution, or give a reason for having none, such as ``"constant"``.

        Draw every random choice from ``random`` and keep nothing from one call to the next, so that an
        example is a pure function of the recipe and its index. A task without this method has only a
        verifier: it evaluates and solves but cannot generate.
        """
        raise SettingError(
            f"the task {self.name!r} has only a verifier and cannot generate: it does not define sample()"
        )

    def confirm(self, problem: P, solution: Expr) -> bool:
        """Tell whether a sampled pair may be written; every pair is checked. By default by :meth:`verify`."""
        return self.verify(problem, solution).accepted

    def generate(
        self,
        recipe: Recipe,
        start: int,
        count: int,
        *,
        threads: int = 1,  # noqa: ARG002
        solve: Solve | None = None,  # noqa: ARG002
    ) -> Examples:
        """Generate examples ``start`` to ``start + count``, by default by :meth:`sample` in one thread.

        Args:
            recipe: the recipe.
            start: first index.
            count: number of indices.
            threads: examples made in parallel; the number changes none of them.
            solve: the solver, for a task that needs one.

        Raises:
            SettingError: if the task cannot generate, or the recipe allows hardly any example.
        """
        return sample_examples(self, recipe, start, count)

    def functions(self, recipe: Recipe, start: int, count: int, *, threads: int = 1) -> Functions:  # noqa: ARG002
        """Generate integrands ``start`` to ``start + count`` of a recipe, if the task poses integrals.

        Raises:
            SettingError: if it does not.
        """
        raise SettingError(f"the problems of the task {self.name!r} are not integrals; name another task")

    def settings(self, recipe: Recipe) -> dict[str, Any]:
        """Return the options of ``recipe``; missing ones get their defaults.

        Raises:
            SettingError: for an option that the task does not have, or of the wrong type.
        """
        for name, value in recipe.options.items():
            if name not in self.options:
                raise SettingError(f"task {self.name}: unknown option {name!r}{self._hint(name)}")
            kind = type(self.options[name])
            if type(value) is not kind and not (kind is float and type(value) is int):
                wrong = f"not {type(value).__name__} ({value!r})"
                raise SettingError(f"task {self.name}: option {name} must be {kind.__name__}, {wrong}")
        return {**self.options, **recipe.options}

    def _hint(self, name: str) -> str:
        if not self.options:
            return "; it has no options"
        close = difflib.get_close_matches(name, self.options, n=1)
        return f"; did you mean {close[0]!r}?" if close else f"; known options: {', '.join(self.options)}"


class ExprTask(Task[Expr]):
    """A task whose problem is one expression, written as its prefix tokens."""

    def encode(self, problem: Expr) -> list[int]:
        """Return the prefix tokens of the expression."""
        return problem.to_tokens()

    def decode(self, tokens: list[int]) -> Expr:
        """Return the expression of these prefix tokens."""
        return Expr.from_tokens(tokens)

    def read(self, text: str) -> Expr:
        """Read the expression of an infix text."""
        return Expr(text)

    def write(self, problem: Expr) -> str:
        """Return the expression in infix."""
        return problem.to_infix()

    def skeleton(self, problem: Expr) -> str:
        """Return the canonical form with numeric constants abstracted away."""
        return problem.skeleton()


_NAMES = vocabulary()
_ARITIES = arities()
_SIGNS = {_NAMES.index("INT+"), _NAMES.index("INT-")}
_DIGITS = {_NAMES.index(str(digit)) for digit in range(10)}


def skeleton_of(tokens: list[int]) -> str:
    """Return the names of the tokens, with ``#`` for every number (a sign and its digits).

    >>> from antiderive._core import Expr
    >>> skeleton_of(Expr("3*x - 25").to_tokens())
    'add mul # x #'
    """
    names = ("#" if token in _SIGNS else _NAMES[token] for token in tokens if token not in _DIGITS)
    return " ".join(names)


def expressions_of(tokens: list[int]) -> tuple[Expr, ...]:
    """Return consecutive expressions; the arities of the tokens tell where each ends.

    Raises:
        ParseError: if the last one is incomplete or one is malformed.

    >>> from antiderive._core import Expr
    >>> row = Expr("x*y").to_tokens() + Expr("12").to_tokens() + Expr("y").to_tokens()
    >>> [str(each) for each in expressions_of(row)]
    ['x*y', '12', 'y']
    """
    parts: list[list[int]] = []
    missing = 0
    for token in tokens:
        if token not in _DIGITS:  # the digits belong to the sign before them
            if missing == 0:
                parts.append([])
                missing = 1
            missing += _ARITIES[token] - 1
        elif not parts:
            parts.append([])
        parts[-1].append(token)
    return tuple(Expr.from_tokens(part) for part in parts)
