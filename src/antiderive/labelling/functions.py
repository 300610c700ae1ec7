"""The functions that are labelled, by recipe and index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.datasets import Examples, Functions
from antiderive.expressions import Split
from antiderive.tasks import INTEGRALS, task_named
from antiderive.tasks.fwd import ForwardIntegration

if TYPE_CHECKING:
    from antiderive.tasks import Recipe


@dataclass(frozen=True)
class Function:
    """The function at one index of a recipe; a row of the table ``functions``.

    Attributes:
        index: its place in the recipe.
        key: hash of its text; two indices that give the same function share it.
        prefix: the function in prefix form.
        operators: number of its operators.
        skeleton: keyed hash of its skeleton.
        split: train, valid or test, by the skeleton.
    """

    index: int
    key: bytes
    prefix: str
    operators: int
    skeleton: int
    split: str


def content_key(prefix: str) -> bytes:
    """16 bytes that name the problem "integrate this function of x"."""
    return hashlib.blake2b(f"integrate x\0{prefix}".encode(), digest_size=16).digest()


def functions_of(recipe: Recipe, start: int, count: int) -> list[Function]:
    """Functions ``start`` to ``start + count``: those of ``fwd`` or ``textbook``, another task's integrands.

    Raises:
        SettingError: for a task that is not known.
        ParseError: for a task whose problems are no integrands.
    """
    task = task_named(recipe.task)
    if isinstance(task, ForwardIntegration):
        sampled = Functions.generate(recipe, start, count)
        integrands = [sampled.integrand(place) for place in range(count)]
        skeletons, splits, operators = sampled.skeletons, sampled.splits, sampled.operators
    else:
        examples = Examples.generate(recipe, start, count)
        integrands = [task.decode(examples.problem(place)) for place in range(count)]
        skeletons, splits = examples.skeletons, examples.splits
        operators = INTEGRALS.operators(examples.problem_operators)
    return [
        Function(
            index=start + place,
            key=content_key(prefix := integrand.to_prefix()),
            prefix=prefix,
            operators=int(operators[place]),
            skeleton=int(skeletons[place]),
            split=Split(int(splits[place])).name.lower(),
        )
        for place, integrand in enumerate(integrands)
    ]
