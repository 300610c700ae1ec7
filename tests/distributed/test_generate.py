"""Data sets written by many workers: the same bytes as by one process."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from s3fs import S3FileSystem

from antiderive.datasets.check import check
from antiderive.datasets.folder import DataSet
from antiderive.datasets.manifest import gaps
from antiderive.datasets.shards import Pace, cut, make_shard, write_dataset
from antiderive.distributed.client import Cluster
from antiderive.distributed.dev import free_port
from antiderive.distributed.shared import SharedDataSet
from antiderive.distributed.storage import Storage, absolute
from antiderive.distributed.submit import generate_run
from antiderive.errors import DataError, SettingError
from antiderive.tasks import Recipe

RECIPE = Recipe(task="bwd", min_operators=2, max_operators=6, seed=5)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


def write(data, first, last):
    parts, rejects = make_shard(RECIPE, first, last, pace=Pace(), report=lambda _: None)
    data.write(first, last, parts, rejects, 1.0)


def test_a_run_writes_what_one_process_writes(temporal, address, workers, bucket, tmp_path):
    for _ in range(2):
        workers("--slots", 1)

    async def submit(count, place=tmp_path / "shared", **options):
        cluster = Cluster(await address.connect(), address)
        made = generate_run(RECIPE, str(place), 0, count, shard=500, **options)
        assert await cluster.submit(*made)
        async for seen in cluster.follow(made[0], pause=0.1):
            run = seen
        return run

    run = asyncio.run(submit(2250))
    assert (run.state, run.status.done, run.failure) == ("completed", 2250, "")
    local = write_dataset(RECIPE, tmp_path / "local", 2250, shard=500)
    assert bytes_of(tmp_path / "shared") == bytes_of(tmp_path / "local")
    made = DataSet(tmp_path / "shared").manifest
    assert (made.identity, made.ranges, made.rejects) == (local.identity, local.ranges, local.rejects)
    assert {key: shard.files for key, shard in made.shards.items()} == {
        key: shard.files for key, shard in local.shards.items()
    }
    assert check(DataSet(tmp_path / "shared"), sample=50).passed

    # S3, from which a person copies the finished data set.
    assert asyncio.run(submit(2250, f"{bucket}/set")).state == "completed"
    S3FileSystem().get(f"{bucket}/set/*", str(tmp_path / "fetched") + "/")
    assert bytes_of(tmp_path / "fetched") == bytes_of(tmp_path / "local")
    assert check(DataSet(tmp_path / "fetched"), sample=50).passed
    nowhere = asyncio.run(submit(2250, "s3://nobody-has-this/set"))
    assert nowhere.failure == "cannot write to s3://nobody-has-this/set: The specified bucket does not exist"

    refused = asyncio.run(submit(3000))
    assert refused.state == "failed" and "add --resume to add 0 to 3,000" in refused.failure
    assert asyncio.run(submit(3000, extend=True)).state == "completed"
    assert DataSet(tmp_path / "shared").manifest.missing == []


@pytest.mark.parametrize("kind", ["folder", "object store"])
def test_two_workers_at_the_same_shards_do_no_harm(kind, bucket, tmp_path):
    place = str(tmp_path / "d") if kind == "folder" else f"{bucket}/{tmp_path.name}"
    SharedDataSet(Storage(place), RECIPE).open((0, 900), extend=False)
    with ThreadPoolExecutor(4) as threads:
        parts = [part for part in cut([(0, 900)], 300) for _ in range(3)]
        list(threads.map(lambda part: write(SharedDataSet(Storage(place), RECIPE), *part), parts))
    data = SharedDataSet(Storage(place), RECIPE)
    assert gaps((0, 900), data.open((0, 900), extend=False).covered) == []
    data.finish((0, 900))
    written = Storage(place)
    assert sorted(written.sizes()) == sorted(
        ["README.md", "manifest.json", "recipe.toml"]
        + [
            f"{s}-{a:012d}-{b:012d}.parquet"
            for a, b in cut([(0, 900)], 300)
            for s in ("train", "valid", "test")
        ]
    )
    local = write_dataset(RECIPE, tmp_path / "local", 900, shard=300)
    entries = json.loads(written.read("manifest.json"))["shards"]
    for key, shard in local.shards.items():
        assert {name: file["sha256"] for name, file in entries[key]["files"].items()} == {
            name: file.sha256 for name, file in shard.files.items()
        }
        for name in shard.files:
            assert written.read(name) == (tmp_path / "local" / name).read_bytes()


def test_a_shard_with_a_file_missing_is_made_again(tmp_path):
    data = SharedDataSet(Storage(str(tmp_path)), RECIPE)
    data.open((0, 200), extend=False)
    write(data, 0, 200)
    assert data.open((0, 200), extend=False).covered == [(0, 200)]
    (tmp_path / "train-000000000000-000000000200.parquet").write_bytes(b"half")
    assert data.open((0, 200), extend=False).covered == []


def test_what_else_is_in_the_folder_is_never_touched(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="is not empty and holds no data set"):
        SharedDataSet(Storage(str(tmp_path)), RECIPE).open((0, 10), extend=False)
    write_dataset(Recipe(task="ibp"), tmp_path / "other", 10)
    with pytest.raises(DataError, match="another recipe"):
        SharedDataSet(Storage(str(tmp_path / "other")), RECIPE).open((0, 10), extend=False)
    with pytest.raises(DataError, match="cannot write to /proc/nothing"):
        SharedDataSet(Storage("/proc/nothing"), RECIPE).open((0, 10), extend=False)


def test_an_object_store_that_cannot_be_used_is_one_line(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    S3FileSystem.clear_instance_cache()
    with pytest.raises(DataError, match="cannot read s3://bucket/set/manifest.json: Unable to locate cred"):
        SharedDataSet(Storage("s3://bucket/set"), RECIPE).open((0, 10), extend=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    S3FileSystem.clear_instance_cache()
    with pytest.raises(DataError, match="cannot read s3://bucket/set/manifest.json: Could not connect"):
        SharedDataSet(Storage("s3://bucket/set"), RECIPE).open((0, 10), extend=False)
    S3FileSystem.clear_instance_cache()


def test_places_are_checked_before_anything_is_sent():
    for place in ("http://host/x", "zip::s3://bucket/x", "ftp://host/x"):
        with pytest.raises(SettingError, match="give a folder"):
            absolute(place)
    with pytest.raises(SettingError, match="must name its methods"):
        generate_run(Recipe(task="fwd"), "/data", 0, 10)
