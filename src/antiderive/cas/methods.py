"""The methods of integration, and whether the software that they need is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TypeAlias

from antiderive.cas.backends import PROGRAMS, program_named
from antiderive.cas.outcome import OutcomeStatus
from antiderive.errors import SettingError

_PIP = "pip install 'antiderive[cas]'"


MethodResult: TypeAlias = tuple[OutcomeStatus, str | None, str, tuple[tuple[str, ...], ...]]
"""Status, value, reason and evidence of an outcome, as plain values."""

MethodFunction: TypeAlias = Callable[[str, str, float], MethodResult]
"""Takes an integrand in prefix form, the variable and CPU seconds."""


@dataclass(frozen=True)
class Method:
    """One way to integrate.

    Attributes:
        name: name in a :class:`~antiderive.cas.Request` and in rows of labels.
        title: description in a few words.
        install: command that installs the software that it needs.
        function: runs in a Python worker in place of a system, for a method of this package.
    """

    name: str
    title: str
    install: str
    function: MethodFunction | None = None

    @property
    def system(self) -> str:
        """Name of the system as its authors write it."""
        return self.title.partition(":")[0]

    @property
    def installed(self) -> bool:
        """True if the software that it needs is installed; much quicker than asking for the version."""
        if self.function is not None:
            return True
        if self.name in PROGRAMS:
            return program_named(self.name).find() is not None
        return find_spec("sympy") is not None

    @property
    def version(self) -> str | None:
        """Version that the system reports; None if it is not installed."""
        if not self.installed:
            return None
        if self.function is not None:
            return version("antiderive")
        return program_named(self.name).version() if self.name in PROGRAMS else version("sympy")


METHODS = (
    Method("fricas", "FriCAS: the Risch algorithm, mixed cases in part", "apt-get install fricas"),
    Method("giac", "Giac: rules and parts of the Risch algorithm", "apt-get install xcas"),
    Method("maxima", "Maxima: rules and parts of the Risch algorithm", "apt-get install maxima maxima-share"),
    Method("sympy", "SymPy: integrate, every method it has", _PIP),
    Method("sympy-manual", "SymPy: manualintegrate, the rules used by hand", _PIP),
    Method("sympy-risch", "SymPy: integrate(risch=True), the transcendental Risch algorithm", _PIP),
    Method("sympy-heurisch", "SymPy: heurisch, the heuristic Risch-Norman algorithm", _PIP),
)
"""The methods of computer algebra systems."""

_ADDED: dict[str, Method] = {}


def add_method(method: Method) -> None:
    """Make a method of another room known, one that has a function of its own."""
    _ADDED[method.name] = method


def added_method(name: str) -> Method | None:
    """Return the method of another room with this name, if there is one."""
    return _ADDED.get(name)


def known_methods() -> tuple[Method, ...]:
    """Return all known methods, those of other rooms first."""
    return (*_ADDED.values(), *METHODS)


def method_named(name: str) -> Method:
    """Return the method with this name.

    Raises:
        SettingError: if there is none.
    """
    for method in known_methods():
        if method.name == name:
            return method
    known = ", ".join(method.name for method in known_methods())
    raise SettingError(f"unknown method {name!r}; choose from: {known}")
