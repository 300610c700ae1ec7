"""Reports: tables, pages, small plots and the colors of outcomes. They know text and numbers only."""

from __future__ import annotations

from antiderive.reports.colors import OUTCOME_COLORS
from antiderive.reports.pages import Table, html_page, html_table, markdown_table
from antiderive.reports.svg import bars, lines

__all__ = ["OUTCOME_COLORS", "Table", "bars", "html_page", "html_table", "lines", "markdown_table"]
