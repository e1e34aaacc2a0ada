"""What follows from authorised operation: rights that begin and end, and uses that stop when operator and merchant come together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mumian.kernel.ids import MARKET, PartyId, new_id
from mumian.kernel.outcome import Broken
from mumian.kernel.time import Instant
from mumian.market.gathering.seen import relation
from mumian.market.reactions.base import Meet, React
from mumian.market.rooms import States
from mumian.rooms.clocks.model import ClockReached
from mumian.rooms.operation import model as operation
from mumian.rooms.operation import views as operations
from mumian.rooms.operation.concluding import TERM
from mumian.rooms.operation.disclosing import KIND
from mumian.rooms.operation.ending import HAND_OVER
from mumian.rooms.operation.events import (
    OperationConcluded,
    OperationEnded,
    ScenarioAdmitted,
    ScenarioEnded,
    ScenarioResumed,
    ScenarioSuspended,
)
from mumian.rooms.operation.reviewing import STAGE_OF
from mumian.rooms.operation.using import RECTIFICATION
from mumian.rooms.operation.using import TERM as SCENARIO_TERM
from mumian.rooms.operation.vocabulary import Cause, OperationId, ScenarioId, Side
from mumian.rooms.parties import model as parties
from mumian.rooms.parties import views as party_views
from mumian.rooms.rights import model as rights
from mumian.rooms.rights.vocabulary import AuthorizationId, EndReason, FreezeReason, Mode

END_OF: dict[Cause, EndReason] = {
    Cause.TERM: EndReason.EXPIRED,
    Cause.EXIT: EndReason.GIVEN_UP,
    Cause.REVOKED: EndReason.UNLAWFUL_USE,
    Cause.GIVEN_UP: EndReason.GIVEN_UP,
    Cause.TERMS_BROKEN: EndReason.TERMS_BROKEN,
    Cause.RELATED: EndReason.STATUTE,
    Cause.OPERATION_ENDED: EndReason.STATUTE,
    Cause.SUPERSEDED: EndReason.STATUTE,
}

SEPARATION = FreezeReason.STATUTE
"""Why a grant stands still while its merchant is related to its operator: the law keeps them apart (S3 第6条)."""


def _concluded(s: States, event: OperationConcluded, _now: Instant) -> Iterator[Any]:
    """The agreement becomes an authorisation."""
    record, terms = s.operation.operations[event.operation], s.operation.terms[event.operation]
    content = s.operation.plans[record.plan].content
    yield rights.AuthorizeOperation(
        agreement=event.operation,
        body=record.body,
        operator=record.operator,
        resources=terms.resources,
        mode=Mode(content.mode.value),
        scenario=content.scenario,
        ceiling_fen=terms.ceiling_fen,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
    )


def _ended(s: States, event: OperationEnded, _now: Instant) -> Iterator[Any]:
    """The authorisation ends, and with it all that was granted under it."""
    yield rights.EndAuthorization(_authorization(s, event.operation), END_OF[event.cause])


def _authorization(s: States, key: OperationId) -> AuthorizationId:
    found: AuthorizationId | None = s.rights.by_agreement.get(key)
    if found is None:
        raise Broken("every_agreement_has_its_authorisation", f"`{key}` has none")
    return found


def _admitted(s: States, event: ScenarioAdmitted, _now: Instant) -> Iterator[Any]:
    """Each resource of the application is granted to the merchant."""
    record, application = s.operation.scenarios[event.scenario], s.operation.applications[event.scenario]
    for nth, applied in enumerate(application.resources):
        yield rights.GrantUnderAuthorization(
            application=_entry(event.scenario, nth),
            authorization=_authorization(s, record.operation),
            merchant=record.merchant,
            resource=applied.resource,
            scenario=application.scene.code,
            purposes=application.purposes,
            territory=application.territory,
            fields=applied.fields,
            valid_from=event.valid_from,
            valid_to=record.valid_to,
            terms_digest=record.terms_digest,
        )


def _entry(key: ScenarioId, nth: int) -> str:
    """Return the name under which the nth resource of an application is entered among rights."""
    noun, _, seq = key.partition("-")
    return new_id(noun, int(seq), nth)


def grants_of(s: States, key: ScenarioId) -> Iterator[Any]:
    """Yield the grants of an application, in the order of its resources; none before it is admitted."""
    for nth in range(len(s.operation.applications[key].resources)):
        grant = s.rights.by_application.get(_entry(key, nth))
        if grant is not None:
            yield grant


def _scenario_ended(s: States, event: ScenarioEnded, _now: Instant) -> Iterator[Any]:
    """Its grants end; those whose authorisation ended are void with that already."""
    if event.cause is not Cause.OPERATION_ENDED:
        for grant in list(grants_of(s, event.scenario)):
            yield rights.RevokeGrant(grant, END_OF[event.cause])


def _suspended(s: States, event: ScenarioSuspended, _now: Instant) -> Iterator[Any]:
    for grant in list(grants_of(s, event.scenario)):
        yield rights.Freeze(grant, SEPARATION)


def _resumed(s: States, event: ScenarioResumed, _now: Instant) -> Iterator[Any]:
    """What the market froze goes on; what a registry froze for the same reason is the registry's to lift."""
    for grant in list(grants_of(s, event.scenario)):
        if any(each.reason is SEPARATION and each.by == MARKET for each in s.rights.grants[grant].freezes):
            yield rights.Unfreeze(grant, SEPARATION)


