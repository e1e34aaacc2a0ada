"""What can be seen of the service market."""

from __future__ import annotations

from collections.abc import Iterator

from mumian.kernel.ids import PartyId
from mumian.kernel.time import Instant
from mumian.rooms.services.model import State
from mumian.rooms.services.records import Engagement, Qualification, Rating, Ratings
from mumian.rooms.services.vocabulary import EngagementId, EngagementState, QualificationId, ServiceKind


def engagement(state: State, key: EngagementId) -> Engagement | None:
    return state.engagements.get(key)


def opinions_on(state: State, subject: str, now: Instant) -> Iterator[tuple[EngagementId, Engagement]]:
    """Yield the opinions on a resource, product or order that were accepted and may be relied on at `now`."""
    for _, key in state.by_subject.under(f"{subject}/"):
        record = state.engagements[key]
        if record.state is EngagementState.SETTLED and now < record.opinion_until:
            yield key, record


def qualification_of(
    state: State, provider: PartyId, kind: ServiceKind
) -> tuple[QualificationId, Qualification] | None:
    """Return a provider's latest qualification for a kind, whatever its state."""
    key = state.current.get(f"{provider}/{kind.value}")
    return None if key is None else (key, state.qualifications[key])


def ratings_of(state: State, provider: PartyId) -> tuple[Ratings, tuple[Rating, ...]]:
    """Return what a provider's ratings add up to, and each of them."""
    keys = [key for _, key in state.by_provider.under(f"{provider}/")]
    found = (state.ratings.get(key) for key in keys)
    return state.rated.get(provider) or Ratings(), tuple(rating for rating in found if rating is not None)
