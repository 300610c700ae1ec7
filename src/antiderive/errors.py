"""The one exception tree of the package.

Messages say what was wrong, where, and what to do next.
"""

from __future__ import annotations


class AntideriveError(Exception):
    """Base of every error that the package raises on purpose."""


class ParseError(AntideriveError, ValueError):
    """Text that is not a formula or not one well-formed token sequence.

    Attributes:
        message: the error in one line, without its position.
        text: the text that was read, if any.
        position: offset of the error in ``text``, in characters, if known.
    """

    def __init__(self, message: str, text: str | None = None, position: int | None = None) -> None:
        super().__init__(message, text, position)
        self.message = message
        self.text = text
        self.position = position

    @property
    def line(self) -> str:
        """The message with its position, in one line."""
        return self.message if self.position is None else f"{self.message} at column {self.position + 1}"

    def __str__(self) -> str:
        if self.text is None or self.position is None:
            return self.message
        # A long text is cut to a window around the position.
        start = max(0, self.position - 40)
        window = self.text[start : self.position + 40].replace("\n", " ").replace("\t", " ")
        caret = " " * (self.position - start) + "^"
        return f"{self.line}\n  {window}\n  {caret}"


class UndefinedError(AntideriveError, ArithmeticError):
    """A value that does not exist, such as a division by zero."""


class LimitError(AntideriveError):
    """A bound on size, depth or work was exceeded."""


class UnsupportedError(AntideriveError, NotImplementedError):
    """An operation or a function that is not represented."""


class SettingError(AntideriveError, ValueError):
    """A setting that is unknown, out of range, or contradicts another."""


class DataError(AntideriveError):
    """A data set or checkpoint that is missing, incomplete or of another version."""


class StoreError(AntideriveError):
    """A store of labels that cannot be opened, read or written."""


class PreemptedError(AntideriveError):
    """A run was asked to stop and has saved what is needed to go on."""


class MissingExtraError(AntideriveError, ImportError):
    """A feature needs packages that are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed; run: pip install 'antiderive[{extra}]'"
        )


class WorkerError(AntideriveError):
    """Worker processes that cannot be started, or a pool of them that is closed."""


class ClusterError(AntideriveError):
    """A Temporal server that cannot be reached or refuses, or a run that does not exist."""
