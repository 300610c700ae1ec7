"""Data sets written by many workers: the same bytes as by one process."""

import asyncio

import pytest
from s3fs import S3FileSystem

from antiderive.datasets.check import check_dataset
from antiderive.datasets.dataset import DataSet
from antiderive.datasets.shards import write_dataset
from antiderive.datasets.storage import absolute
from antiderive.distributed.client import Cluster
from antiderive.distributed.submit import generate_run
from antiderive.errors import SettingError
from antiderive.tasks import Recipe

RECIPE = Recipe(task="bwd", min_operators=2, max_operators=6, seed=5)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


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
    assert check_dataset(DataSet(tmp_path / "shared"), sample=50).passed

    # S3, from which a person copies the finished data set.
    assert asyncio.run(submit(2250, f"{bucket}/set")).state == "completed"
    S3FileSystem().get(f"{bucket}/set/*", str(tmp_path / "fetched") + "/")
    assert bytes_of(tmp_path / "fetched") == bytes_of(tmp_path / "local")
    assert check_dataset(DataSet(tmp_path / "fetched"), sample=50).passed
    nowhere = asyncio.run(submit(2250, "s3://nobody-has-this/set"))
    assert nowhere.failure == "cannot write to s3://nobody-has-this/set: The specified bucket does not exist"

    refused = asyncio.run(submit(3000))
    assert refused.state == "failed" and "add --resume to add 0 to 3,000" in refused.failure
    assert asyncio.run(submit(3000, extend=True)).state == "completed"
    assert DataSet(tmp_path / "shared").manifest.missing == []


def test_places_are_checked_before_anything_is_sent():
    for place in ("http://host/x", "zip::s3://bucket/x", "ftp://host/x"):
        with pytest.raises(SettingError, match="give a folder"):
            absolute(place)
    with pytest.raises(SettingError, match="must name its methods"):
        generate_run(Recipe(task="fwd"), "/data", 0, 10)


def test_a_worker_writes_below_its_roots_alone(temporal, address, workers, eventually):
    worker = workers("--slots", 1)

    async def submit():
        cluster = Cluster(await address.connect(), address)
        made = generate_run(RECIPE, "/outside/set", 0, 10, shard=10)
        assert await cluster.submit(*made)
        return made[0]

    name = asyncio.run(submit())
    eventually(lambda: worker.says("refused: this worker does not write to /outside/set"))

    async def cancel():
        await Cluster(await address.connect(), address).cancel(name)

    asyncio.run(cancel())
