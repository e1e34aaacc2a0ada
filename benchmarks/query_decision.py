"""From the text of a query to its plan or refusal: parsed, made canonical, held against the rules of two tables; and on to
the ticket: the market's decision with its charges to every holder's budget, on disk before it is answered."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import msgspec

from benchmarks.load import Load
from benchmarks.rows import Row, at_most
from mumian.engines.question import Op
from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId
from mumian.kernel.time import DAY_MS
from mumian.market.trial import PURPOSE, RULES, policy_of
from mumian.rooms.cleanroom import model as cleanroom
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, Kind, PublicColumn, Use
from mumian.rooms.contracts import model as contracts
from mumian.rooms.exchange import model as exchange
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


def to_tickets() -> float:
    """Return the median milliseconds from a text to its durable ticket, one query at a time."""
    load = Load("query_decision")
    world, until = load.world, load.now + 300 * DAY_MS
    for owner, resource in zip(world.owners, world.resources, strict=True):
        load.say(owner, [cleanroom.OpenBudget(resource, "tailnum", 10**12, 10**12, until)])
    (order,) = load.say(world.insurer, [exchange.PlaceOrder(world.report_listing, 1, until, 50_000)])
    terms = policy_of(world.report)
    (offer,) = load.say(world.merchant, [contracts.MakeOffer(world.report, terms, world.insurer, until)])
    sign = contracts.SignAgreement(offer.leaf.events[0].offer, digest(terms))
    agreement = load.say(world.insurer, [sign])[0].leaf.events[0].agreement
    load.say(world.insurer, [exchange.SignDeal(order.leaf.events[0].order, agreement)])
    taken_ms = []
    for nth in range(ROUNDS):
        text = f"SELECT origin, COUNT(*), AVG(delay) FROM flights WHERE arr_delay > {nth - 60} GROUP BY origin"
        began = perf_counter()
        made = compile_sql(text, {"flights": RULES}, party=world.insurer, options=Options(l0=3, rho_nano=10**6))
        assert isinstance(made, Compiled), made
        load.say(world.insurer, [cleanroom.RequestJob(agreement, world.report, PURPOSE, made.plan, f"n{nth}")])
        taken_ms.append((perf_counter() - began) * 1000)
    load.close()
    return median(taken_ms)


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
    return [
        at_most("query: text to plan and rules, p50", f"{len(QUERIES)} queries", median(taken_ms), "ms", 10),
        at_most("query: text to durable ticket, p50", f"{ROUNDS} queries", to_tickets(), "ms", 10),
    ]


if __name__ == "__main__":
    print(msgspec.json.encode(main()).decode())
