"""What can be seen of consent."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId, ResourceId
from mumian.rooms.consent.agency import guardian_of
from mumian.rooms.consent.consenting import excluded_key
from mumian.rooms.consent.covers import recipients_of
from mumian.rooms.consent.lawful import Lawful, may_process
from mumian.rooms.consent.model import State
from mumian.rooms.consent.records import Consent, Declaration, Mandate, Petition, Pipia
from mumian.rooms.consent.vocabulary import Act, ConsentId, Excluded, Held, MandateId, PetitionId, PipiaId

__all__ = [
    "Lawful",
    "acts_for",
    "bases_of",
    "consents_of",
    "guardian_of",
    "held_of",
    "mandates_of",
    "may_process",
    "owed_by",
    "payee_of",
    "petitions_of",
    "pipias_of",
    "to_exclude",
]


def consents_of(state: State, person: PartyId) -> Iterator[tuple[ConsentId, Consent]]:
    """Yield every consent of a person, the oldest first, those that ended too."""
    for _, consent in state.held.under(f"{person}/"):
        yield consent, state.consents[consent]


def held_of(state: State, person: PartyId) -> Iterator[Held]:
    """Yield what of a person lay with which processor, from when to when, in order of time: where its data may be used."""
    for consent, record in consents_of(state, person):
        for resource in record.resources:
            yield Held(
                resource,
                record.processor,
                consent,
                record.purposes,
                recipients_of(record),
                record.given_at,
                record.ended_at,
            )


def petitions_of(state: State, person: PartyId) -> Iterator[tuple[PetitionId, Petition]]:
    """Yield every petition of a person, and those that the law opened for it."""
    for _, petition in state.petitions_of.under(f"{person}/"):
        yield petition, state.petitions[petition]


def owed_by(state: State, processor: PartyId) -> Iterator[tuple[PetitionId, Petition]]:
    """Yield every petition that a processor has yet to answer."""
    for _, petition in state.owed.under(f"{processor}/"):
        yield petition, state.petitions[petition]


def mandates_of(state: State, person: PartyId) -> Iterator[tuple[MandateId, Mandate]]:
    """Yield every mandate of a person, those that ended too."""
    for _, mandate in state.mandates_of.under(f"{person}/"):
        yield mandate, state.mandates[mandate]


def acts_for(state: State, agent: PartyId, person: PartyId, act: Act, resource: ResourceId) -> bool:
    """Tell whether a mandate in force lets `agent` do `act` for `person` over `resource`."""
    return any(
        mandate.agent == agent
        and mandate.ended_at is None
        and act in mandate.acts
        and (not mandate.resources or resource in mandate.resources)
        for _, mandate in mandates_of(state, person)
    )


def payee_of(state: State, person: PartyId) -> PartyId:
    """Return who receives a person's revenue: the agent of its latest mandate to do so in force, else the person."""
    payee = person
    latest = -1
    for _, mandate in mandates_of(state, person):
        if mandate.ended_at is None and Act.RECEIVE_REVENUE in mandate.acts and mandate.given_at >= latest:
            payee, latest = mandate.agent, mandate.given_at
    return payee


def bases_of(state: State, resource: ResourceId) -> Iterator[tuple[str, Declaration]]:
    """Yield (purpose, basis) of every purpose that a resource is processed for."""
    for key, declared in state.declarations.under(f"{resource}/"):
        yield key.removeprefix(f"{resource}/"), declared


def to_exclude(state: State, resource: ResourceId) -> Iterator[Excluded]:
    """Yield the persons whose rows must go out of a resource and are not confirmed to be out, the first first."""
    exclusion = state.exclusions.get(resource)
    if exclusion is not None:
        for nth in range(exclusion.confirmed + 1, exclusion.withdrawn + 1):
            yield state.excluded[excluded_key(resource, nth)]


def pipias_of(state: State, resource: ResourceId) -> Iterator[tuple[str, PipiaId, Pipia]]:
    """Yield (activity, id, assessment) of every activity with a resource whose impact was assessed, the latest each."""
    for key, pipia in state.assessed.under(f"{resource}/"):
        yield key.removeprefix(f"{resource}/"), pipia, state.pipias[pipia]
