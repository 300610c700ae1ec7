"""What a job may ask of workers."""

import dataclasses
import json
import math

import pytest

from antiderive.distributed.bounds import require_sane, require_within
from antiderive.distributed.messages import GenerateJob, LabelJob
from antiderive.errors import SettingError
from antiderive.tasks import Recipe

RECIPE = json.dumps(Recipe(task="bwd").to_dict())
LABEL = LabelJob(RECIPE, "fricas", 1.0, 512, 0, 10, "")
GENERATE = GenerateJob(RECIPE, "out", 100, False, 0, 10, "", "")


def test_usual_jobs_are_sane():
    require_sane(LABEL)
    require_sane(GENERATE)


@pytest.mark.parametrize(
    ("job", "changes"),
    [
        (LABEL, {"cpu_seconds": math.nan}),
        (LABEL, {"cpu_seconds": math.inf}),
        (LABEL, {"cpu_seconds": -1.0}),
        (LABEL, {"cpu_seconds": 0.0}),
        (LABEL, {"cpu_seconds": 1e300}),
        (LABEL, {"memory_mib": -5}),
        (LABEL, {"memory_mib": 1 << 60}),
        (LABEL, {"first": -1}),
        (LABEL, {"last": 1 << 70}),
        (LABEL, {"first": 10}),
        (GENERATE, {"shard": 0}),
        (GENERATE, {"shard": 1 << 50}),
    ],
)
def test_absurd_numbers_are_refused(job, changes):
    with pytest.raises(SettingError, match="job: "):
        require_sane(dataclasses.replace(job, **changes))


def test_places_are_within_the_roots(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    roots = [str(root), "s3://bucket/sets"]
    for place in (root, root / "a" / "b", f"file://{root}/a", "s3://bucket/sets", "s3://bucket/sets/a"):
        require_within(str(place), roots)
    for place in (
        tmp_path / "other",
        root / ".." / "other",
        root / "link" / "other",
        f"{root}s",
        "/etc",
        "s3://bucket/other",
        "s3://bucket/sets2",
        "s3://bucket/sets/../other",
        "s3://other/sets",
    ):
        with pytest.raises(SettingError, match="does not write to"):
            require_within(str(place), roots)


def test_nothing_is_within_no_roots(tmp_path):
    with pytest.raises(SettingError):
        require_within(str(tmp_path), [])
