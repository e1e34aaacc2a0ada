"""What makes a printed certificate look like one: border, rosette, the kapok flower of the city, a place for the seal."""

from __future__ import annotations

from math import cos, pi, sin

from fpdf import FPDF

Point = tuple[float, float]

RED, GOLD, PALE, INK, GREY = (156, 28, 32), (168, 134, 60), (240, 231, 211), (32, 30, 28), (112, 108, 102)
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
BORDER_MM = 11.0
BAND_MM = 5.0


def frame(pdf: FPDF) -> None:
    """Draw the border: two rules and, between them, two waves that cross."""
    pdf.set_draw_color(*RED)
    _rule(pdf, BORDER_MM, width_mm=0.9)
    _rule(pdf, BORDER_MM + BAND_MM, width_mm=0.3)
    pdf.set_draw_color(*GOLD)
    _rule(pdf, BORDER_MM + BAND_MM + 1.1, width_mm=0.2)
    pdf.set_line_width(0.18)
    for phase in (0.0, pi):
        for line in _waves(phase):
            pdf.polyline(line)


def rosette(pdf: FPDF, *, x: float, y: float, radius_mm: float) -> None:
    """Draw a pale guilloche behind the text: woven curves, so fine that a copier blurs them."""
    pdf.set_draw_color(*PALE)
    pdf.set_line_width(0.12)
    for share, swing, lobes, curves in ((0.84, 0.16, 18, 6), (0.56, 0.14, 12, 6), (0.3, 0.12, 8, 5)):
        for nth in range(curves):
            shift = 2 * pi * nth / curves
            turns = [2 * pi * step / 288 for step in range(289)]
            woven = [(turn, radius_mm * (share + swing * cos(lobes * turn + shift))) for turn in turns]
            pdf.polyline([(x + r * cos(turn), y + r * sin(turn)) for turn, r in woven])


def flower(pdf: FPDF, *, x: float, y: float, radius_mm: float) -> None:
    """Draw a kapok flower: five petals, and stamens in gold."""
    pdf.set_fill_color(*RED)
    petals = [2 * pi * step / 250 for step in range(250)]
    pdf.polygon([_on_petals(x, y, radius_mm, turn) for turn in petals], style="F")
    pdf.set_draw_color(255, 255, 255)
    pdf.set_line_width(0.35)
    for nth in range(5):
        turn = (2 * nth + 1) * pi / 5 - pi / 2
        pdf.line(x, y, x + 0.62 * radius_mm * cos(turn), y + 0.62 * radius_mm * sin(turn))
    pdf.set_fill_color(*GOLD)
    pdf.circle(x, y, radius_mm * 0.16, style="F")
    for nth in range(10):
        turn = 2 * pi * nth / 10 - pi / 2
        pdf.circle(x + 0.36 * radius_mm * cos(turn), y + 0.36 * radius_mm * sin(turn), radius_mm * 0.05, style="F")


def place_of_seal(pdf: FPDF, *, x: float, y: float, radius_mm: float) -> None:
    """Draw the ring in which the institution puts its seal."""
    pdf.set_draw_color(*RED)
    pdf.set_line_width(0.2)
    pdf.set_dash_pattern(dash=1.2, gap=1.2)
    pdf.circle(x, y, radius_mm, style="D")
    pdf.set_dash_pattern()


def squares(pdf: FPDF, rows: tuple[tuple[bool, ...], ...], *, x: float, y: float, size_mm: float) -> None:
    """Draw a square code of that size, one rectangle for each run of dark modules, so that no hairline shows between."""
    step = size_mm / len(rows)
    pdf.set_fill_color(0, 0, 0)
    for row, line in enumerate(rows):
        start = None
        for column, dark in enumerate((*line, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                pdf.rect(x + start * step, y + row * step, (column - start) * step, step, style="F")
                start = None


def _rule(pdf: FPDF, inset_mm: float, *, width_mm: float) -> None:
    pdf.set_line_width(width_mm)
    pdf.rect(inset_mm, inset_mm, WIDTH_MM - 2 * inset_mm, HEIGHT_MM - 2 * inset_mm)


def _waves(phase: float) -> list[list[Point]]:
    """Return a wave along each side of the band, whole waves a side, so that all four meet at the corners."""
    middle, swing = BORDER_MM + BAND_MM / 2, BAND_MM / 2 - 0.8
    found: list[list[Point]] = []
    for length, along_x in ((WIDTH_MM, True), (HEIGHT_MM, False)):
        start, run = middle, length - 2 * middle
        count = round(run / 9)
        for far in (False, True):
            line = []
            for step in range(count * 16 + 1):
                along = start + run * step / (count * 16)
                across = middle + swing * sin(2 * pi * step / 16 + phase)
                offset = (HEIGHT_MM if along_x else WIDTH_MM) - across if far else across
                line.append((along, offset) if along_x else (offset, along))
            found.append(line)
    return found


def _on_petals(x: float, y: float, radius: float, turn: float) -> Point:
    r = radius * (0.52 + 0.48 * abs(cos(2.5 * turn)) ** 0.55)
    return x + r * cos(turn - pi / 2), y + r * sin(turn - pi / 2)
