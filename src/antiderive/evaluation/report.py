"""The report on an evaluation: JSON, Markdown, and one self-contained HTML page with plots and hypotheses."""

from __future__ import annotations

import html
import json
from pathlib import Path

from antiderive.evaluation.checking import ProblemRecord
from antiderive.evaluation.counts import AccuracyReport, ProblemCounts
from antiderive.files import writing_to
from antiderive.reports import Table, bars, html_page, html_table, lines, markdown_table

_SHOWN = 1000
"""Most problems listed on the page; failures come first."""

_STATUSES = ("proved", "agrees", "unknown", "refuted", "malformed", "repeated", "unjudged")


def write_accuracy_report(report: AccuracyReport, folder: Path) -> None:
    """Write ``report.json``, ``report.md`` and ``report.html``.

    Raises:
        DataError: if they cannot be written.
    """
    files = {
        "report.json": json.dumps(report.to_dict(), indent=1),
        "report.md": accuracy_markdown(report),
        "report.html": accuracy_page(report),
    }
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")


def accuracy_tables(report: AccuracyReport) -> list[Table]:
    """The figures as tables."""
    heads = [
        "beam",
        "problems",
        "verified",
        "exact first",
        "unknown",
        "malformed",
        "s/problem",
        "s to verify",
    ]
    found: list[Table] = [("Accuracy", heads, [_beam_row(b, t) for b, t in report.beams.items()])]
    ranks = [rank for rank in (1, 2, 3, 5, 10, 20, 50) if rank <= max(report.beams)]
    rows = [
        [str(beam), *(f"{counts.accuracy_at(rank):.1%}" if rank <= beam else "" for rank in ranks)]
        for beam, counts in report.beams.items()
    ]
    found.append(
        ("Verified among the first hypotheses", ["beam", *(f"first {rank}" for rank in ranks)], rows)
    )
    used = [status for status in _STATUSES if any(status in t.statuses for t in report.beams.values())]
    rows = [
        [str(beam), *(f"{counts.statuses.get(status, 0):,}" for status in used)]
        for beam, counts in report.beams.items()
    ]
    found.append(("Hypotheses by verdict", ["beam", *used], rows))
    largest = max(report.beams)
    groups: list[tuple[str, str, dict[int, ProblemCounts] | dict[str, ProblemCounts]]] = [
        (f"By operators of the solution, beam {largest}", "operators", report.by_operators),
        (f"By topic, beam {largest}", "topic", report.by_topic),
    ]
    for title, head, by_group in groups:
        if by_group:
            heads = [head, "problems", "verified", "first", "unknown"]
            rows = [
                [
                    str(key),
                    f"{t.problems:,}",
                    f"{t.accuracy:.1%}",
                    f"{t.accuracy_at(1):.1%}",
                    f"{t.unknown / t.problems:.1%}",
                ]
                for key, t in by_group.items()
            ]
            if report.published and head == "topic":
                heads.append("published")
                for row in rows:
                    row.append(f"{report.published[row[0]]:.1%}" if row[0] in report.published else "")
            found.append((title, heads, rows))
    return found


def _beam_row(beam: int, counts: ProblemCounts) -> list[str]:
    n = max(1, counts.problems)
    return [
        str(beam),
        f"{counts.problems:,}",
        f"{counts.accuracy:.1%}",
        f"{counts.exact / n:.1%}",
        f"{counts.unknown / n:.1%}",
        f"{counts.malformed / max(1, counts.hypotheses):.1%}",
        f"{counts.seconds_per_problem:.3f}",
        f"{counts.verify_seconds_per_problem:.3f}",
    ]


_NOTE = (
    "Verified: some hypothesis is proved, or its residual agrees with zero in ball arithmetic. Unknown: no "
    "hypothesis is verified and some could not be decided; these count neither as right nor as wrong. "
    "Malformed: share of hypotheses that are not an expression, or undefined. Repeated: the canonical form "
    "came before. Unjudged: after the first right hypothesis."
)


def accuracy_markdown(report: AccuracyReport) -> str:
    """The tables and the settings."""
    parts = [f"# Evaluation: {report.title}", _NOTE]
    for title, heads, rows in accuracy_tables(report):
        parts.append(f"## {title}\n\n{markdown_table(heads, rows)}")
    settings = "\n".join(f"- {name}: {value}" for name, value in report.settings.items())
    return "\n\n".join([*parts, f"## Settings\n\n{settings}"]) + "\n"


