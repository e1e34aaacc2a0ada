"""Exact mode: answers without noise, for data whose holder allows it, under control of what they disclose together.

A cell is shown if it has k different units, no few of them dominate a sum, and no combination of it with anything that the
consumer's group has seen of the lineage is about fewer than k units. Everything else stays: a cell is suppressed, and
an empty one like one with too few, so that the two are not told apart. Where no cell is left the question is refused.

What is asked by the same public words of the same versions is the same cell: it was decided once and for all, costs nothing,
and tells nothing new. Whatever else is nearly or wholly the same is refused, the empty difference like the small one, so
that the refusal does not tell which. Decisions rest on which units are in a cell, never on values, but for dominance and
for a version in which rows changed; so columns that are added up must not be ones that cells are chosen by.

A suppressed cell that is dominated is protected like one that was shown: nothing is shown from which it would follow.

Not decided: whether the difference of two cells is dominated, where nobody asked for that difference itself; whether all
units of a cell have the same value (a sum of zeros, or of bits that are all one, says so of each); what a consumer knows
of the values from elsewhere. A suppression for dominance tells that some rule of dominance applied, if the number of units
is known. The cap bounds how often any of this can be asked.

Source: Hundepool et al. 2012, Statistical Disclosure Control, ch. 4 (cell rules, secondary suppression); Kenthapadi, Mishra
& Nissim 2005, Simulatable Auditing.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec
import numpy as np

from mumian.domain.exact_history import UNITS_KEPT, ExactHistory, Seen, Verdict
from mumian.domain.refusals import ExactRefusal as R
from mumian.engines.clustered import Clustered
from mumian.engines.kernels import siphash
from mumian.kernel.canonical import canonical
from mumian.kernel.outcome import Refused
from mumian.methods.differencing import (
    PRIME,
    Footprint,
    Ids,
    Integers,
    Marks,
    Numbers,
    differing,
    footprint,
    kernel,
    units_of,
)
from mumian.methods.dominance import contributions, dominated

ID_MAX = 2**64 - 1

LANES_MAX = 64
"""Marks of a unit in a cell: more tell more combinations apart where units are few and have many rows."""

Shown: TypeAlias = tuple[int, ...] | None
"""A cell's values, one a measure; None: suppressed."""


class Limits(msgspec.Struct, frozen=True):
    """What the holder asks of exact answers.

    units_min: k. dominance_units, dominance_permille: so many units may make up so much of a sum at most.
    p_percent: nobody in the cell may know the largest contribution as nearly as that; 0: not asked.
    cells_max: different cells that a group may ask of a lineage, shown or not.
    """

    units_min: int
    dominance_units: int
    dominance_permille: int
    p_percent: int
    cells_max: int


class Measured(msgspec.Struct, frozen=True):
    """One measure's value of every row: ones for a count. dominance: whether it is a sum that units may dominate."""

    values: Integers
    dominance: bool


class Asked(msgspec.Struct, frozen=True):
    """One question to one clustered table, its rows assigned to cells.

    versions: digest of all data that is read. predicates: canonical bytes of what makes each cell: conditions, group,
        bounds on rows; of two cells with the same bytes one at most has rows. offsets, unit_ids, group: as `footprint` has them. row_marks: as `row_marks` makes them.
    """

    versions: str
    predicates: tuple[bytes, ...]
    offsets: Integers
    unit_ids: Ids
    row_marks: Marks
    group: Numbers
    measures: tuple[Measured, ...]

    @property
    def cells(self) -> int:
        return len(self.predicates)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what each cell is recognised by."""
        head = canonical(self.versions)
        return tuple(blake2b(head + text, digest_size=16).hexdigest() for text in self.predicates)


def decide_exact(history: ExactHistory, asked: Asked, limits: Limits) -> list[Shown] | Refused:
    """Return what may be shown of a question, recorded as seen before this returns.

    Refuses: EXACT_CAP, EXACT_TIGHTENED before the data is looked at; EXACT_UNFIT, EXACT_NEAR, EXACT_DEPENDENT when no cell is left.
    Raises: ValueError: two units have the same id; Broken: the history was tampered with.
    """
    keys = asked.keys
    with history.deciding(units_min=limits.units_min) as seen:
        new = list({key: cell for cell, key in enumerate(keys) if key not in seen.verdicts}.values())
        left = max(limits.cells_max - len(seen.verdicts), 0)
        if len(new) > left:
            detail: dict[str, str | int] = {"asked_cells": len(new), "left_cells": left, "cells_max": limits.cells_max}
            return Refused(R.EXACT_CAP, detail)
        if seen.tightened:
            return Refused(R.EXACT_TIGHTENED, {"units_min": limits.units_min})
        if not seen.lanes:
            seen.begin(last_unit=_last_unit(asked), lanes=_lanes(asked, limits))
        question = _Question(asked, limits, lanes=seen.lanes)
        if new:
            _judge(history, seen, question, new)
        verdicts = [seen.verdicts[key] for key in keys]
    return question.show(verdicts)


class _Question:
    """A question's cells: units, contributions, values."""

    def __init__(self, asked: Asked, limits: Limits, *, lanes: int) -> None:
        self.asked, self.limits = asked, limits
        cells = asked.cells
        self.made, slots = footprint(
            offsets=asked.offsets,
            unit_ids=asked.unit_ids,
            group=asked.group,
            row_marks=asked.row_marks,
            cells=cells,
            lanes=lanes,
        )
        self.enough = units_of(self.made, cells=cells) >= limits.units_min
        self.dominated = np.zeros(cells, np.bool_)
        self.values = np.zeros((cells, len(asked.measures)), np.int64)
        for nth, measure in enumerate(asked.measures):
            parts = contributions(self.made, slots, measure.values)
            np.add.at(self.values[:, nth], self.made.cells, parts)
            if measure.dominance:
                self.dominated |= dominated(
                    self.made,
                    parts,
                    cells=cells,
                    largest=limits.dominance_units,
                    share_permille=limits.dominance_permille,
                    p_percent=limits.p_percent,
                )

    @property
    def fit(self) -> Any:
        return self.enough & ~self.dominated

    def show(self, verdicts: Sequence[Verdict]) -> list[Shown] | Refused:
        """Return the values of shown cells that are fit for these very measures, or the refusal when there are none."""
        final = [Verdict.UNFIT if not fit else verdict for verdict, fit in zip(verdicts, self.fit, strict=True)]
        if Verdict.SHOWN in final:
            shown = enumerate(final)
            return [tuple(map(int, self.values[cell])) if v is Verdict.SHOWN else None for cell, v in shown]
        detail: dict[str, str | int] = {"units_min": self.limits.units_min}
        if Verdict.NEAR in final:
            return Refused(R.EXACT_NEAR, detail)
        if Verdict.DEPENDENT in final:
            return Refused(R.EXACT_DEPENDENT, detail)
        return Refused(R.EXACT_UNFIT, detail)


