"""A small chart of one route: the mean of each month as a dot on the interval that the noise leaves, minutes upwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mumian.cli.demo.report.words import minutes
from mumian.cli.demo.story import Cell
from mumian.cli.markup import Markup, Part, el, join

WIDE, TALL = 260, 150
LEFT, RIGHT, TOP, BOTTOM = 30, 6, 10, 22
"""Room around the plot, in px."""

_STEPS_CENTI = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_TICKS_MAX = 6


class Scale(NamedTuple):
    """The vertical axis that all charts share. low, high: multiples of step; all in minutes/100."""

    low: int
    high: int
    step: int

    def y(self, centi: int) -> float:
        """Return where `centi` stands; what lies outside stands on the edge."""
        within = min(max(centi, self.low), self.high)
        return TOP + (self.high - within) * (TALL - TOP - BOTTOM) / (self.high - self.low)

    def ticks(self) -> range:
        return range(self.low, self.high + 1, self.step)


def scale_of(cells: Iterable[Cell]) -> Scale:
    """Return a scale with zero, every mean and all but the widest twentieth of the intervals on it."""
    told = [cell for cell in cells if cell.mean_delay_centi is not None]
    means = [cell.mean_delay_centi or 0 for cell in told]
    lows = sorted(cell.mean_low_centi or 0 for cell in told if cell.mean_low_centi is not None)
    highs = sorted(cell.mean_high_centi or 0 for cell in told if cell.mean_high_centi is not None)
    low = min([0, *means, *lows[len(lows) // 20 :][:1]])
    high = max([0, *means, *highs[: len(highs) - len(highs) // 20][-1:]])
    for step in _STEPS_CENTI:
        bottom, top = low // step * step, -(-high // step) * step
        if (top - bottom) // step < _TICKS_MAX:
            return Scale(bottom, max(top, bottom + step), step)
    return Scale(low, max(high, low + 1), max(high - low, 1))


def chart(cells: Sequence[Cell], months: Sequence[int], scale: Scale) -> Markup:
    """Return the drawing of one route. months: all that are on the axis, ascending."""
    by_month = {cell.month: cell for cell in cells}
    room = (WIDE - LEFT - RIGHT) / len(months)
    places = [(LEFT + room * (nth + 0.5), by_month.get(month)) for nth, month in enumerate(months)]
    name = f"{cells[0].route}: mean delay by month, minutes / 各月平均延误（分钟）"
    parts: list[Part] = [el("title", name), _grid(scale), _months(months, room), *_lines(places, scale)]
    parts += [_point(x, room, cell, scale) for x, cell in places if cell is not None]
    return el("svg", *parts, viewBox=f"0 0 {WIDE} {TALL}", role="img", aria_label=name, class_="plot")


def _grid(scale: Scale) -> Markup:
    parts: list[Part] = []
    for tick in scale.ticks():
        y = scale.y(tick)
        parts.append(el("line", x1=LEFT, x2=WIDE - RIGHT, y1=y, y2=y, class_="zero" if tick == 0 else "grid"))
        parts.append(el("text", _whole(tick), x=LEFT - 5, y=y + 3.5, class_="y"))
    return el("g", *parts, aria_hidden="true")


def _whole(centi: int) -> str:
    return f"{'−' if centi < 0 else ''}{abs(centi) // 100}"


def _months(months: Sequence[int], room: float) -> Markup:
    """Return the labels of the axis, of every month or of so many as there is room for."""
    every = -(-len(months) // 12)
    shown = [
        el("text", month, x=LEFT + room * (nth + 0.5), y=TALL - 7, class_="x")
        for nth, month in enumerate(months)
        if nth % every == 0
    ]
    return el("g", *shown, aria_hidden="true")


def _lines(places: Sequence[tuple[float, Cell | None]], scale: Scale) -> Iterator[Markup]:
    """Yield the line through the means, broken where there is none."""
    run: list[str] = []
    for x, cell in [*places, (0.0, None)]:
        if cell is not None and cell.mean_delay_centi is not None:
            run.append(f"{x:.1f},{scale.y(cell.mean_delay_centi):.1f}")
            continue
        if len(run) > 1:
            yield el("polyline", points=" ".join(run), class_="path")
        run = []


def _point(x: float, room: float, cell: Cell, scale: Scale) -> Markup:
    mean = cell.mean_delay_centi
    target = el("rect", x=x - room / 2, y=TOP, width=room, height=TALL - TOP - BOTTOM, class_="hit")
    if mean is None:
        y = scale.y(0)
        cross = el("path", d=f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6", class_="none")
        return el("g", el("title", f"{cell.route} · {cell.month}: —"), target, cross, class_="point")
    low = mean if cell.mean_low_centi is None else cell.mean_low_centi
    high = mean if cell.mean_high_centi is None else cell.mean_high_centi
    said = f"{cell.route} · {cell.month}: {minutes(mean)} min ({minutes(low)} … {minutes(high)}), n ≈ {cell.flights:,}"
    top, bottom = scale.y(high), scale.y(low)
    span = el("rect", x=x - 3, y=top, width=6, height=max(bottom - top, 1.0), rx=2, class_="span")
    cut = [el("path", d=_chevron(x, edge, up), class_="cut") for edge, up in _cuts(low, high, scale)]
    dot = el("circle", cx=x, cy=scale.y(mean), r=2.6, class_="dot")
    return el("g", el("title", said), target, span, join(cut), dot, class_="point")


def _cuts(low: int, high: int, scale: Scale) -> Iterator[tuple[float, bool]]:
    """Yield the edges beyond which an interval goes on."""
    if high > scale.high:
        yield scale.y(scale.high), True
    if low < scale.low:
        yield scale.y(scale.low), False


def _chevron(x: float, y: float, up: bool) -> str:
    return f"M{x - 3:.1f} {y:.1f}l3 {-3 if up else 3}l3 {3 if up else -3}"
