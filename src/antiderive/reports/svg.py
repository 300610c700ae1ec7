"""Two kinds of small plots as SVG, so that a report is one file and needs no plotting library."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT = 440, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 16, 34, 36
_COLORS = ("#1f6feb", "#c2410c", "#0b6b3a", "#7c3aed", "#52606d")


def lines(title: str, curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Plot shares (0 to 1) over a quantity, one curve for each name."""
    longest = max((x for points in curves.values() for x, _ in points), default=1.0)
    shapes = []
    for index, (name, points) in enumerate(curves.items()):
        color = _COLORS[index % len(_COLORS)]
        dots = [(_x((x - 1) / max(1.0, longest - 1)), _y(share)) for x, share in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
        shapes.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        shapes += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>' for x, y in dots]
        label = _HEIGHT - _BOTTOM - 10 - 16 * (len(curves) - 1 - index)
        shapes.append(_text(_WIDTH - _RIGHT - 4, label, name, anchor="end", color=color))
    ticks = sorted({1, *(round(1 + (longest - 1) * part / 4) for part in range(1, 5))})
    for tick in ticks:
        shapes.append(_text(_x((tick - 1) / max(1.0, longest - 1)), _HEIGHT - _BOTTOM + 18, str(tick)))
    return _frame(title, shapes)


def bars(title: str, values: Sequence[tuple[str, float, int]]) -> str:
    """Plot shares (0 to 1) of groups with their names and sizes."""
    shapes = []
    step = 1 / max(1, len(values))
    every = 1 + len(values) // 16
    for index, (name, share, size) in enumerate(values):
        left, right = _x(step * (index + 0.12)), _x(step * (index + 0.88))
        shapes.append(
            f'<rect x="{left:.1f}" y="{_y(share):.1f}" width="{right - left:.1f}" '
            f'height="{_y(0) - _y(share):.1f}" fill="{_COLORS[0]}">'
            f"<title>{html.escape(name)}: {share:.1%} of {size:,}</title></rect>"
        )
        if index % every == 0:
            shapes.append(_text((left + right) / 2, _HEIGHT - _BOTTOM + 18, name))
    return _frame(title, shapes)


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, text: str, *, anchor: str = "middle", color: str = "#52606d") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{color}">'
        f"{html.escape(text)}</text>"
    )


def _frame(title: str, shapes: Sequence[str]) -> str:
    grid = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        grid.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e1e6eb"/>')
        grid.append(_text(_LEFT - 6, y + 4, f"{share:.0%}", anchor="end"))
    head = f'<text x="{_LEFT}" y="18" font-size="13" fill="#1c2430">{html.escape(title)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif">{head}{"".join(grid)}{"".join(shapes)}</svg>'
    )
