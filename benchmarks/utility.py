"""How far a private count is from the true one, beside SmartNoise and OpenDP at the same (ε, δ), on real data.

Flights of New York in 2013 by month and by airport and month, the aircraft as unit; a bank's thousand debtors by purpose.
Three figures, each the mean absolute error over groups and runs:
noise: over a table on which the bounds hold already, so that nothing is cut and all three start from the same counts.
whole, at equal bounds: over the table as it is, against its true counts: what cutting takes away is in it.
whole, own bounds: the same, each with the bounds that suit it best. They were chosen by looking at the true counts, as
nobody may; what they show is how well each could do.
A bound on groups and on rows in each (ours, OpenDP) is to SmartNoise one on rows in all: it knows no other.
A count below zero is read as zero from all three: OpenDP and SmartNoise do so themselves, whoever reads ours may.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt

from benchmarks.load import FOLDER
from benchmarks.peers import PeerMissing, ask
from benchmarks.rows import Row
from mumian.cli.demo.data import MONTHS, ORIGINS, folder
from mumian.cli.demo.persons import credit_file
from mumian.domain.declaration import Declaration, TextColumn
from mumian.domain.gate import Sampler, add_noise
from mumian.domain.intake import Rejected, take_in
from mumian.domain.keys import DomainKeys
from mumian.domain.store import Store
from mumian.engines.clustered import BoundedPass, Clustered
from mumian.methods.calibration import cheapest
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey, question

PLACE = FOLDER / "utility"
DELTA = 1e-6
EPSILONS = (0.1, 1.0, 3.0)
RUNS, RUNS_OURS = 100, 400
PEERS = {"opendp_polars": "OpenDP", "smartnoise_sql": "SmartNoise"}

PURPOSES = (
    "radio/television", "car (new)", "furniture/equipment", "car (used)", "business", "education", "repairs",
    "domestic appliances", "others", "retraining",
)  # fmt: skip

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """l0, linf_rows: groups of a unit, its rows in each. rows: of a unit in all; 0 where it is not bounded so."""

    l0: int = 0
    linf_rows: int = 0
    rows: int = 0

    @property
    def shown(self) -> str:
        return f"l0 {self.l0}, l∞ {self.linf_rows}" if self.l0 else f"{self.rows} rows"

    def asked_of(self, peer: str) -> dict[str, int]:
        """Return the bounds as a peer takes them."""
        rows = self.rows or self.l0 * self.linf_rows
        if peer == "smartnoise_sql" or not self.l0:
            return {"l0": 0, "linf_rows": 0, "rows": rows}
        return {"l0": self.l0, "linf_rows": self.linf_rows, "rows": 0}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question. own: bounds that suit each peer best for the whole error; empty: nothing is cut anyway."""

    name: str
    keys: tuple[str, ...]
    ours: Bounds
    own: dict[str, Bounds]


CASES = (
    Case(
        name="flights by month",
        keys=MONTHS,
        ours=Bounds(l0=12, linf_rows=45),
        own={"opendp_polars": Bounds(rows=400), "smartnoise_sql": Bounds(rows=400)},
    ),
    Case(
        name="flights by airport, month",
        keys=tuple(f"{origin}-{month}" for origin in ORIGINS for month in MONTHS),
        ours=Bounds(l0=36, linf_rows=30),
        own={"opendp_polars": Bounds(rows=300), "smartnoise_sql": Bounds(rows=300)},
    ),
    Case(name="debtors by purpose", keys=PURPOSES, ours=Bounds(l0=1, linf_rows=1), own={}),
)


@dataclass(frozen=True, kw_only=True)
class Error:
    """Mean absolute error, and its standard error over runs. how: mechanism and bounds."""

    mean: float
    standard: float
    how: str


def error_of(drawn: Any, truth: Counts, how: str) -> Error:
    """Return the error of runs × groups against the true counts."""
    by_run = np.abs(np.maximum(np.asarray(drawn, np.int64), 0) - truth).mean(axis=1)
    return Error(mean=float(by_run.mean()), standard=float(by_run.std(ddof=1)) / sqrt(len(by_run)), how=how)


