"""The Merkle tree of a log: hashes, the right edge that grows, proofs and their verification.

A proof is a tuple of 32-byte hashes, from the leaf's side up. A hash reader gives the root of a complete subtree:
`read_hash(height, nth)` covers the leaves from `nth << height` up to, not including, `(nth + 1) << height`.

Source: RFC 9162 §2.1 (the same tree as RFC 6962 §2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeAlias

import msgspec

from mumian.journal.faults import BadProof

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
SIZE_MAX = 2**63 - 1
"""The largest tree that the formats carry: other implementations read sizes as signed 64-bit integers."""

Hash: TypeAlias = bytes
Proof: TypeAlias = tuple[Hash, ...]
HashReader: TypeAlias = Callable[[int, int], Hash]


class Head(msgspec.Struct, frozen=True):
    """What a tree is at one size: that many leaves, that root."""

    size: int
    root: Hash


EMPTY = Head(0, EMPTY_ROOT)


def leaf_hash(entry: bytes) -> Hash:
    """Return the hash of a leaf that holds `entry`."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[Hash]:
    """Return the leaf hash of each entry."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: Hash, right: Hash) -> Hash:
    """Return the hash of the node above `left` and `right`."""
    return sha256(b"\x01" + left + right).digest()


def pair_up(row: Sequence[Hash]) -> list[Hash]:
    """Return the row of nodes above `row`; a last node without a partner is left out."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)]


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, at most one of each height.

    It is all that a log must remember to go on: at most 63 hashes, whatever the size. One node hash a leaf, amortised.
    """

    __slots__ = ("_edge", "size")

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[Hash | None] = []  # by height; present where that bit of `size` is set

    def copy(self) -> Frontier:
        """Return a frontier that grows on its own."""
        twin = Frontier()
        twin.size = self.size
        twin._edge = self._edge.copy()
        return twin

    def append(self, leaf: Hash) -> None:
        """Add one leaf by its hash."""
        self.extend((leaf,))

    def extend(self, leaves: Sequence[Hash]) -> None:
        """Add leaves by their hashes, row by row, which is faster than one by one."""
        self.size += len(leaves)
        row, edge, height = list(leaves), self._edge, 0
        while row:
            if height == len(edge):
                edge.append(None)
            waiting = edge[height]
            if waiting is not None:
                row.insert(0, waiting)
            edge[height] = row[-1] if len(row) % 2 else None
            row = pair_up(row)
            height += 1

    def peaks(self) -> list[Hash]:
        """Return the roots of the complete subtrees, the largest (leftmost) first."""
        return [peak for peak in reversed(self._edge) if peak is not None]

    def root(self) -> Hash:
        """Return the root of the tree."""
        return fold(self.peaks())

    @property
    def head(self) -> Head:
        return Head(self.size, self.root())

    def to_hex(self) -> list[str]:
        """Return the peaks as hex, to be kept beside `size`."""
        return [peak.hex() for peak in self.peaks()]

    @classmethod
    def of(cls, size: int, peaks: Sequence[Hash]) -> Frontier:
        """Return the frontier of `size` leaves with these peaks.

        Raises: BadProof: a tree of this size has another number of peaks, or one is not a hash.
        """
        if not 0 <= size <= SIZE_MAX or len(peaks) != size.bit_count():
            raise BadProof(f"a tree of `{size}` leaves does not have `{len(peaks)}` peaks")
        if any(len(peak) != HASH_BYTES for peak in peaks):
            raise BadProof(f"a peak of the tree of `{size}` leaves is not {HASH_BYTES} bytes long")
        frontier = cls()
        frontier.size = size
        lowest_first = iter(reversed(peaks))
        frontier._edge = [next(lowest_first) if size >> height & 1 else None for height in range(size.bit_length())]
        return frontier

    @classmethod
    def from_hex(cls, size: int, peaks: Sequence[str]) -> Frontier:
        """Return the frontier that `to_hex` wrote.

        Raises: BadProof: as `of`, or a peak is not hex.
        """
        try:
            return cls.of(size, [bytes.fromhex(peak) for peak in peaks])
        except ValueError as e:
            raise BadProof(f"a peak of the tree of `{size}` leaves is not hex") from e


def fold(peaks: Sequence[Hash]) -> Hash:
    """Return the root above `peaks`, the largest first; of none, the root of the empty tree."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def range_root(start: int, stop: int, read_hash: HashReader) -> Hash:
    """Return the root over the leaves from `start` up to `stop`; `start` is a multiple of every subtree in between."""
    peaks = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        peaks.append(read_hash(height, start >> height))
        start += 1 << height
    return fold(peaks)


def root_at(size: int, read_hash: HashReader) -> Hash:
    """Return the root of the first `size` leaves."""
    return range_root(0, size, read_hash)