def _relations_changed(
    s: States, event: parties.PartiesRelated | parties.RelationEnded, _now: Instant
) -> Iterator[Any]:
    """Every use whose operator and merchant may have come together or apart is looked at again."""
    ends = (event.party, event.other)
    near = {party for end in ends for party in (end, *party_views.related(s.parties, end))}
    for operator in sorted(near):
        used = list(operations.in_use(s.operation, operator))
        tied = party_views.related(s.parties, operator) if used else frozenset()
        for scenario, merchant in used:
            if (merchant in tied) is not bool(s.operation.scenarios[scenario].relation):
                yield operation.ReviewSeparation(scenario)


def related_uses(s: States) -> Iterator[tuple[ScenarioId, tuple[PartyId, ...]]]:
    """Yield every application in use whose merchant is now related to its operator, with the path. Reads all of them."""
    for _, key in s.operation.pairs.under():
        record = s.operation.scenarios[key]
        path = relation(s, record.operator, record.merchant)
        if path:
            yield key, path


REACTIONS: dict[type, React] = {
    OperationConcluded: _concluded,
    OperationEnded: _ended,
    ScenarioAdmitted: _admitted,
    ScenarioEnded: _scenario_ended,
    ScenarioSuspended: _suspended,
    ScenarioResumed: _resumed,
    parties.PartiesRelated: _relations_changed,
    parties.RelationEnded: _relations_changed,
}
# the public register hears of an agreement's resources by the authorisation that follows from it (`reactions/public_register.py`)


def _review_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield operation.LapseReview(ScenarioId(event.about), STAGE_OF[event.kind], event.due_at)


def _disclosure_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    side = next(side for side in Side if KIND[side] == event.kind)
    yield operation.LapseDisclosure(OperationId(event.about), side, event.due_at)


def _hand_over_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield operation.LapseHandOver(OperationId(event.about), event.due_at)


def _term_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield operation.ExpireOperation(OperationId(event.about))


def _use_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield operation.ExpireScenario(ScenarioId(event.about), Cause.TERM)


def _rectification_over(_s: States, event: ClockReached, _now: Instant) -> Iterator[Any]:
    yield operation.ExpireScenario(ScenarioId(event.about), Cause.RELATED)


MEET: dict[str, Meet] = {
    **dict.fromkeys(STAGE_OF, _review_over),
    **dict.fromkeys(KIND.values(), _disclosure_over),
    HAND_OVER: _hand_over_over,
    TERM: _term_over,
    SCENARIO_TERM: _use_over,
    RECTIFICATION: _rectification_over,
}