_STYLE = """
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
details { border-top: 1px solid #e1e6eb; padding: .3rem 0; } summary { cursor: pointer; }
ol { margin: .3rem 0; } .plots { display: flex; flex-wrap: wrap; gap: 1.5rem; }
.proved, .agrees { color: #0b6b3a; } .refuted, .malformed { color: #a61b1b; } .unknown { color: #8a5a00; }
.repeated, .unjudged { color: #7b8794; } .status { font-weight: 600; }
input, select { font: inherit; padding: .2rem .4rem; }
"""

_SCRIPT = """
const text = document.getElementById('text'), kind = document.getElementById('kind');
const count = document.getElementById('count'), all = [...document.querySelectorAll('details')];
function show() {
  let shown = 0;
  for (const each of all) {
    const fits = (!kind.value || each.dataset.kind === kind.value) &&
      each.textContent.toLowerCase().includes(text.value.toLowerCase());
    each.hidden = !fits; shown += fits;
  }
  count.textContent = shown + ' of ' + all.length;
}
text.oninput = kind.onchange = show; show();
"""


def accuracy_page(report: AccuracyReport) -> str:
    """A self-contained page: tables, plots as SVG, and the problems with their hypotheses."""
    parts = []
    for index, (title, heads, rows) in enumerate(accuracy_tables(report)):
        parts.append(f"<h2>{html.escape(title)}</h2>{html_table(heads, rows)}")
        if index == 0:
            parts.append(f'<div class="plots">{_plots(report)}</div>')
    parts.append("<h2>Problems</h2>" + _problems(report))
    settings = [[name, str(value)] for name, value in report.settings.items()]
    parts.append(f"<h2>Settings</h2>{html_table(['setting', 'value'], settings)}")
    return html_page(f"Evaluation: {report.title}", _NOTE, "".join(parts), style=_STYLE, script=_SCRIPT)


def _plots(report: AccuracyReport) -> str:
    curves = {
        f"beam {beam}": [(rank, counts.accuracy_at(rank)) for rank in range(1, beam + 1)]
        for beam, counts in report.beams.items()
    }
    sizes = [(str(n), counts.accuracy, counts.problems) for n, counts in report.by_operators.items()]
    return lines("verified among the first n hypotheses", curves) + bars(
        f"verified by operators of the solution, beam {max(report.beams)}", sizes
    )


def _kind(record: ProblemRecord) -> str:
    if record.rank is not None:
        return "first" if record.rank == 1 else "later"
    return "unknown" if record.unknown else "failed"


def _problems(report: AccuracyReport) -> str:
    largest = max(report.beams)
    order = ("failed", "unknown", "later", "first")
    records = sorted(
        (record for record in report.records if record.beam == largest),
        key=lambda record: (order.index(_kind(record)), record.operators, record.place),
    )
    names = {"": "all", "failed": "no right hypothesis", "unknown": "unknown", "later": "right, not first"}
    options = "".join(
        f'<option value="{value}">{name}</option>'
        for value, name in [*names.items(), ("first", "right first")]
    )
    left_out = f", the first {_SHOWN:,} of {len(records):,}" if len(records) > _SHOWN else ""
    controls = (
        f'<p><select id="kind">{options}</select> <input id="text" placeholder="search"> '
        f'<span id="count" class="note"></span><span class="note"> at beam {largest}{left_out}</span></p>'
    )
    return controls + "".join(_problem(record) for record in records[:_SHOWN])


def _problem(record: ProblemRecord) -> str:
    outcome = {
        "first": '<span class="proved">right</span>',
        "later": f'<span class="proved">right at {record.rank}</span>',
        "unknown": '<span class="unknown">unknown</span>',
        "failed": '<span class="refuted">failed</span>',
    }[_kind(record)]
    rows = "".join(
        f'<li><span class="status {h.status}">{h.status}</span> <span class="note">{h.score:.4f}</span> '
        f"<code>{html.escape(h.text)}</code>"
        + (f' <span class="note">{html.escape(h.reason)}</span>' if h.reason else "")
        + "</li>"
        for h in record.hypotheses
    )
    reference = f"<p>reference: <code>{html.escape(record.reference)}</code></p>" if record.reference else ""
    return (
        f'<details data-kind="{_kind(record)}"><summary>{outcome} <code>{html.escape(record.problem)}</code>'
        f"</summary>{reference}<ol>{rows}</ol></details>"
    )