def inclusion_proof(index: int, size: int, read_hash: HashReader) -> Proof:
    """Return the proof that leaf `index` is in the tree of `size` leaves.

    Raises: BadProof: the tree has no such leaf.
    Source: RFC 9162 §2.1.3.1.
    """
    if not 0 <= index < size:
        raise BadProof(f"leaf `{index}` is not in a tree of `{size}` leaves")
    proof, start, stop = [], 0, size
    while stop - start > 1:
        middle = start + _largest_power_below(stop - start)
        if index < middle:
            proof.append(range_root(middle, stop, read_hash))
            stop = middle
        else:
            proof.append(range_root(start, middle, read_hash))
            start = middle
    return tuple(reversed(proof))


def consistency_proof(old: int, new: int, read_hash: HashReader) -> Proof:
    """Return the proof that the tree of `old` leaves is the beginning of the tree of `new` leaves.

    The proof from 0, and from a size to itself, is empty.
    Raises: BadProof: `old` exceeds `new`.
    Source: RFC 9162 §2.1.4.1.
    """
    if not 0 <= old <= new:
        raise BadProof(f"a tree of `{old}` leaves is not the beginning of one of `{new}`")
    if old in (0, new):
        return ()
    proof, start, stop = [], 0, new
    while stop != old:
        middle = start + _largest_power_below(stop - start)
        if old <= middle:
            proof.append(range_root(middle, stop, read_hash))
            stop = middle
        else:
            proof.append(range_root(start, middle, read_hash))
            start = middle
    if start:  # the verifier knows the old tree when it is a subtree from the first leaf on
        proof.append(range_root(start, stop, read_hash))
    return tuple(reversed(proof))


def _largest_power_below(width: int) -> int:
    return 1 << (width - 1).bit_length() - 1


def verify_inclusion(*, index: int, size: int, leaf: Hash, proof: Sequence[Hash], root: Hash) -> None:
    """Check that the leaf with hash `leaf` is number `index` in the tree of `size` leaves with `root`.

    Raises: BadProof: it is not shown to be.
    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        raise BadProof(f"leaf `{index}` is not in a tree of `{size}` leaves")
    _check_hashes(proof)
    node, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise BadProof(
                f"the proof of leaf `{index}` in `{size}` has more than the path needs: `{len(proof)}` hashes"
            )
        if node & 1 or node == last:
            reached = node_hash(sibling, reached)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof(f"the proof of leaf `{index}` in `{size}` ends early: `{len(proof)}` hashes")
    if reached != root:
        raise BadProof(
            f"the proof of leaf `{index}` in `{size}` leads to root `{reached.hex()}`, not to `{root.hex()}`"
        )


def verify_consistency(*, old: Head, new: Head, proof: Sequence[Hash]) -> None:
    """Check that the tree `old` is the beginning of the tree `new`.

    Raises: BadProof: it is not shown to be.
    Source: RFC 9162 §2.1.4.2; an empty `old` is the beginning of every tree, by the empty proof.
    """
    if not 0 <= old.size <= new.size:
        raise BadProof(f"a tree of `{old.size}` leaves is not the beginning of one of `{new.size}`")
    _check_hashes(proof)
    if old.size in (0, new.size):
        _verify_without_proof(old, new, proof)
        return
    node, last = old.size - 1, new.size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    path = list(proof) if node else [old.root, *proof]
    if not path:
        raise BadProof(f"the proof from `{old.size}` to `{new.size}` is empty")
    old_reached = new_reached = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise BadProof(f"the proof from `{old.size}` to `{new.size}` is too long: `{len(proof)}` hashes")
        if node & 1 or node == last:
            old_reached, new_reached = node_hash(sibling, old_reached), node_hash(sibling, new_reached)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new_reached = node_hash(new_reached, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof(f"the proof from `{old.size}` to `{new.size}` ends early: `{len(proof)}` hashes")
    _check_root(old, old_reached)
    _check_root(new, new_reached)


def _verify_without_proof(old: Head, new: Head, proof: Sequence[Hash]) -> None:
    if proof:
        raise BadProof(f"the proof from `{old.size}` to `{new.size}` must be empty, not `{len(proof)}` hashes")
    if old.size == 0:
        _check_root(old, EMPTY_ROOT)
    if old.size == new.size:
        _check_root(new, old.root)


def _check_root(head: Head, reached: Hash) -> None:
    if reached != head.root:
        raise BadProof(f"the proof leads to root `{reached.hex()}` at size `{head.size}`, not to `{head.root.hex()}`")


def _check_hashes(proof: Sequence[Hash]) -> None:
    if any(len(sibling) != HASH_BYTES for sibling in proof):
        raise BadProof(f"a hash of the proof is not {HASH_BYTES} bytes long")
