"""What a market's register and journal hold of a certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mumian.cli.certificate.certificate import (
    Attestation,
    Certificate,
    Holder,
    Limit,
    Note,
    Registry,
    Restrictions,
    RightLine,
)
from mumian.journal.log import payload_in
from mumian.journal.store import Store
from mumian.kernel.canonical import digest
from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant, day_of
from mumian.market.leaf import Leaf, decode_leaf
from mumian.market.rooms import States
from mumian.rooms.parties.model import PartyKind
from mumian.rooms.property_register import records
from mumian.rooms.property_register.certificate import DISPLAY_NAMES
from mumian.rooms.property_register.events import CertificateIssued
from mumian.rooms.rights.chain import Break, stop

NO_LIMIT = "无"


class Unregistered(Exception):  # noqa: N818  # a state of the register, told to people
    """The register holds no certificate of that number."""


class Entry(msgspec.Struct, frozen=True):
    """A certificate as it stands in the register.

    valid_from, valid_to: of its rights that have not ended; `valid_to` is the first instant at which none holds. Both 0 if
    all have ended. stops: lines, from 1, that are not in force now, each with why and, if frozen, for which reasons.
    """

    certificate: Certificate
    valid_from: Instant
    valid_to: Instant
    stops: tuple[tuple[int, Break, tuple[str, ...]], ...]


def read_entry(
    store: Store, states: States, number: str, *, origin: str, now: Instant, names: Mapping[str, str] | None = None
) -> Entry:
    """Return what the register holds of a certificate.

    names: of persons, by party, which no journal holds: given by hand where they are to be printed.
    Raises: Unregistered.
    """
    record: records.Certificate | None = states.property_register.certificates.get(number)
    if record is None:
        raise Unregistered(number)
    leaf = leaf_of(store, number, record.attested_at)
    lines = [(nth, line) for nth, line in enumerate(record.lines, 1) if line.ended is None]
    start = min((line.valid_from for _, line in lines), default=0)
    end = max((line.valid_to for _, line in lines), default=0)
    said = Certificate(
        number=number,
        title=record.title,
        resource=record.resource,
        source=record.content.origin,
        registry=Registry(record.registry, states.parties.parties[record.registry].name),
        rights=tuple(_right(nth, line) for nth, line in lines),
        registered_on=day_of(record.attested_at).isoformat(),
        valid_from=day_of(start).isoformat(),
        valid_to=day_of(max(end - 1, 0)).isoformat(),
        attestation=Attestation(origin, leaf, digest(record)),
        edition=record.edition,
        notes=tuple(_notes(states, number)),
        holders=tuple(_holders(states, lines, names or {})),
        restrictions=_restrictions(record, lines),
        evidence=tuple(_evidence(record, lines)),
    )
    return Entry(said, start, end, tuple(_stops(states, record, now)))


def leaf_of(store: Store, number: str, at: Instant) -> int:
    """Return the number of the leaf in which a certificate was issued at the instant `at`.

    Leaves stand in the order of time, so that a few looks find it among millions.
    """
    head = store.head()
    low, high = 0, head.size if head is not None else 0
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if read_leaf(store, middle).at < at else (low, middle)
    while not _issues(read_leaf(store, low), number):
        low += 1
    return low


def read_leaf(store: Store, seq: int) -> Leaf:
    """Return leaf `seq` of a market's journal."""
    (entry,) = store.entries(seq, seq + 1)
    leaf: Leaf = decode_leaf(payload_in(entry, store.body))
    return leaf


def keys_of(states: States, party: str) -> Iterator[tuple[str, bool]]:
    """Yield every key that a party ever had, base64 of 32 bytes, and whether it still speaks by it: those first.

    Revoked ones are looked for among everybody's, so take no more than is needed.
    """
    for key in states.parties.parties[PartyId(party)].keys:
        yield key, True
    for key, record in states.parties.keys.under():
        if record.party == party and not record.is_live:
            yield key, False


def _issues(leaf: Leaf, number: str) -> bool:
    return any(isinstance(event, CertificateIssued) and event.certificate == number for event in leaf.events)


Lines = list[tuple[int, records.Line]]


def _right(nth: int, line: records.Line) -> RightLine:
    name_2026, name_2023 = (DISPLAY_NAMES[vocabulary][line.right] for vocabulary in ("national2026", "gz2023"))
    return RightLine(nth, line.right, name_2026, name_2023, line.holder, day_of(line.valid_to - 1).isoformat())


def _holders(states: States, lines: Lines, names: Mapping[str, str]) -> Iterator[Holder]:
    for holder in dict.fromkeys(line.holder for _, line in lines):
        party: Any = states.parties.parties[holder]
        by_hand = names.get(holder, "") if party.kind is PartyKind.NATURAL else ""
        yield Holder(holder, party.name or by_hand, party.uscc)


def _notes(states: States, number: str) -> Iterator[Note]:
    for _, note in states.property_register.notes_on.under(f"{number}/"):
        record: records.Note = states.property_register.notes[note]
        if not record.removed:
            yield Note(record.kind, day_of(record.at).isoformat(), tuple(line + 1 for line in record.lines))


def _restrictions(record: records.Certificate, lines: Lines) -> Restrictions:
    said = record.content.restrictions
    limits = tuple(Limit(nth, line.limits) for nth, line in lines if line.limits != NO_LIMIT)
    return Restrictions(**{name: getattr(said, name) for name in said.__struct_fields__}, lines=limits)


def _evidence(record: records.Certificate, lines: Lines) -> Iterator[str]:
    """Yield digests as `what:64 hex digits`: of the sample, the acquisition, watermark and storage, the proof of each line."""
    for name in record.content.evidence.__struct_fields__:
        held = getattr(record.content.evidence, name)
        if held is not None:
            yield f"{name}:{held}"
    for nth, line in lines:
        yield f"line {nth}:{line.proof_digest}"


def _stops(states: States, record: records.Certificate, now: Instant) -> Iterator[tuple[int, Break, tuple[str, ...]]]:
    """Yield which lines do not hold at `now`, by the rights that the market goes by."""
    registered = [states.rights.rights[right] for _, right in states.rights.by_certificate.under(f"{record.number}/")]
    for nth, line in enumerate(record.lines, 1):
        if line.ended is not None:
            yield nth, Break.ENDED, ()
            continue
        for right in registered:
            if (right.holder, right.right) == (line.holder, line.right) and (why := stop(right, now)) is not None:
                yield nth, why, tuple(str(freeze.reason) for freeze in right.freezes)
