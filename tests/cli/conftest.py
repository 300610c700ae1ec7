"""The command line, called in this process."""

import subprocess
import sys

import pytest

from antiderive.cli import main


@pytest.fixture
def run(capsys, monkeypatch):
    """Runs the tool's entry point and gives its exit code, output and errors."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["antiderive", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, caught.value.code, out, err)

    return call
