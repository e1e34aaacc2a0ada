"""Rows over a store behave as a dict does, through any history of writes, undos, commits and evictions."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mumian.kernel.table import DictTable
from mumian.market.rows import MARKS, Rows, Undo

KEYS = st.sampled_from(["a", "a/1", "a/2", "a0", "b", "b/é", "木/1"])


class DictSource:
    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.marks: dict[str, bytes] = {}

    def fetch(self, table: str, key: str) -> bytes | None:
        return self.marks.get(key) if table == MARKS else self.rows.get(key)

    def last(self, table: str) -> str | None:
        return max(self.rows, default=None)

    def scan(self, table: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        return iter(sorted((k, v) for k, v in self.rows.items() if k.startswith(prefix)))


class RowsAgainstDict(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.source = DictSource()
        self.undo = Undo()
        self.rows = Rows("t", self.source, msgspec.json.Decoder(int).decode, self.undo)
        self.model: DictTable[int] = DictTable()
        self.before: DictTable[int] = DictTable()

    @rule(key=KEYS, value=st.integers(0, 9))
    def put(self, key: str, value: int) -> None:
        self.rows[key] = self.model[key] = value

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        if key in self.model:
            del self.rows[key]
            del self.model[key]

    @rule()
    def the_step_stands(self) -> None:
        self.undo.forget()
        self.before = DictTable(self.model)

    @rule()
    def the_step_falls(self) -> None:
        self.undo.roll_back()
        self.model = DictTable(self.before)

    @rule(keep_max=st.integers(0, 8))
    def commit(self, keep_max: int) -> None:
        self.the_step_stands()
        puts: list[tuple[str, str, bytes]] = []
        deletes: list[tuple[str, str]] = []
        self.rows.changes(puts, deletes)
        for table, key, raw in puts:
            (self.source.marks if table == MARKS else self.source.rows)[key] = raw
        for _, key in deletes:
            self.source.rows.pop(key, None)
        self.rows.settled(keep_max=keep_max)
        assert self.source.rows == {key: str(value).encode() for key, value in self.model.items()}

    @rule()
    def reopen(self) -> None:
        """The market starts again: memory is empty, the marks are what was stored."""
        self.commit(keep_max=0)
        self.rows = Rows("t", self.source, msgspec.json.Decoder(int).decode, self.undo)

    @rule(key=KEYS)
    def prime(self, key: str) -> None:
        if not self.rows.holds(key):
            self.rows.prime(key, self.source.fetch("t", key))

    @invariant()
    def every_key_and_every_prefix_agree(self) -> None:
        for key in ("a", "a/1", "a0", "木/1", "zz"):
            assert self.rows.get(key) == self.model.get(key)
            assert (key in self.rows) == (key in self.model)
        for prefix in ("", "a", "a/", "木"):
            assert list(self.rows.under(prefix)) == list(self.model.under(prefix))


RowsAgainstDict.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_rows_agree_with_a_dict = RowsAgainstDict.TestCase


def test_a_row_written_twice_in_a_step_that_falls_is_as_it_was_before_the_step() -> None:
    source, undo = DictSource(), Undo()
    source.rows["kept"] = b"1"
    rows = Rows("t", source, msgspec.json.Decoder(int).decode, undo)
    for value in (2, 3):
        rows["kept"] = rows["new"] = value
    undo.roll_back()
    puts: list[tuple[str, str, bytes]] = []
    rows.changes(puts, [])
    assert (rows.get("kept"), rows.get("new"), puts) == (1, None, [])
