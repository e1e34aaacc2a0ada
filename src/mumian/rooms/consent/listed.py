"""Who consents to what of a resource, person by person: what a holder's domain needs to tell of those persons and no other.

The counted rows of `covers` answer whether a use is lawful at all; this goes through the consents themselves.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from mumian.kernel.canonical import Natural, canonical
from mumian.kernel.ids import PartyId, ResourceId
from mumian.kernel.time import Instant
from mumian.rooms.consent.covers import recipients_of, separately
from mumian.rooms.consent.entrusting import hand_of
from mumian.rooms.consent.guards import SEPARATE
from mumian.rooms.consent.lawful import BY_PERSON, activities_of
from mumian.rooms.consent.model import State
from mumian.rooms.consent.records import Consent, Declaration
from mumian.rooms.consent.views import bases_of, to_exclude
from mumian.rooms.consent.vocabulary import LegalBasis

ANYBODY = PartyId("")
"""Recipient of a use that needs no consent."""


class Consenting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Persons who consent to `recipient` using the resource for `purpose`, each with the end of the consent (exclusive).

    needs_none: the law asks for no consent to this use: anybody's data may be used for it, but for those of `persons`, who
    refused and are not confirmed to be out. The recipient is then `ANYBODY`.
    """

    purpose: str
    recipient: PartyId
    persons: tuple[tuple[PartyId, Instant], ...]
    needs_none: bool = False


class ConsentList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All consents to uses of a resource. market: origin of the journal. seq: leaves that it had. taken_at: by its clock."""

    resource: ResourceId
    market: str
    seq: Natural
    taken_at: Instant
    uses: tuple[Consenting, ...]


class SignedConsents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list with the market's Ed25519 signature over `consents_bytes`, hex."""

    consents: ConsentList
    signature: str


def consents_bytes(consents: ConsentList) -> bytes:
    """Return the bytes that the market signs."""
    return b"mumian/consents/v1\n" + canonical(consents)


def consenting(state: State, resource: ResourceId, *, holder: PartyId, sensitive: bool) -> tuple[Consenting, ...]:
    """Return who consents to which use of a resource. holder: of the resource. sensitive: it is by the catalog.

    A person who withdrew is out of the list at once, whether or not its rows are confirmed to be out: the domain tells of
    each person by itself.
    """
    given = [each for _, each in state.consents.under() if each.ended is None and resource in each.resources]
    uses: list[Consenting] = []
    for purpose, declared in bases_of(state, resource):
        if declared.processor != holder:
            continue
        if not _needs_consent(declared):
            is_public = declared.basis is LegalBasis.PUBLIC_INFO
            refused = tuple((each.person, each.at) for each in to_exclude(state, resource) if is_public)
            uses.append(Consenting(purpose, ANYBODY, refused, needs_none=True))
            continue
        fitting = [each for each in given if purpose in each.purposes and each.processor == holder]
        for recipient in _recipients(state, resource, fitting):
            persons = _covered(
                state, declared, fitting, resource, recipient, purpose=purpose, holder=holder, sensitive=sensitive
            )
            if persons:
                uses.append(Consenting(purpose, recipient, persons))
    return tuple(uses)


def _needs_consent(declared: Declaration) -> bool:
    if declared.basis is LegalBasis.PUBLIC_INFO:
        return bool(declared.circumstances.major_effect)
    return declared.basis in BY_PERSON


def _recipients(state: State, resource: ResourceId, given: Iterable[Consent]) -> list[PartyId]:
    named = {recipient for each in given for recipient in recipients_of(each)}
    hands = {PartyId(key.split("/")[1]) for key, _ in state.entrusted.under(f"{resource}/")}
    return sorted(named | hands)


def _covered(
    state: State,
    declared: Declaration,
    given: Iterable[Consent],
    resource: ResourceId,
    recipient: PartyId,
    *,
    purpose: str,
    holder: PartyId,
    sensitive: bool,
) -> tuple[tuple[PartyId, Instant], ...]:
    """Return the persons whose consents reach a use as it is declared, sorted."""
    is_hand = hand_of(state, resource, recipient, purpose=purpose, kinds=declared.kinds) is not None
    doing = activities_of(declared, frozenset(), is_sensitive=sensitive, is_hand=is_hand, is_own=recipient == holder)
    user = holder if is_hand else recipient
    manners = state.notices[declared.notice].manners if declared.notice is not None else ()
    separate = {activity for activity in doing if activity in SEPARATE}
    return tuple(
        sorted(
            (each.person, each.valid_to)
            for each in given
            if user in recipients_of(each)
            and set(declared.kinds) <= set(each.kinds)
            and set(manners) <= set(each.manners)
            and separate <= set(separately(each))
        )
    )
