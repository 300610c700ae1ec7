"""``antiderive tasks``."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """List the tasks and the package that each comes from; say why a task cannot be used."""
    from antiderive.errors import SettingError
    from antiderive.tasks import task_named, tasks_known

    for entry in tasks_known():
        problem, title = entry.problem, ""
        if problem is None:
            try:
                title = task_named(entry.name).title
            except SettingError as error:
                problem = str(error)
        click.echo(
            f"{entry.name:<12} {entry.origin:<18} {title if problem is None else f'unusable: {problem}'}"
        )
