"""Maxima. Its unevaluated integrals prove nothing; its questions to the user are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from antiderive.cas.backends.program import QUIET_ENVIRONMENT, WITHOUT_SHELL, Program, marked, without_answer
from antiderive.cas.backends.syntax import Dialect
from antiderive.cas.outcome import Outcome
from antiderive.cas.request import Request
from antiderive.expressions import Expr

# Every question to the user goes through the Lisp function RETRIEVE, which fails here instead of reading
# standard input. Parameters are declared positive, as verification tests them, which spares most questions.
# Logarithms are not expanded: log(x^2) is not 2*log(x) for negative x. What comes after the prelude is
# questions, so Lisp and the shell are taken away.
_PRELUDE = f"""\
:lisp (defun retrieve (message flag &rest rest) (declare (ignore flag rest)) \
(merror "question refused: ~M" message))
:lisp (progn {WITHOUT_SHELL} (fmakunbound '$system) \
(remprop :lisp-quiet 'break-command) (remprop :lisp 'break-command))
display2d:false$ logexpand:false$
ad_integrate(f, v, parameters) := block([answer],
  for p in parameters do apply('assume, [p > 0]),
  answer: errcatch(integrate(f, v)),
  apply('forget, facts()),
  if answer # [] then (?princ("ANSWER "), ?princ(string(first(answer))), ?terpri(), ?finish\\-output()),
  done)$
ad_integrate(sin(vx)*exp(vx)/(vx^2+1), vx, [])$
(?princ("ready"), ?terpri(), ?finish\\-output())$
"""

_ERROR = r"question refused: [^\n]*|[^\n]+(?=\n -- an error)"

_SPECIAL = """
erf erfi erfc erf_generalized expintegral_ei expintegral_e1 expintegral_e expintegral_li
expintegral_si expintegral_ci expintegral_shi expintegral_chi gamma gamma_incomplete
gamma_incomplete_regularized gamma_incomplete_generalized li psi zeta beta beta_incomplete fresnel_s
fresnel_c elliptic_f elliptic_e elliptic_pi elliptic_kc elliptic_ec elliptic_eu hypergeometric
hgfred bessel_j bessel_y bessel_i bessel_k airy_ai airy_bi struve_h struve_l lambert_w %m %w %f
parabolic_cylinder_d inverse_erf
"""
"""Functions in answers that are not elementary."""

_DIALECT = Dialect(
    constants={"pi": "%pi", "E": "%e", "I": "%i"},
    functions={"sign": "signum({0})"},
    names={"%pi": "pi", "%e": "E", "%i": "I", "signum": "sign"},
    special=frozenset(_SPECIAL.split()),
)


@dataclass(frozen=True)
class MaximaBackend(Program):
    """Integration by Maxima's ``integrate``."""

    name: str = "maxima"

    def command(self) -> list[str]:
        """Return the command line; the script replaces itself by the program."""
        return [
            str(self.find() or self.name),
            "--very-quiet",
            "--disable-readline",
            "--init=/nonexistent/none",
        ]

    def environment(self) -> dict[str, str]:
        """Return environment variables to add for the child."""
        return dict(QUIET_ENVIRONMENT)

    def prelude(self) -> str:
        """Return definitions, and an integral that loads code for first use."""
        return _PRELUDE

    def statement(self, request: Request) -> str:
        """Return text that prints the answer.

        Raises:
            UnsupportedError: if Maxima cannot express the integrand.
        """
        variable, integrand = _DIALECT.symbol(request.variable), Expr.from_prefix(request.expression)
        formula = _DIALECT.write(integrand)
        parameters = sorted(integrand.parameters(request.variable))
        listed = ",".join(_DIALECT.symbol(name) for name in parameters)
        return f"ad_integrate({formula}, {variable}, [{listed}])$\n"

    def question(self, content: str, tag: str) -> str:
        """Return the statement, then one that prints ``tag``."""
        return f'{content}(?princ("{tag}"), ?terpri(), ?finish\\-output())$\n'

    def finished(self, output: bytes, tag: str) -> bool:
        """Tell whether the output so far holds the whole answer to the question with this tag."""
        return re.search(rb"^%s *\n" % re.escape(tag.encode()), output, re.M) is not None

    def outcome(self, request: Request, output: str) -> Outcome:  # noqa: ARG002  (one signature for all)
        """Return the outcome in the output, unverified."""
        answers = marked(output, "ANSWER")
        return _DIALECT.read(answers[-1]) if answers else without_answer(output, _ERROR)


BACKEND = MaximaBackend()
