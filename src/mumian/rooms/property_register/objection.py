"""Objections: in publicity they stop it until each is investigated; after registration they go to the holder first (S1 第29条)."""

from __future__ import annotations

from collections.abc import Iterable

from mumian.kernel.facts import Facts
from mumian.kernel.ids import new_id
from mumian.kernel.limits import Resume, Stop, Suspend
from mumian.kernel.outcome import Refused
from mumian.kernel.roles import Role
from mumian.rooms.property_register import events as said
from mumian.rooms.property_register import limits
from mumian.rooms.property_register.cases import found, rejected, undecided
from mumian.rooms.property_register.examination import refuse_lines
from mumian.rooms.property_register.forms import parties_of
from mumian.rooms.property_register.limits import ANSWER, CONCLUSION, NOTICE, OBJECTION, PUBLICITY
from mumian.rooms.property_register.model import (
    AnswerObjection,
    DecideObjection,
    EscalateObjection,
    Event,
    NotifyHolder,
    ObjectToCertificate,
    PresumeDenied,
    RaiseObjection,
    State,
    WithdrawObjection,
)
from mumian.rooms.property_register.notes import lift_dispute
from mumian.rooms.property_register.records import Objection
from mumian.rooms.property_register.refusals import PropertyRefusal as R
from mumian.rooms.property_register.vocabulary import (
    OBJECTIONS_MAX,
    UNDECIDED,
    ApplicationId,
    ObjectionId,
    ObjectionState,
    Stage,
)

_LIMIT_OF = {
    ObjectionState.NOTIFIED: ANSWER,
    ObjectionState.DENIED: CONCLUSION,
}


def limit_of(objection: Objection) -> str:
    """Return the kind of limit that runs while an objection stands as it does."""
    in_publicity = not objection.lines
    return _LIMIT_OF.get(objection.state, OBJECTION if in_publicity else NOTICE)


def raise_in_publicity(state: State, command: RaiseObjection, facts: Facts) -> list[Event] | Refused:
    key = command.application
    record = found(state, key)
    if isinstance(record, Refused):
        return record
    if record.stage not in (Stage.PUBLICITY, Stage.OBJECTED):
        return Refused(R.PUBLICITY_CLOSED, {"application": key, "stage": record.stage})
    refused = _refuse_objector(state, key, frozenset(parties_of(state.forms[key])) | {record.registry}, facts)
    if refused is not None:
        return refused
    objection = ObjectionId(new_id("objection", facts.seq))
    raised = Objection(
        key, (), facts.actor, record.registry, record.applicant, command.ground, command.evidence_digest,
        ObjectionState.RAISED, facts.now,
    )  # fmt: skip
    clocks = (Suspend(key, PUBLICITY), limits.start(OBJECTION, objection, record.registry, facts))
    return [said.ObjectionRaised(objection, raised, ("S1-LIMITS",), clocks)]


def object_to_certificate(state: State, command: ObjectToCertificate, facts: Facts) -> list[Event] | Refused:
    key = command.certificate
    certificate = state.certificates.get(key)
    if certificate is None:
        return Refused(R.UNKNOWN, {"noun": "certificate", "id": key})
    refused = refuse_lines(certificate, command.lines, facts.now)
    if refused is not None:
        return refused
    holder, *others = sorted({certificate.lines[line].holder for line in command.lines})
    if others:
        return Refused(R.SEVERAL_HOLDERS, {"certificate": key, "holder": holder, "other": others[0]})
    refused = _refuse_objector(state, key, frozenset((holder, certificate.registry)), facts)
    if refused is not None:
        return refused
    objection = ObjectionId(new_id("objection", facts.seq))
    raised = Objection(
        key, command.lines, facts.actor, certificate.registry, holder, command.ground, command.evidence_digest,
        ObjectionState.RAISED, facts.now,
    )  # fmt: skip
    clock = limits.start(NOTICE, objection, certificate.registry, facts)
    return [said.ObjectionRaised(objection, raised, ("S1-29",), (clock,))]


def _refuse_objector(state: State, about: str, own: frozenset[str], facts: Facts) -> Refused | None:
    """Return why the actor may not object, or None: it is in the market, has no part in it, and did not do so already."""
    if not facts.roles:
        return Refused(R.NOT_ADMITTED, {"party": facts.actor})
    if facts.actor in own:
        return Refused(R.OWN_MATTER, {"party": facts.actor, "id": about})
    for key, objection in undecided(state, about):
        if objection.party == facts.actor:
            return Refused(R.OBJECTED_ALREADY, {"objection": key, "party": facts.actor, "id": about})
    count = sum(1 for _ in state.objections_to.under(f"{about}/"))
    if count < OBJECTIONS_MAX:
        return None
    return Refused(R.TOO_MANY, {"id": about, "count": count, "part": "objections", "count_max": OBJECTIONS_MAX})


def _of_registry(state: State, key: ObjectionId, facts: Facts, *states: ObjectionState) -> Objection | Refused:
    """Return an objection that the actor is to act on: its registry, and once it was silent also a regulator."""
    record = _found(state, key)
    if isinstance(record, Refused):
        return record
    is_registry = facts.actor == record.registry and Role.REGISTRY in facts.roles
    if not is_registry and not (record.escalations and Role.REGULATOR in facts.roles):
        return Refused(R.NOT_THE_REGISTRY, {"id": key, "registry": record.registry, "actor": facts.actor})
    return _refuse_state(key, record, states) or record


def _found(state: State, key: ObjectionId) -> Objection | Refused:
    return state.objections.get(key) or Refused(R.UNKNOWN, {"noun": "objection", "id": key})


