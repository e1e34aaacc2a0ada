"""How far a private count is from the true one, beside SmartNoise and OpenDP at the same (ε, δ), on real data.

Flights of New York in 2013 by month and by airport and month, the aircraft as unit; a bank's thousand debtors by purpose.
Three figures, each the mean absolute error over groups and runs:
noise: over a table on which the bounds hold already, so that nothing is cut and all three start from the same counts.
whole, at equal bounds: over the table as it is, against its true counts: what cutting takes away is in it.
whole, own bounds: the same, each with the bounds that suit it best. They were chosen by looking at the true counts, as
nobody may; what they show is how well each could do.
Bounds are on groups and on rows in each, or on rows in all; SmartNoise knows the last alone, so that at equal bounds with
it rows in all are bounded for both.
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
from benchmarks.rows import Row, alone
from mumian.cli.demo.data import MONTHS, ORIGINS, folder
from mumian.cli.demo.persons import credit_file
from mumian.domain.declaration import Declaration, TextColumn
from mumian.domain.gate import Sampler, add_noise
from mumian.domain.intake import Rejected, take_in
from mumian.domain.keys import DomainKeys
from mumian.domain.store import Store
from mumian.engines.clustered import BoundedPass, Clustered, totals
from mumian.methods.calibration import cheapest
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.plan import AggregatePlan, Count, GroupKey, full_groups, question

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
    """l0, linf_rows: groups of a unit, its rows in each. rows: of a unit in all. 0 where it is not bounded so."""

    l0: int = 0
    linf_rows: int = 0
    rows: int = 0

    @property
    def shown(self) -> str:
        of_groups = f"l0 {self.l0}, l∞ {self.linf_rows}" if self.l0 else ""
        return ", ".join(filter(None, (of_groups, f"{self.rows} rows" if self.rows else "")))

    @property
    def in_all(self) -> Bounds:
        """Return the bound on rows in all alone that lets in as many."""
        return Bounds(rows=self.rows or self.l0 * self.linf_rows)

    def asked_of(self, peer: str) -> dict[str, int]:
        """Return the bounds as a peer takes them."""
        if peer == "smartnoise_sql" or not self.l0:
            return {"l0": 0, "linf_rows": 0, "rows": self.in_all.rows}
        return {"l0": self.l0, "linf_rows": self.linf_rows, "rows": 0}

    def of_plan(self, groups: int) -> dict[str, int]:
        """Return the bounds as a plan has them; rows in all alone leave groups and rows in each free."""
        l0, linf_rows = self.l0 or groups, self.linf_rows or self.rows
        return {"l0": l0, "linf_rows": linf_rows, "rows_max": self.rows if self.rows < l0 * linf_rows else 0}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question. own: bounds that suit each best for the whole error, a peer or us; empty: nothing is cut anyway."""

    name: str
    keys: tuple[str, ...]
    ours: Bounds
    own: dict[str, Bounds]


CASES = (
    Case(
        name="flights by month",
        keys=MONTHS,
        ours=Bounds(l0=12, linf_rows=45),
        own={
            "ours": Bounds(l0=12, linf_rows=60, rows=350),
            "opendp_polars": Bounds(rows=400),
            "smartnoise_sql": Bounds(rows=400),
        },
    ),
    Case(
        name="flights by airport, month",
        keys=tuple(f"{origin}-{month}" for origin in ORIGINS for month in MONTHS),
        ours=Bounds(l0=36, linf_rows=30),
        own={
            "ours": Bounds(l0=36, linf_rows=100, rows=300),
            "opendp_polars": Bounds(rows=300),
            "smartnoise_sql": Bounds(rows=300),
        },
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
        placed = BoundedPass(self.version)
        placed.group_by(GroupKey("key", case.keys))
        self.truth = placed.measure(Count())
        placed = BoundedPass(self.version)
        placed.place(question(self.plan(case.ours, epsilon=1.0)))
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

    def plan(self, bounds: Bounds, *, epsilon: float) -> AggregatePlan:
        """Return the count by key, with the noise that calibration finds for one release at (epsilon, DELTA)."""
        keys = (GroupKey("key", self.case.keys),)
        plan = AggregatePlan(keys, (), (Count(),), unit="unit", rho_nano=1, **bounds.of_plan(len(self.case.keys)))
        found = cheapest(l0=full_groups(plan), linf_rows=plan.linf_rows, row=1, epsilon=epsilon, delta=DELTA)
        return msgspec.structs.replace(plan, rho_nano=found.rho_nano, mechanism=found.mechanism)

    def _write_bounded(self, group: npt.NDArray[np.int32]) -> None:
        units = np.repeat(np.arange(self.version.units), np.diff(self.version.offsets))
        with self.bounded.open("w", encoding="utf8") as file:
            file.write("unit,key\n")
            file.writelines(f"u{u},{self.case.keys[g]}\n" for u, g in zip(units, group, strict=True) if g >= 0)

    def ours(self, bounds: Bounds, *, epsilon: float) -> list[list[int]]:
        """Return many releases."""
        plan = self.plan(bounds, epsilon=epsilon)
        exact = totals(question(plan), self.version)
        releases = (add_noise(plan, exact, Sampler()) for _ in range(RUNS_OURS))
        return [[row.values[0] or 0 for row in cells.rows] for cells in releases]

    def ours_how(self, bounds: Bounds, *, epsilon: float) -> str:
        return f"{self.plan(bounds, epsilon=epsilon).mechanism.value}, {bounds.shown}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One comparison with one peer."""

    figure: str
    table: Table
    epsilon: float
    ours: Bounds
    bounds: Bounds
    file: Path
    truth: Counts


def comparisons(table: Table, peer: str) -> list[Asked]:
    """Return what is compared: noise at every ε; the whole error, where something is cut, at ε = 1."""
    case = table.case
    asked = [
        Asked(
            figure="noise",
            table=table,
            epsilon=epsilon,
            ours=case.ours,
            bounds=case.ours,
            file=table.bounded,
            truth=table.exact,
        )
        for epsilon in EPSILONS
    ]
    if peer in case.own:
        equal = case.ours if peer == "opendp_polars" else case.ours.in_all
        whole = {"equal bounds": (equal, equal), "own bounds": (case.own["ours"], case.own[peer])}
        asked += [
            Asked(
                figure=f"whole, {name}",
                table=table,
                epsilon=1.0,
                ours=ours,
                bounds=theirs,
                file=table.whole,
                truth=table.truth,
            )
            for name, (ours, theirs) in whole.items()
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
        return [alone("error of a private count", "", 0, "", missing=e, bar=1)]
    return [row_of(each, answer, PEERS[peer]) for each, answer in zip(asked, answers, strict=True)]


def row_of(asked: Asked, answer: dict[str, Any], peer: str) -> Row:
    """Return the figure. It holds if the ratio, give or take two of its standard errors, is 1 or more."""
    table = asked.table
    made = table.ours(asked.ours, epsilon=asked.epsilon)
    ours = error_of(made, asked.truth, table.ours_how(asked.ours, epsilon=asked.epsilon))
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
