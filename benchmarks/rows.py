"""One measured figure, and the table of all of them."""

from __future__ import annotations

import resource
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

BENCH_JSON = Path(__file__).parents[1] / "build" / "bench.json"


class Row(msgspec.Struct, frozen=True):
    """ours, theirs: in `unit`. ratio: > 1 means that we are better. bar: the figure to reach. ok: it was reached."""

    name: str
    size: str
    ours: float
    unit: str
    peer: str
    theirs: float | None
    ratio: float | None
    bar: str
    ok: bool


def at_least(name: str, size: str, ours: float, unit: str, bar: float) -> Row:
    """A figure without a peer that must not fall below `bar`."""
    return Row(name, size, ours, unit, "", None, None, f"≥ {bar:,g} {unit}", ours >= bar)


def at_most(name: str, size: str, ours: float, unit: str, bar: float) -> Row:
    """A figure without a peer that must not exceed `bar`."""
    return Row(name, size, ours, unit, "", None, None, f"≤ {bar:,g} {unit}", ours <= bar)


def against(name: str, size: str, ours: float, unit: str, *, peer: str, theirs: float, ratio: float, bar: float) -> Row:
    """A figure beside a peer's, whose ratio must reach `bar`."""
    return Row(name, size, ours, unit, peer, theirs, ratio, f"ratio ≥ {bar:g}", ratio >= bar)


def beside(name: str, size: str, ours: float, unit: str, *, peer: str, theirs: float, ratio: float) -> Row:
    """A figure beside a peer's that no bar was set for: shown, so that nobody takes the other for it."""
    return Row(name, size, ours, unit, peer, theirs, ratio, "none set", True)


def alone(name: str, size: str, ours: float, unit: str, *, missing: Exception, bar: float) -> Row:
    """A figure whose peer could not be asked: it is told why, and the bar counts as not reached."""
    return Row(name, size, ours, unit, str(missing), None, None, f"ratio ≥ {bar:g}", False)


def peak_rss_mib() -> float:
    """Return the peak resident memory of this process, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(rows: list[Row]) -> None:
    """Print the table and write `build/bench.json`."""
    table = Table("figure", "size", "ours", "unit", "peer", "theirs", "ratio", "bar", "ok")
    for row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:,.4g}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        mark = "[green]✓[/]" if row.ok else "[red]✗[/]"
        table.add_row(row.name, row.size, f"{row.ours:,.4g}", row.unit, row.peer, theirs, ratio, row.bar, mark)
    Console(width=160).print(table)
    BENCH_JSON.parent.mkdir(exist_ok=True)
    BENCH_JSON.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
