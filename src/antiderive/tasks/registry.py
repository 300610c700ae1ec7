"""Which tasks there are: those of the package, those of installed distributions, those of this session."""

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
# A native task that has no class of its own is one of integration, as in the core.
_BUILT_IN |= {name: NativeIntegration(name) for name in native_tasks() if name not in _BUILT_IN}
_REGISTERED: dict[str, AnyTask] = {}
_LOADED: dict[EntryPoint, AnyTask] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class TaskEntry:
    """A task that can be named.

    Attributes:
        name: its name.
        origin: where it comes from: ``antiderive``, a distribution with its version, or ``this session``.
        problem: why it cannot be used, if so.
    """

    name: str
    origin: str
    problem: str | None = None


def register(task: type[T]) -> type[T]:
    """Make a task known in this process, by its name; a decorator for its class.

    A later task of the same name takes its place, so that a cell of a notebook can be run again.

    Raises:
        SettingError: if the class is no task, or its name is that of a built-in one or not made of small
            letters, digits and ``_``.
    """
    made = _checked(task, f"register({task.__name__})")
    if made.name in _BUILT_IN:
        raise SettingError(f"the name {made.name!r} is that of a built-in task; choose another")
    _REGISTERED[made.name] = made
    return task


def task_named(name: str) -> AnyTask:
    """The task of this name. Of the installed distributions that offer tasks only this one is loaded.

    Raises:
        SettingError: if there is none, if two distributions offer it, or if it cannot be loaded.
    """
    task = _BUILT_IN.get(name) or _REGISTERED.get(name)
    if task is not None:
        return task
    offers = list(entry_points(group=GROUP, name=name))
    if not offers:
        names = sorted({entry.name for entry in tasks_known()})
        raise SettingError(f"unknown task {name!r}; there is: {', '.join(names)}")
    if len(offers) > 1:
        raise SettingError(f"two distributions offer the task {name!r}: {_origins(offers)}; uninstall one")
    (offer,) = offers
    if offer not in _LOADED:
        _LOADED[offer] = _load(offer)
    return _LOADED[offer]


def is_of_this_session(name: str) -> bool:
    """Tell whether :func:`register` made the task known, so that other processes do not know it."""
    return name in _REGISTERED


def tasks_known() -> list[TaskEntry]:
    """Every task that can be named, sorted by name; none is loaded for it."""
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
    except Exception as error:  # the code of others may raise anything
        line = " ".join(str(error).split())
        raise SettingError(
            f"{where} cannot be loaded: {type(error).__name__}: {line}; fix or uninstall it"
        ) from error
    task = _checked(found, where)
    if task.name != offer.name:
        raise SettingError(f"{where} calls itself {task.name!r}; entry point and task must have one name")
    return task


def _checked(found: object, where: str) -> AnyTask:
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise SettingError(f"{where} is no class that derives from antiderive.tasks.Task")
    missing = [name for name in ("name", "title") if not isinstance(getattr(found, name, None), str)]
    missing += sorted(found.__abstractmethods__)
    if missing:
        raise SettingError(f"{where} does not define: {', '.join(missing)}")
    if not _NAME.fullmatch(found.name):
        raise SettingError(f"{where}: the name {found.name!r} is not made of small letters, digits and '_'")
    return found()


def _origin(offer: EntryPoint) -> str:
    return f"{offer.dist.name} {offer.dist.version}" if offer.dist is not None else offer.value


def _origins(offers: list[EntryPoint]) -> str:
    return " and ".join(sorted(map(_origin, offers)))
