"""The check_dataset finds what was done to a data set, and passes one that is whole."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from antiderive import Expr
from antiderive.datasets.check import check_dataset
from antiderive.datasets.dataset import DataSet
from antiderive.datasets.shards import write_dataset
from antiderive.expressions import Vocabulary
from antiderive.tasks import Recipe

KEY = "000000000000-000000000600"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "whole"
    write_dataset(Recipe(max_operators=4), folder, 1000, shard=600)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "d"))


def edit(folder, change, name=f"train-{KEY}.parquet", *, honest=True):
    """Changes the rows of a file; an honest editor puts the new checksum and count into the manifest."""
    path = folder / name
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows = change(rows) or rows
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    if honest:
        manifest = json.loads((folder / "manifest.json").read_text())
        entry = manifest["shards"][KEY]["files"][name]
        entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        entry["examples"] = len(rows)
        (folder / "manifest.json").write_text(json.dumps(manifest))


def tokens(prefix):
    return Vocabulary().encode(prefix)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_whole_data_set_passes(whole, workers):
    found = check_dataset(DataSet(whole), sample=None, workers=workers)
    assert found.passed
    assert found.examples == 1000
    assert sum(found.verdicts.values()) == 1000
    assert found.verdicts["refuted"] == 0


def test_the_sample_has_the_size_that_was_asked_for(whole):
    for size in (0, 1, 7, 100):
        assert sum(check_dataset(DataSet(whole), sample=size).verdicts.values()) == size


def set_cell(column, value, row=3):
    def change(rows):
        rows[row][column] = value(rows[row][column]) if callable(value) else value

    return change


CORRUPTIONS = {
    "another index": (set_cell("index", 5000), "complete", "outside 0 to 600"),
    "an index twice": (lambda rows: [*rows, rows[0]], "complete", "more than once"),
    "a row lost": (lambda rows: rows[:-1], "complete", "instead of 600"),
    "another skeleton": (set_cell("skeleton", 17), "split", "not 17"),
    "a problem cut short": (set_cell("problem", lambda ids: ids[:-1]), "parsed", "index 3"),
    "not a token": (set_cell("solution", [255]), "parsed", "index 3"),
    "no tokens": (set_cell("solution", []), "parsed", "no expression"),
    "not canonical": (set_cell("solution", tokens("add x x")), "parsed", "not in canonical form"),
    "another count": (set_cell("problem_operators", 99), "parsed", "problem_operators should be"),
    "an empty cell": (set_cell("skeleton", None), "parsed", "cells are empty"),
    "a wrong solution": (
        lambda rows: set_cell(
            "solution", (Expr.from_tokens(rows[3]["solution"]) + Expr("sin(x)")).to_tokens()
        )(rows),
        "verified",
        "does not solve",
    ),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_edited_rows_are_found(folder, name):
    change, kind, message = CORRUPTIONS[name]
    edit(folder, change)
    found = check_dataset(DataSet(folder), sample=None)
    assert found.failures[kind] >= 1
    assert any(message in line for line in found.messages[kind])


def test_a_train_problem_in_test_is_found_twice_over(folder):
    stolen = pq.read_table(folder / f"train-{KEY}.parquet").to_pylist()[7]
    edit(folder, lambda rows: [*rows, stolen], f"test-{KEY}.parquet")
    found = check_dataset(DataSet(folder), sample=0)
    assert found.failures["split"] == 1
    assert f"index {stolen['index']}: belongs to the split train" in found.messages["split"][0]
    assert found.failures["disjoint"] == 1
    assert "in train" in found.messages["disjoint"][0]
    assert "in test" in found.messages["disjoint"][0]
    assert found.failures["complete"] >= 1


def test_changed_bytes_are_found_everywhere(folder):
    path = folder / f"train-{KEY}.parquet"
    good = path.read_bytes()
    random = np.random.default_rng(0)
    for index in random.integers(0, len(good), 12).tolist():
        path.write_bytes(good[:index] + bytes([good[index] ^ 0x40]) + good[index + 1 :])
        assert "checksum" in check_dataset(DataSet(folder), sample=0).messages["checksums"][0]


def test_files_that_are_cut_missing_or_too_many_are_found(folder):
    path = folder / f"valid-{KEY}.parquet"
    good = path.read_bytes()
    path.write_bytes(good[:-100])
    found = check_dataset(DataSet(folder), sample=0)
    assert found.failures["checksums"]
    assert found.failures["parsed"]
    path.unlink()
    assert "No such file" in check_dataset(DataSet(folder), sample=0).messages["checksums"][0]
    path.write_bytes(good)
    (folder / "train-000000000600-000000000700.parquet").write_bytes(good)
    assert "not in the manifest" in check_dataset(DataSet(folder), sample=0).messages["checksums"][0]


def test_a_table_with_other_columns_is_found(folder):
    pq.write_table(pa.table({"index": [1]}), folder / f"train-{KEY}.parquet")
    assert "other columns: index" in check_dataset(DataSet(folder), sample=0).messages["parsed"][0]


def test_an_unfinished_data_set_is_no_data_set(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["shards"].pop(KEY)["files"]:
        (folder / name).unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    found = check_dataset(DataSet(folder), sample=0)
    assert found.failures["complete"] == 600
    assert "0 to 600 are missing" in found.messages["complete"][0]
