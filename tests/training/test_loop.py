"""The loop: it learns, it resumes exactly, it stops clearly."""

import gc
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
import torch
from helpers.runs import command, config, settings

from antiderive.datasets.shards import write_dataset
from antiderive.errors import DataError, LimitError, PreemptedError
from antiderive.files import MARKER
from antiderive.tasks import Recipe
from antiderive.training import Checkpoint, load_model, train
from antiderive.training.speed import SpeedWatch


def weights(checkpoint):
    return checkpoint.tensors("model")


def same(one, other):
    mine, theirs = weights(one), weights(other)
    assert mine.keys() == theirs.keys()
    for name, tensor in mine.items():
        assert torch.equal(tensor, theirs[name]), name


def test_a_killed_run_that_is_resumed_ends_with_the_same_bits(tmp_path):
    whole = train(config({"log_every": 1}), tmp_path / "whole")
    with subprocess.Popen(
        command(settings({"log_every": 1}), tmp_path / "cut"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as child:
        for line in child.stdout:
            if int(line) == 6:  # past the checkpoint of step 4
                child.kill()
                break
    assert child.returncode == -signal.SIGKILL
    assert Checkpoint.latest(tmp_path / "cut").step in (4, 8)
    resumed = train(config({"log_every": 1}), tmp_path / "cut")
    assert resumed.step == whole.step == 12
    same(whole, resumed)
    steps = [json.loads(line)["step"] for line in (tmp_path / "cut" / "log.jsonl").read_text().splitlines()]
    assert steps == list(range(1, 13))


def test_it_learns(tmp_path):
    losses = []
    train(config({"steps": 100, "tokens_per_batch": 1024}), tmp_path, report=lambda p: losses.append(p.loss))
    assert losses[-1] < 0.6 * losses[0]


def test_finished_runs_are_not_trained_again(tmp_path):
    first = train(config(), tmp_path)
    before = (first.path / "model.safetensors").stat().st_mtime_ns
    assert train(config(), tmp_path).path == first.path
    assert (first.path / "model.safetensors").stat().st_mtime_ns == before


def test_evaluations_keep_the_best_checkpoint_and_end_a_run_that_gets_no_better(tmp_path):
    seen = []
    # The loss cannot fall any more once the learning rate has destroyed the model.
    values = {
        "keep_checkpoints": 1, "log_every": 3, "evaluate_every": 3, "evaluate_pairs": 20, "evaluate_answers": 4,
        "patience": 2, "steps": 300, "learning_rate": 2.0, "clip": 1e6, "warmup": 0,
    }  # fmt: skip
    last = train(
        config(values), tmp_path, report_validation=lambda step, metrics: seen.append((step, metrics))
    )
    best = min(seen, key=lambda row: row[1]["loss"])[0]
    assert last.step == best + 6 < 300
    assert {path.name for path in tmp_path.glob("step-*")} == {f"step-{best:09d}", f"step-{last.step:09d}"}
    assert Checkpoint.best(tmp_path).step == best
    same(Checkpoint.best(tmp_path), Checkpoint(tmp_path / f"step-{best:09d}"))
    assert set(seen[0][1]) == {"loss", "exact", "verified"}
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if line["kind"] == "validation"] == [step for step, _ in seen]
    assert {"loss", "learning_rate", "tokens_per_second", "examples_per_second", "padding"} <= set(lines[0])
    assert list((tmp_path / "tensorboard").glob("events*"))
    # A run that has ended early stays ended.
    assert train(config(values), tmp_path).step == last.step


def test_another_configuration_is_refused(tmp_path):
    train(config(), tmp_path)
    with pytest.raises(DataError, match=r"another configuration \(training.steps: 12, 13\)"):
        train(config({"steps": 13}), tmp_path)


def test_a_loss_that_is_not_a_number_stops_the_run_and_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr("antiderive.training.loop.learning_rate", lambda step, _: 1e-3 if step < 5 else 1e30)
    with pytest.raises(LimitError, match="in steps 5 to 8; lower training.learning_rate") as stopped:
        train(config(), tmp_path)
    assert "\n" not in str(stopped.value)
    latest = Checkpoint.latest(tmp_path)
    assert latest.step == 4
    assert all(tensor.isfinite().all() for tensor in weights(latest).values())
    load_model(tmp_path)


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed"])
def test_mixed_precision_learns_and_resumes(tmp_path, precision):
    full, mixed = [], []
    train(config({"log_every": 1, "steps": 8}), tmp_path / "full", report=lambda p: full.append(p.loss))
    values = {"precision": precision, "log_every": 1, "steps": 8}
    last = train(config(values), tmp_path / "mixed", report=lambda p: mixed.append(p.loss))
    assert mixed == pytest.approx(full, rel=0.02)
    assert mixed != full
    state = last.state()["precision"]
    assert ("scale" in state) == (precision == "16-mixed")
    # The newest checkpoint is lost; the run makes it again, loss scale and all.
    kept = weights(last)
    for path in last.path.iterdir():
        path.unlink()
    last.path.rmdir()
    again = train(config(values), tmp_path / "mixed")
    assert again.state()["precision"] == state
    assert all(torch.equal(tensor, kept[name]) for name, tensor in weights(again).items())


def test_recomputed_layers_give_the_same_gradients(tmp_path):
    # Dropout is drawn again by the second forward pass: the random state is put back for it.
    same(train(config(), tmp_path / "kept"), train(config({"recompute": True}), tmp_path / "recomputed"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [(signal.SIGTERM, PreemptedError), (signal.SIGUSR1, PreemptedError), (signal.SIGINT, KeyboardInterrupt)],
)
def test_signals_save_a_checkpoint_first(tmp_path, number, expected):
    def report(progress):
        if progress.step == 5:
            signal.raise_signal(number)

    before = signal.getsignal(number)
    with pytest.raises(expected):
        train(config({"steps": 1000, "checkpoint_every": 1000, "log_every": 1}), tmp_path, report=report)
    assert signal.getsignal(number) is before
    assert Checkpoint.latest(tmp_path).step in (5, 6)
    load_model(tmp_path)


def test_memory_does_not_grow(tmp_path):
    # The long version: benchmarks/training_memory.py, 20,000 steps.
    def resident():
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    seen = []
    values = {"steps": 160, "pool": 300, "checkpoint_every": 20, "log_every": 20}
    train(config(values), tmp_path, report=lambda p: seen.append(resident()))
    assert seen[-1] - seen[2] < 16, seen


def test_a_shard_that_vanishes_during_a_run_leaves_the_last_checkpoint(tmp_path):
    write_dataset(Recipe(min_operators=1, max_operators=3, max_tokens=48), tmp_path / "data", 3000, shard=700)

    def remove(progress):
        if progress.step == 4:
            for path in (tmp_path / "data").glob("train-*"):
                path.unlink()

    values = {"steps": 4000, "log_every": 1, "checkpoint_every": 2, "pool": 500, "tokens_per_batch": 1024}
    with pytest.raises(DataError, match="cannot read the shard"):
        train(
            config(values, mixture={"bwd": {"shards": str(tmp_path / "data")}}),
            tmp_path / "run",
            report=remove,
        )
    latest = Checkpoint.latest(tmp_path / "run")
    assert latest.step >= 4
    latest.model()


def test_checkpoints_are_refused_when_broken(tmp_path):
    path = train(config(), tmp_path / "run").path
    with pytest.raises(DataError, match="no folder"):
        load_model(tmp_path / "nothing")
    with pytest.raises(DataError, match="not a checkpoint"):
        load_model(tmp_path)
    (path / "model.safetensors").write_bytes(b"x" * 10)
    with pytest.raises(DataError, match="cannot read"):
        load_model(path)
    state = json.loads((path / "state.json").read_text())
    (path / "state.json").write_text(json.dumps({**state, "vocabulary": "0"}))
    with pytest.raises(DataError, match="another vocabulary"):
        load_model(path)


@pytest.mark.parametrize("name", ["model.safetensors", "optimizer.safetensors", "state.json"])
def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(name, tmp_path):
    folder = tmp_path / "run"
    last = train(config(), folder)
    weights = (last.path / "model.safetensors").read_bytes()
    damaged = last.path / name
    damaged.write_bytes(damaged.read_bytes()[:-20])
    notes, steps = [], []
    again = train(config(), folder, note=notes.append, report=lambda progress: steps.append(progress.step))
    assert steps[0] > 8
    assert "going on from step-000000008" in notes[0]
    assert str(last.path) in notes[0]
    assert (again.step, (again.path / "model.safetensors").read_bytes()) == (12, weights)
    assert (folder / "damaged-step-000000012" / name).exists()
    assert train(config(), folder, note=notes.append).step == 12
    assert len(notes) == 1


def test_a_run_without_a_whole_checkpoint_is_refused(tmp_path):
    folder = tmp_path / "run"
    train(config(), folder)
    for path in folder.glob("step-*/optimizer.safetensors"):
        path.write_bytes(b"")
    with pytest.raises(DataError, match="no checkpoint of .* is whole"):
        train(config(), folder)


def test_the_folder_of_a_run_is_ours_or_empty(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(DataError, match="not empty"):
        train(config(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    folder = tmp_path / "run"
    train(config(), folder)
    (folder / MARKER).unlink()  # as an earlier version left it
    assert train(config(), folder).step == 12


def test_a_run_goes_on_with_another_number_of_threads(tmp_path):
    before = torch.get_num_threads()
    train(config({"threads": 2}), tmp_path)
    assert torch.get_num_threads() == before
    assert train(config({"threads": 1}), tmp_path).step == 12


def test_threads_that_wait_are_told_once():
    notes = []
    watch = SpeedWatch(1000.0, notes.append)
    for rate in (900.0, 40.0, 900.0, 40.0, 40.0, 40.0):
        watch.see(rate)
    assert len(notes) == 1
    assert "4% of the rate of one thread" in notes[0]
    assert "training.threads=1" in notes[0]


def test_the_rate_of_one_thread_is_measured_and_changes_nothing(tmp_path):
    plain = train(config({"steps": 4}), tmp_path / "plain")
    torch.set_num_threads(2)
    watched = train(config({"steps": 4}), tmp_path / "watched")
    assert torch.get_num_threads() == 2
    for name, tensor in plain.tensors("model").items():
        torch.testing.assert_close(watched.tensors("model")[name], tensor)
