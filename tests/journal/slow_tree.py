"""The tree as RFC 9162 writes it down: recursive, from all entries at once. The oracle of the fast one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def slow_root(entries: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    middle = power_below(len(entries))
    return sha256(b"\x01" + slow_root(entries[:middle]) + slow_root(entries[middle:])).digest()


def slow_inclusion(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1."""
    if len(entries) == 1:
        return []
    middle = power_below(len(entries))
    if index < middle:
        return [*slow_inclusion(index, entries[:middle]), slow_root(entries[middle:])]
    return [*slow_inclusion(index - middle, entries[middle:]), slow_root(entries[:middle])]


def slow_consistency(old: int, entries: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """RFC 9162 §2.1.4.1, SUBPROOF."""
    if old == len(entries):
        return [] if known else [slow_root(entries)]
    middle = power_below(len(entries))
    if old <= middle:
        return [*slow_consistency(old, entries[:middle], known=known), slow_root(entries[middle:])]
    return [*slow_consistency(old - middle, entries[middle:], known=False), slow_root(entries[:middle])]


def power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power
