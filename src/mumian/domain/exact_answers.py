"""A plan without noise, from the rows of one holding to cells that `exact` lets be shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from threading import Lock
from typing import assert_never

import msgspec
import numpy as np

from mumian.domain.answering import main_sources, named_sources, table_of
from mumian.domain.exact import Asked, Limits, Measured, decide_exact, row_marks
from mumian.domain.exact_history import ExactHistory, Histories
from mumian.domain.gate import Cells, Row
from mumian.domain.keys import DomainKeys
from mumian.domain.plans import Source
from mumian.domain.refusals import DomainRefusal as R
from mumian.domain.refusals import ExactRefusal
from mumian.domain.store import read, write
from mumian.engines.clustered import BoundedPass, Clustered, Integers, Mask, Places, SumMayOverflow
from mumian.engines.kernels import MISSING, OUT
from mumian.engines.question import Clause, Count, Filter, GroupKey, Histogram, Measure, Op, Sum, SumSquares, Units
from mumian.kernel.canonical import canonical, digest
from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.methods.differencing import Marks
from mumian.rooms.cleanroom.analysis import ExactRules
from mumian.rooms.cleanroom.plan import AggregatePlan, Ticket, question


class _Lineage(msgspec.Struct, frozen=True):
    """columns: whose content marks a row, the same for ever. groups: party → the history that it and its like have."""

    columns: tuple[str, ...]
    groups: dict[str, str] = {}


class ExactAnswers:
    """The exact answers of one domain. folder: of all histories."""

    def __init__(self, folder: Path, keys: DomainKeys) -> None:
        self._folder, self._keys = folder, keys
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._histories = Histories(folder)
        self._marks: dict[tuple[str, tuple[str, ...]], Marks] = {}

    def cells(self, ticket: Ticket, plan: AggregatePlan, sources: Sequence[Source]) -> Cells | Refused:
        """Return the cells of a plan with its one main source, recorded as seen by the consumer's group."""
        source = main_sources(plan, sources)[0]
        rules = source.terms.rules.exact if source.terms.rules else None
        assert rules is not None, "a plan without exact rules was refused before"
        read_table = table_of(plan, source, sources)
        if isinstance(read_table, Refused):
            return read_table
        table, _ = read_table
        history = self._history(source, ticket)
        if isinstance(history, Refused):
            return history
        opened, columns = history
        versions = digest(sorted(each.version.digest for each in named_sources(plan, sources)))
        try:
            asked = self._asked(plan, source, table, columns, versions=versions)
        except SumMayOverflow as e:
            return Refused(R.SUM_MAY_OVERFLOW, {"reason": str(e)})
        except KeyError:
            return Refused(R.RULES_UNFIT, {"resource": source.asked.resource, "column": ", ".join(columns)})
        shown = decide_exact(opened, asked, _limits(rules))
        if isinstance(shown, Refused):
            return shown
        keys = product(*(key.shown for key in plan.group_by))
        empty = (None,) * len(plan.measures)
        rows = tuple(Row(names, values or empty) for names, values in zip(keys, shown, strict=True))
        return Cells(rows, (0,) * len(plan.measures))

    def _history(self, source: Source, ticket: Ticket) -> tuple[ExactHistory, tuple[str, ...]] | Refused:
        """Return what the consumer's group has seen of a lineage, and the columns that mark its rows.

        Parties that had histories of their own before they became related get no more: together they may know too much.
        """
        lineage, path = source.terms.name, self._folder / f"{source.terms.name}.json"
        with self._lock:
            known = read(path, _Lineage) if path.is_file() else _Lineage(_marking(source.version.table))
            group = ticket.group or (ticket.consumer,)
            labels = {known.groups[party] for party in group if party in known.groups}
            if len(labels) > 1:
                return Refused(ExactRefusal.EXACT_GROUPS_MET, {"resource": source.asked.resource})
            label = labels.pop() if labels else min(group)
            if any(known.groups.get(party) != label for party in group):
                groups = {**known.groups, **dict.fromkeys(map(str, group), str(label))}
                write(path, msgspec.structs.replace(known, groups=groups))
        return self._histories.of(lineage=lineage, group=PartyId(label)), known.columns

    def _asked(
        self, plan: AggregatePlan, source: Source, table: Clustered, columns: Sequence[str], *, versions: str
    ) -> Asked:
        """Return the question with every row at its cell. Raises: SumMayOverflow; KeyError: a marking column is gone."""
        placed = BoundedPass(table)
        placed.place(question(plan))
        for measure in plan.measures:
            placed.refuse_overflow(measure)
        return Asked(
            versions=versions,
            predicates=tuple(_predicates(plan, table)),
            offsets=table.offsets,
            unit_ids=table.unit_ids,
            row_marks=self._row_marks(source, table, columns),
            group=placed.group,
            measures=tuple(_measured(measure, table, placed.group) for measure in plan.measures),
        )

    def _row_marks(self, source: Source, table: Clustered, columns: Sequence[str]) -> Marks:
        """Return the marks of a version's rows, kept until another version is asked. Raises: KeyError."""
        of = source.version.digest, tuple(columns)
        if of not in self._marks:
            key = self._keys.salt("exact", source.terms.name, size=16)
            self._marks = {of: row_marks(table, columns, key=key)}
        return self._marks[of]


