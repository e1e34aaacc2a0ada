"""What a holder declares of a file before it is read: unit, columns, bounds, public lists; and the terms of its use.

Bounds and lists are declared, never derived from the data: a bound read off the data is itself an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from mumian.engines.duck import SourceColumn
from mumian.kernel.canonical import END, Int53, Natural, Positive
from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.catalog.levels import Level
from mumian.rooms.cleanroom.analysis import AnalysisRules
from mumian.rooms.cleanroom.plan import AggregatePlan, Column, Filter, Plan

Keys: TypeAlias = tuple[str, ...]
"""A public list of values, in the order of release. Empty: the column cannot be grouped by."""

LocalName: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}" + END)]
"""What a domain calls one of its holdings; a folder's name."""


class _Column(msgspec.Struct, frozen=True, tag=lambda name: f"column.{name}", forbid_unknown_fields=True):
    pass


class TextColumn(_Column, frozen=True):
    """Text. With `keys` only the listed values are kept, as places in the list; others are as if missing."""

    name: Column
    keys: Keys = ()


class IntegerColumn(_Column, frozen=True):
    """A number, kept as an integer in 10^-decimals of `unit`. lower, upper: public bounds in that smaller unit."""

    name: Column
    unit: str
    lower: Int53
    upper: Int53
    decimals: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    keys: Keys = ()


class JoinedColumn(_Column, frozen=True):
    """Text made of other columns with `separator` in between, such as a route of origin and destination."""

    name: Column
    of: tuple[Column, ...]
    keys: Keys
    separator: str = "-"


AnyColumn = TextColumn | IntegerColumn | JoinedColumn


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a file holds. Columns that are not declared are not kept.

    unit: column of the privacy unit, without a list; rows without one are in no aggregate. Empty for data that
        protects nobody (weather, an open register): it can be looked up, and adds nothing to an aggregate of units.
    null_text: how the file writes a missing value, besides an empty field.
    encoding: "utf-8", or another that Python knows ("gb18030"); of CSV only.
    key: columns that name a row uniquely, those aside that miss one of them; other tables of the domain may join on them.
    """

    unit: str
    columns: tuple[AnyColumn, ...]
    sensitivity: Level
    # made by a function, these are written even where they are the default: digests of versions were made so
    null_text: str = msgspec.field(default_factory=lambda: "NA")
    delimiter: str = msgspec.field(default_factory=lambda: ",")
    encoding: str = msgspec.field(default_factory=lambda: "utf-8")
    key: tuple[Column, ...] = ()

    def column(self, name: str) -> AnyColumn | None:
        return next((column for column in self.columns if column.name == name), None)

    def source_columns(self) -> list[SourceColumn]:
        """Return the columns that the file itself must have."""
        return [
            SourceColumn(column.name, column.decimals if isinstance(column, IntegerColumn) else None)
            for column in self.columns
            if not isinstance(column, JoinedColumn)
        ]

    def sort_columns(self) -> list[SourceColumn]:
        """Return the columns whose order is that of the key; none where no key is declared."""
        named = [self.column(name) for name in self.key]
        parts = [
            part
            for column in named
            if column
            for part in (column.of if isinstance(column, JoinedColumn) else [column.name])
        ]
        source = {column.name: column for column in self.source_columns()}
        return [source[part] for part in dict.fromkeys(parts)]


def fault(declaration: Declaration) -> str | None:
    """Return what makes the declaration meaningless by itself, or None."""
    return next(_faults(declaration), None)


def _faults(declaration: Declaration) -> Iterator[str]:
    names = [column.name for column in declaration.columns]
    if len(set(names)) < len(names):
        yield "a column is declared twice"
    unit = declaration.column(declaration.unit)
    if declaration.unit and (unit is None or isinstance(unit, JoinedColumn) or unit.keys or _decimals(unit)):
        yield f"the unit `{declaration.unit}` must be a declared text or integer column without a list"
    if len(declaration.delimiter) != 1:
        yield f"the delimiter `{declaration.delimiter}` is not one character"
    if len(set(declaration.key)) < len(declaration.key):
        yield "the key names a column twice"
    for name in declaration.key:
        if name not in names:
            yield f"the key names `{name}`, which is not declared"
    for column in declaration.columns:
        if len(set(column.keys)) < len(column.keys):
            yield f"the list of `{column.name}` names a value twice"
        if isinstance(column, IntegerColumn) and column.lower >= column.upper:
            yield f"lower {column.lower} is not below upper {column.upper} for `{column.name}`"
        if isinstance(column, IntegerColumn) and column.decimals and column.keys:
            yield f"`{column.name}` has decimals and a list; a list is of whole values"
        if isinstance(column, JoinedColumn):
            yield from _join_faults(declaration, column)


def _decimals(column: AnyColumn) -> int:
    return column.decimals if isinstance(column, IntegerColumn) else 0


def _join_faults(declaration: Declaration, column: JoinedColumn) -> Iterator[str]:
    if not column.keys or not column.of:
        yield f"`{column.name}` needs the columns it joins, and a list"
    for part in column.of:
        if part not in {source.name for source in declaration.source_columns()}:
            yield f"`{column.name}` joins `{part}`, which is not declared"


class PlanKind(StrEnum):
    AGGREGATE = "aggregate"
    VERIFICATION = "verification"


def kind_of(plan: Plan) -> PlanKind:
    return PlanKind.AGGREGATE if isinstance(plan, AggregatePlan) else PlanKind.VERIFICATION


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column whose value may be told as a band. edges: ascending; below the first is band 0, from the last on the last."""

    column: Column
    edges: Annotated[tuple[Int53, ...], msgspec.Meta(min_length=1, max_length=15)]


