"""Computer algebra systems, one file each."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.cas.backends.command_line import CommandLineBackend

PROGRAMS = ("fricas", "giac", "maxima")
"""Systems that are separate programs; the module of each name holds its back end as ``BACKEND``."""

SYMPY_METHODS = ("sympy", "sympy-risch", "sympy-manual", "sympy-heurisch", "sympy-zero")
"""Methods that run in a Python worker: ``sympy.integrate``, the same with ``risch=True``,
``manualintegrate``, ``heurisch``, and a proof that an expression is zero."""


def program_named(name: str) -> CommandLineBackend:
    """Return the back end of a program.

    Raises:
        SettingError: if there is no such program.
    """
    if name not in PROGRAMS or find_spec(f"{__name__}.{name}") is None:
        raise SettingError(f"unknown program {name!r}; choose from: {', '.join(PROGRAMS)}")
    backend: CommandLineBackend = import_module(f"{__name__}.{name}").BACKEND
    return backend
