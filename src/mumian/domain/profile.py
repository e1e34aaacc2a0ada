"""What a table is like: schema, quality, identifiers, and a proposal for its level. Figures only, never a value."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.domain.declaration import Declaration, IntegerColumn, JoinedColumn
from mumian.domain.identifiers import PERSONAL, Identifier, identifier_of
from mumian.engines.duck import SourceColumn, Staging
from mumian.kernel.canonical import Natural
from mumian.rooms.catalog.description import FieldEntry, FieldType, Measure, Quality
from mumian.rooms.catalog.description import Identifier as Marked
from mumian.rooms.catalog.levels import Level

SAMPLE_ROWS = 2_000
UNIQUE_PERMILLE = 900
"""A column with this share of distinct values tells its rows apart."""


class ColumnProfile(msgspec.Struct, frozen=True):
    """present: rows with a value. fitting: of those, within the declared list or bounds. distinct: different values."""

    name: str
    kind: str
    present: Natural
    fitting: Natural
    distinct: Natural
    identifier: Identifier | None = None

    def distinct_permille(self, rows: int) -> int:
        return self.distinct * 1000 // rows if rows else 0


class LevelProposal(msgspec.Struct, frozen=True):
    """A level by GB/T 43697-2024 for a person to decide on, and why."""

    level: Level
    reasons: tuple[str, ...]


class Profile(msgspec.Struct, frozen=True):
    """rows_without_unit: they can be looked up, and are in no aggregate.

    quality, by GB/T 36344-2018. conformity: values of listed columns that are in their list. completeness: cells that
    have a value. accuracy: values of bounded columns within their bounds. consistency: rows that are no copy of another.
    accessibility: lines of the file that could be read.
    """

    rows: Natural
    rows_without_unit: Natural
    units: Natural
    columns: tuple[ColumnProfile, ...]
    quality: Quality
    proposal: LevelProposal

    def fields(self, declaration: Declaration) -> tuple[FieldEntry, ...]:
        """Return the data dictionary that the catalog shows."""
        return tuple(_entry(declaration, column) for column in self.columns)


def _entry(declaration: Declaration, found: ColumnProfile) -> FieldEntry:
    column = declaration.column(found.name)
    marked = Marked.NONE
    if found.name == declaration.unit:
        marked = Marked.UNIT
    elif found.identifier is not None:
        marked = Marked.SENSITIVE if found.identifier is Identifier.RESIDENT_ID else Marked.DIRECT
    if not isinstance(column, IntegerColumn):
        return FieldEntry(found.name, FieldType.TEXT, identifier=marked)
    kind = FieldType.DECIMAL if column.decimals else FieldType.INTEGER
    return FieldEntry(found.name, kind, unit=column.unit, identifier=marked)


def profile(staging: Staging, declaration: Declaration) -> Profile:
    """Return the profile of the table that was loaded."""
    rows, broken = staging.count("loaded"), staging.count("broken")
    columns = tuple(_columns(staging, declaration))
    unit = next((column for column in columns if column.name == declaration.unit), ColumnProfile("", "text", 0, 0, 0))
    return Profile(
        rows=rows,
        rows_without_unit=rows - unit.present,
        units=unit.distinct,
        columns=columns,
        quality=_quality(staging, declaration, columns, rows=rows, broken=broken),
        proposal=_propose(declaration, columns, rows=rows),
    )


def _columns(staging: Staging, declaration: Declaration) -> Iterator[ColumnProfile]:
    """Yield the figures of every column: bounded numbers from one scan for all, others from the values that code them."""
    bounded = [column for column in declaration.columns if isinstance(column, IntegerColumn) and not column.keys]
    sources = [SourceColumn(column.name, column.decimals) for column in bounded]
    found = staging.measured(sources, [(column.lower, column.upper) for column in bounded])
    measured = dict(zip((column.name for column in bounded), found, strict=True))
    for column in declaration.columns:
        kind = "integer" if isinstance(column, IntegerColumn) else "text"
        identifier = identifier_of(staging.sample(column.name, SAMPLE_ROWS))[0]
        if column.name in measured:
            yield ColumnProfile(column.name, kind, *measured[column.name], identifier)
        else:
            values = staging.values(column.name)
            fitting = staging.listed(column.name, column.keys) if column.keys else values.present
            yield ColumnProfile(column.name, kind, values.present, fitting, values.distinct, identifier)


def _quality(
    staging: Staging, declaration: Declaration, columns: tuple[ColumnProfile, ...], *, rows: int, broken: int
) -> Quality:
    """Return what can be counted of one table; timeliness cannot: that needs an update cycle to hold it against."""
    own = [column for column in columns if not isinstance(declaration.column(column.name), JoinedColumn)]
    different = staging.distinct([column.name for column in own])
    listed = [column for column in own if (found := declaration.column(column.name)) and found.keys]
    bounded = [column for column in own if column.kind == "integer" and column not in listed]
    return Quality(
        conformity=_measure(sum(c.fitting for c in listed), sum(c.present for c in listed)),
        completeness=_measure(sum(c.present for c in own), rows * len(own)),
        accuracy=_measure(sum(c.fitting for c in bounded), sum(c.present for c in bounded)),
        consistency=_measure(different, rows),
        accessibility=_measure(rows, rows + broken),
    )


def _measure(met: int, of: int) -> Measure | None:
    return Measure(met, of) if of else None


def _propose(declaration: Declaration, columns: tuple[ColumnProfile, ...], *, rows: int) -> LevelProposal:
    """Propose the highest level that any reason gives (就高从严), the declared one included."""
    found: list[tuple[Level, str]] = [(declaration.sensitivity, f"declared as {declaration.sensitivity.value}")]
    for column in columns:
        if column.identifier in PERSONAL:
            found.append((PERSONAL[column.identifier], f"`{column.name}` holds {column.identifier.value} of persons"))
        elif column.identifier is not None:
            found.append((Level.GENERAL_2, f"`{column.name}` holds {column.identifier.value}"))
        elif column.kind == "text" and column.distinct_permille(rows) >= UNIQUE_PERMILLE:
            found.append((Level.GENERAL_2, f"`{column.name}` tells {column.distinct_permille(rows)}‰ of rows apart"))
    order = list(Level)
    level = min((level for level, _ in found), key=order.index)
    return LevelProposal(level, tuple(reason for _, reason in sorted(found, key=lambda each: order.index(each[0]))))
