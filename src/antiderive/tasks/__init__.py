"""Tasks: what is learned. One file per task."""

from __future__ import annotations

from antiderive.tasks.draws import Draws
from antiderive.tasks.integration import INTEGRALS
from antiderive.tasks.recipe import Recipe
from antiderive.tasks.registry import TaskEntry, register, task_named, tasks_known
from antiderive.tasks.task import ExprTask, NativeTask, Task, expressions_of, skeleton_of

__all__ = [
    "INTEGRALS",
    "Draws",
    "ExprTask",
    "NativeTask",
    "Recipe",
    "Task",
    "TaskEntry",
    "expressions_of",
    "register",
    "skeleton_of",
    "task_named",
    "tasks_known",
]
