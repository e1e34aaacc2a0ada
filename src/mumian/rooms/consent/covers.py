"""What a consent covers, as rows that are counted: resource, purpose, recipient, and the class of consents alike.

Whether a use is covered is then read off a few rows, however many persons consented.
"""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.rooms.consent.records import Consent, Cover
from mumian.rooms.consent.vocabulary import Activity, InfoKind


def use_keys(consent: Consent) -> Iterator[str]:
    """Yield `person/resource/purpose` of every use: no person has two consents in force to one."""
    for resource in consent.resources:
        for purpose in consent.purposes:
            yield f"{consent.person}/{resource}/{purpose}"


def cover_keys(consent: Consent) -> Iterator[str]:
    """Yield the key of every row that the consent counts in: for the processor itself and for each recipient."""
    like = class_of(consent)
    for resource in consent.resources:
        for purpose in consent.purposes:
            for recipient in recipients_of(consent):
                yield f"{resource}/{purpose}/{recipient}/{like}"


def recipients_of(consent: Consent) -> tuple[PartyId, ...]:
    return (consent.processor, *consent.recipients)


def separately(consent: Consent) -> tuple[Activity, ...]:
    """Return the activities that the person consented to separately, in order."""
    return tuple(sorted(each.activity for each in consent.separate))


def kinds_of(consent: Consent) -> tuple[InfoKind, ...]:
    return tuple(sorted(consent.kinds))


def class_of(consent: Consent) -> str:
    """Return what consents alike share: kinds, separate consents and manners, as text."""
    parts = (kinds_of(consent), separately(consent), sorted(consent.manners))
    return "|".join("+".join(part) for part in parts)


def cover_of(consent: Consent, consents: int) -> Cover:
    return Cover(kinds_of(consent), separately(consent), consents, tuple(sorted(consent.manners)))


def is_covered_by(old: Consent, new: Consent) -> bool:
    """Tell whether `new` covers all that `old` covers, on the resources that both name."""
    return (
        set(old.purposes) <= set(new.purposes)
        and set(old.kinds) <= set(new.kinds)
        and set(recipients_of(old)) <= set(recipients_of(new))
        and set(separately(old)) <= set(separately(new))
        and set(old.manners) <= set(new.manners)
    )
