"""A room's table as rows of a store: read through, written back, bounded in memory, undoable within a step.

Owned by the sequencer: one thread reads and writes. Records are frozen, so an old one can be kept for undo as it is.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from mumian.kernel.canonical import canonical

V = TypeVar("V")

_MISSING: Any = object()  # not in memory: ask the source
_ABSENT: Any = object()  # in memory: known not to exist


MARKS = "market.marks"
"""Table of the marks: table → the greatest key that was ever put into it. No state: a replay may have other marks."""

UNKNOWN = 1 << 60
"""Length of a mark that is not known: no key is beyond it."""


class Source(Protocol):
    """Where rows lie when they are not in memory."""

    def fetch(self, table: str, key: str) -> bytes | None: ...
    def scan(self, table: str, prefix: str) -> Iterable[tuple[str, bytes]]: ...
    def last(self, table: str) -> str | None: ...


class Undo:
    """What to put back if the step that is under way is refused half-way."""

    __slots__ = ("was",)

    def __init__(self) -> None:
        self.was: list[tuple[Rows[Any], str, Any, bool]] = []  # (rows, key, value in memory, whether it was dirty)

    def forget(self) -> None:
        """The step stands."""
        self.was.clear()

    def roll_back(self) -> None:
        """The step falls: every row is as it was before it."""
        for rows, key, was, was_dirty in reversed(self.was):
            rows.restore(key, was, was_dirty)
        self.was.clear()


class Rows(Generic[V]):
    """A `Table` over a source. Two generations in memory: what is not asked for during one generation is dropped.

    Most keys that are looked up in vain are new ones that grow with time: longer, or as long and greater. So the table
    keeps a mark, the greatest key in that order that was ever put, and a key beyond it is absent without asking the
    source. The mark is stored with the rows; after an undo it may be too great, which only costs a question.
    """

    __slots__ = (
        "_decode",
        "_dirty",
        "_heads",
        "_mark",
        "_mark_length",
        "_old",
        "_source",
        "_stored_mark",
        "_undo",
        "_young",
        "name",
    )

    def __init__(self, name: str, source: Source, decode: Callable[[bytes], V], undo: Undo) -> None:
        self.name = name
        self._source = source
        self._decode = decode
        self._undo = undo.was
        self._young: dict[str, Any] = {}  # records, or _ABSENT
        self._old: dict[str, Any] = {}
        self._dirty: set[str] = set()
        self._heads: defaultdict[str, set[str]] = defaultdict(set)  # dirty keys by what stands before their first `/`
        stored = source.fetch(MARKS, name)
        self._mark = "" if stored is None else stored.decode()
        is_known = stored is not None or source.last(name) is None
        self._mark_length = len(self._mark) if is_known else UNKNOWN
        self._stored_mark = self._mark

    def get(self, key: str) -> V | None:
        value = self._young.get(key, _MISSING)
        if value is _MISSING:
            value = self._warm(key)
        return None if value is _ABSENT else value

    def __getitem__(self, key: str) -> V:
        value = self._young.get(key, _MISSING)
        if value is _MISSING:
            value = self._warm(key)
        if value is _ABSENT:
            raise KeyError(f"{self.name}: {key}")
        return value  # type: ignore[no-any-return]  # a record of this table

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.get(key) is not None

    def __setitem__(self, key: str, value: V) -> None:
        young, dirty = self._young, self._dirty
        was_dirty = key in dirty
        self._undo.append((self, key, young.get(key, _MISSING), was_dirty))
        young[key] = value
        if not was_dirty:
            dirty.add(key)
            if "/" in key:
                self._heads[key.partition("/")[0]].add(key)
        longer = len(key) - self._mark_length
        if longer > 0 or (longer == 0 and key > self._mark):
            self._mark, self._mark_length = key, len(key)

    def __delitem__(self, key: str) -> None:
        self[key] = _ABSENT

    def under(self, prefix: str = "") -> Iterator[tuple[str, V]]:
        head, stroke, _ = prefix.partition("/")
        maybe = self._heads.get(head, ()) if stroke else self._dirty
        changed = sorted(key for key in maybe if key.startswith(prefix))
        stored = ((key, raw) for key, raw in self._source.scan(self.name, prefix) if key not in self._dirty)
        merged = heapq.merge(stored, ((key, None) for key in changed), key=lambda row: row[0])
        for key, raw in merged:
            value = self._young.get(key, _ABSENT) if raw is None else self._decode(raw)
            if value is not _ABSENT:
                yield key, value

    def prime(self, key: str, raw: bytes | None) -> None:
        """Take in a row that was fetched ahead, unless memory knows better."""
        if key not in self._young and key not in self._old:
            self._young[key] = _ABSENT if raw is None else self._decode(raw)

    def holds(self, key: str) -> bool:
        """Tell whether memory can answer for `key` without asking the source."""
        return key in self._young or key in self._old or self._is_beyond(key)

    @property
    def changed(self) -> int:
        """Rows that differ from what the source has."""
        return len(self._dirty)

    def restore(self, key: str, was: object, was_dirty: bool) -> None:
        if was is _MISSING:
            del self._young[key]
        else:
            self._young[key] = was
        if not was_dirty:
            self._dirty.discard(key)
            if "/" in key:
                self._heads[key.partition("/")[0]].discard(key)

    def changes(self, puts: list[tuple[str, str, bytes]], deletes: list[tuple[str, str]]) -> None:
        """Add what must be written to reach this table's present: rows in canonical bytes."""
        name, young = self.name, self._young
        for key in self._dirty:
            value = young[key]
            if value is _ABSENT:
                deletes.append((name, key))
            else:
                puts.append((name, key, canonical(value)))
        if self._mark != self._stored_mark:
            puts.append((MARKS, name, self._mark.encode()))
            self._stored_mark = self._mark

    def settled(self, *, keep_max: int) -> None:
        """What was dirty is stored now; start a new generation if memory holds more than `keep_max` rows of this table."""
        self._dirty.clear()
        self._heads.clear()
        if len(self._young) > keep_max // 2:
            self._old = self._young
            self._young = {}

    def _is_beyond(self, key: str) -> bool:
        """Tell whether `key` is greater than every key that was ever put."""
        longer = len(key) - self._mark_length
        return longer > 0 or (longer == 0 and key > self._mark)

    def _warm(self, key: str) -> Any:
        if self._is_beyond(key):
            return _ABSENT
        value = self._old.get(key, _MISSING)
        if value is _MISSING:
            raw = self._source.fetch(self.name, key)
            value = _ABSENT if raw is None else self._decode(raw)
        self._young[key] = value
        return value
