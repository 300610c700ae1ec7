"""The methods of integration, where every program is installed."""

import pytest

from antiderive.cas import METHODS, method_named
from antiderive.errors import SettingError


def test_methods_have_names_versions_and_ways_to_install():
    for method in METHODS:
        assert method_named(method.name) is method
        assert method.version[0].isdigit()
        assert method.install.startswith(("apt-get install ", "pip install "))
    with pytest.raises(SettingError, match="choose from: .*fricas, giac"):
        method_named("mathematica")


def test_a_program_that_is_not_installed_has_no_version(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert not method_named("fricas").installed
    assert method_named("fricas").version is None
