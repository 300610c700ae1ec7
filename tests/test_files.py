"""Whose a folder is, and files of settings that are none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from antiderive.errors import DataError
from antiderive.files import MARKER, claim_folder, locked_folder, read_toml, remove_left_overs
from antiderive.tasks import Recipe
from antiderive.training import TrainingConfig


def test_a_folder_is_ours_or_empty(tmp_path):
    folder = tmp_path / "new" / "out"
    claim_folder(folder, "things")
    (folder / "data").write_text("ours")
    claim_folder(folder, "things")
    with pytest.raises(DataError, match="holds another output \\(things\\)"):
        claim_folder(folder, "other things")
    assert (folder / MARKER).read_text() == "things\n"


def test_the_files_of_others_stay(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match=r"holds no earlier things \(letter.txt is there\)"):
        claim_folder(tmp_path, "things")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_output_of_an_earlier_version_is_known_by_its_files(tmp_path):
    (tmp_path / "step-1").mkdir()
    (tmp_path / "step-1" / "state.json").write_text("{}")
    claim_folder(tmp_path, "run", signs=("step-*/state.json",))
    assert (tmp_path / MARKER).exists()


def test_what_a_killed_process_left_is_nobodys(tmp_path):
    (tmp_path / ".writing-abc-file").write_text("")
    (tmp_path / ".writing-folder").mkdir()
    claim_folder(tmp_path, "things")
    remove_left_overs(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


@pytest.mark.parametrize("path", ["/dev/null/x", "/proc/nothing/x"])
def test_a_folder_that_cannot_be(path):
    with pytest.raises(DataError, match="cannot write to"):
        claim_folder(Path(path), "things")


def test_a_folder_has_one_writer_at_a_time(tmp_path):
    code = (
        "import sys; from pathlib import Path; from antiderive.files import locked_folder\n"
        "with locked_folder(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as other:
        assert other.stdout.readline() == "in\n"
        with pytest.raises(DataError, match="another process is writing"), locked_folder(tmp_path):
            pass
        other.stdin.close()
    with locked_folder(tmp_path):
        pass


SETTINGS = {
    "not UTF-8": (b'task = "\xff"', "not UTF-8"),
    "nested": (b"seed = " + b"[" * 100_000, "nested too deeply"),
    "digits": (b"seed = " + b"9" * 5000, "digits"),
    "long": (b"#" * (1 << 21), "at most"),
    "no TOML": (b"seed 5", "line 1"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_are_none(name, tmp_path):
    content, message = SETTINGS[name]
    path = tmp_path / "recipe.toml"
    path.write_bytes(content)
    for load in (Recipe.load, TrainingConfig.load, lambda path: read_toml(path, "recipe")):
        with pytest.raises(DataError, match=message) as error:
            load(path)
        assert len(str(error.value).splitlines()) == 1


def test_a_byte_order_mark_says_nothing(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_bytes(b'\xef\xbb\xbftask = "bwd"\nseed = 5\n')
    assert Recipe.load(path).seed == 5
