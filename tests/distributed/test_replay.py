"""Histories of recorded runs still replay: workers of a release can go on with each other's runs.

If a change of the workflows is meant, ``python tests/distributed/record.py`` records them again; runs of the
same release that are under way then have to be cancelled and submitted again (nothing is done twice).
"""

import asyncio
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from antiderive.distributed.worker import WORKFLOWS, workflow_runner
from antiderive.distributed.workflow import LabelWorkflow

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def replay(path, workflows=WORKFLOWS, runner=None):
    history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))
    replayer = Replayer(workflows=workflows, workflow_runner=runner or workflow_runner())
    asyncio.run(replayer.replay_workflow(history))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_recorded_run_replays(path):
    replay(path)


def test_histories_hold_what_they_are_for():
    text = {path.stem: path.read_text(encoding="utf-8") for path in HISTORIES}
    assert len(text) == 5
    assert "WORKFLOW_EXECUTION_CONTINUED_AS_NEW" in text["label-new-history"]
    assert "ACTIVITY_TASK_CANCELED" in text["label-paused"]
    assert "WORKFLOW_EXECUTION_CANCELED" in text["label-cancelled"]
    assert "finish_generate" in text["generate-straight"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", "labels"), ("_next_part", lambda self: (first := self._todo.popleft()[0], first + 1))],
    ids=["an activity is renamed", "slices are cut otherwise"],
)
def test_a_change_that_breaks_determinism_is_caught(name, value, monkeypatch):
    monkeypatch.setattr(LabelWorkflow, name, value)
    (straight,) = (path for path in HISTORIES if path.stem == "label-straight")
    # The sandbox would load the module again, without the change.
    with pytest.raises(workflow.NondeterminismError):
        replay(straight, runner=UnsandboxedWorkflowRunner())
