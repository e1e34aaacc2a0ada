"""What became of verification calls, in numbers for the holder: counts, and how long a message took.

figures.bin    64-bit integers mapped into memory: they outlive the process, and another one reads them while it runs
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from threading import Lock

import msgspec
import numpy as np

_BINS = 512
_BINS_AN_OCTAVE = 8


class Counted(IntEnum):
    """What is counted. The value is its place in the file."""

    CALLS = 0  # answered
    UNKNOWN = 1  # of them, by unknown
    WITHOUT_CONSENT = 2  # of them, because the person does not consent; told to nobody else
    MESSAGES_REFUSED = 3
    RATE_EXCEEDED = 4
    STOPPED = 5  # messages of consumers that are stopped
    SUSPECTED = 6  # stops


_COUNTERS = 32


class Shown(msgspec.Struct, frozen=True):
    """The figures. p50_us, p99_us: microseconds within which so many of 100 messages with calls were answered, rounded up by
    an eighth at most; from the signed bytes in to the signed bytes out, without the network."""

    calls: int
    unknown: int
    without_consent: int
    messages_refused: int
    rate_exceeded: int
    stopped: int
    suspected: int
    messages: int
    p50_us: int
    p99_us: int


class Figures:
    """Counters in a file, made if it is not there. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        size = (_COUNTERS + _BINS) * 8
        if not path.is_file() or path.stat().st_size != size:
            with path.open("wb") as file:
                file.truncate(size)
        self._table = np.asarray(np.memmap(path, np.int64, "r+", shape=(_COUNTERS + _BINS,)))
        self._lock = Lock()

    def count(self, what: Counted, by: int = 1) -> None:
        with self._lock:  # also of nothing: that something is counted shows in no caller's time
            self._table[what] += by

    def took(self, spent_ns: int) -> None:
        """Remember how long a message with calls took. spent_ns: nanoseconds."""
        octave = max(spent_ns, 1).bit_length() - 1
        part = (spent_ns << 3 >> octave) & (_BINS_AN_OCTAVE - 1) if octave >= 3 else 0
        with self._lock:
            self._table[_COUNTERS + min(octave * _BINS_AN_OCTAVE + part, _BINS - 1)] += 1

    def shown(self) -> Shown:
        counts = [int(self._table[what]) for what in Counted]
        bins = self._table[_COUNTERS:].copy()
        calls, unknown, without_consent, messages_refused, rate_exceeded, stopped, suspected = counts
        return Shown(
            calls,
            unknown,
            without_consent,
            messages_refused,
            rate_exceeded,
            stopped,
            suspected,
            messages=int(bins.sum()),
            p50_us=_within_us(bins, 50),
            p99_us=_within_us(bins, 99),
        )


def _within_us(bins: np.ndarray[tuple[int], np.dtype[np.int64]], percent: int) -> int:
    total = int(bins.sum())
    if not total:
        return 0
    at = int(np.searchsorted(np.cumsum(bins), -(-total * percent // 100)))
    octave, part = divmod(at, _BINS_AN_OCTAVE)
    upper_ns = (1 << octave) * (_BINS_AN_OCTAVE + part + 1) / _BINS_AN_OCTAVE
    return int(-(-upper_ns // 1000))
