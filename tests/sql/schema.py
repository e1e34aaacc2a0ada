"""A public schema for tests: flights by aircraft, the planes that they are joined to, and who asks."""

from __future__ import annotations

from mumian.engines.question import Op
from mumian.kernel.ids import PartyId
from mumian.rooms.cleanroom.analysis import AnalysisRules, ColumnRule, ExactRules, Kind, PublicColumn, Use
from mumian.sql.compiling import Compiled, Options, compile_sql
from mumian.sql.refusals import SqlRefused

PARTY = PartyId("insurer")
CARRIERS, ORIGINS = ("AA", "DL", "UA"), ("EWR", "JFK", "LGA")
MONTHS = ("1", "2", "3", "4")
EVERY_USE = (Use.AGGREGATE, Use.GROUP, Use.FILTER, Use.JOIN, Use.OUTPUT)
ONLY_JOIN = (Use.JOIN,)


def rules(*columns: str) -> tuple[ColumnRule, ...]:
    return tuple(ColumnRule(column, EVERY_USE) for column in columns)


FLIGHTS = AnalysisRules(
    table="flights",
    unit="tailnum",
    columns=(
        PublicColumn("tailnum", Kind.TEXT),
        PublicColumn("carrier", Kind.TEXT, keys=CARRIERS),
        PublicColumn("origin", Kind.TEXT, keys=ORIGINS),
        PublicColumn("dest", Kind.TEXT),
        PublicColumn("month", Kind.INTEGER, "month", 0, 1, 12, MONTHS),
        PublicColumn("delay", Kind.INTEGER, "minute", 0, -30, 60),
        PublicColumn("distance", Kind.INTEGER, "km", 1, 0, 500),
        PublicColumn("weight", Kind.INTEGER, "kg", 0, 0, 0),
        PublicColumn("secret", Kind.INTEGER, "point", 0, 0, 10),
        PublicColumn("grade", Kind.INTEGER, "point", 0, 0, 10),
    ),
    rules=(
        *rules("carrier", "origin", "dest", "month", "delay", "distance", "weight"),
        ColumnRule("tailnum", ONLY_JOIN),
        ColumnRule("grade", EVERY_USE, comparisons=(Op.GT,), literals=("3", "7")),
    ),
    exact=ExactRules(3, 2, 800, 1_000),
)
PLANES = AnalysisRules(
    table="planes",
    unit="tailnum",
    columns=(
        PublicColumn("tailnum", Kind.TEXT),
        PublicColumn("engine", Kind.TEXT, keys=("jet", "prop")),
        PublicColumn("seats", Kind.INTEGER, "seat", 0, 0, 20),
    ),
    rules=(*rules("engine", "seats"), ColumnRule("tailnum", ONLY_JOIN)),
    key=("tailnum",),
)
TABLES = {"flights": FLIGHTS, "planes": PLANES}
OPTIONS = Options(l0=3, linf_rows=4, rho_nano=500_000_000, delta_femto=10**6)


def ask(text: str, *, options: Options = OPTIONS) -> Compiled | SqlRefused:
    return compile_sql(text, TABLES, party=PARTY, options=options)


def compiled(text: str, *, options: Options = OPTIONS) -> Compiled:
    made = ask(text, options=options)
    assert isinstance(made, Compiled), made.say()
    return made


def refused(text: str, *, options: Options = OPTIONS) -> SqlRefused:
    made = ask(text, options=options)
    assert isinstance(made, SqlRefused), made
    return made
