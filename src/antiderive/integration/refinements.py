"""What is learned about generators that were made too coarse, and the restart that follows."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antiderive.integration.tower import Tower

Key = tuple[object, ...]


class Restart(Exception):  # noqa: N818  (control flow of the embedding)
    """A generator already made is too coarse: build again with what has been learned."""


class Refinements:
    """By what a generator stands for, the number by which its exponent is divided.

    Attributes:
        scales: those numbers.
        split: whether every factor of a radicand has a root of its own.
    """

    def __init__(self) -> None:
        self.scales: dict[Key, int] = {}
        self.split = False

    def scale(self, tower: Tower, key: Key, denominator: int) -> int:
        """The number for a generator, so that this denominator divides it.

        Raises:
            Restart: if the generator is there with another number.
        """
        scale = self.scales.get(key, 1)
        if scale % denominator:
            self.scales[key] = scale = lcm(scale, denominator)
            if key in tower.by_key:
                raise Restart
        return scale

    def refine(self, key: Key, factor: int) -> None:
        """Divides the exponent of a generator further, and starts again.

        Raises:
            Restart: always.
        """
        self.scales[key] = self.scales.get(key, 1) * factor
        raise Restart

    def split_roots(self) -> None:
        """Gives every factor of a radicand a root of its own, and starts again.

        Raises:
            Restart: always.
        """
        self.split = True
        raise Restart
