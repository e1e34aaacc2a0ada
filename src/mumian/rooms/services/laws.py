"""What always holds in the service market."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mumian.rooms.services.model import State
from mumian.rooms.services.records import Ratings
from mumian.rooms.services.vocabulary import GIVEN, JUDGING, EngagementState, QualificationState


def whoever_is_qualified_is_found_by_provider_and_kind(state: State) -> Iterator[str]:
    """A qualification in force or suspended is the current one of its provider and kind: there is one at most."""
    live = (QualificationState.IN_FORCE, QualificationState.SUSPENDED)
    for key, record in state.qualifications.under():
        if record.state in live and state.current.get(f"{record.provider}/{record.kind.value}") != key:
            yield f"`{key}` is {record.state.value} and not the current one of `{record.provider}`"


def nobody_is_engaged_by_itself(state: State) -> Iterator[str]:
    for key, record in state.engagements.under():
        if record.client == record.provider:
            yield f"`{key}` has `{record.client}` on both sides"


def what_is_judged_is_named_and_found(state: State) -> Iterator[str]:
    """A kind that judges has a subject, and whoever asks for opinions on a subject finds every engagement about it."""
    for key, record in state.engagements.under():
        if record.kind in JUDGING and not record.subject:
            yield f"`{key}` judges nothing"
        if record.subject and state.by_subject.get(f"{record.subject}/{key}") != key:
            yield f"`{key}` is not found by `{record.subject}`"


def an_opinion_is_there_when_its_state_says_so(state: State) -> Iterator[str]:
    for key, record in state.engagements.under():
        if bool(record.report_digest) is not (record.state in GIVEN):
            yield f"`{key}` is {record.state.value} with report `{record.report_digest}`"


def only_what_is_over_is_rated_and_by_its_client(state: State) -> Iterator[str]:
    """Ratings are of finished engagements, in their client's name, and add up to what is shown of the provider."""
    counts, stars = Counter[str](), Counter[str]()
    for key, rating in state.ratings.under():
        record = state.engagements[key]
        counts[rating.provider] += 1
        stars[rating.provider] += rating.stars
        is_over = record.state in (EngagementState.SETTLED, EngagementState.REFUNDED)
        if not is_over or (rating.client, rating.provider) != (record.client, record.provider):
            yield f"`{key}` is {record.state.value} and rated by `{rating.client}`"
    shown = {provider for provider, _ in state.rated.under()}
    for provider in sorted(shown | counts.keys()):
        if state.rated.get(provider) != Ratings(counts[provider], stars[provider]):
            yield f"`{provider}` shows other ratings than it was given"


LAWS = (
    whoever_is_qualified_is_found_by_provider_and_kind,
    nobody_is_engaged_by_itself,
    what_is_judged_is_named_and_found,
    an_opinion_is_there_when_its_state_says_so,
    only_what_is_over_is_rated_and_by_its_client,
)
