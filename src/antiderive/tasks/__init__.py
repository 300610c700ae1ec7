"""Tasks: what is learned. One file per task."""

from __future__ import annotations

from antiderive.errors import SettingError
from antiderive.tasks.bwd import BackwardIntegration
from antiderive.tasks.task import Task

__all__ = ["Task", "task_named"]

_TASKS: dict[str, Task] = {"bwd": BackwardIntegration()}


def task_named(name: str) -> Task:
    """The task of this name.

    Raises:
        SettingError: if there is none.
    """
    if name not in _TASKS:
        raise SettingError(f"unknown task {name!r}; there is: {', '.join(sorted(_TASKS))}")
    return _TASKS[name]
