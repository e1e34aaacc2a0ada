"""How fast a consumer may call, and whether its calls look like honest work or like walking and narrowing.

watches/HOLDING/CONSUMER.bin    what is remembered of one consumer at one holding: tables of fixed size, mapped into
                                memory, so that a restart forgets nothing; no key can be read out of them

A watch is of a holding, whatever resources, jobs and agreements the consumer comes by. Tables and what they can tell:
see `engines.watching`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import blake2b, sha256
from pathlib import Path
from threading import Lock, RLock

import msgspec
import numpy as np
import numpy.typing as npt

from mumian.domain.declaration import Declaration, IntegerColumn, Probing
from mumian.domain.metering import Call
from mumian.domain.store import integer_text
from mumian.engines import watching as engine
from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.rooms.cleanroom.plan import VerificationPlan

WATCHES_OPEN_MAX = 64
"""Watches kept mapped: about 1.3 MiB each; the one that was used longest ago is closed."""

TEXTS_MAX = 8_192
"""Texts whose hashes a watch keeps in memory, and how many calls it takes in one go."""

QUESTIONS_SIZE = 64
CALL_COST = 60_000
"""One call in the unit in which a bucket refills by the calls of a minute every millisecond."""

_VERSION = 1
_DIGITS = "0123456789"
_U64 = 2**64 - 1


class Pattern(StrEnum):
    """What a consumer's calls look like."""

    SPARSE = "sparse"  # most of the keys are not there, as when they are guessed
    NEIGHBOURS = "neighbours"  # most of the keys that there can be in a block, in any order
    RUN = "run"  # one key after the other
    VALUE = "value"  # many different questions to the same key


_PATTERNS = {
    engine.SPARSE: Pattern.SPARSE,
    engine.BLOCKS: Pattern.NEIGHBOURS,
    engine.RUN: Pattern.RUN,
    engine.VALUE: Pattern.VALUE,
}

_TABLES = (
    ("head", np.int64, (8,)),  # version, since, tokens, refilled_at, calls
    ("counts", np.int64, (engine.COUNTS,)),
    ("last", np.uint64, (engine.COLUMNS_MAX, 3)),
    ("last_ranks", np.int64, (engine.COLUMNS_MAX,)),
    ("questions", np.uint64, (QUESTIONS_SIZE,)),
    ("filters", np.uint64, (2, engine.FILTER_WORDS)),
    ("blocks", np.uint32, (engine.BLOCKS_SIZE,)),
    ("marks", np.uint64, (engine.MARKS_SIZE, 2)),
)
_SIZE = sum(int(np.prod(shape)) * np.dtype(kind).itemsize for _, kind, shape in _TABLES)
_VERSION_AT, _SINCE, _TOKENS, _REFILLED, _CALLS = range(5)


class Seen(msgspec.Struct, frozen=True):
    """What a watch has counted. calls: since it began. asked: different keys of late; answered: those that were there.

    run: keys one after the other. questions: different ones since the watch began, at most 64.
    """

    since: Instant
    calls: int
    asked: int
    answered: int
    run: int
    questions: int


class _Texts(dict[str, int]):
    """Text of one column → its line in `rows`: three hashes and the trailing number."""

    def __init__(self, name: str, column: IntegerColumn | None, secret: bytes, tail: int) -> None:
        self._prefix, self._column, self._secret, self._tail = name.encode() + b"\0", column, secret, tail
        self.rows = np.zeros((TEXTS_MAX, 4), np.uint64)

    def __missing__(self, text: str) -> int:
        line = self[text] = len(self)
        self.rows[line] = self._hashes(text)
        return line

    def _hashes(self, text: str) -> tuple[int, int, int, int]:
        value = integer_text(self._column, text) if self._column is not None else None
        plain = text if value is None else str(value)  # "07", " 7" and "7" are one key
        head = plain.rstrip(_DIGITS)
        number = int(plain[len(head) :][-18:] or 0)
        if len(head) == len(plain):
            head, number = plain[:-1], ord(plain[-1:] or "\0")
        block = f"{plain[: -self._tail or None]}\0{len(plain)}"
        return self._hash(b"full", plain), self._hash(b"block", block), self._hash(b"head", head), number

    def _hash(self, part: bytes, text: str) -> int:
        data = self._prefix + part + text.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(data, key=self._secret, digest_size=8).digest(), "little")


