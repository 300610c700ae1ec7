"""Writes ``docs/reference`` from the code: commands with their options, and the public names of each room.

It knows no command and no name: it walks the click groups and reads each room's ``__all__``.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import re
import sys
import typing
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

import antiderive

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "<!-- Written by scripts/reference.py from the code. Do not edit. -->"
SECTIONS = re.compile(r"(Args|Attributes|Raises|Returns|Yields|Note|Example|Examples):$")
LONGEST = 100
"""Characters of a signature that stays on one line."""
NOTHING_SAID = ("(...)", "(*args, **kwargs)")
"""Signatures of protocols and of exceptions, which say nothing."""


def pages() -> dict[str, str]:
    """Each page of the reference by its file name."""
    return {"commands.md": commands_page(), "python.md": python_page()}


def main() -> None:
    """Write the pages, or with ``--check`` say which are out of date."""
    stale = [
        name
        for name, text in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        if stale:
            sys.exit(f"out of date: {', '.join(stale)}; run scripts/reference.py")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


# Commands


def walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """``command`` and everything below it, each with its full name."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from walk(child, f"{path} {name}")


def commands_page() -> str:
    """Every command and option."""
    from antiderive.cli import group

    parts = [
        "# Commands",
        NOTE,
        'Every command takes `--help`. Exit codes: 0 for success, 1 for a checked "no", 2 for bad input, '
        "130 after Ctrl-C.",
    ]
    for path, command in walk(group, "antiderive"):
        context = click.Context(command, info_name=path)
        parts.append(f"{'##' if path.count(' ') < 2 else '###'} {path}")
        parts.append(_escaped(inspect.cleandoc(command.help or "")))
        usage = " ".join([path, *command.collect_usage_pieces(context)])
        parts.append(f"```text\n{usage}\n```")
        records = [
            record
            for parameter in command.params
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
        ]
        if records:
            parts.append("\n".join(f"- `{names}`: {_escaped(text)}".rstrip(": ") for names, text in records))
    return "\n\n".join(part for part in parts if part) + "\n"


# Python


def rooms() -> list[ModuleType]:
    """The package and each room with public names, the errors included; the command line is no library."""
    names = [f"antiderive.{info.name}" for info in pkgutil.iter_modules(antiderive.__path__) if info.ispkg]
    modules = [antiderive, *(importlib.import_module(name) for name in [*names, "antiderive.errors"])]
    return [module for module in modules if public_names(module)]


def public_names(module: ModuleType) -> list[str]:
    """Names that a room offers, sorted without regard to case."""
    names = getattr(module, "__all__", None)
    if names is None and module.__name__ == "antiderive.errors":
        names = [name for name, value in vars(module).items() if inspect.isclass(value)]
    return sorted(names or (), key=lambda name: (name.casefold(), name))


def python_page() -> str:
    """Every public name of every room."""
    parts = ["# Python", NOTE, "The public names of a room are those of its `__init__`."]
    for room in rooms():
        parts.append(f"## {room.__name__}")
        parts.append(_markdown(inspect.getdoc(room) or ""))
        for name in public_names(room):
            value = getattr(room, name)
            home = _home(value)
            if room is antiderive and home is not None:
                parts.append(f"### {room.__name__}.{name}\n\nSee `{home}.{name}`.")
            else:
                parts.append(_entry(f"{room.__name__}.{name}", name, value))
    return "\n\n".join(part for part in parts if part) + "\n"


def _home(value: object) -> str | None:
    """The room that offers a name which the package re-exports."""
    name = getattr(value, "__name__", "")
    for room in rooms()[1:]:
        if name in public_names(room) and getattr(room, name) is value:
            return room.__name__
    return None


def _entry(title: str, name: str, value: object) -> str:
    parts = [f"### {title}"]
    if typing.get_origin(value) is not None:
        parts.append("A type: `" + re.sub(r"(?:\w+\.)+(\w+)", r"\1", repr(value)) + "`")
    elif inspect.isclass(value) or callable(value):
        if inspect.isclass(value) and issubclass(value, enum.Enum):
            parts.append("Values: " + ", ".join(f"`{member.name}`" for member in value) + ".")
        elif _plain_signature(value) not in NOTHING_SAID:
            parts.append(_signature(name, value))
        parts.append(_markdown(_own_doc(value)))
        if inspect.isclass(value):
            members = list(_members(value))
            if members:
                parts += ["Methods and properties:", "\n".join(members)]
    else:
        parts.append(_constant(value))
    return "\n\n".join(part for part in parts if part)


def _constant(value: object) -> str:
    """The value where it is plain and short, else its type; an object of our own by what its class says."""
    if type(value).__module__.startswith("antiderive"):
        return f"The only `{type(value).__name__}`.\n\n{_markdown(inspect.getdoc(type(value)) or '')}"
    if isinstance(value, Path):
        return "A path in the installed package."  # it differs from machine to machine
    text = repr(sorted(value) if isinstance(value, (set, frozenset)) else value)
    return f"`{text}`" if len(text) <= LONGEST else f"A `{type(value).__name__}`."


