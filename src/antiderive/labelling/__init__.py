"""Labels: which functions are integrable in elementary terms, by which method, and how fast.

Functions come from a recipe by index, computer algebra integrates them in killable workers, verification
confirms what it calls solved, and every outcome becomes a row of a store.
"""

from __future__ import annotations

from antiderive.cas import INCONCLUSIVE
from antiderive.labelling.executor import Executor, LocalExecutor
from antiderive.labelling.functions import Function, content_key, functions_to_label
from antiderive.labelling.job import OUTCOMES, Job, Label
from antiderive.labelling.pipeline import Progress, label_range
from antiderive.labelling.store import Slice, Store

__all__ = [
    "INCONCLUSIVE",
    "OUTCOMES",
    "Executor",
    "Function",
    "Job",
    "Label",
    "LocalExecutor",
    "Progress",
    "Slice",
    "Store",
    "content_key",
    "functions_to_label",
    "label_range",
]
