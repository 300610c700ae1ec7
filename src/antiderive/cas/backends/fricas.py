"""FriCAS: the most complete free implementation of the Risch algorithm.

An integral that FriCAS leaves unevaluated is a proof that no elementary antiderivative exists when the
integrand lies in a purely transcendental tower; :func:`proves_nonelementary` decides that from the tower,
which FriCAS prints along. See ``docs/explanation/nonelementary.md`` for the reason and the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from antiderive.cas.backends.program import QUIET_ENVIRONMENT, WITHOUT_SHELL, Program, marked, without_answer
from antiderive.cas.backends.syntax import PREFIX, Dialect
from antiderive.cas.constants import are_independent_radicands, constants_are_decided
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Request
from antiderive.errors import LimitError, ParseError, UndefinedError, UnsupportedError
from antiderive.expressions import Expr

_F = "EXPR INT"

# The interpreter reads one statement per line. The call that computes an answer prints it and never keeps it,
# so an error cannot repeat the answer to an earlier question. The tower is the one that integrate works
# in: the integrand in real elementary functions (exp, log, tan, atan), normalized by the structure theorem.
# System commands and the shell are removed at the end: what follows the prelude is questions.
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
ad_say("FIELD", ad_text(r.func)); \
for k in tower(r.func)$({_F}) repeat ad_kernel(k::({_F}), k, x); void())
ad_left? : {_F} -> Boolean
ad_left?(f) == any?(k +-> is?(k, 'integral), tower(f)$({_F}))
ad_integrate : ({_F}, Symbol) -> Void
ad_integrate(f, x) == (u := integrate(f, x)$FSINT(INT, {_F}); \
l : List {_F} := (u case List({_F}) => u::List({_F}); [u::({_F})]); \
for g in l repeat ad_say("ANSWER", ad_text(g)); \
if ad_left?(first l) then ad_tower(f, x); void())
ad_integrate(exp(-exp(vx)*log(vx)), 'vx)
)lisp (progn {WITHOUT_SHELL} (fmakunbound 'obey) (setq |$systemCommands| nil))
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


_GENERATORS = ("exp", "log", "tan", "atan")
"""Functions that a tower is made of."""


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

    def statement(self, request: Request) -> str:
        """Return text that prints the answers.

        Raises:
            UnsupportedError: if FriCAS cannot express the integrand.
        """
        formula = _DIALECT.write(Expr.from_prefix(request.expression))
        return f"ad_integrate({formula}, '{_DIALECT.symbol(request.variable)})\n"

    def question(self, content: str, tag: str) -> str:
        """Return the statement, then one that prints ``tag``."""
        return f'{content}ad_say("{tag}", "")\n'

    def finished(self, output: bytes, tag: str) -> bool:
        """Tell whether the output so far holds the whole answer to the question with this tag."""
        return re.search(rb"^(?:\(\d+\) -> )*%s *\n" % re.escape(tag.encode()), output, re.M) is not None

    def outcome(self, request: Request, output: str) -> Outcome:
        """Return the outcome in the output, unverified.

        FriCAS may answer with a list, one entry for each sign of a parameter; the first readable one is used.
        """
        answers = marked(output, "ANSWER")
        if not answers:
            return without_answer(output, _ERROR)
        outcomes = [_DIALECT.read(text.replace("pi()", "%pi")) for text in answers]
        outcome = next((one for one in outcomes if one.status == "solved"), outcomes[0])
        if outcome.status == "partial" and len(answers) == 1:
            return _of_unevaluated(request, output, answers[0], outcome)
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

    @property
    def is_symbol(self) -> bool:
        """True if it is the variable or a parameter."""
        return self.operator == self.text and self.text.startswith(PREFIX)

    def generator(self) -> tuple[str, str]:
        """Return the name of the function and its argument in prefix form.

        Raises:
            UnsupportedError, ParseError, LimitError, UndefinedError: if it cannot be read.
        """
        argument = self.text.removeprefix(self.operator).replace("pi()", "%pi")
        return self.operator, _DIALECT.expression(argument).to_prefix()


def proves_nonelementary(tower: Iterable[Kernel]) -> bool:
    """Tell whether an integral that FriCAS left in this tower has no elementary value.

    The tower must be purely transcendental in the variable, over constants in which FriCAS's test for zero is
    certain: rational numbers, parameters, real roots of pairwise coprime square-free integers (independent by
    Besicovitch 1940) and at most one transcendental number (by Lindemann and Weierstrass). At most one of its
    generators may be a logarithm or an arc tangent, of a rational function: with two FriCAS 1.3.8 takes
    dilogarithms out first, and leaves an integral of the derivative of ``log(x)*log(x + 1)``.
    """
    transcendental, primitives, radicands = 0, 0, []
    for kernel in tower:
        if kernel.is_symbol:
            continue
        if not kernel.constant:
            if kernel.operator not in _GENERATORS:
                return False
            if kernel.operator in ("log", "atan"):
                primitives += 1
                argument = kernel.text.removeprefix(kernel.operator)
                if any(f"{name}(" in argument for name in _GENERATORS):
                    return False
        elif kernel.operator in (*_GENERATORS, "pi"):
            transcendental += 1
        else:
            root = re.fullmatch(r"(\d+)\^\(1/\d+\)", kernel.text)
            if kernel.operator != "nthRoot" or root is None:
                return False
            radicands.append(int(root[1]))
    return transcendental <= 1 and primitives <= 1 and are_independent_radicands(radicands)


def _of_unevaluated(request: Request, output: str, answer: str, partial: Outcome) -> Outcome:
    """Return ``nonelementary`` if that is proved, else ``partial``."""
    tower = [Kernel.read(line) for line in marked(output, "KERNEL")]
    normalized = marked(output, "FIELD")
    whole = answer.startswith("integral(") and answer.count("integral(") == 1 and not _needs_special(answer)
    if not (whole and tower and normalized and proves_nonelementary(tower)):
        return partial
    if not constants_are_decided(Expr.from_prefix(request.expression), request.variable):
        return partial
    try:
        integrand = ("integrand", _DIALECT.expression(normalized[0].replace("pi()", "%pi")).to_prefix())
        generators = [kernel.generator() for kernel in tower if not (kernel.constant or kernel.is_symbol)]
    except (UnsupportedError, ParseError, LimitError, UndefinedError):
        return partial
    names = ", ".join(kernel.text for kernel in tower)
    reason = f"proved by the Risch algorithm over the field of {names}"[:300]
    return Outcome("nonelementary", reason=reason, evidence=(integrand, *generators))


def _needs_special(answer: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}\(", answer) for name in _DIALECT.special)


BACKEND = FricasBackend()