def _own_doc(value: Any) -> str:  # noqa: ANN401
    """The docstring; a data class without one has only the signature that dataclasses make up."""
    doc = inspect.getdoc(value) or ""
    made_up = dataclasses.is_dataclass(value) and doc.startswith(f"{getattr(value, '__name__', '')}(")
    return "" if made_up else doc


def _members(cls: type) -> Iterator[str]:
    """Public methods and properties of a class by name, a line each; a native class has no other order."""
    for name, member in sorted(vars(cls).items()):
        if name.startswith("_") or dataclasses.is_dataclass(member):
            continue
        kind, value = "", member
        if isinstance(member, (classmethod, staticmethod)):
            kind, value = f"{type(member).__name__} ", member.__func__
        elif isinstance(member, property) or inspect.isgetsetdescriptor(member):
            kind = "property "
        elif not callable(member):
            continue
        doc = inspect.getdoc(value) or ""
        first = " ".join(doc.split("\n\n")[0].split())
        signature = "" if kind == "property " else _plain_signature(value, drop_first=kind != "staticmethod ")
        yield f"- {kind}`{name}{signature}`" + (f": {_inline(first)}" if first else "")


def _signature(name: str, value: Any) -> str:  # noqa: ANN401
    text = name + _plain_signature(value)
    if len(text) > LONGEST:
        try:
            parameters = _annotated(inspect.signature(value))
        except (TypeError, ValueError):
            return f"```python\n{text}\n```"
        returned = text.rpartition(" -> ")[2] if " -> " in text else ""
        lines = "".join(f"    {part},\n" for part in _one_by_one(parameters))
        text = f"{name}(\n{lines})" + (f" -> {returned}" if returned else "")
    return f"```python\n{text}\n```"


def _one_by_one(signature: inspect.Signature) -> Iterator[str]:
    """Parameters as they are written, the star of keyword-only ones included."""
    starred = False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            starred = True
        elif parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        yield _without_addresses(str(parameter))


class _Plain(str):
    """An annotation that is shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _annotated(signature: inspect.Signature) -> inspect.Signature:
    def plain(annotation: object) -> object:
        return _Plain(annotation) if isinstance(annotation, str) else annotation

    return signature.replace(
        parameters=[p.replace(annotation=plain(p.annotation)) for p in signature.parameters.values()],
        return_annotation=plain(signature.return_annotation),
    )


def _plain_signature(value: Any, *, drop_first: bool = False) -> str:  # noqa: ANN401
    try:
        signature = _annotated(inspect.signature(value))
    except (TypeError, ValueError):
        return "(...)"
    if drop_first:
        rest = list(signature.parameters.values())
        if rest and rest[0].name in ("self", "cls"):
            signature = signature.replace(parameters=rest[1:])
    if inspect.isclass(value):
        signature = signature.replace(return_annotation=inspect.Signature.empty)
    return _without_addresses(str(signature))


def _without_addresses(text: str) -> str:
    """The same on every run; a small function as a default says nothing."""
    text = re.sub(r" at 0x[0-9a-f]+", "", text)
    return re.sub(r"<function [\w.<>]*<lambda>>", "...", text)


# Text


def _escaped(text: str) -> str:
    """Plain text as Markdown; a word in stars stays emphasized."""
    return re.sub(r"(?<!\w)(\*\w+\*)|([*_<])", lambda m: m[1] or f"\\{m[2]}", text.replace("\b", ""))


def _inline(text: str) -> str:
    """A line of a docstring as Markdown: literals and roles become code."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"``\1``", text)
    pieces = re.split(r"(``.+?``)", text)
    return "".join(f"`{p[2:-2]}`" if p.startswith("``") else _escaped(p) for p in pieces)


def _markdown(doc: str) -> str:
    """A docstring as Markdown: sections become lists, examples become blocks."""
    parts: list[str] = []
    for paragraph in doc.split("\n\n"):
        lines = paragraph.splitlines()
        if not lines:
            continue
        if lines[0].lstrip().startswith(">>>"):
            parts.append("```pycon\n" + inspect.cleandoc(paragraph) + "\n```")
        elif SECTIONS.match(lines[0].strip()):
            parts.append(f"{lines[0].strip()}\n\n" + "\n".join(_items(lines[1:])))
        else:
            parts.append(_inline("\n".join(line.strip() for line in lines)))
    return "\n\n".join(parts)


def _items(lines: list[str]) -> Iterator[str]:
    """The entries of a section, continuation lines joined to theirs."""
    if not lines:
        return
    indent = len(lines[0]) - len(lines[0].lstrip())
    entries: list[str] = []
    for line in lines:
        if len(line) - len(line.lstrip()) <= indent or not entries:
            entries.append(line.strip())
        else:
            entries[-1] += " " + line.strip()
    for entry in entries:
        name, colon, text = entry.partition(": ")
        named = colon and re.fullmatch(r"[\w*]+(, [\w*]+)*", name)
        yield f"- `{name}`: {_inline(text)}" if named else f"- {_inline(entry)}"


if __name__ == "__main__":
    main()