class Probing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where verification calls of one consumer stop looking like honest work. 0: not watched; defaults are marked.

    keys_min, answered_permille_min: of so many different keys of late, fewer than that many in 1,000 were there.
    tail, neighbours_max: so many different keys that are alike but for the last `tail` characters of one value.
        Of resident ids choose a tail of 4: their last character follows from the others.
    run_max: so many keys one after the other. questions_max: more different questions than this to one key.
    """

    keys_min: Positive = 1_000  # DEFAULT
    answered_permille_min: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 20  # DEFAULT: one register of fifty has them
    tail: Annotated[int, msgspec.Meta(ge=1, le=8)] = 2  # DEFAULT
    neighbours_max: Natural = 80  # DEFAULT: of the hundred that two digits make
    run_max: Natural = 400  # DEFAULT: more than the days of a year
    questions_max: Annotated[int, msgspec.Meta(ge=0, le=63)] = 3  # DEFAULT


CALLS_A_MINUTE_MAX = 1_000_000_000


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The owner's own copy of what may be done with a holding. What is not named is refused; the owner's no is final.

    resource: its id in the market. name: what this domain calls it.
    rho_nano_max: privacy loss that all jobs together may use, over all versions of the data, in 10^-9.
    delta_femto_max: delta of keys that are found in the data, of all jobs together, in 10^-15.
    rules: what may be asked, column by column; without them nothing may.
    predicates: the only ones that may be verified: with any threshold, a few calls would find the value itself.
    bands: the only ones that a value may be told by, edges and all.
    key_columns: what a call may give; empty: any column but the one that is asked.
    persons: the rows are of persons: a call about one is answered while that one consents (see `consents`).
    consents_age_ms_max: how old the list of consents may be; an older one counts for nothing.
    calls_per_minute_max: of one consumer, whatever its jobs; as many may come at once after a rest.
    """

    resource: ResourceId
    name: LocalName
    purposes: tuple[str, ...]
    kinds: tuple[PlanKind, ...]
    rho_nano_max: Natural
    predicates: tuple[Filter, ...] = ()
    refused_consumers: tuple[PartyId, ...] = ()
    rules: AnalysisRules | None = None
    delta_femto_max: Natural = 0
    bands: tuple[Bands, ...] = ()
    key_columns: tuple[Column, ...] = ()
    persons: bool = False
    consents_age_ms_max: Positive = 86_400_000  # DEFAULT: a day
    calls_per_minute_max: Annotated[int, msgspec.Meta(ge=1, le=CALLS_A_MINUTE_MAX)] = 600_000  # DEFAULT
    probing: Probing = Probing()