def _limits(rules: ExactRules) -> Limits:
    dominance = rules.dominance_units, rules.dominance_permille, rules.p_percent
    return Limits(rules.units_min, *dominance, rules.cells_max)


def _marking(table: Clustered) -> tuple[str, ...]:
    """Return the columns whose content can mark a row the same way in every version."""
    return tuple(sorted({*table.numbers, *table.lists}))


def _predicates(plan: AggregatePlan, table: Clustered) -> list[bytes]:
    """Return for each cell the canonical bytes of what makes it: the same cell asked for otherwise has the same."""
    head = [plan.table, [[join.table, sorted(join.on), join.outer] for join in sorted(plan.joins, key=repr)]]
    where = {canonical(clause) for clause in map(_ordered, plan.where)}
    cells = product(*(_conditions(key, table) for key in plan.group_by))
    return [canonical([*head, sorted(text.decode() for text in where.union(cell))]) for cell in cells]


def _ordered(clause: Clause) -> Clause:
    return tuple(sorted(clause, key=canonical)) if isinstance(clause, tuple) else clause


def _conditions(key: GroupKey, table: Clustered) -> list[bytes]:
    """Return for each group of a key the condition that says the same."""
    if key.edges:
        pairs = zip(key.edges, key.edges[1:], strict=False)
        return [canonical(Filter(key.column, Op.BETWEEN, (low, high - 1))) for low, high in pairs]
    numbers = key.column in table.numbers
    return [canonical(Filter(key.column, Op.EQ, int(value) if numbers else value)) for value in key.values]


def _measured(measure: Measure, table: Clustered, group: Places) -> Measured:
    """Return a measure's value of every row that has a unit."""
    rows = len(group)
    match measure:
        case Count():
            return Measured(_present(measure.column, table, rows), dominance=False)
        case Units():
            unit = np.repeat(np.arange(table.units), np.diff(table.offsets))
            _, first = np.unique(unit * (int(group.max(initial=0)) + 2) + group, return_index=True)
            values = np.zeros(rows, np.int64)
            values[first] = 1
            return Measured(values, dominance=False)
        case Sum() | SumSquares():
            values = table.numbers[measure.column][:rows]
            clamped = np.clip(values, measure.lower, measure.upper)
            added = clamped if isinstance(measure, Sum) else (clamped - measure.centre) ** 2
            return Measured(np.where(values == MISSING, 0, added), dominance=True)
        case Histogram():
            raise ValueError("an exact plan has no histogram")
        case _:
            assert_never(measure)


def _present(column: str, table: Clustered, rows: int) -> Integers:
    if not column:
        return np.ones(rows, np.int64)
    there: Mask = table.numbers[column] != MISSING if column in table.numbers else table.codes[column] != OUT
    return there[:rows].astype(np.int64)
