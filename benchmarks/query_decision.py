"""From the text of a query to its plan or refusal: parsed, made canonical, held against the rules of two tables."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import msgspec

from benchmarks.rows import Row, at_most
from mumian.engines.question import Op
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Kind, PublicColumn, Use
from mumian.sql.compiling import Compiled, Options, compile_sql

ROUNDS = 200
USES = (Use.AGGREGATE, Use.GROUP, Use.FILTER, Use.JOIN, Use.OUTPUT)
CARRIERS = tuple(f"C{n:02d}" for n in range(16))
DESTINATIONS = tuple(f"D{n:03d}" for n in range(400))


def table(name: str, columns: tuple[PublicColumn, ...], key: tuple[str, ...] = ()) -> AnalysisRules:
    rules = tuple(ColumnRule(c.name, (Use.JOIN,) if c.name == "tailnum" else USES) for c in columns)
    graded = (ColumnRule("delay", USES, comparisons=tuple(Op)),) if name == "flights" else ()
    return AnalysisRules(name, "tailnum", columns, rules + graded, units_min=5, key=key)


TABLES = {
    "flights": table(
        "flights",
        (
            PublicColumn("tailnum", Kind.TEXT),
            PublicColumn("carrier", Kind.TEXT, keys=CARRIERS),
            PublicColumn("dest", Kind.TEXT, keys=DESTINATIONS),
            PublicColumn("month", Kind.INTEGER, "month", 0, 1, 12, tuple(map(str, range(1, 13)))),
            PublicColumn("delay", Kind.INTEGER, "minute", 0, -60, 600),
            PublicColumn("distance", Kind.INTEGER, "km", 1, 0, 100_000),
        ),
    ),
    "planes": table(
        "planes",
        (
            PublicColumn("tailnum", Kind.TEXT),
            PublicColumn("engine", Kind.TEXT, keys=("jet", "prop")),
            PublicColumn("seats", Kind.INTEGER, "seat", 0, 0, 500),
        ),
        ("tailnum",),
    ),
}
QUERIES = (
    "SELECT COUNT(*) FROM flights WHERE delay > 60",
    "SELECT carrier, month, COUNT(*) AS n, AVG(delay) FROM flights WHERE month IN (1, 2, 3) GROUP BY carrier, month ORDER BY n DESC",
    "SELECT dest, COUNT(DISTINCT tailnum), SUM(distance) FROM flights WHERE NOT (delay <= 5 OR carrier = 'C01') GROUP BY dest",
    "SELECT WIDTH_BUCKET(delay, 0, 120, 12) AS b, COUNT(*) FROM flights WHERE carrier <> 'C05' GROUP BY b HAVING COUNT(*) > 10",
    "SELECT engine, AVG(seats), STDDEV(delay) FROM flights JOIN planes USING (tailnum) WHERE seats BETWEEN 50 AND 300 GROUP BY engine",
    "WITH f AS (SELECT carrier AS c, delay AS d FROM flights WHERE month = 6), s AS (SELECT c, SUM(d) AS t, COUNT(*) AS n FROM f GROUP BY c)"
    " SELECT c, ROUND(t / NULLIF(n, 0), 2) AS mean FROM s WHERE n > 100 ORDER BY mean DESC LIMIT 5",
    "SELECT MEDIAN(delay), QUANTILE_CONT(delay, 0.9) FROM flights WHERE (carrier = 'C02' OR month = 7) AND (delay < 0 OR delay > 30)",
    "SELECT MIN(delay) FROM flights",
)


def main() -> list[Row]:
    options = Options(l0=4, linf_rows=20, rho_nano=500_000_000)
    taken_ms: list[float] = []
    for nth in range(ROUNDS + 1):
        for text in QUERIES:
            began = perf_counter()
            made = compile_sql(text, TABLES, party=PartyId("insurer"), options=options)
            if nth:  # the first round loads what is loaded once
                taken_ms.append((perf_counter() - began) * 1000)
            if isinstance(made, Compiled) == text.startswith("SELECT MIN"):
                raise SystemExit(f"answered otherwise than expected: {text}")
    return [at_most("query: text to plan and rules, p50", f"{len(QUERIES)} queries", median(taken_ms), "ms", 10)]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
