"""A disk in memory that SQLite writes to, and what a crash could leave of it.

Between two syncs a real disk may keep, drop or tear what was written, in any order, 512 bytes at a time. The disk here
notes every write, truncate, sync and delete; `Wreckage` walks along the notes and gives the files of a crash at any point.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal, NamedTuple

import apsw

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""

Files = dict[str, bytes]


class Op(NamedTuple):
    """One thing asked of the disk. `at` is an offset or, for a truncate, the new size in bytes."""

    kind: Literal["write", "truncate", "sync", "delete"]
    name: str
    at: int = 0
    data: bytes = b""


class Disk(apsw.VFS):
    """A VFS whose files are byte strings. Without shared memory: it serves `locking_mode=EXCLUSIVE` only.

    capacity: bytes after which a file is full. syncs_fail: from now on, every sync fails.
    """

    def __init__(self, name: str, files: Files | None = None) -> None:
        super().__init__(name, base="")
        self.name = name
        self.files = {path: bytearray(data) for path, data in (files or {}).items()}
        self.ops: list[Op] = []
        self.capacity = 2**40
        self.syncs_fail = False

    def image(self) -> Files:
        return {name: bytes(data) for name, data in self.files.items()}

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> OpenFile:  # noqa: N802  # SQLite's name
        flags[1] = flags[0]
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary"
        return OpenFile(self, path)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.files.pop(filename, None)
        self.ops.append(Op("delete", filename))


class OpenFile:
    """One open file of a `Disk`, in the shape that apsw asks for."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk, self._name = disk, name
        self._data = disk.files.setdefault(name, bytearray())

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._data[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if offset + len(data) > self._disk.capacity:
            raise apsw.FullError("no room on the disk of the test")
        self._disk.ops.append(Op("write", self._name, offset, data))
        apply(self._data, offset, data)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.ops.append(Op("truncate", self._name, size))
        del self._data[size:]

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.ops.append(Op("sync", self._name))
        if self._disk.syncs_fail:
            raise apsw.IOError("the disk of the test lost its pages")

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._data)

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096  # as SQLite's own VFS for Unix answers

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE  # likewise: a write never harms the bytes beside it

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xClose(self) -> None:  # noqa: N802
        pass


def apply(data: bytearray, offset: int, written: bytes) -> None:
    """Write into `data`, with zeros in a hole before `offset`."""
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(written)] = written


class Wreckage:
    """Walks forward along a disk's notes and gives what a crash could leave. Points must not go back.

    A sync makes durable what its own file was told before; a delete is durable with the next sync of any file.
    """

    def __init__(self, before: Files, ops: list[Op]) -> None:
        self._ops = ops
        self._next = 0
        self._durable = {name: bytearray(data) for name, data in before.items()}
        self._pending: list[Op] = []

    def after(self, count: int, rng: random.Random) -> Files:
        """Return the files of a crash after the first `count` operations, drawn by `rng`."""
        for op in self._ops[self._next : count]:
            if op.kind != "sync":
                self._pending.append(op)
                continue
            pending, self._pending = self._pending, []
            for old in pending:
                if old.name == op.name or old.kind == "delete":
                    _settle(self._durable, old)
                else:
                    self._pending.append(old)
        self._next = max(self._next, count)
        files = {name: bytearray(data) for name, data in self._durable.items()}
        for op in self._pending:
            for part in _parts(op, rng):
                _settle(files, part)
        return {name: bytes(data) for name, data in files.items()}


def _settle(files: dict[str, bytearray], op: Op) -> None:
    match op.kind:
        case "write":
            apply(files.setdefault(op.name, bytearray()), op.at, op.data)
        case "truncate":
            del files.setdefault(op.name, bytearray())[op.at :]
        case "delete":
            files.pop(op.name, None)


def _parts(op: Op, rng: random.Random) -> Iterator[Op]:
    """Yield what the disk kept of one unsynced operation: all, nothing, or some sectors of a write."""
    fate = rng.choice(("kept", "dropped", "torn"))
    if fate == "kept" or (fate == "torn" and op.kind != "write"):
        yield op
    elif fate == "torn":
        begin = 0
        while begin < len(op.data):
            end = min(len(op.data), begin + SECTOR - (op.at + begin) % SECTOR)
            if rng.random() < 0.5:
                yield Op("write", op.name, op.at + begin, op.data[begin:end])
            begin = end