def _refuse_state(key: ObjectionId, record: Objection, states: Iterable[ObjectionState]) -> Refused | None:
    if record.state in states:
        return None
    return Refused(R.WRONG_STAGE, {"id": key, "stage": record.state, "needed": ",".join(sorted(states))})


def notify(state: State, command: NotifyHolder, facts: Facts) -> list[Event] | Refused:
    """Pass the objection on; the holder answers."""
    key = command.objection
    record = _of_registry(state, key, facts, ObjectionState.RAISED)
    if isinstance(record, Refused):
        return record
    if not record.lines:
        return Refused(R.WRONG_STAGE, {"id": key, "stage": Stage.PUBLICITY, "needed": Stage.CERTIFIED})
    clocks = (Stop(key, NOTICE), limits.start(ANSWER, key, record.holder, facts))
    return [said.HolderNotified(key, ("S1-29",), clocks)]


def answer(state: State, command: AnswerObjection, facts: Facts) -> list[Event] | Refused:
    key = command.objection
    record = _found(state, key)
    if isinstance(record, Refused):
        return record
    if facts.actor != record.holder:
        return Refused(R.NOT_YOURS, {"id": key, "owner": record.holder, "actor": facts.actor})
    refused = _refuse_state(key, record, (ObjectionState.NOTIFIED,))
    return refused or [_answered(key, record, facts, agrees=command.agrees, evidence_digest=command.evidence_digest)]


def presume_denied(state: State, command: PresumeDenied, facts: Facts) -> list[Event] | Refused:
    """Silence of the holder does not agree (S1-29-ANSWER, a setting)."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    record = state.objections.get(command.objection)
    if record is None or record.state is not ObjectionState.NOTIFIED:
        return []
    return [_answered(command.objection, record, facts, agrees=False, evidence_digest="")]


def _answered(
    key: ObjectionId, record: Objection, facts: Facts, *, agrees: bool, evidence_digest: str
) -> said.ObjectionAnswered:
    stop = Stop(key, ANSWER)
    clocks = (stop,) if agrees else (stop, limits.start(CONCLUSION, key, record.registry, facts))
    return said.ObjectionAnswered(key, agrees, evidence_digest, ("S1-29", "S1-29-ANSWER"), clocks)


def decide_objection(state: State, command: DecideObjection, facts: Facts) -> list[Event] | Refused:
    """Upheld in publicity: the application is refused. After registration: a conclusion, and court or arbitration is open.

    What is not even complete is dismissed before the holder hears of it; nothing is upheld unheard.
    """
    key = command.objection
    record = _of_registry(state, key, facts, ObjectionState.RAISED, ObjectionState.DENIED)
    if isinstance(record, Refused):
        return record
    outcome = ObjectionState.UPHELD if command.upheld else ObjectionState.NOT_UPHELD
    if not record.lines:
        return _decided_in_publicity(state, key, record, outcome, command.report_digest, facts)
    if command.upheld and record.state is ObjectionState.RAISED:
        return _refuse_state(key, record, (ObjectionState.DENIED,)) or []
    closed = _closed(key, outcome, command.report_digest, ("S1-29", "S1-29-ANSWER"), onward=True)
    return [closed] if command.upheld else [closed, *lift_dispute(state, record.about, key)]


def _decided_in_publicity(
    state: State, key: ObjectionId, record: Objection, outcome: ObjectionState, report_digest: str, facts: Facts
) -> list[Event]:
    application = ApplicationId(record.about)
    closed = _closed(key, outcome, report_digest, ("S1-LIMITS", "S1-22"), onward=False)
    if outcome is ObjectionState.UPHELD:
        return [closed, *rejected(state, application, (record.ground,), ("S1-22",), facts, besides=key)]
    return [closed, *_resumed(state, application, key)]


def _resumed(state: State, application: ApplicationId, fallen: ObjectionId) -> list[Event]:
    """Return that the rest of the publicity runs, if no other objection stands in its way."""
    if any(key != fallen for key, _ in undecided(state, application)):
        return []
    return [said.PublicityResumed(application, (Resume(application, PUBLICITY),))]


def _closed(
    key: ObjectionId, outcome: ObjectionState, report_digest: str, rules: tuple[str, ...], *, onward: bool
) -> said.ObjectionClosed:
    return said.ObjectionClosed(key, outcome, report_digest, onward, rules, (Stop(key),))


def withdraw(state: State, command: WithdrawObjection, facts: Facts) -> list[Event] | Refused:
    key = command.objection
    record = _found(state, key)
    if isinstance(record, Refused):
        return record
    if facts.actor != record.party:
        return Refused(R.NOT_YOURS, {"id": key, "owner": record.party, "actor": facts.actor})
    refused = _refuse_state(key, record, UNDECIDED)
    if refused is not None:
        return refused
    closed = _closed(key, ObjectionState.WITHDRAWN, "", ("S1-29",), onward=False)
    if record.lines:
        return [closed, *lift_dispute(state, record.about, key)]
    return [closed, *_resumed(state, ApplicationId(record.about), key)]


def escalate(state: State, command: EscalateObjection, facts: Facts) -> list[Event] | Refused:
    """The registry was silent: the regulator hears of it, and the limit runs anew (S1-SILENCE, a setting)."""
    if not facts.is_market:
        return Refused(R.ONLY_THE_MARKET, {"actor": facts.actor})
    key = command.objection
    record = state.objections.get(key)
    if record is None or record.state not in (ObjectionState.RAISED, ObjectionState.DENIED):
        return []
    anew = limits.start_anew(limit_of(record), key, record.registry, facts)
    return [said.ObjectionEscalated(key, (anew.rule, "S1-29" if record.lines else "S1-LIMITS"), (anew,))]
