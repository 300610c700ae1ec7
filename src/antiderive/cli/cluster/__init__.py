"""``antiderive cluster``: work on many machines through a Temporal server."""

from __future__ import annotations

import click

from antiderive.cli.lazy import LazyGroup

_COMMANDS = {
    "cancel": "Cancel a run; finished work stays.",
    "dev": "Start a server, a worker and a store on this machine, for a trial.",
    "pause": "Pause a run.",
    "resume": "Resume a paused run.",
    "set": "Change how many slices of a run are open at a time.",
    "status": "Show the progress of runs and their workers.",
    "submit": "Start a labeling or generating run.",
    "worker": "Work on the runs of a server.",
}


@click.group(cls=LazyGroup, package=__name__, commands=_COMMANDS)
def command() -> None:
    """Label and generate on many machines, with workers that come and go.

    A Temporal server hands out slices of runs; workers do them and write to one store (labels) or folder
    (data sets). TLS, API key and namespace come from the environment (TEMPORAL_ADDRESS,
    TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_...) or the configuration file of Temporal's own
    tools (--profile).
    """
