"""The vocabulary: token names and ids, read from the operator table."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property

from antiderive._core import arities, vocabulary
from antiderive.errors import DataError, ParseError


class Vocabulary:
    """Names of the tokens that a model knows, in the order of their ids.

    >>> vocabulary = Vocabulary()
    >>> vocabulary.encode("mul x cos x")
    [5, 55, 19, 55]
    >>> vocabulary.decode([5, 55, 19, 55])
    'mul x cos x'
    """

    def __init__(self) -> None:
        self.names: list[str] = vocabulary()
        self.ids: dict[str, int] = {name: index for index, name in enumerate(self.names)}
        self.pad: int = self.ids["<pad>"]
        self.bos: int = self.ids["<bos>"]
        self.eos: int = self.ids["<eos>"]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def arities(self) -> list[int]:
        """Number of expressions that follow each token."""
        return arities()

    @cached_property
    def digest(self) -> str:
        """Hash of the names, stored in a checkpoint so that it is never read with other tokens."""
        return hashlib.sha256(" ".join(self.names).encode()).hexdigest()[:16]

    def check(self, digest: str) -> None:
        """Refuse a file made with another vocabulary.

        Raises:
            DataError: if ``digest`` is not this vocabulary's.
        """
        if digest != self.digest:
            raise DataError(
                f"made with another vocabulary ({digest}, this version has {self.digest}); "
                "use the version of antiderive that wrote it, or regenerate it"
            )

    def encode(self, text: str) -> list[int]:
        """Return the ids of token names separated by white space.

        Raises:
            ParseError: for a name that is not in the vocabulary.
        """
        try:
            return [self.ids[name] for name in text.split()]
        except KeyError as error:
            raise ParseError(f"{error.args[0]!r} is not in the vocabulary") from error

    def decode(self, ids: Iterable[int]) -> str:
        """Return the token names separated by spaces, without padding."""
        return " ".join(self.names[token] for token in ids if token != self.pad)
