"""The settings of a training run, from a TOML file with overrides.

Of its tables ``[data]`` is a recipe, ``[model]`` the shape of the model, ``[training]`` the loop. Each
``[mixture.NAME]`` is a source of training pairs: its weight, where it comes from, and the settings of the
recipe that are its own. Without a mixture the recipe's task is the only source.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from antiderive.errors import DataError, SettingError
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2SeqConfig
from antiderive.tasks import Recipe, task_named

T = TypeVar("T")

RECIPES = Path(__file__).parent.parent / "recipes"
"""The configurations that ship with the package."""

_METRICS = ("loss", "exact", "verified")
"""What an evaluation measures, for all sources together and, as ``NAME/loss``, for each."""

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
        tokens_per_batch: source plus target tokens that a step learns from, padding included, over all
            processes.
        accumulate: pieces that each process cuts its part of a batch into, to need less memory.
        streams: streams of data; processes divide by it, and each makes only one stream's share of the data.
        learning_rate: peak learning rate of AdamW.
        schedule: ``cosine`` (to a tenth of the peak at the end) or ``constant``, after the warm-up.
        warmup: steps of linear warm-up.
        weight_decay: decoupled weight decay of matrices.
        beta2: decay of the second moment.
        clip: largest norm of the gradient.
        label_smoothing: share of the probability spread over all tokens.
        precision: ``32-true``, ``bf16-mixed`` or ``16-mixed`` (with loss scaling).
        seed: of the weights, dropout, the order of files and of batches.
        pool: pairs that are sorted by length together.
        threads: threads of the generator in each process.
        log_every: steps between lines of the log.
        checkpoint_every: steps between checkpoints.
        keep_checkpoints: newest checkpoints that are kept, beside the best.
        evaluate_every: steps between evaluations; 0 makes none.
        evaluate_pairs: validation pairs of each source for the loss.
        evaluate_answers: those among them that are solved with greedy decoding and verified.
        metric: which evaluation is best: ``loss``, ``exact``, ``verified``, or one source's, ``bwd/exact``.
        patience: evaluations without a better one after which the run ends; 0 never.
        strategy: ``ddp``, ``fsdp`` (shards a large model over the processes), or ``auto``.
        accelerator: ``cpu``, ``cuda``, ``mps`` or ``auto``.
        compile: use ``torch.compile``.
        recompute: recompute layers in the backward pass instead of keeping their activations.
        peak_tflops: what the device can do at this precision, in 10^12 operations a second, for the
            utilization in the log; 0 takes the known figure of a known device.
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
    threads: int = 1
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
                "steps", "tokens_per_batch", "accumulate", "streams", "pool", "threads", "log_every",
                "checkpoint_every", "keep_checkpoints", "evaluate_pairs",
            ),
            0: (
                "seed", "warmup", "weight_decay", "beta2", "label_smoothing", "evaluate_every",
                "evaluate_answers", "patience", "peak_tflops",
            ),
        }  # fmt: skip
        for least, names in at_least.items():
            for name in names:
                if getattr(self, name) < least:
                    raise SettingError(f"training: {name} = {getattr(self, name)} is below {least}")
        if self.learning_rate <= 0 or self.clip <= 0:
            raise SettingError("training: learning_rate and clip must be positive")
        if max(self.beta2, self.label_smoothing) >= 1:
            raise SettingError("training: beta2 and label_smoothing must be below 1")
        self._check_choices()

    def _check_choices(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                there = f"{', '.join(choices[:-1])} and {choices[-1]}"
                raise SettingError(f"training: {name} {getattr(self, name)!r}; there are {there}")
        if self.metric.rpartition("/")[2] not in _METRICS:
            there = ", ".join(_METRICS)
            raise SettingError(f"training: metric {self.metric!r}; there are {there} and NAME/loss")
        if self.patience and not self.evaluate_every:
            raise SettingError("training: patience needs evaluations; set evaluate_every")


@dataclass(frozen=True)
class SourceConfig:
    """One source of a mixture: generated from a recipe unless it has files.

    Attributes:
        weight: share of the training pairs, against the other sources' weights.
        shards: folder of Parquet shards.
        text: classic text file, ``problem TAB solution`` a line.
        recipe: settings of the recipe that differ from ``[data]``.
    """

    weight: float = 1.0
    shards: str = ""
    text: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, name: str, values: dict[str, Any]) -> SourceConfig:
        """A source from the values of its table, in which the recipe's settings stand beside its own."""
        own = ("weight", "shards", "text")
        known = [setting.name for setting in fields(Recipe)]
        _refuse_unknown(f"mixture.{name}", values, [*own, *known])
        source: SourceConfig = _typed(cls, f"mixture.{name}", {k: v for k, v in values.items() if k in own})
        if source.weight <= 0:
            raise SettingError(f"mixture.{name}: weight {source.weight} is not positive")
        if source.shards and source.text:
            raise SettingError(f"mixture.{name}: shards and text are two places; give one")
        return cls(source.weight, source.shards, source.text, {k: values[k] for k in values if k in known})

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as :meth:`from_dict` takes them."""
        return {"weight": self.weight, "shards": self.shards, "text": self.text, **self.recipe}


@dataclass(frozen=True)
class TrainingConfig:
    """Data, model and optimization of one run.

    Attributes:
        data: recipe of what is generated, as far as a source has no settings of its own.
        mixture: sources of training pairs by name; by default the recipe's task alone.
        model: shape of the model.
        training: settings of the loop.
        recipes: recipe of each source that is generated, by its name.

    Raises:
        SettingError: if the settings do not go together, or a task cannot be generated on the fly.
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
            raise SettingError(f"training: metric {self.training.metric!r} is of no source of the mixture")
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
        """Settings that are not the same in another configuration, as ``table.name: this, other``."""
        mine, theirs = _leaves(self.to_dict()), _leaves(other.to_dict())
        return [
            f"{name}: {mine.get(name)!r}, {theirs.get(name)!r}"
            for name in sorted(mine.keys() | theirs.keys())
            if mine.get(name) != theirs.get(name)
        ]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """A configuration from plain values.

        Raises:
            SettingError: for a table or setting that does not exist or does not fit.
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
        """Reads a TOML file, or one that ships by its name, and applies tasks and overrides.

        Args:
            recipe: path of a file, or ``tiny``, ``small``, ``base``, ``paper``.
            overrides: settings such as ``training.steps=500`` or ``mixture.ibp.weight=2``.
            tasks: the mixture is these tasks; the file's settings of theirs are kept.

        Raises:
            DataError: if the file cannot be read.
            SettingError: for settings that do not exist or do not fit.
        """
        path = find_recipe(recipe)
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise DataError(f"cannot read the configuration {path}: {error}") from error
        if tasks:
            given = values.get("mixture", {})
            values["mixture"] = {task: given.get(task, {}) for task in tasks}
            generated = [task for task in tasks if not task_named(task).needs_solver]
            values["data"] = {**values.get("data", {}), **({"task": generated[0]} if generated else {})}
        for override in overrides:
            _override(values, override)
        return cls.from_dict(values)


def find_recipe(recipe: str | Path) -> Path:
    """The file of a recipe given by path or by the name of one that ships.

    Raises:
        DataError: if there is neither.
    """
    for path in (Path(recipe), RECIPES / f"{recipe}.toml"):
        if path.is_file():
            return path
    names = ", ".join(sorted(path.stem for path in RECIPES.glob("*.toml")))
    raise DataError(f"there is no file or recipe {recipe}; recipes that ship: {names}")


def _recipe(shared: Recipe, name: str, own: dict[str, Any]) -> Recipe:
    """The recipe of a source that is generated: the shared settings, then its own.

    Raises:
        SettingError: if its task cannot be generated on the fly.
    """
    task = own.get("task", name)
    if task_named(task).needs_solver:
        raise SettingError(
            f"mixture.{name}: {task} examples need computer algebra; generate them first and set "
            f"mixture.{name}.shards=FOLDER"
        )
    # Sizes have other defaults for other tasks, and options are those of one task.
    usual = Recipe(task=shared.task).to_dict()
    chosen = {key: value for key, value in shared.to_dict().items() if value != usual[key]}
    if task != shared.task:
        chosen.pop("options", None)
    return Recipe.from_dict({**chosen, "task": task, **own})


def _override(values: dict[str, Any], override: str) -> None:
    name, separator, text = override.partition("=")
    *tables, key = name.split(".")
    if not separator or not tables or not key:
        raise SettingError(f"override {override!r} does not read table.setting=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
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
            hint = f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(known)}"
            raise SettingError(f"{table}: unknown setting {name!r}{hint}")
