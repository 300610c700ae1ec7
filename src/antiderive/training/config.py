"""The settings of a training run, from a TOML file with overrides.

The table ``[data]`` is a recipe, ``[model]`` the shape of the model, and ``[training]`` the settings of the
loop. Each ``[mixture.NAME]`` is a source of training pairs: its weight, its files if it has any, and the
settings of the recipe that differ. Without a mixture, the recipe's task is the only source. No file of a
source is opened here.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from antiderive.errors import DataError, SettingError
from antiderive.expressions import Vocabulary
from antiderive.files import read_toml
from antiderive.models import Seq2SeqConfig
from antiderive.tasks import Recipe, task_named

T = TypeVar("T")

RECIPES = Path(__file__).parent.parent / "recipes"
"""Folder of the built-in configurations."""

_LARGEST = 1 << 53
"""Numbers of a configuration are smaller; NaN is not."""

_AT_MOST = {
    "tokens_per_batch": 1 << 27,
    "accumulate": 1 << 16,
    "streams": 1 << 16,
    "seed": (1 << 23) - 1,  # a seed of torch is made of it and the step
    "pool": 1 << 27,
    "threads": 1 << 10,
    "evaluate_pairs": 1 << 24,
    "evaluate_answers": 1 << 24,
}
"""Bounds of the sizes of a run: what is larger fits no machine."""

_METRICS = ("loss", "exact", "verified")
"""Metrics of an evaluation, over all sources; ``NAME/loss`` and so on are those of one source."""

_CHOICES = {
    "schedule": ("cosine", "constant"),
    "precision": ("32-true", "bf16-mixed", "16-mixed"),
    "strategy": ("auto", "ddp", "fsdp"),
    "accelerator": ("auto", "cpu", "cuda", "mps"),
}


@dataclass(frozen=True)
class OptimizationConfig:
    """Settings of the loop.

    Attributes:
        steps: optimizer steps.
        tokens_per_batch: source plus target tokens of a step, including padding, over all processes.
        accumulate: pieces into which each process splits its part of a batch, to save memory.
        streams: streams of data; it must divide the number of processes, and each process makes only the
            data of its stream.
        learning_rate: peak learning rate of AdamW.
        schedule: ``cosine`` (to a tenth of the peak at the end) or ``constant``, after the warm-up.
        warmup: steps of linear warm-up.
        weight_decay: decoupled weight decay of matrices.
        beta2: decay of the second moment.
        clip: largest norm of the gradient.
        label_smoothing: share of the probability spread over all tokens.
        precision: ``32-true``, ``bf16-mixed`` or ``16-mixed`` (with loss scaling).
        seed: seed of the weights, of dropout, and of the order of files and batches.
        pool: pairs that are sorted by length together.
        threads: threads of the generator in each process, and of the model on a CPU; 0 is one for the
            generator and torch's own number for the model. A run may go on with another number.
        log_every: steps between lines of the log.
        checkpoint_every: steps between checkpoints.
        keep_checkpoints: how many of the newest checkpoints to keep, besides the best.
        evaluate_every: steps between evaluations; 0 for none.
        evaluate_pairs: validation pairs of each source for the loss.
        evaluate_answers: how many of them are solved by greedy decoding and verified.
        metric: decides which evaluation is best: ``loss``, ``exact``, ``verified``, or that of one source,
            such as ``bwd/exact``.
        patience: the run ends after this many evaluations without improvement; 0 for never.
        strategy: ``ddp``, ``fsdp`` (shards a large model over the processes), or ``auto``.
        accelerator: ``cpu``, ``cuda``, ``mps`` or ``auto``.
        compile: use ``torch.compile``.
        recompute: recompute layers in the backward pass instead of keeping their activations.
        peak_tflops: peak of the device at this precision, in 10^12 operations per second, for the
            utilization in the log; 0 takes the built-in figure for the device, if there is one.
    """

    steps: int = 10_000
    tokens_per_batch: int = 8192
    accumulate: int = 1
    streams: int = 1
    learning_rate: float = 5e-4
    schedule: str = "cosine"
    warmup: int = 500
    weight_decay: float = 0.01
    beta2: float = 0.98
    clip: float = 1.0
    label_smoothing: float = 0.0
    precision: str = "32-true"
    seed: int = 0
    pool: int = 20_000
    threads: int = 0
    log_every: int = 10
    checkpoint_every: int = 1000
    keep_checkpoints: int = 2
    evaluate_every: int = 0
    evaluate_pairs: int = 512
    evaluate_answers: int = 64
    metric: str = "loss"
    patience: int = 0
    strategy: str = "auto"
    accelerator: str = "auto"
    compile: bool = False
    recompute: bool = False
    peak_tflops: float = 0.0

    def __post_init__(self) -> None:
        at_least = {
            1: (
                "steps", "tokens_per_batch", "accumulate", "streams", "pool", "log_every",
                "checkpoint_every", "keep_checkpoints", "evaluate_pairs",
            ),
            0: (
                "seed", "threads", "warmup", "weight_decay", "beta2", "label_smoothing", "evaluate_every",
                "evaluate_answers", "patience", "peak_tflops",
            ),
        }  # fmt: skip
        for least, names in at_least.items():
            for name in names:
                if getattr(self, name) < least:
                    raise SettingError(f"training: {name} = {getattr(self, name)} is below {least}")
        for name, most in _AT_MOST.items():
            if getattr(self, name) > most:
                raise SettingError(f"training: {name} = {getattr(self, name)} is above {most}")
        if self.learning_rate <= 0 or self.clip <= 0:
            raise SettingError("training: learning_rate and clip must be positive")
        if max(self.beta2, self.label_smoothing) >= 1:
            raise SettingError("training: beta2 and label_smoothing must be below 1")
        self._check_choices()

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                known = ", ".join(choices)
                raise SettingError(f"training: unknown {name} {getattr(self, name)!r}; choose from: {known}")
        if self.metric.rpartition("/")[2] not in _METRICS:
            known = ", ".join((*_METRICS, "NAME/loss"))
            raise SettingError(f"training: unknown metric {self.metric!r}; choose from: {known}")
        if self.patience and not self.evaluate_every:
            raise SettingError("training: patience needs evaluations; set evaluate_every")


@dataclass(frozen=True)
class SourceConfig:
    """One source of a mixture: generated from a recipe unless it has files.

    Attributes:
        weight: share of the training pairs, relative to the weights of the other sources.
        shards: folder of Parquet shards.
        text: classic text file, one ``problem TAB solution`` per line.
        recipe: settings of the recipe that differ from ``[data]``.
    """

    weight: float = 1.0
    shards: str = ""
    text: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, name: str, values: dict[str, Any]) -> SourceConfig:
        """A source from the values of its table, which holds settings of the recipe too."""
        own = ("weight", "shards", "text")
        known = [setting.name for setting in fields(Recipe)]
        _refuse_unknown(f"mixture.{name}", values, [*own, *known])
        source: SourceConfig = _typed(cls, f"mixture.{name}", {k: v for k, v in values.items() if k in own})
        if source.weight <= 0:
            raise SettingError(f"mixture.{name}: weight {source.weight} is not positive")
        if source.shards and source.text:
            raise SettingError(f"mixture.{name}: has both shards and text; give one of them")
        return cls(source.weight, source.shards, source.text, {k: values[k] for k in values if k in known})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as :meth:`from_dict` takes them."""
        return {"weight": self.weight, "shards": self.shards, "text": self.text, **self.recipe}


