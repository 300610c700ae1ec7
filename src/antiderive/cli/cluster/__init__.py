"""``antiderive cluster``: work on many machines, through a Temporal server."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

_COMMANDS = {
    "cancel": "End a run; what has been written stays.",
    "dev": "Start a server, a worker and a store on this machine, to try it.",
    "pause": "Stop a run until it is resumed.",
    "resume": "Let a paused run go on.",
    "set": "Change how many slices of a run are open at a time.",
    "status": "How far runs are, and who is at them.",
    "submit": "Start a run that labels or generates.",
    "worker": "Take part in the runs of a server.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS)
def command() -> None:
    """Label and generate on many machines, with workers that come and go.

    A Temporal server hands out slices of runs; workers do them and write to one store (labels) or folder
    (data sets). TLS, API key and namespace are taken from the environment (TEMPORAL_ADDRESS,
    TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_...) or the configuration file of Temporal's own
    tools (--profile).
    """
