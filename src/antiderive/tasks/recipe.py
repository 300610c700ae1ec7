"""Recipes: the few settings that determine a data set."""

from __future__ import annotations

import difflib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from antiderive._core import default_operators, operators, recipe_text
from antiderive.errors import DataError, SettingError
from antiderive.files import read_toml


def default_weights() -> dict[str, int]:
    """Return the operators with their default sampling weights, from the operator table."""
    return {row["name"]: row["weight"] for row in operators() if row["weight"] > 0}


@dataclass(frozen=True)
class Recipe:
    """Settings of random functions and of the examples made from them.

    The defaults are those of the published data (Lample & Charton 2020, appendix C), sizes by task.

    Attributes:
        task: name of the task.
        seed: another seed gives other examples.
        min_operators: fewest operators of a sampled function; 0 for the task's default.
        max_operators: most operators of a sampled function; 0 for the task's default.
        operators: sampling weights by operator.
        variable_weight: weight of the variable among leaves.
        integer_weight: weight of integers among leaves.
        max_integer: integers are from 1 to this.
        coefficients: number of symbolic coefficients ``a0``, ``a1``, ... that one example may contain.
        coefficient_weight: weight of coefficients among leaves.
        weighted_shapes: sample tree shapes by the operators' weights instead of uniformly.
        max_tokens: longest problem or solution, in tokens.
        options: settings that only this task has.

    Raises:
        SettingError: on settings that contradict each other.
    """

    task: str = "bwd"
    seed: int = 0
    min_operators: int = 0
    max_operators: int = 0
    operators: dict[str, int] = field(default_factory=default_weights)
    variable_weight: int = 3
    integer_weight: int = 1
    max_integer: int = 5
    coefficients: int = 0
    coefficient_weight: int = 1
    weighted_shapes: bool = False
    max_tokens: int = 512
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for setting in fields(self):
            kind: type = dict if setting.name in ("operators", "options") else type(setting.default)
            value = getattr(self, setting.name)
            if type(value) is not kind:
                raise SettingError(
                    f"recipe: {setting.name} must be {kind.__name__}, not {type(value).__name__} ({value!r})"
                )
        for name, value in [*asdict(self).items(), *self.operators.items()]:
            if isinstance(value, int) and not 0 <= value < 1 << 32:
                raise SettingError(f"recipe: {name} = {value} is not between 0 and 2^32 - 1")
        for name, value in self.options.items():
            if type(value) not in (int, float, str, bool):
                raise SettingError(
                    f"recipe: option {name} must be a number, a text or true/false, not {value!r}"
                )
        fewest, most = default_operators(self.task)
        # Frozen: the defaults of a task can only be filled in like this.
        object.__setattr__(
            self, "min_operators", self.min_operators or min(fewest, self.max_operators or fewest)
        )
        object.__setattr__(self, "max_operators", self.max_operators or max(most, self.min_operators))
        self.text()

    def __hash__(self) -> int:
        return hash(self.text())

    def text(self) -> str:
        """Return one line with every setting and the generator's version; it keys the random streams."""
        text = recipe_text(self.core_settings())
        if self.options:
            text += " options=" + json.dumps(self.options, sort_keys=True, separators=(",", ":"))
        return text

    def core_settings(self) -> dict[str, Any]:
        """Return the settings that the native core knows: all but the task's own."""
        return {name: value for name, value in asdict(self).items() if name != "options"}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as :meth:`from_dict` takes them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Make a recipe from plain values; missing settings get their defaults.

        Raises:
            SettingError: for a setting that does not exist.
        """
        known = [setting.name for setting in fields(cls)]
        for name in values:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; known settings: {', '.join(known)}"
                raise SettingError(f"recipe: unknown setting {name!r}{hint}")
        return cls(**values)

    @classmethod
    def load(cls, path: Path, changes: dict[str, Any] | None = None) -> Recipe:
        """Read a TOML file; its ``[data]`` table, if it has one, else its top level.

        Args:
            path: the file.
            changes: settings that replace those of the file.

        Raises:
            DataError: if the file cannot be read.
        """
        values = read_toml(path, "recipe")
        data = values.get("data", values)
        if not isinstance(data, dict):
            raise DataError(f"cannot read the recipe {path}: data is not a table")
        return cls.from_dict({**data, **(changes or {})})

    def to_toml(self) -> str:
        """Return the recipe as the text of a TOML file."""
        lines = []
        for name, value in self.to_dict().items():
            if isinstance(value, dict):
                inner = ", ".join(f"{key} = {json.dumps(each)}" for key, each in value.items())
                lines.append(f"{name} = {{ {inner} }}")
            else:
                lines.append(f"{name} = {json.dumps(value)}")
        return "\n".join(lines) + "\n"
