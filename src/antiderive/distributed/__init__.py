"""Many machines: labelling and generation on Temporal, with workers that come and go.

The sandbox of workflows imports this package again, so nothing is imported before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from antiderive.distributed.client import Cluster, Run
    from antiderive.distributed.executor import TemporalExecutor
    from antiderive.distributed.worker import WorkerSettings, run_worker

__all__ = ["Cluster", "Run", "TemporalExecutor", "WorkerSettings", "run_worker"]

_HOMES = {
    "Cluster": "client",
    "Run": "client",
    "TemporalExecutor": "executor",
    "WorkerSettings": "worker",
    "run_worker": "worker",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562)
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
