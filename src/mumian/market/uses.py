"""Every use of a person's data, for the person: what read a resource while its rows lay in it, when, for whom, for what.

The journal knows persons by opaque ids only; that a resource holds somebody's rows it knows from that person's consents.
Uses on another basis than consent are shown too: whoever consented to one use sees all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.consent import views as consents


class PersonalUse(msgspec.Struct, frozen=True):
    """One job that read a resource with the person's rows in it. by_consent: for a purpose that the person consented to.

    status: `issued`, `released`, `refused`, `expired` or `stopped`; only a released one gave anybody an answer.
    """

    at: Instant
    resource: str
    processor: str
    consent: str
    job: str
    kind: str
    product: str
    consumer: str
    purpose: str
    by_consent: bool
    status: str


def uses_of(states: States, person: PartyId) -> Iterator[PersonalUse]:
    """Yield every use of a person's data that the market ticketed, consent by consent in order of time, then of use."""
    for held in consents.held_of(states.consent, person):
        for key, job_id in states.cleanroom.uses.under(f"{held.resource}/"):
            at = int(key[len(held.resource) + 1 : len(held.resource) + 17])
            if at < held.since:
                continue
            if held.until is not None and at > held.until:
                break
            job = states.cleanroom.jobs[job_id]
            yield PersonalUse(
                at,
                held.resource,
                held.processor,
                held.consent,
                job_id,
                job.kind.value,
                job.product,
                job.consumer,
                job.purpose,
                job.purpose in held.purposes,
                job.status.value,
            )
