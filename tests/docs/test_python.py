"""Every Python block of the docs runs, and sessions print what the page says."""

import doctest
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.pages import ROOT, blocks, name, pages

from antiderive.cli import main


def python(page):
    """Blocks to run, in order; files of a page of their own are run where they are installed."""
    return [block for block in blocks(page) if block.language in ("python", "pycon") and not block.title]


def command(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["antiderive", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0


def train(folder):
    """A run of two steps: the pages need a model that is there, not one that has learned."""
    from antiderive.training import TrainingConfig
    from antiderive.training import train as run

    model = {"width": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 16}
    training = {"steps": 2, "tokens_per_batch": 256, "warmup": 1, "pool": 100, "checkpoint_every": 2}
    data = {"max_operators": 2, "min_operators": 1, "max_tokens": 32}
    run(TrainingConfig.from_dict({"data": data, "model": model, "training": training}), folder)


def prepare(page, monkeypatch):
    """Makes in the working folder what the page's commands have made before its Python is reached."""
    if page.name == "tutorial.md":
        train(Path("out/first"))
    if page.name == "train.md":
        from antiderive.training import export

        train(Path("run"))
        export(Path("run"), Path("given"))
    if page.name == "classify.md":
        shutil.copytree(ROOT / "src" / "antiderive" / "classification" / "shipped", "out/model")
    if page.name == "data.md":
        command(monkeypatch, "generate", "bwd", "--count", "300", "-o", "out/bwd")
        command(monkeypatch, "generate", "bwd,ode1", "--count", "300", "-o", "out/both")


@pytest.mark.parametrize("page", [page for page in pages() if python(page)], ids=name)
def test_the_python_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANTIDERIVE_MODEL", raising=False)
    prepare(page, monkeypatch)
    if page.name == "data.md":  # the library of another project, whose warnings are not ours
        script = "\n".join(block.text for block in python(page))
        environment = {"HF_HOME": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1", "PATH": ""}
        subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=300)
        return
    names = {"__name__": "docs"}
    for block in python(page):
        if ">>> " not in block.text:
            exec(compile(block.text, name(page), "exec"), names)
        else:
            test = doctest.DocTestParser().get_doctest(block.text, names, name(page), str(page), 0)
            result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False)
            assert result.failed == 0
            names.update(test.globs)
