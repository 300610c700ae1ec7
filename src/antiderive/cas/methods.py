"""The methods of integration, and whether the software that they need is installed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec

from antiderive.cas.backends import PROGRAMS, program_named
from antiderive.errors import SettingError

_PIP = "pip install 'antiderive[cas]'"


@dataclass(frozen=True)
class Method:
    """One way to integrate.

    Attributes:
        name: name in a :class:`~antiderive.cas.Request` and in rows of labels.
        title: description in a few words.
        install: command that installs the software that it needs.
    """

    name: str
    title: str
    install: str

    @property
    def system(self) -> str:
        """Name of the system as its authors write it."""
        return self.title.partition(":")[0]

    @property
    def installed(self) -> bool:
        """True if the software that it needs is installed; much quicker than asking for the version."""
        if self.name in PROGRAMS:
            return program_named(self.name).find() is not None
        return find_spec("sympy") is not None

    @property
    def version(self) -> str | None:
        """Version that the system reports; None if it is not installed."""
        if not self.installed:
            return None
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
"""All methods of integration."""


def method_named(name: str) -> Method:
    """Return the method with this name.

    Raises:
        SettingError: if there is none.
    """
    for method in METHODS:
        if method.name == name:
            return method
    known = ", ".join(method.name for method in METHODS)
    raise SettingError(f"unknown method {name!r}; choose from: {known}")