@dataclass(frozen=True)
class TrainingConfig:
    """Data, model and optimization of one run.

    Attributes:
        data: recipe of generated pairs; the settings of a source override it.
        mixture: sources of training pairs by name; by default the recipe's task alone.
        model: shape of the model.
        training: settings of the loop.
        recipes: recipe of each generated source, by the name of the source.

    Raises:
        SettingError: if the settings contradict each other, or a task cannot be generated on the fly.
    """

    data: Recipe = field(default_factory=Recipe)
    mixture: dict[str, SourceConfig] = field(default_factory=dict)
    model: Seq2SeqConfig = field(default_factory=lambda: _model({}))
    training: OptimizationConfig = field(default_factory=OptimizationConfig)
    recipes: dict[str, Recipe] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.mixture:
            object.__setattr__(self, "mixture", {self.data.task: SourceConfig()})
        owner = self.training.metric.rpartition("/")[0]
        if owner and owner not in self.mixture:
            raise SettingError(f"training: metric {self.training.metric!r} names no source of the mixture")
        generated = {
            name: _recipe(self.data, name, source.recipe)
            for name, source in self.mixture.items()
            if not (source.shards or source.text)
        }
        object.__setattr__(self, "recipes", generated)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as :meth:`from_dict` takes them."""
        return {
            "data": asdict(self.data),
            "mixture": {name: source.to_dict() for name, source in self.mixture.items()},
            "model": asdict(self.model),
            "training": asdict(self.training),
        }

    def differences(self, other: TrainingConfig) -> list[str]:
        """Settings that make another run of another configuration, each as ``table.name: this, other``."""
        mine, theirs = _leaves(self.to_dict()), _leaves(other.to_dict())
        return [
            f"{name}: {mine.get(name)!r}, {theirs.get(name)!r}"
            for name in sorted((mine.keys() | theirs.keys()) - {"training.threads"})
            if mine.get(name) != theirs.get(name)
        ]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """A configuration from plain values.

        Raises:
            SettingError: for an unknown table or setting, or a bad value.
        """
        _refuse_unknown("configuration", values, [f.name for f in fields(cls) if f.init])
        for tables in (values, values.get("mixture", {})):
            for table, content in tables.items():
                if not isinstance(content, dict):
                    raise SettingError(f"configuration: {table} = {content!r} is not a table of settings")
        return cls(
            data=Recipe.from_dict(values.get("data", {})),
            mixture={
                name: SourceConfig.from_dict(name, source)
                for name, source in values.get("mixture", {}).items()
            },
            model=_model(values.get("model", {})),
            training=_typed(OptimizationConfig, "training", values.get("training", {})),
        )

    @classmethod
    def load(
        cls, recipe: str | Path, overrides: tuple[str, ...] = (), *, tasks: tuple[str, ...] = ()
    ) -> TrainingConfig:
        """Read a TOML file or a built-in configuration, then apply tasks and overrides.

        Args:
            recipe: path of a file, or the name of a built-in configuration: ``tiny``, ``small``, ``base``,
                ``paper``.
            overrides: settings such as ``training.steps=500`` or ``mixture.ibp.weight=2``.
            tasks: makes these tasks the mixture, with the settings that the file has for them.

        Raises:
            DataError: if the file cannot be read.
            SettingError: for unknown settings or bad values.
        """
        path = find_recipe(recipe)
        values = read_toml(path, "configuration")
        if tasks:
            given = values.get("mixture", {})
            values["mixture"] = {task: given.get(task, {}) for task in tasks}
            generated = [task for task in tasks if not task_named(task).needs_solver]
            values["data"] = {**values.get("data", {}), **({"task": generated[0]} if generated else {})}
        for override in overrides:
            _override(values, override)
        return cls.from_dict(values)


def find_recipe(recipe: str | Path) -> Path:
    """The file of a recipe, given by its path or by the name of a built-in one.

    Raises:
        DataError: if there is no such file or built-in recipe.
    """
    for path in (Path(recipe), RECIPES / f"{recipe}.toml"):
        if path.is_file():
            return path
    names = ", ".join(sorted(path.stem for path in RECIPES.glob("*.toml")))
    raise DataError(f"no file or built-in recipe {recipe}; built-in recipes: {names}")


def _recipe(shared: Recipe, name: str, own: dict[str, Any]) -> Recipe:
    """The recipe of a generated source: the shared settings, overridden by its own.

    Raises:
        SettingError: if its task cannot be generated on the fly.
    """
    task = own.get("task", name)
    if task_named(task).needs_solver:
        raise SettingError(
            f"mixture.{name}: {task} examples need computer algebra; generate them first and set "
            f"mixture.{name}.shards=FOLDER"
        )
    # Default sizes depend on the task, and options belong to one task.
    usual = Recipe(task=shared.task).to_dict()
    chosen = {key: value for key, value in shared.to_dict().items() if value != usual[key]}
    if task != shared.task:
        chosen.pop("options", None)
    return Recipe.from_dict({**chosen, "task": task, **own})


def _override(values: dict[str, Any], override: str) -> None:
    name, separator, text = override.partition("=")
    *tables, key = name.split(".")
    if not separator or not tables or not key:
        raise SettingError(f"override {override!r} does not have the form table.setting=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    except (ValueError, RecursionError) as error:
        raise SettingError(f"override {name}: the value is too long or nested too deeply") from error
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise SettingError(f"override {override!r}: {table} is not a table of settings")
    values[key] = value


def _model(values: dict[str, Any]) -> Seq2SeqConfig:
    vocabulary = Vocabulary()
    return _typed(Seq2SeqConfig, "model", {"vocabulary": len(vocabulary), "pad": vocabulary.pad, **values})


def _typed(kind: type[T], table: str, values: dict[str, Any]) -> T:
    annotations = {f.name: f.type for f in fields(kind)}  # type: ignore[arg-type]
    _refuse_unknown(table, values, list(annotations))
    kinds: dict[str, tuple[type, ...]] = {
        "int": (int,),
        "float": (float, int),
        "str": (str,),
        "bool": (bool,),
    }
    for name, value in values.items():
        expected = kinds[str(annotations[name])]
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise SettingError(f"{table}: {name} = {value!r} is not of type {annotations[name]}")
        if isinstance(value, int | float) and not abs(value) < _LARGEST:
            raise SettingError(f"{table}: {name} is not a number below 2^53 in size")
    return kind(**values)


def _leaves(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        inner = isinstance(value, dict)
        found.update(_leaves(value, f"{prefix}{name}.") if inner else {f"{prefix}{name}": value})
    return found


def _refuse_unknown(table: str, values: dict[str, Any], known: list[str]) -> None:
    for name in values:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; choose from: {', '.join(known)}"
            raise SettingError(f"{table}: unknown setting {name!r}{hint}")
