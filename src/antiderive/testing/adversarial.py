"""Candidates that are wrong where nobody looks, and right ones that look wrong: families made by program.

Every family writes problems with candidates on purpose at the edges of what a verifier sees: windows
narrower than any grid, scales of its own, regions of parameters, jumps, towers, zeros in disguise. Which
candidates are right is not for the family to say: it names places to look at, and :func:`is_wrong` decides
there, by numerical differentiation in mpmath at 320 digits, which shares nothing with the package's own
arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from antiderive.expressions import Expr

Probe = Mapping[str, float]

_DIGITS = 320
_STEP = 60
_AGREE = 150
"""Digits of the arithmetic, of the step of differentiation, and to which values must agree."""

_GUARD = 40
_SERVING = 4
_LARGEST = {
    **dict.fromkeys(("sin", "cos", "tan"), 1e12),
    **dict.fromkeys(("exp", "sinh", "cosh", "tanh"), 1e5),
}
"""Arguments beyond which a place does not serve."""


@dataclass(frozen=True)
class Pair:
    """A problem with a candidate.

    Attributes:
        family: what makes it hard.
        problem: an integrand, or an equation in ``y``.
        candidate: what is proposed.
        probes: where to look, values by symbol.
        jump: where the candidate may jump, if that is the question.
    """

    family: str
    problem: str
    candidate: str
    probes: tuple[Probe, ...]
    jump: float | None = None


def pairs(seed: int) -> Iterator[Pair]:
    """Pairs of all families in turn, without end; about half of them wrong."""
    rng = random.Random(seed)  # noqa: S311  (reproducible choices, no secrets)
    while True:
        for family in FAMILIES:
            yield from family(rng)


def _line(*centers: float, width: float = 1.0) -> tuple[Probe, ...]:
    """Places on the line around some centers, at several distances."""
    steps = (-31.7, -3.13, -0.917, -0.2171, 0.1913, 0.873, 2.93, 29.3)
    return tuple({"x": center + step * width} for center in centers for step in steps)


def _windows(rng: random.Random) -> Iterator[Pair]:
    """The sign is another one between two roots that lie close together."""
    left = rng.choice((rng.randint(-40, 40), rng.randint(200, 9000)))
    gap = rng.choice(("1", "1/3", "1/50", "1/1000", "1/10^7"))
    p = f"(x - ({left}))*(x - ({left}) - {gap})"
    whole = f"(x^3/3 - (2*({left}) + {gap})*x^2/2 + ({left})*(({left}) + {gap})*x)"
    width = _number(gap)
    probes = (*_line(left, width=width), {"x": left + 0.5 * width}, *_line(0.0))
    written = rng.choice((f"abs({p})", f"sqrt(({p})^2)"))
    yield Pair("windows", written, whole, probes)
    yield Pair("windows", written, f"sign({p})*{whole}", probes)


def _scales(rng: random.Random) -> Iterator[Pair]:
    """Periods and turning points far from one, either way."""
    k = rng.choice(("1/1000", "1/37", "250", "10^5", "1/10^6", "3"))
    size = 1 / _number(k)
    probes = _line(0.0, size, 4.6 * size, -7.9 * size, width=0.3 * size)
    u = f"({k}*x)"
    name, inverse, even = rng.choice((("sin", "asin", False), ("tan", "atan", False), ("cos", "acos", True)))
    wave = f"{inverse}({name}({u}))"
    yield Pair("scales", wave, f"{k}*x^2/2", probes)
    right = {
        "asin": f"asin(sin{u})^2/2*sign(cos{u})/({k})",
        "atan": f"atan(tan{u})^2/2/({k})",
        "acos": f"acos(cos{u})^2/2*sign(sin{u})/({k})",
    }[inverse]
    yield Pair("scales", wave, right, probes)
    c = rng.randint(2, 25)
    turning = 2.718281828459045**c
    turn = f"abs(log(x) - {c})"
    at = (*_line(turning, width=turning / 40), {"x": turning / 1e3}, {"x": 1.7}, {"x": turning * 50})
    positive = tuple(probe for probe in at if probe["x"] > 0)
    yield Pair("scales", turn, f"-x*log(x) + {c + 1}*x", positive)
    yield Pair("scales", turn, f"sign(log(x) - {c})*(x*log(x) - {c + 1}*x)", positive)
    if even:
        yield Pair("scales", f"abs(sin{u})", f"-cos{u}/({k})", probes)
        yield Pair("scales", f"abs(sin{u})", f"-cos{u}*sign(sin{u})/({k})", probes)


def _parameters(rng: random.Random) -> Iterator[Pair]:
    """Right for some values of the parameters, wrong for others."""
    c = rng.choice((4, 5, 9, 30, 700))
    values = (0.7, 1.9, c - 0.31, c + 0.43, 3.7 * c)
    probes = tuple({"a": a, "x": x} for a in values for x in (-2.3 * c, -1.1, -0.4, 0.6, 1.7, 2.9 * c))
    kind = rng.randint(0, 4)
    if kind == 0:
        yield Pair("parameters", f"abs(a - {c})", f"({c} - a)*x", probes)
        yield Pair("parameters", f"abs(a - {c})", f"abs({c} - a)*x", probes)
    elif kind == 1:
        yield Pair("parameters", f"sqrt((a - {c})^2)*cos(x)", f"({c} - a)*sin(x)", probes)
        yield Pair("parameters", f"sqrt((a - {c})^2)*cos(x)", f"abs(a - {c})*sin(x)", probes)
    elif kind == 2:
        inside = tuple({"a": 5.0 * c, "x": x} for x in (-2.5 * c, -2.4 * c))
        f, whole = f"abs(x^2 + a*x + {c})", f"(x^3/3 + a*x^2/2 + {c}*x)"
        yield Pair("parameters", f, whole, (*probes, *inside))
        yield Pair("parameters", f, f"sign(x^2 + a*x + {c})*{whole}", (*probes, *inside))
    elif kind == 3:
        yield Pair("parameters", f"1/(x^2 + a^2 + {c})", f"atan(x/sqrt(a^2 + {c}))/sqrt(a^2 + {c})", probes)
        yield Pair("parameters", f"abs(x - a/{c})", f"(x - a/{c})^2/2", probes)
    else:
        near = tuple({"a": a, "x": x} for a in values for x in (a * 1.1, a * 0.9, -a * 1.2))
        yield Pair("parameters", "abs(x^2 - a^2)", "x^3/3 - a^2*x", (*probes, *near))
        yield Pair("parameters", "abs(x^2 - a^2)", "sign(x^2 - a^2)*(x^3/3 - a^2*x)", (*probes, *near))


def _jumps(rng: random.Random) -> Iterator[Pair]:
    """Right between the special points, with another constant on either side."""
    c = rng.choice((0, 1, -3, 17, 250))
    f, whole = rng.choice((("1", "x"), ("cos(x)", "sin(x)"), ("2*x", "x^2"), ("exp(-x^2)*x", "-exp(-x^2)/2")))
    step = rng.choice(
        (f"sign(x - ({c}))", f"atan(1/(x - ({c})))+atan(x - ({c}))", f"abs(x - ({c}))/(x - ({c}))")
    )
    yield Pair("jumps", f, f"{whole} + {step}", _line(c), jump=float(c))
    yield Pair("jumps", f, f"{whole} + {step}*(x - ({c}))/1000", _line(c))
    yield Pair("jumps", "abs(x)", "x*abs(x)/2 + 3", _line(0.0))


def _towers(rng: random.Random) -> Iterator[Pair]:
    """Parts that drown or saturate at most places."""
    k = rng.choice((3, 30, 200))
    g = rng.choice((f"exp(sinh({k}*x))", f"exp(exp({k}*x))", f"exp(-exp({k}*x))", f"tanh(exp({k}*x))"))
    slope = {
        "exp(s": f"{k}*cosh({k}*x)*{g}",
        "exp(e": f"{k}*exp({k}*x)*{g}",
        "exp(-": f"-{k}*exp({k}*x)*{g}",
        "tanh(": f"{k}*exp({k}*x)*(1 - {g}^2)",
    }[g[:5]]
    probes = _line(0.0, width=1.0 / k)
    yield Pair("towers", f"2*x + {slope}", f"x^2 + {g}", probes)
    yield Pair("towers", f"2*x + {slope}", f"x^2 + {g.replace(f'{k}*x', f'{k + 1}*x')}", probes)
    c = rng.choice((3, 40))
    bump = f"exp(-({k}*(x - {c}))^2)"
    yield Pair("towers", "cos(x)", f"sin(x) + {bump}", _line(c, width=1.0 / k))


def _zeros(rng: random.Random) -> Iterator[Pair]:
    """Zeros in disguise, and what only looks like one."""
    zero = rng.choice(
        (
            "atan(2) + atan(1/2) - pi/2",
            "sin(x)^2 + cos(x)^2 - 1",
            "cosh(x)^2 - sinh(x)^2 - 1",
            "log(6) - log(2) - log(3)",
            "sqrt(3 + 2*sqrt(2)) - 1 - sqrt(2)",
        )
    )
    small = rng.choice(("10^-40", "exp(-150)", "1/10^70", "exp(-300)"))
    g, whole = rng.choice((("x^2", "x^3/3"), ("exp(x)", "exp(x)"), ("cos(x)", "sin(x)")))
    probes = _line(0.0, width=0.5)
    yield Pair("zeros", f"({zero})*exp(x^2) + {g}", whole, probes)
    yield Pair("zeros", f"({zero})*{g}", "7", probes)
    yield Pair("zeros", g, f"({whole})*(1 + {small})", probes)
    yield Pair("zeros", f"{g} + ({zero})", f"{whole} + {small}*x", probes)


def _domains(rng: random.Random) -> Iterator[Pair]:
    """Domains far from zero, and values that are complex on the way."""
    c = rng.choice((3, 100, 2500, 10**6))
    probes = _line(c, width=c / 50)
    n = rng.choice((3, 5))
    yield Pair("domains", f"log((x - {c})^{n})", f"(x - {c})*(log((x - {c})^{n}) - {n})", probes)
    yield Pair("domains", f"log((x - {c})^{n})", f"(x - {c})*(log((x - {c})^{n}) - {n + 1})", probes)
    yield Pair("domains", f"x/(x^2 - {c})", f"log(abs(sqrt(x^2 - {c})))", _line(0.0, c**0.5, width=0.3))
    yield Pair("domains", f"sqrt(x - {c})", f"2/3*(x - {c})^(3/2)", probes)
    yield Pair("domains", f"1/sqrt(x^2 - {c})", f"acosh(x/sqrt({c}))", _line(0.0, 2 * c**0.5, -2 * c**0.5))
    yield Pair("domains", f"sqrt((x - {c})^2)", f"(x - {c})^2/2", probes)
    yield Pair("domains", f"1/((x - {c})*log(x - {c}))", f"log(log(x - {c}))", probes)


def _equations(rng: random.Random) -> Iterator[Pair]:
    """Constants of one sign only."""
    probes = tuple({"a0": a, "x": x} for a in (-2.7, -0.6, 0.8, 3.1) for x in (-3.3, -1.2, -0.3, 0.4, 1.9))
    k = rng.randint(1, 9)
    yield Pair("equations", f"y' = {k}*abs(y)", f"a0*exp({k}*x)", probes)
    yield Pair("equations", f"y' = {k}*y", f"a0*exp({k}*x)", probes)
    yield Pair("equations", f"y' = {k}*sqrt(y^2)", f"a0*exp({k}*x)", probes)
    yield Pair("equations", f"y' + {k}*y = x", f"x/{k} - 1/{k}^2 + a0*exp(-{k}*x)", probes)
    yield Pair("equations", f"x*y' = {k}*y", f"a0*x^{k}", probes)


FAMILIES: tuple[Callable[[random.Random], Iterator[Pair]], ...] = (
    _windows,
    _scales,
    _parameters,
    _jumps,
    _towers,
    _zeros,
    _domains,
    _equations,
)


def _number(text: str) -> float:
    """The value of a formula without symbols."""
    return Expr(text).evaluate().real


def is_wrong(pair: Pair) -> bool | None:
    """Whether a candidate is wrong at one of the probes; ``None`` if too few of them serve.

    A probe serves where problem and candidate are defined and the problem, with the arguments of its ``abs``
    and ``sign``, is real.
    """
    import mpmath

    problem, candidate = Expr(pair.problem), Expr(pair.candidate)
    equation = bool(problem.free_symbols & {"Y", "Y'", "Y''"})
    served = 0
    with mpmath.workdps(_DIGITS):
        tiny = mpmath.mpf(10) ** -_AGREE
        for probe in pair.probes:
            at = {name: mpmath.mpf(value) for name, value in probe.items()}
            try:
                h = mpmath.mpf(10) ** -_STEP * max(1, abs(at["x"]))
                slope = _slope(candidate, at, h)
                if equation:
                    at = {**at, "Y": _value(candidate, at), "Y'": slope}
                    difference, size = _value(problem, at, real=True), max(1, abs(slope))
                else:
                    f = _value(problem, at, real=True)
                    difference, size = slope - f, abs(f)
                    if abs(mpmath.im(f)) > tiny * abs(f):
                        continue
            except (ArithmeticError, ValueError, KeyError):
                continue
            served += 1
            noise = mpmath.mpf(10) ** (_STEP + _GUARD - _DIGITS) * max(1, abs(_value(candidate, at)))
            if abs(difference) > tiny * size + noise:
                return True
    return False if served >= _SERVING else None


def does_jump(pair: Pair) -> bool:
    """Whether a candidate jumps at the place that its family names."""
    import mpmath

    if pair.jump is None:
        return False
    with mpmath.workdps(_DIGITS):
        h = mpmath.mpf(10) ** -_STEP
        place = mpmath.mpf(pair.jump)
        candidate = Expr(pair.candidate)
        gap = _value(candidate, {"x": place + h}) - _value(candidate, {"x": place - h})
        return bool(abs(gap) > 1e-10)


def _slope(expr: Expr, at: Mapping[str, Any], h: Any) -> Any:  # noqa: ANN401  (mpmath is untyped)
    """Central differences, extrapolated once: along the real line, whatever the values."""

    def central(step: Any) -> Any:  # noqa: ANN401
        ahead, behind = ({**at, "x": at["x"] + sign * step} for sign in (1, -1))
        return (_value(expr, ahead) - _value(expr, behind)) / (2 * step)

    return (4 * central(h / 2) - central(h)) / 3


def _value(expr: Expr, at: Mapping[str, Any], *, real: bool = False) -> Any:  # noqa: ANN401
    """The value; with ``real``, an error where ``abs`` or ``sign`` has a complex argument."""
    import mpmath

    made: list[Any] = []
    for kind, value in expr.nodes():
        if kind == "number":
            made.append(mpmath.mpf(value[0]) / value[1])
        elif kind == "symbol":
            constants = {"pi": mpmath.pi, "E": mpmath.e, "I": mpmath.j}
            made.append(+constants[value] if value in constants else at[value])
        elif kind == "add":
            made.append(mpmath.fsum(made[index] for index in value))
        elif kind == "mul":
            made.append(mpmath.fprod(made[index] for index in value))
        elif kind == "pow":
            made.append(mpmath.power(*(made[index] for index in value)))
        else:
            made.append(_function(kind, made[value[0]], real))
    return made[-1]


def _function(kind: str, argument: Any, real: bool) -> Any:  # noqa: ANN401  (mpmath is untyped)
    import mpmath

    largest = _LARGEST.get(kind)
    if largest is not None and abs(argument) > largest:
        raise OverflowError
    if kind in ("abs", "sign") and mpmath.im(argument) != 0:
        if real:
            raise ValueError
        return abs(argument) if kind == "abs" else argument / abs(argument)
    named: dict[str, Callable[[Any], Any]] = {"ln": mpmath.log, "abs": abs}
    return named.get(kind, getattr(mpmath, kind, abs))(argument)
