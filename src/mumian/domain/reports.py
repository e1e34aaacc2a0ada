"""Who was stopped for calls that look like probing, for the holder to look into: patterns, counts, times, job ids; no key.

reports/000000.json    one stop. It holds until the holder lifts it, also over restarts; a lifted one stays as a record.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import msgspec

from mumian.domain.declaration import LocalName
from mumian.domain.probing import Pattern, Seen
from mumian.domain.store import read, write
from mumian.kernel.canonical import Natural
from mumian.kernel.ids import JobId, PartyId, ResourceId
from mumian.kernel.time import Instant

JOBS_SHOWN_MAX = 100


class Report(msgspec.Struct, frozen=True):
    """A consumer stopped at a holding. job: whose call was the last. jobs: the consumer's here, the newest 100.

    resources: those by which the last call came.
    """

    number: Natural
    at: Instant
    consumer: PartyId
    holding: LocalName
    resources: tuple[ResourceId, ...]
    pattern: Pattern
    seen: Seen
    job: JobId
    jobs: tuple[JobId, ...]
    lifted_at: Instant | None = None


class Reports:
    """The reports of one domain. Another process may lift a stop: what lies on disk counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        folder.mkdir(exist_ok=True)
        every = all_in(folder)
        self._next = len(every)
        self._last = {(report.holding, report.consumer): report.number for report in every}

    def last(self, holding: str, consumer: PartyId) -> Report | None:
        """Return the newest report of a consumer at a holding, as it lies on disk now."""
        number = self._last.get((holding, consumer))
        return None if number is None else read(self._path(number), Report)

    def file(self, report: Report) -> Report:
        """Keep a report, on disk before this returns; return it with its number."""
        with self._lock:
            numbered = msgspec.structs.replace(report, number=self._next)
            write(self._path(numbered.number), numbered)
            self._next += 1
            self._last[report.holding, report.consumer] = numbered.number
            return numbered

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"


def all_in(folder: Path) -> list[Report]:
    """Return every report of a folder, the first first."""
    return [read(path, Report) for path in sorted(folder.glob("[0-9]*.json"))]


def lift(folder: Path, *, holding: str, consumer: PartyId, at: Instant) -> int:
    """Lift every stop of a consumer at a holding; return how many there were. folder: of the reports."""
    lifted = 0
    for path in sorted(folder.glob("[0-9]*.json")):
        report = read(path, Report)
        if (report.holding, report.consumer, report.lifted_at) == (holding, consumer, None):
            write(path, msgspec.structs.replace(report, lifted_at=at))
            lifted += 1
    return lifted
