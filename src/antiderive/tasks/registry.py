"""The known tasks: those of the package, of installed distributions, and of this session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeAlias, TypeVar

from antiderive._core import native_tasks
from antiderive.errors import SettingError
from antiderive.tasks.derivative import Derivative
from antiderive.tasks.fwd import ForwardIntegration
from antiderive.tasks.lyapunov import Lyapunov
from antiderive.tasks.native import NativeIntegration
from antiderive.tasks.ode1 import FirstOrderEquation
from antiderive.tasks.ode2 import SecondOrderEquation
from antiderive.tasks.task import Task
from antiderive.tasks.textbook import Textbook

GROUP = "antiderive.tasks"
"""The entry point group of tasks."""

AnyTask: TypeAlias = Task[Any]
T = TypeVar("T", bound=AnyTask)

_BUILT_IN: dict[str, AnyTask] = {
    task.name: task
    for task in (
        Derivative(),
        FirstOrderEquation(),
        ForwardIntegration(),
        Lyapunov(),
        SecondOrderEquation(),
        Textbook(),
    )
}
# A native task without its own class is an integration task, as in the core.
_BUILT_IN |= {name: NativeIntegration(name) for name in native_tasks() if name not in _BUILT_IN}
_REGISTERED: dict[str, AnyTask] = {}
_LOADED: dict[EntryPoint, AnyTask] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class TaskEntry:
    """A known task.

    Attributes:
        name: its name.
        origin: ``antiderive``, a distribution with its version, or ``this session``.
        problem: reason why it cannot be used; None if it can.
    """

    name: str
    origin: str
    problem: str | None = None


def register(task: type[T]) -> type[T]:
    """Register a task in this process by its name; a decorator for its class.

    A later task of the same name replaces it, so that a notebook cell can be run again.

    Raises:
        SettingError: if the class is not a task, or its name is that of a built-in task or has other
            characters than lower-case letters, digits and ``_``.
    """
    made = _checked(task, f"register({task.__name__})")
    if made.name in _BUILT_IN:
        raise SettingError(f"the name {made.name!r} is that of a built-in task; choose another")
    _REGISTERED[made.name] = made
    return task


def task_named(name: str) -> AnyTask:
    """Return the task of this name; no other task of an installed distribution is loaded.

    Raises:
        SettingError: if there is none, if two distributions offer it, or if it cannot be loaded.
    """
    task = _BUILT_IN.get(name) or _REGISTERED.get(name)
    if task is not None:
        return task
    offers = list(entry_points(group=GROUP, name=name))
    if not offers:
        names = sorted({entry.name for entry in tasks_known()})
        raise SettingError(f"unknown task {name!r}; known tasks: {', '.join(names)}")
    if len(offers) > 1:
        raise SettingError(f"two distributions offer the task {name!r}: {_origins(offers)}; uninstall one")
    (offer,) = offers
    if offer not in _LOADED:
        _LOADED[offer] = _load(offer)
    return _LOADED[offer]


def is_of_this_session(name: str) -> bool:
    """Tell whether :func:`register` added the task, so that other processes do not know it."""
    return name in _REGISTERED


def tasks_known() -> list[TaskEntry]:
    """List every known task, sorted by name, without loading any."""
    entries = [TaskEntry(name, "antiderive") for name in _BUILT_IN]
    entries += [TaskEntry(name, "this session") for name in _REGISTERED]
    for offer in entry_points(group=GROUP):
        hidden = offer.name in _BUILT_IN
        entries.append(
            TaskEntry(offer.name, _origin(offer), "the name is that of a built-in task" if hidden else None)
        )
    return sorted(entries, key=lambda entry: (entry.name, entry.origin))


def _load(offer: EntryPoint) -> AnyTask:
    where = f"the task {offer.name!r} of the distribution {_origin(offer)}"
    try:
        found = offer.load()
    except Exception as error:  # foreign code may raise anything
        line = " ".join(str(error).split())
        raise SettingError(
            f"{where} cannot be loaded: {type(error).__name__}: {line}; fix or uninstall it"
        ) from error
    task = _checked(found, where)
    if task.name != offer.name:
        raise SettingError(
            f"{where} has the task name {task.name!r}; entry point and task must have the same name"
        )
    return task


def _checked(found: object, where: str) -> AnyTask:
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise SettingError(f"{where} is not a class that derives from antiderive.tasks.Task")
    missing = [name for name in ("name", "title") if not isinstance(getattr(found, name, None), str)]
    missing += sorted(found.__abstractmethods__)
    if missing:
        raise SettingError(f"{where} does not define: {', '.join(missing)}")
    if not _NAME.fullmatch(found.name):
        raise SettingError(
            f"{where}: the name {found.name!r} has characters other than lower-case letters, digits and '_'"
        )
    return found()


def _origin(offer: EntryPoint) -> str:
    return f"{offer.dist.name} {offer.dist.version}" if offer.dist is not None else offer.value


def _origins(offers: list[EntryPoint]) -> str:
    return " and ".join(sorted(map(_origin, offers)))
