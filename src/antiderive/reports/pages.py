"""Tables in HTML and Markdown, and the pages around them."""

from __future__ import annotations

import html
from collections.abc import Sequence

Table = tuple[str, list[str], list[list[str]]]
"""Title, heads and rows."""

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 66rem; padding: 0 1rem; }
body { color: #1c2430; } h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem; text-align: right; }
td:first-child, th:first-child { text-align: left; } img { max-width: 100%; }
th { border-bottom: 1px solid #9aa5b1; font-weight: 600; } tr:nth-child(even) td { background: #f4f6f8; }
.note { color: #52606d; }
"""
"""CSS of every page."""


def html_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of text cells as HTML."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_page(title: str, note: str, body: str, *, style: str = "", script: str = "") -> str:
    """Return a self-contained page.

    Args:
        title: text of the title and the first heading.
        note: text of the first paragraph.
        body: the HTML that follows.
        style: CSS in addition to :data:`STYLE`.
        script: JavaScript, run after the body.
    """
    end = f"<script>{script}</script>" if script else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}{style}</style></head><body><h1>{html.escape(title)}</h1>"
        f'<p class="note">{html.escape(note)}</p>{body}{end}</body></html>\n'
    )


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown, the first column aligned left, the others right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
