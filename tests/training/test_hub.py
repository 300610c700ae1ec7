"""Exported models, the Hub, and curves of runs."""

import json

import pytest
import torch
from helpers.runs import config

from antiderive.errors import DataError
from antiderive.training import export, from_pretrained, plot_runs, push, train


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "tiny"
    train(config({"log_every": 2, "evaluate_every": 4, "evaluate_pairs": 10, "evaluate_answers": 3}), folder)
    return folder


def test_exported_models_are_the_same_and_stand_alone(tmp_path, finished):
    folder = export(finished, tmp_path / "given")
    assert {path.name for path in folder.iterdir()} == {
        ".antiderive",
        "README.md",
        "config.json",
        "model.safetensors",
    }
    mine, theirs = from_pretrained(finished).state_dict(), from_pretrained(folder).state_dict()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: antiderive")
    assert "| loss |" in card
    assert "task=bwd" in card
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["Seq2Seq"]


def test_the_hub_is_refused_in_one_line_without_a_network(monkeypatch, finished):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="the Hub has no such model"):
        from_pretrained("nobody/nothing")
    with pytest.raises(DataError, match="cannot push to nobody/nothing"):
        push(finished, "nobody/nothing")


def test_curves_are_drawn(tmp_path, finished):
    plot_runs([finished, finished], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(DataError, match="no log.jsonl"):
        plot_runs([tmp_path], tmp_path / "curves.png")
    with pytest.raises(DataError, match="cannot write the picture"):
        plot_runs([finished], tmp_path / "curves.nonsense")
