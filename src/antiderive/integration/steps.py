"""A derivation as data: the rule applied, what stood before and after, and the steps inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from antiderive.expressions import Expr
from antiderive.integration.rules import RULES, Rule
from antiderive.verification import Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Facts = tuple[tuple[str, str], ...]
"""What a rule was applied with, by name."""


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Attributes:
        rule: identifier of the rule, a key of :data:`antiderive.integration.rules.RULES`.
        before: the integrand.
        after: an antiderivative of it.
        variable: the variable of integration.
        facts: what the rule was applied with, by name: ``("u", "x^2")``.
        steps: the integrals that it was led back to.
        conditions: what must hold of the parameters, such as ``n != -1``.
        explain: makes further facts when the step is shown, for those that take time to write.
    """

    rule: str
    before: Expr
    after: Expr
    variable: str
    facts: Facts = ()
    steps: tuple[Step, ...] = ()
    conditions: tuple[str, ...] = ()
    explain: Callable[[], Facts] | None = field(default=None, compare=False, repr=False)

    @property
    def definition(self) -> Rule:
        """Title and general formula of the rule."""
        return RULES[self.rule]

    @property
    def details(self) -> Facts:
        """All facts."""
        return self.facts if self.explain is None else self.facts + self.explain()

    def check(self) -> Verdict:
        """The verification: whether the derivative of what stands after is what stood before."""
        return verify(self.before, self.after, variable=self.variable)

    def nodes(self) -> Iterator[Step]:
        """This step and all steps inside, outermost first."""
        yield self
        for step in self.steps:
            yield from step.nodes()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rule": self.rule,
            "title": self.definition.title,
            "formula": self.definition.formula,
            "before": str(self.before),
            "after": str(self.after),
            "variable": self.variable,
            "facts": dict(self.details),
            "conditions": list(self.conditions),
            "steps": [step.to_dict() for step in self.steps],
        }

    def to_text(self) -> str:
        """The derivation as plain text."""
        from antiderive.integration.rendering import text

        return text(self)

    def to_markdown(self) -> str:
        """The derivation as Markdown with formulas in LaTeX."""
        from antiderive.integration.rendering import markdown

        return markdown(self)

    def to_latex(self) -> str:
        """The derivation as the body of a LaTeX document."""
        from antiderive.integration.rendering import latex

        return latex(self)

    def to_html(self) -> str:
        r"""The derivation as an HTML fragment with formulas between ``\(`` and ``\)``."""
        from antiderive.integration.rendering import html

        return html(self)
