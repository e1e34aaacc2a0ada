"""Taking a file in, against DuckDB's own sort of it: `COPY (SELECT … ORDER BY unit) TO sorted.parquet` on the same machine.

Ours does more than sort: every line is checked, each figure of quality counted, text coded, every array hashed and synced.
Each run is a process of its own; processor time is that of all its threads from the file to the end, without starting up.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import psycopg

from benchmarks.load import FOLDER
from benchmarks.rows import Row, against, at_most, beside, peak_rss_mib
from benchmarks.server import postgres
from mumian.domain.declaration import Declaration, IntegerColumn, TextColumn
from mumian.domain.domain import Domain
from mumian.domain.intake import Taken, take_in
from mumian.domain.keys import DomainKeys
from mumian.engines.postgres_source import PostgresTable
from mumian.journal.note import Signer
from mumian.kernel.ids import PartyId
from mumian.rooms.catalog.levels import Level

PLACE = FOLDER / "ingest"
MILLION = 1_000_000
TIMES = 2
PEAK_MIB_MAX = 1_536
BAR = 1 / 3

DISTRICTS = tuple(f"district {number:02}" for number in range(50))
TRIPS = Declaration(
    "person",
    (
        TextColumn("person"),
        TextColumn("district", DISTRICTS),
        IntegerColumn("hour", "h", 0, 23),
        IntegerColumn("metres", "m", 0, 100_000),
        IntegerColumn("fare", "fen", 0, 1_000_000, decimals=2),
    ),
    Level.GENERAL_2,
)
MADE = """
    SELECT 'P' || lpad(CAST(hash(i * 7) % {units} AS VARCHAR), 8, '0') AS person,
        'district ' || lpad(CAST(hash(i * 3) % 50 AS VARCHAR), 2, '0') AS district,
        CAST(hash(i * 5) % 24 AS BIGINT) AS hour, CAST(hash(i * 11) % 100000 AS BIGINT) AS metres,
        CAST(CAST(hash(i * 13) % 1000000 AS BIGINT) * 0.01 AS DECIMAL(18, 2)) AS fare
    FROM range({rows}) AS t(i)
"""
"""Ten rows a unit in the mean, in no order."""

PEER = "DuckDB COPY to sorted Parquet"
LOAD = "COPY trips FROM STDIN (FORMAT csv, HEADER true)"
CSV_TYPES = (
    "{'person': 'VARCHAR', 'district': 'VARCHAR', 'hour': 'BIGINT', 'metres': 'BIGINT', 'fare': 'DECIMAL(18,2)'}"
)


class Spent(msgspec.Struct):
    """cpu_s: of all threads. peak_mib: resident memory of the process at its highest."""

    cpu_s: float
    peak_mib: float


def make(rows: int) -> None:
    """Write the same rows as CSV and as Parquet."""
    query, base = MADE.format(units=rows // 10, rows=rows), duckdb.connect(config={"threads": 2})
    base.execute(f"COPY ({query}) TO '{PLACE / f'{rows}.parquet'}' (FORMAT parquet)")
    base.execute(f"COPY (SELECT * FROM '{PLACE / f'{rows}.parquet'}') TO '{PLACE / f'{rows}.csv'}' (HEADER)")


def ours(source: Path | PostgresTable) -> Spent:
    """Take the source in, in this process."""
    home = PLACE / "domain"
    shutil.rmtree(home, ignore_errors=True)
    Domain.create(home, PartyId("holder"), str(Signer("bench.example", b"\x07" * 32).verifier))
    store, keys = Domain.open(home).store, DomainKeys.load(home / "identity.key")
    started = time.process_time()
    taken = take_in(store, keys, source, "trips", TRIPS)
    spent = time.process_time() - started
    if not isinstance(taken, Taken):
        raise SystemExit(taken.refused.say())
    return Spent(spent, peak_rss_mib())


def theirs(source: Path) -> Spent:
    """Sort the file by unit into another, in this process."""
    base = duckdb.connect(config={"threads": 2, "temp_directory": str(PLACE / "duckdb.tmp")})
    read = f"'{source}'" if source.suffix == ".parquet" else f"read_csv('{source}', header=true, columns={CSV_TYPES})"
    started = time.process_time()
    base.execute(f"COPY (SELECT * FROM {read} ORDER BY person) TO '{PLACE / 'sorted.parquet'}' (FORMAT parquet)")
    return Spent(time.process_time() - started, peak_rss_mib())


def in_own_process(who: str, source: str) -> Spent:
    command = [sys.executable, "-m", "benchmarks.ingest", who, source]
    run = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(run.stdout.splitlines()[-1], type=Spent)


def quietest(runs: list[Spent]) -> Spent:
    """Return the least processor time, which other work on the machine disturbed least, and the highest peak."""
    return Spent(min(run.cpu_s for run in runs), max(run.peak_mib for run in runs))


def compared(rows: int, kind: str) -> tuple[Spent, Spent]:
    """Return ours and DuckDB's, each the quietest of runs that take turns."""
    source = str(PLACE / f"{rows}.{kind}")
    turns = [(in_own_process("ours", source), in_own_process("theirs", source)) for _ in range(TIMES)]
    return quietest([mine for mine, _ in turns]), quietest([other for _, other in turns])


def of_a_table(rows: int, *, from_file: Spent) -> Row:
    """Take rows out of PostgreSQL, beside the same rows from a file; the server's own time is not counted."""
    with postgres() as url, psycopg.connect(url, autocommit=True) as base:
        base.execute("CREATE TABLE trips (person text, district text, hour int, metres int, fare numeric(18, 2))")
        with (PLACE / f"{rows}.csv").open("rb") as file, base.cursor().copy(LOAD) as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        mine = quietest([in_own_process("ours", url) for _ in range(TIMES)])
    size, ratio = f"{rows // MILLION} M rows, PostgreSQL", from_file.cpu_s / mine.cpu_s
    return beside("ingest", size, mine.cpu_s, "cpu-s", peer="the same from CSV", theirs=from_file.cpu_s, ratio=ratio)


def main() -> list[Row]:
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    rows: list[Row] = []
    spent: dict[tuple[int, str], Spent] = {}
    for millions in (1, 10):
        in_own_process("make", str(millions * MILLION))
        for kind in ("csv", "parquet"):
            mine, other = compared(millions * MILLION, kind)
            spent[millions, kind] = mine
            size, ratio = f"{millions} M rows, {kind}", other.cpu_s / mine.cpu_s
            figures: Any = {"peer": PEER, "theirs": other.cpu_s, "ratio": ratio}
            if millions == 1:  # starting up weighs much here
                rows.append(beside("ingest", size, mine.cpu_s, "cpu-s", **figures))
            else:
                rows.append(against("ingest", size, mine.cpu_s, "cpu-s", **figures, bar=BAR))
    rows.insert(2, of_a_table(MILLION, from_file=spent[1, "csv"]))
    peak = max(spent[10, kind].peak_mib for kind in ("csv", "parquet"))
    rows.append(at_most("peak memory of an ingest", "10 M rows", peak, "MiB", PEAK_MIB_MAX))
    shutil.rmtree(PLACE)
    return rows


def one(who: str, source: str) -> Spent:
    """Do what a process of its own is started for."""
    match who:
        case "make":
            make(int(source))
            return Spent(0, 0)
        case "ours":
            return ours(PostgresTable(source, "public.trips") if "://" in source else Path(source))
        case _:
            return theirs(Path(source))


if __name__ == "__main__":
    print(msgspec.json.encode(one(*sys.argv[1:]) if sys.argv[1:] else main()).decode())
