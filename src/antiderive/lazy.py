"""Public names of a package that are imported when they are first used (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_exports(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package, which imports the modules of its public names on first use.

    Args:
        package: name of the package, its ``__name__``.
        homes: module of each public name, relative to the package (``.module``) or absolute.
    """

    def get(name: str) -> Any:  # noqa: ANN401  (any public name)
        if name in homes:
            return getattr(import_module(homes[name], package), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get
