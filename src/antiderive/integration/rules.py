"""The rules of derivations: identifier, title and general formula of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes:
        title: a heading.
        formula: the general formula, in LaTeX.
        plain: the general formula, in plain text.
    """

    title: str
    formula: str
    plain: str


RULES: dict[str, Rule] = {
    "constant": Rule("A constant", r"\int c\,dx = c\,x", "∫ c dx = c*x"),
    "power": Rule(
        "A power",
        r"\int x^n\,dx = \frac{x^{n+1}}{n+1}, \quad n \ne -1",
        "∫ x^n dx = x^(n + 1)/(n + 1), n != -1",
    ),
    "reciprocal": Rule("The reciprocal", r"\int \frac{1}{x}\,dx = \log x", "∫ 1/x dx = log(x)"),
    "table": Rule("A basic integral", r"\int f'(x)\,dx = f(x)", "∫ f'(x) dx = f(x)"),
    "linear argument": Rule(
        "A linear function inside",
        r"\int f(a\,x + b)\,dx = \frac{1}{a}\,F(a\,x + b), \quad F' = f",
        "∫ f(a*x + b) dx = F(a*x + b)/a, F' = f",
    ),
    "constant factor": Rule("A constant factor", r"\int c\,f\,dx = c \int f\,dx", "∫ c*f dx = c ∫ f dx"),
    "sum": Rule(
        "Term by term", r"\int (f + g)\,dx = \int f\,dx + \int g\,dx", "∫ (f + g) dx = ∫ f dx + ∫ g dx"
    ),
    "expansion": Rule(
        "Multiplying out",
        r"\int f\,(g + h)\,dx = \int (f g + f h)\,dx",
        "∫ f*(g + h) dx = ∫ (f*g + f*h) dx",
    ),
    "rewriting": Rule(
        "Rewriting the integrand", r"f = g \implies \int f\,dx = \int g\,dx", "f = g, so ∫ f dx = ∫ g dx"
    ),
    "substitution": Rule(
        "Substitution",
        r"\int f(g(x))\,g'(x)\,dx = \int f(u)\,du, \quad u = g(x)",
        "∫ f(g(x))*g'(x) dx = ∫ f(u) du, u = g(x)",
    ),
    "linear substitution": Rule(
        "Substitution of a linear function",
        r"\int f(x)\,(a x + b)^n\,dx, \quad u = a x + b",
        "∫ f(x)*(a*x + b)^n dx, u = a*x + b",
    ),
    "power substitution": Rule(
        "Substitution of a power",
        r"\int f(x)\,dx = \frac{1}{k}\int f(u^{1/k})\,u^{1/k - 1}\,du, \quad u = x^k",
        "u = x^k, dx = u^(1/k - 1)/k du",
    ),
    "linear radicand": Rule(
        "Substitution of a root",
        r"\int R(x, \sqrt[q]{a x + b})\,dx, \quad u = \sqrt[q]{a x + b}",
        "u = (a*x + b)^(1/q)",
    ),
    "Moebius substitution": Rule(
        "Substitution of the root of a quotient",
        r"\int R\!\left(x, \sqrt[q]{\tfrac{a x + b}{c x + d}}\right)dx, \quad u^q = \frac{a x + b}{c x + d}",
        "u^q = (a*x + b)/(c*x + d)",
    ),
    "Euler substitution": Rule(
        "Euler's substitution",
        r"\int R(x, \sqrt{a x^2 + b x + c})\,dx, \quad u = \sqrt{a}\,x + \sqrt{a x^2 + b x + c}",
        "u = sqrt(a)*x + sqrt(a*x^2 + b*x + c)",
    ),
    "trigonometric substitution": Rule(
        "A trigonometric function as the variable",
        r"\int R(\sin x, \cos x)\,dx, \quad u = \sin x,\ \cos x,\ \tan x \text{ or } \tan\tfrac{x}{2}",
        "u = sin(x), cos(x), tan(x) or tan(x/2)",
    ),
    "half angle": Rule(
        "Half the angle",
        r"1 + \cos w = 2 \cos^2\tfrac{w}{2}, \quad 1 - \cos w = 2 \sin^2\tfrac{w}{2}",
        "1 + cos(w) = 2*cos(w/2)^2, 1 - cos(w) = 2*sin(w/2)^2",
    ),
    "inverse substitution": Rule(
        "Substitution by an inverse function",
        r"\int f(x)\,dx = \int f(g(u))\,g'(u)\,du, \quad x = g(u)",
        "∫ f(x) dx = ∫ f(g(u))*g'(u) du, x = g(u)",
    ),
    "parts": Rule("Integration by parts", r"\int u\,dv = u\,v - \int v\,du", "∫ u dv = u*v - ∫ v du"),
    "cyclic parts": Rule(
        "Integration by parts twice, solved for the integral",
        r"I = u\,v - \int v\,du = g + c\,I \implies I = \frac{g}{1 - c}",
        "I = g + c*I, so I = g/(1 - c)",
    ),
    "partial fractions": Rule(
        "Partial fractions",
        r"\frac{p}{q_1^{m_1} \cdots q_k^{m_k}} = s + \sum_{i, j} \frac{r_{ij}}{q_i^{\,j}}",
        "p/(q1^m1*...*qk^mk) = s + sum of r_ij/q_i^j",
    ),
    "rational function": Rule(
        "A rational function",
        r"\int f\,dx = g + \sum_i c_i \log v_i \quad \text{(Hermite, Rothstein and Trager, Rioboo)}",
        "∫ f dx = g + sum of c_i*log(v_i) (Hermite, Rothstein and Trager, Rioboo)",
    ),
    "square root of a quadratic": Rule(
        "The square root of a quadratic",
        r"\int R(x, y)\,dx = p\,y + \int \frac{c\,dx}{y} + \sum_i \int \frac{c_i\,dx}{(x - x_i)\,y},"
        r" \quad y = \sqrt{a x^2 + b x + c}",
        "∫ R(x, y) dx = p*y + ∫ c/y dx + sum of ∫ c_i/((x - x_i)*y) dx, y = sqrt(a*x^2 + b*x + c)",
    ),
    "logarithmic part on a curve": Rule(
        "The logarithmic part on a curve",
        r"\int A\,y\,dx = B\,y + \sum_i c_i \sum_j \omega^{-j} \log v_i(x, \omega^j y), \quad y^q = R(x)"
        r" \quad \text{(Trager)}",
        "∫ A*y dx = B*y + sum of c_i*log(v_i) over the conjugates, y^q = R(x) (Trager)",
    ),
    "parallel Risch": Rule(
        "Undetermined coefficients (parallel Risch)",
        r"\int f = \frac{p}{q} + \sum_i c_i \log v_i,"
        r" \quad \text{the coefficients from } f = \frac{d}{dx}(\ldots)",
        "∫ f dx = p/q + sum of c_i*log(v_i), coefficients from f = (...)'",
    ),
    "another form": Rule("Another form", r"F = G + \text{constant}", "F = G + constant, on every interval"),
}
