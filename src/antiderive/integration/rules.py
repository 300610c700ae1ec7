"""The rules of derivations: identifier, title and general formula of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        title: a heading.
        formula: the general formula, in LaTeX.
    """

    title: str
    formula: str


RULES: dict[str, Rule] = {
    "constant": Rule("A constant", r"\int c\,dx = c\,x"),
    "power": Rule("A power", r"\int x^n\,dx = \frac{x^{n+1}}{n+1}, \quad n \ne -1"),
    "reciprocal": Rule("The reciprocal", r"\int \frac{1}{x}\,dx = \log x"),
    "table": Rule("A basic integral", r"\int f'(x)\,dx = f(x)"),
    "linear argument": Rule(
        "A linear function inside", r"\int f(a\,x + b)\,dx = \frac{1}{a}\,F(a\,x + b), \quad F' = f"
    ),
    "constant factor": Rule("A constant factor", r"\int c\,f\,dx = c \int f\,dx"),
    "sum": Rule("Term by term", r"\int (f + g)\,dx = \int f\,dx + \int g\,dx"),
    "expansion": Rule("Multiplying out", r"\int f\,(g + h)\,dx = \int (f g + f h)\,dx"),
    "rewriting": Rule("Rewriting the integrand", r"f = g \implies \int f\,dx = \int g\,dx"),
    "substitution": Rule(
        "Substitution", r"\int f(g(x))\,g'(x)\,dx = \int f(u)\,du, \quad u = g(x)"
    ),
    "linear substitution": Rule(
        "Substitution of a linear function", r"\int f(x)\,(a x + b)^n\,dx, \quad u = a x + b"
    ),
    "power substitution": Rule(
        "Substitution of a power", r"\int f(x)\,dx = \frac{1}{k}\int f(u^{1/k})\,u^{1/k - 1}\,du, \quad u = x^k"
    ),
    "linear radicand": Rule(
        "Substitution of a root", r"\int R(x, \sqrt[q]{a x + b})\,dx, \quad u = \sqrt[q]{a x + b}"
    ),
    "Moebius substitution": Rule(
        "Substitution of the root of a quotient",
        r"\int R\!\left(x, \sqrt[q]{\tfrac{a x + b}{c x + d}}\right)dx, \quad u^q = \frac{a x + b}{c x + d}",
    ),
    "Euler substitution": Rule(
        "Euler's substitution", r"\int R(x, \sqrt{a x^2 + b x + c})\,dx, \quad u = \sqrt{a}\,x + \sqrt{a x^2 + b x + c}"
    ),
    "trigonometric substitution": Rule(
        "A trigonometric function as the variable",
        r"\int R(\sin x, \cos x)\,dx, \quad u = \sin x,\ \cos x,\ \tan x \text{ or } \tan\tfrac{x}{2}",
    ),
    "inverse substitution": Rule(
        "Substitution by an inverse function", r"\int f(x)\,dx = \int f(g(u))\,g'(u)\,du, \quad x = g(u)"
    ),
    "parts": Rule("Integration by parts", r"\int u\,dv = u\,v - \int v\,du"),
    "cyclic parts": Rule(
        "Integration by parts twice, solved for the integral",
        r"I = u\,v - \int v\,du = g + c\,I \implies I = \frac{g}{1 - c}",
    ),
    "partial fractions": Rule(
        "Partial fractions", r"\frac{p}{q_1^{m_1} \cdots q_k^{m_k}} = s + \sum_{i, j} \frac{r_{ij}}{q_i^{\,j}}"
    ),
    "rational function": Rule(
        "A rational function",
        r"\int f\,dx = g + \sum_i c_i \log v_i \quad \text{(Hermite, Rothstein and Trager, Rioboo)}",
    ),
    "square root of a quadratic": Rule(
        "The square root of a quadratic",
        r"\int R(x, y)\,dx = p\,y + \int \frac{c\,dx}{y} + \sum_i \int \frac{c_i\,dx}{(x - x_i)\,y},"
        r" \quad y = \sqrt{a x^2 + b x + c}",
    ),
    "logarithmic part on a curve": Rule(
        "The logarithmic part on a curve",
        r"\int A\,y\,dx = B\,y + \sum_i c_i \sum_j \omega^{-j} \log v_i(x, \omega^j y), \quad y^q = R(x)"
        r" \quad \text{(Trager)}",
    ),
    "parallel Risch": Rule(
        "Undetermined coefficients (parallel Risch)",
        r"\int f = \frac{p}{q} + \sum_i c_i \log v_i, \quad \text{the coefficients from } f = \frac{d}{dx}(\ldots)",
    ),
}
