"""回避: who judges something has no interest in it, and nobody related to it has."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.kernel.outcome import Refused
from mumian.rooms.services.model import Interested, ProviderFacts, State
from mumian.rooms.services.refusals import ServicesRefusal as R
from mumian.rooms.services.vocabulary import JUDGING, OPEN, EngagementState, Interest, ServiceKind

BUILDING = OPEN | {EngagementState.SETTLED, EngagementState.REFUNDED}
"""States in which an integrator has worked, or is to work, on a subject."""


def refuse_conflict(
    state: State, *, provider: PartyId, client: PartyId, kind: ServiceKind, subject: str, facts: ProviderFacts
) -> Refused | None:
    """Return the first interest in the subject that the provider's group has, or None. Kinds that judge nothing have none."""
    if kind not in JUDGING:
        return None
    for found in _interested(state, client, subject, facts):
        if found.party in facts.group:
            tie = {"party": found.party, "interest": found.interest.value}
            return Refused(R.CONFLICT_OF_INTEREST, {"provider": provider, "subject": subject, **tie})
    return None


def _interested(state: State, client: PartyId, subject: str, facts: ProviderFacts) -> Iterator[Interested]:
    """Yield everybody with an interest: as other rooms know it, the client, and who integrated the data by engagement."""
    yield from facts.interests or ()
    yield Interested(client, Interest.CLIENT)
    for _, key in state.by_subject.under(f"{subject}/"):
        record = state.engagements[key]
        if record.kind is ServiceKind.DATA_INTEGRATION and record.state in BUILDING:
            yield Interested(record.provider, Interest.DEVELOPER)
