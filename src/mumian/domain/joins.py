"""Rows of one holding look up rows of another of the same domain, by the columns that name the other's rows uniquely."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
import numpy as np

from mumian.domain.declaration import IntegerColumn
from mumian.domain.packing import TooWide, packed
from mumian.domain.store import Version
from mumian.engines.clustered import Clustered, Codes, Integers, Mask
from mumian.engines.kernels import MISSING, OUT
from mumian.rooms.cleanroom.plan import Join


class CannotJoin(ValueError):  # noqa: N818  # named for what is the matter
    """The columns cannot be matched: other kinds, other decimals, or too many values together. Says which, and no value."""


def joined(main: Version, other: Version, join: Join, wanted: Collection[str]) -> Clustered:
    """Return the table of `main` with the columns `wanted` of `other`, called `table.column`, looked up row by row.

    Rows of `main` that find nothing are not kept by an inner join; in an outer one their joined columns are missing.
    Raises: CannotJoin; KeyError: a column is not there.
    """
    table, more = main.table, other.table
    place = _places(main, other, join.on)
    found = place >= 0
    at = np.maximum(place, 0)
    codes, numbers = dict(table.codes), dict(table.numbers)
    for name in wanted:
        if name in more.codes:
            codes[f"{join.table}.{name}"] = _gathered(more.codes[name], at, found)
        if name in more.numbers:
            numbers[f"{join.table}.{name}"] = np.where(found, more.numbers[name][at] if more.rows else 0, MISSING)
    lists = {f"{join.table}.{name}": more.lists[name] for name in wanted if name in more.lists}
    sizes = {f"{join.table}.{name}": more.sizes[name] for name in wanted if name in more.sizes}
    kept = table.kept if join.outer else (found if table.kept is None else table.kept & found)
    return msgspec.structs.replace(
        table, codes=codes, numbers=numbers, lists={**table.lists, **lists}, sizes={**table.sizes, **sizes}, kept=kept
    )


def _gathered(codes: Codes, at: Integers, found: Mask) -> Codes:
    if not len(codes):
        return np.full(len(at), OUT, np.int32)
    out: Codes = codes[at]
    out[~found] = OUT
    return out


def _places(main: Version, other: Version, on: Sequence[tuple[str, str]]) -> Integers:
    """Return for every row of `main` the row of `other` that it finds, or -1."""
    own, theirs, sizes = zip(*(_matched(main, one, other, two) for one, two in on), strict=True)
    try:
        left, left_whole = packed(own, sizes, rows=main.table.rows)
        right, right_whole = packed(theirs, sizes, rows=other.table.rows)
    except TooWide as e:
        names = ", ".join(name for _, name in on)
        raise CannotJoin(f"the columns `{names}` together have too many values") from e
    rows = np.flatnonzero(right_whole)
    order = rows[np.argsort(right[rows], kind="stable")]
    if not len(order):
        return np.full(len(left), -1, np.int64)
    keys = right[order]
    at = np.minimum(np.searchsorted(keys, left), len(keys) - 1)
    return np.where(left_whole & (keys[at] == left), order[at], -1)


def _matched(main: Version, own: str, other: Version, theirs: str) -> tuple[Integers, Integers, int]:
    """Return both columns as places in one range, -1 where missing or not in the other, and the size of the range."""
    own_column = main.manifest.declaration.column(own)
    their_column = other.manifest.declaration.column(theirs)
    if own_column is None or their_column is None:
        raise KeyError(own if own_column is None else theirs)
    if isinstance(own_column, IntegerColumn) and isinstance(their_column, IntegerColumn):
        if own_column.decimals != their_column.decimals:
            raise CannotJoin(f"`{own}` has {own_column.decimals} decimals, `{theirs}` {their_column.decimals}")
        return _numbers(main.table.numbers[own], other.table.numbers[theirs])
    if isinstance(own_column, IntegerColumn) or isinstance(their_column, IntegerColumn):
        raise CannotJoin(f"one of `{own}` and `{theirs}` is text, the other a number")
    names = other.names(theirs)
    places = {name: place for place, name in enumerate(names)}
    translated = np.array([*(places.get(name, -1) for name in main.names(own)), -1], np.int64)
    own_places = translated[main.table.codes[own].astype(np.int64)]
    return own_places, other.table.codes[theirs].astype(np.int64), max(len(names), 1)


def _numbers(own: Integers, theirs: Integers) -> tuple[Integers, Integers, int]:
    there = theirs[theirs != MISSING]
    low, high = (int(there.min()), int(there.max())) if len(there) else (0, 0)
    inside = (own != MISSING) & (own >= low) & (own <= high)
    return np.where(inside, own - low, -1), np.where(theirs == MISSING, -1, theirs - low), high - low + 1
