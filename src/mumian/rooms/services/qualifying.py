"""What is allowed of qualifications: granted on evidence, suspended, restored, revoked, and at an end by time."""

from __future__ import annotations

from mumian.kernel.facts import Facts
from mumian.kernel.ids import PartyId, new_id
from mumian.kernel.limits import Start, Stop, Unit
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.kernel.time import Instant
from mumian.rooms.services.events import Event, QualificationChanged, QualificationGranted
from mumian.rooms.services.model import (
    ChangeQualification,
    EndQualification,
    GrantQualification,
    ProviderFacts,
    State,
)
from mumian.rooms.services.records import Qualification
from mumian.rooms.services.refusals import ServicesRefusal as R
from mumian.rooms.services.vocabulary import (
    QUALIFICATION_MOVES,
    QUALIFIED,
    QualificationId,
    QualificationState,
    ServiceKind,
)
from mumian.rulebook.rules import in_force

RULE = "GZ2023-11"
SUPERVISORS = frozenset({Role.EXCHANGE, Role.REGULATOR})


def grant(state: State, command: GrantQualification, facts: Facts) -> list[Event] | Refused:
    assert isinstance(facts, ProviderFacts)
    if Role.EXCHANGE not in facts.roles:
        return Refused(R.NOT_A_SUPERVISOR, {"actor": facts.actor})
    if Role.SERVICE_PROVIDER not in facts.provider_roles:
        return Refused(R.NOT_A_PROVIDER, {"provider": command.provider})
    if command.valid_until <= facts.now:
        return Refused(R.VALIDITY_PAST, {"valid_until": command.valid_until, "now": facts.now})
    events: list[Event] = []
    earlier = state.current.get(f"{command.provider}/{command.kind.value}")
    if earlier is not None:
        standing = state.qualifications[earlier].state
        if standing is QualificationState.SUSPENDED:
            kind = command.kind.value
            return Refused(
                R.QUALIFICATION_SUSPENDED, {"qualification": earlier, "provider": command.provider, "kind": kind}
            )
        if standing is QualificationState.IN_FORCE:
            superseded = QualificationState.SUPERSEDED
            events.append(QualificationChanged(earlier, superseded, clocks=(Stop(earlier, QUALIFIED),)))
    key = QualificationId(new_id("qualification", facts.seq))
    record = Qualification(command.provider, command.kind, command.evidence_digest, command.valid_until)
    until = Start(key, QUALIFIED, Unit.INSTANT, command.valid_until, owner=command.provider)
    return [*events, QualificationGranted(key, record, in_force(facts, RULE), (until,))]


def change(state: State, command: ChangeQualification, facts: Facts) -> list[Event] | Refused:
    if not SUPERVISORS & facts.roles:
        return Refused(R.NOT_A_SUPERVISOR, {"actor": facts.actor})
    record = state.qualifications.get(command.qualification)
    if record is None:
        return Refused(R.QUALIFICATION_UNKNOWN, {"qualification": command.qualification})
    moves = QUALIFICATION_MOVES.get(record.state, {})
    if command.move not in moves:
        possible = ", ".join(move.value for move in moves) or "nothing"
        states = {"qualification": command.qualification, "state": record.state.value}
        return Refused(R.STANDING_FORBIDS, {**states, "move": command.move.value, "possible": possible})
    after = moves[command.move]
    stops = (Stop(command.qualification, QUALIFIED),) if after is QualificationState.REVOKED else ()
    ground, evidence = command.ground.value, command.evidence_digest
    return [QualificationChanged(command.qualification, after, ground, evidence, stops)]


def end(state: State, command: EndQualification, facts: Facts) -> list[Event] | Refused:
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    assert command.qualification in state.qualifications
    return [QualificationChanged(command.qualification, QualificationState.EXPIRED)]


def is_qualified(state: State, provider: PartyId, kind: ServiceKind, now: Instant) -> bool:
    """Tell whether a provider may offer a kind of service at `now`."""
    key = state.current.get(f"{provider}/{kind.value}")
    record = state.qualifications.get(key) if key is not None else None
    return record is not None and record.state is QualificationState.IN_FORCE and now < record.valid_until
