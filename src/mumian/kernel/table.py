"""What a room's state is made of: tables of records by key. In tests a `DictTable`, in the market rows of a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

V = TypeVar("V")


class Table(Protocol[V]):
    """Records by string key. A record is a frozen struct: to change it, put a new one in its place."""

    def __getitem__(self, key: str) -> V: ...
    def __setitem__(self, key: str, value: V) -> None: ...
    def __delitem__(self, key: str) -> None: ...
    def __contains__(self, key: object) -> bool: ...
    def get(self, key: str) -> V | None: ...

    def under(self, prefix: str = "") -> Iterator[tuple[str, V]]:
        """Yield (key, record) of every key that starts with `prefix`, in key order (code points)."""
        ...


class DictTable(dict[str, V]):
    """A table in memory: the slow obvious one."""

    def under(self, prefix: str = "") -> Iterator[tuple[str, V]]:
        for key in sorted(key for key in self if key.startswith(prefix)):
            yield key, self[key]
