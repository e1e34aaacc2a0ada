"""What a consumer's group has seen of a lineage without noise: every cell asked, every cell shown, on disk before it leaves.

exact/LINEAGE-AND-GROUP/
    lock              held while one question is decided, by threads and processes alike
    000000.cells      a decided question: one line of JSON, then the footprint of the cells that it added

A file is written whole and durable, or not at all. A crash before it leaves nothing, and no answer; after it, the cells
count as seen, and the same question is answered again as the same.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import numpy as np

from mumian.domain.store import sync_folder
from mumian.kernel.canonical import canonical, digest
from mumian.kernel.outcome import Broken
from mumian.methods.differencing import Footprint
from mumian.methods.rank import InformationSets, Released

UNITS_KEPT = 2**17
"""Units whose marks are kept, of the first version's, chosen by their ids: a sample proves less and is as sound."""

HISTORIES_OPEN = 8

_TYPES = (
    ("units", np.dtype("<u8")),
    ("starts", np.dtype("<i8")),
    ("cells", np.dtype("<i4")),
    ("marks", np.dtype("<u4")),
)


class Verdict(IntEnum):
    """What became of a cell that was asked; of one that is not shown the consumer hears at most the order of this list."""

    SHOWN = 0
    UNFIT = 1  # too few units, or a few that dominate
    NEAR = 2  # differs by too few units from a cell that was shown
    DEPENDENT = 3  # with several that were shown it would tell of too few units


class Decided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. keys, verdicts: of the cells that were new. rows: of the footprint's cells, in the order of adding.

    last_unit: ids up to it are kept, a decimal number beyond 53 bits. sizes: units, entries, lanes. arrays: their SHA-256.
    """

    nth: int
    keys: tuple[str, ...]
    verdicts: tuple[int, ...]
    rows: tuple[int, ...]
    last_unit: str
    sizes: tuple[int, int, int]
    arrays: str


class Seen:
    """What was decided so far, in memory.

    tightened: the holder asks for more units now than when a cell was shown, and what was shown cannot be proved so.
    """

    def __init__(self, units_min: int) -> None:
        self.units_min = units_min
        self.lanes = 0
        self.questions: list[Released] = []
        self.verdicts: dict[str, Verdict] = {}
        self.files = 0
        self.last_unit = 0
        self.tightened = False
        self.sets = InformationSets(units_min)

    def begin(self, *, last_unit: int, lanes: int) -> None:
        """Fix, once and for all, whose marks are kept and how many a unit has in a cell."""
        self.last_unit, self.lanes = last_unit, lanes
        self.sets = InformationSets(self.units_min, lanes=lanes)

    def add(self, decided: Decided, made: Footprint) -> None:
        """Take a question back from disk, cell by cell as it was added."""
        self.verdicts |= dict(zip(decided.keys, map(Verdict, decided.verdicts), strict=True))
        if not self.lanes:
            self.begin(last_unit=int(decided.last_unit), lanes=decided.sizes[2])
        self.files += 1
        if decided.rows:
            question = self.sets.open(made, cells=len(decided.rows))
            self.questions.append(question)
            self.tightened |= not all(self.sets.extend(question, cell) for cell in decided.rows)


class ExactHistory:
    """The history of one lineage and one group of consumers. Safe to be asked from several threads and processes."""

    def __init__(self, folder: Path, *, lineage: str, group: str) -> None:
        """folder: of all histories. lineage: of the data, over versions, views and products. group: consumers that are one."""
        self.folder = folder / digest([lineage, group])[:32]
        self.folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder)
        self._seen: Seen | None = None

    @contextmanager
    def deciding(self, *, units_min: int) -> Iterator[Seen]:
        """Hold the lock and give what was decided before. What is changed in it without `record` is forgotten."""
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            seen, self._seen = self._seen, None
            if seen is None or seen.units_min != units_min:
                seen = Seen(units_min)
            self._catch_up(seen)
            yield seen
            self._seen = seen
        finally:
            os.close(handle)

    def record(self, seen: Seen, verdicts: dict[str, Verdict], made: Footprint, *, rows: tuple[int, ...]) -> None:
        """Write a decided question, on disk before this returns. made: the added cells; rows: their order of adding."""
        arrays = b"".join(np.ascontiguousarray(getattr(made, name), kind).tobytes() for name, kind in _TYPES)
        decided = Decided(
            nth=seen.files,
            keys=tuple(verdicts),
            verdicts=tuple(int(verdict) for verdict in verdicts.values()),
            rows=rows,
            last_unit=str(seen.last_unit),
            sizes=(len(made.units), *made.marks.shape),
            arrays=sha256(arrays).hexdigest(),
        )
        scratch = self.folder / f".{seen.files:06d}"
        with scratch.open("wb") as file:
            file.write(canonical(decided) + b"\n" + arrays)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(self.folder / f"{seen.files:06d}.cells")
        sync_folder(self.folder)
        seen.files += 1
        seen.verdicts |= verdicts

    def _catch_up(self, seen: Seen) -> None:
        """Read what other threads and processes decided since.

        Raises: Broken: a file is missing or is not what was written.
        """
        files = sorted(path.name for path in self.folder.glob("*.cells"))
        if files != [f"{nth:06d}.cells" for nth in range(len(files))] or len(files) < seen.files:
            raise Broken("no exact release is forgotten", f"{self.folder} holds {len(files)} files, or has a gap")
        for name in files[seen.files :]:
            seen.add(*_read(self.folder / name))


class Histories:
    """All histories of a domain. The last used stay in memory: to read one anew takes seconds when it is long."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._open: dict[tuple[str, str], ExactHistory] = {}

    def of(self, *, lineage: str, group: str) -> ExactHistory:
        """Return the history of a lineage and a group of consumers, the same object while it is kept in memory."""
        with self._lock:
            found = self._open.pop((lineage, group), None) or ExactHistory(self._folder, lineage=lineage, group=group)
            self._open[lineage, group] = found
            while len(self._open) > HISTORIES_OPEN:
                self._open.pop(next(iter(self._open)))
            return found


def _read(path: Path) -> tuple[Decided, Footprint]:
    data = path.read_bytes()
    line, _, arrays = data.partition(b"\n")
    try:
        decided = msgspec.json.decode(line, type=Decided)
    except msgspec.DecodeError as e:
        raise Broken("no exact release is forgotten", f"{path} cannot be read") from e
    if sha256(arrays).hexdigest() != decided.arrays or path.stem != f"{decided.nth:06d}":
        raise Broken("no exact release is forgotten", f"{path} is not what was written")
    units, entries, lanes = decided.sizes
    counts = {"units": units, "starts": units + 1, "cells": entries, "marks": entries * lanes}
    parts: dict[str, Any] = {}
    at = 0
    for name, kind in _TYPES:
        parts[name] = np.frombuffer(arrays, kind, counts[name], at)
        at += counts[name] * kind.itemsize
    parts["marks"] = parts["marks"].reshape(entries, lanes)
    return decided, Footprint(**parts)
