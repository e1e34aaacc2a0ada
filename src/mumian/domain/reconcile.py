"""The consumer's own meter held against a domain's: by the roots of batches, then call by call.

Who asked knows what was asked and what was answered; the domain's record of a call adds time and salt. From both the
consumer makes the batch as it saw it. Equal roots: every call agrees. Else the calls that differ are found, and the batch's
root by its own meter is what it contests an invoice with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from mumian.domain.faults import BadCall, BadSignature
from mumian.domain.keys import verify
from mumian.domain.metering import Call, CallRecord, Verdict, question_digest
from mumian.journal.tree import Frontier, leaf_hash
from mumian.kernel.canonical import Natural, canonical
from mumian.kernel.ids import JobId, PartyId
from mumian.rooms.cleanroom.plan import SignedBatch, batch_bytes


class OwnCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call as who made it saw it: of domain `domain`, its number there, what was asked and answered."""

    domain: PartyId
    job: JobId
    call: Natural
    asked: Call
    answer: Verdict


class OwnMeter:
    """A consumer's own meter: one file, a line a call, written before the answers are used."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def record(
        self, domain: PartyId, job: JobId, first: int, calls: Sequence[Call], answers: Sequence[Verdict]
    ) -> None:
        """Add the calls of one reply."""
        rows = zip(range(first, first + len(calls)), calls, answers, strict=True)
        lines = b"".join(canonical(OwnCall(domain, job, nth, call, answer)) + b"\n" for nth, call, answer in rows)
        with self._file.open("ab") as file:
            file.write(lines)

    def calls(self, domain: PartyId, job: JobId) -> dict[int, OwnCall]:
        """Return the calls of a job by number. Raises: BadCall: a line is none of a meter, or a number stands twice."""
        found: dict[int, OwnCall] = {}
        for nth, line in enumerate(self._lines(), 1):
            try:
                own = _decode(line)
            except msgspec.DecodeError as error:
                raise BadCall(f"line {nth} of `{self._file}`: {error}") from error
            if (own.domain, own.job) != (domain, job):
                continue
            if own.call in found:
                raise BadCall(f"line {nth} of `{self._file}`: call {own.call} of `{job}` stands there twice")
            found[own.call] = own
        return found

    def _lines(self) -> Iterator[bytes]:
        with self._file.open("rb") as file:
            yield from file


_decode = msgspec.json.Decoder(OwnCall).decode


class Kind(StrEnum):
    """How a record differs from what the consumer saw."""

    ADDED = "added"  # no such call was made
    QUESTION = "question"  # another call was made under this number
    ANSWER = "answer"  # another answer was given


class Difference(msgspec.Struct, frozen=True):
    call: Natural
    kind: Kind


class Compared(msgspec.Struct, frozen=True):
    """One batch. own_root: hex, of the calls as the consumer saw them; empty if it made none of them."""

    batch: SignedBatch
    own_root: str
    differences: tuple[Difference, ...]


def compared(
    batch: SignedBatch, records: Iterable[CallRecord], own: dict[int, OwnCall], *, domain_key: str
) -> Compared:
    """Hold a signed batch against one's own calls.

    records: all of the batch, in their order, as the domain showed them. domain_key: Ed25519, hex.
    Raises: BadCall: the batch is not signed by the domain, or the records are not those that it signed.
    """
    told = batch.batch
    try:
        verify(domain_key, batch.signature, batch_bytes(batch.batch))
    except BadSignature as error:
        raise BadCall(f"batch {told.nth} of `{told.job}`: {error}") from error
    theirs, ours = Frontier(), Frontier()
    found: list[Difference] = []
    for nth, record in enumerate(records, told.first):
        if record.call != nth or record.job != told.job:
            raise BadCall(f"record {record.call} of `{record.job}` stands where {nth} of `{told.job}` should")
        theirs.extend([leaf_hash(canonical(record))])
        seen, kind = _as_seen(record, own.get(nth))
        if kind is not None:
            found.append(Difference(nth, kind))
        if seen is not None:
            ours.extend([leaf_hash(canonical(seen))])
    if theirs.size != told.count or theirs.root().hex() != told.root:
        raise BadCall(f"the records of batch {told.nth} of `{told.job}` are not those that were signed")
    return Compared(batch, ours.root().hex() if ours.size else "", tuple(found))


def _as_seen(record: CallRecord, own: OwnCall | None) -> tuple[CallRecord | None, Kind | None]:
    """Return the record as the consumer would have it, and how it differs."""
    if own is None:
        return None, Kind.ADDED
    asked = question_digest(bytes.fromhex(record.salt), own.asked)
    seen = msgspec.structs.replace(record, question=asked, answer=own.answer)
    if asked != record.question:
        return seen, Kind.QUESTION
    return seen, None if own.answer is record.answer else Kind.ANSWER
