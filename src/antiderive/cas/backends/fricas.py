"""FriCAS: the most complete free implementation of the Risch algorithm.

An integral that FriCAS leaves unevaluated is a proof that no elementary antiderivative exists when the
integrand lies in a purely transcendental tower; :func:`proves_nonelementary` decides that from the tower,
which FriCAS prints along. See ``docs/explanation/nonelementary.md`` for the reason and the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd

from antiderive.cas.backends.program import QUIET_ENVIRONMENT, Program, marked, without_answer
from antiderive.cas.backends.syntax import PREFIX, Dialect
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Request
from antiderive.expressions import Expr

_F = "EXPR INT"

# The interpreter reads one statement per line. The call that computes an answer prints it and never keeps it,
# so an error cannot repeat the answer to an earlier question. The tower is the one that integrate works
# in: the integrand in real elementary functions (exp, log, tan, atan), normalized by the structure theorem.
# Compiling these would save nothing in a call and cost 0.8 s of gcc at every start, where Lisp compiles by C.
_PRELUDE = f"""\
)set messages prompt none
)set messages type off
)set messages time off
)set messages autoload off
)set output algebra off
)set streams calculate 1
)set functions compile off
ad_say : (String, String) -> Void
ad_say(mark, text) == (PRINC(mark)$Lisp; PRINC(" ")$Lisp; PRINC(text)$Lisp; \
TERPRI()$Lisp; FORCE_-OUTPUT()$Lisp; void())
ad_text : {_F} -> String
ad_text(f) == unparse(f::InputForm)$InputForm
ad_kernel : ({_F}, Kernel({_F}), Symbol) -> Void
ad_kernel(f, k, x) == (b := (member?(x, variables(f)) => "variable "; "constant "); \
ad_say("KERNEL", concat(b, concat(string(name(operator(k))), concat(" ", ad_text(f))))))
ad_tower : ({_F}, Symbol) -> Void
ad_tower(f, x) == (l := tower(f)$({_F}); \
g := eval(f, l, [realLiouvillian(k::({_F}), x)$EFSTRUC(INT, {_F}) for k in l])$({_F}); \
r := rischNormalize(g, x)$EFSTRUC(INT, {_F}); \
for k in tower(r.func)$({_F}) repeat ad_kernel(k::({_F}), k, x); void())
ad_left? : {_F} -> Boolean
ad_left?(f) == any?(k +-> is?(k, 'integral), tower(f)$({_F}))
ad_integrate : ({_F}, Symbol) -> Void
ad_integrate(f, x) == (u := integrate(f, x)$FSINT(INT, {_F}); \
l : List {_F} := (u case List({_F}) => u::List({_F}); [u::({_F})]); \
for g in l repeat ad_say("ANSWER", ad_text(g)); \
if ad_left?(first l) then ad_tower(f, x); void())
ad_integrate(exp(-exp(vx)*log(vx)), 'vx)
PRINC("ready")$Lisp
TERPRI()$Lisp
FORCE_-OUTPUT()$Lisp
"""

_ERROR = r"(?<=>> Error detected within library code:)\s*[^\n]*(?:\n[^\n]+)*"

_SPECIAL = """
erf erfi erfc Ei E1 En li Si Ci Shi Chi fresnelS fresnelC dilog polylog Gamma digamma polygamma Beta
ellipticF ellipticE ellipticK ellipticPi weierstrassP weierstrassPPrime weierstrassPInverse
weierstrassZeta weierstrassSigma lambertW hypergeometricF meijerG besselJ besselY besselI besselK
airyAi airyBi %iint
"""
"""Functions in answers that are not elementary."""

_DIALECT = Dialect(
    constants={"pi": "pi()", "E": "exp(1)", "I": "sqrt(-1)"},
    # Their derivatives are those of the real line, which is no field for the algorithm.
    functions={"abs": None, "sign": None},
    names={"%pi": "pi", "%i": "I"},
    special=frozenset(_SPECIAL.split()),
    integrals=frozenset({"integral", "integrate"}),
)


@dataclass(frozen=True)
class FricasBackend(Program):
    """Integration by FriCAS, through its command line without the session manager."""

    name: str = "fricas"

    def command(self) -> list[str]:
        """Return the command line; the script replaces itself by the program."""
        return [str(self.find() or self.name), "-nosman"]

    def environment(self) -> dict[str, str]:
        """Return environment variables to add for the child."""
        return {**QUIET_ENVIRONMENT, "FRICAS_INITFILE": ""}

    def prelude(self) -> str:
        """Return definitions; the call at their end loads the code for integration."""
        return _PRELUDE

    def question(self, content: Request, tag: str) -> str:
        """Return text that prints the answers, then ``tag``.

        Raises:
            UnsupportedError: if FriCAS cannot express the integrand.
        """
        formula = _DIALECT.write(Expr.from_prefix(content.expression))
        return f'ad_integrate({formula}, \'{PREFIX}{content.variable})\nad_say("{tag}", "")\n'

    def finished(self, output: bytes, tag: str) -> bool:
        """Tell whether the output so far holds the whole answer to the question with this tag."""
        return re.search(rb"^(?:\(\d+\) -> )*%s *\n" % re.escape(tag.encode()), output, re.M) is not None

    def answer(self, output: str, tag: str) -> Outcome:  # noqa: ARG002  (the pool gives one answer at a time)
        """Return the outcome in the output, unverified.

        FriCAS may answer with a list, one entry for each sign of a parameter; the first readable one is used.
        """
        answers = marked(output, "ANSWER")
        if not answers:
            return without_answer(output, _ERROR)
        outcomes = [_DIALECT.read(text.replace("pi()", "%pi")) for text in answers]
        outcome = next((one for one in outcomes if one.status == "solved"), outcomes[0])
        if outcome.status == "partial" and len(answers) == 1:
            return _of_unevaluated(
                answers[0], [Kernel.read(line) for line in marked(output, "KERNEL")], outcome
            )
        return outcome


@dataclass(frozen=True)
class Kernel:
    """One generator of the tower of fields that contains the integrand.

    Attributes:
        constant: whether it is independent of the variable of integration.
        operator: name of the function; the symbol itself for a symbol.
        text: the generator in FriCAS's notation.
    """

    constant: bool
    operator: str
    text: str

    @classmethod
    def read(cls, line: str) -> Kernel:
        """Read ``constant exp exp(1)``."""
        kind, operator, text = line.split(" ", 2)
        return cls(kind == "constant", operator, text)


def proves_nonelementary(tower: Iterable[Kernel]) -> bool:
    """Tell whether an integral that FriCAS left in this tower has no elementary value.

    The tower must be purely transcendental in the variable, over constants in which FriCAS's test for zero is
    certain: rational numbers, parameters, real roots of pairwise coprime square-free integers (independent by
    Besicovitch 1940) and at most one transcendental number (by Lindemann and Weierstrass).
    """
    transcendental, radicands = 0, []
    for kernel in tower:
        is_symbol = kernel.operator == kernel.text
        if is_symbol and kernel.text.startswith(PREFIX):
            continue
        if not kernel.constant:
            if kernel.operator not in ("exp", "log", "tan", "atan"):
                return False
        elif kernel.operator in ("exp", "log", "tan", "atan", "pi"):
            transcendental += 1
        else:
            root = re.fullmatch(r"(\d+)\^\(1/\d+\)", kernel.text)
            if kernel.operator != "nthRoot" or root is None:
                return False
            radicands.append(int(root[1]))
    coprime = all(gcd(a, b) == 1 for i, a in enumerate(radicands) for b in radicands[:i])
    return transcendental <= 1 and coprime and all(_is_squarefree(n) for n in radicands)


def _of_unevaluated(answer: str, tower: list[Kernel], partial: Outcome) -> Outcome:
    """Return ``nonelementary`` if that is proved, else ``partial``."""
    whole = answer.startswith("integral(") and answer.count("integral(") == 1 and not _needs_special(answer)
    if whole and tower and proves_nonelementary(tower):
        generators = ", ".join(kernel.text for kernel in tower)
        return Outcome(
            "nonelementary", reason=f"proved by the Risch algorithm over the field of {generators}"[:300]
        )
    return partial


def _needs_special(answer: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}\(", answer) for name in _DIALECT.special)


def _is_squarefree(n: int) -> bool:
    """Tell whether ``n > 1`` has no square factor; False for numbers too large to decide at once."""
    return 1 < n < 10**8 and all(n % (d * d) for d in range(2, int(n**0.5) + 1))


BACKEND = FricasBackend()
