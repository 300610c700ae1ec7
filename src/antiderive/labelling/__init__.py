"""Labels: which functions are integrable in elementary terms, by which method, and how fast.

>>> from antiderive.labelling import content_key
>>> content_key("sin x").hex()
''
"""

from __future__ import annotations

from antiderive.labelling.functions import Function, content_key, functions_of
from antiderive.labelling.job import INCONCLUSIVE, OUTCOMES, Job, Label
from antiderive.labelling.store import Slice, Store

__all__ = [
    "INCONCLUSIVE",
    "OUTCOMES",
    "Function",
    "Job",
    "Label",
    "Slice",
    "Store",
    "content_key",
    "functions_of",
]
