"""Derivations as text, Markdown, LaTeX and HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr

if TYPE_CHECKING:
    from antiderive.integration.steps import Step

_INDENT = "  "


def text(step: Step, depth: int = 0) -> str:
    """Plain text: an integral and its rule a line, what it is led back to indented below."""
    pad = _INDENT * depth
    lines = [f"{pad}∫ {step.before} d{step.variable} = {step.after}"]
    lines.append(f"{pad}{_INDENT}{step.definition.title}: {step.definition.plain}")
    lines += [f"{pad}{_INDENT}{name} = {value}" for name, value in step.details]
    lines += [f"{pad}{_INDENT}if {condition}" for condition in step.conditions]
    lines += [text(inner, depth + 1) for inner in step.steps]
    return "\n".join(lines)


def markdown(step: Step, depth: int = 0) -> str:
    """A nested list with formulas in LaTeX."""
    pad = _INDENT * depth
    lines = [f"{pad}- ${_equation(step)}$  "]
    lines.append(f"{pad}{_INDENT}*{step.definition.title}*: ${step.definition.formula}$")
    for name, value in step.details:
        lines.append(f"{pad}{_INDENT}{_INDENT}with ${_latex_of(name)} = {_latex_of(value)}$")
    lines += [f"{pad}{_INDENT}if ${_condition(condition)}$" for condition in step.conditions]
    lines += [markdown(inner, depth + 1) for inner in step.steps]
    return "\n".join(lines)


def latex(step: Step, depth: int = 0) -> str:
    """Nested ``itemize`` lists; at most four levels deep, as LaTeX allows, the rest flat."""
    own = [
        rf"\item ${_equation(step)}$ \\",
        rf"\emph{{{step.definition.title}}}: ${step.definition.formula}$",
    ]
    own += [rf"\\ with ${_latex_of(name)} = {_latex_of(value)}$" for name, value in step.details]
    own += [rf"\\ if ${_condition(condition)}$" for condition in step.conditions]
    inner = "\n".join(latex(one, depth + 1) for one in step.steps)
    if inner:
        own.append(inner if depth >= _DEEPEST_LIST else f"\\begin{{itemize}}\n{inner}\n\\end{{itemize}}")
    body = "\n".join(own)
    return body if depth else f"\\begin{{itemize}}\n{body}\n\\end{{itemize}}"


_DEEPEST_LIST = 3


def html(step: Step) -> str:
    r"""Nested lists; formulas stand between ``\(`` and ``\)`` for MathJax or KaTeX."""
    return f'<ol class="derivation">{_item(step)}</ol>'


def _item(step: Step) -> str:
    parts = [f"<li>\\({escape(_equation(step))}\\)"]
    parts.append(f"<p><em>{escape(step.definition.title)}</em>: \\({escape(step.definition.formula)}\\)</p>")
    if step.details:
        facts = "".join(
            f"<li>\\({escape(_latex_of(name))} = {escape(_latex_of(value))}\\)</li>"
            for name, value in step.details
        )
        parts.append(f'<ul class="facts">{facts}</ul>')
    parts += [f"<p>if \\({escape(_condition(condition))}\\)</p>" for condition in step.conditions]
    if step.steps:
        parts.append(f"<ol>{''.join(_item(inner) for inner in step.steps)}</ol>")
    parts.append("</li>")
    return "".join(parts)


def _equation(step: Step) -> str:
    return rf"\int {step.before.to_latex()}\,d{step.variable} = {step.after.to_latex()}"


def _latex_of(value: str) -> str:
    """A fact in LaTeX; what is no expression is set as text."""
    try:
        return Expr(value).to_latex()
    except AntideriveError:
        return rf"\text{{{value}}}"


def _condition(condition: str) -> str:
    left, relation, right = condition.partition(" != ")
    if not relation:
        return rf"\text{{{condition}}}"
    return rf"{_latex_of(left)} \ne {_latex_of(right)}"
