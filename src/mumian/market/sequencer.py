"""The sequencer: one thread that takes what is waiting, decides it in order, commits once, and only then answers.

MarketStopped   a commit failed, a law broke or the market was closed: nothing is decided until it is opened anew
ClockBehind     the machine's clock is far behind the journal: nothing is decided until the clock is set
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import msgspec

from mumian.journal.log import Log, Sealed, entry_for, payload_in
from mumian.journal.publish import Publisher
from mumian.journal.store import Commit, Head, Store, StoreBehind
from mumian.kernel.canonical import canonical, sha256_hex
from mumian.kernel.outcome import Broken
from mumian.kernel.time import Instant, iso
from mumian.market.envelope import Envelope
from mumian.market.hearing import Spoken
from mumian.market.leaf import Leaf, decode_leaf, leaf_bytes
from mumian.market.prefetch import rows_named_by
from mumian.market.pulse import Pulse, tick
from mumian.market.rooms import States
from mumian.market.step import step

T = TypeVar("T")


class Settings(msgspec.Struct, frozen=True):
    """batch_max: commands a commit. rows_kept_max: rows in memory a table. clock_slack_ms: how far the clock may be behind."""

    batch_max: int = 1_000
    rows_kept_max: int = 200_000
    clock_slack_ms: int = 60_000


TICKS_A_COMMIT = 16
"""Ticks that are committed together when many time limits are over at once; bounds what waits in memory."""

PULSE_S = 1.0
"""An idle market looks at its time limits so often."""

BATCHES_A_PUBLICATION = 8
"""Batches that go out together under one checkpoint while callers keep the queue full; bounds what waits in memory."""


class MarketStopped(Exception):  # noqa: N818  # a state that the market is in, not an error of the caller
    """The market decides nothing more until it is opened anew: what was acknowledged is safe, the rest never was."""


class ClockBehind(Exception):  # noqa: N818  # likewise
    """The clock is behind the last leaf by more than the slack. The market has not stopped: set the clock and say it again."""


class Answer(msgspec.Struct, frozen=True):
    """The leaf that answers an envelope. again: the envelope was a retry, and this is the first answer."""

    leaf: Leaf
    again: bool = False


class _Work:
    """What one caller waits for: answers to envelopes, or a view of the state between two batches."""

    __slots__ = ("answers", "done", "fault", "seen", "spoken", "view")

    def __init__(self, spoken: Sequence[Spoken], view: Callable[[States], Any] | None = None) -> None:
        self.spoken = spoken
        self.view = view
        self.seen: Any = None
        self.answers: list[Answer] = []
        self.done = threading.Event()
        self.fault: BaseException | None = None


class Sequencer:
    """The only writer of a market. `handle_all` may be called from any thread; decisions happen in one."""

    def __init__(
        self,
        store: Store,
        log: Log,
        publisher: Publisher | None,
        clock: Callable[[], Instant],
        settings: Settings | None = None,
    ) -> None:
        self.states = States(store)
        self._pulse = Pulse(self.states)
        self._store = store
        self._log = log
        self._publisher = publisher
        self._clock = clock
        self._settings = settings or Settings()
        head = store.head()
        self.size = head.size if head else 0
        self._last_at: Instant = head.at if head else 0
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._stopped: BaseException | None = None
        self._gate = threading.Lock()  # held to queue: nothing may come in behind the work that ends the thread
        self._closed = False
        self._unpublished: list[tuple[list[bytes], Sealed]] = []  # committed and not shown yet, batch by batch
        self.publish_fault: OSError | None = None
        if publisher is not None and head is not None:
            self._republish(publisher, head)
        self._thread = threading.Thread(target=self._serve, name="sequencer", daemon=True)
        self._thread.start()

    def handle_all(self, spoken: Sequence[Spoken]) -> list[Answer]:
        """Decide every envelope in order and return their answers after they are durable.

        Raises: MarketStopped: the market has stopped; whether these envelopes count is known after it is opened anew.
            ClockBehind: not all of them are decided; say them again when the clock is set, their ids make that safe.
        """
        work = self._wait(_Work(spoken))
        if isinstance(work.fault, ClockBehind):
            raise ClockBehind(str(work.fault)) from work.fault
        if work.fault is not None:
            raise MarketStopped(str(work.fault)) from work.fault
        return work.answers

    def ask(self, view: Callable[[States], T]) -> T:
        """Return what `view` sees of the state as it is between two batches. It must only read.

        Raises: MarketStopped: the market has stopped.
        """
        work = self._wait(_Work((), view))
        if work.fault is not None:
            raise work.fault
        return cast(T, work.seen)

    def meet(self) -> None:
        """Meet every time limit that is over now; a market that is idle does so by itself.

        Raises: MarketStopped: the market has stopped.
        """
        self.ask(lambda _: None)

    def _wait(self, work: _Work) -> _Work:
        """Queue `work` and return it when it is done."""
        with self._gate:
            if self._closed:
                raise MarketStopped("the market is closed; open it again")
            self._queue.put(work)
        work.done.wait()
        return work

    def close(self) -> None:
        """Answer what is waiting, then stop and close the store. Closing twice does nothing."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._store.close()

    def _serve(self) -> None:
        while (work := self._next_work()) is not None:
            works, waiting = [work], len(work.spoken)
            while waiting < self._settings.batch_max and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    self._queue.put(None)
                    break
                works.append(more)
                waiting += len(more.spoken)
            self._serve_works(works)

    def _next_work(self) -> _Work | None:
        """Wait for work; an idle market meets the time limits that are over by itself."""
        while True:
            try:
                return self._queue.get(timeout=PULSE_S)
            except queue.Empty:
                self._serve_works([_Work(())])

    def _serve_works(self, works: list[_Work]) -> None:
        behind: ClockBehind | None = None
        if self._stopped is None:
            try:
                self._decide_works(works)
            except ClockBehind as fault:  # raised before anything of its batch was decided: the state is the store's
                behind = fault
            except BaseException as fault:  # whatever it is, the state in memory is no longer the store's: stop
                self._stopped = self._cause_of(fault)
        for work in works:
            if len(work.answers) < len(work.spoken):
                work.fault = self._stopped or behind
            elif work.view is not None:
                self._show(work, work.view)
            work.done.set()

    def _cause_of(self, fault: BaseException) -> BaseException:
        """Return what stopped the market: rows of a second writer make no sense of any kind, so ask for one first."""
        try:
            head = self._store.head()
        except Exception:  # the store itself failed: the first fault says more
            return fault
        if head is None or head.size == self.size or isinstance(fault, StoreBehind):
            return fault
        behind = StoreBehind(
            f"the journal has `{head.size}` leaves, this market ends at `{self.size}`: "
            "another writer was here; stop it and open the market again"
        )
        behind.__cause__ = fault
        return behind

    def _show(self, work: _Work, view: Callable[[States], Any]) -> None:
        """Answer a view. A view that fails is its asker's fault, not the market's."""
        if self._stopped is not None:
            work.fault = MarketStopped(str(self._stopped))
            return
        try:
            work.seen = view(self.states)
        except Exception as fault:
            work.fault = fault

    def _decide_works(self, works: list[_Work]) -> None:
        """Cut the works into batches of `batch_max`; an answer is handed over only after its batch is committed."""
        todo = [(work, spoken) for work in works for spoken in work.spoken]
        if not todo:
            self._meet(self._now())
        for start in range(0, len(todo), self._settings.batch_max):
            batch = todo[start : start + self._settings.batch_max]
            answers = self._decide_batch([spoken for _, spoken in batch])
            for (work, _), answer in zip(batch, answers, strict=True):
                work.answers.append(answer)
        if self._publisher is not None and self._unpublished:
            self._publish(self._publisher)

    def _decide_batch(self, batch: list[Spoken]) -> list[Answer]:
        at = self._now()
        self._meet(at)
        if self._store.is_remote:
            self._prime(batch)
        answers: list[Answer] = []
        entries: list[bytes] = []
        leaves: list[Leaf] = []
        for envelope, by in batch:
            first = self._first_answer(envelope, leaves)
            if first is not None:
                answers.append(Answer(first, again=True))
                continue
            leaf = self._step(envelope, by, seq=self.size + len(leaves), at=at)
            leaves.append(leaf)
            entries.append(leaf_bytes(leaf))
            answers.append(Answer(leaf))
        if entries:
            self._commit(entries, at)
        return answers

    def _step(self, envelope: Envelope, by: str, *, seq: int, at: Instant) -> Leaf:
        leaf = step(self.states, envelope, seq=seq, at=at, by=by)
        self._pulse.see(leaf)
        return leaf

    def _meet(self, at: Instant) -> None:
        """Meet every time limit that is over at `at`, in leaves of their own, before anything else is decided."""
        while self._pulse.beats(at):
            entries: list[bytes] = []
            while len(entries) < TICKS_A_COMMIT and self._pulse.beats(at):
                seq = self.size + len(entries)
                leaf = self._step(*tick(seq), seq=seq, at=at)
                if leaf.refused:
                    raise Broken("every_limit_is_met", f"leaf {seq}: {leaf.refused} {leaf.detail}")
                entries.append(leaf_bytes(leaf))
            self._commit(entries, at)

    def _commit(self, payloads: list[bytes], at: Instant) -> None:
        entries, bodies = _entries_for(payloads)
        sealed = self._log.seal(entries, at)
        puts: list[tuple[str, str, bytes]] = []
        deletes: list[tuple[str, str]] = []
        for rows in self.states.tables.values():
            rows.changes(puts, deletes)
        head = Head(sealed.size, sealed.root.hex(), sealed.peaks, at)
        self._store.commit(
            Commit(first_seq=self.size, entries=entries, puts=puts, deletes=deletes, bodies=bodies, head=head)
        )
        self._log.advance(sealed)
        self.size, self._last_at = head.size, at
        for rows in self.states.tables.values():
            rows.settled(keep_max=self._settings.rows_kept_max)
        if self._publisher is not None:
            self._unpublished.append((entries, sealed))
            if len(self._unpublished) >= BATCHES_A_PUBLICATION:
                self._publish(self._publisher)

    def _publish(self, publisher: Publisher) -> None:
        """Show what is committed to the world. It can be derived from the store, so a failure stops nothing."""
        entries = [entry for batch, _ in self._unpublished for entry in batch]
        leaves = [leaf for _, sealed in self._unpublished for leaf in sealed.leaves]
        note = self._log.sign(self._unpublished[-1][1])
        self._unpublished.clear()
        try:
            if publisher.published_size() == self.size - len(entries):
                publisher.publish(entries, note, leaves)
            else:
                publisher.catch_up(self._store.entries, note)
            self.publish_fault = None
        except OSError as fault:
            self.publish_fault = fault

    def _republish(self, publisher: Publisher, head: Head) -> None:
        """Bring what is published up to the store: a crash may have come between commit and publication."""
        tree = self._log.head
        try:
            publisher.catch_up(
                self._store.entries, self._log.sign(Sealed(tree, head.size, tree.root, head.at, head.frontier, ()))
            )
        except OSError as fault:
            self.publish_fault = fault

    def _now(self) -> Instant:
        now = self._clock()
        if now + self._settings.clock_slack_ms < self._last_at:
            raise ClockBehind(f"the clock says {iso(now)}, the last leaf is of {iso(self._last_at)}; set the clock")
        return max(now, self._last_at)

    def _first_answer(self, envelope: Envelope, leaves: list[Leaf]) -> Leaf | None:
        """Return the leaf that answered the same envelope before, if there is one; not for a reused id."""
        first_seq = self.states.seen.get(envelope.id)
        if first_seq is None:
            return None
        if first_seq >= self.size + len(leaves):  # a row of a leaf that we never made
            raise StoreBehind(
                f"`{envelope.id}` is in leaf `{first_seq}`, but this market ends at `{self.size}` leaves: "
                "another writer was here; stop it and open the market again"
            )
        first = leaves[first_seq - self.size] if first_seq >= self.size else self.leaf(first_seq)
        is_same = first.actor == envelope.actor and canonical(first.command) == canonical(envelope.command)
        return first if is_same else None

    def leaf(self, seq: int) -> Leaf:
        """Return leaf `seq` from the store."""
        (entry,) = self._store.entries(seq, seq + 1)
        leaf: Leaf = decode_leaf(payload_in(entry, self._store.body))
        return leaf

    def _prime(self, batch: list[Spoken]) -> None:
        """Fetch in one go the rows that the batch names and memory lacks."""
        tables = self.states.tables
        wanted = [
            (table, key)
            for envelope, _ in batch
            for table, key in rows_named_by(envelope)
            if not tables[table].holds(key)
        ]
        found = self._store.fetch_many(wanted)
        for table, key in wanted:
            tables[table].prime(key, found.get((table, key)))


def _entries_for(payloads: list[bytes]) -> tuple[list[bytes], list[tuple[str, bytes]]]:
    """Return the entries to log and, for those that are too large, the bodies to keep beside, by their SHA-256."""
    entries: list[bytes] = []
    bodies: list[tuple[str, bytes]] = []
    for payload in payloads:
        entry, body = entry_for(payload)
        entries.append(entry)
        if body is not None:
            bodies.append((sha256_hex(body), body))
    return entries, bodies
