"""The loop: it learns, it resumes exactly, it stops clearly."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from antiderive.datasets import Recipe
from antiderive.errors import DataError, LimitError, SettingError
from antiderive.training import Checkpoint, TrainingConfig, load_model, train
from antiderive.training import checkpoint as checkpoints
from antiderive.training.loop import learning_rate

TINY = {
    "data": {"max_operators": 2, "min_operators": 1, "max_tokens": 32},
    "model": {"width": 32, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 64, "dropout": 0.1},
    "training": {
        "steps": 12, "tokens_per_batch": 512, "warmup": 2, "pool": 200, "checkpoint_every": 4, "learning_rate": 1e-3,
    },
}  # fmt: skip


def config(**training):
    values = json.loads(json.dumps(TINY))
    values["training"].update(training)
    return TrainingConfig.from_dict(values)


def weights(checkpoint):
    return checkpoint.tensors("model")


def test_a_resumed_run_ends_with_the_same_bits(tmp_path, monkeypatch):
    whole = train(config(), tmp_path / "whole")
    stops = iter([False, True])  # cut off right after the second checkpoint
    real_save = checkpoints.save

    def save_and_die(*args, **kwargs):
        saved = real_save(*args, **kwargs)
        if next(stops, False):
            raise RuntimeError("cut off")
        return saved

    monkeypatch.setattr("antiderive.training.loop.save", save_and_die)
    with pytest.raises(RuntimeError):
        train(config(), tmp_path / "cut")
    assert Checkpoint.latest(tmp_path / "cut").step == 8
    monkeypatch.undo()
    resumed = train(config(), tmp_path / "cut")
    assert resumed.step == whole.step == 12
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(resumed)[name]), name


def test_it_learns(tmp_path):
    losses = []
    train(
        config(steps=150, tokens_per_batch=1024),
        tmp_path,
        report=lambda p: losses.append(p.loss),
        report_every=5,
    )
    assert losses[-1] < 0.5 * losses[0]


def test_finished_runs_are_not_trained_again(tmp_path):
    first = train(config(), tmp_path)
    before = (first.path / "model.safetensors").stat().st_mtime_ns
    assert train(config(), tmp_path).path == first.path
    assert (first.path / "model.safetensors").stat().st_mtime_ns == before


def test_old_checkpoints_are_removed_and_logs_written(tmp_path):
    train(config(keep_checkpoints=1), tmp_path, report_every=3)
    assert [p.name for p in tmp_path.glob("step-*")] == ["step-000000012"]
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [3, 6, 9, 12]
    assert {"loss", "learning_rate", "tokens_per_second", "examples_per_second"} <= set(lines[0])


def test_another_configuration_is_refused(tmp_path):
    train(config(), tmp_path)
    with pytest.raises(DataError, match="another configuration"):
        train(config(steps=13), tmp_path)


def test_a_loss_that_is_not_a_number_stops_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr("antiderive.training.loop.learning_rate", lambda *_: float("nan"))
    with pytest.raises(LimitError, match="lower training.learning_rate"):
        train(config(), tmp_path)


@pytest.mark.parametrize("precision", ["bf16-mixed"])
def test_mixed_precision_runs(tmp_path, precision):
    assert train(config(precision=precision, steps=3), tmp_path).step == 3


def test_interruption_saves_a_checkpoint(tmp_path, interruptible):
    code = f"""
import json, sys
from pathlib import Path
from antiderive.training import TrainingConfig, train
config = TrainingConfig.from_dict(json.loads({json.dumps(json.dumps(TINY))!s}))
import dataclasses
config = dataclasses.replace(config, training=dataclasses.replace(config.training, steps=100000, checkpoint_every=100000))
train(config, Path({str(tmp_path)!r}), report=lambda p: print(p.step, flush=True), report_every=1)
"""
    child = subprocess.Popen(
        interruptible([sys.executable, "-W", "ignore", "-c", code]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in child.stdout:
        if int(line) == 5:
            child.send_signal(signal.SIGINT)
            break
    child.communicate(timeout=60)
    assert child.returncode != 0
    latest = Checkpoint.latest(tmp_path)
    assert latest is not None
    assert latest.step >= 5
    load_model(tmp_path)


def test_checkpoints_are_refused_when_broken(tmp_path):
    path = train(config(), tmp_path / "run").path
    with pytest.raises(DataError, match="no folder"):
        load_model(tmp_path / "nothing")
    with pytest.raises(DataError, match="no checkpoint"):
        load_model(tmp_path)
    (path / "model.safetensors").write_bytes(b"x" * 10)
    with pytest.raises(DataError, match="cannot read"):
        load_model(path)
    state = json.loads((path / "state.json").read_text())
    (path / "state.json").write_text(json.dumps({**state, "vocabulary": "0"}))
    with pytest.raises(DataError, match="another vocabulary"):
        load_model(path)


def test_schedule():
    settings = config(steps=100, warmup=10).training
    rates = [learning_rate(step, settings) for step in range(100)]
    assert rates[0] == pytest.approx(settings.learning_rate / 10)
    assert max(rates) == pytest.approx(settings.learning_rate)
    assert rates[-1] == pytest.approx(settings.learning_rate / 10, rel=0.01)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trainning": {}}, "did you mean 'training'"),
        ({"training": {"step": 5}}, "did you mean 'steps'"),
        ({"training": {"steps": "many"}}, "not of type int"),
        ({"training": {"steps": 0}}, "below 1"),
        ({"training": {"precision": "8"}}, "32-true"),
        ({"model": {"width": 33}}, "heads"),
        ({"data": {"seed": "x"}}, "must be int"),
    ],
)
def test_configurations_are_checked(values, message):
    with pytest.raises(SettingError, match=message):
        TrainingConfig.from_dict(values)


def test_files_and_overrides(tmp_path):
    path = Path(__file__).parent.parent / "recipes" / "demo.toml"
    loaded = TrainingConfig.load(path, ("training.steps=7", "training.precision=bf16-mixed"))
    assert loaded.training.steps == 7
    assert loaded.training.precision == "bf16-mixed"
    assert TrainingConfig.from_dict(loaded.to_dict()) == loaded
    assert loaded.data == Recipe(min_operators=1, max_operators=5, max_tokens=64)
    with pytest.raises(SettingError, match="table.setting=value"):
        TrainingConfig.load(path, ("steps=7",))
    with pytest.raises(DataError):
        TrainingConfig.load(tmp_path / "missing.toml")
