"""Tasks to be learned, one file per task, and the recipes of their examples.

A task knows how its examples are made. It does not know who asks for them, or which solver finds the
integrals that it cannot give itself.
"""

from __future__ import annotations

from antiderive.tasks.draws import Draws
from antiderive.tasks.examples import Examples, Functions
from antiderive.tasks.integrals import INTEGRALS
from antiderive.tasks.integration import Integration
from antiderive.tasks.native import NativeTask
from antiderive.tasks.recipe import Recipe
from antiderive.tasks.registry import AnyTask, TaskEntry, register, task_named, tasks_known
from antiderive.tasks.solved import SolvedIntegration
from antiderive.tasks.task import ExprTask, Solve, Task, expressions_of, skeleton_of
from antiderive.tasks.verdicts import verify_all, verify_one

__all__ = [
    "INTEGRALS",
    "AnyTask",
    "Draws",
    "Examples",
    "ExprTask",
    "Functions",
    "Integration",
    "NativeTask",
    "Recipe",
    "Solve",
    "SolvedIntegration",
    "Task",
    "TaskEntry",
    "expressions_of",
    "register",
    "skeleton_of",
    "task_named",
    "tasks_known",
    "verify_all",
    "verify_one",
]
