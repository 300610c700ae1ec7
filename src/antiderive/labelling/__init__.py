"""Labels of functions: integrable in elementary terms or not, by which method, and how fast.

Functions come from a recipe by index, methods of computer algebra integrate them in killable workers,
verification confirms the answers, and every outcome becomes a row of a store. This room does not know who
learns from labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.labelling.job import OUTCOMES, PORTFOLIO, Job, Label, decided_by, steps_of, versions_of
from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.labelling.executor import Executor, LocalExecutor
    from antiderive.labelling.export import export_labels, export_pairs
    from antiderive.labelling.functions import Function, content_key, functions_to_label
    from antiderive.labelling.pipeline import LabelingProgress, label_range
    from antiderive.labelling.plot import plot_report
    from antiderive.labelling.report import LabelReport, OutcomeCounts, report_on
    from antiderive.labelling.store import Slice, Store

__all__ = [
    "OUTCOMES",
    "PORTFOLIO",
    "Executor",
    "Function",
    "Job",
    "Label",
    "LabelReport",
    "LabelingProgress",
    "LocalExecutor",
    "OutcomeCounts",
    "Slice",
    "Store",
    "content_key",
    "decided_by",
    "export_labels",
    "export_pairs",
    "functions_to_label",
    "label_range",
    "plot_report",
    "report_on",
    "steps_of",
    "versions_of",
]

# A database driver is loaded when a store is used, and pyarrow when files are written.
__getattr__ = lazy_exports(
    __name__,
    {
        "Executor": ".executor",
        "Function": ".functions",
        "LabelReport": ".report",
        "LabelingProgress": ".pipeline",
        "LocalExecutor": ".executor",
        "OutcomeCounts": ".report",
        "Slice": ".store",
        "Store": ".store",
        "content_key": ".functions",
        "export_labels": ".export",
        "export_pairs": ".export",
        "functions_to_label": ".functions",
        "label_range": ".pipeline",
        "plot_report": ".plot",
        "report_on": ".report",
    },
)
