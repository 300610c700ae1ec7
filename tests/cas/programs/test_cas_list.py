"""``antiderive cas list``."""

import json

from click.testing import CliRunner

from antiderive.cli import group


def test_it_lists_versions_and_the_order():
    printed = CliRunner().invoke(group, ["cas", "list"])
    assert printed.exit_code == 0
    for name in ("fricas", "giac", "maxima", "sympy-risch"):
        assert name in printed.output
    assert "Tried in this order" in printed.output


def test_as_json():
    printed = json.loads(CliRunner().invoke(group, ["cas", "list", "--json"]).output)
    methods = {method["name"]: method for method in printed["methods"]}
    assert methods["fricas"]["version"][0].isdigit()
    assert {step["method"] for step in printed["default_order"]} <= set(methods)


def test_what_is_not_installed_says_how(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    printed = CliRunner().invoke(group, ["cas", "list"]).output
    assert "not installed: apt-get install maxima maxima-share" in printed
