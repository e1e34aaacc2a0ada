"""Recorded batches held against what their domains signed: by the right key, each call of a job charged once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from mumian.domain.faults import BadSignature
from mumian.domain.keys import verify
from mumian.kernel.canonical import Natural, Positive
from mumian.kernel.ids import JobId, PartyId
from mumian.rooms.cleanroom.plan import SignedBatch, batch_bytes


class Recorded(msgspec.Struct, frozen=True):
    """A batch as the journal has it. by: the domain that recorded it. first_call: under the agreement."""

    by: PartyId
    root: str
    first_call: Natural
    calls: Positive


def faults_of(
    recorded: Iterable[Recorded],
    signed: Iterable[SignedBatch],
    *,
    keys: Mapping[PartyId, str],
    jobs: Mapping[JobId, Collection[PartyId]],
) -> Iterator[str]:
    """Yield what is wrong with an agreement's recorded batches; nothing if each is what its domain signed, once.

    keys: of the domains, Ed25519, hex. jobs: the agreement's, with the domains that each asks.
    """
    shown = {(each.batch.domain, each.batch.root): each for each in signed}
    ends: dict[tuple[str, str], int] = {}
    for batch in recorded:
        where, own = f"the batch at call {batch.first_call}", shown.get((batch.by, batch.root))
        if own is None or own.batch.count != batch.calls:
            yield f"{where}: `{batch.by}` shows none of {batch.calls} calls with root {batch.root}"
            continue
        of = own.batch
        if not is_signed(own, keys.get(of.domain, "")):
            yield f"{where} is not signed by the key of `{of.domain}`"
        if of.domain not in jobs.get(of.job, ()):
            yield f"{where} is of `{of.job}`, which does not ask `{of.domain}` under this agreement"
        reached = ends.get((of.domain, of.job), 0)
        if of.first < reached:
            yield f"{where} begins at call {of.first} of `{of.job}`, which `{of.domain}` charged before"
        ends[of.domain, of.job] = max(reached, of.first + of.count)


def is_signed(signed: SignedBatch, key: str) -> bool:
    """Tell whether a batch is signed by `key` (Ed25519, hex)."""
    try:
        verify(key, signed.signature, batch_bytes(signed.batch))
    except BadSignature:
        return False
    return True