class Watch:
    """One consumer at one holding. Safe to use from several threads. path: its tables, made if they are not there."""

    def __init__(self, path: Path, secret: bytes, *, now: Instant) -> None:
        self._secret = secret
        self.lock = RLock()
        self._texts: dict[tuple[str, int], _Texts] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.stat().st_size != _SIZE:
            with path.open("wb") as file:
                file.truncate(_SIZE)
        whole = np.memmap(path, np.uint8, "r+", shape=(_SIZE,))
        self._tables: dict[str, npt.NDArray[np.generic]] = {}
        at = 0
        for name, kind, shape in _TABLES:
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            self._tables[name] = np.asarray(whole[at : at + size]).view(kind).reshape(shape)
            at += size
        self._head = self._tables["head"]
        if self._head[_VERSION_AT] != _VERSION:
            self.reset(now=now)

    def reset(self, *, now: Instant) -> None:
        """Forget everything, and begin to watch anew."""
        with self.lock:
            for table in self._tables.values():
                table[...] = 0
            self._head[:2] = _VERSION, now

    @property
    def since(self) -> Instant:
        return int(self._head[_SINCE])

    def seen(self) -> Seen:
        counts = self._tables["counts"]
        return Seen(
            self.since,
            calls=int(self._head[_CALLS]),
            asked=int(counts[engine.ASKED]),
            answered=int(counts[engine.ANSWERED]),
            run=int(counts[engine.STEPS]),
            questions=int(np.count_nonzero(self._tables["questions"])),
        )

    def admit(self, calls: int, *, now: Instant, a_minute: int) -> Instant | None:
        """Take so many calls out of the bucket, or return when there will be enough in it (or it will be full).

        a_minute: calls that flow in each minute, and the most that the bucket holds.
        """
        full, cost = a_minute * CALL_COST, calls * CALL_COST
        with self.lock:
            refilled, tokens = int(self._head[_REFILLED]), int(self._head[_TOKENS])
            tokens = min(full, tokens + max(0, now - refilled) * a_minute) if refilled else full
            enough = tokens >= cost
            self._head[_TOKENS], self._head[_REFILLED] = tokens - cost if enough else tokens, max(now, refilled)
            return None if enough else now + -(-(min(cost, full) - tokens) // a_minute)

    def take(
        self,
        plan: VerificationPlan,
        declaration: Declaration,
        calls: Sequence[Call],
        answered: npt.NDArray[np.bool_],
        limits: Probing,
    ) -> Pattern | None:
        """Take calls into account; return what they look like, if it is not honest work. answered: not by unknown."""
        columns = plan.key_columns[: engine.COLUMNS_MAX]
        bounds = np.array(
            [limits.keys_min, limits.answered_permille_min, limits.neighbours_max, limits.run_max, limits.questions_max]
        )
        with self.lock:
            self._head[_CALLS] += len(calls)
            question = self._question(plan)
            for start in range(0, len(calls), TEXTS_MAX):
                part = slice(start, start + TEXTS_MAX)
                rows = self._rows(columns, declaration, calls[part], limits.tail)
                hashes, ranks = np.ascontiguousarray(rows[:, :, :3]), rows[:, :, 3].astype(np.int64)
                tables = (self._tables[name] for name in ("counts", "filters", "blocks", "marks", "last", "last_ranks"))
                found = engine.watch(hashes, ranks, answered[part], question, bounds, *tables)
                if found != engine.QUIET:
                    return _PATTERNS[int(found)]
        return None

    def _rows(
        self, columns: Sequence[str], declaration: Declaration, calls: Sequence[Call], tail: int
    ) -> npt.NDArray[np.uint64]:
        rows = np.empty((len(calls), len(columns), 4), np.uint64)
        for nth, (name, values) in enumerate(zip(columns, zip(*calls, strict=True), strict=False)):
            known = self._texts.get((name, tail))
            if known is None or len(known) + len(calls) > TEXTS_MAX:
                column = declaration.column(name)
                number = column if isinstance(column, IntegerColumn) else None
                known = self._texts[name, tail] = _Texts(name, number, self._secret, tail)
            rows[:, nth] = known.rows[np.fromiter(map(known.__getitem__, values), np.int64, len(calls))]
        return rows

    def _question(self, plan: VerificationPlan) -> int:
        """Return the number of a plan's question, whatever the key columns; from the 64th on they share one."""
        what = digest([msgspec.to_builtins(plan.predicate), list(getattr(plan, "bands", ()))])
        named = np.uint64(int(what[:16], 16) | 1)
        table = self._tables["questions"]
        places = np.flatnonzero((table == named) | (table == 0))
        place = int(places[0]) if len(places) else QUESTIONS_SIZE - 1
        table[place] = named
        return place


class Watches:
    """The watches of one domain. secret: what keys are hashed with."""

    def __init__(self, folder: Path, secret: bytes, clock: Callable[[], Instant]) -> None:
        self._folder, self._secret, self._clock = folder, secret, clock
        self._lock = Lock()
        self._open: OrderedDict[tuple[str, PartyId], Watch] = OrderedDict()

    def of(self, holding: str, consumer: PartyId) -> Watch:
        with self._lock:
            watch = self._open.get((holding, consumer))
            if watch is None:
                name = sha256(consumer.encode()).hexdigest()[:32]  # an id may hold anything, a file's name may not
                watch = Watch(self._folder / holding / f"{name}.bin", self._secret, now=self._clock())
                self._open[holding, consumer] = watch
                while len(self._open) > WATCHES_OPEN_MAX:
                    self._open.popitem(last=False)
            self._open.move_to_end((holding, consumer))
            return watch
