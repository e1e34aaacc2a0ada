"""Laws between the room of consent and those that read persons' data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from mumian.kernel.time import Instant
from mumian.market.rooms import States
from mumian.rooms.cleanroom.records import JobStatus, reading
from mumian.rooms.parties.model import Standing


def consents_that_ended_are_void_and_no_others(s: States, _now: Instant) -> Iterator[str]:
    """What was granted on a consent stands just as long as the consent does (PIPL 第15条)."""
    ended = {key for key, consent in s.consent.consents.under() if consent.ended is not None}
    for key in sorted(ended ^ {key for key, _ in s.rights.voided.under()}):
        yield f"`{key}` {'ended and is not void' if key in ended else 'is void and has not ended'}"


def no_job_waits_past_a_withdrawal(s: States, _now: Instant) -> Iterator[str]:
    """A job that was asked for before a consent to its data was withdrawn or ran out has been stopped."""
    withdrawn: dict[str, Instant] = {}
    for _, consent in s.consent.consents.under():
        if consent.ended_at is None:
            continue
        later = s.consent.consents.get(consent.successor) if consent.successor is not None else None
        for resource, purpose in product(consent.resources, consent.purposes):
            if later is None or resource not in later.resources or purpose not in later.purposes:
                path = reading(resource, purpose)
                withdrawn[path] = max(withdrawn.get(path, 0), consent.ended_at)
    for key, job in s.cleanroom.jobs.under():
        if job.status is JobStatus.ISSUED:
            for path in job.read_by:
                if job.issued_at < withdrawn.get(path, 0):
                    yield f"`{key}` still waits to read `{path}`"


def no_consent_outlasts_the_persons_stay(s: States, _now: Instant) -> Iterator[str]:
    """Who left the market cannot withdraw any more, so nothing rests on that person's consent."""
    for key, consent in s.consent.consents.under():
        person = s.parties.parties.get(consent.person)
        if consent.ended is None and person is not None and person.standing is Standing.EXITED:
            yield f"`{key}` is in force, `{consent.person}` left"


LAWS: tuple[Callable[[States, Instant], Iterator[str]], ...] = (
    consents_that_ended_are_void_and_no_others,
    no_job_waits_past_a_withdrawal,
    no_consent_outlasts_the_persons_stay,
)
