"""Many machines: labelling and generation on Temporal, with workers that come and go.

The sandbox of workflows imports this package again, so nothing is imported before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.distributed.client import Cluster, Run
    from antiderive.distributed.executor import TemporalExecutor
    from antiderive.distributed.worker import WorkerSettings, run_worker

__all__ = ["Cluster", "Run", "TemporalExecutor", "WorkerSettings", "run_worker"]

__getattr__ = lazy_exports(
    __name__,
    {
        "Cluster": ".client",
        "Run": ".client",
        "TemporalExecutor": ".executor",
        "WorkerSettings": ".worker",
        "run_worker": ".worker",
    },
)