def _judge(history: ExactHistory, seen: Seen, question: _Question, new: Sequence[int]) -> None:
    """Decide cells that were never asked, and record them. Dominated ones first: they are to be protected."""
    made, cells, keys = question.made.up_to(seen.last_unit), question.asked.cells, question.asked.keys
    near = _near(seen, made, cells=cells, units_min=question.limits.units_min)
    opened = seen.sets.open(made, cells=cells)
    verdicts, added = {}, []
    for cell in sorted(new, key=lambda cell: bool(question.fit[cell])):
        protect = question.enough[cell] and not question.fit[cell]
        if not protect and not question.fit[cell]:
            verdicts[keys[cell]] = Verdict.UNFIT
        elif near[cell]:
            verdicts[keys[cell]] = Verdict.UNFIT if protect else Verdict.NEAR
        elif not seen.sets.extend(opened, cell):
            verdicts[keys[cell]] = Verdict.UNFIT if protect else Verdict.DEPENDENT
        else:
            verdicts[keys[cell]] = Verdict.UNFIT if protect else Verdict.SHOWN
            added.append(cell)
    chosen = np.zeros(cells, np.bool_)
    chosen[added] = True
    rank = np.cumsum(chosen) - 1
    history.record(seen, verdicts, made.only(chosen), rows=tuple(int(rank[cell]) for cell in added))
    seen.sets.close(opened)
    if added:
        seen.questions.append(opened)


def _last_unit(asked: Asked) -> int:
    units = len(asked.unit_ids)
    return ID_MAX if units <= UNITS_KEPT else ID_MAX * UNITS_KEPT // units


def _lanes(asked: Asked, limits: Limits) -> int:
    """Return lanes enough for k sets, among these units, of twice as many columns as there may be cells."""
    return max(1, min(LANES_MAX, 2 * limits.cells_max * limits.units_min // max(len(asked.unit_ids), 1)))


def _near(seen: Seen, made: Footprint, *, cells: int, units_min: int) -> Any:
    """Return, for each cell, whether it differs by fewer than k units from one that was shown."""
    near = np.zeros(cells, np.bool_)
    for earlier in seen.questions:
        shown = earlier.rows >= 0
        difference = differing(earlier.made, made, old_cells=len(shown), new_cells=cells)
        near |= np.any((difference < units_min) & shown[:, None], axis=0)
    return near


def row_marks(table: Clustered, columns: Sequence[str], *, key: bytes) -> Marks:
    """Return a keyed mark of the content of every row that has a unit, the same in every version of a lineage.

    columns: all that the rules let be chosen by or added up; others do not matter. key: 16 bytes, secret, one a lineage.
    Raises: KeyError: a column has neither integers nor a public list.
    """
    rows = int(table.offsets[-1])
    words = np.zeros(rows, np.uint64)
    halves = np.frombuffer(key, "<u8")
    for name in sorted(columns):
        if name in table.numbers:
            values = table.numbers[name][:rows].astype(np.int64).view(np.uint64)
        else:
            texts = [_word(text) for text in table.lists[name]]
            values = np.array([*texts, _word("")], np.uint64)[table.codes[name][:rows]]  # code -1 is the last
        _absorb(words, values, np.uint64(_word(name)), halves[0], halves[1])
    return (words % np.uint64(PRIME)).astype(np.uint32)


def _word(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


@kernel
def _absorb(words: Any, values: Any, name: Any, key0: Any, key1: Any) -> None:
    for row in range(len(words)):
        words[row] = siphash(key0, key1, words[row] ^ name, values[row])
