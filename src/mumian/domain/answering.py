"""From a plan and a domain's sources to exact, bounded figures: which sources a plan reads, joined, added up.

Nothing here leaves the domain: figures are masked or get their noise before they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Protocol

import numpy as np

from mumian.domain.joins import CannotJoin, joined
from mumian.domain.plans import Source
from mumian.domain.refusals import DomainRefusal as R
from mumian.engines.clustered import Clustered, Integers, SumMayOverflow, TooManyGroups, by_measure, totals
from mumian.engines.question import Question, Units
from mumian.kernel.canonical import digest
from mumian.kernel.outcome import Refused
from mumian.rooms.cleanroom.plan import AggregatePlan, cells, columns_of, question, tables_of
from mumian.rooms.cleanroom.refusals import CleanroomRefusal


class Engine(Protocol):
    """Where a question to one table is added up. Every engine gives the same integers."""

    def totals(self, question: Question, table: Clustered, *, name: str, parts: int) -> Integers:
        """Return what `engines.clustered.totals` returns. name: of the table, the same for the same content.

        Raises: what `engines.clustered.totals` raises; EngineFailed.
        """
        ...


class EngineFailed(Exception):  # noqa: N818  # named for what is the matter
    """The engine is not there, or gave up. Says what to do, and nothing of the data."""


class LocalEngine:
    """One pass over arrays in this process."""

    def totals(self, question: Question, table: Clustered, *, name: str, parts: int) -> Integers:  # noqa: ARG002  # the arrays are all that is needed here
        return totals(question, table, parts=parts)


def main_sources(plan: AggregatePlan, sources: Sequence[Source]) -> list[Source]:
    """Return the sources that a plan adds up: of its table, or all with units where it names none."""
    if not plan.table:
        return [source for source in sources if source.has_units]
    return [source for source in sources if source.table == plan.table]


def named_sources(plan: AggregatePlan, sources: Sequence[Source]) -> list[Source]:
    """Return the sources of the tables that a plan names, joined ones included; all where it names none."""
    return [source for source in sources if not plan.table or source.table in tables_of(plan)]


def read_sources(plan: AggregatePlan, sources: Sequence[Source]) -> list[Source]:
    """Return the sources with units that a plan reads: those that it costs."""
    return [source for source in named_sources(plan, sources) if source.has_units]


def table_of(plan: AggregatePlan, source: Source, sources: Sequence[Source]) -> tuple[Clustered, str] | Refused:
    """Return the table that a plan reads of one source, with what it joins, and a name that only this content has."""
    table, version, made = source.version.table, source.version, [source.version.digest]
    for join in plan.joins:
        found = [each for each in sources if each.table == join.table]
        if len(found) != 1:
            tables = ", ".join(sorted({each.table for each in sources if each.table})) or "-"
            return Refused(CleanroomRefusal.TABLE_UNKNOWN, {"table": join.table, "tables": tables})
        prefix = f"{join.table}."
        wanted = [name.removeprefix(prefix) for name in columns_of(plan) if name.startswith(prefix)]
        made += [found[0].version.digest, digest([join, sorted(wanted)])]
        try:
            table = joined(version.with_table(table), found[0].version, join, wanted)
        except CannotJoin as e:
            return Refused(R.PLAN_OUTSIDE_DECLARATION, {"resource": source.asked.resource, "reason": str(e)})
    return table, digest(made)


def part_of(plan: AggregatePlan, sources: Sequence[Source], engine: Engine, *, parts: int) -> Integers | Refused:
    """Return this domain's exact, bounded figures: groups of the first measure, then of the next.

    parts: sources whose figures are added up in all, here and elsewhere.
    """
    asked, mine = question(plan), np.zeros(0 if plan.delta_femto else cells(plan), np.int64)
    for source in main_sources(plan, sources):
        read = table_of(plan, source, sources)
        if isinstance(read, Refused):
            return read
        table, name = read
        try:
            found = engine.totals(asked, table, name=name, parts=parts)
        except (SumMayOverflow, TooManyGroups) as e:
            return Refused(R.SUM_MAY_OVERFLOW, {"reason": str(e)})
        except EngineFailed as e:
            return Refused(R.ENGINE_FAILED, {"reason": str(e)})
        mine = found if not len(mine) else mine + found
    return mine


def found(plan: AggregatePlan, exact: Integers, sources: Sequence[Source]) -> tuple[Integers, list[tuple[str, ...]]]:
    """Return the figures of those groups that have a unit, and their keys, where keys are found in the data.

    exact: of all groups that the lists and dictionaries span. What comes back is still exact, and stays inside.
    """
    source = main_sources(plan, sources)[0]
    names = [key.shown if not key.is_found else _names(key.column, source, sources) for key in plan.group_by]
    blocks = by_measure(question(plan), exact, groups=prod(map(len, names)))
    present = np.flatnonzero(blocks[plan.measures.index(Units())].ravel())
    places = np.unravel_index(present, [len(each) for each in names])
    keys = [tuple(names[nth][place] for nth, place in enumerate(row)) for row in zip(*places, strict=True)]
    return np.concatenate([block[present].ravel() for block in blocks]), keys


def _names(column: str, source: Source, sources: Sequence[Source]) -> Sequence[str]:
    table, dot, name = column.partition(".")
    joined_to = [each for each in sources if dot and each.table == table]
    return joined_to[0].version.names(name) if joined_to else source.version.names(column)
