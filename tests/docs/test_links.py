"""What the docs point at is there: pages, files of the repository, names of the package."""

import importlib
import re

import pytest
from helpers.pages import ROOT, blocks, code, name, pages, prose

PATH = re.compile(r"(?:src|crates|docs|tests|benchmarks|deploy|scripts|recipes)/[\w./-]*")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose(page)):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_path_in_the_prose_is_there(page):
    for piece in code(page):
        if PATH.fullmatch(piece):
            assert (ROOT / piece).exists(), piece


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_name_of_the_package_is_there(page):
    for piece in code(page):
        match = re.fullmatch(r"(antiderive(?:\.\w+)+)(?:\(.*\))?", piece)
        if match:
            found = importlib.import_module("antiderive")
            for part in match[1].split(".")[1:]:
                if not hasattr(found, part):
                    importlib.import_module(f"{found.__name__}.{part}")
                found = getattr(found, part)


def test_every_page_can_be_found():
    """The table of contents names each page of the docs."""
    contents = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)", contents)}
    there = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - {
        (ROOT / "docs" / "README.md").resolve()
    }
    assert there <= linked, sorted(there - linked)


def test_the_tree_of_the_readme_has_every_room():
    tree = next(block.text for block in blocks(ROOT / "README.md") if "src/antiderive/" in block.text)
    drawn = set(re.findall(r"^  ([a-z]+)/ ", tree.partition("src/antiderive/")[2], re.MULTILINE))
    source = ROOT / "src" / "antiderive"
    rooms = {folder.parent.name for folder in source.glob("*/__init__.py")}
    assert drawn == rooms