class Table:
    """A case's rows: as a file for all, taken in for ours, and as another file of the rows that our bounds leave."""

    def __init__(self, case: Case, nth: int, select: str) -> None:
        self.case = case
        self.whole, self.bounded = PLACE / f"case-{nth}.csv", PLACE / f"case-{nth}-bounded.csv"
        base = duckdb.connect()
        base.execute(f"COPY (SELECT unit, key FROM ({select}) WHERE unit IS NOT NULL) TO '{self.whole}' (HEADER)")
        self.version = self._take_in(nth)
        self.truth = self._place(Bounds()).measure(Count())
        placed = self._place(case.ours)
        self.exact = placed.measure(Count())
        self._write_bounded(placed.group)

    def _take_in(self, nth: int) -> Clustered:
        keys = DomainKeys(b"\x07" * 32)
        store = Store(PLACE / f"store-{nth}", keys)
        declared = Declaration("unit", (TextColumn("unit"), TextColumn("key", self.case.keys)), Level.GENERAL_3)
        taken = take_in(store, keys, self.whole, "main", declared)
        if isinstance(taken, Rejected):
            raise SystemExit(taken.refused.say())
        return store.version("main", taken.version).table

    def plan(self, *, epsilon: float) -> AggregatePlan:
        """Return the count by key, with the noise that calibration finds for one release at (epsilon, DELTA)."""
        bounds = self.case.ours
        found = cheapest(l0=bounds.l0, linf_rows=bounds.linf_rows, row=1, epsilon=epsilon, delta=DELTA)
        return AggregatePlan(
            (GroupKey("key", self.case.keys),), (), (Count(),), unit="unit",
            l0=bounds.l0, linf_rows=bounds.linf_rows, rho_nano=found.rho_nano, mechanism=found.mechanism,
        )  # fmt: skip

    def _place(self, bounds: Bounds) -> BoundedPass:
        placed = BoundedPass(self.version)
        asked = question(self.plan(epsilon=1.0))
        placed.place(msgspec.structs.replace(asked, l0=bounds.l0, linf_rows=bounds.linf_rows))
        return placed

    def _write_bounded(self, group: npt.NDArray[np.int32]) -> None:
        units = np.repeat(np.arange(self.version.units), np.diff(self.version.offsets))
        with self.bounded.open("w", encoding="utf8") as file:
            file.write("unit,key\n")
            file.writelines(f"u{u},{self.case.keys[g]}\n" for u, g in zip(units, group, strict=True) if g >= 0)

    def ours(self, *, epsilon: float) -> list[list[int]]:
        """Return many releases."""
        plan = self.plan(epsilon=epsilon)
        releases = (add_noise(plan, self.exact, Sampler()) for _ in range(RUNS_OURS))
        return [[row.values[0] or 0 for row in cells.rows] for cells in releases]

    def ours_how(self, epsilon: float) -> str:
        return f"{self.plan(epsilon=epsilon).mechanism.value}, {self.case.ours.shown}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One comparison with one peer."""

    figure: str
    table: Table
    epsilon: float
    bounds: Bounds
    file: Path
    truth: Counts


def comparisons(table: Table, peer: str) -> list[Asked]:
    """Return what is compared: noise at every ε; the whole error, where something is cut, at ε = 1."""
    case = table.case
    asked = [
        Asked(figure="noise", table=table, epsilon=epsilon, bounds=case.ours, file=table.bounded, truth=table.exact)
        for epsilon in EPSILONS
    ]
    if peer in case.own:
        whole = {"equal bounds": case.ours, "own bounds": case.own[peer]}
        asked += [
            Asked(figure=f"whole, {name}", table=table, epsilon=1.0, bounds=bounds, file=table.whole, truth=table.truth)
            for name, bounds in whole.items()
        ]
    return asked


def against_peer(peer: str, tables: list[Table]) -> list[Row]:
    """Ask a peer everything at once, and set each figure beside ours."""
    asked = [each for table in tables for each in comparisons(table, peer)]
    questions = [
        {
            "file": str(each.file),
            "keys": list(each.table.case.keys),
            "epsilon": each.epsilon,
            "delta": DELTA,
            "bounds": each.bounds.asked_of(peer),
            "times": RUNS,
        }
        for each in asked
    ]
    try:
        answers = ask(peer, {"task": "draws", "questions": questions})["answers"]
    except PeerMissing as e:
        return [Row("error of a private count", "", 0, "", str(e), None, None, "ratio ≥ 1", True)]
    return [row_of(each, answer, PEERS[peer]) for each, answer in zip(asked, answers, strict=True)]


def row_of(asked: Asked, answer: dict[str, Any], peer: str) -> Row:
    """Return the figure. It holds if the ratio, give or take two of its standard errors, is 1 or more."""
    table = asked.table
    ours = error_of(table.ours(epsilon=asked.epsilon), asked.truth, table.ours_how(asked.epsilon))
    theirs = error_of(answer["counts"], asked.truth, f"{peer}, {answer['mechanism']}, {asked.bounds.shown}")
    ratio = theirs.mean / ours.mean
    standard = ratio * sqrt((ours.standard / ours.mean) ** 2 + (theirs.standard / theirs.mean) ** 2)
    return Row(
        f"{table.case.name}: {asked.figure}",
        f"ε {asked.epsilon:g}, {ours.how}",
        ours.mean,
        "± rows",
        theirs.how,
        theirs.mean,
        ratio,
        f"ratio ≥ 1 ± {2 * standard:.2f}",
        ratio + 2 * standard >= 1,
    )


def main() -> list[Row]:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    with ZipFile(folder() / "flights.csv.zip") as archive:
        archive.extract("flights.csv", PLACE)
    flights = f"read_csv('{PLACE / 'flights.csv'}', nullstr = 'NA', all_varchar = true)"
    credit = f"read_csv('{credit_file(PLACE)}', all_varchar = true)"
    selects = (
        f"SELECT tailnum AS unit, month AS key FROM {flights}",
        f"SELECT tailnum AS unit, origin || '-' || month AS key FROM {flights}",
        f"SELECT debtor AS unit, purpose AS key FROM {credit}",
    )
    tables = [Table(case, nth, select) for nth, (case, select) in enumerate(zip(CASES, selects, strict=True))]
    figures = [row for peer in PEERS for row in against_peer(peer, tables)]
    shutil.rmtree(PLACE)
    return figures


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
