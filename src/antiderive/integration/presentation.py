"""Forms of an answer: real where the integrand is real, and short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.errors import AntideriveError
from antiderive.integration.collecting import collected
from antiderive.integration.expressions import logarithm, subexpressions
from antiderive.integration.real_forms import real_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from antiderive.expressions import Expr

_LONGEST_EXPANDED = 2500
_RELATED = ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "sech", "csch")
"""Functions between which identities hold that simplification knows."""
_SHORT = 40
"""Characters of an answer that is not made shorter."""


def forms(integrand: Expr, answer: Expr) -> list[Expr]:
    """Forms of an answer, the most presentable first; they differ by constants and branches at most.

    Args:
        integrand: what was integrated.
        answer: a candidate for its antiderivative.
    """
    found = [answer]
    if is_complex(answer) and not is_complex(integrand):
        real = _attempt(real_part, answer)
        if real is not None:
            found.append(real)
    enough = max(_SHORT, len(str(integrand)))
    for form in list(found):
        if len(str(form)) > enough:
            found += _shorter(form)
    real_wanted = not is_complex(integrand)
    unique = {str(form): form for form in found}
    return [
        form
        for _, form in sorted(
            unique.items(), key=lambda item: (real_wanted and is_complex(item[1]), len(item[0]))
        )
    ]


def is_complex(expression: Expr) -> bool:
    """Whether ``I`` occurs."""
    return "I" in expression.free_symbols or any(
        kind == "symbol" and value == "I" for kind, value in expression.nodes()
    )


def _shorter(form: Expr) -> Iterator[Expr]:
    if len(str(form)) > _LONGEST_EXPANDED:
        return
    changed = [form, _attempt(_expanded, form), *collected(form)]
    if any(kind in _RELATED for kind, _ in form.nodes()):
        changed.append(_attempt(_simplified, form))
    for one in changed:
        if one is not None:
            yield one
            plain = _attempt(_plain_logarithms, one)
            if plain is not None:
                yield plain


def _expanded(form: Expr) -> Expr:
    return form.expand()


def _simplified(form: Expr) -> Expr:
    return form.simplify()


def _plain_logarithms(form: Expr) -> Expr | None:
    """``log(u^n)`` as ``n*log(u)``, which differs by a constant."""
    parts = subexpressions(form)
    replacements = {}
    for (kind, value), part in zip(form.nodes(), parts, strict=True):
        if kind != "ln":
            continue
        inner_kind, inner = parts[value[0]].nodes()[-1]
        if inner_kind == "pow":
            below = subexpressions(parts[value[0]])
            exponent_kind, exponent = below[inner[1]].nodes()[-1]
            if exponent_kind == "number" and exponent[1] == 1:
                replacements[part] = below[inner[1]] * logarithm(below[inner[0]])
    return form.subs(replacements) if replacements else None


def _attempt(change: Callable[[Expr], Expr | None], form: Expr) -> Expr | None:
    try:
        return change(form)
    except AntideriveError:
        return None
